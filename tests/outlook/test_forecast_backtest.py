"""The rolling origin, its scores, the frozen rules on them, and intervals that learn from their misses."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.models.forecast_scores import crps_normal
from analysis.outlook.backtest import rolling, scored
from analysis.outlook.backtest_conformal import (
    LEAST_ERRORS,
    LEAST_ORIGINS,
    coverage_gap,
    half_width,
    intervals,
    left_out_factors,
)
from analysis.outlook.backtest_scores import (
    accuracy,
    coverage,
    equal_accuracy,
    judgement,
    league,
    pit_shares,
    shared_share,
    skill,
    yearly_differences,
)
from analysis.outlook.forecast_candidates import BENCHMARK, LABELS
from analysis.outlook.forecast_vintage import CONCEPTS, as_known, readings, vintage_counts
from analysis.tables.panel import load_panel
from tests.models.made_up_panel import made_up


def made_rows(errors: dict[str, float], spread: float = 0.1, firms: int = 40, origins: int = 6,
              horizon: int = 1, seed: int = 1) -> pd.DataFrame:
    """A back-test in which method m misses by `errors[m]` times the same noise and claims the deviation `spread`."""
    rng = np.random.default_rng(seed)
    noise = rng.normal(0, 0.1, (firms, origins))
    frames = []
    for method, size in errors.items():
        frames.append(pd.DataFrame({
            "method": method, "ticker": np.repeat([f"F{one:02d}" for one in range(firms)], origins),
            "origin": np.tile(np.arange(2019, 2019 + origins), firms), "horizon": horizon, "scale": 0.1, "mean": 0.0,
            "deviation": spread, "outcome": size * noise.ravel()}))
    return scored(pd.concat(frames, ignore_index=True))


def three(candidate: float, **rest: float) -> dict[str, float]:
    return {"random_walk": 1.0, BENCHMARK: 1.0, "autoregression": 1.0, "theta": candidate} | rest


@pytest.fixture(scope="module")
def tested() -> pd.DataFrame:
    return rolling(made_up(firms=25, noise=0.05), "headcount")


def test_every_origin_and_horizon_with_an_outcome_is_there(tested):
    seen = tested.groupby(["origin", "horizon"]).size().index
    assert list(seen) == [(origin, ahead) for origin in range(2019, 2025) for ahead in (1, 2, 3)
                          if origin + ahead <= 2025]
    assert set(tested["method"]) == set(LABELS)
    assert tested.groupby(["method", "horizon"]).size().groupby("horizon").nunique().eq(1).all()


def test_outcomes_and_scores_are_those_of_the_panel(tested):
    panel = made_up(firms=25, noise=0.05).set_index(["ticker", "calendar_year"])["headcount_persons"]
    row = tested[(tested["ticker"] == "META") & (tested["origin"] == 2020) & (tested["horizon"] == 2)].iloc[0]
    came = np.log(panel["META", 2022] / panel["META", 2020])
    assert row["outcome"] == pytest.approx(came) and row["error"] == pytest.approx(came - row["mean"])
    assert row["crps"] == pytest.approx(float(crps_normal(row["mean"], row["deviation"], came)))
    assert row["pit"] == pytest.approx(stats.norm.cdf(row["error"] / row["deviation"]))


def test_scores_of_an_origin_do_not_move_with_later_years(tested):
    panel = made_up(firms=25, noise=0.05)
    late = panel["calendar_year"] > 2023
    panel["headcount_persons"] = panel["headcount_persons"].where(~late, panel["headcount_persons"] * 3)
    after = rolling(panel, "headcount")
    key = ["method", "ticker", "origin", "horizon", "mean", "deviation"]
    early = tested["origin"] + tested["horizon"] <= 2023
    same = after["origin"] + after["horizon"] <= 2023
    pd.testing.assert_frame_equal(tested.loc[early, key].reset_index(drop=True),
                                  after.loc[same, key].reset_index(drop=True))


def test_a_restated_input_is_set_back_for_the_origins_that_did_not_know_it():
    panel, facts = load_panel("year"), readings()
    counts = vintage_counts(facts).set_index("concept")
    assert set(counts.index) == set(CONCEPTS) and (counts["dated_count"] < counts["facts_count"]).all()
    early = facts[facts["filed_date"].notna() & (facts["concept"] == "capex") & (facts["span"] == "year")].iloc[0]
    origin = early["filed_date"].year
    later = early.copy()
    later["filed_date"], later["value"], later["fact_id"] = pd.Timestamp("2026-01-05"), 1.0, early["fact_id"][:-1] + "9"
    more = pd.concat([facts, later.to_frame().T.astype(facts.dtypes)], ignore_index=True)
    cell = (panel["ticker"] == early["ticker"]) & (panel["period_end"] == early["period_end"])
    restated = panel.assign(capex_usd=panel["capex_usd"].mask(cell, 1.0))
    assert as_known(restated, more, origin).loc[cell, "capex_usd"].item() == early["value"]
    assert as_known(restated, more, 2026).loc[cell, "capex_usd"].item() == 1.0
    assert restated.loc[cell, "capex_usd"].item() == 1.0  # the caller's frame is left alone


def test_skill_counts_the_score_saved_and_its_interval_redraws_firms():
    rows = made_rows(three(0.5))
    found = skill(rows, "theta")
    by_hand = 1 - rows[rows["method"] == "theta"]["crps"].sum() / rows[rows["method"] == BENCHMARK]["crps"].sum()
    assert found["skill"] == pytest.approx(by_hand) and found["skill_low_90"] < by_hand < found["skill_high_90"]
    assert skill(rows, BENCHMARK)["skill"] == 0
    one = rows[rows["ticker"] == "F00"]
    assert np.isnan(skill(one, "theta")["skill_low_90"])


def test_the_test_of_equal_accuracy_is_a_t_test_at_one_step():
    d = np.array([0.3, -0.1, 0.4, 0.2, 0.1, 0.25])
    statistic, p = equal_accuracy(d, 1)
    reference = stats.ttest_1samp(d, 0)
    assert (statistic, p) == pytest.approx((reference.statistic, reference.pvalue))


def test_its_correction_for_overlap_is_the_published_one():
    d = np.array([0.3, 0.5, 0.4, -0.2, 0.1, 0.25, 0.0, 0.35])
    c = d - d.mean()
    variance = ((c @ c + 2 * c[1:] @ c[:-1]) / 8) / 8
    harvey = np.sqrt((8 + 1 - 2 * 2 + 2 * 1 / 8) / 8)
    assert equal_accuracy(d, 2)[0] == pytest.approx(d.mean() / np.sqrt(variance) * harvey)
    assert all(np.isnan(equal_accuracy(np.array([1.0, -1.0]), 1)))
    assert all(np.isnan(equal_accuracy(np.array([1.0, -1.0, 1.0, -1.0]), 2)))


def test_a_better_candidate_is_supported_and_shown():
    rows = made_rows(three(0.4, damped_trend=1.0))
    table = league(rows).set_index("method")
    assert table.loc["theta", "verdict"] == "supported" and list(table.index[table["shown"]]) == ["theta"]
    assert table.loc["damped_trend", "verdict"] == "cannot tell"
    assert np.isnan(table.loc["random_walk", "skill"])


def test_the_benchmark_is_shown_when_nothing_beats_it():
    for candidate, word in ((1.0, "cannot tell"), (2.5, "contradicted")):
        table = league(made_rows(three(candidate))).set_index("method")
        assert list(table.index[table["shown"]]) == [BENCHMARK] and table.loc["theta", "verdict"] == word


def test_beating_the_drift_alone_is_not_enough():
    rows = made_rows(three(0.5, random_walk=0.3))
    found = judgement(rows, "theta")
    assert found["skill_low_90"] > 0 > found["least_skill"] and found["verdict"] == "cannot tell"


def by_year(gains: list[float], firms: int = 40) -> pd.DataFrame:
    """A back-test in which theta misses by (1 - gain) of the benchmark's miss, the gain being that of the origin."""
    rows = made_rows(three(1.0), firms=firms, origins=len(gains))
    kept = 1 - np.asarray(gains)[rows["origin"] - 2019]
    outcome = rows["outcome"].where(rows["method"] != "theta", rows["outcome"] * kept)
    return scored(rows.assign(outcome=outcome).drop(columns=["error", "crps", "pit"]))


def test_a_gain_that_one_year_brings_to_all_firms_is_not_enough():
    rows = by_year([1.0, -0.1, -0.1, -0.1, -0.1])
    assert skill(rows, "theta")["skill_low_90"] > 0  # every firm gains
    found = judgement(rows, "theta")
    assert found["skill"] > 0 > found["skill_low_90"] and found["verdict"] == "cannot tell"
    assert judgement(by_year([0.5] * 5), "theta")["verdict"] == "supported"


def test_a_loss_that_one_year_brings_to_all_firms_is_not_enough_either():
    rows = by_year([-1.0, 0.05, 0.05, 0.05, 0.05])
    assert skill(rows, "theta")["skill_high_90"] < 0
    assert judgement(rows, "theta")["verdict"] == "cannot tell"


def test_too_few_firms_carry_no_verdict():
    found = judgement(made_rows(three(0.4), firms=19), "theta")
    assert found["skill"] > 0 and np.isnan(found["skill_low_90"]) and found["verdict"] == "cannot tell"
    assert judgement(made_rows(three(0.4), firms=20), "theta")["verdict"] == "supported"


def test_accuracy_in_plain_numbers():
    rows = made_rows({BENCHMARK: 1.0}, firms=2, origins=1)
    rows = scored(rows.assign(outcome=[0.1, -0.3]).drop(columns=["error", "crps", "pit"]))
    one = accuracy(rows).iloc[0]
    assert (one["mase"], one["rmse"], one["bias"]) == pytest.approx((2.0, np.sqrt(0.05), -0.1))
    assert (one["n"], one["firms"], one["origins"]) == (2, 2, 1)
    assert yearly_differences(made_rows(three(0.5)), "theta").shape == (6,)


def test_coverage_is_counted_with_wilsons_interval():
    rows = made_rows({BENCHMARK: 1.0}, firms=10, origins=1)
    rows = scored(rows.assign(outcome=[0.0] * 8 + [0.5] * 2).drop(columns=["error", "crps", "pit"]))
    one = coverage(rows).set_index("level").loc[0.8]
    found = (one["coverage"], one["coverage_low"], one["coverage_high"])
    assert found == pytest.approx((0.8, 0.4902, 0.9433), abs=1e-4)
    width = 2 * stats.norm.ppf(0.9) * 0.1
    assert one["interval_score"] == pytest.approx(width + 0.2 * 2 / 0.2 * (0.5 - width / 2))


def test_honest_spreads_cover_what_they_say_and_fill_every_fifth():
    rows = made_rows({BENCHMARK: 1.0}, firms=400)
    assert (coverage(rows)["coverage"] - coverage(rows)["level"]).abs().max() < 0.03
    assert pit_shares(rows)["share"].sub(0.2).abs().max() < 0.03
    low = scored(rows.assign(outcome=rows["outcome"] - 0.3).drop(columns=["error", "crps", "pit"]))
    assert pit_shares(low).set_index("part")["share"].idxmax() == 1


def test_intervals_too_narrow_are_stretched_to_what_they_missed():
    rows = made_rows({BENCHMARK: 1.0}, spread=0.05, firms=200)
    assert coverage_gap(rows)["coverage_gap"].item() > 0.05
    found = intervals(rows).set_index("level")
    assert set(found["kind"]) == {"corrected"}
    assert found["half_width"].to_numpy() == pytest.approx(2 * stats.norm.ppf([0.75, 0.9, 0.975]), rel=0.08)
    after = coverage(rows, left_out_factors(rows))
    assert (after["coverage"] - after["level"]).abs().max() < 0.03


def test_intervals_that_fit_are_left_as_they_are_and_few_errors_teach_nothing():
    kept = intervals(made_rows({BENCHMARK: 1.0}, firms=200))
    assert set(kept["kind"]) == {"normal"}
    assert kept["half_width"].to_numpy() == pytest.approx(stats.norm.ppf([0.75, 0.9, 0.975]))
    assert LEAST_ERRORS == 19
    few = made_rows({BENCHMARK: 1.0}, spread=0.01, firms=3)
    assert set(intervals(few)["kind"]) == {"too few"}


def test_years_of_origin_are_counted_and_not_errors_alone():
    rows = made_rows({BENCHMARK: 1.0}, spread=0.01, firms=200, origins=LEAST_ORIGINS)
    assert set(intervals(rows)["kind"]) == {"corrected"}
    fewer = rows[rows["origin"] < 2019 + LEAST_ORIGINS - 1]
    assert len(fewer) > LEAST_ERRORS and set(intervals(fewer)["kind"]) == {"too few"}


def test_a_factor_is_the_quantile_of_past_errors_each_year_weighing_the_same():
    errors = pd.DataFrame({"origin": [2019] * 8 + [2020] * 2, "deviation": 1.0, "error": [*range(1, 9), 10, 20]})
    assert [half_width(errors, level) for level in (0.25, 0.5, 0.75, 0.95)] == [4, 8, 10, 20]


def test_a_factor_learns_from_other_origins_only():
    rows = made_rows({BENCHMARK: 1.0}, firms=50)
    wild = rows.assign(error=rows["error"].where(rows["origin"] != 2021, 9.0))
    before, after = (left_out_factors(one).query("origin == 2021")["half_width"].to_numpy() for one in (rows, wild))
    assert np.array_equal(before, after)
    assert half_width(rows[rows["origin"] == 2020], 0.5) <= half_width(rows[rows["origin"] == 2020], 0.95)


def test_the_shared_part_of_the_movement_is_found():
    rng = np.random.default_rng(7)
    own, shock = rng.normal(0, 0.1, (300, 30)), rng.normal(0, 0.1, 30)
    assert shared_share(own) < 0.01
    assert shared_share(own + shock) == pytest.approx(np.var(shock) / (np.var(shock) + 0.01), abs=0.06)
    gaps = np.where(rng.random((300, 30)) < 0.4, np.nan, own + shock)
    empty = np.full((2, 30), np.nan)
    assert shared_share(np.vstack([gaps, empty])) == pytest.approx(shared_share(own + shock), abs=0.05)
