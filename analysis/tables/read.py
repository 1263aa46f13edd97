"""Read one tidy table: text, corrections, types. Every loader starts here."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import pandas as pd

from analysis.errors import TableError
from analysis.paths import data_dir
from analysis.tables.corrections import corrected
from analysis.tables.descriptor import failures, read_text, resource, table_names, typed
from analysis.tables.staging import settled

Result = TypeVar("Result")
_KEPT: list = []


def until_forgotten(function: Callable[..., Result]) -> Callable[..., Result]:
    """Keep what a function of (folder, ...) makes of the tables until `forget` is called."""
    kept = lru_cache(maxsize=64)(function)
    _KEPT.append(kept)
    return kept


def read_table(name: str) -> pd.DataFrame:
    """The whole table `name`, corrected and typed; columns as `data/datapackage.json` describes them.

    UnknownName for a table that does not exist; TableError when a cell has the wrong type or a
    correction no longer fits. The frame is the caller's own copy.
    """
    return _read(name, settled(data_dir())).copy()


def forget() -> None:
    """Read every table anew from now on: a refresh has changed some."""
    for kept in _KEPT:
        kept.cache_clear()


@until_forgotten
def _read(name: str, folder: Path) -> pd.DataFrame:
    return typed(name, corrected(name, read_text(name)))


def check(names: list[str] | None = None) -> list[str]:
    """All contract failures of the tables named (default: all), one line each; empty when they hold.

    Checks columns, types, ranges, keys, corrections and that every reference finds its row.
    """
    lines: list[str] = []
    for name in names or table_names():
        try:
            text = corrected(name, read_text(name))
            lines += failures(name, text) + _dangling(name, text)
        except TableError as error:
            lines.append(str(error))
    return lines


def _dangling(name: str, text: pd.DataFrame) -> list[str]:
    lines = []
    for key in resource(name)["schema"].get("foreignKeys", []):
        column, target = key["fields"][0], key["reference"]
        known = set(read_text(target["resource"])[target["fields"][0]])
        missing = sorted(set(text[column].dropna()) - known)
        lines += [f"{name}.{column}: {value!r} is not in {target['resource']}" for value in missing]
    return lines
