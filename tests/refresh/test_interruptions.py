"""Whatever stops a refresh, the tables are the old ones or the new ones, and the next run heals."""

import ctypes
import importlib
import multiprocessing
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from analysis.paths import root
from analysis.refresh.command import CODES, run
from analysis.refresh.refresh import Wanted
from analysis.tables import staging
from analysis.tables.read import read_table
from tests.publisher import Publisher, silence
from tests.refresh.conftest import META, tables

importlib.import_module("pandera.io.pandas_io")  # loaded once, not in every process below

COMMAND = [sys.executable, "-m", "analysis", "refresh", "--no-reports", "--company", "META", "--company", "MSFT"]
KILLS = 20
PR_CAPBSET_DROP, CAP_DAC_OVERRIDE = 24, 1


def refreshing(data: Path) -> None:
    os.environ["ANALYSIS_DATA"] = str(data)
    sys.exit(run(Wanted(companies=["META", "MSFT"]), reports=False))


def started(data: Path) -> multiprocessing.Process:
    """A refresh in a process of its own, libraries already loaded."""
    process = multiprocessing.get_context("fork").Process(target=refreshing, args=(data,))
    process.start()
    return process


def finished(data: Path) -> bool:
    process = started(data)
    process.join()
    return process.exitcode == CODES["done"]


def whole(data: Path, before: dict[str, bytes], after: dict[str, bytes]) -> bool:
    """The tables as a reader gets them: settled, and all of one time."""
    staging.settled(data)
    shutil.rmtree(data / staging.WRITING, ignore_errors=True)
    return tables(data) in (before, after)


def test_killed_at_any_point_the_tables_are_old_or_new_and_the_next_run_heals(live, tmp_path):
    before = tables(live)
    fresh = shutil.copytree(live, tmp_path / "fresh")
    begun = time.monotonic()
    assert finished(live)
    took, after = time.monotonic() - begun, tables(live)
    rng, seen = random.Random(2026), set()
    for number in range(KILLS):
        data = shutil.copytree(fresh, tmp_path / f"data{number}")
        victim = started(data)
        time.sleep(rng.uniform(0, 1.05) * took)
        victim.kill()
        victim.join()
        assert whole(data, before, after)
        seen.add(tables(data) == after)
        if number % 5 == 0:
            assert finished(data) and tables(data) == after
        shutil.rmtree(data)
    assert False in seen  # some were cut off before the end


@pytest.mark.parametrize("moved", [0, 1])
def test_cut_off_between_two_tables_a_reader_gets_all_new_ones(live, moved):
    new = {"documents.csv": (live / "documents.csv").read_bytes(), "sources.csv": (live / "sources.csv").read_bytes()}
    new["documents.csv"] += b"ffffffff,our_estimate,,\n"
    staging.stage(live, new)
    os.replace(live / staging.WRITING, live / staging.READY)
    if moved:
        os.replace(live / staging.READY / "documents.csv", live / "documents.csv")
    assert "ffffffff" in set(read_table("documents")["document_id"])
    assert not (live / staging.READY).exists()


def ended(data: Path, prepare) -> subprocess.CompletedProcess:
    environment = os.environ | {"ANALYSIS_DATA": str(data), "PYTHONPATH": str(root()), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(COMMAND, env=environment, cwd=root(), capture_output=True, text=True, preexec_fn=prepare)


def stopped(data: Path, publisher: Publisher, number: int) -> subprocess.Popen:
    """A refresh that was sent a signal while it waited for an answer."""
    publisher.moods[META] = [silence(5)]
    environment = os.environ | {"ANALYSIS_DATA": str(data), "PYTHONPATH": str(root()), "PYTHONDONTWRITEBYTECODE": "1"}
    process = subprocess.Popen(COMMAND, env=environment, cwd=root(), stderr=subprocess.PIPE, text=True,
                               preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    while not publisher.asked:
        time.sleep(0.05)
    process.send_signal(number)
    return process


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["Ctrl-C", "SIGTERM"])
def test_told_to_stop_it_says_so_lets_go_of_the_lock_and_the_next_run_heals(live, publisher, number, code):
    before = tables(live)
    process = stopped(live, publisher, number)
    said = process.communicate()[1]
    assert process.returncode == code and "interrupted: the tables and reports are as they were" in said
    assert "Traceback" not in said and tables(live) == before
    publisher.moods.clear()
    assert finished(live) and tables(live) != before


@pytest.fixture
def no_room(live, tmp_path):
    """A data folder without room for new tables, what a process does first, what the machine says, how room is made.

    It is on a small disk of its own. Where this user may mount none, a quota on the size of a file stands in.
    """
    disk = tmp_path / "disk"
    disk.mkdir()
    used = sum(-(-path.stat().st_size // 4096) * 4096 for path in live.rglob("*"))
    options = f"size={used + 800_000}"
    if subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", disk], capture_output=True).returncode:
        yield live, a_small_quota, "File too large", lambda: None
        return
    data = shutil.copytree(live, disk / "data")
    (disk / "filler").write_bytes(bytes(700_000))  # room for what was fetched, none for the tables
    yield data, None, "No space left on device", lambda: subprocess.run(
        ["mount", "-o", "remount,size=100m", disk], check=True)
    subprocess.run(["umount", "-l", disk], check=True)


def test_a_full_disk_leaves_the_tables_as_they_were_and_the_next_run_heals(no_room):
    data, prepare, says, make_room = no_room
    before = tables(data)
    ending = ended(data, prepare)
    assert ending.returncode == CODES["cannot write"]
    assert says in ending.stderr and "free space on the disk" in ending.stderr
    shutil.rmtree(data / staging.WRITING, ignore_errors=True)
    assert tables(data) == before
    make_room()
    assert finished(data) and tables(data) != before


def a_small_quota() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))


def bound_by_permissions() -> None:
    """Root may write anywhere; without this capability (CAP_DAC_OVERRIDE) it may not."""
    ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0)


def test_no_room_for_the_new_tables_leaves_them_as_they_were(live):
    before = tables(live)
    ending = ended(live, a_small_quota)
    assert ending.returncode == CODES["cannot write"] and "free space on the disk" in ending.stderr
    staging.settled(live)
    shutil.rmtree(live / staging.WRITING, ignore_errors=True)
    assert tables(live) == before
    assert finished(live) and tables(live) != before


def test_a_data_folder_that_cannot_be_written_to_is_said(live):
    before = tables(live)
    folders = [live, *(path for path in live.rglob("*") if path.is_dir())]
    for path in folders:
        path.chmod(0o555)
    ending = ended(live, bound_by_permissions)
    for path in folders:
        path.chmod(0o755)
    assert ending.returncode == CODES["cannot write"] and f"let this user write to {live}" in ending.stderr
    assert tables(live) == before
    assert finished(live) and tables(live) != before
