"""The two waves of layoffs: one definition for every model and page that speaks of them."""

from dataclasses import dataclass

import pandas as pd

from analysis.models.hazard_panel import COMPLETE_UNTIL

DAYS_A_YEAR = 365.25


@dataclass(frozen=True)
class Wave:
    """First and last day of a wave (ISO) and the calendar years whose capital intensity belongs to it."""

    first: str
    last: str
    years: tuple[int, ...]

    @property
    def length_years(self) -> float:
        """Length in years."""
        return ((pd.Timestamp(self.last) - pd.Timestamp(self.first)).days + 1) / DAYS_A_YEAR

    @property
    def halves(self) -> tuple[str, str]:
        """The half-years of its first and last day: ("2022H1", "2023H2")."""
        first, last = (f"{day.year}H{1 + (day.month > 6)}" for day in map(pd.Timestamp, (self.first, self.last)))
        return first, last


FIRST_WAVE = Wave("2022-01-01", "2023-12-31", (2022, 2023))
SECOND_WAVE = Wave("2025-01-01", COMPLETE_UNTIL.date().isoformat(), (2025, 2026))
"""It ends with the complete list of events; annual accounts of 2026 are mostly still open."""
PLANNED_FIRST = Wave("2022-07-01", "2023-12-31", (2022, 2023))
"""The earlier wave as the plan of the contrast across firms had it; shown beside, judged nowhere."""
BEFORE_FIRST = (2020, 2021)
"""Calendar years before the earlier wave."""
HALVES = {"first": FIRST_WAVE.halves, "second": SECOND_WAVE.halves}
"""The waves in half-years."""
