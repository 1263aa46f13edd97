"""The few facts about the data that publishing needs: which tickers, which members, from when to when.

The only place where this room asks the tables.
"""

from analysis.errors import require_known
from analysis.tables import coverage
from analysis.tables.companies import load_companies

FOR_EACH = ("companies_with_enough_data",)
"""The lists a manifest entry may name in for_each: functions of `analysis.tables.coverage`."""


def members(for_each: str, as_of: str) -> list[str]:
    """The tickers a for_each report is made for, as of this date."""
    require_known("for_each list", for_each, FOR_EACH)
    return list(getattr(coverage, for_each)(as_of))


def companies() -> dict[str, tuple[str, str]]:
    """Every company by ticker: its name and its peer group, in the order of the table."""
    frame = load_companies()
    return dict(zip(frame["ticker"], zip(frame["name"], frame["peer_group"], strict=True), strict=True))


def first_date() -> str:
    """The first date for which an edition can be made (ISO)."""
    return coverage.first_date().date().isoformat()


def data_date(as_of: str) -> str:
    """The date the data reach, not later than `as_of` (ISO); readers see it as "data as of"."""
    return coverage.data_date(as_of).date().isoformat()
