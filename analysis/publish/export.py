"""From an executed notebook to one self-contained HTML page.

Same notebook, same bytes: nothing of the run (times, paths, random cell ids) enters the page.
Libraries are loaded at the top of this room's modules: two threads that load one late trip over each other.
"""

import base64
import html
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jinja2
from pygments import highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexers.python import PythonLexer

from analysis import numerals
from analysis.publish import markup, records

SITE = "Compute and people"
TEMPLATES = Path(__file__).with_name("template")
_FORMATTER = HtmlFormatter(nowrap=True)


@dataclass
class Block:
    """One piece of the page: prose, the outputs of a cell, or folded code."""

    kind: str  # "prose", "output" or "code"
    id: str
    html: str
    is_answer: bool = False


@dataclass
class Page:
    """Everything the template needs."""

    question: str
    data_date: str = ""
    left_out: tuple[int, int] = (0, 0)  # readings of facts, values of series, whose vintage is unknown
    parameters: dict[str, Any] = field(default_factory=dict)
    numbers_file: str = ""
    rows_files: list[str] = field(default_factory=list)
    index: str = "index.html"


def render(notebook: Any, page: Page) -> str:
    """The page as HTML. `notebook` is executed; `page` says what stands around it."""
    contents = markup.Contents()
    blocks = list(_blocks(notebook, contents))
    found = records.records(notebook)
    title = contents.title or page.question
    cut = _lead_length(blocks)
    return TEMPLATE("report.html.j2").render(
        site=SITE,
        page=page,
        title=title,
        kicker=page.question if page.question != title else "",
        has_heading=bool(contents.title),
        answer=records.answer(found),
        findings=records.findings(found),
        lead=blocks[:cut],
        rest=blocks[cut:],
        contents=contents.entries,
    )


def _environment() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )
    made.filters["day"] = numerals.date_text
    return made


TEMPLATE = _environment().get_template
"""The page templates, with everything escaped that is not marked as HTML."""


def _lead_length(blocks: list[Block]) -> int:
    """How many blocks open the page: up to the answer, or else up to the title."""
    for wanted in (lambda one: one.is_answer, lambda one: "<h1" in one.html):
        for position, block in enumerate(blocks):
            if wanted(block):
                return position + 1
    return 0


def _blocks(notebook: Any, contents: markup.Contents) -> Iterator[Block]:
    """The page in order. Code waits for the end of its section, so that the reader meets results first."""
    waiting: list[str] = []
    answered = not any(_has_answer(cell) for cell in notebook.cells)  # nothing stands between title and answer
    for position, cell in enumerate(notebook.cells):
        tags = cell.metadata.get("tags", [])
        if "remove-cell" in tags:
            continue
        name = f"c{position:03d}"
        if cell.cell_type == "markdown":
            if answered:
                yield from _code(waiting, name)
                waiting = []
            yield Block("prose", name, contents.number(markup.from_markdown(cell.source)))
        elif cell.cell_type == "code":
            if "remove-input" not in tags and cell.source.strip():
                waiting.append(cell.source)
            outputs = "" if "remove-output" in tags else "\n".join(filter(None, map(_output, cell.outputs)))
            if outputs:
                block = Block("output", name, contents.number(outputs), _has_answer(cell))
                answered = answered or block.is_answer
                yield block
    yield from _code(waiting, "end")


def _has_answer(cell: Any) -> bool:
    outputs = cell.get("outputs", [])
    return any(one.get("metadata", {}).get("analysis", {}).get("kind") == "answer" for one in outputs)


def _code(sources: list[str], name: str) -> Iterator[Block]:
    if sources:
        yield Block("code", f"code-{name}", _highlight("\n\n".join(sources)))


def _highlight(source: str) -> str:
    return highlight(source, PythonLexer(), _FORMATTER)


def _output(output: Any) -> str:
    """One output of a cell as safe HTML; empty when there is nothing to see."""
    if output.output_type == "stream":
        return _preformatted(output.text)
    if output.output_type == "error":
        return _preformatted("\n".join(output.traceback))
    data = output.get("data", {})
    if "text/html" in data:
        return markup.scrolling_tables(markup.sanitize(_text(data["text/html"])))
    if "text/markdown" in data:
        return markup.from_markdown(_text(data["text/markdown"]))
    for kind in ("image/svg+xml", "image/png", "image/jpeg"):
        if kind in data:
            return _picture(kind, _text(data[kind]), output.metadata)
    return _preformatted(_text(data.get("text/plain", "")))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "".join(value)


def _preformatted(text: str) -> str:
    text = markup.steady(text).strip("\n")
    return f'<pre class="text-output" tabindex="0">{html.escape(text)}</pre>' if text.strip() else ""


def _picture(kind: str, content: str, metadata: Any) -> str:
    described = metadata.get(kind, {}).get("alt") or metadata.get("alt") or ""
    if kind == "image/svg+xml":
        content = base64.b64encode(content.encode()).decode()
    content = "".join(content.split())
    return f'<figure class="figure"><img src="data:{kind};base64,{content}" alt="{html.escape(described)}"></figure>'
