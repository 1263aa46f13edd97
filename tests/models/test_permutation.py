"""Exchanging whole capital paths: the algebra equals refitting, strata hold, and the p is what it says."""

import numpy as np
import pandas as pd
import pytest

from analysis.models import path_algebra
from analysis.models.cluster import inference
from analysis.models.permutation import (
    equal_tailed,
    exchangeable_rows,
    lag_statistics,
    lag_tests,
    path_draws,
    permutation_test,
    projection_of,
)
from analysis.models.plasmode import recovery
from analysis.models.sample import CAPITAL, OUTCOME, estimation_rows
from analysis.models.tradeoff import COMMON_YEARS, cumulated, single
from tests.models.worlds import world


@pytest.fixture(scope="module")
def trade() -> pd.DataFrame:
    """A made-up panel in which one firm's first years are unknown, so that it cannot exchange paths."""
    frame = world(seed=11)
    early = (frame["ticker"] == "F20") & (frame["calendar_year"] < 2016)
    frame.loc[early, "k"] = np.nan
    for lag in (1, 2):
        frame[f"k_lag{lag}"] = frame.groupby("ticker")["k"].shift(lag)
    return frame


@pytest.fixture(scope="module")
def rows(trade) -> pd.DataFrame:
    return estimation_rows(trade)[0]


def worn(rows: pd.DataFrame, drawn, draw: int) -> pd.DataFrame:
    return rows.assign(**{name: lag[:, draw] for name, lag in zip(CAPITAL, drawn.lags, strict=True)})


def test_the_first_draw_is_the_panel_itself_and_gives_the_usual_t(trade, rows):
    drawn = path_draws(trade, rows, 3)
    assert np.allclose(worn(rows, drawn, 0)[list(CAPITAL)], rows[list(CAPITAL)])
    usual = inference(cumulated(rows), "CRV1")
    found = permutation_test(trade, rows, draws=3)
    assert found.statistics[0] == pytest.approx(usual.estimate / usual.standard_error, rel=1e-9)


@pytest.mark.parametrize("draw", [1, 2, 3])
def test_a_draw_equals_a_fit_on_exchanged_paths(trade, rows, draw):
    again = inference(cumulated(worn(rows, path_draws(trade, rows, 3), draw)), "CRV1")
    found = permutation_test(trade, rows, draws=3).statistics[draw]
    assert found == pytest.approx(again.estimate / again.standard_error, rel=1e-8)


def test_a_lag_s_statistic_is_its_t_up_to_one_factor(trade, rows):
    drawn = path_draws(trade, rows, 2)
    found = lag_statistics(path_algebra.moments(projection_of(rows), rows[OUTCOME].to_numpy(float), drawn.lags))
    for place, name in enumerate(CAPITAL):
        factors = []
        for draw in range(3):
            usual = inference(single(worn(rows, drawn, draw), name), "CRV1")
            factors.append(found[place, draw] * usual.standard_error / usual.estimate)
        assert np.ptp(factors) == pytest.approx(0, abs=1e-8) and factors[0] > 1


def test_hyperscalers_exchange_among_themselves_and_a_lone_pattern_stays(trade, rows):
    drawn = path_draws(trade, rows, 50)
    assert "F20" not in drawn.movers and len(drawn.movers) == rows["ticker"].nunique() - 1
    lone = (rows["ticker"] == "F20").to_numpy()
    assert np.ptp(drawn.lags[0][lone], axis=1).max() == 0
    big, last = (rows["group"] == "hyperscaler").to_numpy(), (rows["calendar_year"] == 2023).to_numpy()
    paths = np.sort(drawn.lags[0][big & last], axis=0)
    assert np.allclose(paths, paths[:, :1])
    assert "F20" not in set(exchangeable_rows(rows, drawn)["ticker"])


def test_the_p_is_twice_the_smaller_tail_and_counts_the_panel_itself():
    found = equal_tailed(np.array([2.0, 3.0, 1.0, 0.0, -5.0]), ("A",))
    assert found.p_value == pytest.approx(2 * 2 / 5)
    assert equal_tailed(np.array([9.0, *range(4)]), ()).p_value == pytest.approx(2 / 5)
    assert equal_tailed(np.zeros(5), ()).p_value == 1.0
    assert found.p_standard_error == pytest.approx(2 * np.sqrt(0.4 * 0.6 / 4))


def test_the_same_seed_gives_the_same_p(trade, rows):
    one, two, other = (permutation_test(trade, rows, draws=199, seed=seed) for seed in (1, 1, 2))
    assert one.p_value == two.p_value and not np.array_equal(one.statistics, other.statistics)


def test_new_names_for_the_firms_move_the_p_by_chance_alone(trade, rows):
    names = {name: f"Z{99 - number}" for number, name in enumerate(sorted(trade["ticker"].unique()))}
    renamed = trade.assign(ticker=trade["ticker"].map(names))
    renamed = renamed.sort_values(["ticker", "calendar_year"], ignore_index=True)
    one = permutation_test(trade, rows, draws=1999)
    two = permutation_test(renamed, estimation_rows(renamed)[0], draws=1999)
    assert abs(one.p_value - two.p_value) < 4 * (one.p_standard_error + two.p_standard_error)
    assert one.statistics[0] == pytest.approx(two.statistics[0], rel=1e-9)


def test_an_effect_put_into_exchanged_worlds_comes_back(trade, rows):
    movers = exchangeable_rows(rows, path_draws(trade, rows, 1))
    found = recovery(movers, path_draws(trade, movers, 60), -0.05)
    assert abs(found.mean + 0.05) < 3 * found.mean_standard_error + 0.005
    assert found.coverage > 0.85 and found.replications == 60


def test_every_lag_is_tested_and_other_effects_work(trade, rows):
    assert len(lag_tests(trade, rows, draws=99)) == 3
    marked = rows.assign(everyone="all")
    assert 0 < permutation_test(trade, marked, COMMON_YEARS, draws=99, by="everyone").p_value <= 1
