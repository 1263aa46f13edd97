"""Raises, rounds and windows: hand-worked counts, nulls against brute force, and worlds with and without a link."""

from dataclasses import replace
from itertools import combinations, permutations, product
from math import comb

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t

from analysis import load_guidance, load_layoffs
from analysis.errors import AnalysisError, UnknownName
from analysis.models.guidance_moves import guidance_moves, layoff_rounds, spans_seen
from analysis.models.hazard_panel import COMPLETE_UNTIL
from analysis.models.timing import (
    Firm,
    _share_interval,
    detectable_ratio,
    disjoint_window_p,
    excess,
    firms_interval,
    null_pairs,
    pairs,
    pooled_null,
    prepare,
    quarter_table,
)
from analysis.models.timing_checks import (
    by_choice,
    by_firm,
    coverage,
    cross_k,
    listed_pairs,
    placebo_firms,
    placebo_table,
    timing_statistics,
    without_each,
)
from analysis.models.timing_result import Timed, left_out
from analysis.tables.decision_rules import verdict
from analysis.tables.read import read_table

WINDOW = (0, 60)


def said(*rows: tuple) -> pd.DataFrame:
    """(ticker, period_end, given, low, high) as guidance in billions; None leaves an end open."""
    frame = pd.DataFrame(rows, columns=["ticker", "period_end", "given_date", "low_usd", "high_usd"])
    for column in ("period_end", "given_date"):
        frame[column] = pd.to_datetime(frame[column])
    frame[["low_usd", "high_usd"]] = frame[["low_usd", "high_usd"]].astype(float)
    documents = [f"d{number}" for number in range(len(frame))]
    return frame.assign(span="year", definition="not_stated", document_id=documents)


def cuts(*rows: tuple) -> pd.DataFrame:
    """(ticker, date, people) as announcements of the firm itself; None gives no count."""
    frame = pd.DataFrame(rows, columns=["ticker", "announced_date", "employees_cut_persons"])
    frame["announced_date"] = pd.to_datetime(frame["announced_date"])
    frame["employees_cut_persons"] = frame["employees_cut_persons"].astype(float)
    names = [f"e{number}" for number in range(len(frame))]
    return frame.assign(record_kind="announcement", within_event_id=None, date_precision="day", event_id=names,
                        document_id=names, unit_of=None)


def firm(rounds: list[int], raises: list[int], others: tuple[int, ...] = (), quarters: int = 4, ticker="A") -> Firm:
    span = pd.period_range("2024Q1", periods=quarters, freq="Q")
    return Firm(ticker, span, np.array(rounds), np.array(raises), np.array(others, dtype=int))


def no_link(seed: int, firms: int = 6, quarters: int = 17) -> list[Firm]:
    """Firms whose raises and rounds both come in the fourth week of a quarter and know nothing of each other."""
    rng, starts = np.random.default_rng(seed), pd.period_range("2024Q1", periods=quarters, freq="Q").start_time
    days = (starts - starts[0]).days.to_numpy() + 26
    return [firm(sorted(rng.choice(days, 5, replace=False) + 2), sorted(rng.choice(days, 5, replace=False)),
                 quarters=quarters, ticker=f"F{number}") for number in range(firms)]


def linked(seed: int) -> list[Firm]:
    """Every raise is followed by a round 25 days later."""
    return [Firm(one.ticker, one.quarters, one.raises + 25, one.raises, one.others) for one in no_link(seed)]


def test_the_demonstration_of_uniform_dates():
    assert disjoint_window_p(12, 60, 2000, 15, 9) == pytest.approx(0.05037863, abs=5e-9)


def test_a_raise_is_above_the_last_guidance_for_the_same_period():
    moves = guidance_moves(said(
        ("A", "2025-12-31", "2025-02-01", 60, 70), ("A", "2025-12-31", "2025-04-30", 64, 72),
        ("A", "2025-12-31", "2025-07-30", 64, 72), ("A", "2025-12-31", "2025-10-29", 62, 70),
        ("A", "2026-12-31", "2026-01-28", 110, 130), ("A", "2026-12-31", "2026-04-28", None, 135)))
    assert moves["move"].tolist() == ["first", "raise", "hold", "cut", "first", "raise"]
    assert moves["change_ratio"].iloc[1] == pytest.approx(68 / 65 - 1)
    assert moves["change_ratio"].iloc[5] == pytest.approx(135 / 130 - 1)


def test_a_first_guidance_above_last_years_raises_only_when_asked():
    table = said(("A", "2025-12-31", "2025-10-29", 70, 72), ("A", "2026-12-31", "2026-01-28", 110, 130),
                 ("B", "2025-12-31", "2025-10-29", 70, 72), ("B", "2026-12-31", "2026-01-28", 60, 70))
    assert guidance_moves(table)["move"].eq("first").all()
    assert guidance_moves(table, "with_step_up")["move"].tolist() == ["first", "raise", "first", "first"]


def test_a_lower_sum_on_a_new_measure_is_no_cut():
    moves = guidance_moves(load_guidance(["MSFT"])).query("span == 'other_year'")
    assert list(moves["move"]) == ["first", "first"] and moves["change_ratio"].isna().all()
    same = said(("A", "2026-12-31", "2026-04-29", 190, 190), ("A", "2026-12-31", "2026-07-29", 175, 175))
    assert list(guidance_moves(same)["move"]) == ["first", "cut"]


def test_two_periods_on_one_day_are_one_raise():
    table = said(("A", "2022-12-31", "2022-07-27", 30, 34), ("A", "2022-12-31", "2022-10-26", 32, 33),
                 ("A", "2023-12-31", "2022-10-26", 34, 39))
    assert guidance_moves(table)["move"].tolist() == ["first", "raise"]


def test_the_datas_raises_are_these():
    moves = guidance_moves(load_guidance())
    assert moves[moves["move"] == "raise"].groupby("ticker").size().to_dict() == {
        "AMZN": 3, "GOOGL": 4, "META": 8, "ORCL": 2}


def test_rounds_near_each_other_merge_and_others_stay_out():
    events = cuts(("A", "2025-01-10", 100), ("A", "2025-02-05", 50), ("A", "2025-03-01", None), ("B", "2025-01-10", 1))
    events.loc[len(events)] = events.iloc[0].to_dict() | {"record_kind": "state_notice"}
    events.loc[len(events)] = events.iloc[0].to_dict() | {"within_event_id": "e0"}
    rounds = layoff_rounds(events, ["A"])
    assert rounds["date"].dt.strftime("%Y-%m-%d").tolist() == ["2025-01-10", "2025-03-01"]
    assert rounds["employees_cut_persons"].iloc[0] == 150
    assert np.isnan(rounds["employees_cut_persons"].iloc[1])
    assert len(layoff_rounds(events, ["A"], merge_days=0)) == 3
    assert len(layoff_rounds(events, ["A"], least_persons=120)) == 1
    assert len(layoff_rounds(events, ["A"], counted_only=True)) == 1


def test_a_merged_round_has_the_day_of_its_largest_announcement():
    events = cuts(("A", "2025-03-25", 700), ("A", "2025-04-17", 8_000), ("A", "2025-09-01", None),
                  ("A", "2025-09-05", None), ("B", "2025-03-25", 50), ("B", "2025-04-01", 50))
    rounds = layoff_rounds(events, ["A", "B"])
    assert rounds["date"].dt.strftime("%m-%d").tolist() == ["04-17", "09-01", "03-25"]
    assert rounds["employees_cut_persons"].iloc[0] == 8_700
    assert layoff_rounds(events, ["A"], dated_by="first")["date"].iloc[0] == pd.Timestamp("2025-03-25")
    with pytest.raises(UnknownName, match="largest"):
        layoff_rounds(events, ["A"], dated_by="last")


@pytest.mark.parametrize(("later", "day"), [
    (100, "07-17"), (999, "07-17"), (1_000, "08-04"), (None, "07-17")])
def test_a_small_count_does_not_date_a_round_whose_first_announcement_has_none(later, day):
    rounds = layoff_rounds(cuts(("A", "2025-07-17", None), ("A", "2025-08-04", later)), ["A"])
    assert rounds["date"].dt.strftime("%m-%d").tolist() == [day]


def test_a_count_under_half_of_all_counted_does_not_date_it_either():
    announced = (("A", "2025-07-17", None), ("A", "2025-07-20", 1_500), ("A", "2025-07-24", 1_400),
                 ("A", "2025-08-04", 1_300))
    assert layoff_rounds(cuts(*announced), ["A"])["date"].tolist() == [pd.Timestamp("2025-07-17")]


def test_a_unit_dates_no_round_of_its_parent():
    events = cuts(("A", "2025-07-17", 200), ("A", "2025-08-04", 3_000), ("B", "2025-07-17", 100))
    events.loc[[1, 2], "unit_of"] = "the parent"
    rounds = layoff_rounds(events, ["A", "B"])
    assert rounds["date"].tolist() == [pd.Timestamp("2025-07-17")] * 2  # B's only announcement is a unit's
    assert rounds["employees_cut_persons"].tolist() == [3_200, 100]


def test_amazons_round_of_july_2025_keeps_its_day():
    rounds = prepare(load_guidance(), load_layoffs(), "2026Q2").rounds
    days = set(rounds.loc[rounds["ticker"] == "AMZN", "date"])
    assert pd.Timestamp("2025-07-17") in days and pd.Timestamp("2025-08-04") not in days


def test_the_round_of_eight_thousand_is_not_dated_by_one_of_seven_hundred():
    rounds = prepare(load_guidance(), load_layoffs(), "2026Q2").rounds
    assert pd.Timestamp("2026-04-17") in set(rounds.loc[rounds["ticker"] == "META", "date"])
    assert pd.Timestamp("2026-03-25") not in set(rounds.loc[rounds["ticker"] == "META", "date"])


def test_an_outside_estimate_is_a_round_only_when_asked():
    events = cuts(("A", "2025-01-10", 100), ("A", "2025-06-10", 900))
    events.loc[1, "record_kind"] = "estimate"
    assert len(layoff_rounds(events, ["A"])) == 1
    assert len(layoff_rounds(events, ["A"], estimates="counted")) == 2


def test_quarters_before_the_first_guidance_are_not_seen():
    spans = spans_seen(said(("A", "2025-12-31", "2025-02-01", 1, 2)), "2026Q2")
    assert (str(spans["A"][0]), len(spans["A"])) == ("2025Q1", 6)


def test_pairs_count_both_ends_of_a_window():
    assert pairs(np.array([10, 70, 71]), np.array([10]), WINDOW) == 2
    assert pairs(np.array([9, 10]), np.array([10]), (-60, -1)) == 1


def test_a_moved_round_keeps_its_day_in_the_quarter():
    one = firm([5, 100], [0, 91])  # quarters of 2024 start on days 0, 91, 182 and 274
    table = quarter_table(one, WINDOW)
    assert table.tolist() == [[1, 1, 0, 0], [1, 1, 0, 0], [0] * 4, [0] * 4]
    assert np.trace(table) == pairs(one.rounds, one.raises, WINDOW)


def test_every_null_is_its_brute_force():
    one = firm([5, 20, 100], [0, 91, 182], (274,))
    table, rng = quarter_table(one, WINDOW), np.random.default_rng(0)
    shifts = [sum(table[quarter, (quarter + shift) % 4] for quarter in range(4)) for shift in range(4)]
    assert sorted(null_pairs(one, WINDOW, "shift", 0, rng)) == sorted(shifts)
    after = [pairs(one.rounds, np.array([day]), WINDOW) for day in (0, 91, 182, 274)]
    labels = [sum(chosen) for chosen in combinations(after, 3)]
    assert sorted(null_pairs(one, WINDOW, "labels", 0, rng)) == sorted(labels)
    every = [sum(table[quarter, order[quarter]] for quarter in range(4)) for order in permutations(range(4))]
    drawn = null_pairs(one, WINDOW, "quarters", 4_000, rng)
    assert np.bincount(drawn, minlength=4)[:4] / 4_000 == pytest.approx(np.bincount(every, minlength=4) / 24, abs=0.03)


def test_firms_pool_by_convolution():
    firms = [firm([5, 20, 100], [0, 91]), firm([100], [91], ticker="B")]
    pooled, is_exact = pooled_null(firms, WINDOW, "shift")
    rng = np.random.default_rng(0)
    every = [sum(both) for both in product(*(null_pairs(one, WINDOW, "shift", 0, rng) for one in firms))]
    assert is_exact
    assert pooled[: max(every) + 1] == pytest.approx(np.bincount(every) / len(every))


def test_a_calendar_alone_is_no_link():
    """Both come in the same week of the quarter; a null that keeps the week must not be fooled."""
    p = np.array([excess(no_link(seed), (0, 30), draws=399)["p_value"] for seed in range(80)])
    assert (p <= 0.05).mean() <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 80)
    uniform = [disjoint_window_p(30, 31, 6 * 1_550, 30, excess(no_link(seed), (0, 30), draws=9)["observed_count"])
               for seed in range(80)]
    assert (np.array(uniform) <= 0.05).mean() > 0.2  # free dates are fooled


def test_a_link_is_found_and_the_windows_before_show_none():
    found = timing_statistics(linked(1), 60, draws=999)
    assert found["excess_ratio"] > 1.5
    assert found["calendar_p"] < 0.01
    assert verdict("timing", found) == "supported"


def test_noise_is_never_supported():
    words = [verdict("timing", timing_statistics(no_link(seed), 60, draws=199)) for seed in range(12)]
    assert "supported" not in words


def test_the_order_of_firms_does_not_matter():
    firms = no_link(3)
    one, other = (excess(order, WINDOW, "shift") for order in (firms, firms[::-1]))
    assert one["p_value"] == pytest.approx(other["p_value"])
    assert one["estimate"] == pytest.approx(other["estimate"])


def test_the_detectable_ratio_falls_with_more_rounds_and_may_not_exist():
    few, many = (np.array([comb(n, k) * 0.3**k * 0.7 ** (n - k) for k in range(n + 1)]) for n in (10, 100))
    assert 1 < detectable_ratio(many, 100) < detectable_ratio(few, 10)
    assert np.isnan(detectable_ratio(np.array([0.5, 0.5]), 1))


def test_the_interval_over_firms_is_the_jackknife_by_hand():
    low, high = firms_interval(np.array([4, 1, 0]), np.array([2.0, 1.0, 0.0]), 0.9)
    ratio, rest = 5 / 3, np.array([1.0, 2.0])  # the third firm neither has nor expects a pair
    reach = t.ppf(0.95, 1) * np.sqrt(0.5 * ((rest - ratio) ** 2).sum())
    assert (low, high) == pytest.approx((max(0.0, ratio - reach), ratio + reach))
    assert np.isnan(firms_interval(np.array([4]), np.array([2.0]), 0.9)).all()


def test_each_end_is_the_outer_one_of_the_two_intervals():
    row = excess(no_link(5), WINDOW, draws=199)
    assert (row["low"], row["high"]) == (min(row["low_rounds"], row["low_firms"]),
                                         max(row["high_rounds"], row["high_firms"]))
    alone = excess(no_link(5)[:1], WINDOW, draws=199)
    assert np.isnan(alone["low_firms"]) and alone["high"] == alone["high_rounds"]


def test_rounds_that_hang_together_need_the_wider_interval():
    """Six firms whose chance of a pair varies: the interval of independent rounds is too short, the wider is not."""
    rng, expected = np.random.default_rng(4), np.array([2.0, 2, 3, 3, 4, 4])
    rounds, covered = (expected * 4).astype(int), []
    for _ in range(300):
        observed = rng.binomial(rounds, rng.beta(1.25, 3.75, 6))
        apart = firms_interval(observed, expected, 0.9)
        plain = [end * rounds.sum() / expected.sum() for end in _share_interval(observed.sum(), rounds.sum(), 0.9)]
        covered.append([plain[0] <= 1 <= plain[1], min(plain[0], apart[0]) <= 1 <= max(plain[1], apart[1])])
    short, wide = np.mean(covered, axis=0)
    assert short < 0.8 and wide > 0.84


def test_the_result_says_which_windows_run_past_the_list_and_what_is_no_round():
    events = load_layoffs()
    timing = prepare(load_guidance(), events, "2026Q2")
    found = Timed(timing, draws=199)
    late = sum((firm.quarters[0].start_time + pd.to_timedelta(firm.raises, "D") > COMPLETE_UNTIL
                - pd.Timedelta(days=60)).sum() for firm in timing.firms)
    assert found.half_blind_raises == late == 2
    assert replace(found, timing=prepare(load_guidance(), events, "2025Q4")).half_blind_raises == 0
    assert found.statistics["high_90_ratio"] == found.ninety["high"] and found.detectable > 1
    others = left_out(timing, events)
    assert not others["record_kind"].eq("announcement").any()
    assert "estimate" in set(others.loc[others["ticker"] == "ORCL", "record_kind"])


def test_the_list_is_complete_as_far_as_its_tracker_goes():
    events = load_layoffs().merge(read_table("documents")[["document_id", "source_id"]], on="document_id")
    last = events.loc[events["source_id"] == "layoffs_fyi", "announced_date"].max()
    assert COMPLETE_UNTIL - pd.Timedelta(days=14) < last <= COMPLETE_UNTIL


def test_a_ratio_without_expectation_is_missing():
    row = excess([firm([300], [0])], (0, 10), "shift")
    assert row["observed_count"] == 0
    assert np.isnan(excess([firm([300], [200])], (0, 0), "shift")["estimate"])


def test_each_firm_and_the_rest_add_up():
    firms = no_link(4)
    each, rest = by_firm(firms, WINDOW, draws=99), without_each(firms, WINDOW, draws=99)
    whole = excess(firms, WINDOW, draws=99)
    assert each["observed_count"].sum() == whole["observed_count"]
    assert (rest["observed_count"] + each["observed_count"]).tolist() == [whole["observed_count"]] * 6
    assert coverage(firms).iloc[-1]["raises_count"] == 30
    assert without_each(firms[:1], WINDOW).empty


def test_a_placebo_uses_other_days_of_the_same_firm():
    firms = [firm([5], [0], (91,)), firm([100], [182], ticker="B")]
    assert placebo_firms(firms, "other_guidance")[0].raises.tolist() == [91]
    assert placebo_firms(firms, "peers")[0].raises.tolist() == [182]
    assert len(placebo_table(firms, WINDOW, draws=99)) == 3
    with pytest.raises(UnknownName, match="peers"):
        placebo_firms(firms, "peer")


def test_the_curve_of_the_data_rises_and_ends_at_the_windows_count():
    timing = prepare(load_guidance(), load_layoffs(), "2026Q2")
    curve = cross_k(timing.firms, [15, 60], draws=199)
    assert curve["observed_count"].is_monotonic_increasing
    assert curve["observed_count"].iloc[1] == excess(timing.firms, WINDOW, draws=99)["observed_count"]
    table = listed_pairs(timing.firms, timing.moves, timing.rounds, WINDOW)
    assert len(table) == sum(len(one.raises) for one in timing.firms)
    assert table["is_inside"].sum() <= curve["observed_count"].iloc[1]


def test_choices_change_one_thing_each():
    table = by_choice(load_guidance(), load_layoffs(), "2026Q2", 60, draws=99)
    raises = table.set_index("choice")["raises_count"]
    assert raises["a first guidance above last year's also raises"] > raises["as above"] > raises["one quarter fewer"]
    assert set(table["verdict"]) <= {"supported", "contradicted", "mixed", "cannot tell"}


@pytest.mark.parametrize(("call", "error"), [
    (lambda: guidance_moves(load_guidance(), "same"), UnknownName),
    (lambda: excess(no_link(0), WINDOW, "quarter"), UnknownName),
    (lambda: layoff_rounds(load_layoffs(), []), AnalysisError),
    (lambda: prepare(said(("A", "2025-12-31", "2025-02-01", 1, 2)), cuts(("A", "2025-03-01", 1)), "2025Q4"),
     AnalysisError),
])
def test_what_cannot_be_timed_is_refused(call, error):
    with pytest.raises(error):
        call()
