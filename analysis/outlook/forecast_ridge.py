"""The pooled distributed lag with shrinkage: the change ahead on capital intensity, growth and their lags, by ridge."""

import numpy as np

from analysis.errors import AnalysisError
from analysis.outlook.forecast_benchmarks import Forecast, firm_deviation, steps
from analysis.outlook.forecast_series import Series

PENALTIES = tuple(float(one) for one in np.logspace(0, 4, 9))
"""Ridge penalties tried, on standardised regressors."""
CAPITAL_LAGS = 3
GROWTH_LAGS = 2


def regressors(series: Series, year: int) -> np.ndarray:
    """What is known at the end of column `year` (firms x regressors), NaN where unknown.

    Log capital intensity of the year and the two before, changes of the target and of log revenue of the year and
    the one before, and a mark for hyperscalers.
    """
    change = series.change
    columns = [_at(series.capital, year - lag) for lag in range(CAPITAL_LAGS)]
    columns += [_at(matrix, year - lag) for matrix in (change, series.revenue_growth) for lag in range(GROWTH_LAGS)]
    return np.column_stack([*columns, series.big])


def _at(matrix: np.ndarray, year: int) -> np.ndarray:
    return matrix[:, year] if year >= 0 else np.full(len(matrix), np.nan)


def ridge(x: np.ndarray, y: np.ndarray, penalty: float) -> np.ndarray:
    """Coefficients that minimise squared error plus `penalty` times their squares; x standardised, y centred."""
    return np.linalg.solve(x.T @ x + penalty * np.eye(x.shape[1]), x.T @ y)


def ridge_lags(series: Series) -> Forecast:
    """One ridge per horizon, fitted on all firms and years whose outcome is known at the origin.

    The penalty is the one with the least squared error on years left out one at a time, with all whose outcomes
    overlap theirs; the deviation comes from those left-out errors. Regressors that are unknown stand at their mean.
    AnalysisError with too few years.
    """
    means, deviations = zip(*(_one_horizon(series, int(ahead)) for ahead in steps()), strict=True)
    spread = np.maximum.accumulate(np.column_stack(deviations), axis=1)
    return Forecast(np.column_stack(means), spread)


def _one_horizon(series: Series, ahead: int) -> tuple[np.ndarray, np.ndarray]:
    last = len(series.years) - 1
    starts = range(1, last - ahead + 1)
    if not starts:
        raise AnalysisError(f"{last + 1} years are too few to see what came {ahead} years after a change")
    x = np.stack([regressors(series, year) for year in starts])
    y = np.stack([series.outcome(int(series.years[year]), ahead) for year in starts])
    y = np.where(np.stack([np.isfinite(series.change[:, year]) for year in starts]), y, np.nan)
    known = np.isfinite(y)
    x, centre, scale = _standardised(x, known)
    errors = {penalty: left_out_errors(x, y, known, penalty, ahead) for penalty in PENALTIES}
    best = min(PENALTIES, key=lambda one: float(np.nansum(errors[one] ** 2)))
    middle = y[known].mean()
    weights = ridge(x[known], y[known] - middle, best)
    now = np.nan_to_num((regressors(series, last) - centre) / scale)
    return middle + now @ weights, firm_deviation(errors[best].T)


def _standardised(x: np.ndarray, known: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Regressors with mean zero and deviation one over the known rows; unknown ones become zero."""
    rows = x[known]
    seen = np.isfinite(rows).any(axis=0)
    centre = np.where(seen, np.nanmean(np.where(seen, rows, 0), axis=0), 0)
    scale = np.where(seen, np.nanstd(np.where(seen, rows, 0), axis=0), 1)
    scale = np.where(scale > 0, scale, 1)
    return np.nan_to_num((x - centre) / scale), centre, scale


def left_out_errors(x: np.ndarray, y: np.ndarray, known: np.ndarray, penalty: float, ahead: int = 1) -> np.ndarray:
    """Errors of each year's outcomes from a fit that saw none of them (years x firms), NaN where unknown.

    Outcomes `ahead` years on share years with those of the `ahead` - 1 starts on either side: these are left out too.
    Where no start is left, the error is that of no change.
    """
    errors = np.full_like(y, np.nan)
    for year in range(len(y)):
        others = known.copy()
        others[max(0, year - ahead + 1):year + ahead] = False
        if not others.any():
            errors[year] = y[year]
            continue
        middle = y[others].mean()
        weights = ridge(x[others], y[others] - middle, penalty)
        errors[year] = y[year] - middle - x[year] @ weights
    return errors
