"""What every test gets: no network, and a copy of the data that may be broken on purpose."""

import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import settings

from analysis.paths import root

settings.register_profile("untimed", deadline=None)  # a busy machine is no reason to fail
settings.load_profile("untimed")


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


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "browser: needs Chromium")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without Chromium the page checks are taken out and named at the end; where it is required they stay and fail."""
    has_chromium = any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    if has_chromium or os.environ.get("REQUIRE_CHROMIUM"):
        return
    config.not_run = [item for item in items if item.get_closest_marker("browser")]
    items[:] = [item for item in items if item not in config.not_run]


def pytest_terminal_summary(terminalreporter, config: pytest.Config) -> None:
    for item in getattr(config, "not_run", []):
        terminalreporter.write_line(f"NOT RUN (no Chromium found): {item.nodeid}")
