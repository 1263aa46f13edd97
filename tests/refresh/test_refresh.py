"""A refresh from a real server: what is new comes in, nothing is lost, and the ending says what happened."""

import multiprocessing
import sys
import time

import pytest

from analysis.errors import UnknownName
from analysis.refresh.command import CODES, run
from analysis.refresh.refresh import Wanted
from analysis.tables import read
from tests.publisher import silence
from tests.refresh.conftest import META, MSFT, put_back, tables


def refresh(**options) -> int:
    return run(Wanted(**{"companies": ["META", "MSFT"]} | options), reports=False)


def test_what_is_new_comes_in_and_the_rest_stays(live, capsys):
    before = tables(live)
    assert refresh() == CODES["done"]
    after = tables(live)
    assert "added 9 rows of facts" in capsys.readouterr().out
    assert {name for name in after if after[name] != before.get(name)} == {
        "documents.csv", "facts/quarterly.csv", "retrievals.csv"}
    old, new = (set(files["facts/quarterly.csv"].splitlines()) for files in (before, after))
    assert old < new and len(new - old) == 9
    assert read.check() == []


def test_nothing_new_means_nothing_is_asked_twice_or_written(live, publisher, capsys):
    refresh()
    before, stamp = tables(live), (live / "facts/quarterly.csv").stat().st_mtime_ns
    raw = {path: path.stat().st_mtime_ns for path in (live / "raw").rglob("*") if path.name != "refresh.lock"}
    publisher.asked.clear()
    assert refresh() == CODES["done"]
    assert "nothing new" in capsys.readouterr().out
    assert tables(live) == before and (live / "facts/quarterly.csv").stat().st_mtime_ns == stamp
    assert {path: path.stat().st_mtime_ns for path in (live / "raw").rglob("*") if path.name != "refresh.lock"} == raw
    assert all("If-None-Match" in headers for path, headers in publisher.asked if path in (META, MSFT))


def test_a_dry_run_changes_no_table(live, capsys):
    before = tables(live)
    assert refresh(dry_run=True) == CODES["done"]
    assert "would add 9 rows of facts" in capsys.readouterr().out and tables(live) == before
    assert refresh() == CODES["done"] and tables(live) != before


def test_offline_the_tables_are_rebuilt_from_the_raw_bytes_alone(live, publisher):
    before = tables(live)
    refresh()
    after = tables(live)
    put_back(live, before)
    publisher.asked.clear()
    assert refresh(offline=True) == CODES["done"]
    assert publisher.asked == [] and tables(live) == after


def test_without_a_contact_the_sec_is_not_asked(live, publisher, monkeypatch, capsys):
    monkeypatch.delenv("SEC_USER_AGENT")
    assert refresh() == CODES["source unavailable"]
    assert "set SEC_USER_AGENT" in capsys.readouterr().err and publisher.asked == []


def test_an_unknown_source_is_refused_with_the_valid_ones(live):
    with pytest.raises(UnknownName, match="nearest valid: sec_companyfacts"):
        refresh(sources=["sec"])


def test_rows_that_break_the_contract_leave_the_tables_as_they_were(live, publisher, monkeypatch, capsys):
    before = tables(live)
    monkeypatch.setattr(read, "check", lambda names: ["facts: row 1 is bad"])
    assert refresh() == CODES["data refused"]
    told = capsys.readouterr().err
    assert "row 1 is bad" in told and "nothing of sec_companyfacts was taken in" in told and tables(live) == before


def test_two_at_once_the_second_says_who_is_at_work_and_leaves_it_alone(live, publisher, capsys):
    publisher.moods[META] = [silence(0.4)]  # the first one waits there
    other = multiprocessing.get_context("fork").Process(target=lambda: sys.exit(refresh()))
    other.start()
    while not publisher.asked:
        time.sleep(0.01)
    assert refresh() == CODES["locked"]
    assert f"process {other.pid} on " in capsys.readouterr().err
    other.join()
    assert other.exitcode == CODES["done"]
    after = tables(live)
    read.forget()
    assert refresh() == CODES["done"] and tables(live) == after and "nothing new" in capsys.readouterr().out
