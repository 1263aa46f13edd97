"""Size, power and bias on made-up outcomes; the long form, with a thousand replications, is in tests/bench."""

import numpy as np
import pandas as pd
import pytest

from analysis.models.cluster import inference, wild_bootstrap
from analysis.models.permutation import path_draws, permutation_test
from analysis.models.power import Bench, World, detectable, outcomes, power_curve, rejections, residual_sd, surprise
from analysis.models.power_tables import planning_bias, power_table, size_table
from analysis.models.sample import OUTCOME, estimation_rows
from analysis.models.tradeoff import cumulated
from tests.models.worlds import world

REPLICATIONS = 150
"""A true size of five per cent then lies within 0 and 10.5 per cent, three Monte Carlo errors on either side."""


@pytest.fixture(scope="module")
def trade() -> pd.DataFrame:
    return world(seed=12)


@pytest.fixture(scope="module")
def rows(trade) -> pd.DataFrame:
    return estimation_rows(trade)[0]


@pytest.fixture(scope="module")
def bench(trade, rows) -> Bench:
    return Bench(rows, path_draws(trade, rows, 99))


def test_the_bench_gives_the_p_values_of_the_ordinary_functions(trade, rows, bench):
    outcome = outcomes(rows, World(-0.03), 1)[:, 0]
    found, made = bench.p_values(outcome), rows.assign(**{OUTCOME: outcome})
    for kind in ("CRV1", "CR2", "CRV3"):
        assert found[kind] == pytest.approx(inference(cumulated(made), kind).p_value, rel=1e-8), kind
    assert found["permutation"] == permutation_test(trade, made, draws=99).p_value
    assert found["bootstrap"] == wild_bootstrap(cumulated(made), draws=199).p_value
    assert found["decisive"] == max(found["CRV3"], found["permutation"])


def test_size_holds_with_a_shock_that_the_big_spenders_share(bench):
    found = rejections(bench, World(0.0, 0.08, 0.06), REPLICATIONS).set_index("test")["rejection_ratio"]
    assert found[["CRV3", "permutation"]].between(0, 0.105).all() and found["decisive"] <= 0.105


def test_the_shared_shock_changes_nothing_in_the_primary_design(bench):
    calm, shaken = (rejections(bench, World(0.0, 0.08, size), 40, wild=False)["rejection_ratio"] for size in (0.0, 0.2))
    assert calm.tolist() == shaken.tolist()


def test_an_injected_effect_is_recovered_without_bias(bench):
    found = rejections(bench, World(-0.05, 0.05), 60, wild=False)
    assert abs(found["bias_ratio"].iloc[0]) < 0.01


def test_joint_planning_biases_upwards_by_what_is_reported(rows, bench):
    bias = planning_bias(rows, 0.02)
    found = rejections(bench, World(-0.03, 0.001, planned=0.02), 10, wild=False)["bias_ratio"].iloc[0]
    assert bias > 0.01 and found == pytest.approx(bias, abs=0.002)


def test_power_rises_with_the_effect_and_the_detectable_effect_lies_on_the_curve(bench):
    curve = power_curve(bench, [-0.01, -0.05, -0.15], World(0.0, 0.05), 40)
    assert curve["power_ratio"].is_monotonic_increasing and curve["power_ratio"].iloc[-1] > 0.8
    assert 0.01 < detectable(curve) <= 0.15


def test_an_effect_beyond_the_curve_is_not_detectable_and_ties_do_not_matter():
    curve = pd.DataFrame({"theta": [-0.1, -0.2, -0.3, -0.4], "power_ratio": [0.2, 0.2, 0.6, 1.0]})
    assert detectable(curve) == pytest.approx(0.35)
    assert np.isnan(detectable(curve.head(3)))


def test_surprise_is_what_firm_and_cell_leave_of_capital_intensity(rows):
    left = pd.Series(surprise(rows))
    assert left.std(ddof=0) == pytest.approx(1)
    assert left.groupby(rows["ticker"]).mean().abs().max() < 1e-10
    assert left.groupby(rows["cell"]).mean().abs().max() < 1e-10


def test_the_noise_left_is_the_noise_put_in():
    rows, _ = estimation_rows(world(firms=120, noise_sd=0.07, seed=13))
    assert residual_sd(rows) == pytest.approx(0.07, rel=0.1)


def test_the_tables_hold_every_design_shock_and_effect(trade, rows):
    sizes = size_table(trade, rows, 0.08, 5, draws=39)
    assert len(sizes) == 6 and sizes.filter(like="_ratio").notna().all(axis=None)
    power = power_table(trade, rows, 0.08, 20, draws=99)
    assert -0.03 in set(power["theta"]) and power["theta"].is_monotonic_decreasing
    assert np.isfinite(detectable(power))
