"""When did a break happen: confidence intervals of break dates (Bai 1997)."""

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.stats import norm

from analysis.errors import AnalysisError
from analysis.models.break_tests import hac_lag
from analysis.models.breaks import Segmentation


def date_intervals(values: np.ndarray, one: Segmentation, *, level: float = 0.95, robust: bool = False) -> pd.DataFrame:
    """Confidence interval of each break date (Bai 1997, variances of their own on each side).

    Columns: break_after, low, high: numbers of observations before the break. `robust` uses long-run variances
    (Bartlett). An interval may be longer than its neighbour regimes: then the date is not known.
    """
    series = np.asarray(values, dtype=float)
    edges, rows = [0, *one.breaks, len(series)], []
    for before, place, after in zip(edges, one.breaks, edges[2:], strict=False):
        left, right = series[before:place], series[place:after]
        step = right.mean() - left.mean()
        spread = [_variance(part, robust) for part in (left, right)]
        low, high = _shift_quantiles(np.sqrt(spread[1] / spread[0]), level)
        scale = spread[0] / step**2
        rows.append({"break_after": place, "low": place - int(np.ceil(high * scale)),
                     "high": place - int(np.floor(low * scale))})
    return pd.DataFrame(rows, columns=["break_after", "low", "high"])


def _variance(part: np.ndarray, robust: bool) -> float:
    """Mean square around the mean, with Bartlett-weighted autocovariances when `robust`; AnalysisError when zero."""
    away = part - part.mean()
    total = away @ away / len(part)
    if robust:
        lag = min(hac_lag(len(part)), len(part) - 1)
        total += 2 * sum((1 - k / (lag + 1)) * (away[k:] @ away[:-k]) / len(part) for k in range(1, lag + 1))
    if not total > 0:
        raise AnalysisError("a regime without variation has no interval for its date")
    return float(total)


def _shift_quantiles(ratio: float, level: float) -> tuple[float, float]:
    """Lower and upper quantile of the scaled error of a break date; `ratio`: deviation after over before."""
    tail = (1 - level) / 2
    edge = 50.0 * max(1.0, ratio**2)
    low = brentq(lambda x: shift_probability(x, ratio) - tail, -50.0 * max(1.0, ratio**2), -1e-9)
    high = brentq(lambda x: shift_probability(x, ratio) - (1 - tail), 1e-9, edge)
    return low, high


def shift_probability(x: float, ratio: float) -> float:
    """Distribution function of the place where a two-sided drifting Brownian motion is highest (Bai 1997, B).

    `ratio`: deviation of the motion to the right of zero over that to the left; the drift is 1/2 on both sides.
    """
    size, phi = abs(x), ratio**2
    if x < 0:
        part = 1 / phi
        return float(
            -np.exp(np.log(size) / 2 - size / 8 - np.log(2 * np.pi) / 2)
            - phi * (phi + 2) / (phi + 1) * _scaled(part * (1 + part) * size / 2, -(0.5 + part) * size**0.5)
            + (size / 2 - 2 + (phi + 2) ** 2 / (phi + 1)) * norm.cdf(-(size**0.5) / 2))
    part = 1 / phi
    return float(
        1 + part**0.5 * np.exp(np.log(size) / 2 - part * size / 8 - np.log(2 * np.pi) / 2)
        + (2 * phi + 1) / (phi + 1) / phi * _scaled((phi + 1) * size / 2, -(phi + 0.5) / phi**0.5 * size**0.5)
        - ((2 * phi + 1) ** 2 / ((phi + 1) * phi) - 2 + part * size / 2) * norm.cdf(-(part * size) ** 0.5 / 2))


def _scaled(exponent: float, point: float) -> float:
    """exp(exponent) times the normal distribution function at a point: a large and a small number, by their logs."""
    return float(np.exp(exponent + norm.logcdf(point)))
