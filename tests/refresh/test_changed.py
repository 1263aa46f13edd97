"""What a refresh changed is told to machines, kept until it is told, and the edition before it is kept."""

import json

import pytest

from analysis.refresh import changed
from analysis.refresh.command import CODES, make_reports, run
from analysis.refresh.refresh import Wanted
from tests.publish.small_project import Project, code
from tests.refresh.conftest import META

READS = """from analysis import load_facts
from analysis.publish.prose import answer, count
from analysis.tables.health import counted
facts = load_facts(["META"], all_readings=True)
answer("Meta's facts: {n} readings.", n=count(counted(facts), key="readings_count"))"""


@pytest.fixture
def edition(live, tmp_path, monkeypatch):
    """A project with one small report of the facts, published once; where its latest edition is."""
    monkeypatch.setenv("ANALYSIS_REPORTS", str(tmp_path / "reports"))
    monkeypatch.setenv("ANALYSIS_NOTEBOOKS", str(tmp_path / "notebooks"))
    (tmp_path / "notebooks").mkdir()
    Project(tmp_path / "notebooks").add("readings", code(READS), tables=["facts"])
    assert make_reports() == CODES["done"]
    return tmp_path / "reports" / "latest"


def refresh(reports: bool = True, **options) -> int:
    return run(Wanted(**{"companies": ["META", "MSFT"]} | options), reports=reports)


def told(edition) -> dict:
    return json.loads((edition / "changes.json").read_text())


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
    assert changed.pending() == {"tables": [], "before": None}


def test_nothing_new_leaves_what_was_told_alone(edition):
    refresh()
    stamp = {path: path.stat().st_mtime_ns for path in edition.parent.rglob("*") if path.is_file()}
    assert refresh() == CODES["done"]
    assert {path: path.stat().st_mtime_ns for path in edition.parent.rglob("*") if path.is_file()} == stamp


def test_what_came_in_without_reports_is_told_when_they_are_made(edition):
    assert refresh(reports=False) == CODES["done"]
    assert not (edition / "changes.json").exists() and changed.pending()["tables"]
    assert refresh() == CODES["done"]
    assert told(edition)["tables"]["rows_added"]["facts"] == 9 and told(edition)["reports"]["numbers"]


def test_a_refresh_cut_off_while_it_made_reports_is_told_whole_by_the_next(edition, monkeypatch):
    def cut_off(*_, **__):
        (edition / "run.json").write_text('{"reports": {}}')  # half an edition is no longer the one before
        raise KeyboardInterrupt

    monkeypatch.setattr("subprocess.run", cut_off)
    with pytest.raises(KeyboardInterrupt):
        refresh()
    monkeypatch.undo()
    monkeypatch.setenv("ANALYSIS_REPORTS", str(edition.parent))
    monkeypatch.setenv("ANALYSIS_NOTEBOOKS", str(edition.parents[1] / "notebooks"))
    monkeypatch.setenv("ANALYSIS_DATA", str(edition.parents[1] / "data"))
    assert make_reports() == CODES["done"]
    assert told(edition)["tables"]["rows_added"]["facts"] == 9
    assert [one["report"] for one in told(edition)["reports"]["numbers"]] == ["readings"]


def test_a_dry_run_tells_nothing_to_machines(edition):
    assert refresh(dry_run=True) == CODES["done"]
    assert not (edition / "changes.json").exists() and changed.pending()["tables"] == []


def test_a_value_filed_again_with_another_number_is_a_restatement_and_a_first_filing_is_not(live, publisher):
    refresh(reports=False)
    first = changed.pending()["tables"][0]
    assert all(one["before"] != one["after"] for one in first["restatements"])
    assert len(first["restatements"]) < first["rows_added"]["facts"], "most were filed for the first time"
    whole = json.loads(publisher.pages[META])
    capital = whole["facts"]["us-gaap"]["PaymentsToAcquirePropertyPlantAndEquipment"]["units"]["USD"]
    last = [one for one in capital if one["end"] == "2025-12-31" and one["start"] == "2025-01-01"][-1]
    capital.append(last | {"val": last["val"] + 10**9, "filed": "2026-11-01", "accn": "0001326801-26-000099"})
    publisher.pages[META] = json.dumps(whole).encode()
    assert refresh(reports=False) == CODES["done"]
    (row,) = [one for one in changed.pending()["tables"][1]["restatements"] if ".year." in one["fact_id"]]
    assert row["fact_id"].startswith("META.capex.year.2025-12-31.") and row["filed_date"] == "2026-11-01"
    assert (row["before"], row["after"]) == (str(last["val"]), str(last["val"] + 10**9))
