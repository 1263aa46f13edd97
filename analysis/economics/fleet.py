"""What a capital budget buys, by published cost structures that are kept apart.

Each structure is one source's account of what a gigawatt, a rack or a server costs; `fleet` applies it to a
budget and reports every quantity as a range over the ends of its inputs. Structures disagree, and their
disagreement is the result: nothing here averages them.

Misleads: the budget is all capital spending, the structures are of pure AI sites, so every count is an upper
reading (`SCOPE`, carried in each row).
"""

import inspect

import pandas as pd

from analysis.economics.budget import charged_share, inputs_of
from analysis.economics.fleet_inputs import CURRENT, STRUCTURES, Structure, structure_inputs
from analysis.economics.ranges import Model, Range, span
from analysis.errors import require_known

HOURS_A_YEAR = 8760
KILO, MEGA, GIGA = 1e3, 1e6, 1e9
FULL_YEAR = 2
"""The first year that is charged in full: by the half-year convention the year of purchase is not."""
SCOPE = "Upper reading: all capital spending of the company, as if all of it bought AI data centres"


def power_gw(budget_usd, usd_per_gw):
    """Capacity the budget buys, in the gigawatts the structure counts: gw."""
    return budget_usd / usd_per_gw


def energy_twh_per_year(budget_usd, usd_per_gw, load_ratio, overhead_ratio):
    """Electricity a year at the average load, with the building's overhead on the counted power: twh_per_year."""
    return power_gw(budget_usd, usd_per_gw) * load_ratio * overhead_ratio * HOURS_A_YEAR / KILO


def electricity_usd_per_year(budget_usd, usd_per_gw, load_ratio, overhead_ratio, electricity_usd_per_kwh):
    """The yearly electricity bill: usd_per_year."""
    energy = energy_twh_per_year(budget_usd, usd_per_gw, load_ratio, overhead_ratio)
    return energy * GIGA * electricity_usd_per_kwh


def operating_usd_per_year(budget_usd, usd_per_gw, load_ratio, overhead_ratio, electricity_usd_per_kwh,
                           other_operating_usd_per_gw_year):
    """Electricity and the other cost of running the sites: usd_per_year."""
    bill = electricity_usd_per_year(budget_usd, usd_per_gw, load_ratio, overhead_ratio, electricity_usd_per_kwh)
    return bill + power_gw(budget_usd, usd_per_gw) * other_operating_usd_per_gw_year


def equipment_usd(budget_usd, equipment_share_ratio):
    """Part of the budget that buys computing equipment: accelerators, processors, network, storage: usd."""
    return budget_usd * equipment_share_ratio


def facility_usd(budget_usd, equipment_share_ratio):
    """Part of the budget that buys buildings, power and cooling: usd."""
    return budget_usd * (1 - equipment_share_ratio)


def network_usd(budget_usd, network_share_ratio):
    """Part of the budget that buys the network: usd."""
    return budget_usd * network_share_ratio


def depreciation_usd_per_year(budget_usd, equipment_share_ratio, equipment_life_years, facility_life_years):
    """Straight-line depreciation of a full year, the second: usd_per_year."""
    return budget_usd * charged_share(FULL_YEAR, equipment_share_ratio, equipment_life_years, facility_life_years)


def first_year_depreciation_usd(budget_usd, equipment_share_ratio, equipment_life_years, facility_life_years):
    """Depreciation of the year of purchase, by the half-year convention: usd."""
    return budget_usd * charged_share(1, equipment_share_ratio, equipment_life_years, facility_life_years)


def racks_count(budget_usd, rack_usd):
    """Racks at their price with everything around them: count."""
    return budget_usd / rack_usd


def accelerators_from_racks(budget_usd, rack_usd, accelerators_per_rack_count):
    """Accelerators in those racks: count."""
    return racks_count(budget_usd, rack_usd) * accelerators_per_rack_count


def accelerators_from_power(budget_usd, usd_per_gw, overhead_ratio, provisioned_kw):
    """Accelerators that the power would feed at the power provisioned for each: count."""
    return power_gw(budget_usd, usd_per_gw) * overhead_ratio * MEGA / provisioned_kw


def servers_count(budget_usd, server_usd):
    """Servers at their price with network, power and building: count."""
    return budget_usd / server_usd


def accelerators_from_servers(budget_usd, server_usd, accelerators_per_server_count):
    """Accelerators in those servers: count."""
    return servers_count(budget_usd, server_usd) * accelerators_per_server_count


ACCELERATORS: dict[str, Model] = {"racks": accelerators_from_racks, "power": accelerators_from_power,
                                  "servers": accelerators_from_servers}
"""How a structure comes to a number of accelerators."""
TERMS: dict[str, tuple[str, str, Model]] = {
    "power_gw": ("Power", "gw", power_gw),
    "energy_twh_per_year": ("Electricity a year", "twh_per_year", energy_twh_per_year),
    "electricity_usd_per_year": ("Electricity bill a year", "usd_per_year", electricity_usd_per_year),
    "operating_usd_per_year": ("Operating cost a year", "usd_per_year", operating_usd_per_year),
    "equipment_usd": ("Computing equipment", "usd", equipment_usd),
    "network_usd": ("Network alone", "usd", network_usd),
    "facility_usd": ("Buildings, power and cooling", "usd", facility_usd),
    "depreciation_usd_per_year": ("Depreciation, full year", "usd_per_year", depreciation_usd_per_year),
    "first_year_depreciation_usd": ("Depreciation, year of purchase", "usd", first_year_depreciation_usd),
    "racks_count": ("Racks of 72 accelerators", "count", racks_count),
    "servers_count": ("Servers of eight accelerators", "count", servers_count),
}
EQUIVALENTS = {"fp16": "H100 equivalents, dense FP16", "fp8": "H100 equivalents, dense FP8"}


def fleet(budget: Range, structure: str, electricity: Range | None = None, life: Range | None = None) -> pd.DataFrame:
    """What the budget buys by one structure.

    One row per quantity: structure, structure_label, term, label, low, value, high, unit, value_basis,
    value_documents, missing (why a structure does not say, else empty) and scope (SCOPE). `electricity` replaces
    the register's price; `life` serves a structure that states no life of equipment. UnknownName for another structure.
    """
    require_known("cost structure", structure, STRUCTURES)
    chosen = structure_inputs(structure, budget, electricity, life)
    found = {term: (label, _applied(model, chosen, unit, label)) for term, (label, unit, model) in TERMS.items()}
    count = ACCELERATORS[chosen.counted_by]
    found["accelerators_count"] = (chosen.accelerator_label, _applied(count, chosen, "count", chosen.accelerator_label))
    for precision, label in EQUIVALENTS.items():
        found[f"h100_{precision}_count"] = (label, _equivalents(count, precision, chosen, label))
    return pd.DataFrame([_row(chosen, term, label, one) for term, (label, one) in found.items()])


def _applied(model: Model, chosen: Structure, unit: str, label: str) -> Range | str:
    """The model's range, or why the structure does not give it."""
    lacking = [name for name in inspect.signature(model).parameters if name not in chosen.inputs]
    if lacking:
        return chosen.why_missing.get(lacking[0], "The source does not say")
    return span(model, inputs_of(model, chosen.inputs), unit, label)


def _equivalents(count: Model, precision: str, chosen: Structure, label: str) -> Range | str:
    """Accelerators times the ratio of their dense arithmetic to an H100's at the same precision."""
    ratio = chosen.inputs[f"{precision}_against_h100_ratio"]
    inputs = inputs_of(count, chosen.inputs) | {"against_h100_ratio": ratio}

    def equivalents(against_h100_ratio, **counted):
        return count(**counted) * against_h100_ratio

    return span(equivalents, inputs, "count", label)


def _row(chosen: Structure, term: str, label: str, one: Range | str) -> dict:
    row = {"structure": chosen.name, "structure_label": chosen.label, "term": term, "label": label}
    if isinstance(one, str):
        nan = float("nan")
        return row | {"low": nan, "value": nan, "high": nan, "unit": "", "value_basis": "unresolved",
                      "value_documents": "", "missing": one, "scope": SCOPE}
    return row | {"low": one.low, "value": one.value, "high": one.high, "unit": one.unit, "value_basis": one.basis,
                  "value_documents": " ".join(one.documents), "missing": "", "scope": SCOPE}


def fleets(budget: Range, electricity: Range | None = None, life: Range | None = None) -> pd.DataFrame:
    """`fleet` for every current structure, one under the other, in the order of STRUCTURES.

    `life` serves the structures that state none of their own.
    """
    return pd.concat([fleet(budget, name, electricity, life) for name in CURRENT], ignore_index=True)
