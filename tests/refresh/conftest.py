"""A publisher on this machine, and a copy of the data whose live sources point to it."""

import json
from pathlib import Path

import pandas as pd
import pytest

from analysis.paths import root
from analysis.refresh import refresh
from analysis.refresh.command import CODES, make_reports
from analysis.sources.client import Limits
from analysis.tables import read
from tests.publish.small_project import Project, code
from tests.publisher import Publisher

RECORDED = Path(__file__).parents[1] / "sources" / "recorded"
COMPANYFACTS = root() / "data" / "recorded" / "companyfacts"
META = "/CIK0001326801.json"
MSFT = "/CIK0000789019.json"
TODAY = "2026-11-22"
QUICK = Limits(tries=2, first_wait_seconds=0.01, longest_wait_seconds=0.1, read_seconds=0.5, whole_seconds=2,
               most_bytes=5_000_000, requests_a_second=1000)
READS = """from analysis import load_facts
from analysis.publish.prose import answer, count
from analysis.tables.health import counted
facts = load_facts(["META"], all_readings=True)
answer("Meta's facts: {n} readings.", n=count(counted(facts), key="readings_count"))"""
"""The cells of a small report of the facts."""


@pytest.fixture
def publisher():
    """The SEC as recorded: two filers have a file, the others none."""
    server = Publisher()
    for path in (META, MSFT):
        server.pages[path] = (COMPANYFACTS / path[1:]).read_bytes()
    yield server
    server.close()


@pytest.fixture
def live(publisher: Publisher, data_copy: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder, with the SEC at the local publisher and a contact set."""
    path = data_copy / "live_sources.csv"
    cards = pd.read_csv(path, dtype="str", keep_default_na=False)
    cards = cards[cards["live_source_id"] == "sec_companyfacts"].assign(url=f"{publisher.url}/CIK{{cik}}.json")
    cards.to_csv(path, index=False, lineterminator="\n")
    without_recorded(data_copy)
    monkeypatch.setenv("SEC_USER_AGENT", "Test test@example.org")
    monkeypatch.setattr(refresh, "Limits", lambda: QUICK)
    monkeypatch.setattr(refresh, "today", lambda: TODAY)
    return data_copy


def without_recorded(folder: Path) -> None:
    """Take out of a copy of the data what was read from the recorded files, so that a refresh finds it new."""
    documents = pd.read_csv(folder / "documents.csv", dtype="str", keep_default_na=False)
    recorded = documents.loc[documents["read_from"].str.startswith("data/recorded/"), "document_id"]
    for path in sorted((folder / "facts").glob("*.csv")):
        facts = pd.read_csv(path, dtype="str", keep_default_na=False)
        facts[~facts["document_id"].isin(recorded)].to_csv(path, index=False, lineterminator="\n")


@pytest.fixture
def edition(live: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one small report of the facts, published once; where its latest edition is."""
    monkeypatch.setenv("ANALYSIS_REPORTS", str(tmp_path / "reports"))
    monkeypatch.setenv("ANALYSIS_NOTEBOOKS", str(tmp_path / "notebooks"))
    (tmp_path / "notebooks").mkdir()
    Project(tmp_path / "notebooks").add("readings", code(READS), tables=["facts"])
    assert make_reports() == CODES["done"]
    return tmp_path / "reports" / "latest"


def told(edition: Path) -> dict:
    """What changes.json says."""
    return json.loads((edition / "changes.json").read_text())


def put_back(folder: Path, before: dict[str, bytes]) -> None:
    """Write the tables as they were, and forget what was read of them since."""
    for name, content in before.items():
        (folder / name).write_bytes(content)
    read.forget()


def tables(folder: Path) -> dict[str, bytes]:
    """Every file of the data folder outside the raw cache."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*"))
            if path.is_file() and path.relative_to(folder).parts[0] != "raw"}


def point_to(folder: Path, addresses: dict[str, str]) -> None:
    """Have only these sources in the data folder, at these addresses."""
    cards = pd.read_csv(root() / "data" / "live_sources.csv", dtype="str", keep_default_na=False)
    cards = cards[cards["live_source_id"].isin(addresses)]
    cards = cards.assign(url=cards["live_source_id"].map(addresses))
    cards.to_csv(folder / "live_sources.csv", index=False, lineterminator="\n")
