"""One writer of the tables at a time: who holds the lock, and the error that says so."""

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from analysis.errors import LockHeld


def lock_file(data: Path) -> Path:
    """The lock of a data folder; git ignores it."""
    return data / "raw" / "refresh.lock"


@contextmanager
def held(path: Path, wait: bool = False) -> Iterator[None]:
    """Hold the lock file while the block runs; LockHeld names the run that has it, unless we `wait` for it.

    The system lets go of the lock when a process ends, however it ends, so no stale lock is left behind.
    Where the system has no such lock (Windows), two runs at once are the caller's to avoid.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as stream:
        _take(stream, path, wait)
        stream.truncate(0)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        stream.write(json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": now}))
        stream.flush()
        yield


def _take(stream, path: Path, wait: bool) -> None:
    try:
        import fcntl
    except ImportError:
        return
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        stream.seek(0)
        raise LockHeld(f"another refresh holds {path}: {_who(stream.read())}") from None


def _who(text: str) -> str:
    try:
        held_by = json.loads(text)
        return f"process {held_by['pid']} on {held_by['host']} since {held_by['since']}"
    except (ValueError, KeyError, TypeError):
        return "it has not said who it is"
