"""One filer's part of a panel of many: its facts as lines of CSV, and what could not be mapped.

The panel is for filers outside the committed tables. The general rows of xbrl_tags apply; nothing is guessed.
"""

from dataclasses import dataclass

import pandas as pd

from analysis.csv_cells import cell
from analysis.errors import DataRefused
from analysis.tables.xbrl_facts import COLUMNS, filer_facts

PANEL_COLUMNS = ["cik", *COLUMNS]
ASIDE_COLUMNS = ["cik", "ticker", "concept", "tag", "unit", "period_start", "period_end", "value", "accession",
                 "filed_date", "reason"]

OUTSIDE = ["unit", "form", "accession", "value"]
"""Columns whose text the filer's file gives as it likes."""


@dataclass(frozen=True)
class FilerPart:
    """A filer's facts (lines in PANEL_COLUMNS) and readings set aside (lines in ASIDE_COLUMNS), the concepts
    without a number and the tags nobody mapped; `problem` says why a file was refused, blank when it was not."""

    cik: str
    ticker: str
    fact_lines: str = ""
    aside_lines: str = ""
    fact_count: int = 0
    aside_count: int = 0
    missing_concepts: tuple[str, ...] = ()
    unknown_tags: tuple[str, ...] = ()
    problem: str = ""


def filer_part(content: bytes, ticker: str, cik: str) -> FilerPart:
    """The part of one company-facts file; a refused file gives a part with its `problem`."""
    try:
        found = filer_facts(content, ticker, cik)
    except DataRefused as error:
        return FilerPart(cik, ticker, problem=str(error))
    return FilerPart(
        cik, ticker, _lines(found.facts, PANEL_COLUMNS, cik), _lines(found.set_aside, ASIDE_COLUMNS, cik),
        len(found.facts), len(found.set_aside), tuple(found.missing_concepts), tuple(found.unknown_tags))


def _lines(rows: pd.DataFrame, columns: list[str], cik: str) -> str:
    rows = rows.assign(cik=cik)[columns]
    outside = [name for name in OUTSIDE if name in columns and rows[name].dtype.kind == "O"]
    plain = {name: rows[name].map(cell, na_action="ignore") for name in outside}
    return rows.assign(**plain).to_csv(index=False, header=False, lineterminator="\n")
