"""The one list of what is published: `notebooks/reports.toml`, read and checked.

Everything else (run order, index, parameters, command line) derives from it.
"""

import ast
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from analysis import paths
from analysis.errors import AnalysisError, require_known

MANIFEST_NAME = "reports.toml"


class Parameter(BaseModel):
    """One parameter of a notebook: its type, the default in the notebook, a line of help, bounds of a number."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["date", "ticker", "int", "float", "str", "bool", "claims_file"]
    default: str | bool | int | float
    help: str = ""
    minimum: int | float | None = None
    maximum: int | float | None = None

    def allows(self, value: Any) -> bool:
        """Whether a value of the right type lies within the bounds, both included."""
        low, high = self.minimum, self.maximum
        return (low is None or value >= low) and (high is None or value <= high)

    @model_validator(mode="after")
    def _bounds_fit(self) -> "Parameter":
        bounded = self.minimum is not None or self.maximum is not None
        if bounded and self.type not in ("int", "float"):
            raise ValueError("only an int or a float has a minimum or a maximum")
        if bounded and not self.allows(self.default):
            raise ValueError("the default lies outside its minimum and maximum")
        return self


class Report(BaseModel):
    """One entry of the manifest. `for_each` names a list of tickers: one report for each of them."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    notebook: str = Field(pattern=r"^[A-Za-z0-9_]+\.ipynb$")
    question: str = Field(min_length=1)
    order: int
    tables: list[str] = []
    for_each: str | None = None
    time_limit_seconds: float = Field(default=300, gt=0)
    params: dict[str, Parameter] = {}
    readme_figure: str | None = None
    part: str | None = None

    @property
    def each(self) -> str | None:
        """The name of the parameter that `for_each` fills."""
        return next((name for name, one in self.params.items() if one.type == "ticker"), None)

    @property
    def path(self) -> Path:
        return paths.notebooks_dir() / self.notebook

    @model_validator(mode="after")
    def _for_each_has_a_ticker(self) -> "Report":
        if self.for_each and self.each is None:
            raise ValueError("for_each needs a parameter of type 'ticker'")
        return self


class Part(BaseModel):
    """A part of the argument: the heading under which the index lists its reports."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str = Field(min_length=1)


class Manifest(BaseModel):
    """All reports, in the order of the index, and the parts of the argument in theirs."""

    model_config = ConfigDict(extra="forbid")

    part: list[Part] = []
    report: list[Report] = Field(min_length=1)

    @model_validator(mode="after")
    def _unique_and_ordered(self) -> "Manifest":
        ids = [one.id for one in self.report]
        twice = sorted({one for one in ids if ids.count(one) > 1})
        if twice:
            raise ValueError(f"ids used twice: {', '.join(twice)}")
        unknown = sorted({one.part for one in self.report if one.part} - {one.id for one in self.part})
        if unknown:
            raise ValueError(f"parts that are not listed: {', '.join(unknown)}")
        self.report.sort(key=lambda one: (one.order, one.id))
        return self

    def find(self, report_id: str) -> Report:
        """The report with this id; UnknownName names the nearest valid ids."""
        require_known("report", report_id, [one.id for one in self.report])
        return next(one for one in self.report if one.id == report_id)


def load_manifest() -> Manifest:
    """Read and validate `reports.toml`; AnalysisError lists every problem found."""
    path = paths.notebooks_dir() / MANIFEST_NAME
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise AnalysisError(f"no manifest: {path} does not exist") from None
    except tomllib.TOMLDecodeError as error:
        raise AnalysisError(f"{path.name}: {error}") from None
    try:
        return Manifest.model_validate(content)
    except ValidationError as error:
        found = [f"  {'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
        raise AnalysisError("\n".join([f"{path.name} is not valid:", *found])) from None


def notebook_parameters(path: Path) -> dict[str, Any]:
    """The parameters cell as papermill reads it: name -> default value."""
    import papermill

    found = papermill.inspect_notebook(read_notebook(path))
    return {name: ast.literal_eval(one["default"]) for name, one in found.items()}


def read_notebook(path: Path) -> Any:
    """The notebook with the kernel it names replaced: reports run in this interpreter only."""
    import nbformat

    try:
        notebook = nbformat.read(path, as_version=4)
    except (nbformat.reader.NotJSONError, OSError) as error:
        raise AnalysisError(f"{path.name} cannot be read as a notebook: {error}") from None
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook.metadata.setdefault("language_info", {"name": "python"})["name"] = "python"
    return notebook


def check_manifest(manifest: Manifest, ids: Iterable[str] = ()) -> list[str]:
    """Every way in which the manifest and the notebooks folder disagree; empty when they agree.

    With `ids`, only these reports are looked at, so that a draft elsewhere does not hold them up.
    """
    chosen = set(ids) or {one.id for one in manifest.report}
    listed = {one.notebook for one in manifest.report}
    present = {path.name for path in paths.notebooks_dir().glob("*.ipynb")}
    problems = [] if ids else [f"{name} is in notebooks/ but not in the manifest" for name in sorted(present - listed)]
    for one in manifest.report:
        if one.id in chosen and one.notebook not in present:
            problems.append(f"{one.id}: {one.notebook} is in the manifest but not in notebooks/")
        elif one.id in chosen:
            problems += [f"{one.id}: {problem}" for problem in _parameter_problems(one)]
    return problems


def _parameter_problems(report: Report) -> list[str]:
    try:
        actual = notebook_parameters(report.path)
    except (AnalysisError, ValueError, SyntaxError) as error:
        return [f"the parameters cell holds more than literals: {error}"]
    declared = {name: one.default for name, one in report.params.items()}
    problems = [f"parameter {name} is not in the notebook" for name in declared.keys() - actual.keys()]
    problems += [f"parameter {name} is not in the manifest" for name in actual.keys() - declared.keys()]
    for name in declared.keys() & actual.keys():
        if (declared[name], type(declared[name])) != (actual[name], type(actual[name])):
            problems.append(f"default of {name}: {declared[name]!r} in the manifest, {actual[name]!r} in the notebook")
    return sorted(problems)
