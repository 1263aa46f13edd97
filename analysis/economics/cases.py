"""Published figures, worked out again from their own inputs by this project's model with its simple switches.

A case names a calculation and its inputs. It is reproduced when the figure lies within half its last published
digit. The same entry point takes a reader's file (docs/CASES.md).
"""

import json
import math
import sys
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from inspect import signature
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.economics import breakeven, tco
from analysis.economics.bounds import within
from analysis.economics.memory import BYTES_PER_GB, BYTES_PER_GIB, kv_cache_bytes, weights_bytes
from analysis.errors import AnalysisError, nearest
from analysis.numerals import fixed
from analysis.tables.compute import load_published_cases

REPRODUCED, INCONSISTENT, UNKNOWN = "reproduced", "inconsistent", "unknown calculation"
HALF = 0.5
HEADER_LINES = 2
"""The first row of a table stands on the second line, counted from one."""
FLOAT_SLACK = 1e-12
"""Relative room for the arithmetic of floats, so that a figure exactly half a digit off still counts."""
POSSIBLE = {"utilisation_ratio": (0, 1), "hours": (0, 1e9)}
"""Inputs that only make sense between two ends; so many hours are a hundred thousand years."""
COLUMNS = ("case_id", "output", "calculation", "unit", "published", "recomputed", "difference", "tolerance", "verdict",
           "doubt", "document_id")


def _break_even_hours(capex_usd, cloud_usd_per_hour, running_usd_per_hour):
    return breakeven.break_even_hours(horizon_years=1.0, server_usd=capex_usd, cloud_usd_per_hour=cloud_usd_per_hour,
                                      running_usd_per_hour=running_usd_per_hour)


def _break_even_months(hours, hours_per_month):
    return breakeven.break_even_months(hours, hours_per_month)


def _maintenance_per_hour(capex_usd, maintenance_ratio):
    parts = tco.running_parts(server_usd=capex_usd, maintenance_ratio=maintenance_ratio)
    return parts["maintenance"] / tco.HOURS_A_YEAR


def _colocation_per_hour(usd_per_month, hours_per_month):
    space = tco.running_parts(power_kw=1.0, colocation_usd_per_kw_month=usd_per_month)["space"]
    return space / (tco.MONTHS_A_YEAR * hours_per_month)


def _amortised_hourly(capex_usd, hours, running_usd_per_hour):
    return tco.cost_per_hour(horizon_years=hours / tco.HOURS_A_YEAR, server_usd=capex_usd,
                             running_usd_per_hour=running_usd_per_hour)


def _dedicated_cost_per_used_hour(fixed_usd_per_hour, utilisation_ratio):
    return tco.cost_per_used_hour(horizon_years=1.0, server_usd=fixed_usd_per_hour * tco.HOURS_A_YEAR,
                                  utilisation_ratio=utilisation_ratio)


def _weights_gb(parameters, bytes_per_parameter):
    return weights_bytes(parameters, bytes_per_parameter) / BYTES_PER_GB


def _weights_gib(parameters, bytes_per_parameter):
    return weights_bytes(parameters, bytes_per_parameter) / BYTES_PER_GIB


CALCULATIONS: dict[str, Callable] = {
    "break_even_hours": _break_even_hours,
    "break_even_months": _break_even_months,
    "maintenance_per_hour": _maintenance_per_hour,
    "colocation_per_hour": _colocation_per_hour,
    "amortised_hourly": _amortised_hourly,
    "cost_per_million_tokens": tco.cost_per_million_tokens,
    "dedicated_cost_per_used_hour": _dedicated_cost_per_used_hour,
    "kv_cache_bytes": kv_cache_bytes,
    "weights_gb": _weights_gb,
    "weights_gib": _weights_gib,
}
"""What a case may ask for. Each is the model of this package with the other costs left out."""


def check_cases(path: str | Path | None = None) -> pd.DataFrame:
    """Every case with its figure worked out again; `path` is a reader's own file of cases.

    Columns: case_id, output, calculation, unit, published, recomputed, difference (recomputed less published),
    tolerance (half the last published digit), verdict (reproduced, inconsistent, unknown calculation), doubt,
    document_id. AnalysisError names the line and field of a case that cannot be read.
    Misleads: reproduced says that the figure follows from its inputs, not that the inputs are right.
    """
    cases = load_published_cases(path)
    name = "published_cases" if path is None else Path(path).name
    lines = cases["line"] if "line" in cases else cases.index + HEADER_LINES
    rows = [_checked(row, f"{name}: line {line}") for line, row in zip(lines, cases.to_dict("records"), strict=True)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _checked(case: dict, where: str) -> dict:
    text = str(case["published_value"]).strip()
    published, tolerance = _figure(text, where)
    row = {column: case.get(column) for column in COLUMNS if column in case}
    row |= {"published": published, "tolerance": tolerance, "recomputed": float("nan"), "difference": float("nan")}
    if case["calculation"] not in CALCULATIONS:
        known = ", ".join(nearest(case["calculation"], CALCULATIONS))
        return row | {"verdict": UNKNOWN, "doubt": f"nearest known: {known}"}
    recomputed = _recomputed(case["calculation"], _inputs(case["inputs"], case["calculation"], where))
    if not math.isfinite(recomputed):
        return row | {"verdict": INCONSISTENT, "doubt": "the inputs give no finite result"}
    difference = recomputed - published
    fits = abs(difference) <= tolerance + FLOAT_SLACK * abs(published)
    return row | {"recomputed": recomputed, "difference": difference, "verdict": REPRODUCED if fits else INCONSISTENT}


def _recomputed(calculation: str, inputs: dict[str, float]) -> float:
    """The model's figure; not finite when the inputs make it divide by nothing."""
    try:
        with np.errstate(all="ignore"):
            return float(CALCULATIONS[calculation](**inputs))
    except (ZeroDivisionError, OverflowError):
        return math.nan


def _figure(text: str, where: str) -> tuple[float, float]:
    """The published number and half its last digit: "3.42" gives 3.42 and 0.005, "1.1e4" 11,000 and 500."""
    try:
        figure = Decimal(text)
    except InvalidOperation:
        raise AnalysisError(f"{where}: published_value {text!r} is not a number; write 8556, 3.42 or 1.1e4") from None
    digit = Decimal((0, (1,), figure.as_tuple().exponent)) if figure.is_finite() else figure
    value, tolerance = float(figure), HALF * float(digit)
    if not (math.isfinite(value) and math.isfinite(tolerance) and tolerance > 0):
        raise AnalysisError(f"{where}: published_value {text!r} is not a finite number that can be computed with")
    return value, tolerance


def _inputs(text: str, calculation: str, where: str) -> dict[str, float]:
    """The inputs of a case as numbers, exactly those its calculation asks for."""
    try:
        given = json.loads(text)
    except json.JSONDecodeError as error:
        raise AnalysisError(f"{where}: inputs are not JSON ({error.msg} at character {error.pos + 1})") from None
    except (ValueError, RecursionError):
        raise AnalysisError(f"{where}: inputs are not JSON that can be read: a number is too long, "
                            "or too much is nested") from None
    wanted = list(signature(CALCULATIONS[calculation]).parameters)
    if not isinstance(given, dict):
        raise AnalysisError(f"{where}: inputs are not a JSON object; {calculation} needs {', '.join(wanted)}")
    wrong = sorted(set(given) ^ set(wanted))
    if wrong:
        problem = "is missing" if wrong[0] in wanted else "is not one"
        raise AnalysisError(f"{where}: inputs: {wrong[0]!r} {problem}; {calculation} needs {', '.join(wanted)}")
    return {name: _number(name, value, where) for name, value in given.items()}


def _number(name: str, value: object, where: str) -> float:
    """One input as a finite number within what is possible for it."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise AnalysisError(f"{where}: inputs: {name} is {value!r}, not a number")
    if not abs(value) <= sys.float_info.max:
        raise AnalysisError(f"{where}: inputs: {name} is not a finite number that can be computed with")
    return within(f"{where}: inputs: {name}", float(value), *POSSIBLE.get(name, (-math.inf, math.inf)))


def case_table(path: str | Path | None = None) -> pd.DataFrame:
    """`check_cases` in words for a page: output, printed, ours, verdict, doubt, document_id.

    The recomputed figure is written with one digit more than the published one, so that the difference shows.
    """
    table = check_cases(path)
    rows = table.to_dict("records")
    return table.assign(printed=[_in_words(row["published"], row, 0) for row in rows],
                        ours=[_in_words(row["recomputed"], row, 1) for row in rows])


UNIT_WORDS = {"hours": "{} hours", "months": "{} months", "usd_per_hour": "${} an hour", "bytes": "{} bytes",
              "usd_per_million_tokens": "${} per million tokens", "gb": "{} GB", "gib": "{} GiB"}


def _in_words(figure: float, row: dict, more_digits: int) -> str:
    if not math.isfinite(figure):
        return "none"
    decimals = max(0, -round(math.log10(row["tolerance"] / HALF)))
    exact = 0 if float(figure).is_integer() and decimals == 0 else more_digits
    return UNIT_WORDS.get(row["unit"], f"{{}} {row['unit']}").format(fixed(figure, decimals + exact))


def cases_report(path: str | Path | None = None) -> str:
    """The checked cases as lines of text for a terminal, then a count of the verdicts."""
    table = check_cases(path)
    lines = [_line(row) for row in table.to_dict("records")]
    counts = [f"{number} {verdict}" for verdict, number in table["verdict"].value_counts().items()]
    return "\n".join([*lines, "", f"{len(table)} case{'' if len(table) == 1 else 's'}: {', '.join(counts) or 'none'}"])


def _line(row: dict) -> str:
    figures = f"published {row['published']:,.12g}"
    if row["verdict"] != UNKNOWN:
        figures += f", recomputed {row['recomputed']:,.12g}, tolerance {row['tolerance']:g}"
    doubt = f"  ({row['doubt']})" if isinstance(row.get("doubt"), str) else ""
    return f"{row['verdict']:<20} {row['case_id']}: {figures} {row['unit']}{doubt}"
