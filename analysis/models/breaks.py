"""Breaks in the mean of a series: the global minimiser of Bai and Perron, with BIC and LWZ side by side.

A break after observation b means: regime one ends with the b-th value. The minimiser is exact (dynamic
programming over all admissible segments), not a search from one break to the next.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import AnalysisError

TRIMMING = 0.15
"""Least share of the sample in each regime (Bai and Perron 2003)."""
MOST_BREAKS = 5
LWZ_WEIGHT, LWZ_POWER = 0.299, 2.1
"""c0 and 2 + delta0 of Liu, Wu and Zidek (1997)."""
OUTLIER_DEVIATIONS = 3.5
"""A value this many robust deviations from its regime's median is flagged as an additive outlier."""


@dataclass(frozen=True)
class Segmentation:
    """Breaks as numbers of observations before each, the cost (residual sum of squares) and the regimes' means."""

    breaks: tuple[int, ...]
    cost: float
    means: tuple[float, ...]

    def fitted(self, n: int) -> np.ndarray:
        """The regime's mean for each of n observations."""
        return np.repeat(self.means, np.diff([0, *self.breaks, n]))


def least_segment(n: int, trimming: float = TRIMMING) -> int:
    """The fewest observations in a regime: floor(trimming x n), at least 2; AnalysisError when no break fits."""
    least = max(2, int(np.floor(trimming * n + 1e-9)))
    if n < 2 * least:
        raise AnalysisError(f"{n} observations are too few for one break with {least} on each side")
    return least


def segment_costs(values: np.ndarray) -> np.ndarray:
    """Residual sum of squares around its own mean of every segment values[i:j]: an (n+1) x (n+1) table."""
    centred = np.asarray(values, dtype=float)
    if np.isnan(centred).any():
        raise AnalysisError("a series with gaps has no break dates: fill or cut it first")
    centred = centred - centred.mean()  # keeps the sums small
    sums, squares = (np.concatenate([[0.0], np.cumsum(part)]) for part in (centred, centred**2))
    lengths = np.arange(len(sums))[None, :] - np.arange(len(sums))[:, None]
    total = sums[None, :] - sums[:, None]
    costs = (squares[None, :] - squares[:, None]) - total**2 / np.where(lengths > 0, lengths, 1)
    return np.where(lengths > 0, np.maximum(costs, 0.0), np.inf)


def best_segmentations(values: np.ndarray, *, trimming: float = TRIMMING, most: int = MOST_BREAKS,
                       costs: np.ndarray | None = None) -> list[Segmentation]:
    """The partition of least cost for 0, 1, ... `most` breaks (as many as fit), exact.

    `values`: the series in order, without gaps. `costs` replaces the sums of squares by another additive cost of
    segments. Source: Bai and Perron (2003), section 3. AnalysisError when not even one break fits.
    """
    series = np.asarray(values, dtype=float)
    n, least = len(series), least_segment(len(values), trimming)
    table = (segment_costs(series) if costs is None else costs).copy()
    lengths = np.arange(n + 1)[None, :] - np.arange(n + 1)[:, None]
    table[lengths < least] = np.inf
    best, origins = table[0].copy(), []
    found = [_segmentation(series, (), best[n])]
    for _ in range(min(most, n // least - 1)):
        options = best[:, None] + table
        origins.append(options.argmin(axis=0))
        best = options.min(axis=0)
        found.append(_segmentation(series, _trace(origins, n), best[n]))
    return found


def _trace(origins: list[np.ndarray], end: int) -> tuple[int, ...]:
    """Walk the tables of best last breaks back from the end of the sample."""
    breaks = []
    for table in reversed(origins):
        end = int(table[end])
        breaks.append(end)
    return tuple(reversed(breaks))


def _segmentation(series: np.ndarray, breaks: tuple[int, ...], cost: float) -> Segmentation:
    edges = [0, *breaks, len(series)]
    means = tuple(float(series[a:b].mean()) for a, b in zip(edges[:-1], edges[1:], strict=True))
    return Segmentation(breaks, float(cost), means)


def criteria(found: list[Segmentation], n: int) -> pd.DataFrame:
    """Residual sum of squares, BIC and LWZ of each number of breaks (frame of `best_segmentations`, n observations).

    BIC counts the means, the break dates and the variance (strucchange); LWZ punishes breaks harder. Columns:
    breaks_count, rss, bic, lwz. Misleads: with dependent errors BIC finds too many breaks.
    """
    rows = []
    for number, one in enumerate(found):
        log_likelihood = -n / 2 * (np.log(one.cost / n) + 1 + np.log(2 * np.pi))
        parameters = 2 * number + 1  # means and dates
        lwz = np.log(one.cost / (n - parameters)) + parameters / n * LWZ_WEIGHT * np.log(n) ** LWZ_POWER
        bic = -2 * log_likelihood + (parameters + 1) * np.log(n)
        rows.append({"breaks_count": number, "rss": one.cost, "bic": bic, "lwz": lwz})
    return pd.DataFrame(rows)


def count_costs(counts: np.ndarray, dispersion: float) -> np.ndarray:
    """Minus twice the negative-binomial log-likelihood of every segment around its own mean, up to a constant.

    counts: people a month, zeros allowed; dispersion: variance = mean + dispersion x mean^2. Serves
    `best_segmentations(counts, costs=...)` where a logarithm would trip over zeros.
    """
    sums = np.concatenate([[0.0], np.cumsum(np.asarray(counts, dtype=float))])
    lengths = np.arange(len(sums))[None, :] - np.arange(len(sums))[:, None]
    total = sums[None, :] - sums[:, None]
    mean = np.where(lengths > 0, total / np.where(lengths > 0, lengths, 1), 1.0)
    chance = np.where(total > 0, total * np.log(np.where(mean > 0, mean, 1.0)), 0.0)
    likelihood = chance - (total + lengths / dispersion) * np.log1p(dispersion * np.maximum(mean, 0.0))
    return np.where(lengths > 0, -2 * likelihood, np.inf)


def dispersion_of(counts: np.ndarray, one: Segmentation) -> float:
    """Moment estimate of the negative-binomial dispersion around the regimes' means; at least 0.01."""
    values = np.asarray(counts, dtype=float)
    edges = [0, *one.breaks, len(values)]
    means = np.concatenate([np.full(b - a, values[a:b].mean()) for a, b in zip(edges, edges[1:], strict=False)])
    return float(max(((values - means) ** 2 - means).sum() / (means**2).sum(), 0.01))


def chosen_number(table: pd.DataFrame, criterion: str) -> int:
    """How many breaks a criterion ("bic" or "lwz") takes: the number at its least value."""
    if criterion not in ("bic", "lwz"):
        raise AnalysisError(f"unknown criterion {criterion!r}; nearest valid: bic, lwz")
    return int(table.loc[table[criterion].idxmin(), "breaks_count"])


def additive_outliers(values: np.ndarray, one: Segmentation) -> np.ndarray:
    """True where a value lies more than OUTLIER_DEVIATIONS robust deviations from the median of its regime.

    The deviation is 1.4826 times the median absolute deviation over all regimes.
    """
    series = np.asarray(values, dtype=float)
    edges = [0, *one.breaks, len(series)]
    medians = np.concatenate([np.full(b - a, np.median(series[a:b])) for a, b in zip(edges, edges[1:], strict=False)])
    away = np.abs(series - medians)
    return away > OUTLIER_DEVIATIONS * 1.4826 * np.median(away)
