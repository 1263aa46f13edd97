"""Ways to obtain the same compute, on one scale: owned, colocated, rented by the hour or by commitment, by the token.

A `Comparison` is a dict of input ranges and the kind of workload. Everything is drawn once, so the options are
compared draw by draw, with the same price of electricity and the same fall of prices in each.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from inspect import signature

import numpy as np
import pandas as pd

from analysis.economics.draws import DRAWS, SEED, draw, middle_of
from analysis.economics.ranges import Range, provenance
from analysis.economics.renting import TERM_YEARS, by_the_hour_usd, egress_usd, per_token_usd, reserved_usd
from analysis.economics.schedules import present_value
from analysis.economics.tco import (
    CAPITAL_NAMES,
    MIDDLE,
    MILLION,
    REPLACED,
    RUNNING_NAMES,
    UPKEEP,
    capital_parts,
    discounted_years,
    priced_years,
    running_parts,
)
from analysis.economics.workload import Load, accelerators_needed, inference_load, training_load
from analysis.errors import AnalysisError, require_known
from analysis.quantity import Quantity

OPTIONS = {
    "owned": "owned", "colocated": "colocated", "cloud_on_demand": "cloud on demand",
    "cloud_reserved_1y": "cloud reserved for a year", "cloud_reserved_3y": "cloud reserved for three years",
    "cloud_spot": "cloud spot", "api": "API by the token",
}
LOADS: dict[str, Callable[..., Load]] = {"inference": inference_load, "training": training_load}
COMMON = ("horizon_years", "discount_ratio", "price_decline_ratio")
SPACE = ("colocation_usd_per_kw_month", "facility_usd_per_kw")
"""Rent of space and a building of one's own: an owner pays one of them."""
OWNED = tuple(name for name in dict.fromkeys((*CAPITAL_NAMES, *RUNNING_NAMES, "tax_ratio"))
              if name not in (*SPACE, *COMMON, "utilisation_ratio"))
SCALES = ("npv_usd", "usd_per_year", "usd_per_hour", "usd_per_million_tokens")
"""Today's dollars over the horizon; and per year, per accelerator-hour of work, per million output tokens."""


@dataclass(frozen=True)
class Comparison:
    """The ranges of all inputs by name, and the kind of workload ("inference" or "training")."""

    inputs: Mapping[str, Range]
    kind: str = "inference"

    def __post_init__(self) -> None:
        require_known("kind of workload", self.kind, LOADS)

    @property
    def load_names(self) -> tuple[str, ...]:
        """The inputs that make the workload."""
        return tuple(name for name in signature(LOADS[self.kind]).parameters if name in self.inputs)

    def load(self, numbers: Mapping) -> Load:
        """The workload for some numbers (or arrays of draws) of the inputs."""
        return LOADS[self.kind](**{name: numbers[name] for name in self.load_names})

    def centre(self) -> dict[str, float]:
        """Every input at its central value."""
        return {name: one.value for name, one in self.inputs.items()}

    def options(self) -> list[str]:
        """The options for which a price is among the inputs."""
        return [option for option in OPTIONS if _price_names(option)[0] in self.inputs]

    def cloud_option(self, pricing: str) -> str:
        """The option of a kind of cloud price; UnknownName names those on offer for this accelerator."""
        offered = {option.removeprefix("cloud_"): option for option in self.options() if option.startswith("cloud_")}
        return offered[require_known("cloud pricing on offer here", pricing, offered)]

    def names_for(self, option: str) -> list[str]:
        """The inputs one option rests on."""
        wanted = {*self.load_names, *COMMON, *_price_names(option)}
        if option in ("owned", "colocated"):
            wanted |= {*OWNED, "accelerators_per_server_count"}
        return [name for name in self.inputs if name in wanted]


def _price_names(option: str) -> tuple[str, ...]:
    """The inputs that make the price of an option; the first decides whether it can be compared."""
    cloud = ("token_bytes", "egress_usd_per_gb")
    return {"owned": ("server_usd", "facility_usd_per_kw"), "colocated": ("colocation_usd_per_kw_month", "server_usd"),
            "cloud_spot": ("spot_usd_per_hour", "spot_repeat_ratio", *cloud),
            "api": ("output_usd_per_million_tokens", "input_usd_per_million_tokens", "input_tokens_per_output"),
            }.get(option, (f"{option.removeprefix('cloud_')}_usd_per_hour", *cloud))


def fleet_counts(load: Load, accelerators_per_server_count=1.0) -> np.ndarray:
    """Accelerators owned in each year: whole servers for the peak so far, because none is sold before the end."""
    per_server = np.asarray(accelerators_per_server_count, float)[..., None]
    return np.maximum.accumulate(accelerators_needed(load.peak_count, 1.0, per_server), axis=-1)


def fleet_parts(load: Load, numbers: Mapping, is_colocated: bool) -> dict:
    """Today's dollars of the whole fleet by part, as `tco.owned_parts`; machines are added in the year of need."""
    counts = fleet_counts(load, numbers.get("accelerators_per_server_count", 1.0))
    space = SPACE[0] if is_colocated else SPACE[1]
    owned = {name: numbers[name] for name in (*OWNED, *COMMON, space) if name in numbers}
    capital = {name: owned[name] for name in (*CAPITAL_NAMES, *COMMON, "tax_ratio") if name in owned}
    running = {name: owned[name] for name in RUNNING_NAMES if name in owned}
    running["utilisation_ratio"] = load.utilisation(counts)
    kept = present_value(counts * load.part_of_year, numbers.get("discount_ratio", 0.0), MIDDLE)
    yearly = {name: cost * (1 - numbers.get("tax_ratio", 0.0)) for name, cost in running_parts(**running).items()}
    total = {name: 0.0 if name in UPKEEP else cost * kept for name, cost in yearly.items()}
    priced = {name: owned[name] for name in (*REPLACED, "horizon_years", "discount_ratio") if name in owned}
    added = np.diff(counts, axis=-1, prepend=0.0)
    for year in range(added.shape[-1]):
        if added[..., year].any():
            years = priced_years(start_years=float(year), **priced)
            upkeep = {name: yearly[name] * years for name in UPKEEP}
            for name, cost in (capital_parts(start_years=float(year), **capital) | upkeep).items():
                total[name] = total.get(name, 0.0) + added[..., year] * cost
    return total


def cost_usd(option: str, load: Load, numbers: Mapping):
    """Today's dollars of one option for a load, at some numbers (or arrays of draws) of the inputs."""
    require_known("option", option, OPTIONS)
    if option in ("owned", "colocated"):
        return sum(fleet_parts(load, numbers, option == "colocated").values())
    prices = [numbers.get(name, 0.0) for name in _price_names(option)]
    falls = {name: numbers[name] for name in ("price_decline_ratio", "discount_ratio") if name in numbers}
    if option == "api":
        return per_token_usd(load, *prices, **falls)
    sent = egress_usd(load, *prices[-2:], discount_ratio=falls.get("discount_ratio", 0.0))
    pricing = option.removeprefix("cloud_")
    if pricing in TERM_YEARS:
        return reserved_usd(load, prices[0], TERM_YEARS[pricing], **falls) + sent
    return by_the_hour_usd(load, prices[0], repeat_ratio=prices[1] if pricing == "spot" else 0.0, **falls) + sent


def scale_of(name: str, load: Load, numbers: Mapping):
    """What today's dollars are divided by to stand on one of SCALES."""
    require_known("scale", name, SCALES)
    rate = numbers.get("discount_ratio", 0.0)
    if name == "npv_usd":
        return 1.0
    if name == "usd_per_year":
        return discounted_years(numbers["horizon_years"], rate)
    quantity, size = ("hours", 1.0) if name == "usd_per_hour" else ("tokens", MILLION)
    return load.present(quantity, rate) / size


@dataclass(frozen=True)
class Outcome:
    """The drawn costs of every option of a comparison, in today's dollars, and what they are divided by."""

    comparison: Comparison
    costs: Mapping[str, np.ndarray]
    scales: Mapping[str, np.ndarray | float]

    def range_of(self, option: str, scale: str = "npv_usd") -> Range:
        """The 5%, 50% and 95% points of one option on one scale."""
        require_known("option", option, self.costs)
        inputs = {name: self.comparison.inputs[name] for name in self.comparison.names_for(option)}
        return middle_of(self.costs[option] / self.scales[scale], inputs, scale, OPTIONS[option])

    def saved_ratio(self, option: str) -> Range:
        """What owning saves as a share of an option's cost (below zero: what it costs more), draw by draw."""
        return middle_of(1 - self.costs["owned"] / self.costs[option], self._both(option), "ratio", "saving")

    def owned_wins(self, option: str) -> Quantity:
        """The share of draws in which owning costs less than an option."""
        basis, documents = provenance(self._both(option).values())
        return Quantity(float((self.costs["owned"] < self.costs[option]).mean()), "ratio", basis, documents)

    def _both(self, option: str) -> dict[str, Range]:
        """The inputs that owning or the option rests on."""
        require_known("option", option, self.costs)
        names = {*self.comparison.names_for("owned"), *self.comparison.names_for(option)}
        return {name: one for name, one in self.comparison.inputs.items() if name in names}


def simulate(comparison: Comparison, count: int = DRAWS, seed: int = SEED) -> Outcome:
    """Draw every input once and cost every option; AnalysisError when nothing can be owned."""
    options = comparison.options()
    if "owned" not in options:
        raise AnalysisError("nothing to compare with: no purchase price among the inputs")
    drawn = draw(comparison.inputs, count, seed)
    load = comparison.load(drawn)
    scales = SCALES if comparison.kind == "inference" else SCALES[:-1]
    return Outcome(comparison, {option: np.asarray(cost_usd(option, load, drawn)) for option in options},
                   {scale: scale_of(scale, load, drawn) for scale in scales})


def option_table(outcome: Outcome) -> pd.DataFrame:
    """One row per option, cheapest middle first, on every scale.

    Columns: option, label, owned_wins_ratio (share of draws in which owning costs less, missing for owning) with basis
    and documents,
    then per scale <scale>_low, <scale> and <scale>_high (5%, 50%, 95% of draws) with
    <scale>_basis and <scale>_documents.
    """
    rows = []
    for option in outcome.costs:
        wins = outcome.owned_wins(option)
        row: dict = {"option": option, "label": OPTIONS[option],
                     "owned_wins_ratio": math.nan if option == "owned" else wins.value,
                     "owned_wins_ratio_basis": wins.basis, "owned_wins_ratio_documents": " ".join(wins.documents)}
        for scale in outcome.scales:
            one = outcome.range_of(option, scale)
            row |= {f"{scale}_low": one.low, scale: one.value, f"{scale}_high": one.high,
                    f"{scale}_basis": one.basis, f"{scale}_documents": " ".join(one.documents)}
        rows.append(row)
    return pd.DataFrame(rows).sort_values("npv_usd", ignore_index=True)
