"""Which bytes rows were read from, and when: kept in a table, and the same again after a rebuild from raw bytes."""

import hashlib

import pytest

from analysis.refresh import refresh as refreshing
from analysis.refresh.command import CODES, run
from analysis.refresh.refresh import Wanted
from analysis.tables import read
from analysis.tables.read import read_table
from tests.refresh.conftest import META, QUICK, RECORDED, point_to, put_back, tables

FRED = "/usinfo.csv"


def on(monkeypatch, day: str) -> None:
    """Let the refresh think that it is this day."""
    monkeypatch.setattr(refreshing, "today", lambda: day)


def refresh(**options) -> int:
    sources = list(read_table("live_sources")["live_source_id"])
    companies = ["META", "MSFT"] if "sec_companyfacts" in sources else None
    return run(Wanted(sources, companies, **options), reports=False)


def taken(url: str) -> list[tuple[str, str]]:
    rows = read_table("retrievals").sort_values("retrieved_date")
    rows = rows[rows["url"] == url]
    return list(zip(rows["retrieved_date"].dt.strftime("%Y-%m-%d"), rows["sha256"], strict=True))


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_only_content_that_gave_rows_is_named_with_its_day(live, publisher, monkeypatch):
    on(monkeypatch, "2026-11-23")
    assert refresh() == CODES["done"]
    first = [("2026-11-23", digest(publisher.pages[META]))]
    assert taken(publisher.url + META) == first
    assert len(read_table("retrievals")) == 3  # Microsoft's file gave nothing new
    on(monkeypatch, "2026-11-24")
    publisher.pages[META] += b" "
    assert refresh() == CODES["done"] and taken(publisher.url + META) == first
    assert read.check(["retrievals"]) == []


@pytest.fixture
def jobs(data_copy, publisher, monkeypatch):
    """One revised series, fetched on three days, the last of them without a new value; the tables as they were."""
    publisher.pages[FRED] = (RECORDED / "fred_USINFO.csv").read_bytes()
    point_to(data_copy, {"fred_usinfo": publisher.url + FRED})
    monkeypatch.setattr(refreshing, "Limits", lambda: QUICK)
    before = tables(data_copy)
    for day, value in (("2026-11-23", b"2780"), ("2026-11-24", b"2771"), ("2026-11-25", b"2771 ")):
        on(monkeypatch, day)
        publisher.pages[FRED] = publisher.pages[FRED].replace(b"2026-07-01,2780", b"2026-07-01," + value)
        publisher.pages[FRED] = publisher.pages[FRED].replace(b"2026-07-01,2771", b"2026-07-01," + value)
        assert refresh() == CODES["done"]
    return data_copy, before


def test_a_revised_series_is_rebuilt_offline_with_its_vintages_byte_by_byte(jobs, publisher):
    folder, before = jobs
    after = tables(folder)
    assert [day for day, _ in taken(publisher.url + FRED)] == ["2026-11-23", "2026-11-24"]
    put_back(folder, before)
    assert refresh(offline=True) == CODES["done"] and tables(folder) == after != before
    assert refresh(offline=True) == CODES["done"] and tables(folder) == after


def test_a_table_that_was_changed_by_hand_is_as_it_was_after_a_rebuild_of_its_rows(jobs):
    folder, before = jobs
    after = tables(folder)
    put_back(folder, {name: before[name] for name in ("labour_series.csv", "retrievals.csv")})
    assert refresh(offline=True) == CODES["done"] and tables(folder) == after


def test_filings_that_came_one_after_another_are_rebuilt_byte_by_byte(live, publisher, monkeypatch):
    before, whole = tables(live), publisher.pages[META]
    on(monkeypatch, "2026-11-23")
    publisher.pages[META] = whole.replace(b'"filed":"2025-01-30"', b'"filed":null')
    assert publisher.pages[META] != whole and refresh() == CODES["done"]
    on(monkeypatch, "2026-11-24")
    publisher.pages[META] = whole
    assert refresh() == CODES["done"]
    after = tables(live)
    assert [day for day, _ in taken(publisher.url + META)] == ["2026-11-23", "2026-11-24"]
    put_back(live, before)
    assert refresh(offline=True) == CODES["done"] and tables(live) == after
    assert refresh(offline=True) == CODES["done"] and tables(live) == after
