"""One cell of a panel as a Quantity: value, unit, basis and documents together."""

import math

import pandas as pd

from analysis.errors import AnalysisError
from analysis.quantity import Quantity

UNITS = ("usd_per_person", "usd", "persons", "ratio", "count")
"""Unit suffixes of panel columns, longest first."""


def unit_of(column: str) -> str:
    """The unit a panel column ends in; AnalysisError when it names none."""
    for unit in UNITS:
        if column.endswith("_" + unit):
            return unit
    raise AnalysisError(f"column {column!r} names no unit; units: {', '.join(UNITS)}")


def quantity_in(row: pd.Series, column: str) -> Quantity:
    """The Quantity in one column of a panel row; missing gives NaN with basis "unresolved"."""
    unit, value = unit_of(column), row[column]
    if value is None or pd.isna(value):
        return Quantity(math.nan, unit, "unresolved")
    ids = row.get(f"{column}_documents")
    return Quantity(float(value), unit, row[f"{column}_basis"], tuple(ids.split()) if isinstance(ids, str) else ())


def joined(ids: pd.Series) -> str:
    """The document ids of several cells as one cell: space-separated, each once, in order."""
    return " ".join(dict.fromkeys(" ".join(ids.dropna()).split()))


def firm_year(panel: pd.DataFrame, ticker: str, calendar_year: int) -> pd.Series:
    """The panel row of one company and calendar year; AnalysisError when the panel has none."""
    rows = panel[(panel["ticker"] == ticker) & (panel["calendar_year"] == calendar_year)]
    if rows.empty:
        years = panel.loc[panel["ticker"] == ticker, "calendar_year"]
        have = f"{years.min()}-{years.max()}" if len(years) else "none"
        raise AnalysisError(f"no firm-year {ticker} {calendar_year}; years in the panel: {have}")
    return rows.iloc[-1]


def total_of(rows: pd.DataFrame, column: str) -> Quantity:
    """The sum of one column over rows, with joined documents and the weakest basis; missing rows add nothing."""
    present = rows[rows[column].notna()]
    result = None
    for _, row in present.iterrows():
        cell = quantity_in(row, column)
        result = cell if result is None else result + cell
    return result if result is not None else Quantity(math.nan, unit_of(column), "unresolved")
