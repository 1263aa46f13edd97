"""The state of the data: what they cover, how fresh they are and how firm.

Every function takes a frame of a loader and counts; nothing here repairs anything.
"""

import pandas as pd

from analysis.quantity import Quantity
from analysis.tables.companies import load_companies
from analysis.tables.coverage import last_covered_year
from analysis.tables.read import read_table

MANY_DOCUMENTS = 12
"""A count over more documents than this cites the most used document of each source."""

READ_FROM = {
    "xbrl": "SEC company facts", "xbrl_panel": "series computed from SEC company facts", "list": "published lists",
    "press_release": "results releases", "vendor": "data vendors", "filing_text": "text of filings",
    "profile": "company profiles", "public_page": "public pages",
}
"""What the column `reading` of the table facts means, in words."""


def key_words(key: str) -> str:
    """A row's key as a reader says it: "META capex, year to 2023-12-31", "oracle, 2025-08-13"."""
    parts = key.rsplit(".", 4)
    if len(parts) == 5:
        ticker, concept, span, day, _ = parts
        return f"{ticker} {concept}, {'on' if span == 'instant' else span + ' to'} {day}".replace("_", " ")
    day, _, slug = key.partition(".")
    return f"{slug.replace('-', ' ')}, {day}" if slug else key


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


def last_full_year(panel: pd.DataFrame, column: str) -> int:
    """The latest calendar year in which at least half as many firms have a column as in its best year.

    AnalysisError when nobody has it.
    """
    firms = panel[panel[column].notna()].groupby("calendar_year")["ticker"].nunique()
    return last_covered_year(firms, column)


def firms_in(panel: pd.DataFrame, column: str, year: int) -> Quantity:
    """How many firms have a value in a column in a calendar year; when none, the documents of the whole column."""
    have = panel[panel[column].notna() & (panel["calendar_year"] == year)]
    source = have if len(have) else panel[panel[column].notna()]
    return Quantity(float(have["ticker"].nunique()), "count", "derived", main_documents(source[f"{column}_documents"]))


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
    """Readings by kind of source, most first: source (in words), readings_count, with_filed_date_count,
    without_count, document_id.

    Readings: load_facts(all_readings=True). Without a filed date the vintage is unknown.
    """
    counts = readings.groupby("reading").agg(
        readings_count=("fact_id", "size"), with_filed_date_count=("filed_date", "count"),
        document_id=("document_id", lambda ids: " ".join(main_documents(ids)))).reset_index()
    counts["source"] = counts["reading"].map(READ_FROM).fillna(counts["reading"])
    counts["without_count"] = counts["readings_count"] - counts["with_filed_date_count"]
    return counts.sort_values("readings_count", ascending=False, ignore_index=True)


def doubts_by_kind(rows: pd.DataFrame, key: str) -> pd.DataFrame:
    """Doubts and how often each stands in the table, most first: doubt, rows_count, example, document_id.

    A cell holds several doubts parted by semicolons; a row with two counts under both.
    """
    apart = rows[rows["doubt"].notna()].assign(doubt=lambda frame: frame["doubt"].str.split(r";\s*"))
    apart = apart.explode("doubt").assign(doubt=lambda frame: frame["doubt"].str.strip())
    counts = apart[apart["doubt"] != ""].groupby("doubt", as_index=False).agg(
        rows_count=(key, "size"), example=(key, lambda keys: key_words(keys.iloc[0])),
        document_id=("document_id", lambda ids: " ".join(main_documents(ids))))
    return counts.sort_values(["rows_count", "doubt"], ascending=[False, True], ignore_index=True)
