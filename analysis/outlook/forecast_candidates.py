"""The candidates: exponential smoothing and theta with pooled parameters, a ridge on lags, and their equal weighting.

Six to ten yearly values cannot tell one firm's smoothing parameters, and a fit per firm and origin would take
minutes; so one set of parameters serves all firms and is chosen anew at each origin from what was known then.
"""

from itertools import product

import numpy as np

from analysis.outlook.forecast_benchmarks import (
    HORIZONS,
    Forecast,
    drift_walk,
    firm_deviation,
    mean_known,
    pooled_autoregression,
    random_walk,
    steps,
)
from analysis.outlook.forecast_ridge import ridge_lags
from analysis.outlook.forecast_series import Series

LEVELS = (0.2, 0.4, 0.6, 0.8, 1.0)
TRENDS = (0.0, 0.1, 0.3, 0.6)
DAMPINGS = (0.8, 0.9, 0.98)
"""Grids of the level weight, the trend weight and the damping; textbook ranges (FPP2, section 7.2)."""


def smoothed(change: np.ndarray, level: float, trend: float, damping: float, start: np.ndarray
             ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Additive exponential smoothing with damped trend, run on changes: one-step errors (firms x years), the gap
    between the last value and its smoothed level, and the last trend.

    Working on changes lets a firm's unknown change pass without an update; the gap and trend are then as before.
    `start` is the trend before the first change (firms).
    """
    gap, slope = np.zeros(len(change)), start.astype(float).copy()
    errors = np.full_like(change, np.nan)
    for year in range(1, change.shape[1]):
        error = gap + change[:, year] - damping * slope
        known = np.isfinite(error)
        errors[:, year] = error
        gap = np.where(known, (1 - level) * error, gap)
        slope = damping * slope + np.where(known, level * trend * error, 0)
    return errors, gap, slope


def damped_trend(series: Series) -> Forecast:
    """Exponential smoothing with damped trend, ETS(A,Ad,N): the parameters with the least pooled squared error."""
    change = series.change
    start = np.full(len(change), np.nanmean(change))
    level, trend, damping = min(product(LEVELS, TRENDS, DAMPINGS), key=lambda one: float(
        np.nansum(smoothed(change, one[0], one[1], one[2], start)[0] ** 2)))
    errors, gap, slope = smoothed(change, level, trend, damping, start)
    damped = np.cumsum(damping ** steps())
    passed = np.r_[1.0, level + level * trend * damped[:-1]]
    deviation = firm_deviation(errors)[:, None] * np.sqrt(np.cumsum(passed ** 2))
    return Forecast(slope[:, None] * damped - gap[:, None], deviation)


def theta(series: Series) -> Forecast:
    """The theta method: simple exponential smoothing with half of each firm's trend as drift.

    Hyndman and Billah (2003). The level weight is pooled.
    """
    change = series.change
    drift = mean_known(change) / 2
    start = np.nan_to_num(drift)

    def run(level: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return smoothed(change, level, 0.0, 1.0, start)

    level = min(LEVELS, key=lambda one: float(np.nansum(run(one)[0] ** 2)))
    errors, gap, _ = run(level)
    passed = np.r_[1.0, np.full(HORIZONS - 1, level)]
    deviation = firm_deviation(errors)[:, None] * np.sqrt(np.cumsum(passed ** 2))
    return Forecast(drift[:, None] * steps() - gap[:, None], deviation)


def combined(parts: list[Forecast]) -> Forecast:
    """Equal weights on the parts' quantiles: the mean of the means with the mean of the deviations.

    Averaging quantiles instead of densities keeps the spread that of a single forecast (Lichtendahl and others 2013).
    """
    return Forecast(np.mean([one.mean for one in parts], axis=0), np.mean([one.deviation for one in parts], axis=0))


BENCHMARK = "drift_walk"
BENCHMARKS = {
    "random_walk": ("Random walk", random_walk),
    BENCHMARK: ("Random walk with drift", drift_walk),
    "autoregression": ("Pooled autoregression", pooled_autoregression),
}
SINGLE = {
    "ridge_lags": ("Lags with ridge", ridge_lags),
    "damped_trend": ("Exponential smoothing", damped_trend),
    "theta": ("Theta", theta),
}
COMBINATION = "combination"
LABELS = {name: label for name, (label, _) in (BENCHMARKS | SINGLE).items()} | {COMBINATION: "Equal weights"}
CANDIDATES = (*SINGLE, COMBINATION)


def forecasts(series: Series) -> dict[str, Forecast]:
    """Every benchmark and candidate from the last year of a Series, by name; firms without history hold NaN."""
    found = {name: make(series) for name, (_, make) in (BENCHMARKS | SINGLE).items()}
    found[COMBINATION] = combined([found[name] for name in SINGLE])
    ready = series.usable()[:, None]
    return {name: Forecast(np.where(ready, one.mean, np.nan), np.where(ready, one.deviation, np.nan))
            for name, one in found.items()}
