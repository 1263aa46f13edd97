"""One comparison on the tables as they are: refusals, break-even points that agree with each other, honest parts."""

import numpy as np
import pandas as pd
import pytest

from analysis.economics.account_rules import rules_table
from analysis.economics.breakeven import break_even_utilisation, owned_to_rented_ratio
from analysis.economics.cases import case_table
from analysis.economics.comparison import (
    inference,
    owned_inputs,
    power_of,
    server_price,
    server_size,
    training,
)
from analysis.economics.draws import draw
from analysis.economics.options import Comparison, cost_usd, fleet_counts, simulate
from analysis.economics.owned_or_rented import (
    break_even_rent,
    break_even_share,
    break_even_volume,
    constraints_table,
    life_surface,
    never_breaks_even,
    one_accelerator,
    paid_back_in_time,
    parts_table,
    payback,
    rent_surface,
    saving_swings,
    turning_words,
)
from analysis.economics.ranges import exactly
from analysis.economics.workload_tables import roofline_table, training_table, workload_table
from analysis.errors import AnalysisError, UnknownName

COUNT = 2000
USUAL = ("llama_3_1_70b", "h200_sxm", "fp8", 2000.0)


@pytest.fixture(scope="module")
def comparison():
    return inference(*USUAL)


@pytest.fixture(scope="module")
def one(comparison):
    return one_accelerator(comparison, "on_demand")


def at(comparison, **values):
    return Comparison(dict(comparison.inputs) | {name: exactly(value, name) for name, value in values.items()})


def test_a_price_starts_at_the_server_and_cards_below_it_are_left_out():
    price = server_price("h200_sxm")
    assert (price.low, price.value, price.high) == (34_737, 34_737, 40_000)
    assert server_price("l40s").low == server_price("l40s").high == 13_098
    assert (server_price("a100_sxm_80gb").low, server_price("a100_sxm_80gb").high) == (10_000, 15_000)
    assert server_price("b300_sxm").shape == "point"
    with pytest.raises(AnalysisError, match="no purchase price for 'gb300_nvl72'; nearest with one: gb200_nvl72"):
        server_price("gb300_nvl72")


def test_machines_come_in_the_servers_or_racks_that_are_priced():
    assert [server_size(chip).value for chip in ("l40s", "gb200_nvl72", "h200_sxm", "mi300x")] == [4, 72, 8, 8]
    assert owned_inputs("l40s", 5.0)["accelerators_per_server_count"].value == 4
    assert server_size("gb200_nvl72").documents
    assert (training_table("gb200_nvl72", "on_demand")["owned_wins_ratio"] >= 0).all()


def test_power_includes_the_rest_of_the_server():
    assert power_of("h200_sxm").value == pytest.approx(0.7 * 1.3)


@pytest.mark.parametrize(("arguments", "words"), [
    (("llama_3_1_70b", "h200_sxm", "fp8", 0.0), "nearest possible: 0.1"),
    (("llama_3_1_70b", "h200_sxm", "fp8", 2000.0, "spiky"), "unknown profile 'spiky'; nearest valid: .*bursty"),
    (("llama_3_1_70b", "h200_sxm", "fp8", 2000.0, "flat", 20.0), "nearest possible: 10"),
    (("llama_3_1_70b", "h200_sxm", "fp8", 2000.0, "flat", 5.0, -1.0), "nearest possible: 0"),
    (("llama_3_1_70b", "mtia_200", "bf16", 2000.0), "does not fit .* nearest possible: .*accelerator"),
    (("llama_3_1_7b", "h200_sxm", "fp8", 2000.0), "unknown model 'llama_3_1_7b'"),
])
def test_an_impossible_workload_is_refused_with_the_nearest_possible(arguments, words):
    with pytest.raises(AnalysisError, match=words):
        inference(*arguments)


def test_training_is_refused_above_all_hours_and_costs_what_its_hours_cost():
    with pytest.raises(AnalysisError, match="utilisation_ratio is 0.*nearest possible: 0.001"):
        training("h200_sxm", 8, 0.0)
    with pytest.raises(AnalysisError, match="utilisation_ratio is 1.2.*nearest possible: 1"):
        training("h200_sxm", 16, 1.2)
    whole = training("h200_sxm", 16, 1.0)
    load = whole.load(whole.centre())
    assert load.hours.sum() == 16 * 8760 * 5
    outcome = simulate(whole, COUNT)
    assert "api" not in outcome.costs and outcome.owned_wins("cloud_on_demand").value > 0.9


def test_a_price_of_electricity_replaces_the_registers():
    dear = owned_inputs("h200_sxm", 5.0, 0.5)["electricity_usd_per_kwh"]
    assert (dear.low, dear.high, dear.basis) == (0.5, 0.5, "scenario")
    assert owned_inputs("h200_sxm", 5.0)["electricity_usd_per_kwh"].low < 0.1


def test_a_pricing_that_is_not_offered_is_refused(comparison):
    with pytest.raises(UnknownName, match="nearest valid: reserved_3y, reserved_1y"):
        one_accelerator(comparison, "reserved")


def test_draws_and_numbers_give_the_same_costs(comparison):
    drawn = draw(comparison.inputs, 5)
    together = {option: cost_usd(option, comparison.load(drawn), drawn) for option in comparison.options()}
    for place in range(5):
        single = {name: float(values[place]) for name, values in drawn.items()}
        load = comparison.load(single)
        for option in comparison.options():
            assert float(cost_usd(option, load, single)) == pytest.approx(together[option][place])


def test_break_even_points_agree(comparison, one):
    centre = {name: value.value for name, value in one.items()}
    owned = {name: value for name, value in centre.items() if name != "utilisation_ratio"}
    share = break_even_utilisation(**owned)
    assert owned_to_rented_ratio(**owned, utilisation_ratio=share) == pytest.approx(1)
    ranged = break_even_share(one)
    assert ranged.low < share < ranged.high
    # at the break-even rent the workload's own utilisation is the break-even one
    rent = break_even_rent({name: value.fixed_at(value.value) for name, value in one.items()}).value
    assert break_even_utilisation(**owned | {"cloud_usd_per_hour": rent}) == pytest.approx(centre["utilisation_ratio"])


def test_utilisation_is_that_of_the_whole_servers_bought(comparison, one):
    load = comparison.load(comparison.centre())
    bought = fleet_counts(load, 8.0)
    assert (bought % 8 == 0).all() and bought[0] >= load.peak_count[0]
    assert one["utilisation_ratio"].value == pytest.approx(load.hours.sum() / (bought.sum() * 8760))


def test_a_reservation_and_the_full_model_agree(comparison):
    for pricing in ("reserved_1y", "reserved_3y"):
        one = one_accelerator(comparison, pricing)
        assert break_even_share(one).value == 0 and 0 < never_breaks_even(one).value < 0.05
        # the accelerators owned and reserved cost what the full model says, up to whole servers
        wins = simulate(comparison, COUNT).owned_wins(f"cloud_{pricing}").value
        assert wins > 0.95 and paid_back_in_time(one).value > 0.9
        assert rules_table(one)["break_even_ratio"].isna().all()
        assert set(rules_table(one)["verdict"]) == {"cheaper at every use"}
        dear = one | {"server_usd": one["server_usd"].fixed_at(400_000.0)}
        assert break_even_share(dear).value > 1 and rules_table(dear)["verdict"].iloc[1] == "dearer at every use"
    idle = training("h200_sxm", 8, 0.1)
    assert simulate(idle, COUNT).owned_wins("cloud_reserved_3y").value > 0.95, "a tenth of the hours changes nothing"
    field = rent_surface(one_accelerator(comparison, "reserved_3y"), 2.0, 12.0)
    row = field[field["cloud_usd_per_hour"] == field["cloud_usd_per_hour"].max()]["owned_to_rented_ratio"]
    assert row.max() / row.min() < 1.2, "use moves only the power"


def test_spot_counts_the_hours_done_twice_and_has_no_share_where_there_is_none(comparison):
    one = one_accelerator(comparison, "spot")
    assert one["repeat_ratio"] == comparison.inputs["spot_repeat_ratio"]
    without = {name: value for name, value in one.items() if name != "repeat_ratio"}
    assert break_even_share(one).value < break_even_share(without).value
    assert break_even_share(one).value > 1 and never_breaks_even(one).value > 0.9
    rules = rules_table(one)
    assert rules["break_even_ratio"].isna().all() and set(rules["verdict"]) == {"dearer at every use"}


def test_utilisation_keeps_its_documents(one):
    assert one["utilisation_ratio"].documents


def test_the_rooflines_error_is_shown_for_each_accelerator_and_model():
    table = roofline_table()
    assert (table["name"] == "all of them").sum() == 2 and table["name"].notna().all()
    assert set(table["held_out"]) == {"accelerator", "model"} and table["out_of_sample_error_ratio"].between(0, 1).all()


def test_a_dearer_machine_breaks_even_later(one):
    dear = one | {"server_usd": one["server_usd"].fixed_at(100_000.0)}
    assert break_even_share(dear).value > break_even_share(one).value
    assert payback(dear).value > payback(one).value
    assert paid_back_in_time(dear).value < paid_back_in_time(one).value


def test_a_volume_is_given_for_one_server(comparison, one):
    volume = break_even_volume(comparison, one)
    most = 8 * comparison.inputs["benchmark_tokens_per_second"].high * 86_400 / 1e6
    assert 0 < volume.low < volume.value < volume.high < most
    assert volume.unit == "million_tokens_per_day"


def test_parts_add_up_to_the_mean_cost(comparison):
    parts = parts_table(comparison, count=COUNT)
    outcome = simulate(comparison, COUNT)
    assert parts["usd_per_year"].sum() == pytest.approx(
        (outcome.costs["owned"] / outcome.scales["usd_per_year"]).mean())
    assert parts["share_ratio"].sum() == pytest.approx(1)
    assert "space" not in set(parts["part"]) and "space" in set(parts_table(comparison, "colocated", COUNT)["part"])
    with pytest.raises(AnalysisError, match="has no parts"):
        parts_table(comparison, "api", COUNT)


def test_swings_are_sorted_and_say_when_one_turns_the_result(comparison):
    swings = saving_swings(comparison, "cloud_on_demand")
    assert swings["swing"].is_monotonic_decreasing and (swings["low"] <= swings["high"]).all()
    assert "spot price" not in set(swings["label"])
    assert turning_words(swings.assign(low=1.0, high=2.0)) == "no single input turns the result"
    assert turning_words(swings.assign(low=-1.0)) == f"the {swings.iloc[0]['label']} alone can turn the result"


def test_simple_rules_make_owning_look_cheaper_and_equal_rates_make_credit_free(one):
    rules = rules_table(one).set_index("rule")["break_even_ratio"]
    assert rules["as the studies count"] < rules["everything"]
    same = rules_table(one | {"discount_ratio": one["discount_ratio"].fixed_at(0.1)}).set_index("rule")
    on_credit = same.loc["everything, bought on credit at the cost of capital: no change", "break_even_ratio"]
    assert on_credit == pytest.approx(same.loc["everything", "break_even_ratio"])
    dear = rules_table(one | {"discount_ratio": one["discount_ratio"].fixed_at(0.06)}).set_index("rule")
    assert dear.loc["everything, bought on credit", "break_even_ratio"] > dear.loc["everything", "break_even_ratio"]


def test_surfaces_are_whole_grids_that_fall_with_use_and_rent(one):
    field = rent_surface(one, 2.0, 12.0).pivot(index="cloud_usd_per_hour", columns="utilisation_ratio",
                                               values="owned_to_rented_ratio")
    assert field.index[0] == 1 and field.columns[-1] == 1
    assert (np.diff(field, axis=0) < 0).all() and (np.diff(field, axis=1) < 0).all()
    lives = life_surface(one)
    assert (lives["life_years"].min(), lives["life_years"].max()) == (2, 6)


def test_small_and_bursty_workloads_favour_rent(comparison):
    table = workload_table(comparison, "on_demand").set_index("million_tokens_per_day_count")
    assert list(table.index) == [200, 2000, 20_000]
    assert table.loc[200, "flat_ratio"] < table.loc[2000, "flat_ratio"]
    assert (table["bursty_ratio"] <= table["office_hours_ratio"]).all()
    assert (table["office_hours_ratio"] <= table["flat_ratio"]).all()


def test_training_turns_to_owning_as_the_server_fills():
    table = training_table("h200_sxm", "on_demand")
    assert table["owned_wins_ratio"].is_monotonic_increasing
    assert table["owned_wins_ratio"].iloc[0] < 0.1 < 0.9 < table["owned_wins_ratio"].iloc[-1]
    assert table["owned_usd_per_hour"].is_monotonic_decreasing
    assert np.ptp(table["rented_usd_per_hour"]) == pytest.approx(0, abs=1e-9)


def test_dearer_power_and_longer_lives_move_the_owned_cost_the_right_way(comparison):
    base = simulate(comparison, COUNT).range_of("owned").value
    assert simulate(at(comparison, electricity_usd_per_kwh=0.6), COUNT).range_of("owned").value > base
    assert simulate(at(comparison, life_years=2.0), COUNT).range_of("owned").value > base
    assert simulate(at(comparison, accelerators_per_person_count=32.0), COUNT).range_of("owned").value > base


def test_constraints_are_scored_with_a_reason_and_marked_as_judgement():
    table = constraints_table()
    assert len(table) == 30 and table["is_judgement"].all() and table["label"].notna().all()
    assert table["score_count"].between(1, 5).all() and table["reason"].str.len().gt(10).all()
    counts = pd.crosstab(table["constraint"], table["option"])
    assert (counts == 1).all(axis=None) and counts.shape == (5, 6)


def test_cases_in_words():
    words = case_table().set_index("case_id")
    assert words.loc["lenovo_2026_maintenance", ["printed", "ours"]].tolist() == ["$3.42 an hour", "$3.427 an hour"]
    assert words.loc["lenovo_2026_weights_405b", ["printed", "ours"]].tolist() == ["800 GB", "810 GB"]
    assert words.loc["uptime_2025_at_40_percent", "ours"] == "$54.5 an hour"
