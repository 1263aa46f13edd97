"""A tracker's layoff table, from a file or a real server: only clear new events of listed technology firms go in."""

import csv
from pathlib import Path

import pytest

from analysis import load_layoffs
from analysis.errors import AnalysisError
from analysis.refresh import refresh as refreshing
from analysis.refresh.command import CODES, run
from analysis.refresh.doctor import examine
from analysis.refresh.refresh import Refreshed, Wanted, refresh_tables
from analysis.refresh.review import aside_file, keep, review_file, rows_in
from analysis.tables import read
from analysis.tables.read import read_table
from tests.publisher import status
from tests.refresh.conftest import QUICK, RECORDED, point_to, tables

TABLE = RECORDED / "layoffs_kaggle_layout_60_rows.csv"
PATH = "/layoffs.csv"
STRANGERS = {"gambling-com-group", "jumia", "truecaller", "shutterfly", "nayax"}
"""Firms that the recorded rows call listed and that are not in our tables."""


@pytest.fixture
def tracker(data_copy, monkeypatch) -> Path:
    """The data folder with the layoff table as the only source and no address set."""
    point_to(data_copy, {"layoffs": "{LAYOFFS_URL}"})
    monkeypatch.delenv("LAYOFFS_URL", raising=False)
    monkeypatch.setattr(refreshing, "Limits", lambda: QUICK)
    return data_copy


def with_rows(folder: Path, *rows: str, base: Path = TABLE) -> Path:
    path = folder.parent / "table.csv"
    path.write_text(base.read_text() + "".join(f"{row}\n" for row in rows))
    return path


def kept(folder: Path) -> dict[Path, int]:
    """When each file of the raw store was last written."""
    return {path: path.stat().st_mtime_ns for path in (folder / "raw").rglob("*") if path.name != "refresh.lock"}


def dry(file: Path) -> Refreshed:
    return refresh_tables(Wanted(["layoffs"], dry_run=True, file=file))


def questions(done: Refreshed) -> dict[str, str]:
    """Reasons by key, without the strangers."""
    return {row["key"]: row["reason"] for row in done.review["layoffs"]
            if row["key"].split(".")[1] not in STRANGERS}


def test_the_recorded_rows_are_all_on_file(tracker):
    done = dry(TABLE)
    assert not any(done.added.values()) and not any(done.set_aside.values()) and questions(done) == {}
    assert done.notes == ["60 rows read, 19 of companies in our tables, 0 new events"]
    assert {row["key"].split(".")[1] for row in done.review["layoffs"]} == STRANGERS


def test_clear_new_events_go_in_once_with_their_document_and_no_reason(tracker, capsys):
    before = tables(tracker)
    file = with_rows(
        tracker,
        "Intuit Inc.,SF,3000.0,6/18/2026,0.17,Finance,https://example.org/a,Post-IPO,9,United States,6/19/2026",
        "Okta,SF,500.0,6/18/2026,0.08,Security,https://example.org/okta,Post-IPO,9,United States,6/19/2026",
        "Dropbox,SF,,6/20/2026,,Other,ftp://example.org/x,Post-IPO,9,United States,6/21/2026")
    assert run(Wanted(["layoffs"], file=file), reports=False) == CODES["done"]
    out = capsys.readouterr().out
    assert "added 2 rows of layoff_events, 1 rows of retrievals, 2 rows of documents" in out
    assert "rows for a person to decide on" in out
    after = tables(tracker)
    assert {name for name in after if after[name] != before[name]} == {
        "documents.csv", "layoff_events.csv", "retrievals.csv"}
    assert set(before["layoff_events.csv"].splitlines()) < set(after["layoff_events.csv"].splitlines())
    events = load_layoffs().set_index("event_id")
    okta, dropbox = events.loc["2026-06-18.okta"], events.loc["2026-06-20.dropbox"]
    assert (okta["ticker"], okta["employees_cut_persons"], okta["share_scope"]) == ("OKTA", 500, "firm")
    assert (okta["reason_class"], okta["reason_basis"], okta["adds_up"]) == ("unstated", "none", True)
    assert (dropbox["count_kind"], dropbox["adds_up"]) == ("not_given", False)
    documents = read_table("documents").set_index("document_id")
    assert documents.loc[okta["document_id"], ["source_id", "url"]].tolist() == ["layoffs_fyi", "https://example.org/okta"]
    assert documents.loc[dropbox["document_id"], ["url"]].isna().all()  # only http addresses are kept
    assert read.check() == []
    raw = kept(tracker)
    assert run(Wanted(["layoffs"], file=file), reports=False) == CODES["done"]
    assert "nothing new" in capsys.readouterr().out and tables(tracker) == after
    assert run(Wanted(), reports=False) == CODES["done"]  # the file given last stands until another is given
    assert "nothing new" in capsys.readouterr().out and tables(tracker) == after
    assert kept(tracker) == raw


def test_an_amendment_waits_for_a_person_and_a_decision_ends_the_question(tracker):
    file = with_rows(tracker, "Intuit,SF,4000.0,6/1/2026,,Finance,https://example.org/a,Post-IPO,2,United States,x")
    done = dry(file)
    assert not any(done.added.values())
    assert questions(done) == {"2026-06-01.intuit.4000": "an amendment with another count, or a second layoff: "
                                                         "2026-05-20.intuit (3,000 people)"}
    decisions = tracker / "review_decisions.csv"
    for decision, added in (("on_file", 0), ("new", 1)):
        decisions.write_text(f"live_source_id,key,decision,dated,reason\n"
                             f"layoffs,2026-06-01.intuit.4000,{decision},2026-11-22,looked at\n"
                             "layoffs,2026-05-10.zoominfo.300,on_file,2026-11-22,the Israeli centre only\n")
        read.forget()
        done = dry(file)
        assert questions(done) == {} and done.added.get("layoff_events", 0) == added
    assert "after a person's decision" in done.rows["layoff_events"]["doubt"].iloc[0]


def test_a_decision_that_is_none_is_refused_and_ends_no_question(tracker):
    file = with_rows(tracker, "Intuit,SF,4000.0,6/1/2026,,Finance,https://example.org/a,Post-IPO,2,United States,x")
    (tracker / "review_decisions.csv").write_text("live_source_id,key,decision,dated,reason\n"
                                                  "layoffs,2026-06-01.intuit.4000,leftout,2026-11-22,a slip\n")
    read.forget()
    with pytest.raises(AnalysisError, match="leftout.*left_out|left_out.*leftout"):
        dry(file)


@pytest.mark.parametrize(("row", "reason"), [
    ("Compass,NYC,400.0,6/10/2026,,Other,https://example.org/a,Series G,1,United States,x", "does not call it listed"),
    ("Okta,SF,500.0,6/10/2023,,Security,https://example.org/a,Post-IPO,1,United States,x", "older than"),
])
def test_what_is_not_clear_goes_to_review(tracker, row, reason):
    done = dry(with_rows(tracker, row))
    assert not any(done.added.values())
    assert [reason in text for text in questions(done).values()] == [True]


def test_a_small_count_after_a_larger_one_goes_in_without_adding_up(tracker):
    row = "Cisco,SF Bay Area,100.0,7/20/2026,,Infrastructure,https://example.org/a,Post-IPO,2,United States,x"
    event = dry(with_rows(tracker, row)).rows["layoff_events"].iloc[0]
    assert (event["within_event_id"], event["within_basis"]) == ("2026-05-13.cisco", "possible")


def test_rows_that_cannot_be_are_set_aside_with_the_reason_and_the_others_go_in(tracker):
    done = dry(with_rows(
        tracker,
        "Okta,SF,many,6/18/2026,,S,https://example.org/a,Post-IPO,9,United States,x",
        "Okta,SF,5,32/18/2026,,S,https://example.org/a,Post-IPO,9,United States,x",
        "Okta,SF,5,6/18/2099,,S,https://example.org/a,Post-IPO,9,United States,x",
        "Okta,SF,200000,6/18/2026,,S,https://example.org/a,Post-IPO,9,United States,x",
        "Okta,SF,1.5,6/18/2026,,S,https://example.org/a,Post-IPO,9,United States,x",
        ",SF,5,6/18/2026,,S,https://example.org/a,Post-IPO,9,United States,x",
        "Okta,SF,500,6/19/2026,,S,https://example.org/a,Post-IPO,9,United States,x"))
    assert done.added["layoff_events"] == 1
    reasons = " | ".join(row["reason"] for row in sum(done.set_aside.values(), []))
    for words in ("'many' is not a number", "'32/18/2026' is not a date", "a date in the future", "more than 100,000",
                  "no whole number", "no company"):
        assert words in reasons


def test_what_comes_from_outside_stays_text(tracker):
    done = dry(with_rows(
        tracker,
        '"=HYPERLINK(""http://x"",""Okta"")",SF,5,6/18/2026,,S,https://example.org/a,Post-IPO,9,United States,x',
        "<script>alert(1)</script>,SF,5,6/18/2026,,S,https://example.org/a,Post-IPO,9,United States,x",
        "\u202eatkO\u202c 🚀,SF,5,6/18/2026,,S,https://example.org/a,Post-IPO,9,United States,x",
        "Ｏｋｔａ\u200b,SF,500,6/18/2026,,S,\"javascript:alert(1)\",Post-IPO,9,=1+1,x"))
    event = done.rows["layoff_events"].iloc[0]
    assert len(done.rows["layoff_events"]) == 1
    assert (event["company"], event["event_id"]) == ("Okta", "2026-06-18.okta") and event[["country"]].isna().all()
    assert done.rows["documents"]["url"].isna().all()
    keep(review_file(), done.review)
    with (tracker / "raw" / "review.csv").open(newline="") as stream:
        rows = [row["row"] for row in csv.DictReader(stream)]
    assert sum("script" in row or "HYPERLINK" in row or "atkO" in row for row in rows) == 3
    assert not any(row.startswith(("=", "+", "-", "@")) for row in rows)


@pytest.mark.parametrize(("content", "words"), [
    (b"", "is empty"),
    (b"<html><title>Sign in</title></html>", "no column company"),
    (b"PK\x03\x04rest", "unpack it"),
    (b"company,date\nMeta,5/1/2026\n", "no column total_laid_off"),
    (TABLE.read_bytes()[:-40].replace(b"Meta", b"M\xe9ta"), "not UTF-8"),
], ids=["empty", "html", "zip", "wrong columns", "not UTF-8"])
def test_what_is_no_such_table_is_refused(tracker, content, words, capsys):
    before = tables(tracker)
    (tracker.parent / "table.csv").write_bytes(content)
    assert run(Wanted(["layoffs"], file=tracker.parent / "table.csv"), reports=False) == CODES["data refused"]
    assert words in capsys.readouterr().err and tables(tracker) == before


def test_without_an_address_or_a_file_it_is_left_out_and_the_doctor_says_what_to_set(tracker, capsys):
    assert run(Wanted(), reports=False) == CODES["done"] and "nothing new" in capsys.readouterr().out
    assert run(Wanted(["layoffs"]), reports=False) == CODES["source unavailable"]
    assert "set LAYOFFS_URL" in capsys.readouterr().err
    entry = examine()[0]
    assert entry["setting"] == "LAYOFFS_URL is not set" and entry["age"] == "never fetched"
    assert "--file" in entry["advice"]


def test_the_users_address_is_asked_once_and_a_shrunken_table_stops_and_asks(tracker, publisher, monkeypatch, capsys):
    monkeypatch.setenv("LAYOFFS_URL", publisher.url + PATH)
    publisher.pages[PATH] = TABLE.read_bytes()
    assert run(Wanted(), reports=False) == CODES["done"]
    assert run(Wanted(), reports=False) == CODES["done"] and "If-None-Match" in publisher.asked[-1][1]
    assert examine()[0]["age"] == "something new 0 days ago (renewed every 7)"
    publisher.pages[PATH] = b"".join(TABLE.read_bytes().splitlines(keepends=True)[:50])
    assert run(Wanted(), reports=False) == CODES["data refused"]
    assert "lacks 11 of the 60 layoffs" in capsys.readouterr().err
    assert run(Wanted(accept=True), reports=False) == CODES["done"]
    publisher.moods[PATH] = [status(404)]
    assert run(Wanted(), reports=False) == CODES["source unavailable"]


def test_a_path_that_is_no_file_is_a_wrong_call(tracker):
    for path in (tracker, tracker / "nothing.csv"):
        with pytest.raises(AnalysisError, match="no file"):
            run(Wanted(["layoffs"], file=path), reports=False)


def test_a_company_for_a_source_that_knows_none_is_refused(tracker):
    with pytest.raises(AnalysisError, match="company by company: sec_archive, sec_companyfacts"):
        refresh_tables(Wanted(["layoffs"], ["META"], file=TABLE))


def test_the_rows_set_aside_of_a_source_that_was_not_read_stay(tracker):
    row = {"table": "facts", "key": "k", "reason": "r", "row": ""}
    keep(aside_file(), {"other": [row]})
    keep(aside_file(), {"layoffs": [row | {"key": "=l"}]})
    keep(aside_file(), {"layoffs": []})
    assert [one["live_source_id"] for one in rows_in(aside_file())] == ["other"]


def test_a_file_for_a_source_that_takes_none_is_refused(tracker):
    with pytest.raises(AnalysisError, match="layoffs"):
        refresh_tables(Wanted(file=TABLE, sources=["fred_usinfo"]))


def test_the_questions_of_a_source_that_was_not_read_stay(tracker):
    row = {"table": "facts", "key": "k", "reason": "r", "row": "=1+1"}
    keep(review_file(), {"other": [row]})
    keep(review_file(), {"layoffs": [row | {"key": "l"}]})
    keep(review_file(), {"layoffs": []})
    with (tracker / "raw" / "review.csv").open(newline="") as stream:
        assert [(one["live_source_id"], one["row"]) for one in csv.DictReader(stream)] == [("other", "'=1+1")]
