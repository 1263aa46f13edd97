"""Levers of one or several companies as frames, both lenses side by side."""

import math

import numpy as np
import pandas as pd

from analysis.economics.draws import middle_of
from analysis.economics.fleet_tables import range_words
from analysis.economics.lever_case import LeverCase
from analysis.economics.lever_models import freed_by_fp4, freed_by_sparsity, freed_by_utilisation
from analysis.economics.levers import LENSES, LEVERS, OVERLAPS, PAYROLL, Lever, applied, parameters
from analysis.economics.ranges import Range
from analysis.quantity import Quantity

NO_EFFECT = Range(0.0, 0.0, 0.0, "usd_per_year", "derived", (), "point", "none by accounting")


def worth(case: LeverCase, lever: Lever, lens: str) -> Range | str:
    """What a lever is worth in one lens: 5%, 50% and 95% of the draws in usd per year, or why it cannot be told."""
    effect = lever.effect(lens)
    return NO_EFFECT if effect is None else _drawn(case, effect, effect.inputs, lever.label)


def _drawn(case: LeverCase, model, names: tuple[str, ...], label: str) -> Range | str:
    why = case.why_not(names)
    if why:
        return why
    outcomes = np.broadcast_to(model(**{name: case.drawn[name] for name in names}), case.drawn[names[0]].shape)
    return middle_of(outcomes, {name: case.inputs[name] for name in names}, "usd_per_year", label)


def levers_of(case: LeverCase) -> pd.DataFrame:
    """One row per lever: lever, label, acts_on, scale, is_yearly, moves_cash, overlaps, and per lens the worth.

    Columns cash_usd_per_year and profit_and_loss_usd_per_year (yearly levers), one_off_cash_usd and
    one_off_profit_and_loss_usd (what comes once: severance below zero, and levers of timing); each with _low, _high,
    _basis and _documents, and missing with the reason in `missing`.
    """
    return pd.DataFrame([_lever_row(case, lever) for lever in LEVERS])


def _lever_row(case: LeverCase, lever: Lever) -> dict:
    row = {"ticker": case.ticker, "name": case.name, "lever": lever.lever, "label": lever.label,
           "acts_on": lever.acts_on, "scale": lever.scale, "is_yearly": lever.is_yearly,
           "moves_cash": lever.moves_cash, "overlaps": OVERLAPS[lever.acts_on], "missing": ""}
    for lens in LENSES:
        found = worth(case, lever, lens)
        if isinstance(found, str):
            row["missing"] = found
        once = _one_off(case, lever)
        yearly, single = (found, once) if lever.is_yearly else (NO_EFFECT, found)
        row |= _columns(f"{lens}_usd_per_year", yearly) | _columns(f"one_off_{lens}_usd", single)
    return row


def _one_off(case: LeverCase, lever: Lever) -> Range | str:
    if lever.one_off is None:
        return NO_EFFECT
    return _drawn(case, lever.one_off, parameters(lever.one_off), lever.label)


def _columns(name: str, found: Range | str) -> dict:
    if isinstance(found, str):
        return {name: math.nan, f"{name}_low": math.nan, f"{name}_high": math.nan, f"{name}_basis": "unresolved",
                f"{name}_documents": ""}
    return {name: found.value, f"{name}_low": found.low, f"{name}_high": found.high, f"{name}_basis": found.basis,
            f"{name}_documents": " ".join(found.documents)}


def ranked(levers: pd.DataFrame, lens: str) -> pd.DataFrame:
    """One lens on one scale, widest value first: label, low, value, high (usd), basis, documents, acts_on, is_yearly.

    A lever of timing stands with what it is worth once; levers without an effect or a size are left out.
    """
    rows = []
    for row in levers[levers["scale"] == "company"].to_dict("records"):
        column = _column(row, lens)
        if not math.isnan(row[column]) and row[f"{column}_high"] != 0:
            mark = "" if row["is_yearly"] else ", once"
            rows.append({"lever": row["lever"], "label": row["label"] + mark, "low": row[f"{column}_low"],
                         "value": row[column], "high": row[f"{column}_high"], "acts_on": row["acts_on"],
                         "is_yearly": row["is_yearly"], "value_basis": row[f"{column}_basis"],
                         "value_documents": row[f"{column}_documents"]})
    return pd.DataFrame(rows).sort_values("value", ascending=False, ignore_index=True)


def worth_in(levers: pd.DataFrame, lever: str, lens: str) -> tuple[Quantity, Quantity, Quantity]:
    """Low, value and high of one lever in one lens, from `levers_of`, in usd; missing where it cannot be told."""
    row = levers.set_index("lever").loc[lever]
    column = _column(row, lens)
    low, value, high = (Quantity(row[f"{column}{end}"], "usd", row[f"{column}_basis"],
                                 tuple(row[f"{column}_documents"].split())) for end in ("_low", "", "_high"))
    return low, value, high


def levers_by_company(cases: list[LeverCase]) -> pd.DataFrame:
    """`levers_of` for several companies, one under the other."""
    return pd.concat([levers_of(case) for case in cases], ignore_index=True)


def both_lenses(levers: pd.DataFrame) -> pd.DataFrame:
    """A company's levers (columns of `levers_of`) with words: cash_text, profit_and_loss_text and once_text.

    Words give the range, "none" for no effect by accounting, or CANNOT_TELL.
    """
    rows = levers[levers["scale"] == "company"]
    records = rows.to_dict("records")
    words = {f"{lens}_text": [_cell(row, f"{lens}_usd_per_year") for row in records] for lens in LENSES}
    once = [" / ".join(dict.fromkeys(_cell(row, f"one_off_{lens}_usd") for lens in LENSES)) for row in records]
    return rows.assign(**words, once_text=once)


def overlaps(levers: pd.DataFrame) -> pd.DataFrame:
    """What levers act on: acts_on, labels (the levers), moves (whether cash), overlaps; one row per kind of dollars."""
    rows = levers.assign(moves=levers["moves_cash"].map({True: "yes", False: "no"}))
    grouped = rows.groupby(["acts_on", "moves", "overlaps"], sort=False)["label"].agg("; ".join)
    return grouped.rename("labels").reset_index()


def compute_levers(levers: pd.DataFrame, lens: str) -> pd.DataFrame:
    """The company's yearly levers that are not payroll and have an effect in the lens, largest middle first."""
    column = f"{lens}_usd_per_year"
    rows = levers[(levers["scale"] == "company") & (levers["acts_on"] != PAYROLL) & levers["is_yearly"]]
    return rows[rows[f"{column}_high"] > 0].sort_values(column, ascending=False, ignore_index=True)


def reaching(levers: pd.DataFrame, lens: str, saving: Range) -> list[str]:
    """Ids of the `compute_levers` that could reach the saving, largest first.

    The middle is at least the low end of the saving, and the low end is above zero: a lever that may cost money
    does not count.
    """
    rows, column = compute_levers(levers, lens), f"{lens}_usd_per_year"
    return list(rows.loc[(rows[column] >= saving.low) & (rows[f"{column}_low"] > 0), "lever"])


def side_by_side(levers: pd.DataFrame, lens: str) -> pd.DataFrame:
    """Levers down (label), companies across (columns named by ticker), each cell a range in words or the reason."""
    rows = levers[levers["scale"] == "company"]
    cells = [_cell(row, _column(row, lens)) for row in rows.to_dict("records")]
    wide = rows.assign(cell=cells).pivot(index="label", columns="ticker", values="cell")
    return wide.loc[list(dict.fromkeys(rows["label"])), list(dict.fromkeys(rows["ticker"]))].reset_index()


def _column(row: dict | pd.Series, lens: str) -> str:
    """Where a lever's own effect stands: by the year, or once for a lever of timing."""
    return f"{lens}_usd_per_year" if row["is_yearly"] else f"one_off_{lens}_usd"


def _cell(row: dict, column: str) -> str:
    if math.isnan(row[column]):
        return CANNOT_TELL
    if row[f"{column}_low"] == row[f"{column}_high"] == 0:
        return "none"
    return range_words(row[f"{column}_low"], row[f"{column}_high"], "usd")


CANNOT_TELL = "cannot tell"


def reasons(levers: pd.DataFrame, left_out: dict[str, str] | None = None) -> pd.DataFrame:
    """Why levers have no size: name (company), label (levers), missing (reason); one row per company and reason.

    `left_out`: reasons of companies that have no case at all, by name.
    """
    none = pd.DataFrame([{"name": name, "label": "all", "missing": why} for name, why in (left_out or {}).items()])
    rows = levers[levers["missing"] != ""]
    grouped = rows.groupby(["name", "missing"], sort=False)["label"].agg("; ".join)
    return pd.concat([grouped.reset_index()[["name", "label", "missing"]], none], ignore_index=True)


def moved_by_delay(case: LeverCase) -> Quantity:
    """Spending that a delay moves out of the year when it is even over the year: usd; central budget, all returns."""
    budget, slip = case.inputs["capex_after_usd"].at(), case.inputs["slip_years"].at()
    part_of_year = Quantity(slip.value, "ratio", slip.basis, slip.documents)
    return budget * part_of_year


def together(case: LeverCase) -> tuple[Range, Range]:
    """Share of the AI fleet freed by utilisation, FP4 and fewer active parameters: used at once, and added up.

    The first is what they can free together, because each acts on what the others leave; the second is the sum
    that would count the same machines twice. Ratios, 5%, 50% and 95% of the draws.
    """
    names = tuple(dict.fromkeys(name for model in AT_ONCE for name in parameters(model)))
    drawn, inputs = {name: case.drawn[name] for name in names}, {name: case.inputs[name] for name in names}
    freed = [applied(model, drawn) for model in AT_ONCE]
    inference = drawn["inference_share_ratio"]
    # within inference the two multiply; utilisation then acts on all that is left
    left = 1 - inference * (1 - (1 - freed[1] / inference) * (1 - freed[2] / inference))
    return (middle_of(1 - (1 - freed[0]) * left, inputs, "ratio", "freed at once"),
            middle_of(sum(freed), inputs, "ratio", "added up"))


AT_ONCE = (freed_by_utilisation, freed_by_fp4, freed_by_sparsity)
