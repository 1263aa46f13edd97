"""How much of a lever equals the announced cuts: in closed form, and by root-finding to check it."""

import math
from collections.abc import Callable

import pandas as pd

from analysis.economics.fleet_inputs import PERCENT
from analysis.economics.lever_case import LeverCase
from analysis.economics.levers import LENSES, LEVERS, PAYROLL, Effect, Lever
from analysis.economics.ranges import Range, provenance
from analysis.economics.solve import must_be
from analysis.numerals import fixed, percent_text, usd_text

REACH = 2.0
"""A turned input without a bound of its own is searched up to this many times the closed form."""
MOVES_NO_CASH, NOT_ENOUGH = "moves no cash", "all of it is not enough"
WORDS: dict[str, tuple[Callable[[float], str], str]] = {
    "points": (lambda value: fixed(value * PERCENT, 1), " points"), "ratio": (percent_text, ""),
    "years": (lambda value: fixed(value, 1), " years"), "pue": (lambda value: fixed(value, 2), ""),
    "usd_per_year": (usd_text, ""),
}
"""How a turned input is written, and what follows the last of two."""


def equal_to_cuts(case: LeverCase) -> pd.DataFrame:
    """How far each lever must be turned to equal the announced cuts and cancelled openings, in each lens.

    What is equalled is a full year's saving of the roles ended: central, with its 5% and 95% ends, while the other
    inputs of the lever stand at their central values. Columns: lever, label, acts_on, lens, turned, unit,
    amount_low, amount, amount_high, solved (root-finding), most (how far the lever goes), is_possible, text (amount
    in words, or why there is none), amount_basis, amount_documents. AnalysisError when no cuts are known.
    """
    saving = case.budget.saving
    return pd.DataFrame([_row(case, lever, lens, saving) for lever in LEVERS if lever.acts_on != PAYROLL
                         for lens in LENSES])


def _row(case: LeverCase, lever: Lever, lens: str, saving: Range) -> dict:
    row = {"lever": lever.lever, "label": lever.label, "acts_on": lever.acts_on, "lens": lens,
           "turned": lever.turned, "unit": lever.unit, "amount_low": math.nan, "amount": math.nan,
           "amount_high": math.nan, "solved": math.nan, "most": math.nan, "is_possible": False,
           "amount_basis": "unresolved", "amount_documents": ""}
    effect = lever.effect(lens)
    if effect is None:
        return row | {"text": MOVES_NO_CASH}
    why = case.why_not(effect.inputs)
    return row | ({"text": "cannot tell"} if why else _amounts(case, lever, effect, saving))


def _amounts(case: LeverCase, lever: Lever, effect: Effect, saving: Range) -> dict:
    values, most = case.central, lever.most(case.central)
    low, amount, high = (effect.needed(end, values) for end in (saving.low, saving.value, saving.high))
    is_possible = not math.isnan(amount) and amount <= most
    inputs = {name: case.inputs[name] for name in effect.inputs}
    basis, documents = provenance((*inputs.values(), saving))
    return {"amount_low": low, "amount": amount, "amount_high": high, "most": most, "is_possible": is_possible,
            "solved": _solved(effect, inputs, lever.turned, saving.value, min(most, amount * REACH)) if is_possible
            else math.nan, "text": _words(lever.unit, low, high, most),
            "amount_basis": basis, "amount_documents": " ".join(documents)}


def _solved(effect: Effect, inputs: dict[str, Range], turned: str, target: float, highest: float) -> float:
    return must_be(effect, inputs, turned, target, 0.0, highest)


def _words(unit: str, low: float, high: float, most: float) -> str:
    """The range of amounts, its upper end open where the lever does not go so far."""
    if math.isnan(low) or low > most:
        return NOT_ENOUGH
    write, suffix = WORDS[unit]
    if math.isnan(high) or high > most:
        return f"{write(low)}{suffix} or more"
    return f"{write(low)} to {write(high)}{suffix}"


def equal_in_words(equals: pd.DataFrame) -> pd.DataFrame:
    """Levers down, lenses across: lever, label, turned_words, cash, profit_and_loss (the words of `equal_to_cuts`).

    The amounts themselves stand under cash_amount and profit_and_loss_amount, in `unit`.
    """
    wide = equals.pivot(index="lever", columns="lens", values="text")
    amounts = equals.pivot(index="lever", columns="lens", values="amount").add_suffix("_amount")
    first = equals.drop_duplicates("lever").set_index("lever")
    frame = wide.join(amounts).loc[first.index]
    return frame.assign(label=first["label"], unit=first["unit"], turned_words=first["unit"].map(TURNED)).reset_index()


TURNED = {"points": "points of utilisation", "ratio": "share of inference moved", "years": "years",
          "pue": "points of PUE", "usd_per_year": "rent a year moved"}
"""What is turned, in words, by its unit."""
