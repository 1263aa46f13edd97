"""Draws fill the range they are given, repeat with the seed, and rank what matters."""

import numpy as np
import pytest
from scipy import stats

from analysis.economics.draws import draw, middle_of, one_at_a_time, rank_tornado, simulate
from analysis.economics.ranges import Range

UNIFORM = Range(2, 3, 6, "usd", "reported", ("a",), "uniform", "uniform")


def one(shape: str, low: float, value: float, high: float) -> np.ndarray:
    return draw({"x": Range(low, value, high, "ratio", shape=shape)})["x"]


def test_uniform_and_triangular_stay_inside_their_ends():
    for shape in ("uniform", "triangular"):
        found = one(shape, 2, 3, 6)
        assert found.min() >= 2 and found.max() <= 6
    assert one("uniform", 2, 3, 6).mean() == pytest.approx(4, abs=0.02)
    assert one("triangular", 2, 3, 6).mean() == pytest.approx((2 + 3 + 6) / 3, abs=0.02)


def test_lognormal_ends_are_its_5_and_95_percent_points():
    found = one("lognormal", 0.25, 0.43, 0.75)
    assert np.quantile(found, [0.05, 0.95]) == pytest.approx([0.25, 0.75], rel=0.02)
    assert np.median(found) == pytest.approx(np.sqrt(0.25 * 0.75), rel=0.02)


def test_beta_is_recovered_from_its_mean_and_width():
    low, high = stats.beta(8, 2).ppf([0.05, 0.95])
    found = one("beta", low, 0.8, high)
    assert found.mean() == pytest.approx(0.8, abs=0.005)
    assert np.quantile(found, [0.05, 0.5, 0.95]) == pytest.approx(stats.beta(8, 2).ppf([0.05, 0.5, 0.95]), abs=0.01)


def test_a_point_has_no_spread():
    assert set(one("point", 3, 3, 3)) == {3.0}


def test_the_same_seed_gives_the_same_draws_and_another_others():
    inputs = {"x": UNIFORM}
    assert (draw(inputs)["x"] == draw(inputs)["x"]).all()
    assert (draw(inputs, seed=1)["x"] != draw(inputs)["x"]).any()


def test_adding_an_input_leaves_the_draws_of_the_others():
    assert (draw({"x": UNIFORM})["x"] == draw({"w": UNIFORM, "x": UNIFORM})["x"]).all()


def test_two_inputs_are_drawn_independently():
    drawn = draw({"x": UNIFORM, "y": UNIFORM})
    assert abs(np.corrcoef(drawn["x"], drawn["y"])[0, 1]) < 0.02


def test_the_middle_of_outcomes_is_5_50_95_with_the_sources():
    inputs = {"x": UNIFORM}
    found = middle_of(simulate(lambda x: x, inputs), inputs, "usd", "outcome")
    assert (found.low, found.value, found.high) == pytest.approx((2.2, 4, 5.8), abs=0.03)
    assert found.documents == ("a",) and found.basis == "derived"


def test_the_tornado_ranks_by_strength_and_keeps_the_sign():
    inputs = {"weak": UNIFORM, "strong": UNIFORM, "fixed": Range(1, 1, 1, "usd", shape="point")}
    found = rank_tornado(lambda weak, strong, fixed: fixed + 0.2 * weak - 5 * strong, inputs, 20_000)
    assert list(found["input"]) == ["strong", "weak"]
    assert found["correlation_ratio"].iloc[0] < -0.9 and 0 < found["correlation_ratio"].iloc[1] < 0.2
    assert found["correlation_ratio_documents"].iloc[0] == "a"


def test_one_at_a_time_moves_one_input_and_holds_the_rest():
    inputs = {"x": Range(1, 2, 3, "usd", label="x"), "y": Range(0, 10, 30, "usd", label="y")}
    found = one_at_a_time(lambda x, y: x + y, inputs).set_index("input")
    assert list(found.index) == ["y", "x"]
    assert found.loc["y", ["at_low", "at_high", "swing"]].tolist() == [2, 32, 30]
    assert found.loc["x", ["at_low", "at_high", "swing"]].tolist() == [11, 13, 2]
