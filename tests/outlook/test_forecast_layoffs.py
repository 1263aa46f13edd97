"""Layoffs by quarter: whole quarters only, methods with known behaviour, totals that start from what is counted."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.tsa.forecasting.theta import ThetaModel

from analysis.errors import AnalysisError, UnknownName
from analysis.outlook.forecast_layoffs import (
    METHODS,
    SINGLE,
    autoregression,
    combined,
    counted_since,
    drift_walk,
    quarterly_cuts,
    random_walk,
    rolling_layoffs,
    simulated,
    smoothing,
    theta,
    yearly_outlook,
)
from analysis.outlook.forecast_tables import layoff_league
from analysis.outlook.forecast_words import by_every_method, layoff_words, rough


def months(values: np.ndarray, first: str = "2020-03") -> pd.DataFrame:
    """A monthly series of counted cuts; its first and last months are partial."""
    start = pd.date_range(f"{first}-01", periods=len(values), freq="MS")
    partial = np.zeros(len(values), bool)
    partial[[0, -1]] = True
    return pd.DataFrame({"month": start.strftime("%Y-%m"), "month_start": start, "employees_cut_persons": values,
                         "partial": partial, "employees_cut_persons_documents": "abc"})


@pytest.fixture(scope="module")
def monthly() -> pd.DataFrame:
    rng = np.random.default_rng(2)
    return months(np.exp(9 + 0.5 * np.cumsum(rng.normal(0, 0.5, 75)) / 2).round())


@pytest.fixture(scope="module")
def cuts(monthly) -> pd.DataFrame:
    return quarterly_cuts(monthly)


def test_only_whole_quarters_count(monthly, cuts):
    assert [str(one) for one in cuts["quarter"].iloc[[0, -1]]] == ["2020Q2", "2026Q1"] and len(cuts) == 24
    first = monthly[monthly["month"].isin(["2020-04", "2020-05", "2020-06"])]["employees_cut_persons"].sum()
    assert cuts["cuts_persons"].iloc[0] == first
    late = monthly[monthly["month"].isin(["2026-04", "2026-05"])]["employees_cut_persons"].sum()
    assert counted_since(monthly, cuts) == late


def test_a_quarter_without_cuts_or_a_hole_is_refused(monthly):
    with pytest.raises(AnalysisError, match="2021Q2"):
        quarterly_cuts(monthly.assign(employees_cut_persons=monthly["employees_cut_persons"].mask(
            monthly["month"].between("2021-04", "2021-06"), 0)))
    with pytest.raises(AnalysisError, match="whole quarters"):
        quarterly_cuts(monthly[monthly["month"] != "2022-05"])


def test_the_walks_take_the_last_value_the_drift_and_its_error():
    y = np.array([1.0, 2, 4, 5])
    assert (random_walk(y).level, random_walk(y).drift) == (5, 0)
    assert random_walk(y).deviation == pytest.approx(np.sqrt(2))
    one = drift_walk(y)
    error = np.std([1, 2, 1], ddof=1) / np.sqrt(3)
    assert (one.drift, one.drift_error) == pytest.approx((4 / 3, error))
    paths = simulated(one, 8, 20_000)
    assert paths.mean(axis=0) == pytest.approx(5 + 4 / 3 * np.arange(1, 9), abs=0.1)
    assert paths[:, 7].var() == pytest.approx(8 * one.deviation ** 2 + 64 * one.drift_error ** 2, rel=0.05)


def test_the_autoregression_returns_to_its_mean():
    rng = np.random.default_rng(4)
    y = np.zeros(400)
    for place in range(1, 400):
        y[place] = 2 + 0.5 * (y[place - 1] - 2) + 0.1 * rng.normal()
    one = autoregression(np.r_[y, 4.0])
    assert one.centre == pytest.approx(2, abs=0.05) and one.back == pytest.approx(0.5, abs=0.1)
    paths = simulated(one, 12, 5_000)
    assert paths[:, 0].mean() == pytest.approx(3, abs=0.15) and paths[:, 11].mean() == pytest.approx(2, abs=0.1)


def test_smoothing_forgets_shocks_that_do_not_last():
    noise = 5 + np.random.default_rng(3).normal(0, 0.3, 60)
    one = smoothing(noise)
    assert one.kept < 0.3 and one.level == pytest.approx(5, abs=0.2) and one.deviation == pytest.approx(0.3, abs=0.06)
    assert smoothing(np.cumsum(noise - 5)).kept > 0.7


def test_theta_goes_where_statsmodels_goes():
    y = np.cumsum(np.random.default_rng(9).normal(0.2, 0.5, 20))
    index = pd.period_range("2000Q1", periods=20, freq="Q")
    reference = ThetaModel(pd.Series(y, index), period=1, deseasonalize=False).fit().forecast(6).to_numpy()
    paths = simulated(theta(y), 6, 40_000)
    assert paths.mean(axis=0) == pytest.approx(reference, abs=0.03)


def test_equal_weights_average_sorted_members():
    assert list(combined([np.array([3.0, 1, 2]), np.array([30.0, 20, 10])])) == [5.5, 11, 16.5]
    paths = np.array([[3.0, 100], [1, 300], [2, 200]])  # members x quarters: members are sorted, quarters stay
    assert combined([paths]).tolist() == [[1, 100], [2, 200], [3, 300]]


def test_the_combination_weighs_the_totals_of_a_year(cuts):
    ends = ["value", "low_80", "high_80", "high_95"]
    frames = [yearly_outlook(cuts, name, 2028).set_index("calendar_year")[ends] for name in (*SINGLE, "combination")]
    for year in (2026, 2027, 2028):
        one, other, both = (frame.loc[year].to_numpy(float) for frame in frames)
        assert both == pytest.approx((one + other) / 2, rel=1e-3)


def test_paths_below_what_is_counted_are_not_drawn():
    one = drift_walk(np.array([9.0, 9.5, 9.2, 10.0, 9.6, 10.3]))
    free, least = np.exp(simulated(one, 4, 200_000)), np.exp(10.6)
    kept = free[free[:, 0] >= least]
    drawn = np.exp(simulated(one, 4, 50_000, least=least))
    assert 0.2 < len(kept) / len(free) < 0.5 and drawn[:, 0].min() > least
    assert len(np.unique(drawn[:, 0])) == len(drawn)  # no pile at the count so far
    levels = [0.1, 0.5, 0.9]
    for quarter in (0, 3):
        wanted = np.quantile(np.log(kept[:, quarter]), levels)
        assert np.quantile(np.log(drawn[:, quarter]), levels) == pytest.approx(wanted, abs=0.03)


def test_a_series_without_noise_is_cut_too():
    one = random_walk(np.array([9.0, 9.0, 9.0]))
    assert simulated(one, 2, 9) == pytest.approx(9) and simulated(one, 2, 9, least=np.exp(9.5))[:, 0].min() >= 9.5


def test_the_back_test_adds_up_whole_years_ahead(cuts):
    rows = rolling_layoffs(cuts, members=99)
    assert rows.groupby("horizon")["quarter"].nunique().tolist() == [13, 9, 5]
    one = rows[(rows["quarter"] == "2022Q1") & (rows["horizon"] == 2)].iloc[0]
    totals = cuts["cuts_persons"].to_numpy()
    assert one["outcome"] == pytest.approx(np.log(totals[12:16].sum() / totals[4:8].sum()))
    assert set(rows["method"]) == {*METHODS, "combination"}


def test_a_handful_of_years_carries_no_verdict(cuts):
    _, table = layoff_league(cuts)
    assert set(table["verdict"].dropna()) == {"cannot tell"}
    assert set(table.loc[table["shown"], "method"]) == {"drift_walk"}


def test_forecast_years_start_from_what_is_counted(cuts):
    plain, known = yearly_outlook(cuts, "drift_walk", 2028), yearly_outlook(cuts, "drift_walk", 2028, since=1e6)
    counted = cuts[cuts["quarter"].dt.year == 2026]["cuts_persons"].sum()
    assert plain["calendar_year"].tolist() == list(range(2021, 2029))
    ahead = plain[plain["value"].notna()]
    assert ahead["calendar_year"].tolist() == [2026, 2027, 2028] and ahead["low_95"].iloc[0] > counted
    assert known.loc[known["calendar_year"] == 2026, "low_95"].item() > 1e6
    assert known.loc[known["calendar_year"] == 2026, "counted_persons"].item() == counted + 1e6
    assert plain["last"].iloc[0] == cuts[cuts["quarter"].dt.year == 2025]["cuts_persons"].sum()
    ends = ahead[["low_95", "low_80", "low_50", "value", "high_50", "high_80", "high_95"]].to_numpy()
    assert (np.diff(ends, axis=1) > 0).all()
    with pytest.raises(UnknownName, match="drift_walk"):
        yearly_outlook(cuts, "drift", 2028)


def test_a_series_that_climbs_steadily_tells_a_rise_and_a_wild_one_nothing(cuts):
    steady = quarterly_cuts(months(1e4 * 1.03 ** np.arange(75.0)))
    for frame, word in ((steady, "rises"), (cuts, "cannot tell")):
        years = layoff_words(yearly_outlook(frame, "drift_walk", 2028))
        assert years["tells"].iloc[-1] == word and pd.isna(years["tells"].iloc[0])
    falling = quarterly_cuts(months(1e6 * 0.96 ** np.arange(75.0)))
    assert layoff_words(yearly_outlook(falling, "drift_walk", 2028))["tells"].iloc[-1] == "falls"


def test_all_methods_stand_side_by_side_narrowest_first(cuts):
    table = by_every_method(cuts, 2028, 0.0)
    assert set(table["method"]) == {*METHODS, "combination"} and table["width"].is_monotonic_increasing


def test_forecasts_are_written_roughly():
    frame = rough(pd.DataFrame({"value": [14_879_435.0, 2_324.0, np.nan, 0.0], "other": 1}), ["value"])
    assert frame["value"].iloc[:2].tolist() == [15_000_000, 2_300] and np.isnan(frame["value"].iloc[2])
    assert frame["value"].iloc[3] == 0 and rough(frame, ["value"], 1)["value"].iloc[0] == 2e7
