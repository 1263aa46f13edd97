"""Firth's logit: finite under separation, equal to its closed form, unmoved by how columns are written."""

import numpy as np
import pytest
import statsmodels.api as sm

from analysis.errors import AnalysisError
from analysis.models.firth import firth, profile_interval, profile_p


@pytest.fixture
def separated() -> tuple[np.ndarray, np.ndarray]:
    """Five events of five against three of twenty: maximum likelihood diverges."""
    return (np.column_stack([np.ones(25), np.repeat([1.0, 0.0], [5, 20])]),
            np.repeat([1.0, 1.0, 0.0], [5, 3, 17]))


def test_a_separated_table_has_the_log_odds_of_its_cells_with_a_half_added(separated):
    fit = firth(*separated)
    assert fit.coefficients == pytest.approx([-1.60943791, 4.00733319], rel=1e-6)


def test_profile_limits_are_where_the_likelihood_ratio_reaches_its_critical_value(separated):
    x, y = separated
    fit = firth(x, y)
    for limit in profile_interval(x, y, 1, fit):
        assert np.isfinite(limit)
        assert profile_p(x, y, 1, fit, limit) == pytest.approx(0.05, abs=1e-5)


def test_with_many_rows_it_comes_close_to_maximum_likelihood():
    rng = np.random.default_rng(1)
    x = sm.add_constant(rng.standard_normal((5000, 2)))
    y = (rng.random(5000) < 1 / (1 + np.exp(-x @ [-1.0, 0.5, -0.5]))).astype(float)
    plain = sm.Logit(y, x).fit(disp=0)
    fit = firth(x, y)
    assert fit.coefficients == pytest.approx(plain.params, abs=2e-3)
    assert np.sqrt(np.diag(fit.covariance)) == pytest.approx(plain.bse, rel=2e-3)
    assert x.T @ fit.residuals == pytest.approx(np.zeros(3), abs=1e-6)


def test_scaling_a_column_scales_its_coefficient_and_no_p_value(separated):
    x, y = separated
    scaled = x * [1.0, 1000.0]
    assert firth(scaled, y).coefficients[1] * 1000 == pytest.approx(firth(x, y).coefficients[1], rel=1e-6)
    assert profile_p(scaled, y, 1, firth(scaled, y)) == pytest.approx(profile_p(x, y, 1, firth(x, y)), rel=1e-6)


def test_what_cannot_be_fitted_is_refused(separated):
    x, y = separated
    with pytest.raises(AnalysisError, match="noughts and ones"):
        firth(x, np.ones(25))
    with pytest.raises(AnalysisError, match="mixture"):
        firth(np.column_stack([x, x[:, 1]]), y)
