"""Readings, questions and verdicts in the words of a page that a stranger reads first."""

import pandas as pd

from analysis.models.verdict_words import in_words
from analysis.tables.decision_rules import CANNOT_TELL

ASSOCIATIONAL = "associational"
WHETHER = {
    "description": "whether compute takes a growing share of what firms spend",
    "cash_funding": "whether the cuts fund the capital",
    "profit_offset": "whether they offset its charge",
    "trade_off": "whether firms that spend more on capital come to employ fewer people",
    "layoff_drivers": "whether stronger pressure from capital spending comes before layoffs",
    "timing": "whether layoffs come after raises of guidance",
    "waves": "whether the later wave of layoffs was where capital rose most",
    "narrative_capital": "whether capital spending is what firms name as their reason",
    "narrative_ai": "whether AI that does the work is what they name",
}
"""Each question of the grid as the end of a sentence."""
TALLY = {"supported": ("is supported", "are supported"), "contradicted": ("is contradicted", "are contradicted"),
         "mixed": ("comes out mixed", "come out mixed"), "cannot tell": ("cannot be told", "cannot be told")}
"""Each verdict as the end of a sentence that counts readings, for one and for several."""


def evidence_words(grid: pd.DataFrame) -> dict[str, str]:
    """Reading -> what it rests on, in one clause (`grid`: frame of `verdicts.verdict_grid`).

    Sums and counts are given with their label; of questions across firms, how many tell. A missing number reads
    "not in the data".
    """
    clauses = {}
    for reading, rows in in_words(grid).groupby("reading", sort=False):
        told = int((rows["verdict"] != CANNOT_TELL).sum())
        is_across = rows["confidence"].iloc[0] == ASSOCIATIONAL
        clauses[str(reading)] = (f"{told} of {len(rows)} tests across firms give an answer" if is_across else
                                 "; ".join(_clause(row) for row in rows.to_dict("records")))
    return clauses


def _clause(row: dict) -> str:
    estimate, interval = row["estimate_text"], row["interval_90_text"]
    words = "not in the data" if pd.isna(estimate) else estimate if pd.isna(interval) else f"{estimate} ({interval})"
    return f"{row['label']}: {words}"
