"""The vintage model against the depreciation that was reported: the error of every firm-year, and what is missing."""

import numpy as np
import pandas as pd

from analysis.economics.draws import TAIL, draw
from analysis.economics.ranges import Range, assumed
from analysis.outlook.filer import Filer, hyperscalers
from analysis.outlook.lives import MIDDLE
from analysis.outlook.placed import CONSTRUCTION, SERVERS, Placed, placed_in_service
from analysis.outlook.vintages import depreciation
from analysis.quantity import weakest

DRAWS = 400
SHARED = ("land_share_ratio", "construction_multiple_ratio")


def places(filer: Filer) -> dict[str, Range]:
    """The inputs of the past that are drawn: where in its given range each life lies, and the register's shares."""
    classes = sorted(set(filer.table.rows["asset_class"]))
    return {f"{name}_place_ratio": Range(0.0, MIDDLE, 1.0, "ratio", "scenario", (), "triangular",
                                         f"life of {words_of(name)}") for name in classes} | {
        name: assumed(name) for name in SHARED}


def words_of(asset_class: str) -> str:
    """An asset class in words."""
    return asset_class.replace("_", " ")


def by_class(filer: Filer, placed: Placed, place: dict | None = None) -> dict[str, np.ndarray]:
    """Depreciation by asset class: years along the first axis, from `placed.first_year`."""
    return {name: depreciation(cost, placed.first_year, filer.lives_of(name, place))
            for name, cost in placed.classes.items()}


def computed(filer: Filer, place: dict | None = None) -> dict[int, np.ndarray | float]:
    """Depreciation by fiscal year after the opening balance, central or with drawn inputs."""
    placed = placed_in_service(filer, place)
    total = np.sum(list(by_class(filer, placed, place).values()), axis=0)
    return {year: total[year - placed.first_year] for year in range(placed.opening_year + 1, placed.last_year + 1)}


def reconciled(filers: list[Filer] | None = None, draws: int = DRAWS) -> pd.DataFrame:
    """Every firm-year with a reported charge and a computed one, by ticker and year; all hyperscalers unless given.

    Columns: ticker, name, fiscal_year, computed_usd with its 5% and 95% points low_usd and high_usd, reported_usd,
    error_ratio (computed over reported, less 1), is_within (reported between the points) and within (the same in
    words), is_large (beyond the register's bound), missing (inputs that were not found; empty when none is), lever
    (the input that at one end of its range brings the computed charge nearest to the reported) and lever_error_ratio
    (the error then), basis and documents. Nothing is fitted to the reported charge: it enters only here. Misleads:
    errors of two classes may cancel.
    """
    return pd.concat([_of(filer, draws) for filer in filers or hyperscalers()], ignore_index=True)


def _of(filer: Filer, draws: int) -> pd.DataFrame:
    central, spread = computed(filer), computed(filer, draw(places(filer), draws))
    bound, moved = assumed("error_to_name_ratio").value, levers(filer)
    basis, documents = provenance_of(filer)
    rows = []
    for year in [one for one in central if one in filer.reported]:
        low, high = np.quantile(spread[year], [TAIL, 1 - TAIL])
        error = float(central[year] / filer.reported[year] - 1)
        rows.append({
            "ticker": filer.ticker, "name": filer.name, "fiscal_year": year, "computed_usd": float(central[year]),
            "low_usd": float(low), "high_usd": float(high), "reported_usd": filer.reported[year],
            "error_ratio": error, "is_within": low <= filer.reported[year] <= high, "is_large": abs(error) > bound,
            "missing": "; ".join(missing_inputs(filer, year)), **_nearest(moved, year, filer.reported[year]),
            "error_ratio_basis": basis, "lever_error_ratio_basis": "scenario",
            "error_ratio_documents": " ".join(documents)})
    return pd.DataFrame(rows).assign(within=["yes" if row["is_within"] else "no" for row in rows],
                                     computed_usd_basis=basis, computed_usd_documents=" ".join(documents),
                                     reported_usd_basis="reported", reported_usd_documents=" ".join(documents))


def levers(filer: Filer) -> pd.DataFrame:
    """The charge of every year with one input at one end of its range and the others central: a row per end."""
    ranges = places(filer)
    ends = [(name, end) for name in ranges for end in ("low", "high")]
    place = {name: np.array([getattr(one, end) if name == moved else one.value for moved, end in ends])
             for name, one in ranges.items()}
    words = [f"{ranges[name].label} at its {end} end" for name, end in ends]
    return pd.DataFrame(computed(filer, place), index=words)


def _nearest(moved: pd.DataFrame, fiscal_year: int, reported: float) -> dict:
    errors = moved[fiscal_year] / reported - 1
    return {"lever": errors.abs().idxmin(), "lever_error_ratio": float(errors[errors.abs().idxmin()])}


def provenance_of(filer: Filer) -> tuple[str, tuple[str, ...]]:
    """The weakest basis of the notes and lives of one filer, at least "derived", and their documents.

    A filer without construction of its own rests on the register's choice: "scenario".
    """
    known = CONSTRUCTION in set(filer.notes["item"])
    rows = pd.concat([filer.notes[["basis", "document_id"]], filer.table.rows[["basis", "document_id"]]])
    return weakest("derived" if known else "scenario", *rows["basis"]), tuple(dict.fromkeys(rows["document_id"]))


def missing_inputs(filer: Filer, fiscal_year: int) -> list[str]:
    """What the model lacks for one firm-year, the weightiest first."""
    balance = filer.notes[filer.notes["kind"] == "balance"]
    found = []
    if CONSTRUCTION not in set(balance["item"]):
        found.append("construction in progress")
    if not {fiscal_year - 1, fiscal_year} <= set(filer.noted(SERVERS)):
        found.append("cost of servers at a year-end")
    elif _is_estimated(balance, fiscal_year):
        found.append("exact cost of servers")
    if fiscal_year <= filer.opening_year + float(filer.lives_of(SERVERS).at(filer.opening_year)):
        found.append("age of older assets")
    if fiscal_year in filer.noted("retired_early"):
        found.append("servers retired early")
    if fiscal_year not in filer.noted("net_additions"):
        found += [] if fiscal_year in filer.noted("leases_obtained") else ["assets obtained by lease"]
        unpaid = filer.noted("unpaid_purchases")
        found += [] if {fiscal_year - 1, fiscal_year} <= set(unpaid) else ["purchases not yet paid"]
    return found


def _is_estimated(balance: pd.DataFrame, fiscal_year: int) -> bool:
    """Whether the cost of servers at either end of the year is not as filed."""
    ends = balance[(balance["item"] == SERVERS) & balance["period_end"].dt.year.isin([fiscal_year - 1, fiscal_year])]
    return bool((ends["basis"] != "reported").any())
