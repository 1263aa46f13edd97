"""The lists of a health report: corrections in words, guidance that is missing, layoff rows to read with care."""

import pandas as pd

from analysis.periods import LATEST, parse_as_of
from analysis.tables.companies import load_companies
from analysis.tables.coverage import DAY_COLUMNS
from analysis.tables.descriptor import primary_key, read_text
from analysis.tables.health import key_words, main_documents
from analysis.tables.read import read_table

UNKNOWN_DAY = "9999-12-31"
CHANGING = ("replace", "clear", "drop")
"""The actions of a correction that change a cell or take a row away."""


def corrections_listed(as_of: str = LATEST) -> pd.DataFrame:
    """Every correction with the document of its row: the columns of the table corrections and document_id.

    A dropped row is gone from the corrected table, so documents are looked up in the tables as they were read.
    With a date as `as_of`, without the corrections of rows that became public later, before or after correction, or on
    an unknown day. Misleads: the rest of the list
    is today's, because a past edition is rebuilt with today's corrections.
    """
    records = read_table("corrections")
    documents: dict[tuple[str, str], str] = {}
    days: dict[tuple[str, str], str] = {}
    for name in records["table"].unique():
        text = read_text(name)
        pairs = [(name, key) for key in text[primary_key(name)].agg("|".join, axis=1)]
        documents |= dict(zip(pairs, text["document_id"], strict=True))
        if name in DAY_COLUMNS:
            days |= dict(zip(pairs, text[DAY_COLUMNS[name]].fillna(UNKNOWN_DAY), strict=True))
    moved = records[records["column"].eq(records["table"].map(DAY_COLUMNS)) & records["action"].isin(CHANGING[:2])]
    for record in moved.itertuples(index=False):
        new = UNKNOWN_DAY if pd.isna(record.new_value) else record.new_value
        days[record.table, record.key] = max(days[record.table, record.key], new)
    rows = list(zip(records["table"], records["key"], strict=True))
    listed, limit = records.assign(document_id=[documents.get(row) for row in rows]), parse_as_of(as_of)
    return listed if limit is None else listed[[days.get(row, "") <= limit.isoformat() for row in rows]]


def corrections_by_action(records: pd.DataFrame) -> pd.DataFrame:
    """How many corrections of each action, most first: action, records_count, tables, document_id."""
    counts = records.groupby("action", as_index=False).agg(
        records_count=("correction_id", "size"), tables=("table", lambda names: ", ".join(sorted(set(names)))),
        document_id=("document_id", main_documents_text))
    return counts.sort_values("records_count", ascending=False, ignore_index=True)


def main_documents_text(ids: pd.Series) -> str:
    """`main_documents` as one cell."""
    return " ".join(main_documents(ids))


def changing_corrections(records: pd.DataFrame) -> pd.DataFrame:
    """The corrections that change the data, one line per reason, action and column.

    Columns: row (the first one in words, with the number of further rows), change ("value: 13700 expected, now
    14100"; of the first row), reason, records_count, correction_ids, document_id.
    """
    changing = records[records["action"].isin(CHANGING)].sort_values(["table", "key"])
    lines = changing.groupby(["table", "action", "column", "reason"], as_index=False, sort=False, dropna=False).agg(
        key=("key", "first"), records_count=("key", "size"), expected=("expected", "first"),
        new_value=("new_value", "first"), correction_ids=("correction_id", " ".join),
        document_id=("document_id", main_documents_text))
    more = " and " + (lines["records_count"] - 1).astype(str) + " more"
    lines["row"] = lines["key"].map(key_words) + more.where(lines["records_count"] > 1, "")
    lines["change"] = [_change(*cells) for cells in
                       zip(lines["action"], lines["column"], lines["expected"], lines["new_value"], strict=True)]
    return lines.astype({"expected": object, "new_value": object})


def _change(action: str, column: str, expected: str, new_value: str) -> str:
    """What one correction does, in words; a blank cell is "blank"."""
    before, after = ("blank" if pd.isna(value) else value for value in (expected, new_value))
    if action == "drop":
        return f"row dropped; {column} expected: {before}"
    return f"{column}: {before} expected, now {after if action == 'replace' else 'blank'}"


def missing_guidance(guidance: pd.DataFrame, tickers: list[str], years: range) -> pd.DataFrame:
    """Per company: in which of the years (by period end) yearly guidance is in the data, and in which not.

    Columns: name, guided and missing (years in words, "none" when empty), missing_count. Guidance that is not
    in the data may still have been given.
    """
    names = load_companies().set_index("ticker")["name"]
    yearly = guidance[guidance["span"] == "year"]
    rows = []
    for ticker in tickers:
        have = set(yearly.loc[yearly["ticker"] == ticker, "period_end"].dt.year)
        guided, missing = [y for y in years if y in have], [y for y in years if y not in have]
        rows.append({"name": names[ticker], "guided": _years(guided), "missing": _years(missing),
                     "missing_count": len(missing)})
    return pd.DataFrame(rows)


def _years(years: list[int]) -> str:
    return ", ".join(map(str, years)) or "none"


def unresolved_by_cause(unresolved: pd.DataFrame) -> pd.DataFrame:
    """Firm-years without a people-cost bound, by bound and by what is missing: firm_years_count, firms_count.

    Unresolved: frame of analysis.metrics.people_cost.unresolved_people_cost.
    """
    causes = unresolved.assign(missing=unresolved["missing"].str.replace("_", " "))
    counts = causes.groupby(["bound", "missing"], as_index=False).agg(
        firm_years_count=("calendar_year", "size"), firms_count=("ticker", "nunique"))
    return counts.sort_values(["bound", "firm_years_count"], ascending=[False, False], ignore_index=True)


def layoff_cautions(events: pd.DataFrame) -> pd.DataFrame:
    """Layoff rows to read with care, by why: what, rows_count, share_ratio of all rows, document_id.

    The kinds overlap: a row can be of several. Events: frame of load_layoffs.
    """
    kinds = {
        "no count given": events["employees_cut_persons"].isna(),
        "may sit inside an earlier plan, left out of sums": events["within_basis"] == "possible",
        "said to sit inside an earlier plan, left out of sums": events["within_basis"] == "stated",
        "state notice, a lower bound for one state, left out of sums": events["record_kind"] == "state_notice",
        "outside estimate, left out of sums": events["record_kind"] == "estimate",
        "fall in headcount, not an announcement, left out of sums": events["record_kind"] == "headcount_change",
        "a rounded count or a ceiling": events["count_kind"].isin(["about", "ceiling"]),
        "only the month is known": events["date_precision"] == "month",
        "no reason was read": events["reason_class"] == "unstated",
        "the firm was not listed on the day": ~events["listed"],
    }
    rows = [{"what": what, "rows_count": int(mask.sum()), "share_ratio": mask.mean(),
             "document_id": main_documents_text(events.loc[mask, "document_id"])} for what, mask in kinds.items()]
    return pd.DataFrame(rows)
