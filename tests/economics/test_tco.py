"""Cost of owning one accelerator: worked by hand, and properties over many inputs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.economics.schedules import by_table
from analysis.economics.tco import (
    HOURS_A_YEAR,
    capital_cost_ratio,
    cost_per_hour,
    cost_per_million_tokens,
    cost_per_used_hour,
    depreciation_usd,
    discounted_years,
    macrs_shares,
    owned_parts,
    owned_usd,
    priced_years,
    running_parts,
    years_within,
)
from analysis.errors import AnalysisError

FULL = {
    "horizon_years": 5.0, "server_usd": 40_000.0, "life_years": 3.0, "network_storage_ratio": 0.1,
    "facility_usd_per_kw": 10_000.0, "facility_years": 10.0, "power_kw": 1.0, "resale_ratio": 0.125,
    "price_decline_ratio": 0.1, "utilisation_ratio": 0.5, "idle_power_ratio": 0.2, "pue_ratio": 1.5,
    "electricity_usd_per_kwh": 0.1, "maintenance_ratio": 0.1, "failure_ratio": 0.1, "failures_not_covered_ratio": 0.5,
    "operator_usd_per_person": 200_000.0, "accelerators_per_person_count": 100.0,
}


def test_running_cost_by_part():
    keep = {name: FULL[name] for name in running_parts.__kwdefaults__ if name in FULL}
    parts = running_parts(**keep, colocation_usd_per_kw_month=150.0)
    kwh = 8760 * (0.2 + 0.8 * 0.5)
    assert parts["power"] == pytest.approx(kwh * 0.1)
    assert parts["cooling"] == pytest.approx(kwh * 0.5 * 0.1)
    assert parts["space"] == 1800
    assert (parts["maintenance"], parts["failures"], parts["staff"], parts["other"]) == (4000, 2000, 2000, 0)


def test_cooling_may_be_charged_per_kwh_instead():
    parts = running_parts(power_kw=1.0, electricity_usd_per_kwh=0.12, cooling_usd_per_kwh=0.18)
    assert parts["cooling"] == pytest.approx(8760 * 0.18)


def test_a_replacement_is_bought_at_the_fallen_price_and_the_old_one_sold():
    parts = owned_parts(**FULL)
    second = 40_000 * 0.9**3
    assert parts["servers"] == pytest.approx(40_000 + second)
    assert parts["network and storage"] == 4000
    # the first is sold after three years at an eighth, the second after two at the eighth to the power of two thirds
    assert parts["resale"] == pytest.approx(-(40_000 / 8 + second / 4))
    assert parts["building"] == pytest.approx(10_000 / 2)


def test_the_cost_does_not_jump_where_a_replacement_falls_on_the_horizon():
    near = [owned_usd(**FULL | {"life_years": life}) for life in (5 - 1e-6, 5.0)]
    assert near[0] == pytest.approx(near[1], rel=1e-6)


def test_left_out_costs_leave_the_simple_account():
    hourly = cost_per_hour(horizon_years=5.0, server_usd=250_141.8, running_usd_per_hour=6.37)
    assert hourly == pytest.approx(250_141.8 / 43_800 + 6.37)
    assert owned_usd(horizon_years=5.0, server_usd=100.0) == 100
    assert cost_per_used_hour(horizon_years=1.0, server_usd=8760.0, utilisation_ratio=0.25) == 4


def test_cost_per_million_tokens():
    assert cost_per_million_tokens(3.6, 1000) == pytest.approx(1.0)


def cash_by_hand(it):
    """Every payment of FULL-like inputs, one machine after the other, undiscounted: an account kept apart from tco."""
    horizon, life, paid, bought_at = it["horizon_years"], it["life_years"], 0.0, 0.0
    while bought_at < horizon - 1e-12:
        kept = min(life, horizon - bought_at)
        price = it["server_usd"] * (1 - it["price_decline_ratio"]) ** bought_at
        upkeep = it["maintenance_ratio"] + it["failure_ratio"] * it["failures_not_covered_ratio"]
        paid += price * (1 + upkeep * kept) - price * it["resale_ratio"] ** (kept / 3)
        bought_at += life
    kwh = 8760 * it["power_kw"] * (it["idle_power_ratio"] + (1 - it["idle_power_ratio"]) * it["utilisation_ratio"])
    yearly = (kwh * it["pue_ratio"] * it["electricity_usd_per_kwh"]
              + it["operator_usd_per_person"] / it["accelerators_per_person_count"])
    building = it["facility_usd_per_kw"] * it["power_kw"] * min(1, horizon / it["facility_years"])
    return paid + building + it["server_usd"] * it["network_storage_ratio"] + yearly * horizon


def test_upkeep_follows_the_price_of_the_machine_in_service():
    parts = owned_parts(**FULL)
    second = 40_000 * 0.9**3
    assert parts["maintenance"] == pytest.approx(0.1 * (3 * 40_000 + 2 * second))
    assert parts["failures"] == pytest.approx(0.05 * (3 * 40_000 + 2 * second))
    assert priced_years(5.0) == 5 and priced_years(5.0, start_years=2.0, price_decline_ratio=0.5) == 3 * 0.25


def test_the_building_is_deducted_from_tax_over_its_life():
    alone = {"horizon_years": 5.0, "server_usd": 0.0, "facility_usd_per_kw": 10_000.0, "power_kw": 1.0,
             "facility_years": 10.0}
    assert owned_usd(**alone) == 5000
    assert owned_usd(**alone, tax_ratio=0.2) == pytest.approx(4000)
    # discounted, the relief is worth less than the tax rate, and it stops at the end of the life
    later = [owned_usd(**alone, discount_ratio=0.1, tax_ratio=tax) for tax in (0.0, 0.2)]
    assert later[0] - later[1] == pytest.approx(200 * discounted_years(5.0, 0.1))
    assert owned_usd(**alone | {"horizon_years": 15.0}, tax_ratio=0.2) == pytest.approx(8000)


def test_years_are_cut_at_start_and_horizon():
    assert list(years_within(2.5)) == [1, 1, 0.5]
    assert list(years_within(2.5, 1.25)) == [0, 0.75, 0.5]
    assert discounted_years(2.5) == 2.5
    assert discounted_years(2.0, 0.1) == pytest.approx(1.1**-0.5 + 1.1**-1.5)


def test_a_loan_at_the_discount_rate_changes_nothing_and_a_dearer_one_costs_more():
    assert capital_cost_ratio(0.1, loan_ratio=1.0, loan_rate_ratio=0.1, loan_years=3.0) == pytest.approx(1)
    assert capital_cost_ratio(0.1, loan_ratio=1.0, loan_rate_ratio=0.12, loan_years=3.0) > 1
    # all on credit at 10% for one year and not discounted: a tenth more
    assert capital_cost_ratio(0.0, loan_ratio=1.0, loan_rate_ratio=0.1, loan_years=1.0) == pytest.approx(1.1)


def test_deductions_are_worth_the_tax_rate_and_more_the_earlier_they_come():
    assert capital_cost_ratio(0.0, tax_ratio=0.21, deductions=macrs_shares()) == pytest.approx(0.79)
    slow = [0.2] * 5
    quick, late = (capital_cost_ratio(0.1, tax_ratio=0.21, deductions=one) for one in (macrs_shares(), slow))
    assert quick < late < 1


def test_depreciation_follows_the_straight_line_or_the_tax_table():
    assert list(depreciation_usd(100.0, 4, "straight_line")) == [12.5, 25, 25, 25, 12.5]
    assert depreciation_usd(100.0, 4, "macrs") == pytest.approx([20, 32, 19.2, 11.52, 11.52, 5.76])
    assert by_table(1.0, macrs_shares()).sum() == pytest.approx(1)


def test_an_unknown_input_is_refused_with_the_nearest():
    with pytest.raises(AnalysisError, match="'pue'; nearest: pue_ratio"):
        owned_usd(horizon_years=1.0, server_usd=1.0, pue=1.2)


def test_arrays_and_numbers_agree():
    lives, uses = np.array([2.0, 3.0, 6.0]), np.array([0.1, 0.5, 1.0])
    together = owned_usd(**FULL | {"life_years": lives, "utilisation_ratio": uses, "discount_ratio": 0.1})
    apart = [owned_usd(**FULL | {"life_years": life, "utilisation_ratio": use, "discount_ratio": 0.1})
             for life, use in zip(lives, uses, strict=True)]
    assert together == pytest.approx(apart)


ratios = st.floats(0, 1)
money = st.floats(0, 1e6)


@settings(deadline=None, max_examples=60)
@given(price=money, more=st.floats(0.01, 1e5), kwh=st.floats(0, 1), use=ratios, rate=st.floats(0, 0.3))
def test_cost_rises_with_price_and_power(price, more, kwh, use, rate):
    base = FULL | {"server_usd": price, "electricity_usd_per_kwh": kwh, "utilisation_ratio": use,
                   "discount_ratio": rate}
    cost = owned_usd(**base)
    assert owned_usd(**base | {"server_usd": price + more}) > cost
    assert owned_usd(**base | {"power_kw": 1.5}) >= cost
    assert owned_usd(**base | {"electricity_usd_per_kwh": kwh + 0.1}) > cost


@settings(deadline=None, max_examples=60)
@given(scale=st.floats(0.1, 100))
def test_units_scale(scale):
    dollars = {name: FULL[name] * scale for name in FULL if "usd" in name}
    assert owned_usd(**FULL | dollars) == pytest.approx(owned_usd(**FULL) * scale)


@settings(deadline=None, max_examples=60)
@given(horizon=st.floats(0.5, 9), life=st.floats(1.5, 9), decline=st.floats(0, 0.4), resale=st.floats(0.01, 0.9))
def test_npv_at_rate_zero_is_the_sum_of_every_payment(horizon, life, decline, resale):
    inputs = FULL | {"horizon_years": horizon, "life_years": life, "price_decline_ratio": decline,
                     "resale_ratio": resale}
    assert cash_by_hand(inputs) == pytest.approx(owned_usd(**inputs, discount_ratio=0.0))


def test_hours_of_a_year():
    assert HOURS_A_YEAR == 24 * 365
