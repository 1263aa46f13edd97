"""Levels and trends over firms: distributions by year, Theil-Sen slopes, ranks, and changes within firms.

Firms, not firm-years, are drawn again in every bootstrap: the years of a firm belong together.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import theilslopes

from analysis.errors import AnalysisError, require_known
from analysis.metrics.cost_centres import SHARES
from analysis.models.conventions import LEAST_FIRMS, SEED
from analysis.models.sample import panel_documents
from analysis.models.sign_flip import sign_flip
from analysis.tables.cells import joined
from analysis.tables.decision_rules import agreement, verdict

READING = "description"
START, END = 2022, 2024
"""Years of the changes within firms: from before most of the spending to the last year that firms have pay of."""
BOOTSTRAP = 2_000
FEWEST_YEARS = 5
"""A firm with fewer years has no trend."""


def firm_years(panel: pd.DataFrame, column: str, tickers: list[str], first: int, last: int) -> pd.DataFrame:
    """The firms' known values of one column, one row per firm and calendar year (of two fiscal years the later)."""
    require_known("column", column, panel.columns)
    rows = panel[panel["ticker"].isin(tickers) & panel["calendar_year"].between(first, last) & panel[column].notna()]
    return rows.sort_values("period_end").drop_duplicates(["ticker", "calendar_year"], keep="last")


def by_year(rows: pd.DataFrame, column: str, weight: str | None = None, *, draws: int = BOOTSTRAP,
            seed: int = SEED, level: float = 0.95) -> pd.DataFrame:
    """Distribution over firms by calendar year, with a firm-bootstrap interval of the median.

    rows: frame of `firm_years`. Columns: calendar_year, estimate (median), low, high, lower_quartile, upper_quartile,
    weighted_mean (by `weight`, missing when None), firms, documents. Firms differ from year to year.
    """
    tails, table = [(1 - level) / 2, (1 + level) / 2], []
    rng = np.random.default_rng(seed)
    for year, mine in rows.groupby("calendar_year"):
        values = mine[column].to_numpy()
        low, high = np.quantile(np.median(rng.choice(values, (draws, len(values))), axis=1), tails)
        mean = float("nan") if weight is None else np.average(values, weights=mine[weight].fillna(0))
        quarters = np.quantile(values, [0.25, 0.75])
        table.append({"calendar_year": int(year), "estimate": float(np.median(values)), "low": low, "high": high,
                      "lower_quartile": quarters[0], "upper_quartile": quarters[1], "weighted_mean": mean,
                      "firms": len(values), "documents": joined(mine[f"{column}_documents"])})
    return pd.DataFrame(table)


def firm_trends(rows: pd.DataFrame, column: str, fewest: int = FEWEST_YEARS) -> pd.DataFrame:
    """Theil-Sen slope of each firm with at least `fewest` years: ticker, slope (unit of the column a year), periods.

    The slope is the median of all pairwise slopes; one odd year does not move it.
    """
    table = [{"ticker": ticker, "slope": float(theilslopes(mine[column], mine["calendar_year"]).slope),
              "periods": len(mine), "documents": joined(mine[f"{column}_documents"])}
             for ticker, mine in rows.groupby("ticker") if len(mine) >= fewest]
    return pd.DataFrame(table, columns=["ticker", "slope", "periods", "documents"])


def common_trend(trends: pd.DataFrame, *, draws: int = BOOTSTRAP, seed: int = SEED, level: float = 0.95) -> dict:
    """Median of the firms' slopes with a firm-block bootstrap interval, sign-flip p and the share that rise.

    trends: frame of `firm_trends`. Keys: estimate, low, high, p_value, p_standard_error, share_up, firms.
    AnalysisError without firms. Misleads: firms share the industry's shocks, so the interval is too short.
    """
    values = trends["slope"].to_numpy()
    if not len(values):
        raise AnalysisError("no firm has enough years for a trend")
    drawn = np.median(np.random.default_rng(seed).choice(values, (draws, len(values))), axis=1)
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    flip = sign_flip(values)
    return {"estimate": float(np.median(values)), "low": float(low), "high": float(high), "p_value": flip.p_value,
            "p_standard_error": flip.p_standard_error, "share_up": float((values > 0).mean()), "firms": len(values)}


def within_changes(rows: pd.DataFrame, column: str, start: int, end: int) -> pd.DataFrame:
    """Each firm's change of a column between its values of two calendar years: ticker, change, documents.

    Firms without both years are left out. rows: frame of `firm_years`.
    """
    ends = [rows[rows["calendar_year"] == year].set_index("ticker") for year in (start, end)]
    both = ends[0].index.intersection(ends[1].index)
    change = ends[1].loc[both, column] - ends[0].loc[both, column]
    ids = ends[0].loc[both, f"{column}_documents"] + " " + ends[1].loc[both, f"{column}_documents"]
    return pd.DataFrame({"change": change, "documents": ids}).rename_axis("ticker").reset_index()


def curves(table: pd.DataFrame) -> pd.DataFrame:
    """The frame of `by_year` in long form for a drawing: calendar_year, line, level."""
    names = {"estimate": "median", "lower_quartile": "lower quartile", "upper_quartile": "upper quartile",
             "weighted_mean": "weighted mean"}
    long = table.melt("calendar_year", list(names), "line", "level")
    return long.assign(line=long["line"].map(names)).dropna(subset=["level"])


def change_statistics(changes: pd.DataFrame, ways_agree: float = 1.0) -> dict[str, float]:
    """The numbers that the decision rules on description name, from a frame of `within_changes`.

    Keys: median_within_change, sign_flip_p, ways_agree. The first two are missing with fewer than LEAST_FIRMS firms,
    because then the place of a model says "cannot tell". `ways_agree`: 1.0 for one bound of people cost alone,
    `decision_rules.agreement` of both for the reading.
    """
    if len(changes) < LEAST_FIRMS:
        return {"median_within_change": float("nan"), "sign_flip_p": float("nan"), "ways_agree": ways_agree}
    return {"median_within_change": float(changes["change"].median()),
            "sign_flip_p": sign_flip(changes["change"].to_numpy()).p_value, "ways_agree": ways_agree}


@dataclass(frozen=True)
class CostShift:
    """Changes within firms of compute's share of the cost base between two years: a frame per bound of people cost."""

    changes: dict[str, pd.DataFrame]
    start: int
    end: int

    @property
    def main(self) -> pd.DataFrame:
        """The changes at the bound that more firms have."""
        return max(self.changes.values(), key=len)

    @property
    def statistics(self) -> dict[str, float]:
        """Every number the rules of this reading name."""
        words = [verdict(READING, change_statistics(rows)) for rows in self.changes.values()]
        return change_statistics(self.main, agreement(words))

    @property
    def verdict(self) -> str:
        return verdict(READING, self.statistics)

    @property
    def few(self) -> str:
        """"only 13 firms" when too few firms hold both years for a test, else ""."""
        return "" if len(self.main) >= LEAST_FIRMS else f"only {len(self.main)} firms"

    @property
    def documents(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one for rows in self.changes.values() for one in panel_documents(rows)))


def cost_shift(costs: pd.DataFrame, tickers: list[str], start: int = START, end: int = END) -> CostShift:
    """Did compute's share of the cost base rise within firms? `costs`: frame of `with_cost_centres`.

    Misleads: firms with pay, stock compensation and depreciation in both years are few, and no sample of the industry.
    """
    return CostShift({bound: within_changes(firm_years(costs, bound, tickers, start, end), bound, start, end)
                      for bound in SHARES}, start, end)


def percentile_ranks(rows: pd.DataFrame, column: str, year: int) -> pd.DataFrame:
    """Each firm's place in one calendar year: ticker, value, position (1 is the highest), percentile_ratio, firms.

    percentile_ratio: share of the other firms that lie below, ties counting half. AnalysisError with one firm.
    """
    now = rows[rows["calendar_year"] == year]
    if len(now) < 2:
        raise AnalysisError(f"{len(now)} firm has a value in {year}: there is nothing to rank")
    ranks = now[column].rank(method="average")
    return pd.DataFrame({
        "ticker": now["ticker"], "value": now[column], "position": now[column].rank(ascending=False, method="min"),
        "percentile_ratio": (ranks - 1) / (len(now) - 1), "firms": len(now), "documents": now[f"{column}_documents"],
    }).sort_values("position", ignore_index=True)
