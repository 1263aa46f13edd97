"""The published cost structures: what each says about a gigawatt, a rack or a server, and what it leaves out."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

from analysis.economics.comparison import power_of
from analysis.economics.ranges import Range, assumed, between, exactly, span
from analysis.errors import require_known
from analysis.quantity import Quantity
from analysis.tables.compute import cost_figure, load_accelerators, one_row

RACK_ACCELERATORS, SERVER_ACCELERATORS = 72, 8
"""Accelerators in a rack of the kind called NVL72, and in a server on a baseboard of eight: what the names say."""
PERCENT = 100
KW_PER_MW, KW_PER_GW = 1e3, 1e6
RACK_CHIP, SERVER_CHIP, REFERENCE_CHIP = "gb200_nvl72", "b200_sxm", "h100_sxm"
FIGURES = {
    "bernstein_gw": "ai_data_centre_capex_all_in_per_gw_gb200_nvl72",
    "epoch_gw": "ai_data_centre_capex_all_in_per_gw_of_it_nameplate_gb200",
    "nvidia_gw": "ai_data_centre_capex_per_gw_nvidia_statement_fiscal_q2_2026",
    "rack": "gb200_nvl72_rack_all_in",
    "rack_compute": "gb200_nvl72_rack_compute_hardware",
    "gpu_share": "share_of_ai_data_centre_capex_gpus",
    "network_share": "share_of_ai_data_centre_capex_networking_switches_cabling",
    "cpu_share": "share_of_ai_data_centre_capex_cpus",
    "storage_share": "share_of_ai_data_centre_capex_storage",
    "plant_share": "share_of_ai_data_centre_capex_mechanical_and_electrical",
    "construction_mw": "construction_cost_per_mw_critical_load_us_range_san_antonio",
    "network_uplift": "network_storage_and_accessory_uplift_on_node_price",
    "epoch_opex": "annual_opex", "epoch_energy": "energy_largest_opex",
    "epoch_equipment_life": "it_equipment_life", "epoch_facility_life": "facility_life",
    "site_rule": "facility_power_rule_about_30bn_per_gw",
    "pue_low": "pue_meta_average", "pue_high": "pue_microsoft_newest_1_12_global_average_1_18",
}
"""Our names for the published figures, by their id in the table of cost figures."""
PER_CHIP = {RACK_CHIP: "gb200", SERVER_CHIP: "b200", REFERENCE_CHIP: "h100", "mi300x": "mi300x", "mi325x": "mi325x"}
"""How the figures that a benchmark implies for each chip end in that table."""


@dataclass(frozen=True)
class Structure:
    """One source's account: its inputs as ranges, how it counts accelerators, and why an input is missing."""

    name: str
    label: str
    power_counted: str
    counted_by: str
    accelerator_label: str
    inputs: dict[str, Range] = field(default_factory=dict)
    why_missing: dict[str, str] = field(default_factory=dict)


def published(name: str, label: str, scale: float = 1.0, unit: str = "usd") -> Range:
    """A published figure as a range in our unit; `scale` turns its unit into ours."""
    low, high = (Quantity(end.value * scale, unit, end.basis, end.documents) for end in cost_figure(FIGURES[name]))
    return between(low, high, label)


def pue() -> Range:
    """Facility power over equipment power of the hyperscalers' fleets, as they state it."""
    low, high = cost_figure(FIGURES["pue_low"])[0], cost_figure(FIGURES["pue_high"])[1]
    ends = [Quantity(end.value, "ratio", end.basis, end.documents) for end in (low, high)]
    return between(*ends, "PUE of hyperscale fleets")


def structure_inputs(name: str, budget: Range, electricity: Range | None = None,
                     life: Range | None = None) -> Structure:
    """The structure with what all share: budget, load, price of electricity, lives, other running cost.

    `life` is the life of equipment for a structure that states none of its own.
    """
    built = STRUCTURES[name]()
    shared = {
        "budget_usd": budget, "load_ratio": assumed("fleet_load_ratio"),
        "electricity_usd_per_kwh": electricity or assumed("fleet_electricity_usd_per_kwh"),
        "equipment_life_years": assumed("server_life_years"), "facility_life_years": assumed("building_life_years"),
        "other_operating_usd_per_gw_year": _other_operating(),
    }
    shared |= {"equipment_life_years": life} if life else {}
    return replace(built, inputs=shared | built.inputs)


def implied(figure: str, chip: str, unit: str, label: str) -> Range:
    """A figure of one chip that a benchmark's published ratios imply; UnknownName for a chip that it does not have."""
    require_known("accelerator", chip, PER_CHIP)
    low, high = (Quantity(end.value, unit, "derived", end.documents)
                 for end in cost_figure(f"{figure}_{PER_CHIP[chip]}"))
    return between(low, high, label)


def provisioned_kw(chip: str) -> Range:
    """Power provisioned per accelerator with everything around it, as a benchmark's cost model implies: kw."""
    return implied("all_in_provisioned_power", chip, "kw", "power provisioned per accelerator")


def _of_chip(chip: str) -> dict[str, Range]:
    """What depends on the accelerator alone: the power provisioned for it and its arithmetic against an H100's."""
    return {"provisioned_kw": provisioned_kw(chip)} | against_h100(chip)


def _other_operating() -> Range:
    """Running cost of a gigawatt besides energy, from Epoch AI's model, which alone states it: usd a year."""
    parts = {name: published(f"epoch_{name}", name) for name in ("opex", "energy")}
    return span(lambda opex, energy: opex - energy, parts, "usd", "other operating cost per GW")


def against_h100(chip: str) -> dict[str, Range]:
    """Dense arithmetic of one accelerator over an H100's, at each of two precisions: ratio."""
    table = load_accelerators()
    ours, reference = (one_row(table, "accelerator", one) for one in (chip, REFERENCE_CHIP))
    documents = tuple(dict.fromkeys((ours["document_id"], reference["document_id"])))
    return {f"{precision}_against_h100_ratio": exactly(
        Quantity(ours[f"dense_{precision}_tflops"] / reference[f"dense_{precision}_tflops"], "ratio", "derived",
                 documents), f"arithmetic against an H100, {precision}") for precision in ("fp16", "fp8")}


def shares() -> dict[str, Range]:
    """Bernstein's shares of the capital of a site by part, with the rest that it does not break down: ratios."""
    parts = {part: published(f"{part}_share", label, 1 / PERCENT, "ratio") for part, label in PARTS.items()}
    rest = span(lambda **known: 1 - sum(known.values()), parts, "ratio", "Shell and what is not broken down")
    return parts | {"rest": rest}


PARTS = {"gpu": "GPUs", "network": "Network", "cpu": "Processors", "storage": "Storage",
         "plant": "Power and cooling plant"}
EQUIPMENT_PARTS = ("gpu", "network", "cpu", "storage")


def bernstein_equipment_share() -> Range:
    """Equipment in the capital: the sum of Bernstein's shares, and its price of the hardware over that of the rack."""
    by_part = shares()
    summed = span(lambda **known: sum(known.values()), {one: by_part[one] for one in EQUIPMENT_PARTS}, "ratio")
    hardware, rack = published("rack_compute", "hardware"), published("rack", "rack")
    priced = span(lambda hardware, rack: hardware / rack, {"hardware": hardware, "rack": rack}, "ratio")
    low, high = sorted((summed.at(), priced.at()), key=lambda one: one.value)
    return between(low, high, "equipment in the capital")


def _named(number: int, label: str) -> Range:
    """A number that the product's name states."""
    return exactly(Quantity(float(number), "count", "reported"), label)


def _counted_unstated() -> Range:
    """Overhead where the source does not say whose power it counts: between none and the largest PUE."""
    most = pue().at("high")
    return between(Quantity(1.0, "ratio", "estimated", most.documents), most, "overhead on the power counted")


def _bernstein() -> Structure:
    inputs = {"usd_per_gw": published("bernstein_gw", "capital per GW"),
              "rack_usd": published("rack", "price per rack"),
              "accelerators_per_rack_count": _named(RACK_ACCELERATORS, "accelerators per rack"),
              "equipment_share_ratio": bernstein_equipment_share(), "overhead_ratio": _counted_unstated(),
              "network_share_ratio": shares()["network"]}
    return Structure("bernstein", "Bernstein", "not stated", "racks", "GB200 accelerators",
                     inputs | _of_chip(RACK_CHIP), {"server_usd": "Counts racks, not servers"})


def _epoch() -> Structure:
    inputs = {"usd_per_gw": published("epoch_gw", "capital per GW"), "overhead_ratio": pue(),
              "equipment_share_ratio": assumed("epoch_it_share_ratio"),
              "equipment_life_years": published("epoch_equipment_life", "life of equipment", unit="years"),
              "facility_life_years": published("epoch_facility_life", "life of the facility", unit="years")}
    return Structure("epoch", "Epoch AI", "equipment alone", "power", "GB200 accelerators",
                     inputs | _of_chip(RACK_CHIP), NO_RACKS | {"network_share_ratio": "Not parted from servers"})


def _nvidia() -> Structure:
    """Nvidia gives a price per gigawatt alone: the share of equipment spans what the other structures say."""
    low, high = bernstein_equipment_share().at("low"), assumed("epoch_it_share_ratio").at("high")
    inputs = {"usd_per_gw": published("nvidia_gw", "capital per GW"), "overhead_ratio": _counted_unstated(),
              "equipment_share_ratio": between(low, high, "equipment in the capital, from the other structures")}
    return Structure("nvidia", "Nvidia", "not stated", "power", "GB200-class accelerators",
                     inputs | _of_chip(RACK_CHIP), NO_RACKS | {"network_share_ratio": "No split is given"})


NO_RACKS = {"rack_usd": "No price per rack", "server_usd": "Counts power, not servers"}


def _servers(chip: str = SERVER_CHIP) -> Structure:
    """Built up from parts: a server of eight, the network around it, and a building for the power it draws."""
    inputs, name = server_parts(chip), CHIP_NAMES[chip]
    own = {"usd_per_gw": span(_usd_per_gw, inputs, "usd", "capital per GW"),
           "server_usd": span(_server_usd, inputs, "usd", "price per server with everything"),
           "equipment_share_ratio": span(_equipment_share, inputs, "ratio", "equipment in the capital"),
           "network_share_ratio": span(_network_share, inputs, "ratio", "network in the capital"),
           "accelerators_per_server_count": _named(SERVER_ACCELERATORS, "accelerators per server"),
           "overhead_ratio": pue()}
    return Structure(f"{name.lower()}_servers", f"From parts, {name}", "equipment alone", "servers",
                     f"{name} accelerators", own | _of_chip(chip), {"rack_usd": "Counts servers, not racks"})


def server_parts(chip: str) -> dict[str, Range]:
    """Price and power of a server of eight per accelerator, the network's uplift and the building's cost per kW."""
    row = one_row(load_accelerators(), "accelerator", chip)
    price = Quantity(row["server_price_usd"], "usd", "reported", (row["server_price_document_id"],))
    return {
        "accelerator_usd": exactly(price, "server price per accelerator"), "power_kw": power_of(chip),
        "uplift_ratio": published("network_uplift", "network and storage on top", 1 / PERCENT, "ratio"),
        "construction_usd_per_kw": published("construction_mw", "building per kW", 1 / KW_PER_MW, "usd_per_kw"),
    }


def _all_in_usd(accelerator_usd, power_kw, uplift_ratio, construction_usd_per_kw):
    """Per accelerator: server, network and building."""
    return accelerator_usd * (1 + uplift_ratio) + power_kw * construction_usd_per_kw


def _server_usd(**parts):
    return SERVER_ACCELERATORS * _all_in_usd(**parts)


def _usd_per_gw(**parts):
    return _all_in_usd(**parts) / parts["power_kw"] * KW_PER_GW


def _equipment_share(**parts):
    return parts["accelerator_usd"] * (1 + parts["uplift_ratio"]) / _all_in_usd(**parts)


def _network_share(**parts):
    return parts["accelerator_usd"] * parts["uplift_ratio"] / _all_in_usd(**parts)


CHIP_NAMES = {SERVER_CHIP: "B200", REFERENCE_CHIP: "H100"}
STRUCTURES: dict[str, Callable[[], Structure]] = {
    "bernstein": _bernstein, "epoch": _epoch, "nvidia": _nvidia, "b200_servers": _servers,
    "h100_servers": partial(_servers, REFERENCE_CHIP),
}
"""The structures by name, in the order of a table's columns; the last is of a chip that is no longer the newest."""
CURRENT = tuple(name for name in STRUCTURES if name != "h100_servers")
