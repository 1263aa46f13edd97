"""Levers: hand-worked worth in both lenses, closed forms against the root-finder, and what must never be mixed."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.economics import lever_models as of
from analysis.economics.lever_case import (
    early_effect,
    hyperscaler_cases,
    lever_case,
    newest_depreciation,
    prices,
    server_share,
    stock_share,
)
from analysis.economics.lever_equals import MOVES_NO_CASH, NOT_ENOUGH, equal_in_words, equal_to_cuts
from analysis.economics.lever_tables import (
    CANNOT_TELL,
    both_lenses,
    compute_levers,
    levers_by_company,
    levers_of,
    moved_by_delay,
    overlaps,
    ranked,
    reaching,
    reasons,
    side_by_side,
    together,
    worth_in,
)
from analysis.economics.levers import LENSES, LEVERS, lever_named
from analysis.economics.ranges import Range, assumed, exactly
from analysis.economics.renting import rental_price
from analysis.economics.solve import must_be
from analysis.errors import UnknownName

VALUES = {
    "cost_usd_per_person": 0.4e6, "relative_cost_ratio": 1.0, "cuts_persons": 1000.0, "openings_count": 500.0,
    "fill_probability_ratio": 0.8, "severance_ratio": 0.25, "capex_after_usd": 100e9,
    "ai_share_of_capital_ratio": 0.5, "server_life_years": 5.0, "server_share_ratio": 0.6,
    "building_life_years": 20.0, "depreciation_usd": 20e9, "server_share_of_depreciation_ratio": 0.75,
    "early_effect_ratio": 1.0, "electricity_per_equipment_ratio": 0.02, "utilisation_ratio": 0.4,
    "added_utilisation_ratio": 0.1, "inference_share_ratio": 0.5, "quantised_share_ratio": 0.4,
    "rearchitected_share_ratio": 0.2, "fp4_gain_ratio": 1.25, "fp8_gain_ratio": 1.6, "sparse_gain_ratio": 2.0,
    "lowered_pue_ratio": 0.05, "pue_ratio": 1.25, "added_life_years": 1.0, "slip_years": 0.5,
    "deferral_rate_ratio": 0.06, "rented_usd_per_year": 1e9, "reserved_price_ratio": 0.6, "owned_usd_per_hour": 2.0,
    "on_demand_usd_per_hour": 10.0, "owned_hours_used_ratio": 0.8,
}
BY_HAND = {
    "cut_roles": (0.4e9, 0.4e9), "cancel_openings": (0.16e9, 0.16e9),
    "utilisation": (50e9 * 0.2, 10e9 * 0.2), "fp4": (50e9 * 0.5 * 0.4 * 0.2, 10e9 * 0.5 * 0.4 * 0.2),
    "fp8": (50e9 * 0.5 * 0.4 * 0.375, 10e9 * 0.5 * 0.4 * 0.375), "architecture": (50e9 * 0.05, 10e9 * 0.05),
    "pue": (15e9 * 5 * 0.02 * 0.04,) * 2, "longer_life": (None, 15e9 / 6),
    "slip": (100e9 * 0.03, 100e9 * (0.6 / 5 + 0.4 / 20) * 0.375), "reserve": (0.4e9, 0.4e9), "own": (0.75e9, 0.75e9),
}
"""Worth in cash and in the accounts. Utilisation: 0.1 / 0.5 of the fleet; slip: half a year charges 3/8 later."""
TURNABLE = [(one, lens) for one in LEVERS for lens in LENSES if one.effect(lens) is not None]
IDS = [f"{one.lever}-{lens}" for one, lens in TURNABLE]


def worth_at(lever, lens: str, **changes) -> float:
    effect, values = lever.effect(lens), VALUES | changes
    return float(effect(**{name: values[name] for name in effect.inputs}))


@pytest.fixture(scope="module")
def meta():
    return lever_case("META")


@pytest.fixture(scope="module")
def table(meta):
    return levers_of(meta)


@pytest.mark.parametrize("lever", LEVERS, ids=lambda one: one.lever)
def test_each_lever_is_worth_its_hand_worked_sum_in_both_lenses(lever):
    for lens, expected in zip(LENSES, BY_HAND[lever.lever], strict=True):
        if expected is None:
            assert lever.effect(lens) is None
        else:
            assert worth_at(lever, lens) == pytest.approx(expected)


@pytest.mark.parametrize(("lever", "lens"), TURNABLE, ids=IDS)
def test_the_closed_form_and_the_root_finder_agree(lever, lens):
    effect = lever.effect(lens)
    target = 0.7 * worth_at(lever, lens)
    closed = effect.needed(target, VALUES)
    inputs = {name: exactly(VALUES[name], name) for name in effect.inputs}
    highest = min(lever.most(VALUES), 2 * VALUES[lever.turned])
    assert must_be(effect, inputs, lever.turned, target, 0.0, highest) == pytest.approx(closed, rel=1e-9)
    assert worth_at(lever, lens, **{lever.turned: closed}) == pytest.approx(target)


@pytest.mark.parametrize(("lever", "lens"), TURNABLE, ids=IDS)
def test_turning_a_lever_further_is_worth_more(lever, lens):
    worths = [worth_at(lever, lens, **{lever.turned: VALUES[lever.turned] * part}) for part in (0.5, 1.0, 1.1)]
    assert worths == sorted(worths) and worths[0] < worths[-1]


def test_what_no_turn_can_reach_has_no_closed_form():
    utilisation = lever_named("utilisation").cash
    assert math.isnan(utilisation.needed(60e9, VALUES))  # more than all AI purchases
    slower = VALUES | {"fp8_gain_ratio": 0.9}
    assert math.isnan(lever_named("fp8").cash.needed(1e9, slower))
    assert math.isnan(lever_named("slip").profit_and_loss.needed(14e9 * 0.6, VALUES))  # at most half a year's charge


@given(st.floats(1e9, 1e12), st.floats(2, 8))
def test_on_the_fleet_the_accounts_are_the_cash_over_the_life(capex, life):
    for name in ("utilisation", "fp4", "architecture"):
        changes = {"capex_after_usd": capex, "server_life_years": life}
        cash, charged = (worth_at(lever_named(name), lens, **changes) for lens in LENSES)
        assert charged == pytest.approx(cash / life)


@given(st.floats(0.05, 0.9), st.floats(0.01, 0.5))
def test_points_of_utilisation_are_worth_less_in_a_fleet_that_is_used_well(used, added):
    assert of.freed_by_utilisation(added, used) > of.freed_by_utilisation(added, used + 0.05)
    assert 0 < of.freed_by_utilisation(added, used) < 1


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.2, 20))
def test_faster_inference_frees_no_more_than_the_inference_moved(inference, moved, gain):
    freed = of.freed_by_speed(inference, moved, gain)
    assert freed <= inference * moved
    assert (freed >= 0) == (gain >= 1 or inference * moved == 0)


@given(st.floats(0.1, 50), st.floats(1, 12))
def test_a_longer_life_saves_a_share_below_one_and_moves_no_cash(added, life):
    assert 0 < of.charge_saved_by_life(added, life) < 1
    assert of.charge_saved_by_life(2 * added, life) > of.charge_saved_by_life(added, life)
    assert lever_named("longer_life").moves_cash is False


@given(st.floats(0, 1))
def test_a_delay_moves_between_nothing_and_half_a_year_of_charges(slip):
    assert 0 <= of.charge_delayed(slip) <= 0.5
    assert of.charge_delayed(1.0) == 0.5


@settings(max_examples=25)
@given(st.floats(0.1, 10), st.sampled_from([one.lever for one in LEVERS]))
def test_dollars_scale(factor, name):
    dollars = {key: value * factor for key, value in VALUES.items()
               if key in ("cost_usd_per_person", "capex_after_usd", "depreciation_usd", "rented_usd_per_year")}
    for lens in LENSES:
        if lever_named(name).effect(lens) is not None:
            scaled = worth_at(lever_named(name), lens, **dollars)
            assert scaled == pytest.approx(factor * worth_at(lever_named(name), lens))


def test_models_work_on_arrays():
    many = {name: np.full(3, value) for name, value in VALUES.items()}
    for lever, lens in TURNABLE:
        effect = lever.effect(lens)
        assert np.shape(effect(**{name: many[name] for name in effect.inputs})) == (3,)


def test_an_unknown_lever_or_lens_is_named():
    with pytest.raises(UnknownName, match="utilisation"):
        lever_named("utilization")
    with pytest.raises(UnknownName, match="profit_and_loss"):
        lever_named("fp4").effect("profit")


# companies


def test_the_saving_of_the_cuts_is_the_budget_pages_own(meta, table):
    low, value, high = worth_in(table, "cut_roles", "cash")
    alone = meta.central["cost_usd_per_person"] * meta.central["cuts_persons"]
    assert low.value < alone < high.value
    assert value.value < meta.budget.saving.value  # which holds the cancelled openings too


def test_both_lenses_stand_apart_and_what_comes_once_stands_apart_from_both(table):
    rows = table.set_index("lever")
    assert rows.loc["longer_life", "cash_usd_per_year"] == 0
    assert rows.loc["longer_life", "profit_and_loss_usd_per_year"] > 0
    assert not rows.loc["longer_life", "moves_cash"]
    assert rows.loc["slip", "cash_usd_per_year"] == rows.loc["slip", "profit_and_loss_usd_per_year"] == 0
    assert rows.loc["slip", "one_off_cash_usd"] > 0
    assert rows.loc["cut_roles", "one_off_cash_usd"] < 0  # severance


def test_a_delay_moves_half_the_budget_and_keeps_little_of_it(meta, table):
    moved = moved_by_delay(meta)
    assert (moved.value, moved.unit) == (pytest.approx(137.5e9 / 2), "usd")
    assert worth_in(table, "slip", "cash")[2].value < 0.1 * moved.value


def test_levers_on_the_same_machines_say_that_they_must_not_be_added(table):
    fleet = overlaps(table).set_index("acts_on").loc["AI fleet"]
    assert "must not be added" in fleet["overlaps"]
    assert all(lever_named(name).label in fleet["labels"] for name in ("utilisation", "fp4", "fp8", "architecture"))


def test_used_at_once_they_free_less_than_their_sum(meta):
    at_once, added = together(meta)
    assert at_once.value < added.value and at_once.high < added.high


def test_what_a_company_rents_is_sized_by_a_round_sum_and_left_out_of_its_scale(table):
    assert set(table.loc[table["scale"] != "company", "lever"]) == {"reserve", "own"}
    assert not {"reserve", "own"} & set(ranked(table, "cash")["lever"])


def test_the_scale_is_sorted_and_names_what_comes_once(table):
    scale = ranked(table, "profit_and_loss")
    assert scale["value"].is_monotonic_decreasing
    assert scale.loc[scale["lever"] == "slip", "label"].str.endswith(", once").all()
    assert "longer_life" not in set(ranked(table, "cash")["lever"])
    assert scale["value_documents"].str.len().gt(0).all()


def test_what_equals_the_cuts_agrees_with_root_finding_and_with_the_lever_itself(meta):
    equals = equal_to_cuts(meta)
    known = equals[equals["solved"].notna()]
    assert len(known) >= 6
    assert known["solved"].to_list() == pytest.approx(known["amount"].to_list(), rel=1e-9)
    for row in known.to_dict("records"):
        effect = lever_named(row["lever"]).effect(row["lens"])
        values = meta.central | {row["turned"]: row["amount"]}
        worth = effect(**{name: values[name] for name in effect.inputs})
        assert worth == pytest.approx(meta.budget.saving.value)


def test_a_lever_that_cannot_reach_the_cuts_says_so(meta):
    words = equal_in_words(equal_to_cuts(meta)).set_index("lever")
    assert words.loc["longer_life", "cash"] == MOVES_NO_CASH
    assert words.loc["pue", "cash"] == NOT_ENOUGH
    assert words.loc["utilisation", "cash"].endswith("points")


def test_reaching_turns_with_the_saving(table):
    small, large = (Range(value, value, value, "usd") for value in (1e6, 1e12))
    everything = compute_levers(table, "cash")
    certain = set(everything.loc[everything["cash_usd_per_year_low"] > 0, "lever"])
    assert set(reaching(table, "cash", small)) == certain
    assert reaching(table, "cash", large) == []


def test_a_missing_fact_is_a_reason_and_not_zero():
    amazon = levers_of(lever_case("AMZN"))
    rows = amazon.set_index("lever")
    assert math.isnan(rows.loc["longer_life", "profit_and_loss_usd_per_year"])
    assert "31 December 2025" in rows.loc["longer_life", "missing"]
    assert rows.loc["longer_life", "profit_and_loss_usd_per_year_basis"] == "unresolved"
    assert not math.isnan(rows.loc["utilisation", "cash_usd_per_year"])
    assert "Another year of server life" in reasons(amazon)["label"].str.cat()
    assert isinstance(newest_depreciation("AMZN", "latest"), str)


def test_a_company_without_counted_cuts_has_no_cuts_to_equal():
    alphabet = lever_case("GOOGL")
    cell = side_by_side(levers_of(alphabet), "cash").set_index("label").loc["Cutting roles, as announced", "GOOGL"]
    assert cell == CANNOT_TELL


def test_a_company_that_builds_no_data_centres_at_scale_is_refused():
    with pytest.raises(UnknownName, match="nearest valid: META"):
        lever_case("TSLA")


def test_an_edition_without_a_rise_leaves_a_company_out_with_the_reason():
    """Early in 2024 Amazon had guided nothing and had spent less than the year before."""
    cases, left_out = hyperscaler_cases("2024-03-01")
    assert "META" in [one.ticker for one in cases]
    assert "does not rise" in left_out["Amazon"]
    assert reasons(levers_by_company(cases), left_out)["missing"].str.contains("does not rise").any()


def test_companies_stand_side_by_side():
    cases = [lever_case(ticker) for ticker in ("META", "MSFT")]
    wide = side_by_side(levers_by_company(cases), "profit_and_loss")
    assert list(wide.columns) == ["label", "META", "MSFT"]
    assert "none" in set(side_by_side(levers_by_company(cases), "cash")["META"])


def test_only_meta_reports_servers_in_depreciation():
    assert server_share("META").value == pytest.approx(13.36 / 18)
    assert server_share("META").basis == "derived"
    assert server_share("MSFT").basis == "scenario"


def test_the_early_effect_of_a_longer_life_follows_from_metas_change():
    """2.9 off 16.26 a year, against half a year on top of five: 17.8% over 9.1%."""
    one = early_effect()
    assert (one.low, one.high) == pytest.approx((1.0, (2.9 / 16.26) / (0.5 / 5.5)))


def test_stock_pay_is_a_share_between_the_bounds():
    low, high = stock_share("META")
    assert 0 < low.value < high.value <= 1


def test_owning_and_renting_are_compared_on_one_chip_at_current_prices():
    found = prices()
    assert (found["owned_usd_per_hour"].value, found["owned_usd_per_hour"].basis) == (1.95, "derived")  # a B200's
    assert found["on_demand_usd_per_hour"] == rental_price("b200_sxm", "on_demand")
    assert found["on_demand_usd_per_hour"].basis == "derived"  # a median over providers
    assert "b2d5ae17" not in found["reserved_price_ratio"].documents  # prices of before the cut of June 2025


def test_owning_is_worth_less_in_idle_hours_and_knows_nothing_of_the_silicons_speed():
    own = lever_named("own")
    assert "utilisation_ratio" not in own.cash.inputs and "annualised" in own.label
    assert worth_at(own, "cash", owned_hours_used_ratio=0.4) < worth_at(own, "cash", owned_hours_used_ratio=0.8)


def test_the_share_of_inference_is_the_forecast_of_2026_and_no_more():
    share = assumed("inference_share_ratio")
    assert (share.low, share.value, share.high) == (0.33, 0.67, 0.67)


def test_words_of_both_lenses_never_drop_a_lever(table):
    words = both_lenses(table)
    assert len(words) == sum(one.scale == "company" for one in LEVERS)
    assert not words.filter(like="_text").isna().any().any()
    assert words.set_index("lever").loc["utilisation", "cash_usd_per_year"] > 0


@pytest.mark.parametrize("name", ["cut_roles", "utilisation", "fp4"])
def test_labels_fit_into_a_sentence(name):
    words = lever_named(name).in_sentence
    assert words[0].islower() or words.startswith("FP4")
