"""Read the SEC's company facts: one JSON file per filer, all its tagged numbers.

Traps that this module takes out: `fy` and `fp` are the filing's, not the fact's, so they are not read; the same
number is repeated by later filings; a year-long span in a quarterly report is a trailing year.
"""

import json
from typing import Any

import pandas as pd

from analysis.errors import DataRefused

COLUMNS = ["taxonomy", "tag", "unit", "period_start", "period_end", "value", "form", "accession", "filed_date"]
FIELDS = {"start": "period_start", "end": "period_end", "val": "value", "form": "form", "accn": "accession",
          "filed": "filed_date"}
PLAIN = {str, int, float, type(None)}


def read_companyfacts(content: bytes, cik: str, tags: set[str] | None = None) -> pd.DataFrame:
    """Every reading of a company-facts file, one row per (tag, unit, period, filing); COLUMNS.

    Dates are timestamps; `period_start` is missing for a balance. Only the tags named, when any are.
    DataRefused when the bytes are not such a file, or the file is another filer's.
    """
    return read_filer(content, cik, tags)[0]


def read_filer(content: bytes, cik: str, tags: set[str] | None = None) -> tuple[pd.DataFrame, set[str]]:
    """The readings as `read_companyfacts` gives them, and the names of all tags in the file."""
    whole = _parsed(content)
    if str(whole["cik"]).zfill(10) != cik.zfill(10):
        raise DataRefused(f"asked for the filer {cik}, got {whole['cik']} ({whole.get('entityName')!r})")
    rows = [(taxonomy, tag, unit, *(entry.get(field) for field in FIELDS))
            for taxonomy, facts in whole["facts"].items()
            for tag, fact in facts.items() if tags is None or tag in tags
            for unit, entries in fact["units"].items() for entry in _plain(tag, entries)]
    frame = pd.DataFrame(rows, columns=["taxonomy", "tag", "unit", *FIELDS.values()])[COLUMNS]
    for column in ("period_start", "period_end", "filed_date"):
        frame[column] = pd.to_datetime(frame[column], format="%Y-%m-%d", errors="coerce")
    frame[["form", "accession"]] = frame[["form", "accession"]].astype("str")
    return frame, {tag for facts in whole["facts"].values() for tag in facts}


def tag_names(content: bytes) -> set[str]:
    """The names of all tags in a file."""
    return {tag for facts in _parsed(content)["facts"].values() for tag in facts}


def _plain(tag: str, entries: Any) -> list[dict[str, Any]]:
    """The entries of one unit when they are what they should be: a list of fields with text or numbers."""
    if not isinstance(entries, list) or not all(
            isinstance(entry, dict) and PLAIN.issuperset(map(type, entry.values())) for entry in entries):
        raise DataRefused(f"the fact {tag[:80]!r} has an entry that is not a set of texts and numbers")
    return entries


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


def _parsed(content: bytes) -> dict[str, Any]:
    try:
        whole = json.loads(content, parse_constant=_no_number)
    except (ValueError, RecursionError):
        page = content[:500].lstrip().lower().startswith((b"<!doctype", b"<html"))
        raise DataRefused(f"not JSON{': a web page came instead' if page else ''} ({len(content):,} bytes)") from None
    if not isinstance(whole, dict) or not {"cik", "facts"} <= set(whole) or not isinstance(whole["facts"], dict):
        raise DataRefused("JSON without the fields cik and facts: not a company-facts file")
    for facts in whole["facts"].values():
        for tag, fact in facts.items() if isinstance(facts, dict) else [("", None)]:
            if not isinstance(fact, dict) or not isinstance(fact.get("units"), dict):
                raise DataRefused(f"the fact {tag!r} has no units: not the layout of company facts")
    return whole
