"""Units of the grid: definitions of capital intensity by level and by change do not share one.

Ten points of a level are a tenth of a year's revenue spent every year counted; ten points of a change are a rise by as
much every year. So the two kinds are two grids, each with its own median and joint test, and the smallest effect of
interest, laid down for the level, is held against levels alone. To set them side by side both are written per one
standard deviation of the definition within firms: what a firm's own capital intensity usually moves by.
"""

from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.errors import AnalysisError, require_known
from analysis.models.conventions import STEP
from analysis.models.grid import labels
from analysis.models.multiverse import Multiverse
from analysis.models.sample import estimation_rows
from analysis.models.trade_panel import CHANGES, DEFINITIONS, trade_panel

KINDS = {"level": [name for name in DEFINITIONS if name not in CHANGES], "change": list(CHANGES)}
"""The definitions of each kind."""


def of_kind(cells: pd.DataFrame, kind: str) -> pd.DataFrame:
    """The cells of a trade-off grid whose definition is a "level" or a "change", numbered anew.

    `cells`: of `grid`. UnknownName for another kind; AnalysisError when the grid holds no definition of it.
    """
    names = KINDS[require_known("kind of definition", kind, KINDS)]
    mine = cells[cells["definition"].isin(names)].reset_index(drop=True)
    if mine.empty:
        raise AnalysisError(f"no {kind} of capital intensity in the grid; it has {', '.join(set(cells['definition']))}")
    return mine


def deviation(panel: pd.DataFrame, definition: str) -> float:
    """Standard deviation of capital intensity around firm means, a ratio, over the rows of the primary choices.

    `panel`: frame of load_panel("year"). One number per definition, whatever a specification leaves out, so that a
    unit does not move with the choices. Misleads: a few large spenders make most of it.
    """
    rows, _ = estimation_rows(trade_panel(panel, definition=definition))
    within = rows["k"] - rows.groupby("ticker")["k"].transform("mean")
    return float(np.sqrt((within**2).sum() / (len(rows) - rows["ticker"].nunique())))


def in_deviations(found: Multiverse, panel: pd.DataFrame) -> Multiverse:
    """The same estimates per one standard deviation within firms instead of per ten points; no t or sign changes."""
    sizes = {name: deviation(panel, name) / STEP for name in found.cells["definition"].unique()}
    factor = found.cells["definition"].map(sizes).to_numpy(float)
    columns = ["estimate", "standard_error", "low", "high"]
    cells = found.cells.assign(**{name: found.cells[name] * factor for name in columns})
    return replace(found, cells=cells, estimates=found.estimates * factor[:, None])


def by_definition(found: Multiverse, panel: pd.DataFrame) -> pd.DataFrame:
    """One row per definition in one unit: definition, label, deviation_ratio, cells_count, estimate (median per
    deviation), low, high (5% and 95% of its cells), negative_ratio. `found`: per ten points, as `run_grid` gives it.
    """
    rows = []
    for definition, cells in in_deviations(found, panel).cells.groupby("definition", sort=False):
        low, middle, high = cells["estimate"].quantile([0.05, 0.5, 0.95])
        rows.append({"definition": definition, "label": labels()["definition", str(definition)],
                     "deviation_ratio": deviation(panel, str(definition)), "cells_count": len(cells),
                     "estimate": middle, "low": low, "high": high, "negative_ratio": (cells["estimate"] < 0).mean()})
    return pd.DataFrame(rows)
