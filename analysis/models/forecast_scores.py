"""Scores of forecasts: CRPS, the interval score, and a random walk with drift from every origin."""

import numpy as np
from scipy.stats import norm

from analysis.errors import AnalysisError


def crps_normal(mean: float | np.ndarray, deviation: float | np.ndarray, outcome: float | np.ndarray) -> np.ndarray:
    """Continuous ranked probability score of a normal forecast, in the unit of the outcome; lower is better.

    Gneiting and Raftery (2007), equation 21. AnalysisError unless every deviation is above zero.
    """
    if not np.all(np.asarray(deviation) > 0):
        raise AnalysisError("the deviation of a normal forecast must be above zero")
    z = (np.asarray(outcome) - mean) / deviation
    return deviation * (z * (2 * norm.cdf(z) - 1) + 2 * norm.pdf(z) - 1 / np.sqrt(np.pi))


def crps_ensemble(members: np.ndarray, outcome: float, *, fair: bool = True) -> float:
    """CRPS of a forecast given as equally likely members, in the unit of the outcome; lower is better.

    `fair` divides the spread by M(M-1) instead of M^2, so that a small ensemble is not punished for its size
    (Ferro 2014). AnalysisError with fewer than two members.
    """
    values = np.asarray(members, dtype=float)
    if values.ndim != 1 or len(values) < 2:
        raise AnalysisError("an ensemble is a list of at least two members")
    pairs = len(values) * (len(values) - 1 if fair else len(values))
    spread = np.abs(values[:, None] - values[None, :]).sum() / (2 * pairs)
    return float(np.abs(values - outcome).mean() - spread)


def interval_score(low: float, high: float, outcome: float, *, level: float = 0.9) -> float:
    """Width of a central interval plus 2/(1 - level) times what the outcome lies outside it; lower is better."""
    if low > high:
        raise AnalysisError(f"the low end {low} is above the high end {high}")
    outside = max(low - outcome, 0.0) + max(outcome - high, 0.0)
    return (high - low) + 2 / (1 - level) * outside


def drift_forecasts(values: np.ndarray, first_origin: int = 2) -> np.ndarray:
    """One-step errors of a random walk with drift, the drift estimated anew at every origin.

    `values`: the series in order. Origin t uses values 1..t; its forecast is y_t + (y_t - y_1)/(t - 1). Returns the
    errors y_{t+1} - forecast for t = first_origin .. n-1. Hyndman and Athanasopoulos, FPP2, section 3.4.
    """
    series = np.asarray(values, dtype=float)
    if not 2 <= first_origin < len(series):
        raise AnalysisError(f"the first origin lies between 2 and {len(series) - 1}, not at {first_origin}")
    origins = np.arange(first_origin, len(series))
    last = series[origins - 1]
    return series[origins] - (last + (last - series[0]) / (origins - 1))


def root_mean_square(errors: np.ndarray) -> float:
    """Root mean square of forecast errors, in their unit."""
    return float(np.sqrt(np.mean(np.square(errors))))
