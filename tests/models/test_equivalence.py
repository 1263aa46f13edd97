"""Power and equivalence against published values."""

import pytest

from analysis.errors import AnalysisError
from analysis.models.conventions import MDE_STANDARD_ERRORS, p_text
from analysis.models.equivalence import (
    detectable_effect,
    equivalence,
    logit_sample_size,
    power_of_two_samples,
    smallest_effect,
)


def test_power_of_the_two_sample_t_test():
    assert power_of_two_samples(0.5, 64) == pytest.approx(0.80146, abs=1e-5)


def test_sample_size_of_a_logit():
    assert logit_sample_size(0.405, 0.5, 0.05, 0.95) == pytest.approx(316.9, abs=0.05)


def test_the_rule_for_the_minimum_detectable_effect():
    assert MDE_STANDARD_ERRORS == 2.80 and detectable_effect(0.01) == pytest.approx(0.028)


def test_two_one_sided_tests_by_hand():
    found = equivalence(-0.01, 0.02, 9, -0.05, 0.05)
    assert found.p_value == found.p_above_low == pytest.approx(0.0382764, abs=1e-7)
    assert found.p_below_high < found.p_above_low


def test_bounds_in_the_wrong_order_and_no_error_are_refused():
    with pytest.raises(AnalysisError, match="not below"):
        equivalence(0, 1, 9, 0.05, -0.05)
    with pytest.raises(AnalysisError, match="positive"):
        equivalence(0, 0, 9, -0.05, 0.05)


def test_the_smallest_effect_of_interest_is_three_log_points():
    assert smallest_effect() == pytest.approx(0.03)


def test_the_smallest_effect_of_interest_comes_from_the_frozen_rules(edit):
    edit("decision_rules.csv", "rule_id", "trade_off.contradicted.1", threshold="-0.05")
    assert smallest_effect() == pytest.approx(0.05)


def test_a_tiny_p_is_not_written_as_zero():
    assert [p_text(p) for p in (0.0004, 0.001, 0.0494)] == ["<0.001", "0.001", "0.049"]
