"""The panel's memory does not grow with the number of filers (the long form with 5,000 is in tests/bench)."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.sources.full_size import as_filer, full_size_file, write_archive

MOST_GROWTH = 60_000_000
"""Bytes that ten times the filers may take more: the list of filers and the count of unknown tags."""

WITH_FACTS_ONE_IN = 4
"""Many filers of the archive, funds above all, have no fact that is mapped."""


def measured(path: Path, data: Path) -> dict[str, float]:
    ended = subprocess.run([sys.executable, "-m", "tests.refresh.measure_panel", str(path)], check=True,
                           capture_output=True, text=True, env=os.environ | {"ANALYSIS_DATA": str(data)})
    return json.loads(ended.stdout)


def test_ten_times_the_filers_take_about_the_same_memory(data_copy, tmp_path):
    some, none = full_size_file(0, years_back=0), b'{"cik": 1, "entityName": "Fund", "facts": {}}'
    peaks = {}
    for count in (20, 200):
        path = tmp_path / f"{count}.zip"
        contents = (as_filer(none if cik % WITH_FACTS_ONE_IN else some, cik) for cik in range(1, count + 1))
        write_archive(path, enumerate(contents, start=1))
        found = measured(path, data_copy)
        assert found["filers"] == count // WITH_FACTS_ONE_IN
        peaks[count] = found["peak_bytes"]
    assert peaks[200] < peaks[20] + MOST_GROWTH and peaks[200] < 1e9
