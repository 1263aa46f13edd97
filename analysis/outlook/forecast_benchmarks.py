"""The benchmarks a forecast has to beat, and what all methods share: a mean and a deviation per firm and horizon.

Every method sees the columns of a Series up to its origin and nothing later. Forecasts are of the change of the log
since the origin, 1 to HORIZONS years ahead, and normal on that scale.
"""

from dataclasses import dataclass

import numpy as np

from analysis.outlook.forecast_series import Series

HORIZONS = 3
"""Years ahead."""
PRIOR_CHANGES = 5
"""How many changes the pooled variance counts for beside a firm's own: few years say little about one firm."""


@dataclass(frozen=True)
class Forecast:
    """`mean` and `deviation` of the change of the log since the origin, firms x horizons; NaN without a forecast."""

    mean: np.ndarray
    deviation: np.ndarray


def steps() -> np.ndarray:
    """The horizons 1, 2, ... in years."""
    return np.arange(1, HORIZONS + 1)


def firm_deviation(errors: np.ndarray, used: int = 0) -> np.ndarray:
    """Standard deviation of each firm's errors (firms x years, NaN where unknown), drawn towards the pooled one.

    `used` parameters per firm are taken off its count. The pooled variance counts as PRIOR_CHANGES more errors.
    """
    known = np.isfinite(errors).sum(axis=1)
    squares = np.nansum(errors ** 2, axis=1)
    free = np.maximum(known - used, 0)
    pooled = squares.sum() / max(free.sum(), 1)
    return np.sqrt((squares + PRIOR_CHANGES * pooled) / (free + PRIOR_CHANGES))


def mean_known(values: np.ndarray) -> np.ndarray:
    """The mean of each row's known values, NaN without one."""
    known = np.isfinite(values).sum(axis=1)
    return np.where(known > 0, np.nansum(values, axis=1) / np.maximum(known, 1), np.nan)


def random_walk(series: Series) -> Forecast:
    """No change, with a variance that grows with the horizon."""
    deviation = firm_deviation(series.change)[:, None] * np.sqrt(steps())
    return Forecast(np.zeros_like(deviation), deviation)


def drift_walk(series: Series) -> Forecast:
    """Random walk with drift: each firm's mean change goes on. Hyndman and Athanasopoulos, FPP2, section 3.5.

    The deviation holds the error of the drift itself: s * sqrt(h * (1 + h / n)) after n changes.
    """
    change = series.change
    drift = mean_known(change)
    count = np.isfinite(change).sum(axis=1)
    spread = firm_deviation(change - drift[:, None], used=1)
    ahead = steps()
    deviation = spread[:, None] * np.sqrt(ahead * (1 + ahead / np.maximum(count, 1)[:, None]))
    return Forecast(drift[:, None] * ahead, deviation)


def pooled_autoregression(series: Series) -> Forecast:
    """First-order autoregression of the changes, one intercept and one slope for all firms, iterated ahead.

    A firm whose last change is unknown starts from the pooled mean.
    """
    change = series.change
    before, after = change[:, :-1], change[:, 1:]
    both = np.isfinite(before) & np.isfinite(after)
    intercept, slope = _line(before[both], after[both])
    centre = np.nanmean(change)
    ahead, last = [], np.where(np.isfinite(change[:, -1]), change[:, -1], centre)
    for _ in steps():
        last = intercept + slope * last
        ahead.append(last)
    errors = np.where(both, after - intercept - slope * before, np.nan)
    weights = np.cumsum(slope ** np.arange(HORIZONS))
    growth = np.sqrt(np.cumsum(weights ** 2))
    return Forecast(np.cumsum(np.column_stack(ahead), axis=1), firm_deviation(errors)[:, None] * growth)


def _line(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Intercept and slope by least squares, the slope kept between -0.9 and 0.9 so that it dies out."""
    if len(x) < 3 or np.ptp(x) == 0:
        return float(y.mean()) if len(y) else 0.0, 0.0
    slope = float(np.clip(np.cov(x, y)[0, 1] / np.var(x, ddof=1), -STEADY, STEADY))
    return float(y.mean() - slope * x.mean()), slope


STEADY = 0.9
"""The autoregression's slope stays within this of zero."""
