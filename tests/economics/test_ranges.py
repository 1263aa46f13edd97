"""A range keeps its ends, its sources and its order through any model."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.economics.bounds import within
from analysis.economics.ranges import Range, assumed, between, exactly, span
from analysis.errors import AnalysisError, UnknownName
from analysis.quantity import Quantity

numbers = st.floats(0.01, 1e6)


def cost(price, amount, saved):
    return price * amount - saved


INPUTS = {
    "price": Range(1, 2, 4, "usd", "reported", ("a",), label="price"),
    "amount": Range(10, 10, 10, "count", "derived", ("b", "a"), "point", "amount"),
    "saved": Range(0, 5, 10, "usd", "scenario", (), label="saved"),
}


def test_a_span_holds_the_centre_and_the_worst_and_best_of_all_inputs():
    found = span(cost, INPUTS, "usd", "net cost")
    assert (found.low, found.value, found.high) == (1 * 10 - 10, 2 * 10 - 5, 4 * 10 - 0)
    assert found.unit == "usd" and found.label == "net cost"
    assert found.basis == "scenario" and found.documents == ("a", "b")


def test_a_span_of_facts_alone_is_derived():
    facts = {name: one for name, one in INPUTS.items() if name != "saved"}
    assert span(lambda price, amount: price * amount, facts, "usd").basis == "derived"


@given(low=numbers, more=numbers, most=numbers)
def test_a_span_of_a_falling_model_is_still_in_order(low, more, most):
    one = Range(low, low + more, low + more + most, "count")
    found = span(lambda x: 1 / x, {"x": one}, "ratio")
    assert found.low <= found.value <= found.high
    assert found.low == pytest.approx(1 / one.high) and found.high == pytest.approx(1 / one.low)


def test_a_range_out_of_order_or_of_unknown_shape_is_refused():
    with pytest.raises(AnalysisError, match="not between"):
        Range(2, 1, 3, "usd")
    with pytest.raises(UnknownName, match="lognormal"):
        Range(1, 2, 3, "usd", shape="lognorm")


def test_each_end_is_a_quantity_with_the_same_sources():
    assert INPUTS["price"].at("high") == Quantity(4, "usd", "reported", ("a",))
    with pytest.raises(UnknownName, match="low"):
        INPUTS["price"].at("lowest")


def test_two_quantities_make_a_range_and_equal_ones_a_point():
    low, high = Quantity(1.0, "usd", "reported", ("a",)), Quantity(3.0, "usd", "estimated", ("b",))
    found = between(low, high, "price")
    assert (found.low, found.value, found.high) == (1, 2, 3)
    assert found.basis == "estimated" and found.documents == ("a", "b")
    assert between(low, low, "price").shape == "point" and between(low, low, "price").basis == "reported"


def test_a_range_is_as_weak_as_its_middle_and_never_reported():
    low, high = Quantity(1.0, "usd", "reported", ("a",)), Quantity(3.0, "usd", "reported", ("b",))
    assert between(low, high, "price").basis == "derived"
    assert between(low, high, "price", Quantity(2.5, "usd", "scenario")).basis == "scenario"


def test_the_readers_number_is_a_scenario_and_a_fact_keeps_its_basis():
    assert exactly(0.4, "share").basis == "scenario"
    assert exactly(Quantity(7.0, "usd", "reported", ("a",)), "fact").documents == ("a",)


def test_the_register_gives_ranges_and_names_the_nearest():
    growth = assumed("median_pay_growth_ratio")
    assert growth.low < growth.value < growth.high and growth.label
    with pytest.raises(UnknownName, match="median_pay_growth_ratio"):
        assumed("median_pay_growth")


def test_an_impossible_value_names_the_nearest_possible():
    assert within("utilisation", 0.5, 0, 1) == 0.5
    with pytest.raises(AnalysisError, match="utilisation is 1.2, outside 0 to 1: .*; nearest possible: 1$"):
        within("utilisation", 1.2, 0, 1, "a fleet cannot work more than all hours")


def test_models_work_on_arrays():
    assert span(lambda x: np.sqrt(x), {"x": Range(1, 4, 9, "count")}, "count").high == 3
