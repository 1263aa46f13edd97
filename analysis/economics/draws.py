"""Monte Carlo: draws of the inputs, what the model makes of them, and which input matters.

Every input has its own stream of random numbers, so adding one leaves the draws of the others as they were.
"""

from collections.abc import Mapping
from zlib import crc32

import numpy as np
import pandas as pd
from scipy import optimize, stats

from analysis.economics.ranges import Model, Range, provenance

SEED = 2026
DRAWS = 100_000
TAIL = 0.05
"""Probability left out at each end: ranges from draws run from 5% to 95%."""
WIDEST, NARROWEST = 1e-2, 1e5
"""Search bounds for the concentration of a beta distribution."""


def draw(inputs: Mapping[str, Range], count: int = DRAWS, seed: int = SEED) -> dict[str, np.ndarray]:
    """`count` independent draws of each input, in its shape."""
    return {name: _draw(one, np.random.default_rng([seed, crc32(name.encode())]).random(count))
            for name, one in inputs.items()}


def _draw(one: Range, uniform: np.ndarray) -> np.ndarray:
    """One input's draws from uniform numbers, by the inverse of its distribution."""
    width = one.high - one.low
    if one.shape == "point" or width == 0:
        return np.full(len(uniform), one.value)
    if one.shape == "uniform":
        return one.low + width * uniform
    if one.shape == "triangular":
        return stats.triang.ppf(uniform, (one.value - one.low) / width, one.low, width)
    if one.shape == "lognormal":
        middle, spread = np.log(one.low * one.high) / 2, np.log(one.high / one.low) / 2
        return np.exp(middle + spread / stats.norm.ppf(1 - TAIL) * stats.norm.ppf(uniform))
    strength = _concentration(one.value, width)
    return stats.beta.ppf(uniform, one.value * strength, (1 - one.value) * strength)


def _concentration(mean: float, width: float) -> float:
    """The concentration of the beta distribution whose 5% and 95% points lie `width` apart."""
    def gap(strength: float) -> float:
        ends = stats.beta.ppf([TAIL, 1 - TAIL], mean * strength, (1 - mean) * strength)
        return ends[1] - ends[0] - width

    return optimize.brentq(gap, WIDEST, NARROWEST)


def simulate(model: Model, inputs: Mapping[str, Range], count: int = DRAWS, seed: int = SEED) -> np.ndarray:
    """The model's outcome for each draw of its inputs."""
    return np.asarray(model(**draw(inputs, count, seed)), dtype=float)


def middle_of(outcomes: np.ndarray, inputs: Mapping[str, Range], unit: str, label: str = "") -> Range:
    """The 5%, 50% and 95% points of simulated outcomes as a range."""
    low, value, high = (float(one) for one in np.quantile(outcomes, [TAIL, 0.5, 1 - TAIL]))
    basis, documents = provenance(inputs.values())
    return Range(low, value, high, unit, basis, documents, "uniform", label)


def rank_tornado(model: Model, inputs: Mapping[str, Range], count: int = DRAWS, seed: int = SEED) -> pd.DataFrame:
    """Spearman's rank correlation of each drawn input with the outcome, strongest first.

    Columns: input, label, correlation_ratio (-1 to 1), and its basis and documents. Inputs without spread are
    left out. Misleads: it ranks the spread assumed here, not the importance of an input in general.
    """
    drawn = draw(inputs, count, seed)
    outcome = stats.rankdata(np.asarray(model(**drawn), dtype=float))
    free = [name for name, one in inputs.items() if one.low < one.high]
    ranked = {name: float(np.corrcoef(stats.rankdata(drawn[name]), outcome)[0, 1]) for name in free}
    rows = [{"input": name, "label": inputs[name].label or name, "correlation_ratio": ranked[name],
             "correlation_ratio_basis": inputs[name].basis,
             "correlation_ratio_documents": " ".join(inputs[name].documents)}
            for name in sorted(free, key=lambda one: -abs(ranked[one]))]
    return pd.DataFrame(rows, columns=["input", "label", "correlation_ratio", "correlation_ratio_basis",
                                       "correlation_ratio_documents"])


def one_at_a_time(model: Model, inputs: Mapping[str, Range]) -> pd.DataFrame:
    """The outcome with one input at its low and high end and the others central, widest swing first.

    Columns: input, label, at_low, at_high (outcomes, in the model's unit), swing, and the input's basis and
    documents as swing_basis and swing_documents.
    """
    centre = {name: one.value for name, one in inputs.items()}
    rows = []
    for name, one in inputs.items():
        ends = [float(model(**centre | {name: end})) for end in (one.low, one.high)]
        rows.append({"input": name, "label": one.label or name, "at_low": ends[0], "at_high": ends[1],
                     "swing": abs(ends[1] - ends[0]), "swing_basis": one.basis,
                     "swing_documents": " ".join(one.documents)})
    return pd.DataFrame(rows).sort_values("swing", ascending=False, kind="stable", ignore_index=True)
