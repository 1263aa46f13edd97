"""The rolling origin: every method from every past year, with what was known then, against what came.

At each origin all parameters are estimated anew. All methods are scored on the same firms.
"""

import numpy as np
import pandas as pd
from scipy.stats import norm

from analysis.models.forecast_scores import crps_normal
from analysis.outlook.forecast_benchmarks import Forecast, steps
from analysis.outlook.forecast_candidates import forecasts
from analysis.outlook.forecast_series import Series, series_of
from analysis.outlook.forecast_vintage import as_known, readings

FIRST_ORIGIN = 2019
"""The first year a forecast is made from; before it too few headcounts are known."""


def rolling(panel: pd.DataFrame, target: str, first: int = FIRST_ORIGIN) -> pd.DataFrame:
    """One row per method, firm, origin and horizon with a known outcome: mean, deviation, outcome (changes of the
    log since the origin), scale (the firm's mean absolute change up to the origin), and the scores of `scored`.

    `panel`: frame of load_panel("year").
    """
    facts, truth = readings(), series_of(panel, target)
    parts = []
    for origin in range(first, int(truth.years[-1])):
        past = series_of(as_known(panel, facts, origin), target, last=origin)
        for method, one in forecasts(past).items():
            parts.append(compared(method, one, past, truth, origin))
    return scored(pd.concat(parts, ignore_index=True))


def compared(method: str, one: Forecast, past: Series, truth: Series, origin: int) -> pd.DataFrame:
    """The forecasts of one method from one origin beside their outcomes, rows with both: columns of `rolling` without
    the scores. `past` ends at the origin, `truth` holds the years after it."""
    scale = np.nanmean(np.where(past.usable()[:, None], np.abs(past.change), 0.0), axis=1)
    tables = []
    for column, ahead in enumerate(steps()):
        if origin + ahead > truth.years[-1]:
            continue
        tables.append(pd.DataFrame({
            "method": method, "ticker": past.tickers, "origin": origin, "horizon": ahead, "scale": scale,
            "mean": one.mean[:, column], "deviation": one.deviation[:, column],
            "outcome": truth.outcome(origin, int(ahead))}))
    return pd.concat(tables).dropna(subset=["mean", "outcome"])


def scored(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with error, crps and pit (the forecast probability of an outcome at or below the one that came)."""
    return rows.assign(
        error=rows["outcome"] - rows["mean"],
        crps=crps_normal(rows["mean"].to_numpy(), rows["deviation"].to_numpy(), rows["outcome"].to_numpy()),
        pit=norm.cdf((rows["outcome"] - rows["mean"]) / rows["deviation"]))
