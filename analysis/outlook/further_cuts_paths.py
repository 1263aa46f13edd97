"""Capital expenditure and depreciation of the next two years under each path of spending.

Depreciation of the hyperscalers comes from the vintage model; of other companies, from the change that each year's
spending brings over accounting lives. Both are moved to the reported depreciation of the last full year.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from analysis.economics.budget_inputs import PLAIN, CapexStep
from analysis.economics.ranges import Range, assumed, exactly, span
from analysis.economics.schedules import straight_line
from analysis.errors import require_known
from analysis.outlook.depreciation_paths import paths_table
from analysis.outlook.filer import HYPERSCALERS
from analysis.outlook.spending import BUST, FLAT, GROWTH, GUIDED, GUIDED_YEAR, path_step, path_words
from analysis.quantity import weakest
from analysis.tables.cells import quantity_in

PATHS = (GUIDED, FLAT, GROWTH, BUST)
HORIZON = (1, 2)
"""Years after the last full one that are asked about."""
AS_PERCENTILES = "lognormal"
"""The shape of draws whose ends are 5% and 95% points, as those of the vintage model are."""
LIVES = ("server_share_ratio", "server_life_years", "building_life_years")


def path_label(path: str, is_guided: bool | None = None) -> str:
    """A path in words that follow "capital spending", as `path_words` of spending.py has them.

    UnknownName for a path that does not exist.
    """
    require_known("path", path, PATHS)
    return path_words(path, is_guided)


@dataclass(frozen=True)
class Ahead:
    """One year of one path: capital expenditure and, where it can be told, depreciation."""

    capex: Range
    depreciation: Range | None

    @property
    def inputs(self) -> dict[str, Range]:
        """By the names the yardsticks take."""
        known = {"capex_then_usd": self.capex}
        return known | ({} if self.depreciation is None else {"depreciation_then_usd": self.depreciation})


def capex_paths(base: Range, step: CapexStep | None) -> dict[str, list[Range]]:
    """Capital expenditure of the next two years by path, as `path_step` of spending.py defines it: usd, each a range.

    `base`: that of the last full year. "guided" is absent without guidance.
    """
    def level(path: str, years: int) -> Range:
        start, factor = path_step(path, years, step is not None)
        return _times(step.after if step is not None and start == GUIDED_YEAR else base, factor)

    return {path: [level(path, years) for years in HORIZON] for path in PATHS if step is not None or path != GUIDED}


def _times(one: Range, factor: float) -> Range:
    return one if factor == 1 else Range(one.low * factor, one.value * factor, one.high * factor, one.unit, "scenario",
                                         one.documents, one.shape, one.label)


def vintage_charges(ticker: str, as_of: str, end: pd.Timestamp) -> pd.DataFrame:
    """The vintage model's rows for a hyperscaler whose last reported year ends at `end`; empty for any other case."""
    if ticker not in HYPERSCALERS:
        return pd.DataFrame()
    rows = paths_table(ticker, as_of)
    return rows if rows["fiscal_year"].min() == end.year else rows.iloc[0:0]


def modelled_now(charges: pd.DataFrame) -> Range | None:
    """The vintage model's depreciation of the last full year, for a filer that does not report it."""
    if charges.empty:
        return None
    row = charges.sort_values("fiscal_year").iloc[0]
    return _charge(row, float(row["depreciation_usd"]), 0.0, "estimated")


def _charge(row: pd.Series, middle: float, moved: float, basis: str) -> Range:
    """One year of the model as a range; its central case may lie just outside the draws' percentiles.

    The ends are the 5% and 95% points of the model's draws, and are drawn again as such.
    """
    low, value, high = sorted((float(row["low_usd"]), middle, float(row["high_usd"])))
    documents = tuple(str(row["depreciation_usd_documents"]).split())
    return Range(low + moved, value + moved, high + moved, "usd", basis, documents, AS_PERCENTILES, "depreciation then")


def ahead_of(charges: pd.DataFrame, panel: pd.DataFrame, end: pd.Timestamp, inputs: dict[str, Range],
             step: CapexStep | None) -> dict[tuple[str, int], Ahead]:
    """Every path and year that can be told, by (path, years after the base).

    `charges`: frame of `vintage_charges`; where it is empty the small model stands in.
    """
    if "capex_usd" not in inputs:
        return {}
    history, base = _history(panel, end), inputs.get("depreciation_usd")
    found = {}
    for path, spending in capex_paths(inputs["capex_usd"], step).items():
        for years in HORIZON:
            spent = spending[:years]
            charge = None if base is None else (
                _from_vintages(charges, path, end.year + years, base) if path in set(charges.get("path", []))
                else _from_cohorts([inputs["capex_usd"], *history], spent, base, years))
            found[path, years] = Ahead(spent[-1], charge)
    return found


def _from_vintages(charges: pd.DataFrame, path: str, fiscal_year: int, base: Range) -> Range:
    """The model's depreciation, moved by what it misses of the last full year."""
    mine = charges[charges["path"] == path].set_index("fiscal_year")
    row = mine.loc[fiscal_year]
    missed = base.value - float(mine["depreciation_usd"].iloc[0])
    return _charge(row, float(row["depreciation_usd"]), missed, weakest(base.basis, row["depreciation_usd_basis"]))


def _history(panel: pd.DataFrame, end: pd.Timestamp) -> list[Range]:
    """Capital expenditure of the full years before the last, newest first, up to a gap."""
    rows = panel[(panel["period_end"] <= end) & panel[PLAIN].notna()].sort_values("period_end", ascending=False)
    gaps = rows["calendar_year"].diff().fillna(-1) != -1
    rows = rows[~gaps.cummax()]
    return [exactly(quantity_in(one, PLAIN), "capital expenditure") for _, one in rows.iloc[1:].iterrows()]


def _from_cohorts(past: list[Range], spending: list[Range], base: Range, years: int) -> Range:
    """Depreciation of the year: the last full year's plus the change that each year's spending brings.

    `past`: the last full year's spending and those before it; `spending`: the years after it.
    """
    known = [(age, one) for age, one in enumerate(past)] + [(-number, one) for number, one in
                                                            enumerate(spending, start=1)]
    moving = {f"spent_{-age}": one for age, one in known if one.low < one.high}
    fixed = [(age, one.value) for age, one in known if one.low == one.high]
    model = partial(_charge_then, years=years, fixed=fixed)
    found = span(model, {name: assumed(name) for name in LIVES} | {"charge_usd": base} | moving, "usd")
    documents = tuple(dict.fromkeys(found.documents + tuple(one for _, part in known for one in part.documents)))
    return Range(found.low, found.value, found.high, "usd", found.basis, documents, found.shape, "depreciation then")


def _charge_then(charge_usd, server_share_ratio, server_life_years, building_life_years, *, years: int,
                 fixed: list[tuple[int, float]], **moving):
    cohorts = fixed + [(-int(name.removeprefix("spent_")), spent) for name, spent in moving.items()]
    return charge_usd + sum(change_of_charge(spent, age, server_share_ratio, server_life_years, building_life_years,
                                             years=years) for age, spent in cohorts)


def change_of_charge(spent_usd, years_ago, server_share_ratio, server_life_years, building_life_years, *, years):
    """Change of depreciation between the last full year and `years` later from one year's spending: usd.

    `years_ago`: 0 for the last full year, above for earlier ones, below for later ones. Servers and buildings run
    down in a straight line, half a year's charge in the first.
    """
    change = np.zeros(1)
    for share, life in ((server_share_ratio, server_life_years), (1 - server_share_ratio, building_life_years)):
        for sign, age in ((1, years_ago + years + 1), (-1, years_ago + 1)):
            if age >= 1:
                change = change + sign * share * straight_line(spent_usd, life, age)
    return change if change.size > 1 else float(change[0])
