"""How a run is told: a bar on a terminal, one plain line per report in a log."""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from analysis.publish.index import OWN_ERRORS
from analysis.publish.run import Outcome

SAYS_ALL = re.compile(rf"(cell \d+: )?({OWN_ERRORS}): ")
"""An error of this package: its message is what the caller needs, the traceback is not."""


@contextmanager
def progress(total: int, folder: Path) -> Iterator[Callable[[Outcome], None]]:
    """Give `run` its `tell`: every report is one line, and on a terminal a bar stays below them."""
    if not sys.stdout.isatty():
        yield lambda outcome: print(_line(outcome, folder), flush=True)
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    with Progress(TextColumn("Reports"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()) as bar:
        task = bar.add_task("reports", total=total)

        def tell(outcome: Outcome) -> None:
            bar.console.print(_line(outcome, folder), markup=False, highlight=False, soft_wrap=True)
            bar.advance(task)

        yield tell


def _line(outcome: Outcome, folder: Path) -> str:
    state = "FAILED" if outcome.error else "ok"
    end = outcome.error or str(folder / f"{outcome.job.id}.html")
    return f"{outcome.job.id:<24} {state:<6} {outcome.seconds:5.1f} s  {end}"


def failures(outcomes: list[Outcome], folder: Path) -> str:
    """Every failure, for the end of a run: its error, then the traceback of one that is not ours."""
    stories = []
    for one in (outcome for outcome in outcomes if outcome.error):
        told = one.error if SAYS_ALL.match(one.error) else one.details
        kept = folder / "failed" / f"{one.job.id}.txt"
        stories.append(f"\n{one.job.id} failed; its last good edition stays.\n\n{told}\n\nKept in {kept}")
    return "\n".join([*stories, ""]) if stories else ""
