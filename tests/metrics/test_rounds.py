"""Rounds are ranked and compared by what may be compared; a wave holds what was announced and counted."""

import math
from types import SimpleNamespace

import pandas as pd
import pytest

from analysis.errors import AnalysisError, UnknownName
from analysis.metrics import rounds as r
from analysis.metrics import waves as w
from analysis.publish.words import direction
from analysis.quantity import Quantity


def event(event_id, cut, *, kind="announcement", count="as_reported", within=None, ticker="META", **more):
    day, _, slug = event_id.partition(".")
    row = {
        "event_id": event_id, "company": slug.title(), "ticker": ticker, "listed": True, "unit_of": None,
        "record_kind": kind, "announced_date": pd.Timestamp(day), "date_precision": "day",
        "employees_cut_persons": cut, "count_kind": "not_given" if math.isnan(cut) else count,
        "openings_cancelled_count": math.nan, "within_event_id": within, "within_basis": "possible" if within else None,
        "country": "United States", "document_id": f"doc-{event_id}", "doubt": None,
    }
    return row | more


def events(*rows):
    frame = pd.DataFrame(rows)
    counts = frame["record_kind"].eq("announcement") & frame["employees_cut_persons"].notna()
    return frame.assign(adds_up=counts & frame["within_event_id"].isna())


META = [
    event("2022-11-09.meta", 11000.0), event("2023-03-14.meta", 10000.0), event("2023-10-04.meta", math.nan),
    event("2025-02-10.meta", 3600.0), event("2025-04-24.meta", 100.0, within="2025-02-10.meta"),
    event("2026-04-17.meta", 8000.0),
]


def claim(*more):
    return r.largest_since(events(*META, *more), "2026-04-17.meta", "2023-03-14.meta")


def test_largest_since_the_reference_holds_and_names_the_next_largest():
    found = claim()
    assert found.verdict == "supported"
    assert found.words == "is its largest counted round since"
    assert found.largest_rival["event_id"] == "2025-02-10.meta"


def test_a_larger_round_in_between_turns_the_claim():
    found = claim(event("2024-05-01.meta", 9000.0))
    assert found.verdict == "contradicted"
    assert found.words == "is not its largest counted round since"


def test_an_equal_round_is_not_smaller():
    assert claim(event("2024-05-01.meta", 8000.0)).verdict == "contradicted"


def test_a_round_inside_another_plan_still_counts_against_a_superlative():
    assert claim(event("2024-05-01.meta", 9000.0, within="2023-03-14.meta")).verdict == "contradicted"


def test_earlier_rounds_units_and_state_notices_are_no_rivals():
    found = claim(event("2024-05-01.instagram", 9000.0, unit_of="Meta"),
                  event("2024-06-01.meta", 9000.0, kind="state_notice"))
    assert found.verdict == "supported"


def test_a_round_without_a_count_cannot_be_ranked_and_is_listed():
    assert list(claim().uncounted["event_id"]) == ["2023-10-04.meta"]


def test_the_claim_about_a_round_without_a_count_cannot_be_told():
    found = r.largest_since(events(*META), "2023-10-04.meta", "2023-03-14.meta")
    assert found.verdict == "cannot tell"


def test_an_event_that_is_not_there_is_named_with_the_nearest():
    with pytest.raises(UnknownName, match="2026-04-17.meta"):
        r.largest_since(events(*META), "2026-04-18.meta", "2023-03-14.meta")


def test_no_rival_says_so():
    with pytest.raises(AnalysisError, match="no other counted round"):
        _ = r.largest_since(events(*META[:2]), "2023-03-14.meta", "2023-03-14.meta").largest_rival


def test_the_ranking_leaves_out_estimates_overlaps_notices_and_unlisted_firms():
    frame = events(
        event("2026-03-31.oracle", 30000.0, kind="estimate", count="estimate", ticker="ORCL"),
        event("2025-04-23.intel", 22000.0, count="about", ticker="INTC"),
        event("2025-07-11.intel", 5000.0, within="2025-04-23.intel", ticker="INTC"),
        event("2026-01-01.amazon", 25000.0, kind="state_notice", ticker="AMZN"),
        event("2026-01-02.twitter", 24000.0, ticker="META", listed=False), *META)
    found = r.largest_rounds(frame, ["ORCL", "INTC", "AMZN", "META"], 2)
    assert list(found["event_id"]) == ["2025-04-23.intel", "2022-11-09.meta"]
    assert list(found["firmness"]) == ["a rounded count", "as reported"]
    assert list(found["employees_cut_persons_basis"]) == ["estimated", "reported"]
    assert list(found["employees_cut_persons_is_rounded"]) == [True, False]


def test_an_outside_estimate_is_called_one_however_exact_it_looks():
    found = r.outside_estimates(events(event("2025-12-01.accenture", 11000.0, kind="estimate", ticker="ACN")), ["ACN"])
    assert found.loc[0, "firmness"] == "an outside estimate"
    assert found.loc[0, "employees_cut_persons_basis"] == "estimated"
    assert not found.loc[0, "employees_cut_persons_is_rounded"]


def test_a_placeholder_day_is_not_shown():
    found = r.described(events(event("2026-09-01.microsoft", 500.0, date_precision="month"),
                               event("2022-11-09.meta", 11000.0)))
    assert list(found["label"]) == ["Microsoft, Sep 2026", "Meta, 9 Nov 2022"]


def test_the_ranking_of_nothing_is_an_error():
    with pytest.raises(AnalysisError, match="no counted round"):
        r.largest_rounds(events(*META), ["MSFT"], 3)


def test_gross_cuts_add_only_what_adds_up_and_estimates_stay_apart():
    frame = events(event("2026-03-31.oracle", 30000.0, kind="estimate", count="estimate"), *META[3:])
    assert r.gross_cuts(frame).value == 11600
    assert r.gross_cuts(frame).documents == ("doc-2025-02-10.meta", "doc-2026-04-17.meta")
    assert r.estimated_cuts(frame).value == 30000


def test_no_counted_round_is_missing_and_not_zero():
    assert r.gross_cuts(events(META[2])).is_missing


def test_announcements_between_two_days_include_the_last_day_and_units():
    frame = events(event("2025-12-31.meta", 5.0), event("2026-01-01.instagram", 7.0, unit_of="Meta"),
                   event("2026-06-30.meta", 8.0), event("2026-07-01.meta", 9.0))
    found = r.announced_between(frame, "META", pd.Timestamp("2025-12-31"), pd.Timestamp("2026-06-30"))
    assert list(found["employees_cut_persons"]) == [7.0, 8.0]


def test_cancelled_openings_are_those_with_a_number():
    frame = events(META[0], event("2023-03-14.meta", 10000.0, openings_cancelled_count=5000.0))
    assert list(r.cancelled_openings(frame)["openings_cancelled_count"]) == [5000.0]


def months(*cuts, start="2022-01", partial=()):
    first = pd.Period(start, "M")
    names = [str(first + step) for step in range(len(cuts))]
    return pd.DataFrame({
        "month": names, "month_start": pd.to_datetime([name + "-01" for name in names]),
        "employees_cut_persons": [float(cut) for cut in cuts], "events_count": 4.0, "events_with_count_count": 3.0,
        "partial": [name in partial for name in names], "document_id": "tracker",
        "employees_cut_persons_documents": "tracker",
    })


def test_a_wave_sums_and_averages_its_whole_months():
    wave = w.wave_row(months(100, 300, 60, partial=("2022-03",)), "2022-01/2023-12")
    assert wave["employees_cut_persons"] == 400
    assert wave["last_month"] == pd.Timestamp("2022-02-01")
    assert wave["per_month_persons"] == 200
    assert (wave["whole_months_count"], wave["partial_months_count"]) == (2, 1)
    assert wave["peak_month"] == pd.Timestamp("2022-02-01")
    assert wave["with_count_ratio"] == 0.75
    assert wave["wave"] == "2022–23"


def test_months_outside_the_span_do_not_count():
    assert w.wave_row(months(100, 300, 60), "2022-02/2022-02")["employees_cut_persons"] == 300


def test_waves_compare_at_the_last_month_that_both_have():
    frame = pd.concat([months(10, 20, 30), months(5, 50, start="2025-01")])
    running = w.running_totals(frame, "2022-01/2022-12", "2025-01/2026-12")
    assert w.last_shared_month(running) == 2
    assert [w.at_month(running, wave, 2).value for wave in ("2022", "2025–26")] == [30, 55]


@pytest.fixture
def tracked(monkeypatch):
    """Documents whose id starts with "doc" are the tracker's; others are somebody else's."""
    source = {True: "layoffs_fyi", False: "layoff_research"}
    monkeypatch.setattr(w, "citation", lambda name: SimpleNamespace(source_id=source[name.startswith("doc")]))


ORACLE = event("2026-03-31.oracle", 3000.0, kind="estimate", count="estimate", ticker="ORCL")
DELL = event("2026-03-16.dell", 1100.0, kind="headcount_change", ticker="DELL")
KEPT = [
    event("2026-03-02.meta", 500.0),
    event("2026-03-05.intel", 200.0, kind="state_notice"),
    event("2026-03-06.accenture", 900.0, kind="estimate", document_id="press"),
    event("2026-03-07.hp", math.nan, kind="estimate"),
]


def verdict(*rows, scope="us_listed_technology"):
    series = pd.concat([months(1000, 1000), months(400, 600, 4700, start="2026-01")]).assign(scope=scope)
    then, now = (w.wave_row(w.counted_cuts(series.reset_index(drop=True), events(*rows)), span)
                 for span in ("2022-01/2022-12", "2026-01/2026-12"))
    return direction(w.rate_change(then, now), up="more than", down="fewer than", flat="as many as"), now


def test_the_verdict_turns_on_the_rows_that_nobody_announced(tracked):
    words, now = verdict(ORACLE, DELL, *KEPT)
    assert words == "fewer than"
    assert now["employees_cut_persons"] == 400 + 600 + 4700 - 3000 - 1100
    assert verdict(*KEPT)[0] == "more than"


def test_the_months_cite_the_rows_taken_out_and_are_derived(tracked):
    _, now = verdict(ORACLE, DELL, *KEPT)
    assert now["per_month_persons_documents"].split() == ["tracker", "doc-2026-03-31.oracle", "doc-2026-03-16.dell"]
    assert now["per_month_persons_basis"] == "derived"
    assert now["with_count_ratio"] == (9 - 2) / (12 - 2)


def test_a_scope_loses_only_the_rows_it_holds(tracked):
    abroad, private = ORACLE | {"country": "Germany"}, DELL | {"listed": False}
    left = {scope: verdict(abroad, private, scope=scope)[1]["employees_cut_persons"]
            for scope in ("all_countries", "united_states", "us_listed_technology")}
    assert left == {"all_countries": 1600, "united_states": 4600, "us_listed_technology": 2700}


def test_what_is_left_out_is_listed_with_its_reason(tracked):
    rows = w.left_out(events(DELL, ORACLE, *KEPT))
    assert list(rows["label"]) == ["Oracle, 31 Mar 2026", "Dell, 16 Mar 2026"]
    assert list(rows["why"]) == ["an outside estimate", "a fall in headcount"]
    assert w.left_out(events(*META)).empty


def test_a_month_smaller_than_what_it_should_hold_is_refused(tracked):
    with pytest.raises(AnalysisError, match="2026-03 holds fewer"):
        verdict(ORACLE | {"employees_cut_persons": 9000.0})


def test_an_empty_series_stays_empty(tracked):
    assert w.counted_cuts(months(1).assign(scope="all_countries").iloc[0:0], events(ORACLE)).empty


def test_two_changes_agree_when_their_signs_do():
    up, down = (Quantity(value, "persons") for value in (5.0, -3.0))
    assert w.agreement(up, up, same="also", differ="but") == "also"
    assert w.agreement(up, down, same="also", differ="but") == "but"


def test_an_edition_without_the_series_says_why():
    with pytest.raises(AnalysisError, match="without a vintage"):
        w.wave_row(months(1).iloc[0:0], "2022-01/2022-12")


@pytest.mark.parametrize("span", ["2022-01", "2023-01/2022-12", "2022-13/2023-01", "2022/2023"])
def test_a_span_that_is_none_is_refused(span):
    with pytest.raises(AnalysisError, match="two months in order"):
        w.ends(span)


def test_a_wave_after_the_series_names_its_reach():
    with pytest.raises(AnalysisError, match="2022-01 to 2022-02"):
        w.wave_row(months(1, 2), "2024-01/2024-12")


def test_a_stack_keeps_partial_months_apart_and_the_sum_whole():
    stack = w.by_completeness(months(100, 300, 60, partial=("2022-03",)))
    sums = stack.groupby("series")["employees_cut_persons"].sum()
    assert (sums["whole month"], sums["part month"]) == (400, 60)


def test_a_wave_of_part_months_alone_is_refused():
    with pytest.raises(AnalysisError, match="no whole month"):
        w.wave_row(months(100, partial=("2022-01",)), "2022-01/2022-12")
