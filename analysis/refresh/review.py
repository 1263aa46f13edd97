"""What a person must decide: rows that a refresh neither took in nor refused, kept until they are settled."""

import csv
import io
from pathlib import Path

from analysis import paths
from analysis.publish.records import cell
from analysis.sources.raw_store import write_whole

COLUMNS = ["live_source_id", "table", "key", "reason", "row"]


def review_file() -> Path:
    """Where the questions are listed; git ignores it."""
    return paths.data_dir() / "raw" / "review.csv"


def keep_review(questions: dict[str, list[dict[str, str]]]) -> None:
    """Replace the questions of the sources that were read; those of others stay. Nothing changed: nothing is written.

    A text that a spreadsheet would run as a formula gets a leading quote.
    """
    others = [row for row in open_questions() if row["live_source_id"] not in questions]
    mine = [{"live_source_id": source} | {name: cell(row[name]) for name in COLUMNS[1:]}
            for source, rows in questions.items() for row in rows]
    rows = sorted(others + mine, key=lambda row: [row[name] for name in COLUMNS])
    if rows == open_questions():
        return
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_whole(review_file(), out.getvalue().encode())


def open_questions() -> list[dict[str, str]]:
    """The questions on file, in the columns COLUMNS."""
    if not review_file().exists():
        return []
    with review_file().open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))
