"""A refresh from a real server: what is new comes in, nothing is lost, and the ending says what happened."""

import json
import multiprocessing
import time

import pytest

from analysis.refresh.command import CODES, run
from analysis.refresh.refresh import Wanted
from analysis.tables import read
from analysis.tables.lock import held, lock_file
from tests.publisher import body, silence, status
from tests.refresh.conftest import META, MSFT, tables


def refresh(**options) -> int:
    return run(Wanted(**{"companies": ["META", "MSFT"]} | options), reports=False)


def edited(publisher, path: str, change) -> None:
    """Replace a page by the same file with its facts changed."""
    whole = json.loads(publisher.pages[path])
    change(whole["facts"]["us-gaap"])
    publisher.pages[path] = json.dumps(whole).encode()


def test_what_is_new_comes_in_and_the_rest_stays(live, capsys):
    before = tables(live)
    assert refresh() == CODES["done"]
    after = tables(live)
    assert "added 9 rows of facts" in capsys.readouterr().out
    assert {name for name in after if after[name] != before.get(name)} == {"documents.csv", "facts/quarterly.csv"}
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
    for name, content in before.items():
        (live / name).write_bytes(content)
    publisher.asked.clear()
    assert refresh(offline=True) == CODES["done"]
    assert publisher.asked == [] and tables(live) == after


def test_without_a_contact_the_sec_is_not_asked(live, publisher, monkeypatch, capsys):
    monkeypatch.delenv("SEC_USER_AGENT")
    assert refresh() == CODES["source unavailable"]
    assert "set SEC_USER_AGENT" in capsys.readouterr().err and publisher.asked == []


def test_an_unknown_source_is_refused_with_the_valid_ones(live):
    from analysis.errors import UnknownName

    with pytest.raises(UnknownName, match="nearest valid: sec_companyfacts"):
        refresh(sources=["sec"])


@pytest.mark.parametrize("mood", [status(500), status(403), status(429), silence(1), body(b"x", claimed=9)],
                         ids=["500", "403", "429", "timeout", "truncated"])
def test_a_publisher_that_fails_changes_nothing_and_the_next_run_heals(live, publisher, mood, capsys):
    before = tables(live)
    publisher.moods[MSFT] = [mood] * 9
    assert refresh() == CODES["source unavailable"]
    assert "source unavailable: sec_companyfacts" in capsys.readouterr().err and tables(live) == before
    publisher.moods.clear()
    assert refresh() == CODES["done"] and tables(live) != before


def test_a_filer_without_a_file_is_named_and_the_others_go_on(live, publisher, capsys):
    assert refresh(companies=["META", "MSFT", "AAPL"]) == CODES["source unavailable"]
    out = capsys.readouterr()
    assert "no file of AAPL" in out.err and "added 9 rows of facts" in out.out


@pytest.mark.parametrize("content", [b"<html>busy</html>", b"", b"{}", b'{"cik": 7, "facts": {}}'],
                         ids=["html", "empty", "wrong schema", "another filer"])
def test_one_filers_bad_file_is_refused_and_the_others_go_on(live, publisher, content, capsys):
    good = publisher.pages[MSFT]
    publisher.pages[MSFT] = content
    assert refresh() == CODES["data refused"]
    out = capsys.readouterr()
    assert "data refused: MSFT" in out.err and "added 9 rows of facts" in out.out
    publisher.pages[MSFT] = good
    assert refresh() == CODES["done"]


def test_a_concept_that_vanishes_stops_and_asks(live, publisher, capsys):
    refresh()
    before = tables(live)
    edited(publisher, META, lambda facts: facts.pop("PaymentsToAcquirePropertyPlantAndEquipment"))
    assert refresh() == CODES["data refused"]
    assert "--accept" in capsys.readouterr().err and tables(live) == before
    assert refresh(accept=True) == CODES["done"] and tables(live) == before  # rows on file are never lost


def test_values_a_thousand_times_off_stop_and_ask(live, publisher, capsys):
    def off(facts):
        for one in facts["PaymentsToAcquirePropertyPlantAndEquipment"]["units"]["USD"]:
            if one["end"] == "2025-12-31":
                one.update(val=one["val"] // 1000, filed="2026-11-01", accn="x")
    edited(publisher, META, off)
    before = tables(live)
    assert refresh() == CODES["data refused"]
    assert "more than 10 times" in capsys.readouterr().err and tables(live) == before
    assert refresh(accept=True) == CODES["done"] and tables(live) != before


def test_a_unit_that_changes_is_set_aside_with_the_reason(live, publisher):
    def euros(facts):
        units = facts["NetIncomeLoss"]["units"]
        units["EUR"] = [units["USD"][-1] | {"filed": "2026-11-01", "accn": "x", "end": "2026-09-30"}]
    edited(publisher, MSFT, euros)
    assert refresh() == CODES["done"]
    assert "unit EUR" in (live / "raw" / "set_aside.csv").read_text()


def test_rows_that_break_the_contract_leave_the_tables_as_they_were(live, publisher, monkeypatch, capsys):
    before = tables(live)
    monkeypatch.setattr(read, "check", lambda names: ["facts: row 1 is bad"])
    assert refresh() == CODES["data refused"]
    assert "row 1 is bad" in capsys.readouterr().err and tables(live) == before


def hold(folder, seconds):
    with held(lock_file(folder)):
        time.sleep(seconds)


def test_two_at_once_the_second_says_who_is_at_work(live, capsys):
    other = multiprocessing.get_context("fork").Process(target=hold, args=(live, 3))
    other.start()
    time.sleep(0.5)
    try:
        assert refresh() == CODES["locked"]
        assert f"process {other.pid}" in capsys.readouterr().err
    finally:
        other.kill()
        other.join()
    assert refresh() == CODES["done"]
