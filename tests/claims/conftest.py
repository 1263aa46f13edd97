"""What the tests of claims share: the project's claims, today's tables, and copies of them that may be changed."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from analysis.claims.known import LOADERS, Known
from analysis.tables.claims import Recorded, load_claims

CLAIMS: dict[str, Recorded] = {one.claim.id: one for one in load_claims()}
"""The project's own claims by id."""


@pytest.fixture(scope="session")
def today() -> dict[str, pd.DataFrame]:
    """Every table that has a vintage, as it stands; tests change copies."""
    known = Known()
    return {name: known[name] for name in LOADERS}


@pytest.fixture
def known(today) -> Known:
    return Known(**today)


def rewrite(folder: Path, file: str, act: Callable[[pd.DataFrame], pd.DataFrame | None]) -> None:
    """Rewrite one table of a copy of the data as text; `act` changes it in place or returns another."""
    table = pd.read_csv(folder / file, dtype="str", keep_default_na=False)
    result = act(table)
    (table if result is None else result).to_csv(folder / file, index=False, lineterminator="\n")


def scaled(file: str, column: str, factor: float, **conditions: str) -> Callable[[Path], None]:
    """A change of a copy of the data: a column times a factor in the rows that meet every condition."""

    def act(table: pd.DataFrame) -> None:
        rows = table[column] != ""
        for name, wanted in conditions.items():
            rows &= table[name].str.startswith(wanted)
        assert rows.any(), conditions
        table.loc[rows, column] = (table.loc[rows, column].astype(float) * factor).map("{:.6f}".format)

    return lambda folder: rewrite(folder, file, act)
