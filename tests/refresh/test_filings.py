"""Headcounts of filings from a real server: what is clear goes in once, what is not waits for a person."""

import csv
import io
import json

import pandas as pd
import pytest

from analysis import load_facts
from analysis.errors import DataRefused, NotThere, SourceUnavailable
from analysis.refresh import filings as connector
from analysis.refresh import refresh as refreshing
from analysis.refresh.command import CODES, run
from analysis.refresh.refresh import Wanted, refresh_tables
from analysis.sources import submissions
from analysis.tables import read
from analysis.tables.read import read_table
from tests.publisher import body, status
from tests.refresh.conftest import QUICK, RECORDED, point_to, put_back, tables

APPLE, MICROSOFT = "0000320193", "0000789019"
APPLE_REPORT, APPLE_RELEASE, REPORT = "0000320193-25-000079", "0000320193-26-000018", "0001193125-26-323660"
SAID = "As of June 30, 2026, we employed approximately 223,000 people on a full-time basis, 121,000 in the U.S. and "
SAID += "102,000 internationally."
PAGE = f"/Archives/edgar/data/789019/{REPORT.replace('-', '')}/msft-20260630.htm"
LISTS = {f"/CIK{cik}.json" for cik in (APPLE, MICROSOFT)}


@pytest.fixture
def sec(publisher, data_copy, monkeypatch):
    """The data folder in November 2026, with the SEC at the local publisher: Microsoft's list with its new report."""
    small(data_copy, ("MSFT.", "AAPL."))
    point_to(data_copy, {"sec_filings": publisher.url + "/CIK{cik}.json"})
    monkeypatch.setattr(submissions, "FOLDER", publisher.url + "/Archives/edgar/data/{filer}/{accession}/")
    monkeypatch.setattr(refreshing, "Limits", lambda: QUICK)
    monkeypatch.setattr(refreshing, "today", lambda: "2026-11-22")
    monkeypatch.setenv("SEC_USER_AGENT", "Test test@example.org")
    publisher.pages = {PAGE: report(SAID)}
    lists(publisher, MICROSOFT, [REPORT])
    return data_copy


NEWEST = REPORT
"""The report the tests bring in: its headcount is on file, and is taken out first."""


def small(folder, fronts: tuple[str, ...]) -> None:
    """Keep the facts of these companies only, and the corrections of other tables and of these facts."""
    for name in ("annual", "quarterly", "instant"):
        lines = (folder / "facts" / f"{name}.csv").read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines[1:] if line.startswith(fronts) and NEWEST not in line]
        (folder / "facts" / f"{name}.csv").write_text("".join([lines[0], *kept]), encoding="utf-8")
    path = folder / "corrections.csv"
    rows = pd.read_csv(path, dtype="str", keep_default_na=False)
    rows[(rows["table"] != "facts") | rows["key"].str.startswith(fronts)].to_csv(path, index=False, lineterminator="\n")


def lists(publisher, cik: str, accessions: list[str], **fields) -> None:
    """Serve the recorded list with these filings only; `fields` replace those of the list or of every filing."""
    whole = json.loads((RECORDED / f"submissions_CIK{cik}.json").read_bytes())
    recent = whole["filings"]["recent"]
    places = [recent["accessionNumber"].index(one) for one in accessions]
    recent = {name: [fields.get(name, values[place]) for place in places] for name, values in recent.items()}
    whole |= {name: value for name, value in fields.items() if name not in recent}
    publisher.pages[f"/CIK{cik}.json"] = json.dumps(whole | {"filings": {"recent": recent}}).encode()


def report(sentence: str) -> bytes:
    """A report in the shape of the recorded excerpt of NVIDIA's, with this sentence in place of its own."""
    excerpt = (RECORDED / "nvda_10k_2025_human_capital.html").read_text(encoding="utf-8")
    begin, end = excerpt.index("As of the end of fiscal year 2025"), excerpt.index(" The Compensation Committee")
    return f"<html><body><div>FORM 10-K</div>{excerpt[:begin]}{sentence}{excerpt[end:]}</body></html>".encode()


def serve_release(publisher, content: bytes, index: bytes | None = None) -> None:
    """Serve Apple's release of July 2026 behind its recorded index page."""
    folder = f"/Archives/edgar/data/320193/{APPLE_RELEASE.replace('-', '')}/"
    recorded = (RECORDED / f"filing_index_{APPLE_RELEASE}.htm").read_bytes()
    publisher.pages |= {f"{folder}{APPLE_RELEASE}-index.htm": index or recorded,
                        f"{folder}a8-kex991q3202606272026.htm": content}


def refreshed(companies: tuple[str, ...] = ("MSFT",), **options) -> int:
    return run(Wanted(companies=list(companies), **options), reports=False)


def dry(companies: tuple[str, ...] = ("MSFT",)):
    return refresh_tables(Wanted(companies=list(companies), dry_run=True))


def questions(folder) -> list[dict[str, str]]:
    path = folder / "raw" / "review.csv"
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8")))) if path.exists() else []


def decide(folder, key: str, decision: str) -> None:
    (folder / "review_decisions.csv").write_text(
        f"live_source_id,key,decision,dated,reason\nsec_filings,{key},{decision},2026-11-22,read\n")
    read.forget()


def asked(publisher) -> set[str]:
    return {path for path, _ in publisher.asked}


def test_a_new_report_brings_its_number_in_once_with_sentence_and_document(sec, publisher, capsys):
    before = tables(sec)
    assert refreshed() == CODES["done"]
    assert "added 1 rows of facts, 1 rows of documents" in capsys.readouterr().out
    after = tables(sec)
    assert {name for name in after if after[name] != before[name]} == {
        "documents.csv", "facts/instant.csv", "retrievals.csv"}
    row = load_facts(["MSFT"], ["headcount"]).set_index("period_end").loc["2026-06-30"]
    assert (row["value"], row["reading"], row["form"], row["accession"]) == (223_000, "filing_text", "10-K", REPORT)
    assert row["reported_as"] == f"10-K text (full-time) | {SAID}" and row["basis"] == "reported"
    assert row["filed_date"] == pd.Timestamp("2026-07-29") and "no person has looked at it" in row["doubt"]
    document = read_table("documents").set_index("document_id").loc[row["document_id"]]
    assert (document["source_id"], document["url"]) == ("sec_filings", publisher.url + PAGE)
    assert read.check(["facts", "documents"]) == [] and questions(sec) == []


def test_a_second_run_asks_only_the_list_and_writes_nothing(sec, publisher, capsys):
    refreshed()
    after, kept = tables(sec), {path: path.stat().st_mtime_ns for path in (sec / "raw").rglob("*") if path.is_file()}
    publisher.asked.clear()
    capsys.readouterr()
    assert refreshed() == CODES["done"] and capsys.readouterr().out == "nothing new\n"
    assert asked(publisher) == {f"/CIK{MICROSOFT}.json"} and tables(sec) == after
    again = {path: path.stat().st_mtime_ns for path in (sec / "raw").rglob("*") if path.is_file()}
    assert {path.name for path in again if again[path] != kept.get(path)} <= {"refresh.lock"}


def test_offline_the_same_rows_are_made_again_and_nobody_is_asked(sec, publisher):
    before = tables(sec)
    refreshed()
    after = tables(sec)
    put_back(sec, before)
    publisher.asked.clear()
    assert refreshed(offline=True) == CODES["done"] and tables(sec) == after and publisher.asked == []


@pytest.mark.parametrize(("sentence", "reason"), [
    (SAID.replace("223,000", "296,400"), "+33% against 223,000 on 2026-06-30, more than 25%"),
    (SAID.replace("223,000", "22,300"), "-90% against"),
    ("As of June 30, 2026, we had 223,000 employees and contractors.", "counts contractors too"),
    ("As of June 30, 2026, our average number of employees was 223,000.", "is an average"),
    ("As of June 30, 2026, we had 223,000 employees in India.", "counts only a part"),
    ("We have 223,000 employees.", "not sure (confidence 70%)"),
    ("As of June 30, 2026, we had more than 223,000 employees.", "is a bound"),
    ("As of June 30, 2025, we had 223,000 employees.", "counts on 2025-06-30, the report is of 2026-06-30"),
    ("At the end of fiscal 2024 we had 223,000 employees.", "another year than the report"),
])
def test_what_is_not_clear_waits_for_a_person_with_its_sentence(sec, publisher, sentence, reason):
    publisher.pages[PAGE] = report(sentence)
    before = tables(sec)
    for _ in range(2):  # the question stays, though the report is not asked for again
        assert refreshed() == CODES["done"] and tables(sec) == before
        (one,) = questions(sec)
        assert reason in one["reason"] and sentence[:40] in one["row"] and publisher.url + PAGE in one["row"]
        assert (one["live_source_id"], one["table"]) == ("sec_filings", "facts")


def test_two_numbers_that_are_equally_sure_are_two_questions_and_one_decision_closes_both(sec, publisher):
    publisher.pages[PAGE] = report("As of June 30, 2026, we had 220,000 employees.</span></div><div><span>"
                                   "As of June 30, 2026, LinkedIn had 18,400 employees.")
    refreshed()
    keys = {one["key"] for one in questions(sec)}
    assert keys == {f"MSFT.{REPORT}.220000", f"MSFT.{REPORT}.18400"}
    decide(sec, f"MSFT.{REPORT}.220000", "new")
    publisher.asked.clear()
    assert refreshed() == CODES["done"] and questions(sec) == [] and asked(publisher) == {f"/CIK{MICROSOFT}.json"}
    row = load_facts(["MSFT"], ["headcount"]).set_index("period_end").loc["2026-06-30"]
    assert row["value"] == 220_000 and "taken in by a person's decision" in row["doubt"]


def test_a_run_without_a_companys_list_leaves_the_questions_about_it(sec, publisher):
    publisher.pages[PAGE] = report(SAID.replace("223,000", "296,400"))
    lists(publisher, APPLE, [])
    refreshed()
    (before,) = questions(sec)
    assert refreshed(("AAPL",)) == CODES["done"] and questions(sec) == [before]
    publisher.moods[f"/CIK{MICROSOFT}.json"] = [body(b"<html>busy</html>")]
    assert refreshed() == CODES["data refused"] and questions(sec) == [before]


@pytest.mark.parametrize("decision", ["on_file", "left_out"])
def test_a_decision_ends_the_question_and_nothing_goes_in(sec, publisher, decision):
    publisher.pages[PAGE] = report(SAID.replace("223,000", "296,400"))
    before = tables(sec)
    decide(sec, f"MSFT.{REPORT}.296400", decision)
    assert refreshed() == CODES["done"] and questions(sec) == []
    assert tables(sec)["facts/instant.csv"] == before["facts/instant.csv"]


def test_a_company_without_a_headcount_on_file_asks_first(sec, publisher):
    datadog = b"0001561550"
    publisher.pages = {f"/CIK{datadog.decode()}.json": publisher.pages[f"/CIK{MICROSOFT}.json"].replace(
        MICROSOFT.encode(), datadog), PAGE.replace("789019", "1561550"): report(SAID)}
    assert refreshed(("DDOG",)) == CODES["done"]
    assert "no headcount is on file" in questions(sec)[0]["reason"]


def test_a_report_without_a_number_is_told_and_adds_nothing(sec, publisher, capsys):
    publisher.pages[PAGE] = report("We value our people.")
    before = tables(sec)
    assert refreshed() == CODES["done"] and tables(sec) == before and questions(sec) == []
    assert "without: MSFT 10-K of 2026-07-29" in capsys.readouterr().out


def test_a_day_after_the_end_of_the_year_is_a_doubt(sec, publisher):
    publisher.pages[PAGE] = report(SAID.replace("June 30, 2026", "July 20, 2026"))
    refreshed()
    row = load_facts(["MSFT"], ["headcount"]).set_index("period_end").loc["2026-06-30"]
    assert row["value"] == 223_000
    assert row["doubt"].startswith("counted on 2026-07-20, after the end of the fiscal year")


def test_a_release_counts_where_its_sentence_names_the_day(sec, publisher):
    lists(publisher, APPLE, [APPLE_RELEASE])
    serve_release(publisher, b"<p>Headcount was 167,300 as of June 27, 2026, up 1% year-over-year.</p>")
    assert refreshed(("AAPL",)) == CODES["done"]
    row = load_facts(["AAPL"], ["headcount"]).set_index("period_end").loc["2026-06-27"]
    assert (row["value"], row["form"], row["reading"]) == (167_300, "8-K", "press_release")
    assert row["reported_as"].startswith("results release | Headcount was 167,300")


def test_the_words_about_the_company_at_the_end_of_the_recorded_release_do_not_count(sec, publisher):
    lists(publisher, APPLE, [APPLE_RELEASE])
    recorded = (RECORDED / "aapl_8k_2026_q3_ex991.htm").read_bytes()
    assert b"more than 150,000 employees" in recorded
    serve_release(publisher, recorded)
    before = tables(sec)
    assert refreshed(("AAPL",)) == CODES["done"] and tables(sec) == before and questions(sec) == []


def test_only_annual_reports_and_results_of_the_last_year_are_read(sec, publisher):
    every = json.loads((RECORDED / f"submissions_CIK{APPLE}.json").read_bytes())["filings"]["recent"]["accessionNumber"]
    lists(publisher, APPLE, every)
    done = dry(("AAPL",))
    results = ["0000320193-26-000018", "0000320193-26-000011", "0000320193-26-000005", "0000320193-25-000077"]
    folders = [one.replace("-", "") for one in [*results, APPLE_REPORT]]
    assert asked(publisher) - LISTS == {f"/Archives/edgar/data/320193/{folder}/{name}" for folder, name in zip(
        folders, [*(f"{one}-index.htm" for one in results), "aapl-20250927.htm"], strict=True)}
    assert {type(problem) for problem in done.problems} == {NotThere}  # none of them is served here


@pytest.mark.parametrize("name", [
    "../../x.htm", "/etc/passwd", "https://evil.example/x.htm", "//evil.example/x.htm", "a/b.htm", "x.htm?a=1",
    "x%2e.htm", "", "..", "x.exe", "=cmd()", "<script>.htm", "x.htm\n", "ｘ.htm", "a" * 200 + ".htm",
])
def test_a_document_without_a_plain_name_is_set_aside_and_never_asked_for(sec, publisher, name):
    lists(publisher, MICROSOFT, [REPORT], primaryDocument=name)
    done = dry()
    assert [row["reason"] for row in sum(done.set_aside.values(), [])] == ["the document has no plain file name"]
    assert asked(publisher) == {f"/CIK{MICROSOFT}.json"} and done.problems == []


@pytest.mark.parametrize(("fields", "reason"), [
    ({"filingDate": "2026-11-23"}, "filed in the future"), ({"filingDate": "29 July"}, "no filing date"),
    ({"accessionNumber": "../x"}, "no accession number"),
    ({"reportDate": ""}, "an annual report without a last day before its filing"),
    ({"reportDate": "2027-06-30"}, "an annual report without a last day before its filing"),
])
def test_a_filing_that_cannot_be_is_set_aside(sec, publisher, fields, reason):
    lists(publisher, MICROSOFT, [REPORT], **fields)
    before = tables(sec)
    assert refreshed() == CODES["done"] and tables(sec) == before
    assert reason in (sec / "raw" / "set_aside.csv").read_text() and asked(publisher) == {f"/CIK{MICROSOFT}.json"}


def test_what_a_filing_says_stays_text(sec, publisher):
    publisher.pages[PAGE] = report(
        "</span><script>We had 999,999 employees as of June 30, 2026.</script><span>=HYPERLINK(\"http://x\") "
        "&lt;script&gt;alert(1)&lt;/script&gt; \u202e As of June 30, 2026, we employed 296,400 people.")
    refreshed()
    (one,) = questions(sec)
    assert one["key"].endswith(".296400") and one["row"].startswith("MSFT, 296,400 people on 2026-06-30")
    assert "<script>alert(1)</script>" in one["row"] and "\u202e" not in one["row"]
    decide(sec, one["key"], "new")
    refreshed()
    row = load_facts(["MSFT"], ["headcount"]).set_index("period_end").loc["2026-06-30"]
    assert "<script>alert(1)</script>" in row["reported_as"] and read.check(["facts", "documents"]) == []


@pytest.mark.parametrize(("mood", "code", "words"), [
    (status(404), "source unavailable", "no list of filings of MSFT"), (status(403), "source unavailable", "403"),
    (body(b"<html>busy</html>"), "data refused", "a web page came instead"),
    (body(b'{"cik": "0000789019"}'), "data refused", "not the layout"),
    (body((RECORDED / f"submissions_CIK{APPLE}.json").read_bytes()), "data refused", "asked for the filer"),
])
def test_a_list_that_fails_leaves_the_tables_and_the_next_run_heals(sec, publisher, capsys, mood, code, words):
    before = tables(sec)
    publisher.moods[f"/CIK{MICROSOFT}.json"] = [mood] * QUICK.tries
    assert refreshed() == CODES[code] and words in "".join(capsys.readouterr())
    assert tables(sec) == before
    publisher.moods.clear()
    assert refreshed() == CODES["done"] and tables(sec) != before


@pytest.mark.parametrize(("mood", "error", "words"), [
    (status(404), NotThere, "404"), (status(503), SourceUnavailable, "503"),
    (body((RECORDED / "sec_rate_exceeded.html").read_bytes()), DataRefused, "a notice of the SEC"),
    (body(b"<html>Maintenance</html>"), DataRefused, "does not name its form"),
    (body(b"%PDF-1.7"), DataRefused, "no text"),
])
def test_a_document_that_fails_is_asked_for_again(sec, publisher, mood, error, words):
    before = tables(sec)
    publisher.moods[PAGE] = [mood] * QUICK.tries
    done = refresh_tables(Wanted(companies=["MSFT"]))
    (problem,) = done.problems
    assert type(problem) is error and words in str(problem) and tables(sec) == before
    assert str(problem).startswith(f"MSFT.{REPORT} (10-K)")
    publisher.moods.clear()
    assert refreshed() == CODES["done"] and tables(sec) != before


def test_a_filing_that_a_person_left_out_is_not_asked_for(sec, publisher):
    decide(sec, f"MSFT.{REPORT}", "left_out")
    assert refreshed() == CODES["done"] and asked(publisher) == {f"/CIK{MICROSOFT}.json"}


def test_where_the_publisher_stops_answering_what_was_read_stays(sec, publisher):
    lists(publisher, APPLE, [APPLE_REPORT])
    folder = f"/Archives/edgar/data/320193/{APPLE_REPORT.replace('-', '')}/"
    publisher.moods[folder + "aapl-20250927.htm"] = [status(503)] * QUICK.tries
    assert refreshed(("AAPL", "MSFT")) == CODES["source unavailable"]
    assert PAGE in asked(publisher) and "MSFT.headcount.instant.2026-06-30.2" in (sec / "facts/instant.csv").read_text()


def test_a_run_reads_the_newest_filings_first_and_the_next_goes_on(sec, publisher, capsys, monkeypatch):
    monkeypatch.setattr(connector, "MOST_FILINGS", 1)
    lists(publisher, APPLE, [APPLE_REPORT])
    page = f"/Archives/edgar/data/320193/{APPLE_REPORT.replace('-', '')}/aapl-20250927.htm"
    publisher.pages[page] = report("As of September 27, 2025, the Company had approximately 166,000 employees.")
    assert refreshed(("AAPL", "MSFT")) == CODES["done"] and asked(publisher) == {PAGE, *LISTS}
    assert "1 wait for the next run" in capsys.readouterr().out
    publisher.asked.clear()
    assert refreshed(("AAPL", "MSFT")) == CODES["done"] and asked(publisher) == {page, *LISTS}
    row = load_facts(["AAPL"], ["headcount"]).set_index("period_end").loc["2025-09-27"]
    assert (row["value"], row["reading"]) == (166_000, "filing_text")


def test_without_a_contact_the_sec_is_not_asked(sec, publisher, monkeypatch):
    monkeypatch.delenv("SEC_USER_AGENT")
    assert refreshed() == CODES["source unavailable"] and publisher.asked == []


def test_another_ticker_name_or_a_new_name_is_told_once(sec, publisher, capsys):
    lists(publisher, MICROSOFT, [REPORT], tickers=["MSX"], name="NADELLA & SONS",
          formerNames=[{"name": "MICROSOFT CORP", "to": "2026-05-01T00:00:00.000Z"}])
    refreshed()
    out = capsys.readouterr().out
    assert "MSFT: the SEC lists the filer 0000789019 with the tickers: MSX" in out
    assert "MSFT: Microsoft in companies.csv, NADELLA & SONS in the SEC's list" in out
    assert "MSFT: now called NADELLA & SONS, before MICROSOFT CORP" in out
    refreshed()
    assert capsys.readouterr().out == "nothing new\n"
    lists(publisher, MICROSOFT, [REPORT])
    refreshed()
    out = capsys.readouterr().out
    assert "now called MICROSOFT CORP, before NADELLA & SONS" in out and "tickers" not in out


def test_a_foreign_filer_is_named_as_not_read(sec, publisher, capsys):
    lists(publisher, MICROSOFT, [REPORT], form="20-F")
    refreshed()
    assert "MSFT: a foreign filer (20-F); its reports are not read" in capsys.readouterr().out
    assert asked(publisher) == {f"/CIK{MICROSOFT}.json"}
