"""What stands behind a page: the newest day, the rows, their doubts and the checks that fail."""

import pytest

from analysis.publish.manifest import load_manifest
from analysis.tables.documents import citation
from analysis.tables.guidance import load_guidance
from analysis.tables.page_health import TOLERANCE_RATIO, Behind, behind
from analysis.tables.read import read_table

META_FACTS = "1febfd8f"


def guidance_document(day):
    rows = load_guidance(["META"])
    (document,) = rows.loc[rows["given_date"] == day, "document_id"].unique()
    return document


def test_the_newest_day_is_that_of_the_rows_in_the_documents():
    old, new = guidance_document("2026-04-29"), guidance_document("2026-07-29")
    assert citation(old) != citation(new)
    assert behind([old]).newest == "2026-04-29"
    assert behind([old, new]).newest == "2026-07-29"


def test_a_day_that_was_not_yet_known_does_not_count():
    new = guidance_document("2026-07-29")
    assert behind([new], "2026-05-01") == Behind()


def test_rows_of_unknown_vintage_stand_behind_the_current_edition_alone():
    rows = read_table("facts")
    undated = rows.groupby("document_id")["filed_date"].count()
    document = undated.index[undated == 0][0]
    assert behind([document]).rows > 0 and behind([document], "2026-10-01") == Behind()


def test_documents_without_rows_and_unknown_ones_count_for_nothing():
    assert behind([]) == behind(["no-such-document"]) == Behind("", 0, 0, 0)


@pytest.fixture
def before_and_after(edit, monkeypatch):
    """What stands behind a document before and after an edit; each folder of data is read once, so edits come first."""

    def compare(document, *change, **cells):
        edit(*change, **cells)
        after = behind([document])
        monkeypatch.delenv("ANALYSIS_DATA")
        return behind([document]), after

    return compare


def test_a_doubt_that_is_lifted_no_longer_counts(before_and_after):
    before, after = before_and_after("03751eca", "layoff_events.csv", "event_id", "2026-07-22.monday-com", doubt="")
    assert (before.rows, before.doubts) == (1, 1) and (after.rows, after.doubts) == (1, 0)


def test_a_year_that_its_quarters_no_longer_add_up_to_is_counted(before_and_after):
    before, after = before_and_after(META_FACTS, "facts/annual.csv", "fact_id", "META.capex.year.2025-12-31.1",
                                     value="99000000000")
    assert before.rows > 100
    assert after.failed_checks == before.failed_checks + 1


def test_the_check_has_the_tolerance_of_the_report_on_the_data():
    assert load_manifest().find("data_health").params["tolerance_ratio"].default == TOLERANCE_RATIO
