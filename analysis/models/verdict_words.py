"""The numbers of the verdict grid as a reader sees them: rows of unlike units in one table."""

import numpy as np
import pandas as pd

from analysis import numerals

WRITE = {"percent": numerals.percent_text, "times": lambda value: numerals.fixed(value, 2) + "×",
         "points": lambda value: numerals.points_text(value, words=False)}
"""How the estimate of each unit is written: a ratio as per cent, a multiple with a cross, a difference in points."""


def in_words(grid: pd.DataFrame) -> pd.DataFrame:
    """The grid with estimate_text, interval_90_text, interval_95_text, detectable_text and smallest_text.

    `grid`: frame of `verdicts.verdict_grid`. A missing number or interval stays missing (None).
    """
    singles = {f"{name}_text": [_number(row[name], row["unit"]) for _, row in grid.iterrows()]
               for name in ("estimate", "detectable", "smallest")}
    for name in ("detectable_text", "smallest_text"):  # sizes have no sign
        singles[name] = [None if text is None else text.removeprefix("+") for text in singles[name]]
    intervals = {f"interval_{level}_text": [_interval(row[low], row[high], row["unit"]) for _, row in grid.iterrows()]
                 for level, low, high in ((90, "low_90", "high_90"), (95, "low", "high"))}
    return grid.assign(**singles, **intervals)


def _number(value: float, unit: str) -> str | None:
    return None if pd.isna(value) or not np.isfinite(value) else WRITE[unit](value)


def _interval(low: float, high: float, unit: str) -> str | None:
    ends = [_number(end, unit) for end in (low, high)]
    return None if None in ends else f"{ends[0]} to {ends[1]}"
