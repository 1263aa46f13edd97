"""The timing question as one result: counts before and after raises, verdict and what the data could have seen."""

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from analysis.models.conventions import PERMUTATIONS
from analysis.models.hazard_panel import COMPLETE_UNTIL
from analysis.models.sample import panel_documents
from analysis.models.timing import Timing, excess
from analysis.models.timing_checks import timing_statistics
from analysis.tables.decision_rules import verdict

READING = "timing"
"""The reading whose rules judge the result."""


@dataclass(frozen=True)
class Timed:
    """One timing question, whole: the two sides, days of the window after a raise, and draws of permuted quarters."""

    timing: Timing
    window_days: int = 60
    draws: int = PERMUTATIONS

    @cached_property
    def whole(self) -> dict:
        """`timing.excess` after raises, with 95% intervals."""
        return excess(self.timing.firms, (0, self.window_days), draws=self.draws)

    @cached_property
    def ninety(self) -> dict:
        """`timing.excess` after raises, with 90% intervals: the ones that the rules ask for."""
        return excess(self.timing.firms, (0, self.window_days), draws=self.draws, level=0.90)

    @cached_property
    def before(self) -> dict:
        """`timing.excess` as many days before raises, with 90% intervals."""
        return excess(self.timing.firms, (-self.window_days, -1), draws=self.draws, level=0.90)

    @cached_property
    def statistics(self) -> dict[str, float]:
        """Every number the rules of this reading name."""
        return timing_statistics(self.timing.firms, self.window_days, draws=self.draws)

    @property
    def verdict(self) -> str:
        return verdict(READING, self.statistics)

    @property
    def detectable(self) -> float:
        """The smallest ratio found with a chance of four in five, rounds taken as independent; NaN if none is."""
        return self.whole["detectable_ratio"]

    @property
    def documents(self) -> tuple[str, ...]:
        """The documents of guidance and rounds, once each."""
        return tuple(dict.fromkeys((*panel_documents(self.timing.moves), *panel_documents(self.timing.rounds))))

    @property
    def half_blind_raises(self) -> int:
        """How many raises have a window that runs past the last day of the complete list of layoffs."""
        days = [firm.quarters[0].start_time + pd.Timedelta(days=int(day) + self.window_days)
                for firm in self.timing.firms for day in firm.raises]
        return sum(day.normalize() > COMPLETE_UNTIL for day in days)


def left_out(timing: Timing, events: pd.DataFrame) -> pd.DataFrame:
    """What the tracker holds of the raising firms in their quarters that is no round, oldest first.

    `events`: frame of load_layoffs. Columns: ticker, announced_date, record_kind, employees_cut_persons,
    document_id. Parts of earlier plans stay out. An outside estimate is nobody's announcement; a state notice tells
    one state's part of a cut that may have been announced before.
    """
    parts = []
    for firm in timing.firms:
        inside = events["announced_date"].between(firm.quarters[0].start_time, firm.quarters[-1].end_time)
        other = events["record_kind"].ne("announcement") & events["within_event_id"].isna()
        parts.append(events[events["ticker"].eq(firm.ticker) & inside & other])
    columns = ["ticker", "announced_date", "record_kind", "employees_cut_persons", "document_id"]
    return pd.concat(parts)[columns].sort_values("announced_date", ignore_index=True)
