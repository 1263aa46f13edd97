"""The arithmetic of the yardsticks: worked by hand, solved in closed form and by root-finder."""

import math

import numpy as np
import pytest

from analysis.economics.ranges import Range, exactly
from analysis.economics.schedules import straight_line
from analysis.economics.solve import must_be
from analysis.errors import UnknownName
from analysis.outlook.filer import hyperscaler
from analysis.outlook.further_cuts import YARDSTICKS, growth_that_asks_for_none
from analysis.outlook.further_cuts_case import cuts_case
from analysis.outlook.further_cuts_paths import HORIZON, PATHS, capex_paths, change_of_charge, path_label
from analysis.outlook.spending import open_guidance, path_words, spending_paths

ONE = {"revenue_usd": 200.0, "operating_income_usd": 80.0, "operating_cash_flow_usd": 100.0, "capex_usd": 60.0,
       "capex_then_usd": 90.0, "depreciation_usd": 20.0, "depreciation_then_usd": 30.0, "staff_persons": 100.0,
       "cost_usd_per_person": 0.5, "relative_cost_ratio": 1.0, "growth_ratio": 0.2, "pay_growth_ratio": 0.0,
       "other_cost_growth_ratio": 1.0}
"""A made-up company: others cost 200 - 80 - 20 - 50 = 50, and 60 when revenue has grown to 240."""
EXPENSE = {"guided_expense_usd": 150.0, "guided_depreciation_usd": 30.0, "present_persons": 100.0}
BY_NAME = {one.yardstick: one for one in YARDSTICKS}


def staff(yardstick: str, years: int = 1, **changed: float) -> float:
    one = BY_NAME[yardstick]
    inputs = ONE | changed
    names = [*one.needs, *(name for name in EXPENSE if name in changed)]
    if names != list(one.needs):
        names += list(ONE)
    return float(one.staff(years, **{name: inputs[name] for name in dict.fromkeys(names)}))


@pytest.mark.parametrize(("yardstick", "expected"), [
    ("margin", (240 - 96 - 30 - 60) / 0.5), ("income", (240 - 80 - 30 - 60) / 0.5),
    ("free_cash", (150 * 1.2 - 100 - 30) / 0.5), ("share", 50 * 30 / 20 / 0.5)])
def test_by_hand(yardstick, expected):
    assert staff(yardstick) == pytest.approx(expected)


@pytest.mark.parametrize("yardstick", list(BY_NAME))
def test_when_nothing_moves_nobody_is_asked_to_go(yardstick):
    still = {"growth_ratio": 0.0, "depreciation_then_usd": 20.0, "capex_then_usd": 60.0}
    assert staff(yardstick, **still) == pytest.approx(100)


def test_more_capital_takes_people_by_every_yardstick_but_the_compute_share():
    assert staff("margin", depreciation_then_usd=40.0) < staff("margin")
    assert staff("income", depreciation_then_usd=40.0) < staff("income")
    assert staff("free_cash", capex_then_usd=120.0) < staff("free_cash")
    assert staff("share", depreciation_then_usd=40.0) > staff("share")


def test_dearer_roles_mean_fewer_of_them_and_dearer_pay_fewer_people():
    assert staff("margin", relative_cost_ratio=0.5) == pytest.approx(100 + 8 / 0.5)
    assert staff("margin", pay_growth_ratio=0.08) == pytest.approx(54 / 0.5 / 1.08)
    assert staff("margin", other_cost_growth_ratio=1.5) == pytest.approx((54 - 5) / 0.5)


def test_other_costs_start_from_guided_expense():
    """Guided 150 leaves 70 beside depreciation of 30 and the present staff's 50, ten above what moves with revenue."""
    assert staff("margin", **EXPENSE) == pytest.approx((54 - 10) / 0.5)
    assert staff("income", **EXPENSE) == pytest.approx((70 - 10) / 0.5)
    assert staff("free_cash", **EXPENSE) == pytest.approx((50 - 10) / 0.5)
    as_assumed = EXPENSE | {"guided_expense_usd": 140.0}
    assert staff("margin", **as_assumed) == pytest.approx(staff("margin"))


@pytest.mark.parametrize("other_cost_growth_ratio", [0.75, 1.0, 1.25])
@pytest.mark.parametrize("yardstick", ["margin", "income", "free_cash"])
def test_in_the_guided_year_the_growth_of_other_costs_does_not_matter(yardstick, other_cost_growth_ratio):
    """Guidance says what they are: none is put back at another growth than it was taken out."""
    found = staff(yardstick, **EXPENSE, other_cost_growth_ratio=other_cost_growth_ratio)
    assert found == pytest.approx(staff(yardstick, **EXPENSE))


def test_the_extra_cost_of_the_guided_year_stays_in_the_next():
    assert staff("margin", 2) - staff("margin", 2, **EXPENSE) == pytest.approx(10 / 0.5)


@pytest.mark.parametrize("expense", [{}, EXPENSE], ids=["with revenue", "guided"])
@pytest.mark.parametrize("years", [1, 2])
@pytest.mark.parametrize("yardstick", ["margin", "income", "free_cash"])
def test_the_closed_form_agrees_with_the_root_finder(yardstick, years, expense):
    one = ONE | {"relative_cost_ratio": 0.8, "pay_growth_ratio": 0.03, "other_cost_growth_ratio": 0.9} | expense
    found = growth_that_asks_for_none(BY_NAME[yardstick], one, 95.0, years)
    ranges = {name: exactly(value, name) for name, value in one.items()}
    root = must_be(lambda **inputs: BY_NAME[yardstick].staff(years, **inputs), ranges, "growth_ratio", 95.0, -0.5, 3.0)
    assert found == pytest.approx(root, rel=1e-9)


def test_growth_does_not_enter_the_compute_share():
    assert math.isnan(growth_that_asks_for_none(BY_NAME["share"], ONE, 95.0, 2))


def test_the_models_work_on_arrays():
    many = {name: np.full(3, value) for name, value in ONE.items()}
    for one in YARDSTICKS:
        assert one.staff(2, **{name: many[name] for name in one.needs}) == pytest.approx([staff(one.yardstick, 2)] * 3)


class Step:
    after = Range(130.0, 137.5, 145.0, "usd")


def test_the_paths_of_spending():
    base = exactly(100.0, "capital expenditure", "usd")
    with_guidance, without = capex_paths(base, Step()), capex_paths(base, None)
    assert list(with_guidance) == list(PATHS) and "guided" not in without
    assert [one.high for one in with_guidance["guided"]] == [145, 145]
    assert [one.value for one in with_guidance["growth"]] == pytest.approx([137.5, 137.5 * 1.3])
    assert [one.value for one in without["growth"]] == pytest.approx([130, 169])
    assert [one.value for one in with_guidance["bust"]] == [one.value for one in without["bust"]] == [60, 60]
    assert [one.value for one in without["flat"]] == [100, 100]


@pytest.mark.parametrize("step", [Step(), None], ids=["guided", "not guided"])
def test_the_paths_keep_their_order(step):
    paths = capex_paths(exactly(100.0, "capital expenditure", "usd"), step)
    for number, years in enumerate(HORIZON):
        spent = {path: one[number].value for path, one in paths.items()}
        assert spent["bust"] < spent["flat"] < spent["growth"]
        assert years == 1 or spent.get("guided", 0) < spent["growth"]
        assert spent["growth"] >= spent.get("guided", 0) and spent["flat"] < spent.get("guided", math.inf)


def test_the_paths_are_those_of_the_wave_of_depreciation():
    filer, case = hyperscaler("META"), cuts_case("META")
    guided, base = open_guidance(filer), filer.capex[filer.last_year]
    for path, spend in spending_paths(filer).items():
        for years in HORIZON if path in PATHS else ():
            there = spend(filer.last_year + years, {"guided_usd": guided.value}) / base
            here = case.ahead[path, years].capex.value / case.inputs["capex_usd"].value
            assert here == pytest.approx(there)


def test_a_path_has_words_and_an_unknown_one_is_refused():
    assert path_label("growth", True) == "up 30% a year after the guided year"
    assert [path_label(path, True) for path in PATHS] == [path_words(path, True) for path in PATHS]
    with pytest.raises(UnknownName, match="growth"):
        path_label("grow")


def test_the_change_of_a_charge_is_the_difference_of_two_years():
    lives = {"server_share_ratio": 1.0, "server_life_years": 5.0, "building_life_years": 25.0}
    assert change_of_charge(100.0, 0, **lives, years=1) == pytest.approx(
        float(straight_line(100.0, 5.0, 2) - straight_line(100.0, 5.0, 1)))
    assert change_of_charge(100.0, -1, **lives, years=1) == pytest.approx(10)  # half a year's charge of new servers
    assert change_of_charge(100.0, -2, **lives, years=1) == 0  # not bought yet
    assert change_of_charge(100.0, 5, **lives, years=1) == pytest.approx(-10)  # the last half-year has run out
