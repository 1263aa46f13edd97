"""How well one block alone foretells events it has not seen: gains in log score and Brier score.

Forward-chained: fitted on the half-years before, once they hold enough events, and scored on the next; without a
half-year effect, since nobody knew it. Leave one firm out: fitted on all other firms, scored on the firm; half-year
effects are known. A gain is the mean score of the block's model less that of the model without it, per
firm-half-year; above zero is better.
"""

import numpy as np
import pandas as pd
from scipy.special import expit

from analysis.models.conventions import LEVEL, SEED
from analysis.models.firth import firth
from analysis.models.race import LABELS, LEAST_EVENTS, Race, race

DESIGNS = {"forward": "the next half-year", "firm": "a firm left out"}


def losses(y: np.ndarray, chances: np.ndarray) -> np.ndarray:
    """Negative log score and Brier score (n x 2); the latter is the CRPS of an outcome of 0 and 1."""
    said = np.where(y == 1, chances, 1 - chances)
    return np.column_stack([-np.log(said), (y - chances) ** 2])


def forward(model: Race) -> tuple[np.ndarray, np.ndarray]:
    """Chances foretold for each half-year from the ones before (n), and which rows were scored (n)."""
    halves = model.rows["half"].to_numpy()
    chances, scored = np.full(len(halves), np.nan), np.zeros(len(halves), bool)
    for half in np.unique(halves):
        past, now = halves < half, halves == half
        if model.y[past].sum() >= LEAST_EVENTS:
            chances[now] = expit(model.x[now] @ firth(model.x[past], model.y[past]).coefficients)
            scored |= now
    return chances, scored


def firm_left_out(model: Race) -> tuple[np.ndarray, np.ndarray]:
    """Chances foretold for each firm from all others (n), and which rows were scored: all."""
    firm, chances = model.firm, np.full(len(model.rows), np.nan)
    start = firth(model.x, model.y).coefficients
    for code in range(model.firms):
        mine = firm == code
        chances[mine] = expit(model.x[mine] @ firth(model.x[~mine], model.y[~mine], start).coefficients)
    return chances, np.ones(len(firm), bool)


def score_table(rows: pd.DataFrame, terms: list[str], draws: int, seed: int = SEED) -> pd.DataFrame:
    """One row per block and design: term, label, design, estimate (gain in log score), low, high (95%, firms redrawn),
    brier_gain, n, firms, periods, events, specification.

    `rows`: frame of `with_blocks` with column `event`. Every model is scored on the same rows.
    Misleads: with few events one surprising cut moves the mean.
    """
    rows = rows.dropna(subset=["event", *terms])
    table = []
    for design, words in DESIGNS.items():
        effects, foretell = (None, forward) if design == "forward" else ("half", firm_left_out)
        without, scored = foretell(race(rows, [], [], effects))
        for term in terms:
            model = race(rows, [term], [], effects)
            gain = (losses(model.y, without) - losses(model.y, foretell(model)[0]))[scored]
            low, high = _redrawn(gain[:, 0], model.firm[scored], draws, seed)
            kept = model.rows[scored]
            table.append({"term": term, "label": LABELS.get(term, term), "design": words, "estimate": gain[:, 0].mean(),
                          "low": low, "high": high, "brier_gain": gain[:, 1].mean(), "n": len(kept),
                          "firms": kept["ticker"].nunique(), "periods": kept["half"].nunique(),
                          "events": int(kept["event"].sum()), "specification": "Firth logit, the block alone"})
    return pd.DataFrame(table)


def _redrawn(gain: np.ndarray, firm: np.ndarray, draws: int, seed: int) -> tuple[float, float]:
    """95% interval of the mean gain, whole firms redrawn."""
    codes = pd.factorize(firm)[0]
    total, size = np.bincount(codes, gain), np.bincount(codes)
    chosen = np.random.default_rng(seed).integers(len(size), size=(draws, len(size)))
    means = total[chosen].sum(axis=1) / size[chosen].sum(axis=1)
    low, high = np.quantile(means, (LEVEL / 2, 1 - LEVEL / 2))
    return float(low), float(high)
