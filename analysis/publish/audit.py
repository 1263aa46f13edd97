"""The last look before publishing: a page that fails it does not replace the previous one."""

import math
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from analysis.publish.markup import first_line
from analysis.publish.records import Record, records
from analysis.quantity import BASES

PLACEHOLDER = "No description has been provided"
LOADING = {
    "script": "src", "img": "src", "iframe": "src", "embed": "src", "object": "data", "video": "src",
    "audio": "src", "source": "src", "track": "src", "input": "src", "link": "href", "base": "href",
}
"""Tags that make a browser fetch something, and the attribute that says what."""
FORBIDDEN = ("script", "iframe", "object", "embed", "form", "base")
LOADED_BY_STYLE = re.compile(r"@import|url\(\s*['\"]?(?!data:|#)", re.IGNORECASE)


def audit(notebook: Any, html: str) -> list[str]:
    """Everything wrong with an executed notebook and its page; empty when it may be published."""
    found = records(notebook)
    return [*_warnings(notebook), *_unfit_outputs(notebook), *_numbers(found), *audit_page(html)]


def _warnings(notebook: Any) -> Iterator[str]:
    for position, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", []):
            if output.output_type == "stream" and output.name == "stderr" and output.text.strip():
                yield f"cell {position + 1}: a warning or message on stderr: {first_line(output.text)}"


def _unfit_outputs(notebook: Any) -> Iterator[str]:
    """Outputs that the page would show without their scripts, that is wrongly."""
    for position, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", []):
            content = output.get("data", {}).get("text/html", "")
            for problem in audit_page("".join(content)):
                yield f"cell {position + 1}: {problem}"


def _numbers(found: list[Record]) -> Iterator[str]:
    seen: dict[str, Any] = {}
    for one in found:
        for number in one.content.get("numbers", []):
            key, value = number.get("key"), number.get("value")
            where = f"cell {one.cell + 1}: number {key!r}"
            if number.get("basis") not in BASES:
                yield f"{where} has no basis"
            if number.get("basis") != "scenario" and not number.get("source_ids"):
                yield f"{where} has no source"
            if not isinstance(value, (int, float)) or not math.isfinite(value):
                yield f"{where} has no value"
            elif seen.setdefault(key, value) != value:
                yield f"{where} is {value} here and {seen[key]} before; give one of them another key"


def audit_page(html: str) -> list[str]:
    """What a page must not hold: pictures without description, scripts, anything loaded from elsewhere."""
    reader = _Reader()
    reader.feed(html)
    return list(dict.fromkeys(reader.problems))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.problems: list[str] = []
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self._in_style = tag == "style"
        if tag in FORBIDDEN:
            self.problems.append(f"the page holds a <{tag}>")
        if tag == "img":
            self._picture(values)
        loaded = values.get(LOADING.get(tag, ""), "data:")
        if not loaded.startswith("data:"):
            self.problems.append(f"the page would load {loaded[:80]!r}")
        if "srcset" in values or LOADED_BY_STYLE.search(values.get("style", "")):
            self.problems.append(f"a <{tag}> would load something from elsewhere")
        self.problems += [f"a <{tag}> has a script in {name}" for name in values if name.startswith("on")]

    def _picture(self, values: dict[str, str]) -> None:
        described = values.get("alt", "").strip()
        if not described or PLACEHOLDER in described:
            self.problems.append("a picture has no description (alt text)")
        if not values.get("src"):
            self.problems.append(f"a picture is not inside the page: {described[:60]!r}")

    def handle_data(self, data: str) -> None:
        if self._in_style and LOADED_BY_STYLE.search(data):
            self.problems.append("a style would load something from elsewhere")

    def handle_endtag(self, tag: str) -> None:
        self._in_style = False
