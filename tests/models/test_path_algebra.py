"""The fast algebra against statsmodels, one regression at a time."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from analysis.models.path_algebra import cumulated, drawn_moments, moments, projection, wardrobe
from analysis.models.paths import Paths, strata, swapping, swaps


@pytest.fixture
def sample():
    rng = np.random.default_rng(4)
    firm = np.repeat(np.arange(12), rng.integers(3, 9, 12))
    rows = len(firm)
    return {"firm": firm, "year": rng.integers(0, 8, rows), "control": rng.normal(size=(rows, 1)),
            "outcome": rng.normal(size=rows), "lags": [rng.normal(size=(rows, 5)) for _ in range(3)],
            "weight": rng.uniform(0.5, 3, rows)}


def library(sample, draw, lags, weight):
    """The sum of the slopes and its clustered error by statsmodels, firm dummies written out but not counted in k."""
    dummies = [pd.get_dummies(pd.Series(sample[name])).to_numpy(float) for name in ("firm", "year")]
    slopes = np.column_stack([sample["lags"][lag][:, draw] for lag in lags])
    design = np.column_stack([slopes, sample["control"], dummies[0], dummies[1][:, 1:]])
    fit = sm.WLS(sample["outcome"], design, weights=weight).fit(
        cov_type="cluster", cov_kwds={"groups": sample["firm"], "use_correction": False})
    rows, firms, k = len(sample["firm"]), 12, len(lags) + 1 + dummies[1].shape[1] - 1
    chosen = np.r_[np.ones(len(lags)), np.zeros(design.shape[1] - len(lags))]
    scale = firms / (firms - 1) * (rows - 1) / (rows - k)
    return chosen @ fit.params, np.sqrt(scale * chosen @ fit.cov_params() @ chosen)


@pytest.mark.parametrize("lags", [[0], [0, 1], [0, 1, 2]])
@pytest.mark.parametrize("weighted", [False, True])
def test_every_draw_equals_a_regression_of_its_own(sample, lags, weighted):
    weight = sample["weight"] if weighted else np.ones(len(sample["firm"]))
    columns = np.column_stack([pd.get_dummies(pd.Series(sample["year"])).to_numpy(float), sample["control"]])
    design = projection(sample["firm"], columns, weight)
    found = moments(design, sample["outcome"], sample["lags"])
    estimate, error = cumulated(found, lags, design.basis.shape[1], len(sample["firm"]))
    expected = np.array([library(sample, draw, lags, weight) for draw in range(5)]).T
    np.testing.assert_allclose(estimate, expected[0], rtol=1e-9)
    np.testing.assert_allclose(error, expected[1], rtol=1e-9)


def test_the_order_of_the_rows_does_not_matter(sample):
    order = np.random.default_rng(1).permutation(len(sample["firm"]))
    results = []
    for rows in (slice(None), order):
        design = projection(sample["firm"][rows], sample["control"][rows], sample["weight"][rows])
        found = moments(design, sample["outcome"][rows], [lag[rows] for lag in sample["lags"]])
        results.append(cumulated(found, [0, 1], design.basis.shape[1], len(order)))
    np.testing.assert_allclose(results[0], results[1], rtol=1e-9)


def test_a_column_that_firms_already_hold_adds_no_rank(sample):
    own = (sample["firm"] % 2).astype(float)[:, None]
    plain = projection(sample["firm"], sample["control"], sample["weight"])
    assert projection(sample["firm"], np.column_stack([sample["control"], own]), sample["weight"]).rank == plain.rank


def test_firms_swap_inside_their_stratum_only_and_the_first_draw_is_the_world_as_it_is():
    stratum = np.array(["a", "b", "a", "b", "a", "c"])
    carried = swaps(stratum, 200, seed=3)
    assert list(carried[:, 0]) == [0, 1, 2, 3, 4, 5]
    assert (stratum[carried] == stratum[:, None]).all()
    assert (np.sort(carried, axis=0) == np.arange(6)[:, None]).all()
    assert (carried[5] == 5).all() and swapping(stratum) == 5
    assert len({tuple(column) for column in carried.T}) == 12  # 3! x 2! orders


def test_firms_with_other_years_of_data_are_another_stratum():
    paths = Paths(("A", "B", "C"), 2018, np.array([[1.0, 2.0], [np.nan, 3.0], [5.0, 6.0]]))
    found = strata(pd.Series({"A": "software", "B": "software", "C": "software"}), [paths])
    assert found[0] == found[2] != found[1]


def test_a_lag_goes_back_by_year_along_the_path_that_is_carried():
    paths = Paths(("A", "B"), 2018, np.array([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]]))
    rows = pd.DataFrame({"ticker": ["A", "B", "A"], "calendar_year": [2020, 2019, 2019]})
    carried = np.array([[0, 1], [1, 0]])
    assert paths.lag(rows, carried, 1).tolist() == [[2.0, 20.0], [10.0, 1.0], [1.0, 10.0]]


def test_paths_looked_up_firm_by_firm_give_the_moments_of_paths_written_out(sample):
    """The rows of a firm under every path, means taken out once: the same products as row by row, draw by draw."""
    rng = np.random.default_rng(6)
    rows = pd.DataFrame({"ticker": [f"F{code:02d}" for code in sample["firm"]],
                         "calendar_year": 2018 + pd.Series(sample["firm"]).groupby(sample["firm"]).cumcount()})
    paths = Paths(tuple(sorted(rows["ticker"].unique())), 2016, rng.normal(size=(12, 10)))
    carried = swaps(np.zeros(12), 7, seed=2)
    design = projection(sample["firm"], sample["control"], sample["weight"])
    bare = projection(sample["firm"], np.empty((len(rows), 0)), sample["weight"])
    expected = moments(design, sample["outcome"], [paths.lag(rows, carried, lag) for lag in range(3)])
    drawn = wardrobe(bare, [paths.worn(rows, lag) for lag in range(3)]).draw(carried)
    found = drawn_moments(design, design.boxed(design.residual(sample["outcome"])), drawn)
    np.testing.assert_allclose(found.squares, expected.squares, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(found.cross, expected.cross, rtol=1e-9, atol=1e-12)
