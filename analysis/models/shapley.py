"""Shares of the explained deviance by block, averaged over every order of entry (Shapley; LMG for a logit).

All subsets of blocks are fitted by plain logit beside the controls and half-year effects. Deviance stays finite
under separation, so no penalty is needed. Intervals redraw whole firms.
"""

from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd
from scipy.special import expit

from analysis.errors import AnalysisError
from analysis.models.conventions import LEVEL, SEED
from analysis.models.race import LABELS, Race

MOST_TERMS = 8
SETTLED = 1e-8
STEPS = 60


def deviance(x: np.ndarray, y: np.ndarray, weight: np.ndarray,
             start: np.ndarray | None = None) -> tuple[float, np.ndarray]:
    """Smallest deviance of a logit of y (n) on x (n x k) with row weights, and the coefficients there.

    Newton with halved steps and a trace of ridge (1e-8) so that separation or an empty column does no harm.
    """
    beta = np.zeros(x.shape[1]) if start is None else start
    ridge = 1e-8 * np.eye(x.shape[1])
    value = _deviance(x, y, weight, beta)
    for _ in range(STEPS):
        chances = expit(x @ beta)
        curvature = (x.T * (weight * chances * (1 - chances))) @ x + ridge
        step = np.linalg.solve(curvature, x.T @ (weight * (y - chances)))
        step *= min(1.0, 5.0 / max(np.abs(step).max(), SETTLED))
        after = _deviance(x, y, weight, beta + step)
        while after > value + SETTLED and np.abs(step).max() > SETTLED:
            step = step / 2
            after = _deviance(x, y, weight, beta + step)
        beta, gain, value = beta + step, value - after, after
        if gain < SETTLED * (1 + value):
            break
    return value, beta


def _deviance(x: np.ndarray, y: np.ndarray, weight: np.ndarray, beta: np.ndarray) -> float:
    linear = x @ beta
    return float(-2 * (weight * (y * linear - np.logaddexp(0, linear))).sum())


def shapley(model: Race, weight: np.ndarray | None = None) -> np.ndarray:
    """The fall of the deviance that each tested term brings, averaged over all orders of entry (one per term).

    The parts add up exactly to the fall that all terms bring together. `weight` (n) counts rows more than once.
    """
    terms = model.tested
    if terms > MOST_TERMS:
        raise AnalysisError(f"{terms} terms have {2**terms} subsets; at most {MOST_TERMS} can be shared out")
    weight = np.ones(len(model.rows)) if weight is None else weight
    rest, fits = list(range(terms, model.x.shape[1])), {}
    start = None
    for subset in (chosen for size in range(terms + 1) for chosen in combinations(range(terms), size)):
        begin = None if start is None else np.r_[np.zeros(len(subset)), start]
        fits[frozenset(subset)], beta = deviance(model.x[:, [*subset, *rest]], model.y, weight, begin)
        start = beta if start is None else start
    return np.array([_part(fits, term, terms) for term in range(terms)])


def _part(fits: dict[frozenset, float], term: int, terms: int) -> float:
    part = 0.0
    for subset, value in fits.items():
        if term not in subset:
            orders = factorial(len(subset)) * factorial(terms - len(subset) - 1) / factorial(terms)
            part += orders * (value - fits[subset | {term}])
    return part


def shapley_table(model: Race, draws: int, seed: int = SEED) -> pd.DataFrame:
    """Term, label, estimate (share of the deviance that all terms explain together), low, high (95%, firms redrawn),
    deviance (the part itself), share_of_all (of the deviance before any term), n, firms, periods, events, draws.

    Misleads: shares add up to one however little there is to share; with noise alone four terms take a quarter each.
    """
    parts = shapley(model)
    before = deviance(model.x[:, model.tested:], model.y, np.ones(len(model.rows)))[0]
    rng, firm = np.random.default_rng(seed), model.firm
    shares = np.empty((draws, model.tested))
    for draw in range(draws):
        times = np.bincount(rng.integers(model.firms, size=model.firms), minlength=model.firms)[firm]
        chosen = shapley(model, times.astype(float))
        shares[draw] = chosen / chosen.sum()
    low, high = np.quantile(shares, (LEVEL / 2, 1 - LEVEL / 2), axis=0)
    return pd.DataFrame({"term": model.terms, "label": [LABELS.get(term, term) for term in model.terms],
                         "estimate": parts / parts.sum(), "low": low, "high": high, "deviance": parts,
                         "share_of_all": parts / before}).assign(
        **model.sizes(), draws=draws, specification="logit deviance, all orders")
