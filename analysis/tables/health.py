"""The state of the data: what they cover, how fresh and how firm they are, and where they disagree.

Every function takes a frame of a loader and counts; nothing here repairs anything. A check that could not
be made is counted as not checkable, and one that holds by construction as such: neither is a pass.
"""

import pandas as pd

from analysis.quantity import Quantity
from analysis.tables.companies import load_companies
from analysis.tables.facts import FACT_KEY
from analysis.tables.read import read_table

MANY_DOCUMENTS = 12
"""A count over more documents than this cites the most used document of each source."""
YEAR_FROM_QUARTERS = 285
"""The first quarter of a fiscal year ends at most this many days before the year does."""


def counted(rows: pd.DataFrame, within: pd.DataFrame | None = None) -> Quantity:
    """How many rows there are, citing their documents; when there are none, those of `within`.

    Rows carry `document_id`. See MANY_DOCUMENTS: a count cites the kinds of source, not each of 1,000 pages.
    """
    source = rows if len(rows) or within is None else within
    return Quantity(float(len(rows)), "count", "derived", main_documents(source["document_id"]))


def main_documents(ids: pd.Series) -> tuple[str, ...]:
    """The documents among `ids` (each cell one or several), or the most used of each source if they are many."""
    used = ids.dropna().str.split().explode().value_counts()
    used = used.sort_index().sort_values(ascending=False, kind="stable")
    if len(used) <= MANY_DOCUMENTS:
        return tuple(used.index)
    sources = read_table("documents").set_index("document_id")["source_id"].reindex(used.index)
    return tuple(used.index[~sources.duplicated()])


def firms_by_year(panel: pd.DataFrame, columns: dict[str, str], years: range) -> pd.DataFrame:
    """How many firms of a yearly panel have each column, per calendar year: measure (the label), year, firms_count."""
    inside = panel[panel["calendar_year"].isin(years)]
    rows = [
        {"measure": label, "calendar_year": year, "firms_count": have["ticker"].nunique(),
         "firms_documents": " ".join(main_documents(have[f"{column}_documents"]))}
        for column, label in columns.items() for year in years
        for have in [inside[inside[column].notna() & (inside["calendar_year"] == year)]]
    ]
    return pd.DataFrame(rows)


def coverage_by_group(panel: pd.DataFrame, columns: list[str], years: range) -> pd.DataFrame:
    """Per peer group: firms_count, bare_count and, per column, the share of firm-years with a value (0 to 1).

    A firm-year is a firm with at least one fact times a year; `bare_count` are the companies without any, known
    from layoffs alone. Misleads: a firm that was not yet, or no longer, listed counts as missing.
    """
    inside = panel[panel["calendar_year"].isin(years)].drop_duplicates(["ticker", "calendar_year"], keep="last")
    rows = []
    for group, members in load_companies().groupby("peer_group", sort=False):
        firms = members["ticker"].isin(panel["ticker"]).sum()
        mine = inside[inside["ticker"].isin(members["ticker"])]
        known = {column: mine[column].notna().sum() / (firms * len(years)) if firms else float("nan")
                 for column in columns}
        rows.append({"peer_group": group, "firms_count": int(firms), "bare_count": len(members) - int(firms), **known})
    return pd.DataFrame(rows)


def latest_years(panel: pd.DataFrame, column: str) -> pd.DataFrame:
    """Firms by the calendar year of their latest value in a column: year, firms_count, names, names_documents."""
    last = panel[panel[column].notna()].sort_values("period_end").drop_duplicates("ticker", keep="last")
    last = last.assign(name=last["ticker"].map(load_companies().set_index("ticker")["name"]))
    return last.sort_values("name").groupby("calendar_year", as_index=False).agg(
        firms_count=("name", "size"), names=("name", ", ".join), names_documents=(f"{column}_documents", " ".join))


def never_disclosed(panel: pd.DataFrame, column: str, tickers: list[str]) -> list[str]:
    """Names of the companies without a single value in a column, sorted."""
    have = set(panel.loc[panel[column].notna(), "ticker"])
    names = load_companies().set_index("ticker")["name"]
    return sorted(names[ticker] for ticker in tickers if ticker not in have)


def vintages(readings: pd.DataFrame) -> pd.DataFrame:
    """Readings by kind of source, most first: readings_count, with_filed_date_count, without_count, document_id.

    Readings: load_facts(all_readings=True). Without a filed date the vintage is unknown.
    """
    counts = readings.groupby("reading").agg(
        readings_count=("fact_id", "size"), with_filed_date_count=("filed_date", "count"),
        document_id=("document_id", lambda ids: " ".join(main_documents(ids)))).reset_index()
    counts["without_count"] = counts["readings_count"] - counts["with_filed_date_count"]
    return counts.sort_values("readings_count", ascending=False, ignore_index=True)


def doubts_by_kind(rows: pd.DataFrame, key: str) -> pd.DataFrame:
    """Doubts and how often each stands in the table, most first: doubt, rows_count, example (a key), document_id.

    A cell holds several doubts parted by semicolons; a row with two counts under both.
    """
    apart = rows[rows["doubt"].notna()].assign(doubt=lambda frame: frame["doubt"].str.split(r";\s*"))
    apart = apart.explode("doubt").assign(doubt=lambda frame: frame["doubt"].str.strip())
    counts = apart[apart["doubt"] != ""].groupby("doubt", as_index=False).agg(
        rows_count=(key, "size"), example=(key, "first"),
        document_id=("document_id", lambda ids: " ".join(main_documents(ids))))
    return counts.sort_values(["rows_count", "doubt"], ascending=[False, True], ignore_index=True)


def restatements(readings: pd.DataFrame, concepts: list[str]) -> pd.DataFrame:
    """Facts whose same tag was filed more than once with different values, largest change first.

    Columns: name, ticker, concept, span, period_end, first_usd, first_filed, latest_usd, latest_filed,
    change_ratio (over the first), document_id. Only readings with a filed date, of dollar concepts given.
    Misleads: a change may be a new definition, not a correction; the tag is the same, the line need not be.
    """
    filed = readings[readings["filed_date"].notna() & readings["concept"].isin(concepts) & (readings["unit"] == "usd")]
    filed = filed.assign(tag=filed["reported_as"].fillna("").str.split("|").str[0]).sort_values("filed_date")
    pairs = filed.groupby([*FACT_KEY, "tag"], as_index=False).agg(
        first_usd=("value", "first"), first_filed=("filed_date", "first"),
        latest_usd=("value", "last"), latest_filed=("filed_date", "last"),
        document_id=("document_id", lambda ids: " ".join(dict.fromkeys(ids))))
    changed = pairs[pairs["first_usd"] != pairs["latest_usd"]]
    changed = changed.assign(change_ratio=changed["latest_usd"] / changed["first_usd"] - 1,
                             name=changed["ticker"].map(load_companies().set_index("ticker")["name"]))
    order = (changed["latest_usd"] - changed["first_usd"]).abs().sort_values(ascending=False).index
    return changed.loc[order].reset_index(drop=True)


def quarter_checks(facts: pd.DataFrame, tolerance: float) -> pd.DataFrame:
    """Every reported year of a dollar flow beside the sum of its quarters, with a `status`.

    Status: passed or failed (four quarters, the last one reported on its own; off by at most `tolerance` of
    the year or more), by construction (the last quarter was computed from the year, and it adds up), not
    checkable (fewer than four quarters). Also sum_usd, year_usd, difference_ratio.
    """
    flows = facts[(facts["unit"] == "usd") & facts["span"].isin(["year", "quarter"])].sort_values("period_end")
    years = flows[flows["span"] == "year"]
    quarters = flows.loc[flows["span"] == "quarter", ["ticker", "concept", "period_end", "value", "basis", "document_id"]]
    pairs = years.merge(quarters, on=["ticker", "concept"], suffixes=("", "_quarter"))
    age = (pairs["period_end"] - pairs["period_end_quarter"]).dt.days
    sums = pairs[age.between(-5, YEAR_FROM_QUARTERS)].groupby("fact_id").agg(
        quarters=("value_quarter", "size"), sum_usd=("value_quarter", "sum"), last_basis=("basis_quarter", "last"))
    checks = years.join(sums, on="fact_id").rename(columns={"value": "year_usd"})
    checks["difference_ratio"] = checks["sum_usd"] / checks["year_usd"].where(checks["year_usd"] != 0) - 1
    return checks.assign(status=_status(checks, tolerance))


def _status(checks: pd.DataFrame, tolerance: float) -> pd.Series:
    """The outcome of each check; a year of zero cannot be checked by a ratio."""
    status = pd.Series("failed", index=checks.index)
    status[checks["difference_ratio"].abs() <= tolerance] = "passed"
    status[(status == "passed") & (checks["last_basis"] == "derived")] = "by construction"
    unchecked = (checks["quarters"] != 4) | checks["difference_ratio"].isna()
    return status.mask(unchecked, "not checkable")


def check_counts(checks: pd.DataFrame) -> pd.DataFrame:
    """How many checks of each concept had each status: concept, then one column per status, most passed first."""
    counts = pd.crosstab(checks["concept"], checks["status"])
    counts = counts.reindex(columns=["passed", "failed", "by construction", "not checkable"], fill_value=0)
    return counts.sort_values(["passed", "by construction"], ascending=False).reset_index().rename_axis(columns=None)
