"""Read the bytes of a published CSV as text, or say what came instead."""

import io

import pandas as pd

from analysis.errors import DataRefused


def read_csv_bytes(content: bytes, of: str) -> pd.DataFrame:
    """The rows as text; an empty cell, or one that a row ends before, is "".

    `of` names what the file should hold. DataRefused for a web page, what is no CSV, or a CSV without rows.
    """
    if content[:500].lstrip().lower().startswith((b"<!doctype", b"<html")):
        raise DataRefused(f"not a CSV: a web page came instead ({len(content):,} bytes)")
    try:
        frame = pd.read_csv(io.BytesIO(content), dtype="str", keep_default_na=False, encoding="utf-8-sig")
    except (ValueError, pd.errors.ParserError) as error:  # also no columns, and bytes that are no text
        raise DataRefused(f"not a CSV of {of}: {error} ({len(content):,} bytes)") from None
    if frame.empty or not isinstance(frame.index, pd.RangeIndex):
        raise DataRefused(f"a CSV without rows, or with rows longer than its header ({len(content):,} bytes)")
    return frame


def shown(names: list[str]) -> str:
    """Column names for a message: the first six, each cut to forty characters."""
    return ", ".join(repr(name[:40]) for name in names[:6])
