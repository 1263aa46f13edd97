"""What became known between two days: a later row appears, an earlier one does not, a changed value is named."""

import pytest

from analysis.errors import AnalysisError
from analysis.metrics.changes import KINDS, NOUNS, changes_between, counts_by_kind, previous_day, restated_between

APRIL, MAY, JULY = "2026-04-28", "2026-05-01", "2026-07-30"


def told(changes, kind):
    """The sentences of one kind of change."""
    return list(changes.loc[changes["kind"] == kind, "what"])


def test_guidance_given_between_the_days_stands_with_what_it_moved_from():
    words = [one for one in told(changes_between(APRIL, MAY), "guidance") if one.startswith("Meta Platforms")]
    assert words == ["Meta Platforms: Capital expenditure for the year to 31 December 2026: raised from "
                     "$115bn–$135bn to $125bn–$145bn"]


def test_a_sum_on_a_new_measure_is_told_without_a_direction():
    words = [one for one in told(changes_between(MAY, JULY), "guidance") if "twelve months" in one]
    assert words == ["Microsoft: Capital expenditure for the twelve months to 31 December 2026: $175bn, on another "
                     "measure than the $190bn before"]


def test_nothing_of_before_and_nothing_of_after_is_in_the_list():
    changes = changes_between(APRIL, MAY)
    assert len(changes) and changes["date"].between("2026-04-29", MAY).all()
    assert not any("8,000 cuts" in one for one in told(changes, "layoff")), "announced on 17 April"
    assert "Meta: 8,000 cuts reported" in told(changes_between("2026-04-16", MAY), "layoff")


def test_each_filing_is_one_row_however_many_figures_it_brought():
    filings = changes_between("2026-06-30").query("kind == 'filing'")
    assert not filings.duplicated(["ticker", "date", "what"]).any()
    (meta,) = filings.loc[filings["ticker"] == "META", "what"]
    assert meta.startswith("Meta Platforms: 10-Q with ") and meta.endswith("up to 30 June 2026")


def test_a_value_filed_again_with_another_number_is_told_once_with_both(data_copy):
    path = data_copy / "facts" / "quarterly.csv"
    lines = path.read_text().splitlines()
    (line,) = [one for one in lines if one.startswith("META.capex.quarter.2026-06-30.")]
    cells = line.split(",")
    again = line.replace(cells[0], cells[0][:-1] + "9").replace(f",{cells[6]},", ",31000000000,")
    again = again.replace(",2026-07-30,", ",2026-09-15,")
    path.write_text("\n".join([*lines, again]) + "\n")
    restated = restated_between("2026-07-31", "2026-10-08")
    assert restated[["ticker", "concept"]].to_dict("records") == [{"ticker": "META", "concept": "capex"}]
    row = restated.iloc[0]
    assert (row["before_value"], row["after_value"]) == (float(cells[6]), 31e9)
    assert row["what"].startswith("Capex, quarter to 30 June 2026: $31bn, filed before as ")
    assert restated_between("2026-07-31", "2026-09-14").empty, "not known by then"
    assert restated_between("2026-09-15", "2026-10-08").empty, "known before"
    assert told(changes_between("2026-07-31", "2026-10-08"), "restated") == [f"Meta Platforms: {row['what']}"]


def test_a_reading_without_a_filed_date_is_in_no_list(edit):
    edit("facts/quarterly.csv", "fact_id", "META.capex.quarter.2026-06-30.1", filed_date="")
    figures = [one for one in told(changes_between("2026-06-30"), "filing") if one.startswith("Meta")]
    assert figures == [one.replace("5 figures", "4 figures") for one in figures] and len(figures) == 1


def test_kinds_are_counted_and_none_is_zero_with_a_source():
    counts = counts_by_kind(changes_between(APRIL, MAY))
    assert list(counts) == list(KINDS) == list(NOUNS)
    assert counts["restated"].value == 0 and counts["restated"].documents
    assert counts["guidance"].value == len(told(changes_between(APRIL, MAY), "guidance"))


def test_the_usual_day_is_the_quarter_end_before_the_newest_filing():
    assert previous_day("quarter_end") == "2026-06-30"
    assert previous_day("quarter_end", "2026-05-15") == "2026-03-31"
    assert previous_day("2026-04-01") == "2026-04-01"


@pytest.mark.parametrize("day", ["latest", "soon", "2031-01-01"])
def test_a_day_that_cannot_be_compared_with_is_refused(day):
    with pytest.raises(AnalysisError, match="previous must be"):
        previous_day(day)


def test_a_time_in_which_nothing_was_known_gives_an_empty_list():
    assert changes_between("2026-10-08").empty
