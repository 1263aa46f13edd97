"""How fast filers' files are read, and that the archive of thousands of them fits in little memory.

The files are made from a recorded one, in the size the SEC gives. Reading is set against the JSON parser alone on
the same bytes, so that the ratio holds on any machine; processor seconds tell a busy machine from slow code.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from analysis.paths import data_dir
from analysis.tables.xbrl_facts import filer_facts
from tests.sources.full_size import as_filer, full_size_file, write_archive

FIRMS, MEGABYTES, SECONDS, PROCESSORS = 50, 4.0, 10, 2
FILERS, LARGE_ONE_IN, MOST_BYTES = 5000, 20, 1_000_000_000
"""The archive: so many filers, of which one in twenty has a file of full size."""


def _read_one(content: bytes) -> tuple[int, float]:
    begun = time.process_time()
    return len(filer_facts(content, "", "1").facts), time.process_time() - begun


def speed() -> bool:
    """Fifty firms of full-size files on two processors; True when they take under ten seconds.

    On a machine with other work the processor seconds per processor are what an idle one would take.
    """
    content = full_size_file(MEGABYTES)
    with ProcessPoolExecutor(PROCESSORS) as pool:
        list(pool.map(_read_one, [content] * PROCESSORS))  # started and warm
        begun = time.perf_counter()
        done = list(pool.map(_read_one, [content] * FIRMS))
        seconds = time.perf_counter() - begun
    worked = sum(one for _, one in done)
    begun = time.process_time()
    for _ in range(FIRMS):
        json.loads(content)
    parsing = time.process_time() - begun
    print(f"{FIRMS} firms of {len(content) / 1e6:.1f} MB, {done[0][0]:,} readings each: {seconds:.1f} s on "
          f"{PROCESSORS} processors, {worked:.1f} processor seconds; JSON parser alone 1 to {worked / parsing:.1f}")
    return min(seconds, worked / PROCESSORS) < SECONDS


def memory() -> bool:
    """A panel of an archive of 5,000 filers in a process of its own; True when its peak is under a gigabyte."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "companyfacts.zip"
        large, small = full_size_file(MEGABYTES), full_size_file(0, years_back=0)
        write_archive(path, ((cik, as_filer(large if cik % LARGE_ONE_IN == 0 else small, cik))
                             for cik in range(1, FILERS + 1)))
        data = Path(folder) / "data"
        data.mkdir()
        for one in data_dir().iterdir():
            if one.name != "raw":
                (data / one.name).symlink_to(one)
        ended = subprocess.run([sys.executable, "-m", "tests.refresh.measure_panel", str(path)], check=True,
                               capture_output=True, text=True, env=os.environ | {"ANALYSIS_DATA": str(data)})
        found, size = json.loads(ended.stdout), path.stat().st_size
    print(f"{found['filers']:,} filers, {size / 1e6:,.0f} MB zipped, {found['facts']:,} readings: "
          f"{found['seconds']:.0f} s ({found['processor_seconds']:.0f} processor seconds), peak "
          f"{found['peak_bytes'] / 1e6:,.0f} MB, of which {found['peak_bytes_before'] / 1e6:,.0f} MB before the first")
    return found["filers"] == FILERS and found["peak_bytes"] < MOST_BYTES


def main() -> int:
    """Run both; exit code 1 when one fails."""
    failed = [one.__name__ for one in (speed, memory) if not one()]
    print("both hold" if not failed else f"do not hold: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
