"""The named computations a claim may ask for, and the check that its settings fit.

A computation is a function of `Known` and of named settings. The annotations say their types; the names that
choose a row of the data (a ticker, an event, a model) are checked against the data.
"""

import datetime
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from inspect import Parameter, getdoc, signature
from typing import Any

from analysis.claims.finding import Finding
from analysis.claims.known import columns, groups
from analysis.errors import AnalysisError, TableError, nearest
from analysis.numerals import as_date
from analysis.tables.claim_records import JUDGEMENT
from analysis.tables.claims import Recorded
from analysis.tables.companies import load_companies
from analysis.tables.compute import load_accelerators, load_cost_figures, load_language_models
from analysis.tables.read import read_table

COMPUTATIONS: dict[str, "Computation"] = {}


@dataclass(frozen=True)
class Computation:
    """A named computation: its function, the words that follow its number in a table, and what it decides."""

    name: str
    decide: Callable[..., Finding]
    measure: str
    decides: str

    @property
    def settings(self) -> dict[str, Parameter]:
        """The settings by name, as the function declares them."""
        return {name: one for name, one in signature(self.decide).parameters.items()
                if one.kind is Parameter.KEYWORD_ONLY}


def computation(measure: str) -> Callable[[Callable[..., Finding]], Callable[..., Finding]]:
    """Decorator: the function may be named by a claim; the first line of its docstring says what it decides."""

    def register(function: Callable[..., Finding]) -> Callable[..., Finding]:
        name, line = function.__name__, (getdoc(function) or "").split("\n")[0]
        COMPUTATIONS[name] = Computation(name, function, measure, line)
        return function

    return register


def _column(table: str, column: str) -> Callable[[], Iterable[str]]:
    return lambda: read_table(table)[column].dropna().unique()


CHOICES: dict[str, Callable[[], Iterable[str]]] = {
    "ticker": lambda: load_companies()["ticker"],
    "group": groups, "event": _column("layoff_events", "event_id"), "reference": _column("layoff_events", "event_id"),
    "statement": _column("statements", "statement_id"), "series": _column("labour_series", "series"),
    "model": lambda: load_language_models().index, "accelerator": lambda: load_accelerators().index,
    "figure": lambda: load_cost_figures().index, "part": lambda: load_cost_figures().index,
    "whole": lambda: load_cost_figures().index, "column": columns, "columns": columns,
    "reasons": _column("layoff_events", "reason_class"),
}
"""Settings whose value must be one of those in the data: where the valid ones stand."""
WORDS: dict[str, tuple[str, ...]] = {
    "step": ("announced", "confirmed", "carried_out"), "span": ("year", "quarter"),
    "precision": ("fp32", "bf16", "fp8", "int8", "int4", "fp4"), "against": ("fp32", "bf16", "fp8", "int8", "int4"),
    "profile": ("flat", "office_hours", "bursty"), "other_profile": ("flat", "office_hours", "bursty"),
    "pricing": ("on_demand", "reserved_1y", "reserved_3y", "spot"), "lens": ("cash", "profit_and_loss"),
    "lever": ("utilisation", "fp4", "fp8", "architecture", "pue", "longer_life"),
    "chip": ("current", "H100"), "reading": ("cash_funding", "profit_offset"),
    "gain": ("fp4", "fp8", "architecture"), "classes": ("servers", "buildings", "land", "equipment", "leases"),
}
"""Settings whose value is one of a few words."""
YEARS = (1990, 2100)
BETWEEN: dict[str, tuple[float, float]] = {
    "within_ratio": (0, 1), "within_days": (0, 3650), "calendar_year": YEARS, "first_year": YEARS, "last_year": YEARS,
    "per_machine_count": (1, 10_000), "million_tokens_per_day": (0.1, 1_000_000), "horizon_years": (1, 10),
}
"""Settings that make sense between two ends only, both included."""
TYPES: dict[Any, tuple[Callable[[Any], bool], str]] = {
    str: (lambda value: isinstance(value, str), "a text in quotes"),
    int: (lambda value: isinstance(value, int) and not isinstance(value, bool), "a whole number"),
    float: (lambda value: isinstance(value, (int, float)) and not isinstance(value, bool)
            and abs(value) <= sys.float_info.max, "a number"),
    list: (lambda value: isinstance(value, list) and value and all(isinstance(one, str) for one in value),
           "a list of texts"),
    datetime.date: (lambda value: isinstance(value, (str, datetime.date)), "a date (YYYY-MM-DD)"),
}
"""For each type of setting: the test of a value, and what to ask for."""


def checked(one: Recorded) -> dict[str, Any]:
    """The settings of a claim, typed and known; TableError with file, line, field and the valid choices.

    A judgement has none.
    """
    claim = one.claim
    if claim.is_judgement:
        return {}
    if claim.computation not in COMPUTATIONS:
        near = ", ".join(nearest(claim.computation, [*COMPUTATIONS, JUDGEMENT]))
        raise TableError(f"{one.where('computation')}: no computation {claim.computation!r}; nearest valid: {near}")
    wanted = COMPUTATIONS[claim.computation].settings
    lacking = [name for name, part in wanted.items() if part.default is Parameter.empty and name not in claim.settings]
    if lacking:
        raise TableError(f"{one.where('settings')}: {claim.computation} also needs {', '.join(lacking)}; "
                         f"its settings: {', '.join(wanted)}")
    return {name: _setting(one, name, value, wanted) for name, value in claim.settings.items()}


def _setting(one: Recorded, name: str, value: Any, wanted: dict[str, Parameter]) -> Any:
    """The value of one setting with its type; the line is looked up only for a message."""
    if name not in wanted:
        raise _wrong(one, f"{one.claim.computation} has no setting {name!r}; it has: {', '.join(wanted)}")
    test, kind = TYPES[wanted[name].annotation]
    if not test(value):
        raise _wrong(one, f"{name} is {value!r}, not {kind}")
    if wanted[name].annotation is datetime.date:
        try:
            return as_date(value)
        except AnalysisError:
            raise _wrong(one, f"{name} is {value!r}, not {kind}") from None
    least, most = BETWEEN.get(name, (-sys.float_info.max, sys.float_info.max))
    if isinstance(value, (int, float)) and not least <= value <= most:
        raise _wrong(one, f"{name} is {value!r}, not from {least:,g} to {most:,g}")
    for word in value if isinstance(value, list) else [value]:
        near = _strange(name, word)
        if near:
            raise _wrong(one, f"unknown {name} {word!r}; nearest valid: {near}")
    return value


def _strange(name: str, word: Any) -> str:
    """The nearest valid words when a word is not among those of its setting; empty when it is, or any will do."""
    if name not in CHOICES and name not in WORDS:
        return ""
    valid = list(WORDS[name]) if name in WORDS else list(CHOICES[name]())
    return "" if word in valid else f"{', '.join(nearest(str(word), valid))} ({len(valid)} in all)"


def _wrong(one: Recorded, problem: str) -> TableError:
    return TableError(f"{one.where('settings')}: {problem}")
