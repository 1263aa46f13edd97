"""What becomes of a headcount that a filing's text gives: taken in, a question for a person, or nothing.

Only a number goes in that a person reading the sentence would hardly doubt; a wrong number on file costs more than a
question.
"""

from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from analysis.refresh.headcount import MOST_CHANGE, last_headcount, needs_review, shown
from analysis.sources.headcount_day import days_in, years_in
from analysis.sources.headcount_text import Candidate
from analysis.tables.headcount_rows import RELEASE_FORM

SURE = 0.8
"""The confidence of a statement of the whole that names its day and a verb such as had or employed."""
NOT_THE_WHOLE = {"segment": "counts only a part", "average": "is an average", "planned": "is a plan",
                 "employees_and_contractors": "counts contractors too", "bound": "is a bound"}
FULL_TIME = {"full_time_equivalent": "full-time equivalent", "full_time": "full-time"}
OLDEST_RELEASE = pd.Timedelta(days=130)
"""A results release counts people at the end of the quarter it is about, not before."""
UNSEEN = "read by rule from the text of the filing; no person has looked at it"


class Filing(NamedTuple):
    """One filing of a company in our tables; `url` is the document that was read, blank until then."""

    ticker: str
    cik: str
    form: str
    accession: str
    filed_date: pd.Timestamp
    report_date: pd.Timestamp
    document: str
    url: str = ""

    @property
    def key(self) -> str:
        """What review_decisions names the whole filing by."""
        return f"{self.ticker}.{self.accession}"

    @property
    def is_release(self) -> bool:
        """Whether it is an 8-K with results, whose release is an exhibit."""
        return self.form == RELEASE_FORM


@dataclass(frozen=True)
class Verdict:
    """One number of a filing: the day it is for (missing when the sentence does not say), why a person must decide
    (blank when it can go in) and what makes it weaker than it looks (or None)."""

    filing: Filing
    candidate: Candidate
    period_end: pd.Timestamp
    why: str
    doubt: str | None

    @property
    def key(self) -> str:
        """What review_decisions names it by."""
        return f"{self.filing.key}.{self.candidate.employees_persons}"


def verdicts(filing: Filing, candidates: list[Candidate]) -> list[Verdict]:
    """The surest numbers of a filing, judged; candidates as `headcount_candidates` gives them, the surest first.

    Of a release only sentences that name a day count: the words about the company at its end repeat an old number.
    """
    if filing.is_release:
        candidates = [one for one in candidates if _release_day(filing, one.sentence) is not pd.NaT]
    surest = [one for one in candidates if one.confidence_ratio == candidates[0].confidence_ratio]
    return [_verdict(filing, one, [other for other in surest if other is not one]) for one in surest]


def _verdict(filing: Filing, one: Candidate, rivals: list[Candidate]) -> Verdict:
    day, doubt, problem = _day(filing, one.sentence)
    reasons = [f"it {words}" for kind, words in NOT_THE_WHOLE.items() if kind in one.kinds]
    if one.confidence_ratio < SURE and not reasons:
        reasons.append(f"not sure (confidence {one.confidence_ratio:.0%})")
    if rivals:
        reasons.append("equally sure: " + ", ".join(f"{other.employees_persons:,}" for other in rivals))
    if problem:
        reasons.append(problem)
    reasons += _against_last(filing.ticker, one.employees_persons, day)
    return Verdict(filing, one, day, "; ".join(reasons), doubt)


def _day(filing: Filing, sentence: str) -> tuple[pd.Timestamp, str | None, str]:
    """The day a number is for, a doubt about it, and why it cannot be told (blank when it can)."""
    if filing.is_release:
        return _release_day(filing, sentence), None, ""
    end, filed = filing.report_date, filing.filed_date
    days = [day for day in days_in(sentence) if day <= filed]
    if days and days[-1] < end:
        return days[-1], None, f"the sentence counts on {days[-1]:%Y-%m-%d}, the report is of {end:%Y-%m-%d}"
    if days and days[-1] > end:
        return end, f"counted on {days[-1]:%Y-%m-%d}, after the end of the fiscal year", ""
    years = years_in(sentence)
    if years and not years & {end.year, filed.year}:
        return end, None, f"the sentence names another year than the report of {end:%Y-%m-%d}"
    return end, None, ""


def _release_day(filing: Filing, sentence: str) -> pd.Timestamp:
    days = [day for day in days_in(sentence) if filing.filed_date - OLDEST_RELEASE <= day <= filing.filed_date]
    return days[-1] if days else pd.NaT


def _against_last(ticker: str, persons: int, day: pd.Timestamp) -> list[str]:
    last = last_headcount(ticker, f"{day:%Y-%m-%d}")
    if last is None:
        return ["no headcount is on file to hold it against"]
    if needs_review(persons, last["value"]):
        return [f"{persons / last['value'] - 1:+.0%} against {last['value']:,.0f} on {last['period_end']:%Y-%m-%d}, "
                f"more than {MOST_CHANGE:.0%}"]
    return []


def question(verdict: Verdict) -> dict[str, str]:
    """The row of the review file for a number that a person must decide on."""
    filing, one = verdict.filing, verdict.candidate
    said = shown(one.sentence, one.employees_persons)
    return {"table": "facts", "key": verdict.key, "reason": verdict.why,
            "row": f"{filing.ticker}, {one.employees_persons:,} people on {verdict.period_end:%Y-%m-%d}, "
                   f"{filing.form} of {filing.filed_date:%Y-%m-%d}: {said} ({filing.url})"}


def as_found(verdict: Verdict) -> dict:
    """The number in the columns that `headcount_rows` takes."""
    filing, one = verdict.filing, verdict.candidate
    said = "results release" if filing.is_release else f"{filing.form} text"
    full_time = next((words for kind, words in FULL_TIME.items() if kind in one.kinds), "")
    label = f"{said} ({full_time})" if full_time else said
    doubts = [verdict.doubt, f"taken in by a person's decision, though: {verdict.why}" if verdict.why else UNSEEN]
    return {"ticker": filing.ticker, "period_end": verdict.period_end, "value": one.employees_persons,
            "form": filing.form, "accession": filing.accession, "filed_date": filing.filed_date, "label": label,
            "sentence": shown(one.sentence, one.employees_persons), "url": filing.url,
            "doubt": "; ".join(filter(None, doubts))}
