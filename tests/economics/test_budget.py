"""Budget arithmetic: the worked cases of both lenses, closed forms against the root-finder, and what holds always."""

import inspect

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.economics.budget import (
    added_depreciation,
    after_tax_coverage,
    cash_coverage,
    charged_share,
    cumulated_profit_coverage,
    first_year_cash_coverage,
    first_year_saving,
    inputs_of,
    lenses,
    profit_coverage,
    run_rate_saving,
    simulated,
)
from analysis.economics.budget_inverse import (
    closed_form,
    expensed_share_for,
    is_possible,
    solvable,
    tax_rate_for,
)
from analysis.economics.draws import draw
from analysis.economics.ranges import Range, exactly
from analysis.economics.solve import must_be
from analysis.errors import AnalysisError

TOY = {"cost_usd_per_person": 0.4e6, "relative_cost_ratio": 1.0, "cuts_persons": 1000.0, "openings_count": 500.0,
       "fill_probability_ratio": 0.8, "part_year_ratio": 0.5, "severance_ratio": 0.25, "capex_before_usd": 0.0,
       "capex_after_usd": 10_000e6, "server_share_ratio": 1.0, "server_life_years": 5.0, "building_life_years": 25.0}
META = TOY | {"cost_usd_per_person": 0.45e6, "cuts_persons": 8000.0, "openings_count": 6000.0,
              "fill_probability_ratio": 0.9, "capex_before_usd": 72.2e9, "capex_after_usd": 135e9,
              "server_life_years": 5.5}
"""The illustration with a cost of $0.45m a head that is assumed, for the check of the arithmetic alone."""
STAFF = 78_865
MIXED = META | {"server_share_ratio": 0.69, "part_year_ratio": 0.7}
ALL = lenses((1, 2, 3, 4))


def at(model, values: dict[str, float], **changes):
    taken = {name: value for name, value in (values | changes).items() if name in inspect.signature(model).parameters}
    return model(**taken)


def lens(name: str):
    return next(one for one in ALL if one.lens == name)


def test_the_toy_saves_what_its_roles_cost():
    assert at(run_rate_saving, TOY) == pytest.approx(560e6)
    assert at(first_year_saving, TOY) == pytest.approx(180e6)


def test_the_toy_covers_little_in_cash():
    assert at(cash_coverage, TOY) == pytest.approx(0.056)
    assert at(first_year_cash_coverage, TOY) == pytest.approx(0.018)


@pytest.mark.parametrize(("year", "one", "kept"), [
    (1, 1000, 1000), (2, 2000, 3000), (3, 2000, 5000), (4, 2000, 7000), (5, 2000, 9000), (6, 1000, 10_000),
    (7, 0, 10_000)])
def test_the_toy_charges_depreciation_year_by_year(year, one, kept):
    assert at(added_depreciation, TOY, year=year) == pytest.approx(one * 1e6)
    assert at(added_depreciation, TOY, year=year, is_kept=True) == pytest.approx(kept * 1e6)


def test_the_toy_covers_more_in_the_accounts():
    assert at(profit_coverage, TOY, year=1) == pytest.approx(0.56)
    assert at(profit_coverage, TOY, year=2) == pytest.approx(0.28)


def test_the_toy_covers_three_years_charge_by_the_sums_of_saving_and_charge():
    """560 a year for three years against 1,000, 3,000 and 5,000, or 1,000, 2,000 and 2,000 for one year's rise."""
    assert at(cumulated_profit_coverage, TOY) == pytest.approx(1680 / 9000)
    assert at(cumulated_profit_coverage, TOY, is_kept=False) == pytest.approx(1680 / 5000)


def test_the_break_even_roles_of_the_toy():
    assert closed_form(lens("cash"), "cuts_persons", 1, TOY) == pytest.approx(24_600)
    assert closed_form(lens("profit_2"), "cuts_persons", 1, TOY) == pytest.approx(4_600)


def test_the_illustration_of_meta_to_three_digits():
    shown = {
        "saving bn": at(run_rate_saving, META) / 1e9, "rise bn": (135e9 - 72.2e9) / 1e9,
        "cash %": 100 * at(cash_coverage, META), "all staff bn": 0.45e6 * STAFF / 1e9,
        "cost m": closed_form(lens("cash"), "cost_usd_per_person", 1, META) / 1e6,
        "charge 1 bn": at(added_depreciation, META, year=1) / 1e9,
        "accounts 1 %": 100 * at(profit_coverage, META, year=1),
        "charge 2 bn": at(added_depreciation, META, year=2) / 1e9,
        "accounts 2 %": 100 * at(profit_coverage, META, year=2)}
    published = [6.03, 62.8, 9.60, 35.49, 4.69, 5.709, 105.6, 11.418, 52.8]
    half_a_digit = [0.005, 0.05, 0.005, 0.005, 0.005, 0.0005, 0.05, 0.0005, 0.05]
    for value, wanted, tolerance in zip(shown.values(), published, half_a_digit, strict=True):
        assert abs(value - wanted) <= tolerance + 1e-12, (value, wanted)


def test_firing_everybody_would_not_fund_the_illustration_but_the_first_charge_is_covered():
    assert META["capex_after_usd"] - META["capex_before_usd"] > 0.45e6 * STAFF
    assert at(profit_coverage, META, year=1) > 1 > at(profit_coverage, META, year=2)


def test_both_lenses_are_always_given():
    kinds = {one.kind for one in lenses()}
    assert kinds == {"cash", "profit"}
    assert [one.lens for one in lenses()] == ["cash", "cash_first_year", "profit_first_year", "profit_1",
                                              "profit_2", "profit_3", "profit_2_kept", "profit_3_kept"]


def test_the_year_of_the_cuts_is_set_against_its_own_charge():
    toy = at(lens("profit_first_year").model, TOY)
    assert toy == pytest.approx(180 / 1000)  # 180m after severance and part of the year; 1,000m in the first year


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.lens)
@pytest.mark.parametrize("change", [0.8, 1.1])
def test_every_closed_form_agrees_with_the_root_finder(one, change):
    ranges = inputs_of(one.model, {name: exactly(value, name) for name, value in MIXED.items()})
    target = change * at(one.model, MIXED)
    for name in solvable(one):
        solved = closed_form(one, name, target, MIXED)
        if np.isnan(solved) or not is_possible(name, solved) or solved == 0:
            continue
        found = must_be(one.model, ranges, name, target, solved * 0.9, solved * 1.1)
        assert found == pytest.approx(solved, rel=1e-9), name
        assert at(one.model, MIXED, **{name: solved}) == pytest.approx(target, rel=1e-9), name


def test_every_input_of_every_lens_has_a_closed_form():
    for one in ALL:
        assert set(solvable(one)) == set(inputs_of(one.model, {name: exactly(1.0, name) for name in MIXED}))


def test_what_cannot_bring_a_target_about_is_no_number_or_not_possible():
    no_openings = TOY | {"openings_count": 0.0}
    assert np.isnan(closed_form(lens("cash"), "fill_probability_ratio", 0.06, no_openings))
    assert not is_possible("fill_probability_ratio", closed_form(lens("cash"), "fill_probability_ratio", 1, TOY))
    assert np.isnan(closed_form(lens("profit_4"), "server_life_years", 0.05, TOY))  # run out before the fourth year
    assert not is_possible("cuts_persons", -1.0)
    assert is_possible("relative_cost_ratio", 7.6)
    with pytest.raises(AnalysisError, match="server_life_years"):
        closed_form(lens("cash"), "server_life_years", 1, TOY)


TAX = {"tax_rate_ratio": 0.21, "expensed_ratio": 1.0}


def test_tax_leaves_the_coverage_as_it_is_when_all_is_expensed():
    assert at(after_tax_coverage, MIXED | TAX) == pytest.approx(at(cash_coverage, MIXED), rel=1e-12)


def test_tax_lowers_the_coverage_when_the_shield_comes_with_depreciation():
    """Toy: saving 560 x 0.79 = 442.4; spending 10,000 less a shield of 0.21 x 1,000 = 9,790."""
    none = at(after_tax_coverage, TOY | TAX | {"expensed_ratio": 0.0})
    assert none == pytest.approx(442.4 / 9790)
    partly = at(after_tax_coverage, TOY | TAX | {"expensed_ratio": 0.5})
    assert none < partly < at(cash_coverage, TOY)


def test_the_tax_inputs_have_closed_forms_too():
    values = MIXED | TAX | {"expensed_ratio": 0.4}
    target, before = at(after_tax_coverage, values), at(cash_coverage, values)
    first = at(charged_share, values, year=1)
    assert tax_rate_for(target, before, 0.4, first) == pytest.approx(0.21, rel=1e-9)
    assert expensed_share_for(target, before, 0.21, first) == pytest.approx(0.4, rel=1e-9)
    ranges = inputs_of(after_tax_coverage, {name: exactly(value, name) for name, value in values.items()})
    for name, solved in (("tax_rate_ratio", 0.21), ("expensed_ratio", 0.4)):
        assert must_be(after_tax_coverage, ranges, name, target, 0, 0.9) == pytest.approx(solved, rel=1e-9)


positive = st.floats(1e3, 1e7)
shares = st.floats(0, 1)
lives = st.floats(3, 40)
rises = st.floats(1e8, 1e12)


@given(positive, st.floats(1.01, 3), rises, st.sampled_from(lenses()))
def test_coverage_rises_with_cost_and_falls_with_spending(cost, factor, rise, one):
    values = MIXED | {"cost_usd_per_person": cost, "capex_before_usd": 0.0, "capex_after_usd": rise}
    base = at(one.model, values)
    assert at(one.model, values, cost_usd_per_person=cost * factor) > base
    assert at(one.model, values, capex_after_usd=rise * factor) < base


@given(st.floats(0.01, 100), st.sampled_from(lenses()))
def test_coverage_stays_when_all_dollars_scale(factor, one):
    dollars = {name: MIXED[name] * factor for name in MIXED if "_usd" in name}
    assert at(one.model, MIXED | dollars) == pytest.approx(at(one.model, MIXED), rel=1e-9)


@given(shares, lives, lives)
def test_the_charges_of_all_years_add_up_to_the_spending(share, servers, buildings):
    charges = [charged_share(year, share, servers, buildings) for year in range(1, 43)]
    assert sum(charges) == pytest.approx(1, rel=1e-9)


@given(shares, lives, lives, st.integers(1, 42))
def test_a_rise_that_is_kept_up_charges_all_cohorts_so_far(share, servers, buildings, year):
    cohorts = sum(charged_share(age, share, servers, buildings) for age in range(1, year + 1))
    assert charged_share(year, share, servers, buildings, is_kept=True) == pytest.approx(cohorts, rel=1e-9)


@given(shares, st.floats(0.01, 0.6), st.floats(0, 0.98))
def test_tax_never_lifts_the_coverage(share, rate, expensed):
    values = MIXED | {"server_share_ratio": share, "tax_rate_ratio": rate, "expensed_ratio": expensed}
    assert at(after_tax_coverage, values) <= at(cash_coverage, values) * (1 + 1e-12)


def test_models_take_arrays():
    costs = np.array([0.4e6, 0.8e6])
    found = at(profit_coverage, TOY, cost_usd_per_person=costs, year=1)
    assert found.tolist() == pytest.approx([0.56, 1.12])


def test_simulated_gives_percentiles_and_the_share_above_one():
    inputs = {name: exactly(value, name) for name, value in TOY.items()}
    inputs["cost_usd_per_person"] = Range(0.0, 5e6, 10e6, "usd_per_person", shape="uniform")
    found, above = simulated(cash_coverage, inputs, draw(inputs))
    assert (found.low, found.value, found.high) == pytest.approx((0.07, 0.7, 1.33), rel=0.02)
    assert above == pytest.approx(1 - 10_000e6 / 1400 / 10e6, abs=0.01)
