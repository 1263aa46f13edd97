"""Ways to obtain compute, on one scale: each cost by hand, then draw by draw."""

import numpy as np
import pytest

from analysis.economics.options import (
    OPTIONS,
    Comparison,
    cost_usd,
    fleet_counts,
    fleet_parts,
    option_table,
    simulate,
)
from analysis.economics.ranges import Range, exactly
from analysis.economics.renting import (
    by_the_hour_usd,
    current_prices,
    egress_usd,
    offers,
    per_token_usd,
    price_by_year,
    pricings_of,
    rental_price,
    reserved_usd,
    token_price,
)
from analysis.economics.tco import owned_usd
from analysis.economics.workload import inference_load
from analysis.errors import AnalysisError, UnknownName

NUMBERS = {
    "tokens_per_day": 86.4e6, "horizon_years": 2.0, "benchmark_tokens_per_second": 500.0, "server_usd": 10_000.0,
    "facility_usd_per_kw": 100.0, "colocation_usd_per_kw_month": 10.0, "power_kw": 1.0,
    "accelerators_per_server_count": 4.0, "on_demand_usd_per_hour": 2.0, "reserved_1y_usd_per_hour": 1.5,
    "reserved_3y_usd_per_hour": 1.0, "spot_usd_per_hour": 1.0, "spot_repeat_ratio": 0.1,
    "output_usd_per_million_tokens": 1.0, "input_usd_per_million_tokens": 0.5, "input_tokens_per_output": 2.0,
}
"""1,000 tokens a second on accelerators of 500: two rented, one server of four owned."""


@pytest.fixture
def comparison():
    return Comparison({name: exactly(value, name) for name, value in NUMBERS.items()})


def costs(comparison, **changes):
    numbers = comparison.centre() | changes
    load = comparison.load(numbers)
    return {option: float(cost_usd(option, load, numbers)) for option in comparison.options()}


def test_every_option_by_hand(comparison):
    hours = 2 * 8760 * 2
    tokens = 86.4 * 365 * 2
    assert costs(comparison) == pytest.approx({
        "owned": 4 * (10_000 + 100), "colocated": 4 * (10_000 + 2 * 120), "cloud_on_demand": 2.0 * hours,
        "cloud_reserved_1y": 1.5 * hours, "cloud_reserved_3y": 1.0 * hours,  # two years of the three are charged
        "cloud_spot": 1.1 * hours, "api": 2.0 * tokens,
    })
    assert list(costs(comparison)) == list(OPTIONS)


def test_a_commitment_is_paid_whether_used_or_not(comparison):
    bursty = Comparison(dict(comparison.inputs) | {"busy_hours_ratio": exactly(0.1, "busy"),
                                                   "busy_tokens_ratio": exactly(1.0, "tokens")})
    flat, peaks = costs(comparison), costs(bursty)
    assert peaks["cloud_on_demand"] == pytest.approx(flat["cloud_on_demand"])
    assert peaks["cloud_reserved_1y"] == pytest.approx(10 * flat["cloud_reserved_1y"])
    assert peaks["owned"] == pytest.approx(5 * flat["owned"])  # twenty accelerators are five servers of four


def test_a_price_is_needed_for_an_option_and_a_purchase_price_for_a_comparison(comparison):
    fewer = {name: one for name, one in comparison.inputs.items() if not name.startswith(("spot", "output"))}
    assert "cloud_spot" not in Comparison(fewer).options() and "api" not in Comparison(fewer).options()
    with pytest.raises(AnalysisError, match="no purchase price"):
        simulate(Comparison({name: one for name, one in fewer.items() if name != "server_usd"}), 10)


def test_growth_buys_whole_servers_in_the_year_they_are_needed(comparison):
    grown = Comparison(dict(comparison.inputs) | {"workload_growth_ratio": exactly(1.5, "growth")})
    numbers = grown.centre()
    load = grown.load(numbers)
    assert fleet_counts(load, 4.0).tolist() == [4, 8]
    parts = fleet_parts(load, numbers, is_colocated=False)
    later = owned_usd(horizon_years=2.0, server_usd=10_000.0, start_years=1.0)
    assert parts["servers"] == pytest.approx(4 * 10_000 + 4 * later)


def test_a_fleet_that_does_not_grow_costs_so_many_times_one_accelerator(comparison):
    extra = {"failure_ratio": 0.05,
             "electricity_usd_per_kwh": 0.1, "maintenance_ratio": 0.1, "discount_ratio": 0.1, "facility_years": 10.0,
             "operator_usd_per_person": 1000.0, "price_decline_ratio": 0.1, "resale_ratio": 0.3, "life_years": 1.5}
    numbers = comparison.centre() | extra
    load = comparison.load(numbers)
    owned = {name: numbers[name] for name in ("horizon_years", "server_usd", "facility_usd_per_kw", "power_kw")} | extra
    assert float(cost_usd("owned", load, numbers)) == pytest.approx(4 * owned_usd(**owned, utilisation_ratio=0.5))


def test_a_machine_added_later_is_kept_up_at_its_own_price(comparison):
    grown = Comparison(dict(comparison.inputs) | {"workload_growth_ratio": exactly(1.5, "growth"),
                                                  "price_decline_ratio": exactly(0.5, "fall"),
                                                  "maintenance_ratio": exactly(0.1, "maintenance")})
    numbers = grown.centre()
    parts = fleet_parts(grown.load(numbers), numbers, is_colocated=False)
    assert parts["maintenance"] == pytest.approx(4 * 1000 * 2 + 4 * 500)


def test_a_shrinking_load_sells_nothing_before_the_end():
    load = inference_load(tokens_per_day=86.4e6, horizon_years=2, benchmark_tokens_per_second=100.0,
                          workload_growth_ratio=-0.5)
    assert load.peak_count.tolist() == [10, 5] and fleet_counts(load).tolist() == [10, 10]


def test_scales_and_draws(comparison):
    outcome = simulate(comparison, 50)
    table = option_table(outcome).set_index("option")
    assert list(table["npv_usd"]) == sorted(table["npv_usd"])
    row = table.loc["cloud_on_demand"]
    assert row["usd_per_hour"] == pytest.approx(2)
    assert row["usd_per_year"] == pytest.approx(2 * 2 * 8760)
    assert row["usd_per_million_tokens"] == pytest.approx(4 * 8760 / (86.4 * 365))
    assert row["npv_usd_low"] == row["npv_usd_high"]


def test_the_share_of_draws_in_which_owning_wins(comparison):
    rent = Range(0.5, 1.0, 1.5, "usd_per_hour", shape="uniform")
    outcome = simulate(Comparison(dict(comparison.inputs) | {"on_demand_usd_per_hour": rent}), 4000)
    # 4 x 10,100 dollars owned are the rent of 35,040 hours at 1.153 dollars
    assert outcome.owned_wins("cloud_on_demand").value == pytest.approx(1.5 - 40_400 / 35_040, abs=0.03)
    assert outcome.owned_wins("owned").value == 0
    saved = outcome.saved_ratio("cloud_on_demand")
    assert saved.low == pytest.approx(1 - 40_400 / 35_040 / 0.55, abs=0.05)


def test_the_same_draws_serve_every_option(comparison):
    price = Range(0.05, 0.1, 0.5, "usd_per_kwh", shape="uniform")
    inputs = dict(comparison.inputs) | {"electricity_usd_per_kwh": price}
    outcome = simulate(Comparison(inputs), 200)
    apart = outcome.costs["colocated"] - outcome.costs["owned"]
    assert np.ptp(apart) == pytest.approx(0, abs=1e-6) and np.ptp(outcome.costs["owned"]) > 100


def test_only_its_own_inputs_stand_behind_an_option(comparison):
    assert "on_demand_usd_per_hour" not in comparison.names_for("owned")
    assert "server_usd" not in comparison.names_for("cloud_on_demand")
    assert "colocation_usd_per_kw_month" not in comparison.names_for("owned")


def test_training_has_no_tokens_and_no_price_per_token():
    inputs = {"accelerator_hours_per_year": 4 * 8760, "accelerators_count": 8, "horizon_years": 1, "server_usd": 8760,
              "facility_usd_per_kw": 0.0, "on_demand_usd_per_hour": 2.0}
    outcome = simulate(Comparison({name: exactly(value, name) for name, value in inputs.items()}, "training"), 10)
    table = option_table(outcome).set_index("option")
    assert table["usd_per_hour"].to_dict() == pytest.approx({"owned": 2.0, "cloud_on_demand": 2.0})
    assert "usd_per_million_tokens" not in table
    with pytest.raises(UnknownName):
        Comparison({}, "resting")


def test_prices_fall_by_year_and_stand_within_a_term():
    assert price_by_year(8.0, 0.5, 3).tolist() == [8, 4, 2]
    assert price_by_year(8.0, 0.5, 4, term_years=3).tolist() == [8, 8, 8, 1]


def test_rents_with_falling_prices():
    load = inference_load(tokens_per_day=86.4e6, horizon_years=2, benchmark_tokens_per_second=1000.0)
    assert by_the_hour_usd(load, 1.0, 0.5) == 8760 * 1.5
    assert reserved_usd(load, 1.0, 1, 0.5) == 8760 * 1.5
    assert reserved_usd(load, 1.0, 3, 0.5) == 8760 * 2
    five = inference_load(tokens_per_day=86.4e6, horizon_years=4.5, benchmark_tokens_per_second=1000.0)
    assert reserved_usd(five, 1.0, 3, 0.5) == 8760 * (3 + 1.5 / 8), "the last term is charged for the part used"
    assert per_token_usd(load, 1.0, price_decline_ratio=0.5) == pytest.approx(86.4 * 365 * 1.5)
    assert egress_usd(load, 4.0, 0.09) == pytest.approx(2 * 86.4e6 * 365 * 4 / 1e9 * 0.09)


def test_current_prices_leave_out_what_a_price_cut_replaced():
    prices = current_prices()
    assert not ((prices["provider"] == "AWS") & (prices["price_usd_per_accelerator_hour"] == 12.29)).any()
    assert ((prices["provider"] == "Azure") & (prices["price_usd_per_accelerator_hour"] == 12.29)).any()
    assert "reserved_1y" in pricings_of("h100_sxm") and "reserved_1y" not in pricings_of("l40s")


def test_one_offer_per_provider_and_a_range_over_providers():
    table = offers("h200_sxm", "on_demand")
    assert not table["provider"].duplicated().any()
    price = rental_price("h200_sxm", "on_demand")
    column = table["price_usd_per_accelerator_hour"]
    assert (price.low, price.high) == (column.min(), column.max())
    assert column.is_monotonic_increasing and price.documents


def test_what_nobody_sells_is_refused_with_the_nearest():
    with pytest.raises(AnalysisError, match="nearest with one: h100_sxm"):
        rental_price("h100_pci", "reserved_1y")
    with pytest.raises(UnknownName, match="reserved_1y"):
        offers("h100_sxm", "reserved")
    with pytest.raises(AnalysisError, match="nearest with one"):
        token_price("llama_9", "output")
