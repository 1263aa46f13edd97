"""The whole suite in two processes side by side: the pages, which are made anew, and everything else.

    python -m tests.whole

The second half is shown as it goes, the first when both are done. The exit code is the worse of the two.
"""

import subprocess
import sys
import tempfile

PAGES, THE_REST = ["tests/notebooks"], ["tests", "--ignore=tests/notebooks"]


def main() -> int:
    """Run both halves and say how they ended."""
    run = [sys.executable, "-m", "pytest"]
    with tempfile.TemporaryFile("w+") as kept:
        pages = subprocess.Popen([*run, *PAGES], stdout=kept, stderr=subprocess.STDOUT)
        rest = subprocess.run([*run, *THE_REST], check=False).returncode
        print("\nThe pages:", flush=True)
        code = pages.wait()
        kept.seek(0)
        print(kept.read(), flush=True)
    return max(code, rest)


if __name__ == "__main__":
    sys.exit(main())
