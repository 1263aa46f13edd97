"""Randomisation: whole capital paths change hands among firms of one stratum, and the estimate is made again.

A firm keeps its headcounts, its years and its controls and gets another firm's path of capital intensity. Under the
null that a firm's own path is exchangeable with those of its stratum, the estimate is one draw among all. A stratum
is a group that has year effects of its own, with one pattern of known years, because a path can only be worn
where it is known (`paths`). All draws are matrix products on sums per firm (`path_algebra`).

Firms alone in their stratum keep their path in every draw and shift the whole distribution, so the p is equal-tailed:
twice the smaller tail, not the share of larger absolute values.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.models import path_algebra
from analysis.models.conventions import PERMUTATIONS, SEED, TIE
from analysis.models.path_algebra import Moments, Projection
from analysis.models.paths import paths_of, strata, swaps
from analysis.models.tradeoff import PRIMARY, Specification, firm_codes, year_effects

STRATUM = "group"
"""The column firms must share to change paths: that of the primary year effects, which absorb the mean path."""


@dataclass(frozen=True)
class PathDraws:
    """Permuted designs of one panel: one array per lag (rows x draws) in the row order of the panel.

    The first draw is the panel itself; `movers` are the firms that are not alone in their stratum.
    """

    lags: list[np.ndarray]
    movers: tuple[str, ...]


@dataclass(frozen=True)
class Permutation:
    """A stratified permutation test: equal-tailed p of the studentised estimate, its Monte Carlo error, the draws."""

    p_value: float
    p_standard_error: float
    draws: int
    movers: tuple[str, ...]
    statistics: np.ndarray


def path_draws(trade: pd.DataFrame, rows: pd.DataFrame, draws: int = PERMUTATIONS, *, by: str = STRATUM,
               lags: int = 3, seed: int = SEED) -> PathDraws:
    """Capital intensity and its lags under `draws` permutations of whole paths within strata.

    `trade`: frame of `trade_panel` (it holds the years a path needs); `rows`: frame of `estimation_rows`; `by` a
    column of `rows` that is constant within a firm.
    """
    firms = rows.drop_duplicates("ticker").set_index("ticker")[by].sort_index()
    known = paths_of(trade, tuple(firms.index), int(rows["calendar_year"].min()), int(rows["calendar_year"].max()))
    stratum = strata(firms, [known])
    carried = swaps(stratum, draws, seed)
    shared = pd.Series(stratum, index=firms.index).duplicated(keep=False)
    return PathDraws([known.lag(rows, carried, lag) for lag in range(lags)], tuple(firms.index[shared]))


def projection_of(rows: pd.DataFrame, specification: Specification = PRIMARY) -> Projection:
    """Everything but capital intensity, ready to be taken out: firms, year effects and controls."""
    columns = np.column_stack([year_effects(rows, specification), rows[list(specification.controls)].to_numpy(float)])
    return path_algebra.projection(firm_codes(rows), columns, np.ones(len(rows)))


def permutation_test(trade: pd.DataFrame, rows: pd.DataFrame, specification: Specification = PRIMARY,
                     draws: int = PERMUTATIONS, *, by: str = STRATUM, seed: int = SEED) -> Permutation:
    """theta against its permutation distribution, studentised by CRV1.

    The specification's capital columns must be k, k_lag1, ... without a gap. Misleads: exchangeability within
    strata is an assumption, and hyperscalers change paths with each other only.
    """
    drawn = path_draws(trade, rows, draws, by=by, lags=len(specification.capital), seed=seed)
    out = projection_of(rows, specification)
    found = path_algebra.moments(out, rows[specification.outcome].to_numpy(float), drawn.lags)
    return equal_tailed(t_statistics(found, out), drawn.movers)


def lag_tests(trade: pd.DataFrame, rows: pd.DataFrame, specification: Specification = PRIMARY,
              draws: int = PERMUTATIONS, *, by: str = STRATUM, seed: int = SEED) -> list[Permutation]:
    """A permutation test of each coefficient of the specification's capital columns, the others beside it.

    Misleads: under permutation all coefficients lose their meaning at once; a small p says that the pattern over
    years is not one of exchanged paths, and several lags are tested.
    """
    drawn = path_draws(trade, rows, draws, by=by, lags=len(specification.capital), seed=seed)
    found = path_algebra.moments(projection_of(rows, specification), rows[specification.outcome].to_numpy(float),
                                 drawn.lags)
    return [equal_tailed(statistics, drawn.movers) for statistics in lag_statistics(found)]


def lag_statistics(found: Moments) -> np.ndarray:
    """Each coefficient over its firm-clustered standard error (lags x draws), up to a factor common to all draws."""
    inverse = np.linalg.inv(np.moveaxis(found.squares.sum(axis=2), -1, 0))
    slopes = np.einsum("blm,mb->lb", inverse, found.cross.sum(axis=1))
    scores = found.cross - np.einsum("lmfb,mb->lfb", found.squares, slopes)
    errors = np.sqrt((np.einsum("blm,mfb->lfb", inverse, scores)**2).sum(axis=1))
    return slopes / errors


def t_statistics(found: Moments, out: Projection) -> np.ndarray:
    """Studentised theta of every draw."""
    lags = list(range(found.cross.shape[0]))
    estimate, error = path_algebra.cumulated(found, lags, out.basis.shape[1], len(out.order))
    return estimate / error


def equal_tailed(statistics: np.ndarray, movers: tuple[str, ...]) -> Permutation:
    """Twice the smaller tail of the first statistic among all of them, itself counted."""
    draws = len(statistics) - 1
    above = 1 + int((statistics[1:] >= statistics[0] - TIE).sum())
    below = 1 + int((statistics[1:] <= statistics[0] + TIE).sum())
    tail = min(above, below) / (1 + draws)
    return Permutation(min(1.0, 2 * tail), 2 * float(np.sqrt(tail * (1 - tail) / draws)), draws, movers, statistics)


def exchangeable_rows(rows: pd.DataFrame, drawn: PathDraws) -> pd.DataFrame:
    """The rows of the firms that change paths at all."""
    return rows[rows["ticker"].isin(drawn.movers)].reset_index(drop=True)
