"""Abnormal returns around a day, by the market model. The data hold no prices: on pages this cannot be told."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import statsmodels.api as sm

from analysis.errors import AnalysisError

FEWEST_DAYS = 30
"""An estimation window with fewer trading days gives no market model."""


@dataclass(frozen=True)
class MarketModel:
    """Return = alpha + beta x market return, over an estimation window of `n` days with residual deviation `sigma`."""

    alpha: float
    beta: float
    sigma: float
    n: int


def market_model(returns: pd.Series, market: pd.Series) -> MarketModel:
    """The market model by least squares over the days that both series have (simple returns, ratio a day).

    AnalysisError with fewer than FEWEST_DAYS common days. Source: MacKinlay (1997), section 4.A.
    """
    days = pd.concat([returns.rename("own"), market.rename("market")], axis=1).dropna()
    if len(days) < FEWEST_DAYS:
        raise AnalysisError(f"{len(days)} common days; a market model needs at least {FEWEST_DAYS}")
    fit = sm.OLS(days["own"].to_numpy(), sm.add_constant(days["market"].to_numpy())).fit()
    return MarketModel(float(fit.params[0]), float(fit.params[1]), float(np.sqrt(fit.mse_resid)), len(days))


def abnormal_returns(returns: pd.Series, market: pd.Series, model: MarketModel) -> pd.Series:
    """Return less what the model expects of it, day by day (ratio)."""
    return returns - (model.alpha + model.beta * market)


def mean_adjusted_returns(returns: pd.Series, estimation: pd.Series) -> pd.Series:
    """Return less the mean return of the estimation window: no market in it (ratio)."""
    return returns - estimation.mean()
