"""From the command line to jobs: ids, parameters and dates are refused here, before anything runs."""

import datetime
import math
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analysis import paths
from analysis.errors import AnalysisError, UnknownName, nearest, require_known
from analysis.publish import data_facts
from analysis.publish.manifest import Manifest, Parameter, Report

AS_OF = "as_of"
LATEST = "latest"


@dataclass(frozen=True)
class Job:
    """One report to make: a notebook with its parameters, and the id its files carry."""

    id: str
    report: str
    notebook: Path
    question: str
    time_limit_seconds: float
    tables: tuple[str, ...] = ()
    parameters: dict[str, Any] = field(default_factory=dict)
    changed: dict[str, Any] = field(default_factory=dict)
    """The parameters that differ from the manifest's defaults; readers of the page see them."""

    files: tuple[Path, ...] = ()
    """The reader's own files that the report is made of."""

    @property
    def as_of(self) -> str:
        """The date the report speaks for: "latest" or an ISO date."""
        return self.parameters.get(AS_OF, LATEST)

    @property
    def is_experiment(self) -> bool:
        """Whether a setting other than the date differs, so that the page is no part of an edition."""
        return bool(self.changed.keys() - {AS_OF})


def coerce(name: str, parameter: Parameter, text: str) -> Any:
    """The typed value of `--param name=text`; AnalysisError says what would be valid."""
    read, wanted = READERS[parameter.type]
    usual = f"the default is {parameter.default!r}"
    try:
        value = read(text.strip())
    except ValueError:
        raise AnalysisError(f"parameter {name}: {text!r} is not {wanted}; {usual}") from None
    if not parameter.allows(value):
        least = [] if parameter.minimum is None else [f"at least {parameter.minimum}"]
        most = [] if parameter.maximum is None else [f"at most {parameter.maximum}"]
        raise AnalysisError(f"parameter {name}: {value} is not {' and '.join(least + most)}; {usual}")
    return value


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def _boolean(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError(text)
    return text.lower() == "true"


def _claims_file(text: str) -> str:
    """A path as seen from the project's folder, because a notebook runs in another one; a source's id as it is."""
    try:
        path = Path(text).expanduser()
        is_path = bool(text) and (bool(path.suffix) or path.exists())
        return os.path.relpath(path.resolve(), paths.root()) if is_path else text
    except (OSError, RuntimeError) as error:  # a name too long, a home that does not exist
        raise ValueError(text) from error


def _date(text: str) -> str:
    return text if text == LATEST else datetime.datetime.strptime(text, "%Y-%m-%d").date().isoformat()


READERS: dict[str, tuple[Callable[[str], Any], str]] = {
    "int": (int, "a whole number"),
    "float": (_number, "a number"),
    "str": (str, "a text"),
    "bool": (_boolean, "true or false"),
    "date": (_date, "a date (YYYY-MM-DD) or latest"),
    "ticker": (str.upper, "a ticker"),
    "claims_file": (_claims_file, "a file of claims"),
}
"""For each type of parameter: how a value is read, and what to ask for when it is not one."""


def parse_parameters(pairs: Iterable[str]) -> dict[str, str]:
    """`["ticker=META"]` -> `{"ticker": "META"}`."""
    parsed = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.strip():
            raise AnalysisError(f"--param {pair!r} is not of the form name=value")
        if name.strip() in parsed:
            raise AnalysisError(f"--param {name.strip()} is given twice")
        parsed[name.strip()] = value
    return parsed


def check_as_of(as_of: str) -> str:
    """The date in its ISO form; AnalysisError when it is no date, or the data do not reach it."""
    value = coerce(AS_OF, Parameter(type="date", default=LATEST), as_of)
    if value == LATEST:
        return value
    begin, end = data_facts.first_date(), data_facts.data_date(LATEST)
    if value < begin:
        raise AnalysisError(f"as-of {value} lies before the data begin; the first valid date is {begin}")
    if value > end:  # it would be the latest edition under a date of which nothing is known
        raise AnalysisError(f"as-of {value} lies after the data end; the last valid date is {end}")
    return value


def plan(manifest: Manifest, ids: Iterable[str] = (), given: dict[str, str] | None = None) -> list[Job]:
    """The jobs for these report ids (all of them when none is named) with these parameters.

    An id is a report ("capex_cycle"), or one member of a for_each report ("company_brief-META").
    """
    given = dict(given or {})
    wanted = list(dict.fromkeys(ids))
    if not wanted:  # an as-of edition of everything is made of the reports that know a date
        wanted = [one.id for one in manifest.report if AS_OF not in given or AS_OF in one.params]
    jobs: dict[str, Job] = {}
    for one in wanted:
        for job in _jobs_of(manifest, one, given):
            jobs.setdefault(job.id, job)
    return list(jobs.values())


def _jobs_of(manifest: Manifest, wanted: str, given: dict[str, str]) -> list[Job]:
    report_id, dash, member = wanted.partition("-")
    known = {one.id: one for one in manifest.report}
    report = known.get(report_id)
    if report is None or (dash and not report.for_each):
        choices = ", ".join(nearest(wanted, known))
        raise UnknownName(f"unknown report {wanted!r}; nearest valid: {choices} ({len(known)} in all)")
    values = typed(report, given)
    if not report.for_each or report.each is None:
        return [_job(report, report.id, values)]
    members = data_facts.members(report.for_each, values.get(AS_OF, LATEST))
    if dash or report.each in values:
        chosen = member if dash else values[report.each]
        members = [_member(report, chosen, members, values.get(AS_OF, LATEST))]
    return [_job(report, f"{report.id}-{one}", values | {report.each: one}) for one in members]


def _member(report: Report, chosen: str, members: list[str], as_of: str) -> str:
    """The ticker if it has a report; else AnalysisError says whether it is unknown or has too few data."""
    if chosen in members:
        return chosen
    name, _ = data_facts.company(chosen)
    when = "" if as_of == LATEST else f" known by {as_of}"
    raise AnalysisError(f"{chosen} ({name}) does not have enough data{when} for {report.id}; "
                        f"those that do: {', '.join(members[:5]) or 'none'} ({len(members)} in all)")


def typed(report: Report, given: dict[str, str]) -> dict[str, Any]:
    """The given parameters with their types, each checked against what the data hold."""
    values = {}
    for name, text in given.items():
        require_known(f"parameter of {report.id}", name, report.params)
        parameter = report.params[name]
        values[name] = check_as_of(text) if name == AS_OF else coerce(name, parameter, text)
        if parameter.type == "ticker":
            data_facts.company(values[name])
        if parameter.type == "claims_file":
            data_facts.check_claims(values[name])
    return values


def _as_read(parameter: Parameter, value: Any) -> Any:
    """A value as readers of the page see it: of a file its name alone, not where it lies."""
    return Path(value).name if parameter.type == "claims_file" else value


def _job(report: Report, job_id: str, values: dict[str, Any]) -> Job:
    parameters = {name: one.default for name, one in report.params.items()} | values
    question = report.question
    for name, value in parameters.items():
        question = question.replace("{" + name + "}", str(value))
    filled = report.each if report.for_each else None
    shown = {name for name in values if values[name] != report.params[name].default and name != filled}
    return Job(
        id=job_id,
        report=report.id,
        notebook=report.path,
        question=question,
        time_limit_seconds=report.time_limit_seconds,
        tables=tuple(report.tables),
        parameters=parameters,
        changed={name: _as_read(report.params[name], values[name]) for name in sorted(shown)},
        files=tuple(path for name, value in values.items() if report.params[name].type == "claims_file"
                    if (path := paths.root() / str(value)).is_file()),
    )
