"""Labour series from a real server: new and revised values come in dated, what cannot be is refused or asked about."""

import pytest

from analysis import load_labour
from analysis.errors import AskFirst
from analysis.refresh import refresh as refreshing
from analysis.refresh.command import CODES, run
from analysis.refresh.refresh import Wanted, refresh_tables
from analysis.refresh.review import aside_file, keep
from analysis.tables import read
from analysis.tables.read import read_table
from tests.publisher import body, status
from tests.refresh.conftest import QUICK, RECORDED, TODAY, point_to, put_back, tables

JOBS, POSTINGS = "bls_ces_information_employment_USINFO", "indeed_all_postings_index_us"
FRED, INDEED = "/usinfo.csv", "/us.csv"


@pytest.fixture
def labour(publisher, data_copy, monkeypatch):
    """The data folder, with two series at the local publisher as recorded."""
    publisher.pages[FRED] = (RECORDED / "fred_USINFO.csv").read_bytes()
    publisher.pages[INDEED] = (RECORDED / "indeed_aggregate_US.csv").read_bytes()
    point_to(data_copy, {"fred_usinfo": publisher.url + FRED, "indeed_us": publisher.url + INDEED})
    monkeypatch.setattr(refreshing, "Limits", lambda: QUICK)
    monkeypatch.setattr(refreshing, "today", lambda: TODAY)
    return data_copy


def refresh(**options) -> int:
    return run(Wanted(**options), reports=False)


def revised(publisher, old: bytes, new: bytes, path: str = FRED) -> None:
    assert old in publisher.pages[path]
    publisher.pages[path] = publisher.pages[path].replace(old, new)


def test_new_and_revised_values_come_in_dated_and_the_rest_stays(labour, publisher, capsys):
    before = load_labour()
    revised(publisher, b"2026-07-01,2780", b"2026-07-01,2771\n2026-08-01,2765")
    assert refresh() == CODES["done"]
    told = capsys.readouterr().out
    assert f"{JOBS}: 3 new or revised values, to 2026-08-01; 137 on file without a day are seen again" in told
    after = load_labour()
    jobs = after[after["series"] == JOBS].set_index("date")
    assert jobs["retrieved_date"].notna().all() and jobs["preliminary"].sum() == 2
    assert (jobs.loc["2026-07-01", "value"], jobs.loc["2026-08-01", "value"]) == (2771, 2765)
    others = ~after["series"].isin([JOBS, POSTINGS])
    assert after[others]["value"].tolist() == before[~before["series"].isin([JOBS, POSTINGS])]["value"].tolist()
    documents = read_table("documents").set_index("document_id")
    assert documents.loc[jobs["document_id"].iloc[0], "url"] == publisher.url + FRED
    assert read.check() == []


def test_nothing_new_means_nothing_is_written_and_offline_gives_the_same_tables(labour, publisher, capsys):
    before = tables(labour)
    refresh()
    after = tables(labour)
    publisher.asked.clear()
    assert refresh() == CODES["done"] and "nothing new" in capsys.readouterr().out and tables(labour) == after
    assert len(publisher.asked) == 2 and all("If-None-Match" in headers for _, headers in publisher.asked)
    put_back(labour, before)
    assert refresh(offline=True) == CODES["done"] and tables(labour) == after and len(publisher.asked) == 2


@pytest.mark.parametrize(("old", "new", "reason"), [
    (b"2026-07-01,2780", b"2099-07-01,2780", "a date in the future"),
    (b"2026-07-01,2780", b"2026-07-01,2780\n2026-07-01,2790", "the date stands twice"),
    (b"2026-07-01,2780", b"2026-07-01,n/a", "not a number"),
    (b"2026-07-01,2780", b'2026-07-01,"=cmd|\' /C calc\'!A0"', "not a number"),
])
def test_a_row_that_cannot_be_is_set_aside_and_the_others_come_in(labour, publisher, old, new, reason):
    revised(publisher, old, new)
    done = refresh_tables(Wanted(["fred_usinfo"], dry_run=True))
    assert done.problems == [] and done.added["labour_series"] == 138
    assert {reason in row["reason"] for row in sum(done.set_aside.values(), [])} == {True}


def test_a_missing_value_is_no_row(labour, publisher):
    revised(publisher, b"2026-07-01,2780", b"2026-07-01,.")
    done = refresh_tables(Wanted(["fred_usinfo"], dry_run=True))
    assert done.added["labour_series"] == 138 and not any(done.set_aside.values())


def test_a_formula_does_not_run_in_the_list_of_rows_set_aside(labour, publisher):
    revised(publisher, b"2026-07-01,2780", b"2026-07-01,=1+1")
    keep(aside_file(), refresh_tables(Wanted(["fred_usinfo"], dry_run=True)).set_aside)
    text = (labour / "raw" / "set_aside.csv").read_text()
    assert "'=1+1" in text and ",=1+1" not in text


def test_a_value_ten_times_off_stops_and_asks_and_the_other_series_goes_on(labour, publisher):
    revised(publisher, b"2026-06-01,2769", b"2026-06-01,2769000")
    done = refresh_tables(Wanted(dry_run=True))
    assert [type(problem) for problem in done.problems] == [AskFirst]
    assert "1 values would change more than 10 times, e.g. 2026-06-01 from 2769 to 2.769e+06" in str(done.problems[0])
    assert set(done.rows["labour_series"]["series"]) == {POSTINGS}
    agreed = refresh_tables(Wanted(dry_run=True, accept=True))
    assert agreed.problems == [] and set(agreed.rows["labour_series"]["series"]) == {JOBS, POSTINGS}


def test_a_new_value_ten_times_off_the_last_stops_and_asks(labour, publisher):
    revised(publisher, b"2026-07-01,2780", b"2026-07-01,2780\n2026-11-01,2780000")
    done = refresh_tables(Wanted(["fred_usinfo"], dry_run=True))
    assert [type(problem) for problem in done.problems] == [AskFirst] and "2026-11-01 from" in str(done.problems[0])


def test_a_file_that_lost_its_past_stops_and_asks(labour, publisher, capsys):
    refresh(sources=["fred_usinfo"])
    before, rows = tables(labour), publisher.pages[FRED].splitlines(keepends=True)
    publisher.pages[FRED] = b"".join([rows[0], *rows[20:]])
    assert refresh(sources=["fred_usinfo"]) == CODES["data refused"]
    assert "lacks 19 of the 142 values" in capsys.readouterr().err and tables(labour) == before


@pytest.mark.parametrize("content", [
    b"", b"<html>Access denied</html>", b"date,value\n", b"observation_date,PAYEMS\n2026-01-01,1\n",
    b"observation_date,USINFO\n2026-01-01,.\n", b'{"error": "busy"}',
], ids=["empty", "html", "no rows", "another series", "nothing but gaps", "json"])
def test_what_is_no_such_series_is_refused_and_healed_by_the_next_run(labour, publisher, content, capsys):
    good, before = publisher.pages[FRED], tables(labour)
    publisher.pages[FRED] = content
    assert refresh(sources=["fred_usinfo"]) == CODES["data refused"]
    assert "data refused: fred_usinfo" in capsys.readouterr().err and tables(labour) == before
    publisher.pages[FRED] = good
    assert refresh(sources=["fred_usinfo"], dry_run=True) == CODES["done"]


@pytest.mark.parametrize("mood", [
    status(403), status(429, Retry_After="0"), status(500), body(b"date,value\n", claimed=99),
], ids=["403", "429", "500", "truncated"])
def test_a_publisher_that_fails_changes_nothing(labour, publisher, mood, capsys):
    before = tables(labour)
    publisher.moods[FRED] = [mood] * 3
    assert refresh(sources=["fred_usinfo"]) == CODES["source unavailable"]
    assert "source unavailable: fred_usinfo" in capsys.readouterr().err and tables(labour) == before
