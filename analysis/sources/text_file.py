"""Read a reader's own CSV file as text, with the line each row begins on, so that errors can name it."""

import csv
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from analysis.errors import TableError

LONGEST_CELL = 131_072
"""Characters a cell may hold: more is a quote that was never closed, or no table."""


def text_rows(path: Path, needed: Sequence[str]) -> pd.DataFrame:
    """The file as stripped text, one row per row, with a column `line`; blank lines are passed over.

    TableError when there is no such file, it is not UTF-8 or empty, a row has another number of cells than the
    first, a cell is longer than LONGEST_CELL, a column stands twice (or is called line), or a needed one is absent.
    """
    if not path.is_file():
        raise TableError(f"no file {path}")
    rows = _rows(path)
    if not rows:
        raise TableError(f"{path.name} is empty; expected the columns {', '.join(needed)}")
    header = ["line", *rows[0][1:]]
    ragged = next((row for row in rows[1:] if len(row) != len(header)), None)
    if ragged is not None:
        raise TableError(f"{path.name}: line {ragged[0]} has {len(ragged) - 1} cells, line 1 has {len(header) - 1}")
    twice = next((name for place, name in enumerate(header) if name in header[:place]), None)
    if twice is not None:
        why = "taken for the line numbers" if twice == "line" else "there twice"
        raise TableError(f"{path.name}: line 1: the column {twice!r} is {why}; rename one")
    for begins, *cells in rows[1:]:
        for column, cell in zip(header[1:], cells, strict=True):
            if len(cell) > LONGEST_CELL:
                raise TableError(f"{path.name}: line {begins}: {column} has {len(cell):,} characters, "
                                 f"more than {LONGEST_CELL:,}")
    missing = [column for column in needed if column not in header]
    if missing:
        raise TableError(f"{path.name}: line 1 has no column {', '.join(missing)}; expected {', '.join(needed)}")
    frame = pd.DataFrame(rows[1:], columns=header, dtype="str")
    return frame.assign(line=frame["line"].astype(int))


def _rows(path: Path) -> list[list[str]]:
    """Each row that is not blank: the line it begins on, then its cells."""
    rows, begins = [], 1
    usual = csv.field_size_limit(path.stat().st_size + 1)  # so that the cell too long can be named
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            reader = csv.reader(stream)
            for cells in reader:
                if cells:
                    rows.append([str(begins), *(cell.strip() for cell in cells)])
                begins = reader.line_num + 1
    except UnicodeDecodeError as error:
        raise TableError(f"{path.name}: byte {error.start} is not UTF-8; save the file as UTF-8") from None
    finally:
        csv.field_size_limit(usual)
    return rows
