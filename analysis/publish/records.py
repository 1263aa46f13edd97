"""What an executed notebook recorded: its answer, its numbers, and the rows of its figures and tables.

The records travel in the metadata of the outputs (key "analysis"), so a run needs no side channel.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from analysis.csv_cells import cell
from analysis.errors import AnalysisError

NUMBER_COLUMNS = ("key", "value", "unit", "text", "basis", "source_ids", "urls")
FILE_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
LABELS = ("label", "choice", "question", "reading")
"""Columns that name the row of a table, the first that is there; else the table's first column does."""


@dataclass(frozen=True)
class Record:
    """The metadata of one output, with the number of its cell."""

    cell: int
    content: dict[str, Any]

    @property
    def kind(self) -> str:
        return str(self.content.get("kind", ""))


def records(notebook: Any) -> list[Record]:
    """Every record in the notebook, in the order of the page."""
    return list(_walk(notebook))


def _walk(notebook: Any) -> Iterator[Record]:
    for position, part in enumerate(notebook.cells):
        for output in part.get("outputs", []):
            content = output.get("metadata", {}).get("analysis")
            if isinstance(content, dict):
                yield Record(position, content)


def answer(found: list[Record]) -> str:
    """The plain text of the first answer; empty when the notebook gives none."""
    return next((" ".join(str(one.content.get("text", "")).split()) for one in found if one.kind == "answer"), "")


def documents(found: list[Record]) -> list[str]:
    """The ids of every document the page cites, once each."""
    return list(dict.fromkeys(document for one in found for document in one.content.get("documents", [])))


def findings(found: list[Record]) -> list[str]:
    """The plain text of the findings that other pages repeat, in the order of the page."""
    return [" ".join(str(one.content.get("text", "")).split()) for one in found if one.kind == "finding"]


def said(found: list[Record]) -> dict[str, Any]:
    """What another edition is compared with: the answer, the keys of its numbers, and every verdict word.

    A verdict word is a cell in a column `verdict` of a table; it goes by "<table>: <name of the row>".
    """
    numbers_of_answer = next((one.content.get("numbers", []) for one in found if one.kind == "answer"), [])
    return {"answer": answer(found), "answer_numbers": list(dict.fromkeys(row["key"] for row in numbers_of_answer)),
            "verdicts": _verdicts(found)}


def _verdicts(found: list[Record]) -> dict[str, str]:
    words: dict[str, str] = {}
    for content in (one.content for one in found if one.kind == "table" and "verdict" in one.content["columns"]):
        name = next((one for one in LABELS if one in content["columns"]), content["columns"][0])
        for row in content["rows"]:
            what, times = f"{content['id']}: {row[name]}", 1
            while (key := what if times == 1 else f"{what} ({times})") in words:
                times += 1
            words[key] = str(row["verdict"])
    return words


def numbers(found: list[Record]) -> list[dict[str, Any]]:
    """The numbers as they appear on the page, each once."""
    unique: dict[tuple, dict[str, Any]] = {}
    for one in found:
        for number in one.content.get("numbers", []):
            unique.setdefault(tuple(str(number.get(name)) for name in NUMBER_COLUMNS), number)
    return list(unique.values())


def numbers_csv(found: list[Record]) -> str:
    """`key,value,unit,text,basis,source_ids,urls`: one line per number, lists joined by a space."""
    return _csv(NUMBER_COLUMNS, ([number.get(name) for name in NUMBER_COLUMNS] for number in numbers(found)))


def row_tables(found: list[Record]) -> dict[str, str]:
    """For each figure and table by its id, the CSV of the rows it shows; AnalysisError for an unfit id."""
    tables: dict[str, str] = {}
    for one in found:
        content = one.content
        if content.get("columns"):
            name = str(content.get("id"))
            if not FILE_NAME.fullmatch(name) or name == "numbers" or name in tables:
                raise AnalysisError(f"cell {one.cell + 1}: {name!r} cannot name a file, or names one twice")
            columns = content["columns"]
            rows = ([row.get(name) for name in columns] for row in content.get("rows", []))
            tables[name] = _csv(columns, rows)
    return tables


def _csv(columns: Any, rows: Any) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([cell(name) for name in columns])
    writer.writerows([cell(value) for value in row] for row in rows)
    return buffer.getvalue()
