"""Useful lives in force: which life holds in which part of a fiscal year."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.errors import AnalysisError

DAYS_A_YEAR = 365.25
MIDDLE = 0.5


@dataclass(frozen=True)
class Lives:
    """The lives of one asset class: `from_years` are fiscal positions (2022.25: a quarter into fiscal 2022).

    `years` holds one life per position, a number or an array of draws. The first position is minus infinity.
    """

    from_years: tuple[float, ...]
    years: tuple

    def parts(self, fiscal_year: int) -> list[tuple[float, np.ndarray | float]]:
        """The parts of a fiscal year as (share of the year, life in force), in order."""
        cuts = [one for one in self.from_years if fiscal_year < one < fiscal_year + 1]
        edges = [fiscal_year, *cuts, fiscal_year + 1]
        return [(end - start, self.at(start)) for start, end in zip(edges, edges[1:], strict=False)]

    def at(self, position: float):
        """The life in force from a fiscal position on."""
        return self.years[max(i for i, start in enumerate(self.from_years) if start <= position)]

    def changed_in(self, fiscal_year: int) -> bool:
        """Whether a life starts in the fiscal year, its first day included."""
        return any(fiscal_year <= one < fiscal_year + 1 for one in self.from_years)

    def without_changes_from(self, fiscal_year: int) -> "Lives":
        """The same class as if no life had changed in that fiscal year or later."""
        kept = sum(one < fiscal_year for one in self.from_years)
        return replace(self, from_years=self.from_years[:kept], years=self.years[:kept])


@dataclass(frozen=True)
class LifeTable:
    """The lives of one filer: rows of load_useful_lives, and the day its fiscal years end."""

    rows: pd.DataFrame
    year_end: pd.Timestamp

    def lives_of(self, asset_class: str, place=MIDDLE) -> Lives:
        """The lives of one class; AnalysisError for a class without a life.

        `place` is where in each given range the average asset lies: 0 the short end, 0.5 the life used, 1 the long
        end. One place holds for all lives of a class: a filer that writes off early does so before and after a change.
        """
        rows = self.rows[self.rows["asset_class"] == asset_class]
        if rows.empty:
            raise AnalysisError(f"no useful life for {asset_class!r}; "
                                f"known: {', '.join(sorted(set(self.rows['asset_class'])))}")
        return Lives(tuple(self._position(day) for day in rows["from_date"]),
                     tuple(_within(row, place) for _, row in rows.iterrows()))

    def fiscal_year(self, day: pd.Timestamp) -> int:
        """The fiscal year a day lies in."""
        return int(self._position(day))

    def _position(self, day: pd.Timestamp) -> float:
        """A day as fiscal position: the year it lies in plus the share of that year gone by."""
        if pd.isna(day):
            return -np.inf
        end = self.year_end.replace(year=day.year)
        end = end if day <= end else end + pd.DateOffset(years=1)
        gone = (day - (end - pd.DateOffset(years=1)) - pd.Timedelta(days=1)).days
        return end.year + round(gone / DAYS_A_YEAR, 2)


def _within(row: pd.Series, place):
    """The life at a place between the two ends, by straight lines that meet in the life used."""
    short, used, long = row["low_years"], row["life_years"], row["high_years"]
    return np.where(np.asarray(place) < MIDDLE, short + (used - short) * np.asarray(place) / MIDDLE,
                    used + (long - used) * (np.asarray(place) - MIDDLE) / MIDDLE)
