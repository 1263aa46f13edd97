"""The contrast of the two waves as one result, so that every page prints the same numbers of it."""

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from analysis.models.conventions import PERMUTATIONS, STEP
from analysis.models.sample import panel_documents
from analysis.models.wave_windows import PLANNED_FIRST
from analysis.models.waves import slope, wave_choices, wave_panel, wave_slopes, wave_statistics
from analysis.numerals import fixed, points_text
from analysis.quantity import Quantity
from analysis.tables.decision_rules import agreement, verdict

READING = "waves"
OF_STAFF = ("estimate", "low_90", "high_90", "low", "high", "detectable")
"""Columns of `waves.slope` that are shown per STEP of capital intensity."""


@dataclass(frozen=True)
class WaveContrast:
    """`panel` of wave_panel, `slopes` of wave_slopes, `choices` of wave_choices, and `planned`, the row of `slope` with
    the earlier wave as first planned."""

    panel: pd.DataFrame
    slopes: pd.DataFrame
    choices: pd.DataFrame
    planned: dict

    @property
    def main(self) -> pd.Series:
        """The contrast in the primary way, per STEP of capital intensity."""
        return per_step(self.slopes).set_index("name").loc["contrast"]

    @property
    def detectable(self) -> float:
        """The smallest contrast found four times in five: share of staff a year per STEP of capital intensity."""
        return float(self.main["detectable"])

    @property
    def statistics(self) -> dict[str, float]:
        """Every number the rules of this reading name."""
        return wave_statistics(self.slopes, agreement(list(self.choices["verdict"])))

    @property
    def verdict(self) -> str:
        return verdict(READING, self.statistics)

    @cached_property
    def documents(self) -> tuple[str, ...]:
        return panel_documents(self.panel)

    @property
    def levels(self) -> pd.DataFrame:
        """The choices in levels, one per rule for cuts without a count, per STEP, least estimate first."""
        rows = self.choices[~self.choices["specification"].str.startswith("ranks")]
        return per_step(rows).sort_values("estimate", ignore_index=True)

    @property
    def is_sign_open(self) -> bool:
        """Whether the rule for cuts without a count decides the sign of the contrast."""
        return bool(self.levels["estimate"].min() < 0 < self.levels["estimate"].max())

    def quantity(self, value: float, unit: str = "ratio") -> Quantity:
        """A number of this result, derived from the documents of the panel."""
        return Quantity(float(value), unit, "derived", self.documents)


def per_step(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of `waves.slope` with their slopes and the detectable one per STEP of capital intensity."""
    return rows.assign(**{name: STEP * rows[name] for name in OF_STAFF})


def choices_in_words(found: WaveContrast) -> pd.DataFrame:
    """The choices with way, estimate_text and interval_text: levels per STEP in percentage points, ranks plain."""
    stepped = per_step(found.choices)
    is_rank = found.choices["specification"].str.startswith("ranks")
    texts = {name: [fixed(raw, 2) if ranked else points_text(share, words=False) for ranked, raw, share in
                    zip(is_rank, found.choices[name], stepped[name], strict=True)] for name in OF_STAFF[:3]}
    intervals = [f"{low.removesuffix(' pp')} to {high}" for low, high in
                 zip(texts["low_90"], texts["high_90"], strict=True)]
    ways = found.choices["label"] + is_rank.map({True: ", ranks", False: ", levels"})
    return found.choices.assign(way=ways, estimate_text=texts["estimate"], interval_text=intervals)


def wave_contrast(trade: pd.DataFrame, years: pd.DataFrame, events: pd.DataFrame, *, counts: str = "missing",
                  draws: int = PERMUTATIONS) -> WaveContrast:
    """The contrast whole. Arguments as in `wave_panel`; `counts` is the primary way, all ways must agree.

    AnalysisError ("cannot tell") when fewer than twenty firms have both waves.
    """
    panel = wave_panel(trade, years, events, counts=counts)
    planned = wave_panel(trade, years, events, first=PLANNED_FIRST, counts=counts)
    return WaveContrast(panel, wave_slopes(panel, draws=draws), wave_choices(trade, years, events, draws=draws),
                        slope(planned, "cut_change_ratio", "k_change_ratio", draws=draws))
