"""A publisher on this machine, and a copy of the data whose live sources point to it."""

from pathlib import Path

import pandas as pd
import pytest

from analysis.refresh import refresh
from analysis.sources.client import Limits
from tests.publisher import Publisher

RECORDED = Path(__file__).parents[1] / "sources" / "recorded"
META = "/CIK0001326801.json"
MSFT = "/CIK0000789019.json"
QUICK = Limits(tries=2, first_wait_seconds=0.01, longest_wait_seconds=0.1, read_seconds=0.5, whole_seconds=2,
               most_bytes=5_000_000, requests_a_second=1000)


@pytest.fixture
def publisher():
    """The SEC as recorded: two filers have a file, the others none."""
    server = Publisher()
    for path in (META, MSFT):
        server.pages[path] = (RECORDED / path[1:]).read_bytes()
    yield server
    server.close()


@pytest.fixture
def live(publisher: Publisher, data_copy: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder, with the SEC at the local publisher and a contact set."""
    path = data_copy / "live_sources.csv"
    cards = pd.read_csv(path, dtype="str", keep_default_na=False)
    cards = cards[cards["live_source_id"] == "sec_companyfacts"].assign(url=f"{publisher.url}/CIK{{cik}}.json")
    cards.to_csv(path, index=False, lineterminator="\n")
    monkeypatch.setenv("SEC_USER_AGENT", "Test test@example.org")
    monkeypatch.setattr(refresh, "Limits", lambda: QUICK)
    return data_copy


def tables(folder: Path) -> dict[str, bytes]:
    """Every file of the data folder outside the raw cache."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*"))
            if path.is_file() and path.relative_to(folder).parts[0] != "raw"}


def point_to(folder: Path, addresses: dict[str, str]) -> None:
    """Leave only these sources in the data folder, at these addresses."""
    path = folder / "live_sources.csv"
    cards = pd.read_csv(path, dtype="str", keep_default_na=False)
    cards = cards[cards["live_source_id"].isin(addresses)]
    cards.assign(url=cards["live_source_id"].map(addresses)).to_csv(path, index=False, lineterminator="\n")
