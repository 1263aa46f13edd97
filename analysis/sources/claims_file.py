"""Read a file of claims as written, and find the line of each field, so that errors can name it."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.errors import TableError

SUFFIX = ".toml"
LARGEST_BYTES = 1_000_000
"""A file of claims is a page or two of text; a larger one is something else."""
HEADER = re.compile(r"\s*\[\[\s*claim\s*\]\]")
PLACE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)$")


@dataclass(frozen=True)
class ClaimsFile:
    """The content of a file of claims as TOML reads it, and its lines."""

    name: str
    content: dict[str, Any]
    lines: tuple[str, ...]

    def line_of(self, claim: int | None = None, field: str = "") -> int:
        """The line (from 1) of a field of a claim (from 0), or of a field outside the claims without a number.

        The line of the claim itself when the field is not written, 1 when nothing is found.
        """
        starts = self._starts()
        first, last = (0, starts[0] if starts else len(self.lines)) if claim is None or claim >= len(starts) else (
            starts[claim], [*starts, len(self.lines)][claim + 1])
        key = re.compile(rf"\s*\[?\s*\"?{re.escape(field)}\"?\s*[=.\]]") if field else None
        found = (place for place in range(first, last) if key and key.match(self.lines[place]))
        return next(found, first) + 1

    def _starts(self) -> list[int]:
        """Where each claim begins; a line inside a text of several lines does not count."""
        return [place for place, line in enumerate(self.lines) if HEADER.match(line) and self._is_outside(place)]

    def _is_outside(self, place: int) -> bool:
        try:
            tomllib.loads("\n".join(self.lines[:place]))
        except tomllib.TOMLDecodeError:
            return False
        return True


def read_claims_file(path: Path) -> ClaimsFile:
    """The file at `path`; TableError when it is no TOML file, too large, not UTF-8, empty or not well formed.

    The message names the line of what cannot be read and never repeats the content: the file may be a wrong one.
    """
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist or is no ordinary file"
        raise TableError(f"{path.name or path}: {what}; name a {SUFFIX} file of claims")
    if path.suffix.lower() != SUFFIX:
        raise TableError(f"{path.name}: a file of claims ends in {SUFFIX}")
    if path.stat().st_size > LARGEST_BYTES:
        raise TableError(f"{path.name} holds more than {LARGEST_BYTES:,} bytes; a file of claims is a page or two")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (UnicodeDecodeError, OSError) as error:
        reason = "is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else "cannot be read"
        raise TableError(f"{path.name} {reason}") from None
    if not text.strip():
        raise TableError(f"{path.name}: line 1: the file is empty; it needs [article] and one [[claim]] or more")
    return ClaimsFile(path.name, _parsed(path.name, text), tuple(text.splitlines()))


def _parsed(name: str, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        place = PLACE.search(str(error))
        line = place[1] if place and place[1] else str(len(text.splitlines()))
        reason = PLACE.sub("", str(error)) if place else "too much is nested"
        where = f"line {line}" + (f": field {field!r}" if (field := _field_before(text, int(line))) else "")
        raise TableError(f"{name}: {where}: {reason[:100]}; texts stand in quotes, dates as YYYY-MM-DD") from None


def _field_before(text: str, line: int) -> str:
    """The name written at the start of a line, when there is one."""
    found = re.match(r"\s*([A-Za-z_]+)\s*=", text.splitlines()[line - 1])
    return found[1] if found else ""
