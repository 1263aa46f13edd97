"""Is owned compute cheaper than rented? The break-even points and parts behind one comparison.

Ranges come from draws (5%, 50%, 95%); the surfaces stand at central values. Everything here arranges the models of
`tco`, `renting` and `breakeven` for one accelerator of a comparison.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd

from analysis.economics.breakeven import (
    break_even_surface,
    break_even_utilisation,
    owned_to_rented_ratio,
    years_to_break_even,
)
from analysis.economics.draws import DRAWS, draw, middle_of, one_at_a_time
from analysis.economics.options import (
    COMMON,
    OPTIONS,
    OWNED,
    Comparison,
    cost_usd,
    fleet_counts,
    fleet_parts,
    scale_of,
)
from analysis.economics.ranges import Range, exactly, provenance
from analysis.economics.renting import TERM_YEARS
from analysis.economics.workload import most_tokens_per_day
from analysis.errors import AnalysisError, require_known
from analysis.quantity import Quantity
from analysis.tables.compute import load_constraints

GRID = 41
"""Points along each side of a drawn surface: what a page can carry. The model itself takes any number."""
MOST_SWINGS = 8
"""Inputs a tornado shows."""
LEFT_EDGE = 0.2
"""Utilisation below which few workloads are of interest."""
NEVER = 100.0
"""A payback in years, or a break-even share, beyond this is written as this: the middle of draws must be a number."""


def one_accelerator(comparison: Comparison, pricing: str) -> dict[str, Range]:
    """The inputs of one owned accelerator and of renting one at a pricing, at the workload's own utilisation.

    A reservation brings its `term_years`, spot its `repeat_ratio` (keywords of `breakeven.rented_usd`).
    UnknownName when the accelerator is not offered at that pricing.
    """
    price = f"{comparison.cloud_option(pricing).removeprefix('cloud_')}_usd_per_hour"
    inputs = {name: comparison.inputs[name] for name in (*OWNED, *COMMON, "facility_usd_per_kw")
              if name in comparison.inputs}
    numbers = comparison.centre()
    load = comparison.load(numbers)
    used = float(load.utilisation(fleet_counts(load, numbers["accelerators_per_server_count"])))
    sized_by = (*comparison.load_names, "accelerators_per_server_count")
    basis, documents = provenance(comparison.inputs[name] for name in sized_by)
    busy = exactly(Quantity(used, "ratio", basis, documents), "utilisation of the owned accelerators")
    if pricing in TERM_YEARS:
        inputs["term_years"] = exactly(TERM_YEARS[pricing], "term of the reservation", "years")
    elif pricing == "spot":
        inputs["repeat_ratio"] = comparison.inputs["spot_repeat_ratio"]
    return inputs | {"cloud_usd_per_hour": comparison.inputs[price], "utilisation_ratio": busy}


def drawn_range(model: Callable, inputs: dict[str, Range], unit: str, label: str, count: int = DRAWS) -> Range:
    """A model of one accelerator over draws of its inputs; `utilisation_ratio` is dropped where the model finds it."""
    return middle_of(np.asarray(model(**draw(inputs, count))), inputs, unit, label)


def break_even_share(one: dict[str, Range]) -> Range:
    """The utilisation at which owning costs as much as renting; above 1 there is none (NEVER at most).

    Against a reservation there is none either: 0 says owning is the cheaper way at every use.
    """
    return drawn_range(_share, at_any_use(one), "ratio", "break-even utilisation")


def never_breaks_even(one: dict[str, Range], count: int = DRAWS) -> Quantity:
    """The share of draws in which owning is not the cheaper way even when the machines work all hours."""
    inputs = at_any_use(one)
    basis, documents = provenance(inputs.values())
    return Quantity(float((_share(**draw(inputs, count)) > 1).mean()), "ratio", basis, documents)


def at_any_use(one: dict[str, Range]) -> dict[str, Range]:
    """The inputs without the utilisation, for what does not depend on it."""
    return {name: value for name, value in one.items() if name != "utilisation_ratio"}


def _share(**inputs):
    return np.minimum(break_even_utilisation(**inputs), NEVER)


def break_even_volume(comparison: Comparison, one: dict[str, Range]) -> Range:
    """Million output tokens a day on one server at which owning it costs as much as renting the hours worked.

    Above what the server can serve there is none: look at `break_even_share` first.
    """
    speed = {name: comparison.inputs[name] for name in ("benchmark_tokens_per_second", "achieved_speed_ratio")}
    inputs = at_any_use(one) | speed
    size = comparison.inputs["accelerators_per_server_count"].value
    return drawn_range(partial(_volume, size), inputs, "million_tokens_per_day", "break-even volume")


def _volume(accelerators_count, *, benchmark_tokens_per_second, achieved_speed_ratio, **inputs):
    most = most_tokens_per_day(accelerators_count, benchmark_tokens_per_second * achieved_speed_ratio)
    return most * _share(**inputs)


def break_even_rent(one: dict[str, Range]) -> Range:
    """Dollars per accelerator-hour of rent at which owning costs as much, at the workload's own utilisation."""
    return drawn_range(_rent, one, "usd_per_hour", "break-even rent")


def _rent(*, cloud_usd_per_hour, **inputs):
    return cloud_usd_per_hour * owned_to_rented_ratio(cloud_usd_per_hour=cloud_usd_per_hour, **inputs)


def payback(one: dict[str, Range]) -> Range:
    """Years until the rent saved has paid the outlay; NEVER where it never does."""
    return drawn_range(_payback, one, "years", "years to break even")


def paid_back_in_time(one: dict[str, Range], count: int = DRAWS) -> Quantity:
    """The share of draws in which the rent saved pays the outlay within the horizon."""
    basis, documents = provenance(one.values())
    years = _payback(**draw(one, count))
    return Quantity(float((years <= one["horizon_years"].value).mean()), "ratio", basis, documents)


def _payback(**inputs):
    return np.minimum(years_to_break_even(**inputs), NEVER)


def parts_table(comparison: Comparison, option: str = "owned", count: int = DRAWS) -> pd.DataFrame:
    """What an owned fleet costs a year, by part, largest first: mean over the draws, so that the parts add up.

    Columns: part, usd_per_year, share_ratio (of the sum), with basis and documents.
    """
    if option not in ("owned", "colocated"):
        raise AnalysisError(f"{option!r} has no parts; nearest possible: owned, colocated")
    drawn = draw({name: comparison.inputs[name] for name in comparison.names_for(option)}, count)
    parts = fleet_parts(comparison.load(drawn), drawn, option == "colocated")
    years = scale_of("usd_per_year", comparison.load(drawn), drawn)
    yearly = pd.Series({name: float(np.mean(cost / years)) for name, cost in parts.items()})
    yearly["servers, less resale"] = yearly.pop("servers") + yearly.pop("resale")
    yearly = yearly[yearly != 0].sort_values(ascending=False)
    basis, documents = provenance(comparison.inputs[name] for name in comparison.names_for(option))
    table = yearly.rename("usd_per_year").rename_axis("part").reset_index()
    return table.assign(share_ratio=table["usd_per_year"] / table["usd_per_year"].sum(), usd_per_year_basis=basis,
                        usd_per_year_documents=" ".join(documents))


def saving_swings(comparison: Comparison, option: str, scale: str = "usd_per_million_tokens",
                  most: int = MOST_SWINGS) -> pd.DataFrame:
    """What owning saves against an option when one input stands at its ends and the others centrally.

    Columns: input, label, low and high (dollars on the scale), swing, with low_basis and low_documents; widest
    first.
    """
    require_known("option", option, OPTIONS)
    names = {*comparison.names_for("owned"), *comparison.names_for(option)}
    inputs = {name: one for name, one in comparison.inputs.items() if name in names}
    table = one_at_a_time(partial(_saving, comparison, option, scale), inputs)
    table = table[table["swing"] > 0].head(most)
    ends = table[["at_low", "at_high"]]
    return table.assign(low=ends.min(axis=1), high=ends.max(axis=1)).rename(
        columns={"swing_basis": "low_basis", "swing_documents": "low_documents"})


def turning_words(swings: pd.DataFrame) -> str:
    """Whether one input alone can turn the sign of the saving, in words."""
    turning = swings[(swings["low"] < 0) & (swings["high"] > 0)]
    if turning.empty:
        return "no single input turns the result"
    return f"the {turning.iloc[0]['label']} alone can turn the result"


def _saving(comparison: Comparison, option: str, scale: str, **numbers):
    load = comparison.load(numbers)
    saved = cost_usd(option, load, numbers) - cost_usd("owned", load, numbers)
    return saved / scale_of(scale, load, numbers)


def rent_surface(one: dict[str, Range], lowest_usd: float, highest_usd: float) -> pd.DataFrame:
    """Owned over rented cost by utilisation and rent per hour, for drawing; from half the lowest rent of interest."""
    return surface_frame(one, "cloud_usd_per_hour", lowest_usd / 2, highest_usd)


def life_surface(one: dict[str, Range]) -> pd.DataFrame:
    """Owned over rented cost by utilisation and years in service, over the register's years, for drawing."""
    return surface_frame(one, "life_years", one["life_years"].low, one["life_years"].high)


def surface_frame(one: dict[str, Range], up: str, low: float, high: float) -> pd.DataFrame:
    """Owned over rented cost on a grid of utilisation and another input, one row per point, for drawing.

    Utilisation starts at half of the workload's, or of LEFT_EDGE where that is lower.
    """
    table = break_even_surface(one, up, low, high, min(one["utilisation_ratio"].value, LEFT_EDGE) / 2, GRID)
    return table.stack().rename("owned_to_rented_ratio").reset_index()


def constraints_table() -> pd.DataFrame:
    """What is not money, option by option: constraint, label, score_count (5 is best) and the reason.

    Judgement, not measurement; the scores are never added to the money or to each other.
    """
    labels = OPTIONS | {"cloud_reserved": "cloud, reserved"}
    scores = load_constraints()
    return scores.assign(label=scores["option"].map(labels)).sort_values(
        ["constraint", "score_count"], ascending=[True, False], kind="stable", ignore_index=True)
