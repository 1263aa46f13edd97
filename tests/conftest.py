"""What every test gets: no network, and a copy of the data that may be broken on purpose."""

import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from analysis.paths import root


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection that leaves this machine."""
    connect = socket.socket.connect

    def local_only(self: socket.socket, address) -> None:
        if self.family != socket.AF_UNIX and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test tried to reach {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", local_only)


@pytest.fixture
def data_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of data/ that the loaders read during this test."""
    folder = tmp_path / "data"
    shutil.copytree(root() / "data", folder, ignore=shutil.ignore_patterns("raw"))
    monkeypatch.setenv("ANALYSIS_DATA", str(folder))
    return folder


@pytest.fixture
def edit(data_copy: Path) -> Callable[..., None]:
    """Change cells of a table in the copy: edit("facts/annual.csv", "fact_id", "META...", value="1")."""

    def change(file: str, key_column: str, key: str, **cells: str) -> None:
        path = data_copy / file
        table = pd.read_csv(path, dtype="str", keep_default_na=False)
        rows = table[key_column] == key
        assert rows.sum() == 1, f"{key} is in {file} {rows.sum()} times"
        for column, value in cells.items():
            table.loc[rows, column] = value
        table.to_csv(path, index=False, lineterminator="\n")

    return change
