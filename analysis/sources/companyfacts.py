"""Read the SEC's company facts: one JSON file per filer, all its tagged numbers.

Traps that this module takes out: `fy` and `fp` are the filing's, not the fact's, so they are not read; the same
number is repeated by later filings; a year-long span in a quarterly report is a trailing year.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.errors import DataRefused

COLUMNS = ["taxonomy", "tag", "unit", "period_start", "period_end", "value", "form", "accession", "filed_date"]
FIELDS = {"start": "period_start", "end": "period_end", "val": "value", "form": "form", "accn": "accession",
          "filed": "filed_date"}
PLAIN = {str, int, float, type(None)}
HALF_A_SIGN = re.compile(rb"\\ud[89a-f]", re.IGNORECASE)
"""Where text may hold half a sign (a lone surrogate), which no file can be written with."""


@dataclass(frozen=True)
class Filer:
    """What one file gives: readings (COLUMNS), the names of all its tags, and the name of the filer in it."""

    readings: pd.DataFrame
    tags: set[str]
    name: str


def read_companyfacts(content: bytes, cik: str, tags: set[str] | None = None) -> pd.DataFrame:
    """Every reading of a company-facts file, one row per (tag, unit, period, filing); COLUMNS.

    Dates are timestamps; `period_start` is missing for a balance. Only the tags named, when any are.
    DataRefused when the bytes are not such a file, or the file is another filer's.
    """
    return read_filer(content, cik, tags).readings


def read_filer(content: bytes, cik: str, tags: set[str] | None = None) -> Filer:
    """The readings as `read_companyfacts` gives them, with the names of all tags and of the filer."""
    whole = _parsed(content)
    name = str(whole.get("entityName") or "")
    if str(whole["cik"]).zfill(10) != cik.zfill(10):
        raise DataRefused(f"asked for the filer {cik}, got {str(whole['cik'])[:20]} ({name[:80]!r}); look up its key "
                          "(refresh --source sec_tickers) and correct companies.csv")
    rows = [(taxonomy, tag, unit, *(entry.get(field) for field in FIELDS))
            for taxonomy, facts in whole["facts"].items()
            for tag, fact in facts.items() if tags is None or tag in tags
            for unit, entries in fact["units"].items() for entry in _plain(tag, entries)]
    frame = pd.DataFrame(rows, columns=["taxonomy", "tag", "unit", *FIELDS.values()])[COLUMNS]
    for column in ("period_start", "period_end", "filed_date"):
        frame[column] = pd.to_datetime(frame[column], format="%Y-%m-%d", errors="coerce")
    frame[["form", "accession"]] = frame[["form", "accession"]].astype("str")
    return Filer(frame, {tag for facts in whole["facts"].values() for tag in facts}, name)


def _plain(tag: str, entries: Any) -> list[dict[str, Any]]:
    """The entries of one unit when they are what they should be: a list of fields with text or numbers."""
    if not isinstance(entries, list) or not all(
            isinstance(entry, dict) and PLAIN.issuperset(map(type, entry.values())) for entry in entries):
        raise DataRefused(f"the fact {tag[:80]!r} has an entry that is not a set of texts and numbers")
    return entries


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    whole = dict(pairs)
    if len(whole) != len(pairs):
        raise ValueError("a key stands twice")
    return whole


def _parsed(content: bytes) -> dict[str, Any]:
    try:
        whole = json.loads(content, parse_constant=_no_number, object_pairs_hook=_no_key_twice)
        if HALF_A_SIGN.search(content):
            json.dumps(whole, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        page = content[:500].lstrip().lower().startswith((b"<!doctype", b"<html"))
        why = "a web page came instead" if page else str(error)[:80]
        raise DataRefused(f"not JSON: {why} ({len(content):,} bytes)") from None
    if not isinstance(whole, dict) or not {"cik", "facts"} <= set(whole) or not isinstance(whole["facts"], dict):
        raise DataRefused("JSON without the fields cik and facts: not a company-facts file")
    for facts in whole["facts"].values():
        for tag, fact in facts.items() if isinstance(facts, dict) else [("", None)]:
            if not isinstance(fact, dict) or not isinstance(fact.get("units"), dict):
                raise DataRefused(f"the fact {tag!r} has no units: not the layout of company facts")
    if not any(whole["facts"].values()):
        raise DataRefused("a company-facts file without a single fact")
    return whole
