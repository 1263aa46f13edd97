"""The arithmetic of further cuts as words and tables: every yardstick and path, five firms side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from analysis.economics.budget_results import FIGURES
from analysis.economics.budget_tables import written
from analysis.economics.ranges import provenance
from analysis.errors import require_known
from analysis.numerals import count_text, date_text, percent_text
from analysis.outlook.further_cuts import YARDSTICKS, growth_that_asks_for_none
from analysis.outlook.further_cuts_case import CutsCase
from analysis.outlook.further_cuts_paths import HORIZON, PATHS, path_label
from analysis.outlook.further_cuts_results import EITHER, FEWER, MORE, asked, covered, lacking, one_row
from analysis.quantity import Quantity
from analysis.tables.cells import joined
from analysis.tables.decision_rules import CANNOT_TELL

NAN = float("nan")
ALL = "more than all"
UNDECIDED = "The arithmetic does not decide it"


def in_words(row: Mapping, as_share: bool = False) -> str:
    """One row of `asked` in words: "5,000 to 9,000 fewer", "2,000 more to 7,000 fewer", or what is missing.

    More than all who work there is said so, not counted.
    """
    if row["direction"] == CANNOT_TELL:
        return f"{CANNOT_TELL}: no {row['lacks']}"
    unit = "ratio" if as_share else "persons"
    ends = [abs(row[f"{end}_{unit}"]) for end in ("low", "high")]
    low, high = (percent_text(one, 0) if as_share else count_text(one) for one in ends)
    if is_beyond_all(row):
        return ALL if row["low_ratio"] > 1 else f"{low} {FEWER if row['low_ratio'] > 0 else MORE} to {ALL}"
    texts = {FEWER: f"{low} to {high} fewer", MORE: f"{high} to {low} more", EITHER: f"{low} more to {high} fewer"}
    return texts[row["direction"]]


def is_beyond_all(row: Mapping) -> bool:
    """Whether the range of a row of `asked` reaches beyond all who work there: no cut would do then."""
    return bool(row["high_ratio"] > 1)


def by_path(rows: pd.DataFrame, years: int) -> pd.DataFrame:
    """One row per path, one column per yardstick, in words; with documents. `rows`: frame of `asked`."""
    lines = []
    for path in PATHS:
        mine = rows[(rows["path"] == path) & (rows["years"] == years)]
        line = {"path": path, "path_label": mine["path_label"].iloc[0],
                "row_documents": joined(mine["value_documents"])}
        for row in mine.to_dict("records"):
            line |= {row["yardstick"]: in_words(row), f"{row['yardstick']}_basis": row["value_basis"]}
        lines.append(line)
    return pd.DataFrame(lines)


def coverage_table(case: CutsCase, rows: pd.DataFrame, path: str, years: int) -> pd.DataFrame:
    """What covers the roles asked for, in words: one row per part, one column per yardstick that may ask for fewer.

    `rows`: frame of `asked`. Empty when none may. Columns: label, one per yardstick with its basis, row_documents.
    """
    found = None
    for one in YARDSTICKS:
        if one_row(rows, one.yardstick, path, years)["direction"] not in (FEWER, EITHER):
            continue
        parts = covered(case, one, path, years)
        found = parts[["label"]].assign(row_documents="") if found is None else found
        words = [_part_words(low, high) for low, high in zip(parts["low_persons"], parts["high_persons"], strict=True)]
        found = found.assign(**{one.yardstick: words, f"{one.yardstick}_basis": list(parts["value_basis"])},
                             row_documents=(found["row_documents"] + " " + parts["value_documents"]).str.strip())
    return pd.DataFrame(columns=["label"]) if found is None else found


def _part_words(low: float, high: float) -> str:
    """A part of the coverage: "6,420 to 11,800", one number, "none", or from more to fewer."""
    if low < 0:
        return f"{count_text(-low)} more to {count_text(high)} fewer" if high > 0 else "room for more"
    if low == high:
        return count_text(low) if low else "none"
    return f"{count_text(low)} to {count_text(high)}" if low else f"up to {count_text(high)}"


def known_path(case: CutsCase, path: str) -> str:
    """The path asked for where the edition has it, else "flat": without guidance nothing is guided.

    UnknownName for a path that does not exist.
    """
    require_known("path", path, PATHS)
    return path if (path, HORIZON[0]) in case.ahead else "flat"


def side_by_side(cases: Sequence[CutsCase], path: str, years: int) -> pd.DataFrame:
    """One row per company: name, when (year and path used), and each yardstick in words as shares of present staff.

    A company without the path takes "flat". Columns of each yardstick also come as <yardstick>_direction. Misleads:
    years end in different months, and staff of one kind is not that of another.
    """
    lines = []
    for case in cases:
        used = known_path(case, path)
        rows = asked(case, (used,), (years,))
        when = f"{case.year_label(years)}, {path_label(used, case.step is not None)}"
        line = {"ticker": case.ticker, "name": case.name, "when": when}
        for row in rows.to_dict("records"):
            name = row["yardstick"]
            line |= {name: in_words(row, as_share=True), f"{name}_direction": row["direction"],
                     f"{name}_basis": row["value_basis"]}
        lines.append(line | {"row_documents": joined(rows["value_documents"])})
    return pd.DataFrame(lines)


def growth_needed(case: CutsCase, years: int) -> pd.DataFrame:
    """Yearly growth of revenue at which each yardstick asks for no fewer people, by path, other inputs central.

    Columns: path, path_label, and per yardstick but the compute share (growth does not enter) growth in words, with
    <yardstick>_ratio. Closed form; cannot tell where an input is missing.
    """
    lines = []
    for path in PATHS:
        line, found = {"path": path, "path_label": path_label(path, case.step is not None)}, []
        for one in YARDSTICKS[:-1]:
            inputs = case.inputs_for(one, path, years)
            known = {name: value.value for name, value in inputs.items()}
            growth = NAN if lacking(case, one, path, years) else growth_that_asks_for_none(
                one, known, case.headcount.value, years)
            line |= {f"{one.yardstick}_ratio": growth, f"{one.yardstick}_basis": "scenario",
                     one.yardstick: CANNOT_TELL if pd.isna(growth) else written(growth, "ratio")}
            found += provenance(inputs.values())[1]
        lines.append(line | {"row_documents": " ".join(dict.fromkeys(found))})
    return pd.DataFrame(lines)


def said_about_outlook(said: pd.DataFrame) -> pd.DataFrame:
    """Statements on what comes next, oldest first; `overtaken` says when a later one replaced it.

    `said`: frame of load_statements. Adds who ("Chief executive") and overtaken ("overtaken 20 May 2026", or "stands").
    """
    rows = said[said["topic"] == "outlook"].reset_index(drop=True)
    days = dict(zip(said["statement_id"], said["date"], strict=True))
    return rows.assign(who=rows["speaker"].str[:1].str.upper() + rows["speaker"].str[1:],
                       overtaken=[f"overtaken {date_text(days[later])}" if later in days else "stands"
                                  for later in rows["superseded_by"]])


def yardsticks_told(rows: pd.DataFrame, path: str, years: int, first: list[str]) -> list[str]:
    """The yardsticks of `first` that can be told, each once; when none can, the first other one that can."""
    told = [one.yardstick for one in YARDSTICKS
            if one_row(rows, one.yardstick, path, years)["direction"] != CANNOT_TELL]
    return [name for name in dict.fromkeys(first) if name in told] or told[:1]


def directions(rows: pd.DataFrame, path: str, years: int) -> list[str]:
    """Where each yardstick points ("fewer", "more", "either" or "cannot tell"), in their order."""
    return [one_row(rows, one.yardstick, path, years)["direction"] for one in YARDSTICKS]


def end_of(row: pd.Series, end: str) -> Quantity:
    """One end ("low", "value" or "high") of a row of `asked`: persons, below zero where there is room for more."""
    return Quantity(float(row[f"{end}_persons"]), "persons", row["value_basis"], tuple(row["value_documents"].split()))


def from_base(case: CutsCase, row: pd.Series) -> tuple[Quantity, Quantity]:
    """Both ends of a row of `asked`, counted from the headcount of the last full year: persons, to three figures.

    That is what announced cuts of the time since may be set against.
    """
    moved = case.inputs["staff_persons"].at() - case.headcount
    low, high = (end_of(row, end) + moved for end in ("low", "high"))
    return tuple(replace(one, value=float(f"{one.value:.{FIGURES}g}")) for one in (low, high))


def leaning(rows: pd.DataFrame, path: str, years: int) -> str:
    """What the yardsticks that can be told say together: one sentence's opening, "Cannot tell" when there are none."""
    told = set(directions(rows, path, years)) - {CANNOT_TELL}
    if not told:
        return "Cannot tell"
    alike = {MORE: "The arithmetic asks for none", FEWER: "The arithmetic asks for them by every yardstick"}
    return alike.get(told.pop(), UNDECIDED) if len(told) == 1 else UNDECIDED
