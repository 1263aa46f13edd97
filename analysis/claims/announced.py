"""Claims on layoffs: how many, when, how large among others, how many openings, and whether more followed.

An announcement is not a layoff carried out, and none recorded is not none.
"""

import datetime

import pandas as pd

from analysis.claims.finding import CANNOT_TELL, CONTRADICTED, MIXED, SUPPORTED, Finding, agrees, claimed
from analysis.claims.known import Known
from analysis.claims.registry import computation
from analysis.metrics.rounds import SinceClaim, largest_since
from analysis.numerals import date_text
from analysis.quantity import Quantity, total
from analysis.tables.companies import company_name
from analysis.tables.layoffs import event_quantity


@computation("people")
def round_count(known: Known, *, event: str, persons: float, within_ratio: float) -> Finding:
    """A layoff round counts as many people as claimed.

    Supported within a share of the claimed number and contradicted outside it. Mixed when the number fits but is an
    outside estimate or a ceiling: the company gave none, and nothing counts as measured.
    """
    row = known.event(event)
    count = event_quantity(row)
    word = agrees(count, persons, within_ratio)
    is_firm = row["record_kind"] == "announcement" and row["count_kind"] in ("as_reported", "about", "lower_bound")
    fits = word != SUPPORTED or is_firm
    words = ("{company} cut {count} people in the round first reported on {day}; the claim says {stated}." if is_firm
             else "The round of {company} first reported on {day} is put at {count}; the claim says {stated}. "
             "The company gave no count of its own.")
    return Finding(word if fits else MIXED, words,
                   {"company": row["company"], "count": count, "day": date_text(row["announced_date"]),
                    "stated": claimed(persons, "persons")}, "count" if is_firm else "",
                   is_rounded=is_firm and count.basis == "estimated")


@computation(", day found")
def round_date(known: Known, *, event: str, step: str, date: datetime.date, within_days: int) -> Finding:
    """A layoff round was announced, confirmed or carried out on the day claimed."""
    row = known.event(event)
    found = row[f"{step}_date"]
    values = {"company": row["company"], "stated": date_text(date), "step": step.replace("_", " ")}
    if pd.isna(found):
        return Finding(CANNOT_TELL, "No day on which the round of {company} was {step} is known; the claim says "
                       "{stated}.", values)
    documents = event_quantity(row).documents
    apart = Quantity(float(abs((found.date() - date).days)), "count", "derived", documents)
    words = "The round of {company} was {step} on {found}"
    if not apart.value:
        return Finding(SUPPORTED, words + ", the day claimed.",
                       {"company": row["company"], "step": values["step"], "found": date_text(found)}, "found",
                       documents)
    return Finding(SUPPORTED if apart.value <= within_days else CONTRADICTED,
                   words + "; the claim says {stated}. Days between the two: {apart}.",
                   values | {"found": date_text(found), "apart": apart}, "found")


@computation("people in the round")
def largest_round_since(known: Known, *, event: str, reference: str) -> Finding:
    """A layoff round is the largest of its company since an earlier one."""
    known.event(event), known.event(reference)
    claim = largest_since(known["events"], event, reference)
    count = event_quantity(claim.round)
    values = {"company": claim.round["company"], "count": count, "since": date_text(claim.reference["announced_date"]),
              "word": claim.words, "rival": _rival(claim), "uncounted": _number(claim.uncounted, count)}
    return Finding(claim.verdict, "The round of {count} people at {company} {word} that of {since}; the next largest "
                   "has {rival}. Rounds since then without a count: {uncounted}.", values, "count",
                   is_rounded=claim.round["record_kind"] == "announcement" and count.basis == "estimated")


def _rival(claim: SinceClaim) -> Quantity | str:
    return "no count" if claim.rivals.empty else event_quantity(claim.largest_rival)


@computation("openings")
def openings_cancelled(known: Known, *, event: str, openings: float, within_ratio: float) -> Finding:
    """As many open positions were cancelled with a round as claimed."""
    row = known.event(event)
    count = event_quantity(row, "openings_cancelled_count")
    return Finding(agrees(count, openings, within_ratio),
                   "Open positions cancelled with the round at {company}: {count}; the claim says {stated}.",
                   {"company": row["company"], "count": count, "stated": claimed(openings, "count")}, "count")


@computation("people in counted rounds")
def cuts_at_least(known: Known, *, ticker: str, since: datetime.date, until: datetime.date, persons: float) -> Finding:
    """A company announced at least so many cuts between two days.

    Sums the announcements that add up. Short of the number, rounds without a count leave it open; so does a company
    of which nothing is recorded, unless other companies have rounds in the list then.
    """
    rows, others = _window(known["events"], ticker, since, until)
    counted = rows[rows["adds_up"]]
    open_rounds = rows[rows["employees_cut_persons"].isna() & rows["record_kind"].eq("announcement")]
    found = total([event_quantity(row) for _, row in counted.iterrows()]) if len(counted) else _none(others)
    word = CANNOT_TELL
    if found.value >= persons:
        word = SUPPORTED
    elif open_rounds.empty and (len(counted) or len(others)):
        word = CONTRADICTED
    return Finding(word, "{company} announced {found} counted cuts between {since} and {until}; the claim needs "
                   "{stated}. Its rounds without a count: {uncounted}; rounds of other companies in the list then: "
                   "{others}.",
                   {"company": company_name(ticker), "found": found, "since": date_text(since),
                    "until": date_text(until), "stated": claimed(persons, "persons"),
                    "uncounted": _number(open_rounds, found), "others": _number(others, found)}, "found",
                   is_rounded=found.basis == "estimated")


@computation("rounds on record")
def rounds_follow(known: Known, *, ticker: str, since: datetime.date, until: datetime.date, least_persons: float
                  ) -> Finding:
    """A further round of at least some size follows in a period.

    Supported when one is recorded. Never contradicted: none recorded is not none.
    """
    rows, _ = _window(known["events"], ticker, since, until)
    rows = rows[rows["record_kind"].eq("announcement") & rows["unit_of"].isna()]
    large = rows[rows["employees_cut_persons"] >= least_persons]
    source = _documents(large if len(large) else known["events"].loc[known["events"]["ticker"] == ticker].tail(1))
    count = Quantity(float(len(large)), "count", "derived", source)
    return Finding(SUPPORTED if len(large) else CANNOT_TELL,
                   "Rounds of {least} people or more recorded at {company} from {since} to {until}: {count}. "
                   "None recorded is not none: the list is not complete.",
                   {"company": company_name(ticker), "least": claimed(least_persons, "persons"),
                    "since": date_text(since), "until": date_text(until), "count": count}, "count")


def _window(events: pd.DataFrame, ticker: str, since: datetime.date, until: datetime.date
            ) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows of a company between two days, both included, and those of all others."""
    inside = events[events["announced_date"].between(pd.Timestamp(since), pd.Timestamp(until))]
    is_own = inside["ticker"] == ticker
    return inside[is_own], inside[~is_own]


def _none(others: pd.DataFrame) -> Quantity:
    """No counted round on record: zero counted, from the list that holds the rounds of others."""
    return Quantity(0.0, "persons", "derived", _documents(others)[:1])


def _documents(rows: pd.DataFrame) -> tuple[str, ...]:
    return tuple(dict.fromkeys(rows["document_id"].dropna()))


def _number(rows: pd.DataFrame, beside: Quantity) -> Quantity:
    """How many rows there are; the source is that of the number it stands beside."""
    return Quantity(float(len(rows)), "count", "derived", beside.documents)
