"""One look for all code, notebooks included."""

import subprocess
import sys

from analysis.paths import root


def test_ruff_has_nothing_to_say():
    done = subprocess.run([sys.executable, "-m", "ruff", "check", "--no-cache", "."], cwd=root(), text=True,
                          capture_output=True)
    assert done.returncode == 0, done.stdout
