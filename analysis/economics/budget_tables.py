"""The budget arithmetic as tables a reader can scan: what must be true, the inputs, ranges in one cell."""

import pandas as pd

from analysis import numerals
from analysis.economics.budget import Lens, inputs_of, lenses
from analysis.economics.budget_case import Case
from analysis.economics.budget_inverse import PROFIT_ONLY, closed_form, is_possible
from analysis.errors import AnalysisError

SOLVED_LENSES = ("cash", "profit_1", "profit_3_kept")
SOLVED_INPUTS = ("cuts_persons", "openings_count", "fill_probability_ratio", "cost_usd_per_person",
                 "relative_cost_ratio", "capex_after_usd", "server_life_years", "building_life_years",
                 "server_share_ratio")
OF_THE_CUTS = ("cuts_persons", "openings_count", "part_year_ratio")
NOT_POSSIBLE, NO_PART = "no value does", "plays no part"
DASH = "\u2013"


def must_be_true(case: Case, target: float = 1.0) -> pd.DataFrame:
    """For each input, the value at which the coverage is `target`, all others central: input, label, unit, now, then
    per lens "cash", "profit_1" and "profit_3_kept" the value in closed form (missing where impossible).

    AnalysisError when no cuts are known.
    """
    if not case.cuts.is_known:
        raise AnalysisError(f"no count of cuts at {case.name}: nothing to solve for")
    chosen = [one for one in lenses() if one.lens in SOLVED_LENSES]
    rows = []
    for name in SOLVED_INPUTS:
        one = case.inputs[name]
        row = {"input": name, "label": one.label, "unit": one.unit, "now": one.value, "now_basis": one.basis,
               "now_documents": " ".join(one.documents), "now_is_rounded": _is_rounded(name, case)}
        rows.append(row | {lens.lens: _solved(lens, name, target, case) for lens in chosen})
    return pd.DataFrame(rows)


def _is_rounded(name: str, case: Case) -> bool:
    """Whether an estimated input is a count that the company itself rounded."""
    return name == "cuts_persons" and case.cuts.kind == "announced"


def _solved(lens: Lens, name: str, target: float, case: Case) -> float:
    if name not in inputs_of(lens.model, case.inputs):
        return float("nan")
    value = closed_form(lens, name, target, case.central)
    return value if is_possible(name, value) else float("nan")


def written(value: float, unit: str) -> str:
    """A number of any input in words: dollars, a share as a percentage, years, or a count."""
    if unit.startswith("usd"):
        return numerals.usd_text(value)
    digits = 0 if abs(value - round(value, 2)) < WHOLE and unit == "ratio" or value == round(value) else 1
    if unit == "ratio":
        return numerals.percent_text(value, digits)
    return numerals.fixed(value, digits) + " years" if unit == "years" else numerals.count_text(value)


WHOLE, ROUGH = 5e-4, 0.1
"""A share nearer than the first to a whole per cent is written without decimals, and so are the ends of a range of
shares from the second on."""


def written_range(low: float, high: float, unit: str) -> str:
    """Two ends in one cell, the unit once, or the one number where they agree; NaN when an end is missing."""
    if pd.isna(low) or pd.isna(high):
        return float("nan")
    if low == high:
        return written(low, unit)
    is_rough = unit == "ratio" and low >= ROUGH
    ends = [numerals.percent_text(one, 0) if is_rough else written(one, unit) for one in (low, high)]
    return DASH.join([ends[0].removesuffix(" years"), ends[1]])


def in_words(solved: pd.DataFrame) -> pd.DataFrame:
    """The frame of `must_be_true` with its values written in the input's unit, or why there is none."""
    words = solved.copy().astype({name: object for name in ("now", *SOLVED_LENSES)})
    for position, row in solved.iterrows():
        for name in ("now", *SOLVED_LENSES):
            why_not = NO_PART if name == "cash" and row["input"] in PROFIT_ONLY else NOT_POSSIBLE
            words.loc[position, name] = why_not if pd.isna(row[name]) else written(row[name], row["unit"])
    return words


def with_ranges(rows: pd.DataFrame, units: dict[str, str]) -> pd.DataFrame:
    """Add one text column per quantity of `units` (name: unit), "5%\u201395%", from <name>_low_<unit> and _high_."""
    added = {}
    for name, unit in units.items():
        columns = [f"{name}_{end}_{unit}" for end in ("low", "high")]
        if all(column in rows for column in columns):
            added[name] = [written_range(low, high, unit) for low, high in rows[columns].itertuples(index=False)]
            added[f"{name}_basis"] = rows[f"{name}_{unit}_basis"]
    return rows.assign(**added)


def inputs_table(case: Case) -> pd.DataFrame:
    """Every input of the case that is known: input, label, low, value, high, unit, shape, value_basis, value_documents.

    shown and span are the value and the range in words.
    """
    rows = [{"input": name, "label": one.label, "low": one.low, "value": one.value, "high": one.high,
             "unit": one.unit, "shape": one.shape, "value_basis": one.basis,
             "value_documents": " ".join(one.documents), "shown_is_rounded": _is_rounded(name, case)}
            for name, one in case.inputs.items()
            if case.cuts.is_known or name not in OF_THE_CUTS]
    frame = pd.DataFrame(rows)
    spans = [written_range(row.low, row.high, row.unit) for row in frame.itertuples()]
    return frame.assign(shown=[written(row.value, row.unit) for row in frame.itertuples()], span=spans,
                        shown_basis=frame["value_basis"])

