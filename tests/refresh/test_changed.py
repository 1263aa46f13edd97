"""What a refresh changed is told to machines, kept until it is told, and the edition before it is kept."""

import json
import multiprocessing
import os
import signal
import sys

import pytest

from analysis.refresh import changed
from analysis.refresh.command import CODES, make_reports, run
from analysis.refresh.refresh import Wanted
from analysis.tables import read, staging
from tests.refresh.conftest import META, told


def refresh(reports: bool = True, **options) -> int:
    return run(Wanted(**{"companies": ["META", "MSFT"]} | options), reports=reports)


def test_new_rows_and_the_answer_they_changed_are_told_and_the_edition_before_is_kept(edition):
    answers = (edition / "readings.numbers.csv").read_text()
    assert not (edition / "changes.json").exists()
    assert refresh() == CODES["done"]
    found = told(edition)
    assert found["tables"]["rows_added"]["facts"] == 9
    assert sum(one["readings"] for one in found["tables"]["filings"]) == 9
    assert all(one["ticker"] in ("META", "MSFT") and one["filed_date"] > "2009" for one in found["tables"]["filings"])
    (number,) = found["reports"]["numbers"]
    assert number["report"] == "readings" and number["after"] > number["before"] and number["unit"] == "count"
    assert len(found["reports"]["answers"]) == 1
    kept = edition.parent / found["edition_before"]
    assert kept.parent.parent == edition.parent / "vintages"
    assert (kept / "readings.numbers.csv").read_text() == answers and (kept / "run.json").exists()
    assert changed.pending() == {"rows": {}, "before": None}


def test_what_came_in_without_reports_is_told_when_they_are_made(edition):
    assert refresh(reports=False) == CODES["done"]
    assert not (edition / "changes.json").exists() and changed.pending()["rows"]["facts"]
    assert refresh() == CODES["done"]
    assert told(edition)["tables"]["rows_added"]["facts"] == 9 and told(edition)["reports"]["numbers"]


def test_a_dry_run_tells_nothing_to_machines(edition):
    assert refresh(dry_run=True) == CODES["done"]
    assert not (edition / "changes.json").exists() and changed.pending()["rows"] == {}


def test_a_value_filed_again_with_another_number_is_a_restatement_and_a_first_filing_is_not(live, publisher):
    refresh(reports=False)
    first = changed.in_tables(changed.pending()["rows"])
    assert all(one["before"] != one["after"] for one in first["restatements"])
    assert len(first["restatements"]) < first["rows_added"]["facts"], "most were filed for the first time"
    whole = json.loads(publisher.pages[META])
    capital = whole["facts"]["us-gaap"]["PaymentsToAcquirePropertyPlantAndEquipment"]["units"]["USD"]
    last = [one for one in capital if one["end"] == "2025-12-31" and one["start"] == "2025-01-01"][-1]
    capital.append(last | {"val": last["val"] + 10**9, "filed": "2026-11-01", "accn": "0001326801-26-000099"})
    publisher.pages[META] = json.dumps(whole).encode()
    assert refresh(reports=False) == CODES["done"]
    both = changed.in_tables(changed.pending()["rows"])["restatements"]
    (row,) = [one for one in both if ".year." in one["fact_id"]]
    assert row["fact_id"].startswith("META.capex.year.2025-12-31.") and row["filed_date"] == "2026-11-01"
    assert (row["before"], row["after"]) == (str(last["val"]), str(last["val"] + 10**9))


@pytest.mark.parametrize("step", ["before", "after"])
def test_ended_when_the_tables_are_replaced_only_what_came_in_is_told(edition, step):
    """The process is killed on the rename that declares the new tables complete, or right after it."""
    process = multiprocessing.get_context("fork").Process(target=_killed_at_the_rename, args=(step,))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    read.forget()
    assert refresh(companies=["MSFT"]) == CODES["done"]  # heals, and adds nothing by itself
    assert (edition / "changes.json").exists() == (step == "after")
    if step == "after":
        assert told(edition)["tables"]["rows_added"]["facts"] == 9


def _killed_at_the_rename(step):
    def watch(event, given):
        if event == "os.rename":
            is_declared = str(given[0]).endswith(staging.READY) or "/" + staging.READY in str(given[0])
            if is_declared if step == "after" else str(given[1]).endswith(staging.READY):
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)
    refresh(reports=False)


def test_rows_taken_out_again_are_not_told(edition, live):
    old = {path: path.read_bytes() for path in live.rglob("*.csv") if "raw" not in path.parts}
    refresh(reports=False)
    for path, content in old.items():
        path.write_bytes(content)
    read.forget()
    assert make_reports() == CODES["done"]
    assert not (edition / "changes.json").exists() and changed.pending()["rows"] == {}


def test_a_person_reads_the_filings_the_values_filed_again_and_the_answers_that_changed(edition, capsys):
    refresh()
    text = capsys.readouterr().out
    assert "filings: META 10-Q filed 2024-08-01: " in text
    assert "filed again with another number: META.capex.quarter.2023-06-30.2: 6216000000 -> 6134000000 usd" in text
    assert "readings: readings_count" in text
