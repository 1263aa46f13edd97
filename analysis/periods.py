"""Periods come from dates. Fiscal labels describe a filing and are never trusted."""

import datetime as dt

import pandas as pd

from analysis.errors import AnalysisError

LATEST = "latest"
SPAN_DAYS = {"quarter": (80, 100), "half": (170, 195), "nine_months": (260, 285), "year": (350, 380)}
"""Inclusive length in days; 52- and 53-week fiscal years and 12- to 14-week quarters fit."""


def today() -> str:
    """The day it is, YYYY-MM-DD, in UTC: the same on every machine, and never before the day of a publisher in America.
    """
    return dt.datetime.now(dt.UTC).date().isoformat()


def span_of(period_start: dt.date, period_end: dt.date) -> str:
    """Classify a span by its length: quarter, half, nine_months, year; AnalysisError for any other.

    A half or nine months is cumulative and must never be read as a quarter. A "year" may still be a
    trailing twelve months: only `is_fiscal_year_end` tells.
    """
    days = (period_end - period_start).days + 1
    for name, (shortest, longest) in SPAN_DAYS.items():
        if shortest <= days <= longest:
            return name
    raise AnalysisError(f"{period_start} to {period_end} is {days} days: no fiscal quarter or year")


def is_fiscal_year_end(period_end: dt.date, fiscal_year_end_month: int) -> bool:
    """True when `period_end` closes the fiscal year; a 52/53-week year may end a week into the next month."""
    return (period_end - dt.timedelta(days=9)).month == fiscal_year_end_month or (
        period_end.month == fiscal_year_end_month
    )


def calendar_year(period_end: pd.Series) -> pd.Series:
    """Calendar year that holds the midpoint of a fiscal year ending on `period_end` (datetime series).

    A year that ends up to ten days into a month is taken to end with the month before, so that 52- and
    53-week years never share a calendar year. A year ending in June belongs to the year it began in.
    """
    ended = period_end - pd.Timedelta(days=10)
    return ended.dt.year - (ended.dt.month <= 6)


def calendar_year_of_quarter(period_end: pd.Series) -> pd.Series:
    """Calendar year that holds the midpoint of a fiscal quarter ending on `period_end` (datetime series)."""
    return (period_end - pd.Timedelta(days=45)).dt.year


def calendar_quarter(period_end: pd.Series) -> pd.Series:
    """Calendar quarter ("2026Q1") that holds the midpoint of a fiscal quarter ending on `period_end`."""
    return (period_end - pd.Timedelta(days=45)).dt.to_period("Q").astype(str)


def parse_as_of(as_of: str | dt.date) -> dt.date | None:
    """The date of an as-of edition, or None for "latest"; AnalysisError when it is neither."""
    if isinstance(as_of, dt.datetime):
        return as_of.date()
    if isinstance(as_of, dt.date):
        return as_of
    if as_of == LATEST:
        return None
    try:
        return dt.date.fromisoformat(as_of)
    except (TypeError, ValueError):
        raise AnalysisError(f'as_of must be "latest" or a date such as 2026-04-01, not {as_of!r}') from None
