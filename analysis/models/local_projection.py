"""Local projections: how headcount stands h years on, by this year's capital intensity (equation 2.3).

    logE_i,t+h - logE_i,t-1 = a_i + d_gt + b_h k_it + sum over p = 1, 2 of (phi_p k_i,t-p + psi_p dlogE_i,t-p) + e

What firm and year predict of k is taken out by their effects, so b_h is that of the surprise in k. Lagged outcomes
beside firm effects bias short panels (Nickell 1981), so a half-panel jackknife stands beside the raw estimate
(Dhaene and Jochmans 2015).
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

from analysis.errors import AnalysisError
from analysis.models.cluster import Inference, inference
from analysis.models.influence import without_each
from analysis.models.sample import OUTCOME, estimation_rows
from analysis.models.trade_panel import shifted
from analysis.models.tradeoff import COLUMNS, Specification, or_reason, row_of, single, with_documents

CONTROLS = ("k_lag1", "k_lag2", "d_log_headcount_lag1", "d_log_headcount_lag2")
RESPONSE = "response"
LOCAL = Specification("local projection", capital=("k",), controls=CONTROLS, outcome=RESPONSE)


def with_response(trade: pd.DataFrame, horizon: int, outcome: str = OUTCOME, cumulated: bool = True) -> pd.DataFrame:
    """Add `response`: the outcome summed over years t to t+h (or that of year t+h alone), missing across any gap."""
    if horizon < 0:
        raise AnalysisError(f"a horizon counts years ahead from 0, not {horizon}")
    years = range(horizon + 1) if cumulated else [horizon]
    return trade.assign(**{RESPONSE: sum(shifted(trade, outcome, -ahead) for ahead in years)})


def projected(rows: pd.DataFrame, specification: Specification = LOCAL) -> Inference:
    """b_h times the step, with CRV3. `rows`: frame of `estimation_rows` of a panel `with_response`."""
    return inference(single(rows, specification.capital[0], specification), "CRV3")


def half_panel(rows: pd.DataFrame, specification: Specification = LOCAL) -> Inference:
    """The half-panel jackknife of b_h: twice the whole less the mean of the two halves of the years.

    Its standard error is the jackknife over firms of the corrected estimate, with t(G-1).
    AnalysisError when a half has fewer than two years.
    """
    years = sorted(rows["calendar_year"].unique())
    middle = years[len(years) // 2]
    halves = [rows[rows["calendar_year"] < middle], rows[rows["calendar_year"] >= middle]]
    if len(years) < 4:
        raise AnalysisError(f"{len(years)} years cannot be halved: each half needs two")
    tickers = sorted(rows["ticker"].unique())
    whole, *parts = [_with_jackknife(part, tickers, specification) for part in (rows, *halves)]
    corrected = 2 * whole - (parts[0] + parts[1]) / 2
    estimate, without = corrected[0], corrected[1:]
    firms = len(without)
    error = np.sqrt((firms - 1) / firms * ((without - estimate)**2).sum())
    return Inference(float(estimate), float(error), firms - 1, "half-panel jackknife")


def _with_jackknife(rows: pd.DataFrame, tickers: list[str], specification: Specification) -> np.ndarray:
    """The estimate, then the estimate without each of `tickers`; a firm that is not in the rows changes nothing."""
    kept = rows[rows.groupby("ticker")["ticker"].transform("size") > 1].reset_index(drop=True)
    design = single(kept, specification.capital[0], specification)
    present = pd.Series(without_each(design), index=sorted(kept["ticker"].unique()))
    return np.r_[design.estimate, present.reindex(tickers).fillna(design.estimate)]


def local_projections(trade: pd.DataFrame, horizons: range = range(4),
                      specification: Specification = LOCAL) -> pd.DataFrame:
    """b_h times the step for every horizon, raw and half-panel, one row each: the columns of `tradeoff.COLUMNS`,
    horizon, variance and reason. A horizon that too few firms bear keeps its rows, without an estimate.
    Misleads: far horizons lose the last years, so their samples differ.
    """
    table = [_horizon(trade, horizon, estimator, label, specification) | {"horizon": horizon, "variance": label}
             for horizon in horizons for label, estimator in ESTIMATORS.items()]
    known = trade[trade[OUTCOME].notna()]
    return with_documents(pd.DataFrame(table).reindex(columns=[*COLUMNS, "horizon", "variance", "reason"]), known)


ESTIMATORS = {"CRV3": projected, "half-panel jackknife": half_panel}


def _horizon(trade: pd.DataFrame, horizon: int, estimator: Callable[[pd.DataFrame, Specification], Inference],
             label: str, specification: Specification) -> dict:
    def build() -> dict:
        rows, _ = estimation_rows(with_response(trade, horizon), specification.needed)
        return row_of(estimator(rows, specification), rows, f"b_{horizon}", label, specification.label)

    return or_reason(f"b_{horizon}", label, build)
