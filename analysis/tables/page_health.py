"""How fresh and how firm the data behind a page are, from the documents it cites.

A page names documents, not rows. What is counted here are all rows of the tables that stand in those documents, so
a page that takes one figure from a long filing is counted with every row of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pandas as pd

from analysis.paths import data_dir
from analysis.periods import LATEST, parse_as_of
from analysis.tables.facts import load_facts
from analysis.tables.health_checks import quarter_checks
from analysis.tables.read import read_table

DAYS = {
    "facts": ("filed_date", "period_end"), "guidance": ("given_date",), "layoff_events": ("announced_date",),
    "statements": ("date",), "labour_series": ("date",), "industry_monthly": ("month",),
    "compute_prices": ("as_of",), "cost_figures": ("as_of",), "inference_latency": ("measured_date",),
}
"""For each table with days: the columns that say when a row became known, the first that is filled counts."""
KNOWN = {"facts": "filed_date", "labour_series": "retrieved_date"}
"""Tables with rows of unknown vintage: the column that is filled where a row stands in an edition of a day."""
ONE_CAPTURE = ("industry_monthly",)
"""Tables that are in no edition of a day."""
TOLERANCE_RATIO = 0.005
"""Largest gap between four quarters and their year that still passes, as the report on the data has it."""


@dataclass(frozen=True)
class Behind:
    """What stands behind a page: the newest day (ISO, empty when nothing is dated), rows, doubts, failed checks."""

    newest: str = ""
    rows: int = 0
    doubts: int = 0
    failed_checks: int = 0


def behind(documents: Iterable[str], as_of: str = LATEST) -> Behind:
    """The rows of the data in these documents, known by `as_of`.

    `newest` is the latest day one of them became public; for a fact without a filed date, the end of its period.
    `failed_checks` counts reported years that their quarters do not add up to. Unknown ids count for nothing.
    """
    ids = set(documents)
    rows = _rows(data_dir(), str(as_of))
    mine = rows[rows["document_id"].isin(ids)]
    if mine.empty:
        return Behind()
    newest = mine["day"].max()
    failed = int(_failed(data_dir(), str(as_of)).isin(ids).sum())
    return Behind("" if pd.isna(newest) else newest.date().isoformat(), len(mine), int(mine["doubt"].sum()), failed)


@lru_cache(maxsize=4)
def _rows(folder: Path, as_of: str) -> pd.DataFrame:
    """Every dated row known by a day: document_id, day, doubt (whether there is one)."""
    limit = parse_as_of(as_of)
    if limit is None:
        return pd.concat([_dated(read_table(table), columns) for table, columns in DAYS.items()], ignore_index=True)
    parts = []
    for table in [name for name in DAYS if name not in ONE_CAPTURE]:
        known = read_table(table)
        if table in KNOWN:
            known = known[known[KNOWN[table]] <= pd.Timestamp(limit)]
        parts.append(_dated(known, DAYS[table]))
    rows = pd.concat(parts, ignore_index=True)
    return rows[~(rows["day"] > pd.Timestamp(limit))]


def _dated(table: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    days = pd.Series(pd.NaT, index=table.index, dtype="datetime64[ns]")
    for column in columns:
        read = table[column].astype("string").str.extract(r"^(\d{4}-\d{2}(?:-\d{2})?)", expand=False)
        days = days.fillna(pd.to_datetime(read, format="ISO8601"))
    doubt = table["doubt"].notna() if "doubt" in table else False
    return pd.DataFrame({"document_id": table["document_id"], "day": days, "doubt": doubt})


@lru_cache(maxsize=4)
def _failed(folder: Path, as_of: str) -> pd.Series:
    """The documents of the reported years whose quarters do not add up, one entry per year."""
    checks = quarter_checks(load_facts(as_of=as_of), TOLERANCE_RATIO)
    return checks.loc[checks["status"] == "failed", "document_id"]
