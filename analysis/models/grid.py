"""The grid of specifications: every defensible choice with its reason, crossed with every other.

The choices and their reasons stand in `data/specification_choices.csv`, entered on the day of the first run. A choice
is primary, used or left out; the primary choice of every dimension together is the primary cell.
"""

from itertools import product

import pandas as pd

from analysis.errors import AnalysisError, require_known
from analysis.tables.read import read_table

PRIMARY, USED = "primary", "used"
STANDINGS = (PRIMARY, USED, "left out")
DIMENSIONS = {
    "definition": "Capital intensity", "lags": "Years of spending", "effects": "Effects", "controls": "Held constant",
    "sample": "Firms", "weights": "Weights", "outliers": "Outliers", "headcounts": "Headcounts",
    "threshold": "Event", "unknown": "Cuts of unknown size", "capex_block": "Capital block", "blocks": "Raced",
    "first_half": "Half-years", "estimates": "Outside estimates",
}
"""The dimensions in words."""
SAME_CELLS = {
    "trade_off": [{"sample": "without_hyperscalers", "effects": "group_year"}],
    "layoff_drivers": [{"threshold": "any", "unknown": "drop"},
                       {"sample": "without_oracle", "estimates": "counted"},
                       {"sample": "without_hyperscalers", "estimates": "counted"}],
}
"""Choices that together repeat another cell: without the hyperscalers there is one group, and its years are years;
an event of any size needs no size; the one outside estimate of two hundredths of the staff or more is Oracle's."""
EVERY = "every"
"""Keeps all choices of a dimension: a reader's parameter that restricts nothing."""


def choices(model: str = "trade_off") -> pd.DataFrame:
    """All choices of one model in order: dimension, choice, position, standing, label, dated, reason.

    UnknownName for a model without choices.
    """
    table = read_table("specification_choices")
    require_known("model with a grid", model, table["model"].unique())
    mine = table[table["model"] == model].drop(columns="model")
    first = mine["dimension"].map({name: place for place, name in enumerate(mine["dimension"].unique())})
    ordered = mine.assign(first=first).sort_values(["first", "position"], ignore_index=True)
    return ordered.drop(columns="first")


def dimensions(model: str = "trade_off") -> dict[str, list[str]]:
    """The choices in use per dimension, the primary one first; AnalysisError unless each has exactly one primary."""
    found: dict[str, list[str]] = {}
    for dimension, rows in choices(model).groupby("dimension", sort=False):
        primary = rows.loc[rows["standing"] == PRIMARY, "choice"]
        if len(primary) != 1:
            raise AnalysisError(f"{model}: {dimension} has {len(primary)} primary choices; it needs one")
        found[str(dimension)] = [*primary, *rows.loc[rows["standing"] == USED, "choice"]]
    return found


def grid(model: str = "trade_off", **kept: str) -> pd.DataFrame:
    """Every cell: one column per dimension, `specification` (the choices in words) and `is_primary`.

    `kept` fixes dimensions at one choice, for a smaller grid: grid(weights="equal"); EVERY fixes nothing. Cells that
    repeat another one (SAME_CELLS) are left out, so that nothing is counted twice. UnknownName for a dimension or
    choice.
    """
    found = dimensions(model)
    for dimension, choice in kept.items():
        require_known("dimension", dimension, found)
        if choice != EVERY:
            found[dimension] = [require_known(f"choice of {dimension}", choice, found[dimension])]
    cells = pd.DataFrame(list(product(*found.values())), columns=list(found))
    for together in SAME_CELLS.get(model, []):
        cells = cells[~(cells[list(together)] == pd.Series(together)).all(axis=1)]
    primary = pd.Series({dimension: options[0] for dimension, options in dimensions(model).items()})
    named = cells.assign(specification=cells.agg(" | ".join, axis=1), is_primary=(cells == primary).all(axis=1))
    return named.reset_index(drop=True)


def labels(model: str = "trade_off") -> dict[tuple[str, str], str]:
    """The words of each choice: (dimension, choice) to label."""
    return {(row.dimension, row.choice): row.label for row in choices(model).itertuples()}
