"""Paths of capital spending, and the habits by which spending becomes property in service."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from analysis.economics.ranges import Range, assumed
from analysis.errors import AnalysisError, require_known
from analysis.metrics.guidance import guidance_against_actual, latest_open_guidance
from analysis.numerals import percent_text
from analysis.outlook.filer import Filer
from analysis.outlook.placed import SERVERS, Placed
from analysis.outlook.reconcile import provenance_of
from analysis.quantity import weakest
from analysis.tables.guidance import load_guidance

SPENT, GUIDED, FLAT, GROWTH, BUST = "spent", "guided", "flat", "growth", "bust"
PATHS = (SPENT, GUIDED, FLAT, GROWTH, BUST)
LAST_YEAR, GUIDED_YEAR = "last year", "guided year"
CAPITAL = "capex_with_finance_leases"


def path_step(path: str, years: int, is_guided: bool) -> tuple[str, float]:
    """What a path spends so many years after the last reported one: (of LAST_YEAR or GUIDED_YEAR, times what).

    The one definition of every path. Flat and bust rest on the last reported year alone: the bust falls by the
    register's rate at once and stays. Growth goes on from the guided year where there is guidance, else from the last.
    UnknownName for a path that does not exist, AnalysisError for GUIDED without guidance.
    """
    require_known("path", path, PATHS)
    if path == GUIDED and not is_guided:
        raise AnalysisError(f"no guidance, so no path {GUIDED!r}; take {FLAT!r}")
    rise, fall = (assumed(f"{name}_path_ratio").value for name in (GROWTH, BUST))
    growth = (GUIDED_YEAR, (1 + rise) ** (years - 1)) if is_guided else (LAST_YEAR, (1 + rise) ** years)
    return {SPENT: (LAST_YEAR, 0.0), GUIDED: (GUIDED_YEAR, 1.0), FLAT: (LAST_YEAR, 1.0), GROWTH: growth,
            BUST: (LAST_YEAR, 1 + fall)}[path]


def path_words(path: str, is_guided: bool | None = None) -> str:
    """A path in words; `is_guided` None where both cases stand together."""
    require_known("path", path, PATHS)
    rise, fall = (percent_text(abs(assumed(f"{name}_path_ratio").value), 0) for name in (GROWTH, BUST))
    start = {True: " after the guided year", False: "", None: " after guidance, or after last year"}[is_guided]
    return {SPENT: "nothing more spent", GUIDED: "as guided, then flat", FLAT: "flat at last year's level",
            GROWTH: f"up {rise} a year{start}", BUST: f"{fall} below last year"}[path]


def habits(filer: Filer, placed: Placed) -> dict[str, Range]:
    """What the last years show, each with the least and most of those years.

    acquired_ratio: bought and leased over capital expenditure; a rise of what is unpaid is no habit and left out.
    pace_ratio: placed in service over what was under construction and acquired, in `pace_years`. servers_ratio:
    servers over all placed in service.
    """
    years = range(filer.last_year - int(assumed("carried_years").value) + 1, filer.last_year + 1)
    put = {year: sum(float(np.mean(value)) for value in placed.in_year(year).values())
           for year in range(placed.opening_year + 1, filer.last_year + 1)}
    built = {year: float(np.mean(value)) for year, value in placed.construction.items()}
    known = pace_years(placed)
    ratios = {
        "acquired_ratio": (filer.bought, filer.capex, years),
        "pace_ratio": (put, {year: put[year] + built[year] for year in known}, known),
        "servers_ratio": ({year: float(np.mean(placed.in_year(year)[SERVERS])) for year in years}, put, years)}
    basis, documents = provenance_of(filer)
    return {name: _habit(*parts, name, weakest("estimated", basis), documents) for name, parts in ratios.items()}


def pace_years(placed: Placed) -> list[int]:
    """The last fiscal years with construction known at both ends: as many as are carried on, older ones over gaps."""
    known = [year for year in range(placed.opening_year + 1, placed.last_year + 1)
             if {year - 1, year} <= set(placed.construction)]
    return known[-int(assumed("carried_years").value):]


def _habit(upper: dict, lower: dict, years, name: str, basis: str, documents: tuple[str, ...]) -> Range:
    each = [upper[year] / lower[year] for year in years]
    middle = sum(upper[year] for year in years) / sum(lower[year] for year in years)
    return Range(min(each), middle, max(each), "ratio", basis, documents, "triangular", name)


def spending_paths(filer: Filer, as_of: str = "latest") -> dict[str, Callable]:
    """By path, a function of (fiscal year, drawn inputs) that gives capital expenditure; GUIDED only with guidance."""
    is_guided = open_guidance(filer, as_of) is not None

    def level(path: str) -> Callable:
        def spent(year: int, inputs: dict):
            start, factor = path_step(path, year - filer.last_year, is_guided)
            return factor * (inputs["guided_usd"] if start == GUIDED_YEAR else filer.capex[filer.last_year])
        return spent

    return {path: level(path) for path in PATHS if is_guided or path != GUIDED}


def open_guidance(filer: Filer, as_of: str = "latest") -> Range | None:
    """The latest guidance for the year after the last balance, as capital expenditure; None where none is known.

    Guidance that counts finance-lease principal is brought to capital expenditure in the ratio of the last year.
    A ceiling or floor alone stands for both ends.
    """
    given = load_guidance([filer.ticker], as_of)
    rows = latest_open_guidance(guidance_against_actual(given, filer.panel))
    rows = rows[rows["period_end"].dt.year == filer.last_year + 1]
    if rows.empty:
        return None
    row = rows.iloc[-1]
    ends = sorted(float(row[end]) for end in ("low_usd", "high_usd") if pd.notna(row[end]))
    scale = _without_principal(filer) if row["definition"] == CAPITAL else 1.0
    low, high = ends[0] * scale, ends[-1] * scale
    return Range(low, (low + high) / 2, high, "usd", "derived", (row["document_id"],),
                 "uniform" if low < high else "point", "guided capital expenditure")


def _without_principal(filer: Filer) -> float:
    last = filer.panel[filer.panel["period_end"].dt.year == filer.last_year].iloc[-1]
    return float(last["capex_usd"] / last["capex_with_finance_leases_usd"])
