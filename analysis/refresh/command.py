"""The refresh as a command: one lock, one outcome, an exit code for each kind of ending."""

import subprocess
import sys
from pathlib import Path

from analysis import paths
from analysis.errors import AnalysisError, DataRefused, LockHeld, SourceUnavailable
from analysis.publish.edition import FAILED, RECORD
from analysis.refresh import changed
from analysis.refresh.pruning import prune
from analysis.refresh.refresh import Refreshed, Wanted, refresh_tables
from analysis.refresh.review import aside_file, keep, review_file
from analysis.tables.lock import held, lock_file

CODES = {"done": 0, "wrong call": 2, "source unavailable": 3, "data refused": 4, "report failed": 5, "locked": 6,
         "cannot write": 7, "interrupted": 130}
"""Exit codes; where several things went wrong, the largest of them is given. A run that was told to end (SIGTERM) gives
that signal's 143."""
SECONDS_TO_END = 20
"""How long the making of reports may take to end when the refresh is stopped."""


def run(wanted: Wanted, reports: bool = True) -> int:
    """Refresh the tables, re-make the reports whose inputs changed, say what happened; returns the exit code."""
    try:
        with held(lock_file(paths.data_dir())):
            return _refreshed(wanted, reports)
    except LockHeld as error:
        return _say(error, "locked")
    except DataRefused as error:
        return _say(error, "data refused")
    except OSError as error:
        return _say(AnalysisError(f"{error}; the tables are as they were or wholly new: free space on the disk, or let "
                                  f"this user write to {paths.data_dir()} and {paths.reports_dir()}; then run again"),
                    "cannot write")
    except (KeyboardInterrupt, SystemExit) as stop:
        code = _say(AnalysisError("the tables and reports are as they were or wholly new; run again"), "interrupted")
        return stop.code if isinstance(stop, SystemExit) and isinstance(stop.code, int) else code


def _refreshed(wanted: Wanted, reports: bool) -> int:
    done = refresh_tables(wanted)
    code = tell(done, wanted.dry_run)
    if not wanted.dry_run:
        keep(aside_file(), done.set_aside)
        keep(review_file(), done.review)
        code = max(code, make_reports() if reports else 0)
        prune()
    return code


def tell(done: Refreshed, dry_run: bool = False) -> int:
    """Print what a refresh did; returns the exit code of its problems."""
    added = ", ".join(f"{number} rows of {table}" for table, number in done.added.items() if number)
    print(f"{'would add' if dry_run else 'added'} {added}" if added else "nothing new")
    for note in done.notes:
        print(f"  {note}")
    if aside := sum(map(len, done.set_aside.values())):
        print(f"  {aside} rows set aside, with reasons in {aside_file()}")
    if questions := sum(map(len, done.review.values())):
        print(f"  {questions} rows for a person to decide on, in {review_file()}")
    codes = [_say(problem, "source unavailable" if isinstance(problem, SourceUnavailable) else "data refused")
             for problem in done.problems]
    return max(codes, default=CODES["done"])


def make_reports() -> int:
    """Re-make the reports whose notebook, tables or code changed since the edition at hand."""
    from analysis.publish.stale import stale_reports

    edition = paths.reports_dir() / "latest"
    try:
        ids = stale_reports(edition)
        if ids:
            first = "" if (edition / RECORD).exists() else "there is no edition yet: "
            print(f"{first}{len(ids)} reports to make (--no-reports leaves them)", flush=True)
            changed.before_reports(edition)
    except AnalysisError as error:  # the manifest is wrong, or another run writes to the edition
        return _say(error, "report failed")
    if not ids:
        print("no report needs to be made again")
        changed.after_reports(edition)
        return CODES["done"]
    code = _made(ids)
    if code >= 0 and (lines := changed.after_reports(edition)):
        print(*lines, sep="\n")
    return CODES["done"] if code == 0 else _say(AnalysisError(_why_reports_failed(code, edition)), "report failed")


def _why_reports_failed(code: int, edition: Path) -> str:
    """Ended by a signal (`code` below zero) nothing was told of what changed: the next refresh, which ends it, does."""
    from analysis.publish.stale import stale_reports

    why = f"the making was ended by signal {-code}" if code < 0 else f"the reasons are in {edition / FAILED}"
    return (f"{', '.join(stale_reports(edition)) or 'the index'} could not be made ({why}); the last good pages stand, "
            "and the next refresh makes these again")


def _made(ids: list[str]) -> int:
    """Make reports in a process of their own; its exit code, below zero when a signal ended it.

    When this process is stopped it ends that one first, so that nothing goes on behind it.
    """
    with subprocess.Popen([sys.executable, "-m", "analysis", "report", *ids]) as child:
        try:
            return child.wait()
        except BaseException:
            child.terminate()
            try:
                child.wait(SECONDS_TO_END)
            except subprocess.TimeoutExpired:
                child.kill()
            raise


def _say(error: AnalysisError, ending: str) -> int:
    print(f"{ending}: {error}", file=sys.stderr)
    return CODES[ending]
