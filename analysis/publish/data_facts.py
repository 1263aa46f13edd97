"""The few facts about the data that publishing needs: which tickers, which members, from when to when.

The only place where this room asks the tables.
"""

from collections.abc import Iterable
from dataclasses import asdict
from difflib import get_close_matches
from typing import Any

from analysis.errors import UnknownName, nearest, require_known
from analysis.periods import LATEST
from analysis.tables import coverage, page_health
from analysis.tables.companies import load_companies
from analysis.tables.facts import vintage_unknown
from analysis.tables.labour import labour_vintage_unknown

FOR_EACH = ("companies_with_enough_data", "hyperscalers")
"""The lists a manifest entry may name in for_each: functions of `analysis.tables.coverage`."""

FORMER = {"facebook": "META", "fb": "META", "google": "GOOGL", "goog": "GOOGL"}
"""What readers still call companies; only used to suggest the ticker."""


def members(for_each: str, as_of: str) -> list[str]:
    """The tickers a for_each report is made for, as of this date."""
    require_known("for_each list", for_each, FOR_EACH)
    return list(getattr(coverage, for_each)(as_of))


def companies() -> dict[str, tuple[str, str]]:
    """Every company by ticker: its name and its peer group, in the order of the table."""
    frame = load_companies()
    return dict(zip(frame["ticker"], zip(frame["name"], frame["peer_group"], strict=True), strict=True))


def company(ticker: str) -> tuple[str, str]:
    """Name and peer group of a ticker; UnknownName suggests tickers by company name, then by spelling."""
    known = companies()
    if ticker in known:
        return known[ticker]
    near = ", ".join(_like(ticker, known))
    raise UnknownName(f"unknown ticker {ticker!r}; nearest valid: {near} ({len(known)} in all)")


def _like(name: str, known: dict[str, tuple[str, str]]) -> list[str]:
    """Up to five tickers for a name that is none: the company may have been meant, or one it used to be."""
    names = {former: ticker for former, ticker in FORMER.items() if ticker in known}
    for ticker, (full, _) in known.items():
        names |= {full.lower(): ticker, full.lower().split()[0]: ticker}
    meant = get_close_matches(name.lower(), names, n=3, cutoff=0.8)
    return list(dict.fromkeys([*(names[one] for one in meant), *nearest(name, known)]))[:5]


def first_date() -> str:
    """The first date for which an edition can be made (ISO)."""
    return coverage.first_date().date().isoformat()


def data_date(as_of: str) -> str:
    """The date the data reach, not later than `as_of` (ISO); readers see it as "data as of"."""
    return coverage.data_date(as_of).date().isoformat()


def left_out(as_of: str) -> tuple[int, int]:
    """How many readings of facts and values of labour series an edition of a day lacks, their vintage being unknown."""
    return (0, 0) if as_of == LATEST else (vintage_unknown(), labour_vintage_unknown())


def behind(documents: Iterable[str], as_of: str) -> dict[str, Any]:
    """What stands behind a page that cites these documents: newest (ISO day), rows, doubts, failed_checks."""
    return asdict(page_health.behind(documents, as_of))


def check_claims(article: str) -> None:
    """Refuse a file of claims, or the id of a source, that cannot be decided; the message names line and field."""
    from analysis.claims.verdicts import readable  # imported here: no other report needs it

    readable(article)
