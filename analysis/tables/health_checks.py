"""Where the data disagree with themselves: restated facts, and years that their quarters do not add up to.

A check that could not be made is counted as not checkable, and one that holds by construction as such:
neither is a pass.
"""

import pandas as pd

from analysis.errors import AnalysisError
from analysis.quantity import Quantity
from analysis.tables.companies import load_companies
from analysis.tables.facts import FACT_KEY

YEAR_FROM_QUARTERS = 285
"""The first quarter of a fiscal year ends at most this many days before the year does."""


def restatements(readings: pd.DataFrame, concepts: list[str]) -> pd.DataFrame:
    """Facts whose same tag was filed more than once with different values, largest change first.

    Columns: name, ticker, concept, line (concept and span in words), period_end, first_usd, first_filed,
    latest_usd, latest_filed, the same in millions, change_ratio over the first, the document of each and
    document_id (both). Only readings with a filed date, of the dollar concepts given.
    Misleads: a change may be a new definition, not a correction; the tag is the same, the line need not be.
    """
    filed = readings[readings["filed_date"].notna() & readings["concept"].isin(concepts) & (readings["unit"] == "usd")]
    filed = filed.assign(tag=filed["reported_as"].fillna("").str.split("|").str[0]).sort_values("filed_date")
    pairs = filed.groupby([*FACT_KEY, "tag"], as_index=False).agg(
        first_usd=("value", "first"), first_filed=("filed_date", "first"), first_document_id=("document_id", "first"),
        latest_usd=("value", "last"), latest_filed=("filed_date", "last"), latest_document_id=("document_id", "last"),
        document_id=("document_id", lambda ids: " ".join(dict.fromkeys(ids))))
    changed = pairs[pairs["first_usd"] != pairs["latest_usd"]]
    size = (changed["latest_usd"] - changed["first_usd"]).abs()
    return _in_words(changed.loc[size.sort_values(ascending=False, kind="stable").index].reset_index(drop=True))


def _in_words(changed: pd.DataFrame) -> pd.DataFrame:
    return changed.assign(
        name=changed["ticker"].map(load_companies().set_index("ticker")["name"]),
        line=changed["concept"].str.replace("_", " ") + ", " + changed["span"],
        first_millions=changed["first_usd"] / 1e6, latest_millions=changed["latest_usd"] / 1e6,
        change_ratio=changed["latest_usd"] / changed["first_usd"] - 1,
    )


def largest_restatement(restated: pd.DataFrame) -> tuple[pd.Series, Quantity, Quantity]:
    """The row with the largest change, with its first and its latest value; AnalysisError when nothing was restated."""
    if restated.empty:
        raise AnalysisError("no fact was filed twice with different values in this edition")
    row = restated.iloc[0]
    first, latest = (Quantity(float(row[f"{when}_usd"]), "usd", "reported", (row[f"{when}_document_id"],))
                     for when in ("first", "latest"))
    return row, first, latest


def quarter_checks(facts: pd.DataFrame, tolerance: float) -> pd.DataFrame:
    """Every reported year of a dollar flow beside the sum of its quarters, with a `status`.

    Status: passed or failed (four quarters, the last one reported on its own; off by at most `tolerance` of
    the year or more), by construction (the last quarter was computed from the year, and it adds up), not
    checkable (fewer than four quarters). Also sum_usd, year_usd, difference_ratio,
    name and line (the concept in words).
    """
    flows = facts[(facts["unit"] == "usd") & facts["span"].isin(["year", "quarter"])].sort_values("period_end")
    years = flows[flows["span"] == "year"]
    quarters = flows.loc[flows["span"] == "quarter", ["ticker", "concept", "period_end", "value", "basis"]]
    pairs = years.merge(quarters, on=["ticker", "concept"], suffixes=("", "_quarter"))
    age = (pairs["period_end"] - pairs["period_end_quarter"]).dt.days
    sums = pairs[age.between(-5, YEAR_FROM_QUARTERS)].groupby("fact_id").agg(
        quarters=("value_quarter", "size"), sum_usd=("value_quarter", "sum"), last_basis=("basis_quarter", "last"))
    checks = years.join(sums, on="fact_id").rename(columns={"value": "year_usd"})
    checks["difference_ratio"] = checks["sum_usd"] / checks["year_usd"].where(checks["year_usd"] != 0) - 1
    names = load_companies().set_index("ticker")["name"]
    return checks.assign(status=_status(checks, tolerance), name=checks["ticker"].map(names),
                         line=checks["concept"].str.replace("_", " "))


def _status(checks: pd.DataFrame, tolerance: float) -> pd.Series:
    """The outcome of each check; a year of zero cannot be checked by a ratio."""
    status = pd.Series("failed", index=checks.index)
    status[checks["difference_ratio"].abs() <= tolerance] = "passed"
    status[(status == "passed") & (checks["last_basis"] == "derived")] = "by construction"
    unchecked = (checks["quarters"] != 4) | checks["difference_ratio"].isna()
    return status.mask(unchecked, "not checkable")


def check_counts(checks: pd.DataFrame) -> pd.DataFrame:
    """How many checks of each concept had each status: line (in words) and one column per status, most passed first."""
    counts = pd.crosstab(checks["line"], checks["status"])
    counts = counts.reindex(columns=["passed", "failed", "by construction", "not checkable"], fill_value=0)
    return counts.sort_values(["passed", "by construction"], ascending=False).reset_index().rename_axis(columns=None)
