"""What the data cover: which companies have enough of them, and up to which day they reach."""

import pandas as pd

from analysis.errors import AnalysisError, require_known
from analysis.periods import LATEST, parse_as_of
from analysis.tables.companies import HYPERSCALERS
from analysis.tables.panel import load_panel
from analysis.tables.read import read_table

ENOUGH_YEARS = {"capex_usd": 5, "revenue_usd": 5, "operating_cash_flow_usd": 5, "headcount_persons": 3}
"""Least number of years a company needs of each concept to get a brief of its own."""

STALE_MONTHS = 18
"""A headcount older than this, counted from the data date, is stale and kept out of rankings."""


def companies_with_enough_data(as_of: str = LATEST) -> list[str]:
    """Tickers with enough firm-years for a company brief (see ENOUGH_YEARS), sorted."""
    panel = load_panel("year", as_of=as_of)
    years = panel.groupby("ticker")[list(ENOUGH_YEARS)].count()
    enough = (years >= pd.Series(ENOUGH_YEARS)).all(axis=1)
    return sorted(years.index[enough])


def hyperscalers(as_of: str = LATEST) -> list[str]:
    """Tickers of the five hyperscalers, sorted; the same in every edition."""
    return sorted(HYPERSCALERS)


DAY_COLUMNS = {"facts": "filed_date", "guidance": "given_date", "layoff_events": "announced_date",
               "statements": "date", "expense_guidance": "given_date"}
"""The column that says when a row of a table became public."""


def data_date(as_of: str = LATEST, table: str | None = None) -> pd.Timestamp:
    """The latest day anything in the data became public: filed, given, announced or said.

    With a date as `as_of`, the latest such day up to it; with `table`, of that table alone (company results
    and announcements end on different days). This, never the clock, is "data to".
    UnknownName for a table without such a day.
    """
    if table is not None:
        require_known("dated table", table, DAY_COLUMNS)
    columns = DAY_COLUMNS if table is None else {table: DAY_COLUMNS[table]}
    days = pd.concat([read_table(name)[column].dropna() for name, column in columns.items()])
    limit = parse_as_of(as_of)
    if limit is not None:
        days = days[days <= pd.Timestamp(limit)]
    return days.max()


def first_date() -> pd.Timestamp:
    """The first day an as-of edition can be built for: the earliest filed date of a fact."""
    return read_table("facts")["filed_date"].min()


def stale_before(day: pd.Timestamp) -> pd.Timestamp:
    """A headcount of an earlier day than this is stale on `day` (STALE_MONTHS before it)."""
    return day - pd.DateOffset(months=STALE_MONTHS)


def last_covered_year(firms: pd.Series, what: str) -> int:
    """The latest calendar year with at least half as many firms as the fullest year.

    `firms` counts firms, its index is the calendar year. The last year of the data is often open: only early
    filers are in it. AnalysisError naming `what` when there is no year at all.
    """
    if firms.empty:
        raise AnalysisError(f"nobody has {what} in this edition of the data")
    return int(firms.index[firms >= firms.max() / 2].max())


def is_stale(period_end: pd.Series, as_of: str = LATEST) -> pd.Series:
    """True where a headcount's day is more than STALE_MONTHS before the data date."""
    return period_end < stale_before(data_date(as_of))
