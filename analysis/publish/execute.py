"""Run one notebook with papermill, in memory, under a time limit."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import papermill
from jupyter_core.utils import ensure_event_loop
from papermill.exceptions import PapermillExecutionError

from analysis.publish import kernels
from analysis.publish.manifest import read_notebook
from analysis.publish.markup import first_line, steady

ERROR_BANNER = "papermill-error-cell-tag"


class NotebookFailed(Exception):
    """A notebook did not run to its end. `summary` is one line, `details` the whole story."""

    def __init__(self, summary: str, details: str = "", notebook: Any = None) -> None:
        super().__init__(summary)
        self.summary = summary
        self.details = details or summary
        self.notebook = notebook


class _Run:
    """What papermill's client tells while it runs: the live notebook and the cell it is in."""

    def __init__(self) -> None:
        self.notebook: Any = None
        self.cell = 0  # counted from 0, as in nbformat; readers see it counted from 1
        self.out_of_time = False

    def started(self, notebook: Any) -> None:
        self.notebook = notebook

    def entered(self, cell: Any, cell_index: int) -> None:
        self.cell = cell_index


def execute(path: Path, parameters: dict[str, Any], time_limit_seconds: float, cold: bool = False) -> Any:
    """The executed notebook. The cells run in the notebook's own folder, as in JupyterLab.

    A kernel that does not start is tried once more; a failing cell never is. Raises NotebookFailed.
    """
    try:
        try:
            return _papermill(path, parameters, time_limit_seconds, cold, _Run())
        except kernels.KernelStartFailure:
            return _papermill(path, parameters, time_limit_seconds, cold, _Run())
    except kernels.KernelStartFailure as error:
        raise NotebookFailed(str(error)) from error
    finally:
        _close_event_loop()


def _close_event_loop() -> None:
    """Close the loop that jupyter_core keeps for this thread; it makes a new one when needed."""
    loop = ensure_event_loop()
    if not loop.is_running():
        loop.close()


def _papermill(path: Path, parameters: dict[str, Any], limit: float, cold: bool, run: _Run) -> Any:
    notebook = read_notebook(path)
    logging.getLogger("papermill").setLevel(logging.CRITICAL)  # what goes wrong is told by NotebookFailed
    with kernels.kernel(path.parent, cold) as kernel, _time_limit(limit, kernel, run):
        try:
            return papermill.execute_notebook(
                notebook,
                None,
                parameters=parameters,
                kernel_name="python3",
                language="python",
                progress_bar=False,
                request_save_on_cell_execute=False,
                km=kernel,
                on_notebook_start=run.started,
                on_cell_start=run.entered,
            )
        except PapermillExecutionError as error:
            raise _cell_failed(error, run) from error
        except Exception as error:
            if run.notebook is None:
                raise kernels.KernelStartFailure(f"the kernel did not start: {error}") from error
            raise _ended(error, limit, run) from error


@contextmanager
def _time_limit(seconds: float, kernel: Any, run: _Run) -> Iterator[None]:
    def expire() -> None:
        run.out_of_time = True
        kernels.kill(kernel)

    timer = threading.Timer(seconds, expire)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _cell_failed(error: Any, run: _Run) -> NotebookFailed:
    summary = f"cell {error.cell_index + 1}: {error.ename}: {first_line(error.evalue)}"
    details = "\n".join([summary, "", error.source, "", *error.traceback])
    return NotebookFailed(summary, steady(details), _without_banners(run.notebook))


def _ended(error: Exception, limit: float, run: _Run) -> NotebookFailed:
    reason = f"over its time limit of {limit:g} s" if run.out_of_time else f"the kernel ended: {first_line(error)}"
    summary = f"cell {run.cell + 1}: {reason}"
    return NotebookFailed(summary, f"{summary}\n\n{run.notebook.cells[run.cell].source}", run.notebook)


def _without_banners(notebook: Any) -> Any:
    notebook.cells = [one for one in notebook.cells if ERROR_BANNER not in one.metadata.get("tags", [])]
    return notebook
