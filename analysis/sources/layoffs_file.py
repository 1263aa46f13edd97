"""Read a layoff table in the public layoffs.fyi/Kaggle layout.

The whole table is share-alike (ODbL), so it is not part of this project; a reader who has it loads it.
"""

from pathlib import Path

import pandas as pd

from analysis.errors import TableError
from analysis.sources.text_file import text_rows

LAYOUT = ("company", "total_laid_off", "date", "percentage_laid_off", "stage", "country")
"""Columns that must be present; `source` is used when it is there, the others are left."""

RANGES = {"total_laid_off": (1, 1_000_000), "percentage_laid_off": (0, 1)}
"""Columns of numbers, and what they may hold."""

EVENT_TEXT = ("unit_of", "share_scope", "reason_evidence", "reason_document_id", "within_event_id", "within_basis",
              "document_id", "confirmed_document_id", "doubt")


def read_layoffs_file(file: str | Path, drop_bad: bool = False) -> pd.DataFrame:
    """Events in the columns of the table layoff_events, one per row of the file that names a date.

    Rows without company or date, and rows that repeat company, date, count and share, are dropped;
    `attrs["dropped"]` lists them (line, company, date, why). Blank counts stay missing. No ticker is guessed:
    `ticker` is blank and `listed` is True only where the file's stage says Post-IPO.
    TableError names the line and column of a cell that is not a number, share or date; with `drop_bad` such a
    row is dropped too.
    """
    path = Path(file)
    rows = text_rows(path, LAYOUT)
    dropped = _dropped(rows)
    rows = rows[~rows["line"].isin(dropped["line"])]
    bad = _bad_cells(rows)
    if len(bad) and not drop_bad:
        raise TableError(f"{path.name}: line {bad['line'].iloc[0]}, {bad['why'].iloc[0]} ({len(bad)} such row(s))")
    events = _events(rows[~rows["line"].isin(bad["line"])])
    events.attrs["dropped"] = pd.concat([dropped, bad]).sort_values("line").to_dict("records")
    return events


def _dropped(rows: pd.DataFrame) -> pd.DataFrame:
    numbers = [pd.to_numeric(rows[column], errors="coerce").fillna(-1) for column in RANGES]
    same = pd.concat([rows[["company", "date"]], *numbers], axis=1)
    why = pd.Series("", index=rows.index)
    why[same.duplicated()] = "repeats an earlier row"
    why[rows["date"].str.strip() == ""] = "no date"
    why[rows["company"].str.strip() == ""] = "no company"
    return rows.assign(why=why)[why != ""][["line", "company", "date", "why"]].reset_index(drop=True)


def _bad_cells(rows: pd.DataFrame) -> pd.DataFrame:
    """Line, company, date and why of each row with a cell that is not what its column holds."""
    why = pd.Series("", index=rows.index)
    for column, (low, high) in reversed(RANGES.items()):
        bad = (rows[column] != "") & ~_numbers(rows[column]).between(low, high)
        why[bad] = "column " + column + ": " + rows[column].map(repr) + f" is not a number from {low} to {high}"
    bad = (why == "") & _dates(rows["date"]).isna()
    why[bad] = "column date: " + rows["date"].map(repr) + " is not a date such as 5/15/2026 or 2026-05-15"
    return rows.assign(why=why)[why != ""][["line", "company", "date", "why"]]


def _events(rows: pd.DataFrame) -> pd.DataFrame:
    count, share = _numbers(rows["total_laid_off"]), _numbers(rows["percentage_laid_off"])
    dates = _dates(rows["date"])
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


def _numbers(text: pd.Series) -> pd.Series:
    return pd.to_numeric(text.where(text != ""), errors="coerce")


def _dates(text: pd.Series) -> pd.Series:
    us = pd.to_datetime(text, format="%m/%d/%Y", errors="coerce")
    return us.fillna(pd.to_datetime(text, format="%Y-%m-%d", errors="coerce"))
