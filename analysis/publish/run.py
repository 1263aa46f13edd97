"""Make reports: run the notebooks side by side, check each page, publish what is whole."""

import datetime
import os
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analysis.errors import AnalysisError
from analysis.publish import data_facts, export, index, kernels, provenance, records
from analysis.publish.audit import audit
from analysis.publish.edition import Edition, write
from analysis.publish.execute import NotebookFailed, execute
from analysis.publish.jobs import Job
from analysis.publish.manifest import Manifest, notebook_parameters
from analysis.publish.markup import first_line

EXPORT_TIME_LIMIT_SECONDS = 3600


@dataclass(frozen=True)
class Outcome:
    """How one report ended. `error` is one line, empty for a success; `details` is the whole story."""

    job: Job
    seconds: float
    error: str = ""
    details: str = ""
    notebook: Any = None
    said: dict[str, Any] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    documents: list[str] = field(default_factory=list)


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run(
    manifest: Manifest,
    jobs: list[Job],
    folder: Path,
    at_once: int | None = None,
    cold: bool = False,
    whole: bool = False,
    tell: Callable[[Outcome], None] = lambda outcome: None,
) -> list[Outcome]:
    """Run the jobs, `at_once` at a time, and publish into `folder`; returns the outcomes in order.

    `whole` says that the jobs are everything there is, so reports no longer listed are removed.
    `tell` is called as each report ends. One failing report stops no other.
    """
    for job in jobs:
        provenance.inputs(job)  # a missing table is refused before anything runs
    with Edition(folder) as edition:
        outcomes = _run_all(edition, jobs, at_once or processors(), cold, tell)
        edition.write_record(provenance.versions(), {one: _facts(edition, outcomes[one]) for one in outcomes})
        if whole:
            edition.retire({job.id for job in jobs})
        index.write(manifest, edition)
    return [outcomes[job.id] for job in jobs]


def _run_all(
    edition: Edition, jobs: list[Job], at_once: int, cold: bool, tell: Callable[[Outcome], None]
) -> dict[str, Outcome]:
    outcomes: dict[str, Outcome] = {}
    with ThreadPoolExecutor(max_workers=at_once) as pool:
        waiting = [pool.submit(make, job, cold) for job in jobs]
        try:
            for done in as_completed(waiting):
                outcome = done.result()
                _keep(edition, outcome)
                outcomes[outcome.job.id] = outcome
                tell(outcome)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            kernels.kill_all()
            raise
    return outcomes


def make(job: Job, cold: bool = False) -> Outcome:
    """Execute, render and check one report; nothing is written. Every failure becomes an Outcome."""
    begin = time.monotonic()
    executed = None
    try:
        executed = execute(job.notebook, job.parameters, job.time_limit_seconds, cold)
        files = build(job, executed)
        problems = audit(executed, files[f"{job.id}.html"])
    except NotebookFailed as error:
        return Outcome(job, time.monotonic() - begin, error.summary, error.details, error.notebook)
    except Exception as error:  # noqa: BLE001 - a page that cannot be made stops no other page; the story is kept
        summary = f"{type(error).__name__}: {first_line(error)}"
        return Outcome(job, time.monotonic() - begin, summary, traceback.format_exc(), executed)
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        details = "\n".join(["refused:", *problems])
        return Outcome(job, time.monotonic() - begin, f"refused: {problems[0]}{more}", details, executed)
    found = records.records(executed)
    said = {"data_date": data_facts.data_date(job.as_of)} | records.said(found)
    return Outcome(job, time.monotonic() - begin, files=files, documents=records.documents(found), said=said)


def build(job: Job, executed: Any, index: str = "index.html") -> dict[str, str]:
    """Every file of a report by name: the page, its numbers, the rows of its figures and tables."""
    found = records.records(executed)
    tables = {f"{job.id}.{name}.csv": text for name, text in records.row_tables(found).items()}
    numbers = f"{job.id}.numbers.csv"
    page = export.Page(
        question=job.question,
        data_date=data_facts.data_date(job.as_of),
        left_out=data_facts.left_out(job.as_of),
        parameters=job.changed,
        numbers_file=numbers,
        rows_files=list(tables),
        index=index,
    )
    return {f"{job.id}.html": export.render(executed, page), numbers: records.numbers_csv(found)} | tables


def _keep(edition: Edition, outcome: Outcome) -> None:
    if outcome.error:
        edition.keep_failure(outcome.job.id, outcome.notebook, outcome.details)
    else:
        edition.publish(outcome.job.id, outcome.files)


def _facts(edition: Edition, outcome: Outcome) -> dict[str, Any]:
    """The entry of a report in run.json."""
    job = outcome.job
    return {
        "report": job.report,
        "parameters": job.parameters,
        "as_of": job.as_of,
        "said": outcome.said or edition.record()["reports"].get(job.id, {}).get("said", {}),
        "inputs": provenance.inputs(job),
        "finished": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "seconds": round(outcome.seconds, 2),
        "outcome": "failed" if outcome.error else "ok",
        "error": outcome.error,
        "files": edition.files(job.id),
        "behind": _behind(edition, outcome),
    }


def _behind(edition: Edition, outcome: Outcome) -> dict[str, Any]:
    """What stands behind the page in the folder: after a failure that is the page of an earlier run."""
    if outcome.error:
        return edition.record()["reports"].get(outcome.job.id, {}).get("behind", {})
    return data_facts.behind(outcome.documents, outcome.job.as_of)


def export_notebook(path: Path, out: Path | None = None) -> tuple[Path, list[str]]:
    """Make a page of any notebook, with its default parameters, beside its CSV files.

    Returns the path of the page (default: the notebook's name, beside the notebook) and what the
    audit of a report would object to. Raises AnalysisError when the notebook fails.
    """
    path = path.resolve()
    out = (out or path.with_suffix(".html")).resolve()
    try:
        parameters = notebook_parameters(path)
    except (ValueError, SyntaxError) as error:
        raise AnalysisError(f"{path.name}: the parameters cell holds more than literals: {error}") from error
    job = Job(out.stem, out.stem, path, path.stem.replace("_", " "), EXPORT_TIME_LIMIT_SECONDS, (), parameters)
    try:
        executed = execute(path, parameters, job.time_limit_seconds, cold=True)
    except NotebookFailed as error:
        raise AnalysisError(f"{path.name}: {error.details}") from error
    files = build(job, executed, index="")
    for name, text in files.items():
        write(out.parent / name, text)
    return out.parent / f"{out.stem}.html", audit(executed, files[f"{out.stem}.html"])
