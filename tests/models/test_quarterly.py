"""Two quarterly series: errors against a plain loop, planted links, and what two trending series show by default."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from analysis import HYPERSCALERS, load_industry_monthly, load_layoffs, load_panel
from analysis.errors import AnalysisError
from analysis.metrics.waves import counted_cuts
from analysis.models.cross_correlation import capex_and_cuts, cross_correlations, prewhitened
from analysis.models.quarterly import (
    _bounds_f,
    bounds_test,
    distributed_lag,
    ewc_covariance,
    lag_choices,
    log_changes,
    phase_surrogates,
    quarterly_series,
)


def two_series(elasticity: float, n: int = 60, seed: int = 0, noise: float = 0.05) -> pd.DataFrame:
    """Layoffs that answer capital spending of the same quarter with an elasticity, as a frame of quarterly_series."""
    rng = np.random.default_rng(seed)
    capex = np.cumsum(rng.normal(0.05, 0.1, n + 5))
    cuts = elasticity * capex + np.cumsum(rng.normal(0, noise, n + 5))
    frame = pd.DataFrame({"quarter": pd.period_range("2005Q1", periods=n + 5, freq="Q"), "firms": 1, "documents": "d",
                          "cuts_persons": np.exp(10 + cuts), "capex_usd": np.exp(20 + capex)})
    frame.loc[:4, "cuts_persons"] = np.nan
    return frame


def test_ewc_is_its_sum_over_cosines():
    rng = np.random.default_rng(1)
    x, e = np.column_stack([np.ones(40), rng.standard_normal(40)]), rng.standard_normal(40)
    covariance, number = ewc_covariance(x, e)
    total = np.zeros((2, 2))
    for j in range(1, number + 1):
        part = sum(np.sqrt(2 / 40) * np.cos(np.pi * j * (t + 0.5) / 40) * x[t] * e[t] for t in range(40))
        total += np.outer(part, part) / number
    bread = np.linalg.inv(x.T @ x / 40)
    assert number == int(0.41 * 40 ** (2 / 3)) == 4
    assert covariance == pytest.approx(bread @ total @ bread / 40)


def test_ewc_has_the_right_size_on_average():
    """Under independent errors its variance is that of least squares in expectation."""
    rng, found = np.random.default_rng(2), []
    x = np.column_stack([np.ones(60), rng.standard_normal(60)])
    for _ in range(400):
        found.append(ewc_covariance(x, rng.standard_normal(60))[0][1, 1])
    exact = np.linalg.inv(x.T @ x)[1, 1]
    assert np.mean(found) == pytest.approx(exact, rel=0.1)


def test_a_planted_elasticity_is_recovered_and_none_is_not():
    linked, free = (distributed_lag(two_series(size)) for size in (1.5, 0.0))
    assert (linked["low"] < 1.5).all() and (linked["high"] > 1.5).all() and (linked["p_value"] < 0.01).all()
    assert (free["low"] < 0).all() and (free["high"] > 0).all()


def test_newey_west_is_statsmodels():
    table = log_changes(two_series(1.0), 1)
    fit = sm.OLS(table["layoffs"], sm.add_constant(table[["capex_lag0", "capex_lag1"]])).fit(
        cov_type="HAC", cov_kwds={"maxlags": 4, "use_correction": True}, use_t=True)
    row = distributed_lag(two_series(1.0), lags=1).iloc[0]
    assert row["estimate"] == pytest.approx(fit.params.iloc[1:].sum())
    assert row["standard_error"] == pytest.approx(np.sqrt(fit.cov_params().iloc[1:, 1:].to_numpy().sum()))
    assert row["p_value"] == pytest.approx(float(fit.t_test([0, 1, 1]).pvalue))


def test_units_move_no_elasticity():
    frame = two_series(1.0)
    scaled = frame.assign(capex_usd=frame["capex_usd"] * 1e3, cuts_persons=frame["cuts_persons"] / 7)
    assert lag_choices(scaled)["estimate"].tolist() == pytest.approx(lag_choices(frame)["estimate"].tolist())


def test_two_trending_series_correlate_by_default():
    trend = np.arange(40.0)
    found = phase_surrogates(trend + np.random.default_rng(0).normal(0, 2, 40), trend**1.1, draws=499)
    assert found.estimate > 0.95
    assert found.high > 0.6  # a link is not needed for a large correlation


def test_surrogates_of_noise_are_narrow_and_their_p_uniform():
    rng = np.random.default_rng(3)
    p = [phase_surrogates(*rng.standard_normal((2, 30)), draws=199).p_value for _ in range(100)]
    assert abs(np.mean(np.array(p) <= 0.2) - 0.2) < 3 * np.sqrt(0.2 * 0.8 / 100)


def test_the_bounds_test_finds_a_common_level_and_not_two_walks():
    rng = np.random.default_rng(0)
    walk = np.cumsum(rng.standard_normal(60))
    frame = two_series(0.0, 55).assign(capex_usd=np.exp(walk))
    tied, free = (frame.assign(cuts_persons=np.exp(part)) for part in
                  (walk + rng.normal(0, 0.3, 60), np.cumsum(rng.standard_normal(60))))
    assert bounds_test(tied, draws=99)["p_value"] == pytest.approx(0.01)
    assert bounds_test(free, draws=99)["p_value"] > 0.05


def test_the_simulated_bound_is_the_published_one():
    """Pesaran, Shin and Smith (2001), case III with one regressor: 5.73 at five percent for random walks."""
    walks = np.cumsum(np.random.default_rng(1).standard_normal((400, 2, 150)), axis=2)
    assert np.quantile([_bounds_f(*pair) for pair in walks], 0.95) == pytest.approx(5.73, rel=0.12)


def test_the_datas_quarters_are_whole_and_hold_the_same_firms():
    monthly = counted_cuts(load_industry_monthly(), load_layoffs())
    frame = quarterly_series(monthly, load_panel("quarter"), list(HYPERSCALERS))
    known = frame.dropna(subset=["cuts_persons"])
    quarter = known.iloc[0]["quarter"]
    months = monthly[monthly["month_start"].dt.to_period("Q") == quarter]
    assert len(months) == 3 and not months["partial"].any()
    assert known.iloc[0]["cuts_persons"] == months["employees_cut_persons"].sum()
    assert frame["capex_usd"].notna().all()
    assert frame["cuts_persons"].isna().sum() == 5  # lags and one change need capital spending before


@pytest.mark.parametrize(("call", "words"), [
    (lambda: distributed_lag(two_series(1.0, 8)), "do not carry"),
    (lambda: log_changes(two_series(1.0).assign(cuts_persons=0.0), 1), "zero has no logarithm"),
    (lambda: quarterly_series(counted_cuts(load_industry_monthly(), load_layoffs()), load_panel("quarter"), ["UBER"]),
     "has every quarter"),
])
def test_what_cannot_be_joined_is_refused(call, words):
    with pytest.raises(AnalysisError, match=words):
        call()


def firm_quarters(lead: int, firms: int = 12, n: int = 24, seed: int = 0) -> pd.DataFrame:
    """Firms whose share cut repeats their own capital surprise `lead` quarters later, under a shock common to all."""
    rng, rows = np.random.default_rng(seed), []
    common = rng.normal(0, 3, n)
    for number in range(firms):
        surprise = rng.normal(0, 1, n)
        cut = 10 + np.roll(surprise, lead) + rng.normal(0, 0.5, n) + common
        rows.append(pd.DataFrame({"ticker": f"F{number}", "quarter": pd.period_range("2020Q1", periods=n, freq="Q"),
                                  "capex_change_ratio": surprise + common, "cut_ratio": cut, "documents": "d"}))
    return pd.concat(rows, ignore_index=True)


def test_a_planted_lead_is_found_at_its_lag_alone():
    table = cross_correlations(firm_quarters(2), draws=499).set_index("lag")
    assert table["estimate"].idxmax() == 2
    assert table.loc[2, "p_holm"] < 0.05
    assert (table["p_holm"].drop(2) > 0.05).all()


def test_a_common_shock_is_no_link():
    frame = firm_quarters(0).assign(cut_ratio=lambda rows: np.random.default_rng(9).normal(10, 1, len(rows))
                                    + rows["quarter"].dt.quarter)
    assert (cross_correlations(frame, draws=499)["p_holm"] > 0.05).all()


def test_surprises_have_no_memory_and_no_common_part():
    frame = firm_quarters(0)
    left = frame.assign(value=prewhitened(frame, "cut_ratio"))
    assert left.groupby("ticker")["value"].std().to_numpy() == pytest.approx(np.ones(12))
    follow = left.groupby("ticker")["value"].transform(lambda mine: mine.shift())
    assert abs((left["value"] * follow).mean()) < 0.1


def test_shares_come_from_counts_that_add_up_over_the_headcount_before():
    years, events = load_panel("year"), load_layoffs()
    table = capex_and_cuts(load_panel("quarter"), years, events, "2020Q2", "2026Q1").set_index(["ticker", "quarter"])
    row = table.loc[("META", pd.Period("2022Q4"))]
    head = years[(years["ticker"] == "META") & (years["period_end"] == "2021-12-31")]["headcount_persons"].item()
    assert row["cut_ratio"] == pytest.approx(11_000 / head)
    assert (table["cut_ratio"] >= 0).all()
    with pytest.raises(AnalysisError, match="no firm has"):
        capex_and_cuts(load_panel("quarter"), years, events, "2026Q1", "2026Q1")
