"""If the sign flips, the sentence flips: change the tables and the words must turn.

Each case names a report, a change of its inputs and pairs of words: the first stands on the page made
from data/, the second on the page made from the changed copy, and not the other way round.
"""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from tests.notebooks.conftest import command, words

Frame = pd.DataFrame
FIVE = ["AMZN", "GOOGL", "META", "MSFT", "ORCL"]


def without_records(folder: Path) -> None:
    """Take the corrections of facts out, so that their guards do not stop the change."""
    change(folder, "corrections.csv", lambda table: table[table["table"] != "facts"])


def change(folder: Path, file: str, act: Callable[[Frame], Frame | None]) -> None:
    """Rewrite one table of a copy of the data; `act` changes the text frame in place or returns another."""
    path = folder / file
    table = pd.read_csv(path, dtype="str", keep_default_na=False)
    result = act(table)
    (table if result is None else result).to_csv(path, index=False, lineterminator="\n")


def scale(file: str, factor: float, column: str = "value", **conditions) -> Callable[[Path], None]:
    """Multiply a column where every condition holds: a value, a list of values, or a (low, high) range of text."""

    def act(table: Frame) -> None:
        rows = pd.Series(True, index=table.index)
        for name, wanted in conditions.items():
            cells = table[name]
            rows &= cells.between(*wanted) if isinstance(wanted, tuple) else cells.isin(
                [wanted] if isinstance(wanted, str) else wanted)
        rows &= table[column] != ""
        assert rows.any(), conditions
        table.loc[rows, column] = (table.loc[rows, column].astype(float) * factor).round().astype("int64").astype(str)

    return lambda folder: change(folder, file, act)


def put(file: str, key_column: str, key: str, **cells: str) -> Callable[[Path], None]:
    """Set cells of one row."""

    def act(table: Frame) -> None:
        rows = table[key_column] == key
        assert rows.sum() == 1, key
        for column, value in cells.items():
            table.loc[rows, column] = value

    return lambda folder: change(folder, file, act)


LAST_YEAR = ("2025-12-31", "2026-06-30")  # fiscal years whose midpoint lies in 2025

CASES = {
    "the five spend a third of what they did": (
        "capex_cycle",
        [scale("facts/annual.csv", 0.1, ticker=FIVE, concept="capex", period_end=LAST_YEAR)],
        [("more than the year before", "less than the year before"),
         ("by all five", "by none of the five"),
         ("Taken together, capital intensity rose", "Taken together, capital intensity fell"),
         ("more than the 52.8% of 2024", "less than the 52.8% of 2024"),
         ("Oracle spent more on capital in 2025 than operations brought in", "None of the five spent more on capital"),
         ],
    ),
    "Amazon spends little and the rest of the industry much": (
        "capex_cycle",
        [scale("facts/annual.csv", 0.1, ticker="AMZN", concept="capex", period_end=LAST_YEAR),
         scale("facts/annual.csv", 0.1, ticker="ORCL", concept="capex", period_end=LAST_YEAR),
         scale("facts/annual.csv", 60, ticker="AAPL", concept="capex", period_end="2025-09-27"),
         put("guidance.csv", "guidance_id", "META.year.2026-12-31.2026-07-29", high_usd="150000000000")],
        [("Amazon spent the most in 2025", "Microsoft spent the most in 2025"),
         ("Oracle put 82.6% of its revenue into capital in 2025, the highest", "Microsoft put"),
         ("in capital spending rose from", "in capital spending fell from"),
         ("is $130bn–$145bn", "is $130bn–$150bn")],
    ),
    "Meta's capex halved, guidance cut, an earlier round larger, headcount up": (
        "meta_2026",
        [scale("facts/quarterly.csv", 0.25, ticker="META", concept="capex", period_end="2026-06-30"),
         put("guidance.csv", "guidance_id", "META.year.2026-12-31.2026-07-29", low_usd="100000000000",
             high_usd="120000000000"),
         put("layoff_events.csv", "event_id", "2025-02-10.meta", employees_cut_persons="36000"),
         put("facts/instant.csv", "fact_id", "META.headcount.instant.2026-06-30.1", value="80000")],
        [("Meta's guidance for 2026 was last narrowed", "Meta's guidance for 2026 was last lowered"),
         ("was as large is supported", "was as large is contradicted"),
         ("largest recorded round is that of 9 November 2022", "largest recorded round is that of 10 February 2025"),
         ("headcount fell by 2,514", "headcount rose by 2,014"),
         ("in the quarter to 30 June 2026: 1.8 times", "in the quarter to 30 June 2026: 0.5 times")],
    ),
    "Meta's capex and depreciation cut": (
        "compute_and_people",
        [scale("facts/annual.csv", 0.3, ticker="META", concept="capex", period_end="2025-12-31"),
         scale("facts/annual.csv", 0.2, ticker="META", concept=["depreciation", "depreciation_amortization"],
               period_end="2025-12-31")],
        [("was above the whole of the people-cost range", "was below the whole of the people-cost range"),
         ("the low end of Meta's compute share rose", "the low end of Meta's compute share fell")],
    ),
    "the five spend little on capital": (
        "compute_and_people",
        [scale("facts/annual.csv", 0.1, ticker=FIVE, concept="capex", period_end=LAST_YEAR)],
        [("The industry's capital intensity rose", "The industry's capital intensity fell")],
    ),
    "a larger round at Meta, a larger one at SAP, larger months, Amazon shrunk": (
        "headcount_and_layoffs",
        [put("layoff_events.csv", "event_id", "2025-02-10.meta", employees_cut_persons="9000"),
         put("layoff_events.csv", "event_id", "2024-01-23.sap", employees_cut_persons="80000"),
         scale("industry_monthly.csv", 6, "employees_cut_persons", month="2026-03"),
         put("facts/instant.csv", "fact_id", "AMZN.headcount.instant.2025-12-31.1", value="800000")],
        [("The largest announced round: Intel", "The largest announced round: SAP"),
         ("was below the 89,709 of January 2023", "was above the 89,709 of January 2023"),
         ("their staff rose by", "their staff fell by"),
         ("fewer than the 17,844", "more than the 17,844"),
         ("also fewer than the 8,989", "also more than the 8,989"),
         ("the comparison turns on them", "the comparison does not depend on them")],
    ),
    "Meta hires, and revenue falls": (
        "company_brief-META",
        [put("facts/instant.csv", "fact_id", "META.headcount.instant.2026-06-30.1", value="90000"),
         scale("facts/annual.csv", 0.1, ticker="META", concept="capex", period_end="2025-12-31")],
        [("down from", "up from"), ("above the peers' median", "below the peers' median")],
    ),
    "headcounts vanish and dates return": (
        "data_health",
        [lambda folder: change(folder, "facts/instant.csv", lambda table: table[
            ~((table["concept"] == "headcount") & (table["period_end"] > "2021-06-30")
              & (table["period_end"] < "2022-06-30"))]),
         lambda folder: change(folder, "facts/annual.csv", lambda table: table.assign(
             filed_date=table["filed_date"].mask(table["filed_date"] == "", "2026-08-22")))],
        [("fewer than the 74 of 2021", "more than the")],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_words_turn_with_the_data(name, edition, data_copy, tmp_path):
    report, changes, pairs = CASES[name]
    for act in [without_records, *changes]:
        act(data_copy)
    done = command("report", report, "--out", tmp_path / "out", ANALYSIS_DATA=str(data_copy))
    assert done.returncode == 0, done.stdout + done.stderr
    before, after = words(edition / f"{report}.html"), words(tmp_path / "out" / f"{report}.html")
    for was, became in pairs:
        assert was in before and was not in after, (was, "should stand before and not after")
        assert became in after and became not in before, (became, "should stand after and not before")
