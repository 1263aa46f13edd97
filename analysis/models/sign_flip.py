"""The exact sign-flip test: could these differences as well have had any other signs?"""

from dataclasses import dataclass

import numpy as np

from analysis.errors import AnalysisError
from analysis.models.conventions import ENUMERATE_UP_TO, SEED, TIE


@dataclass(frozen=True)
class SignFlip:
    """Mean difference, two-sided p with its Monte Carlo error (zero when enumerated), and how many differences."""

    estimate: float
    p_value: float
    p_standard_error: float
    n: int


def sign_flip(differences: np.ndarray, *, draws: int = 9_999, seed: int = SEED) -> SignFlip:
    """Two-sided sign-flip test of the mean of independent differences, each symmetric around zero under the null.

    `differences`: one per firm; missing ones are left out. p = share of sign patterns whose sum is at least as far
    from zero: exact (#/total) up to ENUMERATE_UP_TO differences, else (1 + #)/(1 + draws). AnalysisError when none
    is known. Misleads: firms that share a shock are not independent, and then p is too small.
    """
    known = np.asarray(differences, dtype=float)
    known = known[~np.isnan(known)]
    if len(known) == 0:
        raise AnalysisError("no difference is known: there is nothing to flip")
    is_exact = len(known) <= ENUMERATE_UP_TO
    signs = _all_signs(len(known)) if is_exact else _drawn_signs(len(known), draws, seed)
    observed = abs(known.sum())
    extreme = int((np.abs(signs @ known) >= observed - TIE * np.abs(known).sum()).sum())
    p_value = extreme / len(signs) if is_exact else (1 + extreme) / (1 + draws)
    error = 0.0 if is_exact else float(np.sqrt(p_value * (1 - p_value) / draws))
    return SignFlip(float(known.mean()), p_value, error, len(known))


def _all_signs(number: int) -> np.ndarray:
    """Every pattern of signs, one per row (2^n x n)."""
    bits = np.arange(2**number)[:, None] >> np.arange(number) & 1
    return 1.0 - 2.0 * bits


def _drawn_signs(number: int, draws: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).choice([-1.0, 1.0], size=(draws, number))
