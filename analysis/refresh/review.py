"""What a refresh did not take in, in two lists: rows set aside with the reason, and rows a person must decide on.

A list holds what the last reading of each source left; a run that reads one source leaves the rows of the others.
"""

import csv
import io
from pathlib import Path

from analysis import paths
from analysis.csv_cells import cell
from analysis.sources.raw_store import write_whole

COLUMNS = ["live_source_id", "table", "key", "reason", "row"]
Rows = dict[str, list[dict[str, str]]]


def aside_file() -> Path:
    """Where rows that cannot be are listed; git ignores it."""
    return paths.data_dir() / "raw" / "set_aside.csv"


def review_file() -> Path:
    """Where the questions are listed; git ignores it."""
    return paths.data_dir() / "raw" / "review.csv"


def keep(path: Path, by_source: Rows) -> None:
    """Replace the rows of the sources that were read; those of others stay. Nothing changed: nothing is written.

    A text that a spreadsheet would run as a formula gets a leading quote.
    """
    have = rows_in(path)
    others = [row for row in have if row["live_source_id"] not in by_source]
    mine = [{"live_source_id": source} | {name: cell(row[name]) for name in COLUMNS[1:]}
            for source, rows in by_source.items() for row in rows]
    rows = sorted(others + mine, key=lambda row: [row[name] for name in COLUMNS])
    if rows == have:
        return
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_whole(path, out.getvalue().encode())


def rows_in(path: Path) -> list[dict[str, str]]:
    """The rows of a list; none when there is no such file."""
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))
