"""Claims that somebody said something, and claims on published series and stated reasons."""

import datetime

import pandas as pd

from analysis.claims.finding import (
    BOUNDS,
    CANNOT_TELL,
    CONTRADICTED,
    SUPPORTED,
    Finding,
    agrees,
    at_least,
    between,
    bounds_of,
    claimed,
)
from analysis.claims.known import Known, members
from analysis.claims.registry import computation
from analysis.errors import AnalysisError
from analysis.numerals import date_text
from analysis.quantity import Quantity
from analysis.tables.cells import joined

STANDINGS = {"corroborated": SUPPORTED, "contradicted": CONTRADICTED}
"""What the standing of a statement in the table makes of the claim that it was said; any other: too thin to tell."""
STANDING_WORDS = {"corroborated": "by more than one account",
                  "partly": "from headlines or notes only, too thin to tell", "contradicted": "against other accounts"}

REASON_WORDS = {"capex_ai_infrastructure": "spending on AI infrastructure", "ai_productivity": "work done by AI"}


@computation(", day it was said")
def was_said(known: Known, *, statement: str) -> Finding:
    """A statement was made, by how well it is corroborated; whether it is true is another claim."""
    rows = known["statements"]
    rows = rows[rows["statement_id"] == statement]
    if rows.empty:
        raise AnalysisError(f"the statement {statement} is not known on this day")
    row = rows.iloc[0]
    later = row["superseded_by"]
    words = "On record {standing}. {speaker}, {day}: {says}." + (
        " A later statement, of {later}, changed it." if isinstance(later, str) else "")
    values = {"speaker": row["speaker"].capitalize(), "says": row["says"].rstrip("."), "day": date_text(row["date"]),
              "standing": STANDING_WORDS.get(row["standing"], "without corroboration")}
    return Finding(STANDINGS.get(row["standing"], CANNOT_TELL), words,
                   values | ({"later": date_text(later[:10])} if isinstance(later, str) else {}), "day",
                   (row["document_id"],))


@computation("of the stated reasons")
def stated_reasons(known: Known, *, group: str, reasons: list, since: datetime.date, least_count: int,
                   at_most_ratio: float, at_least_ratio: float) -> Finding:
    """A share of the layoff rounds whose reason was stated name one of the reasons given.

    Cannot tell under `least_count` stated reasons. Misleads: a stated reason is what a company chose to say.
    """
    events = known["events"]
    mine = events[events["ticker"].isin(members(group)) & (events["announced_date"] >= pd.Timestamp(since))
                  & events["reason_class"].ne("unstated") & events["record_kind"].eq("announcement")]
    documents = tuple(joined(mine["document_id"]).split())
    stated = Quantity(float(len(mine)), "count", "derived", documents)
    share = Quantity(float(mine["reason_class"].isin(reasons).mean()) if len(mine) else float("nan"), "ratio",
                     "derived", documents)
    return Finding(CANNOT_TELL if len(mine) < least_count else between(share, at_most_ratio, at_least_ratio),
                   "Of {stated} rounds with a stated reason since {since}, {share} name {reasons}; " + BOUNDS
                   + " At least {least} are needed to tell.",
                   {"stated": stated, "since": date_text(since), "share": share,
                    "reasons": " or ".join(REASON_WORDS.get(one, one.replace("_", " ")) for one in reasons),
                    "least": claimed(least_count, "count")} | bounds_of(at_most_ratio, at_least_ratio), "share")


@computation("in the series")
def series_value(known: Known, *, series: str, date: datetime.date, value: float, within_ratio: float) -> Finding:
    """A published labour series has the value claimed on a date."""
    found = _on(known, series, date)
    return Finding(agrees(found, value, within_ratio), "The series {series} stands at {found} on {day}; the claim says "
                   "{stated}.", {"series": series.replace("_", " "), "found": found, "day": date_text(date),
                                 "stated": claimed(value, found.unit)}, "found")


@computation("change")
def series_changed(known: Known, *, series: str, first: datetime.date, last: datetime.date, at_least_ratio: float
                   ) -> Finding:
    """A published labour series changed by at least so much between two dates."""
    before, after = _on(known, series, first), _on(known, series, last)
    change = (after - before) / before
    return Finding(at_least(change, at_least_ratio), "The series {series} went from {before} on {first} to {after} on "
                   "{last}, a change of {change}; the claim needs {needed} or more.",
                   {"series": series.replace("_", " "), "before": before, "after": after, "first": date_text(first),
                    "last": date_text(last), "change": change, "needed": claimed(at_least_ratio, "ratio")}, "change")


def _on(known: Known, series: str, date: datetime.date) -> Quantity:
    labour = known["labour"]
    rows = labour[(labour["series"] == series) & (labour["date"] == pd.Timestamp(date))]
    if rows.empty:
        raise AnalysisError(f"the series {series} has no value on {date}")
    row = rows.iloc[-1]
    unit = row["unit"] if row["unit"] in ("persons", "thousand_jobs") else "count"
    return Quantity(float(row["value"]), unit, row["basis"], (row["document_id"],))
