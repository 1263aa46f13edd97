"""Write a panel of a made archive in this process and print what it took: run as a module by tests and benchmarks.

    python -m tests.refresh.measure_panel ARCHIVE
"""

import json
import resource
import sys
import time
from pathlib import Path

from analysis.refresh.panel import write_panel
from analysis.sources.companyfacts_archive import Archive


def main(path: Path) -> None:
    """Print seconds, processor seconds, peak memory in bytes before and after, filers and facts as JSON."""
    begun, worked, before = time.perf_counter(), time.process_time(), _peak()
    with Archive(path) as archive:
        panel = write_panel(archive, [(cik, "") for cik in archive.ciks], "all")
    print(json.dumps({"seconds": time.perf_counter() - begun, "processor_seconds": time.process_time() - worked,
                      "peak_bytes": _peak(), "peak_bytes_before": before, "filers": panel.filers,
                      "facts": panel.facts}))


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    main(Path(sys.argv[1]))
