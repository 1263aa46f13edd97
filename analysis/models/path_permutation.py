"""Permutation of whole block paths between firms, for a hazard.

A firm's path of one block over the half-years goes, whole, to another firm of its stratum; outcomes, the other
blocks, controls and half-year effects stay. A stratum is a peer group with one pattern of known half-years, so that
a path always fits. The statistic is the one-step estimate from the fit without the
block, over its firm-clustered error: all draws share one fit and a few matrix products.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import AnalysisError, require_known
from analysis.models.conventions import SEED, TIE
from analysis.models.firth import FirthFit, firth
from analysis.models.paths import swapping, swaps
from analysis.models.permutation import STRATUM
from analysis.models.race import Race
from analysis.tables.companies import HYPERSCALERS, load_companies

CHUNK = 500
"""Draws per matrix product, to bound memory."""


@dataclass(frozen=True)
class Permuted:
    """One permutation test: the statistic, its two-sided p with its standard error, and how many firms ever move."""

    statistic: float
    p_value: float
    p_standard_error: float
    firms: int
    firms_moved: int
    draws: int


def permuted(model: Race, term: str, draws: int, windows: list[str] | None = None, contrast: list[float] | None = None,
             by: str = STRATUM, seed: int = SEED) -> Permuted:
    """Permutation test that the paths of `term` say nothing about the events.

    With `windows` (columns of the rows, 0 or 1) the term acts in each window apart, and `contrast` weighs the
    windows: [-1, 1] tests the second against the first. p = (1 + #) / (1 + draws), |t| against |t|.
    AnalysisError when no firm can trade places.
    Misleads: a firm alone in its stratum keeps its own path, which costs power.
    """
    moved = path_draws(model, term, draws, by, seed)
    if moved.firms_moved == 0:
        raise AnalysisError(f"no two firms of a stratum have {term} in the same half-years: no permutation")
    null = null_design(model, term)
    fit = firth(null, model.y)
    masks = model.rows[windows].to_numpy(float) if windows else np.ones((len(model.rows), 1))
    statistics = one_step_t(null, fit, moved.values, masks, contrast or [1.0], model.firm)
    p, error = permutation_p(statistics[0], statistics[1:])
    return Permuted(float(statistics[0]), p, error, model.firms, moved.firms_moved, draws)


def permutation_p(statistic: float, drawn: np.ndarray) -> tuple[float, float]:
    """Equal-tailed p of a statistic among its draws, (1 + #) / (1 + B), and its Monte Carlo standard error.

    Firms with nobody to exchange with keep their path in every draw and shift the draws away from zero.
    """
    above, below = (drawn >= statistic - TIE).sum(), (drawn <= statistic + TIE).sum()
    tail = (1 + min(above, below)) / (1 + len(drawn))
    return float(min(1.0, 2 * tail)), float(2 * np.sqrt(tail * (1 - tail) / len(drawn)))


def null_design(model: Race, term: str) -> np.ndarray:
    """The columns of the race without the term."""
    return np.delete(model.x, model.names.index(term), axis=1)


@dataclass(frozen=True)
class Draws:
    """The paths of a term per row: n x (1 + B), the observed first; and how many firms have somebody to trade with."""

    values: np.ndarray
    firms_moved: int


def path_draws(model: Race, term: str, draws: int, by: str = STRATUM, seed: int = SEED) -> Draws:
    """Whole paths of a term reassigned between the firms of each stratum, `draws` times.

    `by`: the column of the table companies that firms must share, or "group" (hyperscaler or other).
    """
    wide = model.rows.pivot(index="ticker", columns="half", values=term).sort_index()
    pattern = wide.notna().astype(int).astype(str).agg("".join, axis=1)
    stratum = (_stratum(wide.index, by) + " " + pattern).to_numpy()
    half = pd.factorize(model.rows["half"], sort=True)[0]
    carried = swaps(stratum, draws, seed)[model.firm]
    return Draws(wide.to_numpy()[carried, half[:, None]], swapping(stratum))


def _stratum(tickers: pd.Index, by: str) -> pd.Series:
    if by == "group":
        return pd.Series(np.where(tickers.isin(HYPERSCALERS), "hyperscaler", "other"), index=tickers)
    companies = load_companies().set_index("ticker")
    return companies.loc[tickers, require_known("stratum", by, companies)]


def one_step_t(null: np.ndarray, fit: FirthFit, values: np.ndarray, masks: np.ndarray, contrast: list[float],
               firm: np.ndarray) -> np.ndarray:
    """The studentised one-step estimate of a contrast, per draw.

    null (n x q) and fit: the design and fit without the term; values (n x D): its paths; masks (n x w): where each
    window lets it act; contrast (w); firm (n): codes. One Newton step from the null, firm-clustered sandwich error.
    """
    weights, weight = np.asarray(contrast), fit.chances * (1 - fit.chances)
    return np.concatenate([_chunk(null, fit, values[:, start:start + CHUNK], masks, weights, firm, weight)
                           for start in range(0, values.shape[1], CHUNK)])


def _chunk(null, fit, values, masks, contrast, firm, weight) -> np.ndarray:
    order = np.argsort(firm, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(firm[order]) > 0])
    apart = [_residual(null, fit.covariance, weight, mask[:, None] * values) for mask in masks.T]
    scores = np.array([np.add.reduceat((one * fit.residuals[:, None])[order], starts, axis=0) for one in apart])
    bread = np.linalg.inv(np.moveaxis(np.array([[(one * weight[:, None] * other).sum(axis=0) for other in apart]
                                                for one in apart]), -1, 0))
    steps = np.einsum("bvw,wb->bv", bread, scores.sum(axis=1)) @ contrast
    influence = np.einsum("v,bvw,wfb->fb", contrast, bread, scores)
    return steps / np.sqrt((influence**2).sum(axis=0))


def _residual(null: np.ndarray, inverse: np.ndarray, weight: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Values less their weighted projection on the null columns; `inverse` is that of the weighted cross product."""
    return values - null @ (inverse @ (null.T @ (weight[:, None] * values)))
