"""Layoff announcements, and which of them may be added up."""

import math
from pathlib import Path

import pandas as pd

from analysis.errors import AnalysisError
from analysis.periods import LATEST, parse_as_of
from analysis.quantity import Quantity
from analysis.sources.layoffs_file import read_layoffs_file
from analysis.tables.companies import require_tickers
from analysis.tables.read import read_table


def load_layoffs(
    file: str | Path | None = None, companies: list[str] | None = None, as_of: str = LATEST
) -> pd.DataFrame:
    """Layoff announcements, oldest first, columns as in the table layoff_events plus `adds_up`.

    `adds_up` is True for a company announcement with a count that does not sit, or may not sit, inside an
    earlier plan: only those may be summed. State notices, estimates and falls in headcount never add up.
    With `file` the events come from a table in the public layoffs.fyi/Kaggle layout instead; what was
    dropped, and why, is the list `frame.attrs["dropped"]` (line, company, date, why). TableError names line
    and column of a malformed file, AnalysisError when `companies` is given with a file.
    `as_of` keeps events announced by that day; what became known later (confirmation, cancelled openings,
    stated reasons and doubts, whose day is not recorded) is blanked.
    Misleads: no event recorded is not zero layoffs; the list is incomplete after 15 May 2026.
    """
    events = read_layoffs_file(file) if file is not None else read_table("layoff_events")
    if file is not None and companies is not None:
        raise AnalysisError("a file names no tickers: choose its rows by the column company")
    require_tickers(companies)
    attrs = events.attrs
    if companies is not None:
        events = events[events["ticker"].isin(companies)]
    day = parse_as_of(as_of)
    if day is not None:
        events = _known_by(events, pd.Timestamp(day))
    events = events.assign(adds_up=adds_up(events)).sort_values(["announced_date", "event_id"], ignore_index=True)
    events.attrs = attrs
    return events


def adds_up(events: pd.DataFrame) -> pd.Series:
    """True where a row is a company announcement with a count outside any earlier plan."""
    return (
        events["record_kind"].eq("announcement")
        & events["employees_cut_persons"].notna()
        & events["within_event_id"].isna()
    )


def _known_by(events: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    events = events[events["announced_date"] <= day].copy()
    unconfirmed = ~(events["confirmed_date"] <= day) & events["confirmed_date"].notna()
    events.loc[unconfirmed, "openings_cancelled_count"] = float("nan")
    for column in ("confirmed_date", "carried_out_date"):
        events[column] = events[column].where(events[column] <= day)
    events["reason_class"], events["reason_basis"] = "unstated", "none"
    events["reason_evidence"] = events["doubt"] = None
    return events


FIRM_COUNTS = ("as_reported", "lower_bound")


def event_quantity(event: pd.Series, column: str = "employees_cut_persons") -> Quantity:
    """One number of an event as a Quantity; missing when none was given.

    Basis "reported" for a count as reported (or a notice's own count), else "estimated": about, up to,
    or somebody's estimate. Units: persons, count (openings), ratio (share).
    """
    units = {"employees_cut_persons": "persons", "openings_cancelled_count": "count", "share_ratio": "ratio",
             "workforce_before_persons": "persons"}
    value = event[column]
    if pd.isna(value):
        return Quantity(math.nan, units[column], "unresolved")
    is_firm = event["count_kind"] in FIRM_COUNTS and event["record_kind"] != "estimate"
    basis = "reported" if is_firm else "estimated"
    later = column == "openings_cancelled_count" and pd.notna(event["confirmed_document_id"])
    document = event["confirmed_document_id"] if later else event["document_id"]
    return Quantity(float(value), units[column], basis, (document,) if isinstance(document, str) else ())
