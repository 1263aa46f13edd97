"""The verdict grid as the first page needs it."""

from dataclasses import dataclass

import pandas as pd

from analysis.models.all_verdicts import all_verdicts
from analysis.models.reading_words import evidence_words
from analysis.models.verdicts import JOINT, silent

BLIND = "blind"


@dataclass(frozen=True)
class FrontVerdicts:
    """The grid, and what a reader in a hurry wants of it.

    `grid`: frame of `verdicts.verdict_grid`. `readings`: frame of `reading_verdicts` without the premise, with
    `evidence` in words. `tests`: the rows of the grid asked across firms. `blind`: how many of them cannot tell
    and would not have found a size that matters; a test without such a size laid down is not among them.
    """

    grid: pd.DataFrame
    readings: pd.DataFrame
    tests: pd.DataFrame
    blind: int


def front_verdicts(ticker: str) -> FrontVerdicts:
    """Ask every question with the settings of the page of verdicts; `ticker`: whose budget the sums are for."""
    found = all_verdicts(ticker)
    readings = found.readings[~found.readings["is_premise"]].reset_index(drop=True)
    readings = readings.assign(evidence=readings["reading"].map(evidence_words(found.grid)))
    tests = found.grid[found.grid["reading"] == JOINT].reset_index(drop=True)
    return FrontVerdicts(found.grid, readings, tests, int((silent(found.grid)["sight"] == BLIND).sum()))
