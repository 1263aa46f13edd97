"""A row of a tracker's table is on file, a question, or a new event; an amendment is never a second layoff."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.tables.layoff_matching import KNOWN, NEW, REVIEW, Event, as_events, match, matching_rules
from analysis.tables.read import read_table

RULES = {"window_days": 30, "count_tolerance_ratio": 0.1, "inside_window_days": 180, "inside_ratio": 0.2}
LONG_AGO = pd.Timestamp("2000-01-01")
NONE = float("nan")


def event(day: str, count: float = NONE, share: float = NONE, name: str = "acme", ticker: str = "ACME", unit: str = "",
          further: str = "", kind: str = "announcement", month: bool = False) -> Event:
    first = pd.Timestamp(day)
    days = [(first, first + pd.offsets.MonthEnd(0) if month else first)]
    days += [(pd.Timestamp(further),) * 2] if further else []
    return Event(f"{day}.{name}", ticker, name, unit, tuple(days), count, share, kind)


def outcomes(rows: list[Event], known: list[Event], settled: pd.Timestamp = LONG_AGO) -> list[str]:
    return [one.outcome for one in match(rows, known, RULES, settled)]


@pytest.mark.parametrize(("row", "outcome"), [
    (event("2026-04-17", 8000), KNOWN),
    (event("2026-04-17", 8000, name="acme platforms"), KNOWN),
    (event("2026-04-17", 8000, ticker="OLD"), KNOWN),  # the same name under a former ticker
    (event("2026-05-16", 8000), KNOWN),                # 29 days
    (event("2026-05-17", 8000), KNOWN),                # 30 days
    (event("2026-05-18", 8000), NEW),                  # 31 days
    (event("2026-03-19", 8000), KNOWN),                # 29 days before
    (event("2026-03-17", 8000), NEW),                  # 31 days before
    (event("2026-04-20", 7500), KNOWN),                # within a tenth
    (event("2026-04-20", 8800), KNOWN),
    (event("2026-04-20", 9500), REVIEW),               # another count
    (event("2026-04-17", 80), REVIEW),
    (event("2026-04-20"), KNOWN),                      # the row gives no count
    (event("2026-04-20", share=0.1), KNOWN),
    (event("2026-04-20", share=0.3), REVIEW),
    (event("2026-04-17", 8000, name="other", ticker="OTHR"), NEW),
])
def test_one_known_event(row, outcome):
    assert outcomes([row], [event("2026-04-17", 8000, 0.1)]) == [outcome]


def test_a_count_that_was_not_on_file_is_a_question():
    assert outcomes([event("2026-05-11", 350, 0.14)], [event("2026-05-11", share=0.14)]) == [REVIEW]
    assert outcomes([event("2026-05-20", 350)], [event("2026-05-11")]) == [REVIEW]


def test_no_count_on_either_side_is_the_same_event_within_the_window():
    assert outcomes([event("2026-05-11")], [event("2026-05-11")]) == [KNOWN]
    assert outcomes([event("2026-05-20")], [event("2026-05-11")]) == [KNOWN]
    assert outcomes([event("2026-07-20")], [event("2026-05-11")]) == [NEW]


def test_a_later_date_of_the_event_counts_too():
    known = event("2026-04-17", 8000, further="2026-06-20")
    assert outcomes([event("2026-06-25", 8000)], [known]) == [KNOWN]


def test_a_month_that_stands_for_a_day_is_near_from_its_first_day_to_its_last():
    assert outcomes([event("2026-11-28", 660)], [event("2026-10-01", 660, month=True)]) == [KNOWN]
    assert outcomes([event("2026-11-28", 660)], [event("2026-10-01", 660)]) == [NEW]


TWO = [event("2026-03-25", 700), event("2026-04-17", 8000)]


@pytest.mark.parametrize(("row", "outcome", "held_against"), [
    (event("2026-03-25", 700), KNOWN, ["2026-03-25.acme"]),
    (event("2026-04-10", 8000), KNOWN, ["2026-04-17.acme"]),
    (event("2026-04-06", 3000), REVIEW, ["2026-04-17.acme", "2026-03-25.acme"]),
    (event("2026-04-06"), REVIEW, ["2026-04-17.acme", "2026-03-25.acme"]),
    (event("2026-04-17"), KNOWN, ["2026-04-17.acme"]),
])
def test_two_known_events_near(row, outcome, held_against):
    found = match([row], TWO, RULES, LONG_AGO)[0]
    assert (found.outcome, [one.event_id for one in found.near]) == (outcome, held_against)


def test_an_event_on_file_stands_for_one_row_of_the_file_only():
    known = [event("2026-04-17", 1000)]
    rows = [event("2026-04-10", 1000, name="acme inc"), event("2026-04-17", 1000)]
    assert outcomes(rows, known) == [REVIEW, KNOWN]


def test_the_same_row_under_two_spellings_is_one_event():
    rows = [event("2026-04-17", 1000), event("2026-04-17", 1000, name="acme inc")]
    assert outcomes(rows, [event("2026-04-17", 1000)]) == [KNOWN, KNOWN]
    assert sorted(outcomes(rows, [])) == [KNOWN, NEW]


def test_two_new_rows_near_each_other_are_one_event_and_a_question():
    assert outcomes([event("2026-04-27", 300), event("2026-04-17", 1000)], []) == [REVIEW, NEW]


def test_units_of_one_company_are_apart_and_a_units_row_near_the_parents_is_a_question():
    known = [event("2026-05-13", 875, name="linkedin", ticker="MSFT", unit="linkedin")]
    assert outcomes([event("2026-05-20", 400, name="github", ticker="MSFT", unit="github")], known) == [NEW]
    assert outcomes([event("2026-05-20", 400, name="linkedin", ticker="MSFT", unit="linkedin")], known) == [REVIEW]
    assert outcomes([event("2026-05-20", 6000, name="microsoft", ticker="MSFT")], known) == [REVIEW]
    assert outcomes([event("2026-05-20", 875, name="microsoft", ticker="MSFT")], known) == [KNOWN]


def test_a_firm_that_was_bought_is_matched_with_what_it_did_before():
    known = [event("2024-02-20", 560, name="splunk", ticker="SPLK")]
    row = event("2024-03-10", 560, name="splunk", ticker="CSCO", unit="splunk")
    assert outcomes([row], known) == [KNOWN]


def test_a_states_notice_near_it_does_not_stand_for_the_whole():
    known = [event("2026-06-02", 103, kind="state_notice")]
    assert outcomes([event("2026-06-02", 103)], known) == [KNOWN]
    assert outcomes([event("2026-06-10", 2500)], known) == [NEW]


def test_a_small_count_after_a_larger_one_may_be_part_of_it():
    known = [event("2026-01-13", 1500)]
    small, large, late = (match([row], known, RULES, LONG_AGO)[0] for row in (
        event("2026-04-02", 200), event("2026-04-02", 400), event("2026-08-02", 200)))
    assert [one.outcome for one in (small, large, late)] == [NEW] * 3
    assert small.inside == known[0] and large.inside is None and late.inside is None


def test_an_old_row_that_is_not_on_file_is_a_question():
    settled = pd.Timestamp("2026-03-01")
    assert outcomes([event("2026-02-28", 500), event("2026-04-10", 500)], [], settled) == [REVIEW, NEW]


def test_the_whole_table_held_against_itself_brings_nothing_new():
    known = as_events(read_table("layoff_events"))
    again = match([one for one in known if one.ticker], known, matching_rules(), LONG_AGO)
    assert {one.outcome for one in again} == {KNOWN}


def test_the_rule_on_small_counts_marks_the_events_that_are_marked_on_file():
    events = read_table("layoff_events")
    known, rules = as_events(events), matching_rules() | {"window_days": -1}
    plans = set(events.loc[events["record_kind"] == "announcement", "event_id"])
    marked = events.loc[(events["within_basis"] == "possible") & events["within_event_id"].isin(plans), "event_id"]
    firms = [one for one in known if one.ticker and one.kind == "announcement"]
    found = [one.event_id for one in firms
             if match([one], [other for other in known if other is not one], rules, LONG_AGO)[0].inside]
    assert len(marked) > 20 and set(marked) <= set(found) and len(found) < len(marked) * 1.3


anything = st.lists(st.tuples(
    st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.sampled_from([NONE, 100.0, 105.0, 1000.0, 8000.0]),
    st.sampled_from(["acme", "acme labs", "other"])), max_size=12)


@given(anything, anything)
def test_what_was_taken_in_once_is_never_taken_in_again(on_file, file):
    def made(entries, front):
        return [event(str(day), count, name=name, ticker=name[:4])._replace(event_id=f"{front}{place}")
                for place, (day, count, name) in enumerate(entries)]

    known, rows = made(on_file, "known"), made(file, "row")
    found = match(rows, known, RULES, LONG_AGO)
    taken = [row for row, one in zip(rows, found, strict=True) if one.outcome == NEW]
    again = match(rows, known + taken, RULES, LONG_AGO)
    assert NEW not in [one.outcome for one in again]
    assert all(pd.isna(row.persons) or not any(
        row.ticker == other.ticker and row.persons == other.persons and row is not other
        and abs((row.days[0][0] - other.days[0][0]).days) <= RULES["window_days"] for other in known + taken)
        for row in taken)
