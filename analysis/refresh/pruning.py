"""Old raw bytes are deleted by a stated rule, so that `data/raw` does not grow for ever.

Kept: the newest two contents of each address, every content whose sha256 a row of a table cites, and whatever is
younger than `KEPT_DAYS`. The rest goes. The table retrievals names every content that rows were read from; its sha256
stays as proof, the bytes do not: the rows themselves are in the tables. Only files named by a sha256, and parts left
by a run that was cut off, are ever deleted; archives, panels and what waits for a person stay.
"""

import re
import time
from pathlib import Path

from analysis.paths import data_dir
from analysis.sources.raw_store import notes, raw_dir

KEPT_DAYS = 90
"""Days for which a superseded content is kept: one quarter of filings, so that a refusal can still be looked into."""
PROOFS = "retrievals.csv"
"""The table whose hashes claim no bytes."""
SECONDS_A_DAY = 86_400
DIGEST = re.compile(rb"\b[0-9a-f]{64}\b")


def prune(now: float | None = None) -> list[Path]:
    """Delete what the rule does not keep; returns the files deleted. `now`: seconds since 1970, the clock if None.

    The caller holds the lock of the tables. The age of a file is the time since it was stored.
    """
    limit = (time.time() if now is None else now) - KEPT_DAYS * SECONDS_A_DAY
    old = [path for path in _prunable() if path.lstat().st_mtime < limit]
    wanted = _wanted() if old else set()
    gone = [path for path in old if path.name not in wanted]
    for path in gone:
        path.unlink()
    return gone


def _prunable() -> list[Path]:
    contents = [path for path in raw_dir().glob("??/*") if DIGEST.fullmatch(path.name.encode())]
    parts = [path for path in raw_dir().glob("??/.*.part") if path.is_file()]
    return sorted(contents + parts)


def _wanted() -> set[str]:
    """The sha256 of the newest two contents of every address, and of those that a row of a table cites."""
    named = {one["sha256"] for note in notes().values() for one in (note, *note.get("earlier", [])[-1:])}
    for path in data_dir().rglob("*.csv"):
        if raw_dir() not in path.parents and path.name != PROOFS:
            named |= {digest.decode() for digest in DIGEST.findall(path.read_bytes())}
    return named
