"""Intervals stretched or shrunk to what the back-test missed.

A factor replaces the normal quantile: the half-width of an interval is factor x deviation, the factor being the
quantile of past standardised errors at the level. The idea is split-conformal prediction with years of origin as
blocks, whose errors enter or leave together because firms share a year's shocks; but there are four to six such
years, and its finite-sample guarantee would take 19 for a 95% interval. So the factors carry none: they say what
would have been right on average over the years seen.
"""

import numpy as np
import pandas as pd
from scipy import stats

from analysis.outlook.backtest_scores import LEVELS, coverage
from analysis.tables.decision_rules import verdict


def half_width(errors: pd.DataFrame, level: float) -> float:
    """The `level` quantile of |error| / deviation, each origin weighing the same.

    `errors`: rows of `backtest.rolling` of one method and horizon.
    """
    size = (errors["error"] / errors["deviation"]).abs()
    weight = 1 / errors.groupby("origin")["origin"].transform("size")
    order = np.argsort(size.to_numpy(), kind="stable")
    reached = np.cumsum(weight.to_numpy()[order]) / weight.sum()
    place = min(int(np.searchsorted(reached, level - TIE)), len(size) - 1)
    return float(size.to_numpy()[order][place])


TIE = 1e-12
LEAST_ORIGINS = 4
"""Years of origin without which nothing is corrected: with fewer, not even an 80% interval has a finite
split-conformal factor."""
LEAST_ERRORS = 19
"""Past errors without which nothing is corrected: the 95% quantile of fewer is just the largest."""


def left_out_factors(rows: pd.DataFrame) -> pd.DataFrame:
    """For each origin the half-widths (in deviations) learnt from all other origins: method, horizon, origin, level,
    half_width; missing where there is no other origin.

    Other origins include later ones: this checks the correction, it is not a forecast anybody could have made.
    """
    table = []
    for (method, horizon), part in rows.groupby(["method", "horizon"]):
        for origin in part["origin"].unique():
            others = part[part["origin"] != origin]
            table += [{"method": method, "horizon": horizon, "origin": origin, "level": level,
                       "half_width": half_width(others, level) if len(others) else np.nan} for level in LEVELS]
    return pd.DataFrame(table)


def coverage_gap(rows: pd.DataFrame) -> pd.DataFrame:
    """Per method and horizon the largest distance of coverage from its level over the three levels: coverage_gap."""
    table = coverage(rows)
    table["coverage_gap"] = (table["coverage"] - table["level"]).abs()
    return table.groupby(["method", "horizon"], as_index=False)["coverage_gap"].max()


def intervals(rows: pd.DataFrame) -> pd.DataFrame:
    """The half-widths a forecast is shown with: method, horizon, level, half_width (in deviations), kind, coverage_gap.

    kind is "normal" where the coverage is within the frozen tolerance, else "corrected", learnt from all origins; with
    fewer than LEAST_ORIGINS origins or LEAST_ERRORS errors it is "too few" and the half-width stays normal.
    """
    gaps = coverage_gap(rows).set_index(["method", "horizon"])["coverage_gap"]
    table = []
    for (method, horizon), part in rows.groupby(["method", "horizon"]):
        gap = float(gaps[method, horizon])
        kind = "normal" if verdict("forecast_intervals", {"coverage_gap": gap}) == "supported" else "corrected"
        few = part["origin"].nunique() < LEAST_ORIGINS or len(part) < LEAST_ERRORS
        kind = "too few" if kind == "corrected" and few else kind
        for level in LEVELS:
            width = half_width(part, level) if kind == "corrected" else float(stats.norm.ppf((1 + level) / 2))
            table.append({"method": method, "horizon": horizon, "level": level, "half_width": width, "kind": kind,
                          "coverage_gap": gap})
    return pd.DataFrame(table)
