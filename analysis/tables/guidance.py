"""Guidance and statements: what companies said, with the day they said it."""

import pandas as pd

from analysis.periods import LATEST, parse_as_of
from analysis.tables.companies import require_tickers
from analysis.tables.read import read_table


def load_guidance(companies: list[str] | None = None, as_of: str = LATEST) -> pd.DataFrame:
    """Capital-spending guidance, oldest first: one row per company, guided period and day given.

    Columns: guidance_id, ticker, span (year, quarter, or other_year: twelve months that are no fiscal year of the
    company), period_start, period_end, given_date, low_usd, high_usd, kind (range, point, floor, ceiling), definition,
    date_precision, document_id, doubt. `as_of` keeps what was given by that day. UnknownName for an unknown ticker.
    Misleads: Meta guides capital expenditure *with* finance-lease principal; compare it with
    `capex_with_finance_leases_usd`, never with `capex_usd`. Microsoft counts leases in full when they begin, which no
    column here does. Most others do not state their definition.
    """
    return _said("guidance", "given_date", companies, as_of)


def load_expense_guidance(companies: list[str] | None = None, as_of: str = LATEST) -> pd.DataFrame:
    """Guidance of total costs and expenses of a fiscal year, oldest first; few companies give any.

    Columns: guidance_id, ticker, period_start, period_end, given_date, low_usd, high_usd, definition, date_precision,
    document_id, doubt. `as_of` keeps what was given by that day. UnknownName for an unknown ticker.
    Misleads: one-off charges are in it, and the newest range was given with half of its year already known.
    """
    return _said("expense_guidance", "given_date", companies, as_of)


def load_statements(companies: list[str] | None = None, as_of: str = LATEST) -> pd.DataFrame:
    """What executives and filings said, in our words, oldest first, with `superseded_by`.

    `as_of` keeps what was said by that day; a later statement does not yet supersede.
    """
    said = _said("statements", "date", companies, as_of)
    said["superseded_by"] = said["superseded_by"].where(said["superseded_by"].isin(said["statement_id"]))
    return said


def _said(table: str, date: str, companies: list[str] | None, as_of: str) -> pd.DataFrame:
    frame = read_table(table)
    require_tickers(companies)
    if companies is not None:
        frame = frame[frame["ticker"].isin(companies)]
    day = parse_as_of(as_of)
    if day is not None:
        frame = frame[frame[date] <= pd.Timestamp(day)]
    return frame.sort_values([date, "ticker"], ignore_index=True)
