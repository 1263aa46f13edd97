"""Show a figure or a table as one accessible output that carries its own rows.

The output's metadata holds what was drawn (columns and rows as plain values) and the documents
behind it, so that the runner can write a CSV beside the page.
"""

import base64
import datetime
import html
import math
import re
from collections.abc import Callable, Iterable

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from analysis import numerals
from analysis.errors import AnalysisError, require_known
from analysis.figures.basis import ROUNDED
from analysis.figures.style import svg
from analysis.publish.citing import cite, emit, fold, publishers, safe_url

SHORTEST_ALT = 40
NOT_DISCLOSED = "not disclosed"
BASIS_MARKS = {"estimated": "†", "scenario": "‡", ROUNDED: "≈"}
"""The sign behind a cell whose number is no reported or derived one, by what it is."""
FORMATTERS: dict[str, Callable] = {
    "text": str, "usd": numerals.usd_text, "percent": numerals.percent_text, "points": numerals.points_text,
    "count": numerals.count_text, "times": numerals.times_text, "date": numerals.date_text,
    "month": numerals.month_text, "year": lambda value: str(int(value)),
}
NOT_NUMERIC = ("text", "date", "month")


def show(figure: Figure, *, id: str, title: str, alt: str, frame: pd.DataFrame,
         documents: Iterable[str], note: str | None = None) -> None:
    """Display a drawn figure and close it.

    `alt` tells the finding in words, at least SHORTEST_ALT characters. `frame` holds the rows drawn.
    `documents` are the ids behind them. Raises AnalysisError for a poor alt text, title or id.
    """
    _check_id(id)
    _check_text("title", title)
    _check_alt(alt, id)
    record = _record("figure", id, title, frame, documents, (title, alt)) | {"alt": str(alt)}
    picture = base64.b64encode(svg(figure).encode()).decode()
    plt.close(figure)
    markup = (f'<figure class="figure" id="figure-{id}">\n'
              f'<img src="data:image/svg+xml;base64,{picture}" alt="{html.escape(alt)}" '
              f'style="max-width:100%;height:auto">\n'
              f"<figcaption>{_foot(record['documents'], note)}</figcaption>\n</figure>")
    emit({"text/html": markup}, record)


def table(frame: pd.DataFrame, *, id: str, caption: str,
          columns: dict[str, tuple[str, str | Callable]], documents: Iterable[str],
          note: str | None = None, link: str | None = None, missing: str = NOT_DISCLOSED, folded: bool = False) -> None:
    """Display a frame as a table with a caption; the first column names the row.

    `columns` maps a column to (label, formatter); a formatter is a name in FORMATTERS or a function
    of the value. A column `<name>_basis` marks estimated and scenario cells; where `<name>_is_rounded` is true, an
    estimated cell is marked as a count the company itself rounded. `link` names a column of addresses for the first
    column. A missing cell reads `missing`, never blank and never zero. `folded` shows the caption alone until a reader
    opens it.
    """
    _check_id(id)
    _check_text("caption", caption)
    for name in [*columns, *([link] if link else [])]:
        require_known("column", name, frame.columns)
    record = _record("table", id, caption, frame, documents, (caption,))
    head = "".join(f'<th scope="col"{_side(kind)}>{_words(words)}</th>'
                   for words, kind in columns.values())
    body = "\n".join(_row(row, columns, link, missing) for row in frame.to_dict("records"))
    notes = ". ".join(text.rstrip(".") for text in (_legend(frame, columns), note) if text)
    label = html.escape(caption)
    markup = (f'<div class="table-scroll" id="table-{id}" tabindex="0" role="region" aria-label="{label}">\n'
              f"<table>\n<caption>{_words(caption)}</caption>\n<thead><tr>{head}</tr></thead>\n"
              f"<tbody>\n{body}\n</tbody>\n</table>\n</div>\n"
              f'<p class="table-foot">{_foot(record["documents"], notes)}</p>')
    emit({"text/html": fold(caption, markup) if folded else markup}, record)


def _row(row: dict, columns: dict, link: str | None, missing: str) -> str:
    cells = []
    for position, (name, (_, kind)) in enumerate(columns.items()):
        text = _words(_cell(row[name], kind, missing))
        if position == 0 and link and (address := safe_url(row[link])):
            text = f'<a href="{html.escape(address)}">{text}</a>'
        mark = _mark(row, name)
        if mark and not _is_missing(row[name]):
            text += f'<sup title="{mark}">{BASIS_MARKS[mark]}</sup>'
        tag, scope = ("th", ' scope="row"') if position == 0 else ("td", "")
        cells.append(f"<{tag}{scope}{_side(kind)}>{text}</{tag}>")
    return f"<tr>{''.join(cells)}</tr>"


def _mark(row: dict, name: str) -> str:
    """What a cell's number is, if it is to be marked: a key of BASIS_MARKS; else empty."""
    basis = row.get(f"{name}_basis")
    if basis == "estimated" and row.get(f"{name}_is_rounded") is True:
        return ROUNDED
    return basis if basis in BASIS_MARKS else ""


def _legend(frame: pd.DataFrame, columns: dict) -> str:
    """What the marks in the cells mean; empty when no cell is marked."""
    bases = {_mark(row, name) for row in frame.to_dict("records") for name in columns if not _is_missing(row[name])}
    return "; ".join(f"{mark} {basis}" for basis, mark in BASIS_MARKS.items() if basis in bases)


def _cell(value: object, kind: str | Callable, missing: str) -> str:
    """The text of one cell."""
    if _is_missing(value):
        return missing
    if callable(kind):
        return str(kind(value))
    return FORMATTERS[require_known("formatter", kind, FORMATTERS)](value)


def _words(text: str) -> str:
    """Text for HTML. Each dollar sign stands alone, because JupyterLab reads a pair as a formula."""
    return html.escape(text).replace("$", "<span>$</span>")


def _side(kind: str | Callable) -> str:
    """Numbers stand to the right with figures of one width; the style is inline, so Lab shows it too."""
    if kind in NOT_NUMERIC:
        return ' class="text" style="text-align:left"'
    return ' class="number" style="text-align:right;font-variant-numeric:tabular-nums"'


def _record(kind: str, id: str, title: str, frame: pd.DataFrame, documents: Iterable[str],
            texts: tuple[str, ...]) -> dict:
    """What the runner reads: the rows as plain values and the documents, the texts' own included."""
    records = frame.to_dict("records")
    rows = [{str(name): plain_value(value) for name, value in record.items()} for record in records]
    own = [document for text in texts for document in getattr(text, "documents", [])]
    numbers = [number for text in texts for number in getattr(text, "numbers", [])]
    return {"kind": kind, "id": id, "title": str(title), "columns": [str(name) for name in frame.columns],
            "rows": rows, "numbers": numbers, "documents": cite([*documents, *own])}


def plain_value(value: object) -> str | int | float | bool | None:
    """A cell as JSON holds it: ISO dates, None for missing; AnalysisError for anything else."""
    if _is_missing(value):
        return None
    if isinstance(value, datetime.datetime):
        return value.isoformat() if value.time() != datetime.time() else value.date().isoformat()
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, (str, bool, int, float)):
        return value
    raise AnalysisError(f"a {type(value).__name__} cannot be written to a table: {value!r}")


def _is_missing(value: object) -> bool:
    if isinstance(value, (float, np.floating)):
        return not math.isfinite(value)
    return value is None or value is pd.NA or value is pd.NaT


def _foot(documents: list[str], note: str | None) -> str:
    """The line under a figure or table: who published the data, then the note."""
    names = publishers(documents)
    parts = []
    if names:
        parts.append(f"{'Source' if len(names) == 1 else 'Sources'}: {_words('; '.join(names))}.")
    if note:
        parts.append(_words(note.rstrip(".")) + ".")
    return " ".join(parts)


def _check_id(id: str) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9_-]*", id):
        raise AnalysisError(f"an id names a file: lower-case letters, digits, _ and - only, not {id!r}")


def _check_text(kind: str, text: str) -> None:
    if not text.strip() or re.search(r"\b(nan|NaN|NaT|None(?! of))\b", text):
        raise AnalysisError(f"the {kind} is empty or holds a missing value: {text!r}")


def _check_alt(alt: str, id: str) -> None:
    _check_text("alternative text", alt)
    if len(alt.strip()) < SHORTEST_ALT or alt.strip() == id:
        raise AnalysisError(f"the alternative text must tell the finding in a sentence, not {alt!r}")
