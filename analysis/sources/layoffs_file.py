"""Read a layoff table in the public layoffs.fyi/Kaggle layout.

The whole table is share-alike (ODbL), so it is not part of this project; a reader who has it loads it.
"""

from pathlib import Path

import pandas as pd

from analysis.errors import TableError
from analysis.sources.text_file import text_rows

LAYOUT = ("company", "total_laid_off", "date", "percentage_laid_off", "stage", "country")
"""Columns that must be present; `source` is used when it is there, the others are left."""

COUNTS = ("total_laid_off", "percentage_laid_off")

EVENT_TEXT = ("unit_of", "share_scope", "reason_evidence", "reason_document_id", "within_event_id", "within_basis",
              "document_id", "confirmed_document_id", "doubt")


def read_layoffs_file(file: str | Path) -> pd.DataFrame:
    """Events in the columns of the table layoff_events, one per row of the file that names a date.

    Rows without company or date, and rows that repeat company, date, count and share, are dropped;
    `attrs["dropped"]` lists them (line, company, date, why). Blank counts stay missing. No ticker is guessed:
    `ticker` is blank and `listed` is True only where the file's stage says Post-IPO.
    TableError names the line and column of a cell that is not a number, share or date.
    """
    path = Path(file)
    rows = text_rows(path, LAYOUT)
    dropped = _dropped(rows)
    events = _events(path.name, rows[~rows["line"].isin(dropped["line"])])
    events.attrs["dropped"] = dropped.to_dict("records")
    return events


def _dropped(rows: pd.DataFrame) -> pd.DataFrame:
    numbers = [pd.to_numeric(rows[column], errors="coerce").fillna(-1) for column in COUNTS]
    same = pd.concat([rows[["company", "date"]], *numbers], axis=1)
    why = pd.Series("", index=rows.index)
    why[same.duplicated()] = "repeats an earlier row"
    why[rows["date"].str.strip() == ""] = "no date"
    why[rows["company"].str.strip() == ""] = "no company"
    return rows.assign(why=why)[why != ""][["line", "company", "date", "why"]].reset_index(drop=True)


def _events(name: str, rows: pd.DataFrame) -> pd.DataFrame:
    count = _numbers(name, rows, "total_laid_off", 1, 1_000_000)
    share = _numbers(name, rows, "percentage_laid_off", 0, 1)
    dates = _dates(name, rows)
    slug = rows["company"].str.lower().str.replace(r"[^\w]+", "-", regex=True).str.strip("-")
    events = pd.DataFrame({"event_id": dates.dt.strftime("%Y-%m-%d") + "." + slug, "company": rows["company"]})
    events["event_id"] += _repeat_suffix(events["event_id"])
    events["ticker"], events["listed"] = None, rows["stage"].eq("Post-IPO")
    events["record_kind"], events["date_precision"] = "announcement", "day"
    events["announced_date"] = dates
    events["confirmed_date"] = events["carried_out_date"] = pd.NaT
    events["employees_cut_persons"], events["share_ratio"] = count, share
    events["count_kind"] = count.notna().map({True: "as_reported", False: "not_given"})
    events["workforce_before_persons"] = events["openings_cancelled_count"] = float("nan")
    events["reason_class"], events["reason_basis"] = "unstated", "none"
    events["country"] = rows["country"]
    events["source_url"] = rows.get("source")
    for column in EVENT_TEXT:
        events[column] = None
    return events.reset_index(drop=True)


def _repeat_suffix(ids: pd.Series) -> pd.Series:
    number = ids.groupby(ids).cumcount() + 1
    return number.map(lambda n: "" if n == 1 else f".{n}")


def _numbers(name: str, rows: pd.DataFrame, column: str, low: float, high: float) -> pd.Series:
    text = rows[column].str.strip()
    numbers = pd.to_numeric(text.where(text != ""), errors="coerce")
    bad = (text != "") & ~numbers.between(low, high)
    _refuse(name, rows, column, bad, f"a number from {low} to {high}")
    return numbers


def _dates(name: str, rows: pd.DataFrame) -> pd.Series:
    text = rows["date"].str.strip()
    us = pd.to_datetime(text, format="%m/%d/%Y", errors="coerce")
    dates = us.fillna(pd.to_datetime(text, format="%Y-%m-%d", errors="coerce"))
    _refuse(name, rows, "date", dates.isna(), "a date such as 5/15/2026 or 2026-05-15")
    return dates


def _refuse(name: str, rows: pd.DataFrame, column: str, bad: pd.Series, wanted: str) -> None:
    if bad.any():
        row = rows[bad].iloc[0]
        raise TableError(
            f"{name}: line {row['line']}, column {column}: {row[column]!r} is not {wanted} "
            f"({int(bad.sum())} such cell(s))"
        )
