"""What the budget arithmetic says of one case: coverage by lens, verdicts, break-evens, what must be true, tax."""

from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from analysis.economics.budget import (
    JUDGED_YEARS,
    Lens,
    added_depreciation,
    after_tax_coverage,
    charged_share,
    inputs_of,
    judged_lenses,
    lenses,
    simulated,
)
from analysis.economics.budget_case import Case
from analysis.economics.draws import DRAWS, middle_of, rank_tornado
from analysis.economics.ranges import Range
from analysis.quantity import Quantity
from analysis.tables.decision_rules import CANNOT_TELL, threshold

YEARS_SHOWN, MOST_DRIVERS, SHADE = 6, 6, "blue"
FIGURES = 3
CLASSES = ("contradicted", "mixed", "supported")
REACH = {"contradicted": "no", "mixed": "only in part", "supported": "for the most part"}
"""The answer of the budget page, by the class of the middle, where nothing covers the whole."""
CUT_OFFS = ("cash_funding.contradicted.1", "cash_funding.supported.1")
"""The rules whose thresholds part the classes; the accounts are judged by the same two."""


def verdict_of(low: float, high: float) -> str:
    """The verdict on a claim whose coverage lies between two ends, by the frozen rules.

    Both ends in one class: that class. In two that touch: "contradicted to mixed" or "mixed to supported". From
    contradicted to supported: "cannot tell".
    """
    ends = [_class_of(one) for one in (low, high)]
    if ends[0] == ends[1]:
        return ends[0]
    return CANNOT_TELL if ends == [CLASSES[0], CLASSES[2]] else " to ".join(ends)


def reach(found: Range) -> str:
    """How far a saving goes, in a word: "yes" when all of its range covers the whole, "perhaps" when some does.

    Below the whole the middle decides, by the cut-offs of the verdict, so that the two never part: "for the most part"
    where it is supported, "only in part" where mixed, "no" where contradicted.
    """
    if found.high > 1:
        return "yes" if found.low > 1 else "perhaps"
    return REACH[_class_of(found.value)]


def reach_over_time(first: Range, later: Range) -> str:
    """The word for the first year, with "at first" where a later year has another."""
    now, then = reach(first), reach(later)
    return now if now in (then, "no") else f"{now} at first"


def _class_of(coverage: float) -> str:
    low, high = cut_offs()
    return CLASSES[0] if coverage < low.value else CLASSES[2] if coverage > high.value else CLASSES[1]


def cut_offs() -> tuple[Quantity, Quantity]:
    """The coverage under which a claim is contradicted, and above which it is supported: ratios."""
    low, high = (Quantity(threshold(rule), "ratio", "scenario") for rule in CUT_OFFS)
    return low, high


def coverages(case: Case, years: tuple[int, ...] = JUDGED_YEARS) -> pd.DataFrame:
    """Coverage in every lens: lens, label, kind, year, is_kept, low, value, high (5%, 50%, 95% of the draws, ratio),
    value_basis, value_documents, above_one_ratio (share of draws above 1) and verdict.

    Empty when no cuts of the year are known: then nothing can be told.
    """
    return _coverage_frame(case, lenses(years))


def judged_coverages(case: Case) -> pd.DataFrame:
    """Coverage in the lenses the readings are judged by (`budget.judged_lenses`): frame as of `coverages`.

    lens: cash, cash_first_year, profit_all_kept, profit_all. Range and median are those of the draws of the ratio of
    sums, not of yearly ratios. Empty when no cuts of the year are known.
    """
    return _coverage_frame(case, judged_lenses())


def _coverage_frame(case: Case, chosen: list[Lens]) -> pd.DataFrame:
    rows = [_coverage_row(one, case) for one in chosen] if case.cuts.is_known else []
    columns = ["lens", "label", "kind", "year", "is_kept", "low", "value", "high", "value_basis", "value_documents",
               "above_one_ratio", "verdict"]
    return pd.DataFrame(rows, columns=columns)


def _coverage_row(lens: Lens, case: Case) -> dict:
    found, above = simulated(lens.model, case.inputs, case.drawn, label=lens.label)
    return {"lens": lens.lens, "label": lens.label, "kind": lens.kind, "year": lens.year or 0,
            "is_kept": lens.is_kept, "low": found.low, "value": found.value, "high": found.high,
            "value_basis": found.basis, "value_documents": " ".join(found.documents), "above_one_ratio": above,
            "verdict": CANNOT_TELL if case.cuts.kind == "estimate" else verdict_of(found.low, found.high)}


def coverage_with(case: Case, lens_id: str, **held: float) -> Range:
    """One lens with some inputs held at a value, the rest as drawn: 5%, 50% and 95%, ratio."""
    lens = next(one for one in lenses() if one.lens == lens_id)
    inputs = case.inputs | {name: case.inputs[name].fixed_at(value) for name, value in held.items()}
    drawn = case.drawn | {name: np.full(DRAWS, value) for name, value in held.items()}
    return simulated(lens.model, inputs, drawn, label=lens.label)[0]


def without_stock(found: Range, shares: tuple[Quantity, Quantity]) -> tuple[Quantity, Quantity]:
    """The ends of a cash coverage when stock pay is no cash; `shares`: low and high of stock pay over people cost.

    The low end of people cost holds the larger share of stock, the high end the smaller.
    """
    whole = Quantity(1.0, "ratio", "derived")
    return found.at("low") * (whole - shares[1]), found.at("high") * (whole - shares[0])


def range_in(rows: pd.DataFrame, lens: str) -> Range:
    """One lens of a frame of `coverages` as a range."""
    row = rows[rows["lens"] == lens].iloc[0]
    return Range(row["low"], row["value"], row["high"], "ratio", row["value_basis"],
                 tuple(row["value_documents"].split()), "uniform", row["label"])


def verdict_in(rows: pd.DataFrame, lens: str) -> str:
    """The verdict of one lens; "cannot tell" where no cuts are known, or only by an outside estimate."""
    found = rows.loc[rows["lens"] == lens, "verdict"]
    return CANNOT_TELL if found.empty else found.iloc[0]


def year_by_year(case: Case, years: int = YEARS_SHOWN) -> pd.DataFrame:
    """Added depreciation and coverage by year, one cohort beside a rise that is kept up: 5%, 50%, 95% of draws.

    Columns: year; depreciation_low_usd, depreciation_usd, depreciation_high_usd and the same with kept_; where cuts
    are known also coverage_low_ratio, coverage_ratio, coverage_high_ratio and with kept_; basis and documents
    beside the central columns.
    """
    rows = []
    for year in range(1, years + 1):
        row: dict = {"year": year}
        for prefix, is_kept in (("", False), ("kept_", True)):
            row |= _schedule_cells(case, year, is_kept, prefix)
        rows.append(row)
    return pd.DataFrame(rows)


def _schedule_cells(case: Case, year: int, is_kept: bool, prefix: str) -> dict:
    taken = inputs_of(added_depreciation, case.inputs)
    charged = simulated(partial(added_depreciation, year=year, is_kept=is_kept), taken, case.drawn, "usd")[0]
    cells = _cells(f"{prefix}depreciation", "usd", charged)
    if case.cuts.is_known:
        lens = next(one for one in lenses((year,)) if one.year == year and not one.is_first_year
                    and one.is_kept == (is_kept and year > 1))
        cells |= _cells(f"{prefix}coverage", "ratio", simulated(lens.model, case.inputs, case.drawn)[0])
    return cells


def _cells(name: str, unit: str, found: Range) -> dict:
    return {f"{name}_low_{unit}": found.low, f"{name}_{unit}": found.value, f"{name}_high_{unit}": found.high,
            f"{name}_{unit}_basis": found.basis, f"{name}_{unit}_documents": " ".join(found.documents)}


def break_evens(case: Case) -> pd.DataFrame:
    """Roles that would have to go, and what each would have to cost, for a coverage of 1, by lens.

    Columns: lens, label, roles_low_persons, roles_persons, roles_high_persons (5%, 50%, 95% of draws; cuts beside
    the openings already cancelled, zero where those alone do), roles_share_ratio (of the last headcount),
    cost_low_usd_per_person, ... of the same (per role ended; per employee, were every job to go, where no cuts are
    known), basis and documents.
    """
    return pd.DataFrame([_break_even_row(one, case) for one in lenses() if not one.is_first_year])


def _break_even_row(lens: Lens, case: Case) -> dict:
    taken = inputs_of(lens.model, case.inputs)
    drawn = case.drawn
    spent = _set_against(lens, drawn)
    roles = spent / (drawn["cost_usd_per_person"] * drawn["relative_cost_ratio"])
    spared = drawn["fill_probability_ratio"] * drawn["openings_count"]
    ended = drawn["cuts_persons"] + spared if case.cuts.is_known else np.full(len(spent), case.headcount.value)
    rest = {name: one for name, one in taken.items() if name not in ("cost_usd_per_person", "relative_cost_ratio")}
    row = {"lens": lens.lens, "label": lens.label} | _cells("roles", "persons", rounded(middle_of(
        np.maximum(roles - spared, 0), taken, "persons")))
    row["roles_share_ratio"] = row["roles_persons"] / case.headcount.value
    if not np.isnan(ended).any():
        row |= _cells("cost", "usd_per_person", rounded(middle_of(spent / ended, rest, "usd_per_person")))
    return row


def rounded(found: Range) -> Range:
    """A range with its ends to three figures: more would be false precision for what rests on assumptions."""
    low, value, high = (float(f"{one:.{FIGURES}g}") for one in (found.low, found.value, found.high))
    return replace(found, low=low, value=value, high=high)


def range_of(rows: pd.DataFrame, lens: str, name: str, unit: str) -> Range:
    """One quantity of one lens in a frame of `break_evens` as a range, as in ("cash", "roles", "persons")."""
    row = rows[rows["lens"] == lens].iloc[0]
    low, value, high = (row[f"{name}{end}_{unit}"] for end in ("_low", "", "_high"))
    return Range(low, value, high, unit, row[f"{name}_{unit}_basis"], tuple(row[f"{name}_{unit}_documents"].split()))


def _set_against(lens: Lens, drawn: dict[str, np.ndarray]) -> np.ndarray:
    """The dollars that the saving is set against in one lens."""
    rise = drawn["capex_after_usd"] - drawn["capex_before_usd"]
    if lens.kind == "cash":
        return rise
    return rise * charged_share(lens.year, drawn["server_share_ratio"], drawn["server_life_years"],
                                drawn["building_life_years"], lens.is_kept)


def tornado(case: Case, lens_id: str, most: int = MOST_DRIVERS) -> pd.DataFrame:
    """What drives the spread of one lens: the frame of `draws.rank_tornado` with share_ratio and name.

    share_ratio: the squared rank correlation over the sum of all; its basis and documents are those of the input.
    `name` is the label, with a word where the input lowers the coverage.
    """
    lens = next(one for one in lenses() if one.lens == lens_id)
    found = rank_tornado(lens.model, inputs_of(lens.model, case.inputs))
    squares = found["correlation_ratio"] ** 2
    lowers = found["correlation_ratio"] < 0
    found = found.assign(name=found["label"].mask(lowers, found["label"] + " (lowers)"))
    return found.assign(share_ratio=squares / squares.sum(), share_ratio_basis=found["correlation_ratio_basis"],
                        share_ratio_documents=found["correlation_ratio_documents"], shade=SHADE).head(most)


def after_tax(case: Case) -> pd.DataFrame:
    """Cash coverage after tax with all, the register's share or none expensed at once: label, low, value, high, ..."""
    rows = []
    whole = case.inputs["expensed_ratio"]
    for label, share in (("expensed at once", 1.0), ("expensed in part", whole.value), ("not expensed", 0.0)):
        inputs = case.inputs | {"expensed_ratio": whole.fixed_at(share)}
        drawn = case.drawn | {"expensed_ratio": np.full(len(case.drawn["expensed_ratio"]), share)}
        found, _ = simulated(after_tax_coverage, inputs, drawn, label=label)
        rows.append({"label": label, "expensed_ratio": share, "expensed_ratio_basis": whole.basis}
                    | _cells("coverage", "ratio", found))
    return pd.DataFrame(rows)


def chance(rows: pd.DataFrame, lens: str) -> Quantity:
    """Share of draws in which the coverage of one lens is above 1."""
    row = rows[rows["lens"] == lens].iloc[0]
    return Quantity(float(row["above_one_ratio"]), "ratio", row["value_basis"], tuple(row["value_documents"].split()))
