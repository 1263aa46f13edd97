"""The refresh as a command: one lock, one outcome, an exit code for each kind of ending."""

import csv
import io
import subprocess
import sys
from pathlib import Path

from analysis import paths
from analysis.errors import AnalysisError, DataRefused, LockHeld, SourceUnavailable
from analysis.publish.records import cell
from analysis.refresh import changed
from analysis.refresh.pruning import prune
from analysis.refresh.refresh import Refreshed, Wanted, refresh_tables
from analysis.refresh.review import keep_review, review_file
from analysis.sources.raw_store import write_whole
from analysis.tables.lock import held, lock_file

CODES = {"done": 0, "wrong call": 2, "source unavailable": 3, "data refused": 4, "report failed": 5, "locked": 6,
         "cannot write": 7}
"""Exit codes; where several things went wrong, the largest of them is given."""
ASIDE_COLUMNS = ["source_id", "table", "key", "reason", "row"]


def run(wanted: Wanted, reports: bool = True) -> int:
    """Refresh the tables, re-make the reports whose inputs changed, say what happened; returns the exit code."""
    try:
        with held(lock_file(paths.data_dir())):
            done = refresh_tables(wanted)
            code = tell(done, wanted.dry_run)
            if not wanted.dry_run:
                keep_aside(done.set_aside)
                keep_review(done.review)
                code = max(code, make_reports() if reports else 0)
                prune()
            return code
    except LockHeld as error:
        return _say(error, "locked")
    except DataRefused as error:
        return _say(error, "data refused")
    except OSError as error:
        return _say(AnalysisError(f"cannot write ({error}); the tables are as they were or wholly new"), "cannot write")


def tell(done: Refreshed, dry_run: bool = False) -> int:
    """Print what a refresh did; returns the exit code of its problems."""
    added = ", ".join(f"{number} rows of {table}" for table, number in done.added.items() if number)
    print(f"{'would add' if dry_run else 'added'} {added}" if added else "nothing new")
    for note in done.notes:
        print(f"  {note}")
    if done.set_aside:
        print(f"  {len(done.set_aside)} rows set aside, with reasons in {aside_file()}")
    questions = sum(map(len, done.review.values()))
    if questions:
        print(f"  {questions} rows for a person to decide on, in {review_file()}")
    codes = [_say(problem, "source unavailable" if isinstance(problem, SourceUnavailable) else "data refused")
             for problem in done.problems]
    return max(codes, default=CODES["done"])


def aside_file() -> Path:
    """Where rows that were not taken in are kept, each with its reason."""
    return paths.data_dir() / "raw" / "set_aside.csv"


def keep_aside(rows: list[dict[str, str]]) -> None:
    """Write the rows set aside by this run; the file is left alone when they are the same as before."""
    out = io.StringIO()
    writer = csv.DictWriter(out, ASIDE_COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: cell(value) for name, value in row.items()} for row in rows)
    content = out.getvalue().encode()
    if not aside_file().exists() or aside_file().read_bytes() != content:
        write_whole(aside_file(), content)


def make_reports() -> int:
    """Re-make the reports whose notebook, tables or code changed since the edition at hand."""
    from analysis.publish.stale import stale_reports

    edition = paths.reports_dir() / "latest"
    ids = stale_reports(edition)
    if not ids:
        print("no report needs to be made again")
        changed.after_reports(edition)
        return CODES["done"]
    print(f"{len(ids)} reports to make again", flush=True)
    try:
        changed.before_reports(edition)
    except AnalysisError as error:  # another run writes to the edition
        return _say(error, "report failed")
    ended = subprocess.run([sys.executable, "-m", "analysis", "report", *ids], check=False)
    print(*changed.after_reports(edition), sep="\n")
    return CODES["report failed"] if ended.returncode else CODES["done"]


def _say(error: AnalysisError, ending: str) -> int:
    print(f"{ending}: {error}", file=sys.stderr)
    return CODES[ending]
