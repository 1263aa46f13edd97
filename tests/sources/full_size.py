"""Make company-facts files of the size the SEC gives, from a recorded one: longer histories and more tags.

The numbers mean nothing; what matters is the layout, the number of tags and of readings, and the bytes.
"""

import json
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from analysis.paths import root

RECORDED = root() / "data" / "recorded" / "companyfacts" / "CIK0001326801.json"
YEARS_BACK = 8
"""A recorded file holds some three years of filings; a real one begins about 2009."""


def full_size_file(megabytes: float, cik: int = 1, years_back: int = YEARS_BACK) -> bytes:
    """A file of about this size: the recorded tags with a longer history, then the same under other names.

    The least is the recorded tags alone: 0.6 megabytes, or 0.1 with no years back.
    """
    whole = json.loads(RECORDED.read_text(encoding="utf-8"))
    tags = {tag: {"label": tag, "description": tag * 5, "units": _longer(fact["units"], years_back)}
            for tag, fact in whole["facts"]["us-gaap"].items()}
    each = [(tag, json.dumps(fact)) for tag, fact in tags.items()]
    parts, size, number = [], 0, 0
    while size < megabytes * 1e6 or number < len(each):
        tag, text = each[number % len(each)]
        name = tag if number < len(each) else f"{tag}Other{number}"
        parts.append(f'"{name}": {text}')
        size += len(text)
        number += 1
    return f'{{"cik": {cik}, "entityName": "Firm {cik}", "facts": {{"us-gaap": {{{", ".join(parts)}}}}}}}'.encode()


def as_filer(content: bytes, cik: int) -> bytes:
    """The same file as another filer's."""
    return f'{{"cik": {cik}'.encode() + content[content.index(b","):]


def write_archive(path: Path, contents: Iterable[tuple[int, bytes]]) -> None:
    """An archive in the layout of the SEC's: one CIK##########.json per filer."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for cik, content in contents:
            archive.writestr(f"CIK{cik:010d}.json", content)


def _longer(units: dict[str, list[dict[str, Any]]], years_back: int) -> dict[str, list[dict[str, Any]]]:
    return {unit: [_earlier(entry, years) for years in range(years_back, -1, -1) for entry in entries]
            for unit, entries in units.items()}


def _earlier(entry: dict[str, Any], years: int) -> dict[str, Any]:
    days = {name: _back(entry[name], years) for name in ("start", "end", "filed") if name in entry}
    return entry | days | {"accn": f"{entry['accn'][:10]}-{years:02d}{entry['accn'][13:]}"}


def _back(day: str, years: int) -> str:
    return f"{int(day[:4]) - years}{day[4:]}".replace("-02-29", "-02-28")
