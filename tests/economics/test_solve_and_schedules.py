"""What must be true is found where it exists, and money moves in the year it should."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.economics.ranges import Range
from analysis.economics.schedules import by_table, permanent_step, present_value, straight_line, yearly_payment
from analysis.economics.solve import must_be, surface
from analysis.errors import AnalysisError, UnknownName

INPUTS = {"price": Range(1, 2, 3, "usd"), "amount": Range(5, 10, 15, "count")}
rates = st.floats(0, 0.5)
lives = st.floats(0.5, 40)
money = st.floats(1, 1e12)


def bill(price, amount):
    return price * amount


@given(target=st.floats(1, 1e4))
def test_the_root_finder_agrees_with_the_closed_form(target):
    assert must_be(bill, INPUTS, "price", target, 0, 1e6) == pytest.approx(target / 10, rel=1e-9)


def test_a_target_out_of_reach_is_refused_with_what_the_ends_give():
    with pytest.raises(AnalysisError, match=r"no price between 0 and 5 gives 100; the ends give 0 and 50"):
        must_be(bill, INPUTS, "price", 100, 0, 5)


def test_an_unknown_input_names_the_valid_ones():
    with pytest.raises(UnknownName, match="price"):
        must_be(bill, INPUTS, "prise", 1, 0, 5)
    with pytest.raises(UnknownName, match="amount"):
        surface(bill, INPUTS, "price", "amounts", np.array([1.0]), np.array([1.0]))


def test_a_surface_has_one_cell_per_pair():
    found = surface(bill, INPUTS, "price", "amount", np.array([1.0, 2.0]), np.array([5.0, 7.0, 9.0]))
    assert found.shape == (3, 2) and found.loc[7.0, 2.0] == 14
    assert (found.columns.name, found.index.name) == ("price", "amount")


def test_the_half_year_convention_by_hand():
    charges = [float(straight_line(10_000, 5, year)) for year in range(1, 8)]
    assert charges == [1000, 2000, 2000, 2000, 2000, 1000, 0]
    assert [float(permanent_step(10_000, 5, year)) for year in range(1, 8)] == [1000, 3000, 5000, 7000, 9000,
                                                                               10_000, 10_000]


def test_without_the_convention_the_first_year_is_whole():
    assert [float(straight_line(10_000, 5, year, False)) for year in (1, 5, 6)] == [2000, 2000, 0]


@given(cost=money, life=lives)
def test_the_charges_of_all_years_add_up_to_the_cost(cost, life):
    total = sum(float(straight_line(cost, life, year)) for year in range(1, int(life) + 3))
    assert total == pytest.approx(cost, rel=1e-9)


def test_a_tax_table_must_add_up():
    assert by_table(100, [0.2, 0.32, 0.192, 0.1152, 0.1152, 0.0576]).sum() == pytest.approx(100)
    with pytest.raises(AnalysisError, match=r"add up to 0.9"):
        by_table(100, [0.5, 0.4])


@given(flows=st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=12))
def test_the_present_value_at_rate_zero_is_the_sum(flows):
    assert float(present_value(flows, 0.0)) == pytest.approx(sum(flows), rel=1e-9, abs=1e-3)


def test_a_present_value_by_hand():
    assert float(present_value([100, 110], 0.1)) == pytest.approx(200)
    assert float(present_value([110], 0.1, start=1)) == pytest.approx(100)


@given(principal=money, rate=rates, years=st.integers(1, 30))
def test_the_payments_of_a_loan_are_worth_the_loan(principal, rate, years):
    payment = float(yearly_payment(principal, rate, years))
    assert float(present_value([payment] * years, rate, start=1)) == pytest.approx(principal, rel=1e-6)
