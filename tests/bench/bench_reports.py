"""`make bench`: what the publishing costs, as ratios within one run, and the long form of the stability proof.

Prints, for the same reports in the same run: fresh Python per notebook over forked kernels, and one job at a
time over two. Then makes the whole edition in two clones and compares every byte.
"""

import sys
import tempfile
import time
from pathlib import Path

from tests.notebooks.conftest import command
from tests.notebooks.test_stability import published

SOME = ["capex_cycle", "meta_2026", "company_brief-META", "company_brief-ORCL"]
ROUNDS = 3


def seconds(*arguments: object) -> float:
    """The shortest of ROUNDS runs of a report command, in seconds."""
    taken = []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            begin = time.perf_counter()
            done = command("report", *SOME, *arguments, "--out", Path(folder) / "out")
            taken.append(time.perf_counter() - begin)
            assert done.returncode == 0, done.stdout + done.stderr
    return min(taken)


def main() -> int:
    """Print the ratios and whether two whole editions are equal; exit code 1 when they are not."""
    forked, cold, serial = seconds(), seconds("--cold"), seconds("--jobs", 1)
    print(f"{len(SOME)} reports, forked kernels: {forked:.1f} s")
    print(f"fresh Python per notebook / forked kernels: {cold / forked:.2f}")
    print(f"one job at a time / one per processor:      {serial / forked:.2f}")
    with tempfile.TemporaryDirectory() as folder:
        begin = time.perf_counter()
        first = published(Path(folder) / "a", [], 1, "1")
        second = published(Path(folder) / "b c", [], 2, "2")
        print(f"two whole editions in two clones: {time.perf_counter() - begin:.0f} s, {len(first)} files")
    different = sorted(name for name in first.keys() | second.keys() if first.get(name) != second.get(name))
    print("every byte is the same" if not different else f"different: {', '.join(different)}")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
