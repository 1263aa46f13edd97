"""Reports in a refresh: a failed or interrupted one leaves the last good pages, and nothing new writes no byte."""

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from analysis.refresh import changed
from analysis.refresh.command import CODES, run
from analysis.refresh.refresh import Wanted
from analysis.tables.read import read_table
from tests.publish.small_project import Project, code
from tests.refresh.conftest import RECORDED, point_to, told

PAGES = {"/list.json": "company_tickers.json", "/usinfo.csv": "fred_USINFO.csv", "/us.csv": "indeed_aggregate_US.csv",
         "/layoffs.csv": "layoffs_kaggle_layout_60_rows.csv"}


def refresh() -> int:
    return run(Wanted(list(read_table("live_sources")["live_source_id"]), ["META"]))


def pages(edition: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in edition.glob("readings.*")}


def whole(*folders: Path) -> dict[Path, tuple[int, bytes]]:
    """Every file, when it was last written, and what is in it; but for who held the locks last."""
    return {path: (path.stat().st_mtime_ns, path.read_bytes()) for folder in folders for path in folder.rglob("*")
            if path.is_file() and path.name not in ("refresh.lock", ".lock")}


def killing(stop: threading.Event) -> None:
    """Kill the process that makes the reports as soon as it is there."""
    while not stop.is_set():
        for children in Path("/proc/self/task").glob("*/children"):
            for child in children.read_text().split():
                words = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
                if words[1:4] == [b"-m", b"analysis", b"report"]:
                    os.kill(int(child), signal.SIGKILL)
                    return
        time.sleep(0.01)


def test_reports_that_are_killed_or_fail_leave_the_last_good_pages_and_are_made_again(edition, capfd):
    good, stop = pages(edition), threading.Event()
    killer = threading.Thread(target=killing, args=(stop,))
    killer.start()
    assert refresh() == CODES["report failed"]
    stop.set()
    killer.join()
    said = capfd.readouterr()
    assert "added 9 rows of facts" in said.out and "1 reports to make" in said.out
    assert "report failed: readings could not be made (the making was ended by signal 9)" in said.err
    assert "the next refresh makes these again" in said.err
    assert pages(edition) == good and not (edition / "changes.json").exists() and changed.pending()["rows"]

    assert refresh() == CODES["done"]
    assert "nothing new" in (out := capfd.readouterr().out) and "1 reports to make" in out
    assert pages(edition) != good
    found = told(edition)
    assert found["tables"]["rows_added"]["facts"] == 9, "what came in before the interruption is told"
    assert [one["report"] for one in found["reports"]["numbers"]] == ["readings"]

    good, notebook = pages(edition), edition.parents[1] / "notebooks" / "readings.ipynb"
    works = notebook.read_bytes()
    Project(notebook.parent).replace("readings", code("raise ValueError('no such column')"))
    assert refresh() == CODES["report failed"]
    said = capfd.readouterr().err
    assert "report failed: readings could not be made" in said and "no such column" in said
    assert str(edition / "failed") in said and (edition / "failed" / "readings.txt").exists() and pages(edition) == good
    notebook.write_bytes(works)
    assert refresh() == CODES["done"] and pages(edition) == good and not any((edition / "failed").iterdir())


@pytest.fixture
def all_sources(edition, live, publisher, monkeypatch) -> Path:
    """Every source but the archive at a publisher that names no versions, as recorded."""
    publisher.marks = False
    for path, name in PAGES.items():
        publisher.pages[path] = (RECORDED / name).read_bytes()
    point_to(live, {"sec_companyfacts": publisher.url + "/CIK{cik}.json", "sec_tickers": publisher.url + "/list.json",
                    "fred_usinfo": publisher.url + "/usinfo.csv", "indeed_us": publisher.url + "/us.csv",
                    "layoffs": "{LAYOFFS_URL}"})
    monkeypatch.setenv("LAYOFFS_URL", publisher.url + "/layoffs.csv")
    return live


def test_a_second_run_over_unchanged_sources_writes_no_byte_and_makes_no_report(all_sources, edition, capfd):
    assert refresh() == CODES["done"]
    assert "rows of labour_series" in capfd.readouterr().out
    before = whole(all_sources, edition.parent)
    begun = time.process_time()
    assert refresh() == CODES["done"]
    assert time.process_time() - begun < 10, "without new rows or reports it is a matter of a second or two"
    out = capfd.readouterr().out
    assert "nothing new" in out and "no report needs to be made again" in out
    assert whole(all_sources, edition.parent) == before
