"""What a budget buys follows by hand from each structure's published figures, and the structures stay apart."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.economics import fleet as of
from analysis.economics.fleet_case import chosen_budget, chosen_electricity
from analysis.economics.fleet_checks import agreeing, consistency, implied_rate, verdict, yearly_cost
from analysis.economics.fleet_inputs import CURRENT, STRUCTURES, provisioned_kw, shares, structure_inputs
from analysis.economics.fleet_tables import (
    by_structure,
    ends_of_term,
    in_round_units,
    magnitude_verdict,
    magnitude_word,
    parts_of_budget,
    range_words,
    ratio_of_terms,
    spans,
)
from analysis.economics.lever_models import yearly_charge
from analysis.economics.ranges import Range, assumed, exactly
from analysis.economics.schedules import yearly_payment
from analysis.errors import AnalysisError, UnknownName
from analysis.quantity import Quantity

BUDGET = 145e9
AMOUNTS = st.floats(1e9, 1e12)
SHARES = st.floats(0.01, 0.99)


def dollars(value: float = BUDGET) -> Range:
    return exactly(Quantity(value, "usd", "reported", ("a1",)), "budget")


@pytest.fixture(scope="module")
def bought() -> pd.DataFrame:
    return of.fleets(dollars())


def term(frame: pd.DataFrame, structure: str, name: str) -> tuple[float, float]:
    row = frame[(frame["structure"] == structure) & (frame["term"] == name)].iloc[0]
    return row["low"], row["high"]


@pytest.mark.parametrize(("structure", "low", "high"), [
    ("bernstein", 145 / 35, 145 / 35), ("epoch", 145 / 38, 145 / 38), ("nvidia", 145 / 60, 145 / 50)])
def test_power_is_the_budget_over_the_published_price_of_a_gigawatt(bought, structure, low, high):
    assert term(bought, structure, "power_gw") == pytest.approx((low, high))


def test_racks_and_accelerators_of_bernstein_follow_from_the_price_of_a_rack(bought):
    racks = BUDGET / 5.9e6
    assert term(bought, "bernstein", "racks_count") == pytest.approx((racks, racks))
    assert term(bought, "bernstein", "accelerators_count")[0] == pytest.approx(72 * racks)


def test_equivalents_are_stated_at_each_precision(bought):
    chips = 72 * BUDGET / 5.9e6
    assert term(bought, "bernstein", "h100_fp16_count")[0] == pytest.approx(chips * 2500 / 989.4)
    assert term(bought, "bernstein", "h100_fp8_count")[0] == pytest.approx(chips * 5000 / 1978)


def test_a_server_from_parts_equals_its_hand_worked_price():
    """Eight B200 at 42,312 with 10% for the network, and 1.3 kW each in a building of 9,300 a kW."""
    servers = of.fleet(dollars(), "b200_servers").set_index("term")
    cheapest = 8 * (42312 * 1.10 + 1.3 * 9300)
    assert servers.loc["servers_count", "high"] == pytest.approx(BUDGET / cheapest, rel=1e-4)
    assert servers.loc["accelerators_count", "high"] == pytest.approx(8 * BUDGET / cheapest, rel=1e-4)


def test_power_based_accelerators_use_the_power_provisioned_for_each(bought):
    low, high = term(bought, "epoch", "accelerators_count")
    assert (low, high) == pytest.approx((145 / 38 * 1e6 * 1.08 / 2.10, 145 / 38 * 1e6 * 1.18 / 2.10))


@pytest.mark.parametrize(("structure", "kw"), [
    ("bernstein", 2.10), ("epoch", 2.10), ("nvidia", 2.10), ("b200_servers", 2.17), ("h100_servers", 1.73)])
def test_each_structure_takes_the_power_provisioned_for_its_own_chip(structure, kw):
    one = structure_inputs(structure, dollars()).inputs["provisioned_kw"]
    assert (one.low, one.value, one.high, one.unit) == (kw, kw, kw, "kw")
    assert one.basis == "derived"  # a ratio of two published ratios
    with pytest.raises(UnknownName, match="h100_sxm"):
        provisioned_kw("h100_sx")


def test_energy_and_its_bill_equal_the_hand_worked_case():
    one = {"budget_usd": 70e9, "usd_per_gw": 35e9, "load_ratio": 0.5, "overhead_ratio": 1.2}
    assert of.energy_twh_per_year(**one) == pytest.approx(2 * 0.5 * 1.2 * 8.76)
    assert of.electricity_usd_per_year(**one, electricity_usd_per_kwh=0.1) == pytest.approx(1.0512e9)
    running = of.operating_usd_per_year(**one, electricity_usd_per_kwh=0.1, other_operating_usd_per_gw_year=3e8)
    assert running == pytest.approx(1.0512e9 + 6e8)


def test_depreciation_of_a_full_year_and_of_the_first():
    one = {"budget_usd": 100.0, "equipment_share_ratio": 0.6, "equipment_life_years": 5, "facility_life_years": 20}
    assert of.depreciation_usd_per_year(**one) == pytest.approx(12 + 2)
    assert of.first_year_depreciation_usd(**one) == pytest.approx(7)
    assert yearly_charge(100.0, 0.6, 5, 20) == of.depreciation_usd_per_year(**one)


def test_a_structure_that_is_silent_says_why_and_is_not_zero(bought):
    row = bought[(bought["structure"] == "nvidia") & (bought["term"] == "racks_count")].iloc[0]
    assert pd.isna(row["value"])
    assert row["value_basis"] == "unresolved"
    assert "rack" in row["missing"]


def test_every_row_carries_the_total_capex_caveat_and_its_documents(bought):
    assert (bought["scope"] == of.SCOPE).all()
    assert "all capital spending" in of.SCOPE
    known = bought[bought["value"].notna()]
    assert known["value_documents"].str.split().str.len().ge(2).all()


def test_structures_are_not_averaged(bought):
    row = spans(bought).set_index("term").loc["power_gw"]
    assert (row["low"], row["high"]) == pytest.approx((145 / 60, 145 / 35))
    assert "value" not in spans(bought)
    assert row["structures_count"] == len(CURRENT)


def test_an_older_chip_is_asked_for_by_name_and_stands_outside_the_spans(bought):
    older = of.fleet(dollars(), "h100_servers").set_index("term")
    assert older.loc["accelerators_count", "low"] == older.loc["h100_fp16_count", "low"]
    assert "h100_servers" not in set(bought["structure"])
    with pytest.raises(UnknownName, match="bernstein"):
        of.fleet(dollars(), "bernstien")


def test_the_shares_of_a_site_add_up_to_one_and_the_parts_to_the_budget():
    assert sum(one.value for one in shares().values()) == pytest.approx(1)
    parts = parts_of_budget(dollars())
    assert parts["value"].sum() == pytest.approx(BUDGET)
    assert parts.set_index("part").loc["gpu", "value"] == pytest.approx(56.55e9)


def test_equipment_and_facility_add_up_to_the_budget(bought):
    for name in CURRENT:
        low, high = term(bought, name, "equipment_usd"), term(bought, name, "facility_usd")
        assert low[0] + high[1] == pytest.approx(BUDGET)


@given(AMOUNTS, st.floats(1e10, 1e11), st.floats(0.5, 1), st.floats(1, 2), st.floats(0.01, 0.3))
def test_the_bill_rises_with_budget_price_load_and_overhead_and_scales(budget, per_gw, load, overhead, price):
    bill = of.electricity_usd_per_year(budget, per_gw, load, overhead, price)
    assert of.electricity_usd_per_year(budget * 2, per_gw, load, overhead, price) == pytest.approx(2 * bill)
    assert of.electricity_usd_per_year(budget, per_gw, load, overhead, price * 1.1) > bill
    assert of.electricity_usd_per_year(budget, per_gw, load, overhead * 1.1, price) > bill
    assert of.electricity_usd_per_year(budget, per_gw * 1.1, load, overhead, price) < bill


@given(AMOUNTS, SHARES, st.floats(4, 8), st.floats(10, 40))
def test_a_shorter_life_or_more_equipment_never_lowers_depreciation(budget, share, life, facility):
    charge = of.depreciation_usd_per_year(budget, share, life, facility)
    assert of.depreciation_usd_per_year(budget, share, life / 2, facility) > charge
    assert of.depreciation_usd_per_year(budget, share + 0.005, life, facility) > charge
    assert budget / facility <= charge <= budget / life


@settings(max_examples=10, deadline=None)
@given(AMOUNTS, st.sampled_from(sorted(STRUCTURES)))
def test_every_count_scales_with_the_budget(budget, structure):
    one, two = (of.fleet(dollars(sum_), structure).dropna(subset=["value"]) for sum_ in (budget, 2 * budget))
    assert (two["value"] / one["value"]).to_list() == pytest.approx([2.0] * len(one))


def test_a_dearer_kilowatt_hour_moves_the_bill_alone(bought):
    dear = of.fleets(dollars(), exactly(0.2, "price", "usd_per_kwh"))
    moved = {row["term"] for row, other in zip(dear.to_dict("records"), bought.to_dict("records"), strict=True)
             if row["value"] != other["value"] and not pd.isna(row["value"])}
    assert moved == {"electricity_usd_per_year", "operating_usd_per_year"}


# the checks between structures


def test_the_checks_reproduce_their_hand_worked_figures():
    checks = consistency().set_index("check")
    assert checks.loc["Power per rack", "one_low"] == pytest.approx(5.9e6 / 35e9 * 1e6)
    assert checks.loc["Power per rack", ["other_low", "other_high"]].tolist() == pytest.approx([72 * 2.10] * 2)
    assert checks.loc["Price per accelerator", "one_low"] == pytest.approx(0.39 * 5.9e6 / 72)
    assert checks.loc["Equipment in the capital", "one_low"] == pytest.approx(0.564)
    assert checks.loc["Power per rack", "verdict"] == "disagree"
    assert checks.loc["Energy of a gigawatt a year", "verdict"] == "agree"


def test_the_energy_check_fails_when_the_published_figure_is_out_of_reach():
    near, far = (Range(value, value, value, "usd") for value in (0.6e9, 2.0e9))
    computed = Range(0.4e9, 0.7e9, 1.5e9, "usd")
    assert verdict(near, computed, 0.05) == "agree"
    assert verdict(far, computed, 0.05) == "disagree"


def test_a_wide_enough_tolerance_makes_everything_agree():
    checks = consistency(exactly(1.0, "tolerance"))
    assert agreeing(checks).value == len(checks)
    assert agreeing(consistency()).value < len(checks)


def test_the_implied_capital_charge_gives_the_printed_total_back():
    rate = implied_rate().value
    share = assumed("epoch_it_share_ratio").value
    by_hand = 38e9 * (share * yearly_payment(1, rate, 5) + (1 - share) * yearly_payment(1, rate, 14)) + 0.9e9
    assert by_hand == pytest.approx(8.5e9)
    assert yearly_cost(38e9, share, 5, 14, 0.9e9, 0.0) < 8.5e9


def test_the_registers_equipment_share_is_what_the_three_printed_totals_give():
    """Totals of 8.5, 12 and 7 a year at lives of 5, 3 and 7: the rate at which two differences give one capital."""
    rate = implied_rate().value
    pay = {life: float(yearly_payment(1.0, rate, life)) for life in (3, 5, 7)}
    found = [3.5 / (pay[3] - pay[5]) / 38, 1.5 / (pay[5] - pay[7]) / 38]
    share = assumed("epoch_it_share_ratio")
    assert found == pytest.approx([share.value, share.value], abs=0.02)
    ends = [(3.5 + sign * 0.55) / (pay[3] - pay[5]) / 38 for sign in (-1, 1)]
    assert (share.low, share.high) == pytest.approx(tuple(ends), abs=0.015)


# words and choices


@pytest.mark.parametrize(("low", "high", "unit", "text"), [
    (2.41, 2.9, "gw", "2.4–2.9 GW"), (4.14, 4.14, "gw", "4.1 GW"), (1.769e6, 2.6e6, "count", "1.77m–2.6m"),
    (-3e9, 2e9, "usd", "−$3bn to $2bn")])
def test_ranges_are_written_in_their_unit(low, high, unit, text):
    assert range_words(low, high, unit) == text


@pytest.mark.parametrize(("value", "word"), [
    (3e6, "millions"), (9.9e5, "hundreds of thousands"), (12, "hundreds or fewer")])
def test_the_order_of_magnitude_is_computed(value, word):
    assert magnitude_word(Quantity(value, "count")) == word


def test_the_verdict_on_thousands_turns_with_the_number():
    assert magnitude_verdict(Quantity(3e6, "count"), "thousands") == "not thousands but millions"
    assert magnitude_verdict(Quantity(3e3, "count"), "thousands") == "thousands, as claimed"


def test_counts_are_rounded_to_millions_or_thousands():
    low, high, word = in_round_units(Quantity(9e5, "count"), Quantity(2.5e6, "count"))
    assert (low.value, high.value, word) == (0.9, 2.5, "million")
    assert in_round_units(Quantity(7e3, "count"), Quantity(2e4, "count"))[2] == "thousand"


def test_the_table_has_one_column_a_structure_and_a_cell_for_every_term(bought):
    wide = by_structure(bought).set_index("term")
    assert list(wide.columns) == [*CURRENT, "label"]
    assert wide.loc["racks_count", "bernstein"] == "24,576"
    assert wide.loc["power_gw", "nvidia"] == "2.4–2.9 GW"
    assert not wide.isna().any().any()


def test_ratios_of_terms_stay_within_a_structure(bought):
    low, high = ratio_of_terms(bought, "depreciation_usd_per_year", "operating_usd_per_year")
    mixed = (ends_of_term(spans(bought), "depreciation_usd_per_year")[1]
             / ends_of_term(spans(bought), "operating_usd_per_year")[0])
    assert 0 < low.value < high.value <= mixed.value


def test_the_budget_is_the_top_of_the_latest_guidance_unless_one_is_given():
    guided = chosen_budget("META")
    assert guided.amount.value == 145e9
    assert guided.amount.documents
    assert "top of the latest capital guidance of Meta" in guided.words
    assert chosen_budget("META", "2026-02-10").amount.value == 135e9
    assert chosen_budget("META", budget_usd=5e10).amount.basis == "scenario"
    assert "capital expenditure of Microsoft" in chosen_budget("MSFT").words


@pytest.mark.parametrize(("budget", "nearest"), [(5e8, "1e\\+09"), (2e12, "1e\\+12")])
def test_an_impossible_budget_is_refused_with_the_nearest(budget, nearest):
    with pytest.raises(AnalysisError, match=f"nearest possible: {nearest}"):
        chosen_budget("META", budget_usd=budget)


def test_an_impossible_price_of_electricity_is_refused_with_the_nearest():
    assert chosen_electricity(0) is None
    assert chosen_electricity(0.08).value == 0.08
    with pytest.raises(AnalysisError, match="nearest possible: 0.01"):
        chosen_electricity(0.001)
