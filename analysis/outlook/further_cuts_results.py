"""What each yardstick would ask for: roles fewer than work there now, and how much of that would come by itself."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.economics.budget_results import rounded
from analysis.economics.draws import DRAWS, draw, middle_of
from analysis.economics.ranges import Range, assumed, exactly
from analysis.outlook.further_cuts import GUIDED, YARDSTICKS, Yardstick
from analysis.outlook.further_cuts_case import CutsCase
from analysis.outlook.further_cuts_paths import HORIZON, PATHS, path_label
from analysis.quantity import Quantity
from analysis.tables.decision_rules import CANNOT_TELL

DAYS_A_YEAR = 365.25
HALF_A_YEAR_MONTHS = 6
FEWER, MORE, EITHER = "fewer", "more", "either"


def lacking(case: CutsCase, yardstick: Yardstick, path: str, years: int) -> list[str]:
    """The words for the inputs that this yardstick, path and year need and the edition lacks."""
    if path == "guided" and (path, years) not in case.ahead:
        return [f"guided capital expenditure of {case.year_label(1)}"]
    words = dict(case.lacks)
    words.setdefault("depreciation_then_usd", words.get("depreciation_usd", "depreciation"))
    words.setdefault("capex_then_usd", words.get("capex_usd", "capital expenditure"))
    known = case.inputs_for(yardstick, path, years)
    found = [words[name] for name in yardstick.needs if name not in known]
    return list(dict.fromkeys(found + (["headcount"] if case.headcount.is_missing else [])))


def drawn_roles(case: CutsCase, yardstick: Yardstick, path: str, years: int) -> np.ndarray:
    """Roles fewer than the present headcount, one for each draw (below zero: room for more).

    Depreciation inside guided expense is that of the guided path: in its first year, in which growth is the guided
    year too, both are the same draws.
    """
    inputs = case.inputs_for(yardstick, path, years)
    moving = draw({name: one for name, one in inputs.items() if name.endswith("_then_usd")})
    drawn = {name: moving.get(name, case.drawn.get(name)) for name in inputs}
    if years == 1 and path in ("guided", "growth") and GUIDED[1] in drawn and "depreciation_then_usd" in drawn:
        drawn[GUIDED[1]] = drawn["depreciation_then_usd"]
    return case.headcount.value - yardstick.staff(years, **drawn)


def asked(case: CutsCase, paths: Sequence[str] = PATHS, horizon: Sequence[int] = HORIZON) -> pd.DataFrame:
    """One row per yardstick, path and year: what it would ask for.

    Columns: yardstick, label, path, path_label, years, year_label; low_persons, value_persons, high_persons (5%, 50%
    and 95% of the draws of roles fewer than the present headcount; below zero: room for more), the same as _ratio of
    that headcount, held_low_ratio and held_high_ratio (the staff that would hold the yardstick over present staff, not
    below zero), present_ratio (one), value_basis, value_documents; direction ("fewer", "more", "either", "cannot
    tell") and lacks, the inputs that are missing. Misleads: it asks as if nothing else could give, and something may.
    """
    labels = {path: path_label(path, case.step is not None) for path in paths}
    return pd.DataFrame([_asked_row(case, one, path, years) | {"path_label": labels[path]}
                         for one in YARDSTICKS for path in paths for years in horizon])


def _asked_row(case: CutsCase, yardstick: Yardstick, path: str, years: int) -> dict:
    row = {"yardstick": yardstick.yardstick, "label": yardstick.label, "path": path, "years": years,
           "year_label": case.year_label(years)}
    missing = lacking(case, yardstick, path, years)
    if missing:
        return row | _cells(None, case) | {"direction": CANNOT_TELL, "lacks": ", ".join(missing)}
    taken = case.inputs_for(yardstick, path, years)
    found = rounded(middle_of(drawn_roles(case, yardstick, path, years), taken, "persons"))
    return row | _cells(found, case) | {"direction": direction_of(found), "lacks": ""}


def _cells(found: Range | None, case: CutsCase) -> dict:
    ends = {name: getattr(found, name) if found else float("nan") for name in ("low", "value", "high")}
    shares = {f"{name}_ratio": value / case.headcount.value for name, value in ends.items()}
    shares |= {"held_low_ratio": max(1 - shares["high_ratio"], 0.0) if found else float("nan"),
               "held_high_ratio": 1 - shares["low_ratio"], "present_ratio": 1.0}
    documents = " ".join(dict.fromkeys((found.documents if found else ()) + case.headcount.documents))
    basis = found.basis if found else "unresolved"
    return {f"{name}_persons": value for name, value in ends.items()} | shares | {
        "value_basis": basis, "value_documents": documents}


def direction_of(found: Range) -> str:
    """"fewer" when all of the range asks for fewer roles, "more" when all leaves room, else "either"."""
    return FEWER if found.low > 0 else MORE if found.high < 0 else EITHER


def range_of(rows: pd.DataFrame, yardstick: str, path: str, years: int) -> Range | None:
    """One cell of the frame of `asked` as a range of persons; None where it cannot be told."""
    row = one_row(rows, yardstick, path, years)
    if row["direction"] == CANNOT_TELL:
        return None
    return Range(row["low_persons"], row["value_persons"], row["high_persons"], "persons", row["value_basis"],
                 tuple(row["value_documents"].split()), "uniform", row["label"])


def one_row(rows: pd.DataFrame, yardstick: str, path: str, years: int) -> pd.Series:
    """One row of the frame of `asked`."""
    return rows[(rows["yardstick"] == yardstick) & (rows["path"] == path) & (rows["years"] == years)].iloc[0]


def years_to(case: CutsCase, years: int) -> float:
    """Years from the day of the headcount to the middle of the year asked about.

    A yardstick needs the saving of the whole year: who leaves during it saves half of it on average.
    """
    middle = case.base_end + pd.DateOffset(years=years) - pd.DateOffset(months=HALF_A_YEAR_MONTHS)
    return max((middle - case.headcount_date).days / DAYS_A_YEAR, 0.0)


def covered(case: CutsCase, yardstick: Yardstick, path: str, years: int) -> pd.DataFrame:
    """What covers the roles a yardstick asks for before anybody is dismissed, in order.

    Rows: asked against the plan (present staff and the cancelled openings that would have been filled), openings not
    filled, people already cut but still counted, people who leave by themselves by the middle of the year and are not
    replaced, and what is left. Columns: part, label, low_persons, value_persons, high_persons, value_basis,
    value_documents; and on the last row above_zero_ratio, the share of draws in which something is left. Empty where
    the roles cannot be told.
    """
    if lacking(case, yardstick, path, years):
        return pd.DataFrame(columns=["part", "label", "low_persons", "value_persons", "high_persons"])
    fill, leave = assumed("fill_probability_ratio"), assumed("attrition_ratio")
    drawn = draw({"fill_probability_ratio": fill, "attrition_ratio": leave})
    unfilled = drawn["fill_probability_ratio"] * case.openings.value
    roles = drawn_roles(case, yardstick, path, years)
    gone = np.full(DRAWS, case.still_counted.value)
    leaving = (case.headcount.value - gone) * (1 - (1 - drawn["attrition_ratio"]) ** years_to(case, years))
    left = np.maximum(roles - gone - leaving, 0)
    sources = case.inputs_for(yardstick, path, years)
    sources |= {"openings": case.openings, "fill": fill, "leave": leave}
    parts = (("plan", "Asked for, against staff and planned openings", roles + unfilled, sources),
             ("openings", "Openings cancelled that would have been filled", unfilled, {"o": case.openings, "f": fill}),
             ("gone", "People already cut but still counted", gone, {"g": exactly(case.still_counted, "counted")}),
             ("leaving", "People who leave by themselves, not replaced", leaving, {"l": leave}),
             ("left", "Left for further cuts", left, sources))
    rows = [_part(*one) for one in parts]
    rows[-1]["above_zero_ratio"] = float((left > 0).mean())
    return pd.DataFrame(rows)


def _part(part: str, label: str, outcomes: np.ndarray, sources: dict[str, Range]) -> dict:
    found = rounded(middle_of(outcomes, sources, "persons"))
    return {"part": part, "label": label, "low_persons": found.low, "value_persons": found.value,
            "high_persons": found.high, "value_basis": found.basis, "value_documents": " ".join(found.documents)}


def part_of(rows: pd.DataFrame, part: str) -> Range:
    """One row of the frame of `covered` as a range of persons."""
    row = rows[rows["part"] == part].iloc[0]
    return Range(row["low_persons"], row["value_persons"], row["high_persons"], "persons", row["value_basis"],
                 tuple(row["value_documents"].split()), "uniform", row["label"])


def share_left(rows: pd.DataFrame) -> Quantity:
    """Share of draws in which attrition and openings do not cover the whole (frame of `covered`)."""
    row = rows[rows["part"] == "left"].iloc[0]
    return Quantity(float(row["above_zero_ratio"]), "ratio", row["value_basis"], tuple(row["value_documents"].split()))
