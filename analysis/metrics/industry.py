"""Sums and shares over firms, always over the same firms from year to year."""

from dataclasses import dataclass

import pandas as pd

from analysis.errors import AnalysisError
from analysis.quantity import Quantity
from analysis.tables.cells import quantity_in, total_of
from analysis.tables.companies import load_companies


def last_common_year(panel: pd.DataFrame, column: str, tickers: list[str]) -> int:
    """The latest calendar year in which every one of the companies has a value."""
    known = panel[panel[column].notna() & panel["ticker"].isin(tickers)]
    firms = known.groupby("calendar_year")["ticker"].nunique()
    complete = firms.index[firms == len(set(tickers))]
    if complete.empty:
        raise AnalysisError(f"no year in which all of {', '.join(tickers)} have {column}")
    return int(complete.max())


def firms_with(panel: pd.DataFrame, columns: list[str], years: range) -> list[str]:
    """Tickers that have every column in every one of the calendar years, sorted: "the same firms"."""
    known = panel[panel[columns].notna().all(axis=1) & panel["calendar_year"].isin(years)]
    counts = known.groupby("ticker")["calendar_year"].nunique()
    return sorted(counts.index[counts == len(years)])


def covered(panel: pd.DataFrame, columns: list[str], tickers: list[str], first_year: int) -> tuple[list[str], range]:
    """The companies that have every column in a common run of years, and the years: from `first_year` at the earliest.

    Companies without a year in which all columns are known drop out: an edition as of a date knows less.
    AnalysisError when fewer than two companies or two years remain.
    """
    rows = panel[panel["ticker"].isin(tickers) & (panel["calendar_year"] >= first_year)]
    known = rows[rows[columns].notna().all(axis=1)].groupby("ticker")["calendar_year"].agg(["min", "max"])
    firms = [ticker for ticker in tickers if ticker in known.index]
    years = range(int(known["min"].max()), int(known["max"].min()) + 1) if firms else range(0)
    firms = [ticker for ticker in firms if ticker in firms_with(panel, columns, years)] if len(years) > 1 else []
    if len(firms) < 2:
        raise AnalysisError(f"too few of {', '.join(tickers)} have {', '.join(columns)} in common years by that day")
    return firms, years


def industry_tickers() -> list[str]:
    """Tickers of the five peer groups that make up "the industry" of every headline figure."""
    companies = load_companies()
    return sorted(companies.loc[companies["in_industry"], "ticker"])


def totals_by_year(panel: pd.DataFrame, column: str, tickers: list[str], years: range) -> pd.DataFrame:
    """Yearly sums over the same companies: calendar_year, `column`, its basis and documents, firms_count.

    AnalysisError when a company lacks a year: a sum over changing firms is no series.
    """
    lacking = sorted(set(tickers) - set(firms_with(panel, [column], years)))
    if lacking:
        raise AnalysisError(f"{column} is missing for {', '.join(lacking)} in some year of {years[0]}-{years[-1]}")
    rows = []
    for year in years:
        cells = panel[panel["ticker"].isin(tickers) & (panel["calendar_year"] == year)]
        rows.append({"calendar_year": year, **as_columns(column, total_of(cells, column)), "firms_count": len(tickers)})
    return pd.DataFrame(rows)


def share_by_year(panel: pd.DataFrame, column: str, part: list[str], whole: list[str], years: range) -> pd.DataFrame:
    """Share of some firms in a larger set, per year, over the same firms: calendar_year, share_ratio, ..."""
    upper = totals_by_year(panel, column, part, years)
    lower = totals_by_year(panel, column, whole, years)
    rows = []
    for (_, above), (_, below) in zip(upper.iterrows(), lower.iterrows(), strict=True):
        share = quantity_in(above, column) / quantity_in(below, column)
        rows.append({"calendar_year": above["calendar_year"], **as_columns("share_ratio", share)})
    return pd.DataFrame(rows)


def as_columns(column: str, quantity: Quantity) -> dict:
    """A Quantity as the three columns of a panel."""
    return {column: quantity.value, f"{column}_basis": quantity.basis,
            f"{column}_documents": " ".join(quantity.documents)}


def at_year(totals: pd.DataFrame, column: str, year: int) -> Quantity:
    """The Quantity of one year in a frame of `totals_by_year` or `share_by_year`; AnalysisError when absent."""
    rows = totals[totals["calendar_year"] == year]
    if rows.empty:
        raise AnalysisError(f"no {year} in the table; it has {totals['calendar_year'].min()} to "
                            f"{totals['calendar_year'].max()}")
    return quantity_in(rows.iloc[0], column)


def number_of(items: list, documents: tuple[str, ...] = ()) -> Quantity:
    """How many there are, as a derived Quantity with unit "count"."""
    return Quantity(float(len(items)), "count", "derived", documents)


@dataclass(frozen=True)
class Ranked:
    """A company, its value and its place (1 is the highest)."""

    ticker: str
    quantity: Quantity
    position: int


def ranking(panel: pd.DataFrame, column: str, year: int) -> list[Ranked]:
    """Companies by one column in one calendar year, highest first; missing values are left out."""
    rows = panel[(panel["calendar_year"] == year) & panel[column].notna()].sort_values(column, ascending=False)
    return [Ranked(row["ticker"], quantity_in(row, column), place)
            for place, (_, row) in enumerate(rows.iterrows(), start=1)]


def leader(panel: pd.DataFrame, column: str, year: int) -> Ranked:
    """The company with the highest value of a column in a calendar year; AnalysisError when nobody has one."""
    ranked = ranking(panel, column, year)
    if not ranked:
        raise AnalysisError(f"nobody has {column} in {year}")
    return ranked[0]
