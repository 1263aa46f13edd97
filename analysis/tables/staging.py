"""Replace several tables all together: a run that is cut off is either forgotten or completed.

New files are written into a waiting folder. One rename declares them complete; from then on any run moves
them in. Until then the tables are untouched.
"""

import os
import shutil
from pathlib import Path

from analysis.sources.raw_store import write_whole
from analysis.tables.lock import held, lock_file

WRITING, READY = ".refresh-writing", ".refresh-ready"


def mend(data: Path) -> bool:
    """Finish what an earlier run declared complete, forget what it did not; True when tables were moved in."""
    shutil.rmtree(data / WRITING, ignore_errors=True)
    ready = data / READY
    if not ready.is_dir():
        return False
    _move_in(ready, data)
    return True


def settled(data: Path) -> Path:
    """The data folder, after completing a replacement that was cut off; waits for one that is at work."""
    if (data / READY).is_dir():
        with held(lock_file(data), wait=True):
            mend(data)
    return data


def stage(data: Path, files: dict[str, bytes]) -> Path:
    """Write the new files into the waiting folder and return it; nothing else is touched."""
    waiting = data / WRITING
    shutil.rmtree(waiting, ignore_errors=True)
    for name, content in sorted(files.items()):
        write_whole(waiting / name, content)
    return waiting


def commit(data: Path) -> None:
    """Declare the waiting files complete and move them in."""
    os.replace(data / WRITING, data / READY)
    _sync(data)
    _move_in(data / READY, data)


def _move_in(ready: Path, data: Path) -> None:
    for path in sorted(path for path in ready.rglob("*") if path.is_file()):
        target = data / path.relative_to(ready)
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(path, target)
    shutil.rmtree(ready)
    _sync(data)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
