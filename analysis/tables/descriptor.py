"""`data/datapackage.json` is the only place a column is described; this module reads it.

The Frictionless descriptor gives names, types, units, ranges and keys. Checks are built from it with
pandera, so a table is never described twice and every failing cell is listed at once.
"""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.errors import TableError, require_known
from analysis.paths import data_dir

MOST_LINES = 20
"""Failing cells of one column that are listed one by one."""
PANDAS_TYPES = {"number": "float64", "integer": "Int64"}


@lru_cache(maxsize=8)
def _descriptor(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))


def table_names() -> list[str]:
    """Names of all tables, in the order of the descriptor."""
    return [resource["name"] for resource in _descriptor(data_dir())["resources"]]


def resource(name: str) -> dict[str, Any]:
    """The descriptor of one table; UnknownName when there is no such table."""
    require_known("table", name, table_names())
    return next(item for item in _descriptor(data_dir())["resources"] if item["name"] == name)


def paths(name: str) -> list[Path]:
    """The CSV files of a table, in order."""
    path = resource(name)["path"]
    return [data_dir() / part for part in ([path] if isinstance(path, str) else path)]


def primary_key(name: str) -> list[str]:
    """The columns of the primary key."""
    key = resource(name)["schema"]["primaryKey"]
    return [key] if isinstance(key, str) else list(key)


def read_text(name: str, only: str = "") -> pd.DataFrame:
    """The table as text: every column a string, missing cells as NA; TableError when a column is missing.

    `only` one of its files, named relative to the data folder.
    """
    files = [data_dir() / only] if only else paths(name)
    frames = [pd.read_csv(path, dtype="str", keep_default_na=False, na_values=[""]) for path in files]
    frame = pd.concat(frames, ignore_index=True)
    expected = [field["name"] for field in resource(name)["schema"]["fields"]]
    if list(frame.columns) != expected:
        raise TableError(f"{name}: columns are {list(frame.columns)}, the descriptor says {expected}")
    return frame


def typed(name: str, text: pd.DataFrame) -> pd.DataFrame:
    """The table with numbers, dates and booleans converted; TableError names the first bad cell."""
    frame = text.copy()
    for field in resource(name)["schema"]["fields"]:
        column, kind = field["name"], field["type"]
        try:
            if kind in PANDAS_TYPES:
                frame[column] = pd.to_numeric(frame[column]).astype(PANDAS_TYPES[kind])
            elif kind == "date":
                frame[column] = pd.to_datetime(frame[column], format="%Y-%m-%d")
            elif kind == "boolean":
                frame[column] = frame[column].map({"true": True, "false": False}).astype(bool)
        except (ValueError, TypeError) as error:
            raise TableError(f"{name}.{column}: {error}") from None
    return frame


def failures(name: str, text: pd.DataFrame) -> list[str]:
    """Every way the table breaks its contract, one line each; empty when it holds."""
    from pandera.errors import SchemaErrors
    from pandera.io.pandas_io import from_frictionless_schema

    schema = from_frictionless_schema(resource(name)["schema"])
    numbers = text.copy()
    for field in resource(name)["schema"]["fields"]:
        if field["type"] in PANDAS_TYPES:
            numbers[field["name"]] = pd.to_numeric(numbers[field["name"]], errors="coerce")
        elif field["type"] == "boolean":
            numbers[field["name"]] = numbers[field["name"]].eq("true")
    try:
        schema.validate(numbers, lazy=True)
    except SchemaErrors as error:
        return _lines(name, error.failure_cases)
    return []


def _lines(name: str, cases: pd.DataFrame) -> list[str]:
    """The failing cells in the order of the rows; a column that fails often is cut after MOST_LINES."""
    lines = []
    for (column, check), rows in cases.groupby(["column", "check"], sort=False, dropna=False):
        rows = rows.sort_values("index")
        lines += [f"{name}: row {row.index}, column {column}: {check} fails for {row.failure_case!r}"
                  for row in rows.head(MOST_LINES).itertuples(index=False)]
        if len(rows) > MOST_LINES:
            lines.append(f"{name}: column {column}: {check} fails in {len(rows) - MOST_LINES} more rows")
    return lines
