"""Inference when the rows of a cluster move together: CRV1, CR2, CRV3 and the restricted wild cluster bootstrap.

Everything is about the first regressor of a design. Its estimate is a weighted sum of outcomes, w'y, so each
variance is the sum over clusters of (w_g' A_g u_g) squared, and the kinds differ in A_g alone:
CRV1 scales, CR2 takes (I - H_gg)^-1/2, CRV3 (the jackknife) takes (I - H_gg)^-1. No well-kept library gives CR2
with Satterthwaite degrees of freedom, or a bootstrap that may enumerate, for a design with absorbed effects.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import statsmodels.api as sm
from scipy import linalg, stats

from analysis.errors import AnalysisError, require_known
from analysis.models.conventions import BOOTSTRAP_DRAWS, ENUMERATE_UP_TO, SEED, TIE, WEBB_BELOW

KINDS = {"CRV1": 0.0, "CR2": -0.5, "CRV3": -1.0}
"""The power that (I - H_gg) is raised to; CRV1 scales instead."""
CLASSICAL = "classical"
"""Independent errors of one size: for comparison with published tables only."""
SINGULAR = 1e-10


@dataclass(frozen=True)
class Design:
    """One regression: outcome (n), regressors (n x k, full column rank, the tested one first), cluster codes (n).

    `absorbs` says that cluster effects were taken out: then outcome and regressors are centred within clusters.
    Codes run from 0 to G-1.
    """

    outcome: np.ndarray
    regressors: np.ndarray
    cluster: np.ndarray
    absorbs: bool = False

    @property
    def clusters(self) -> int:
        return int(self.cluster.max()) + 1

    @cached_property
    def members(self) -> list[np.ndarray]:
        """The row numbers of each cluster."""
        return [np.flatnonzero(self.cluster == code) for code in range(self.clusters)]

    @cached_property
    def basis(self) -> np.ndarray:
        """Orthonormal columns that span the regressors (n x k)."""
        return np.linalg.qr(self.regressors)[0]

    @cached_property
    def target(self) -> np.ndarray:
        """The tested regressor less its projection on the others (n)."""
        others = np.linalg.qr(self.regressors[:, 1:])[0]
        return self.regressors[:, 0] - others @ (others.T @ self.regressors[:, 0])

    @cached_property
    def weights(self) -> np.ndarray:
        """The w of estimate = w'y (n); AnalysisError when nothing is left of the tested regressor."""
        left = self.target @ self.target
        if left <= SINGULAR * max(self.regressors[:, 0] @ self.regressors[:, 0], SINGULAR):
            raise AnalysisError("the tested regressor does not vary once everything else is taken out")
        return self.target / left

    @cached_property
    def residual(self) -> np.ndarray:
        return self.without(self.outcome)

    def without(self, values: np.ndarray) -> np.ndarray:
        """Values (n or n x m, centred within clusters where the design absorbs) less their projection."""
        return values - self.basis @ (self.basis.T @ values)

    @property
    def estimate(self) -> float:
        return float(self.weights @ self.outcome)


@dataclass(frozen=True)
class Inference:
    """Estimate, standard error, degrees of freedom of its t distribution, and the kind of variance."""

    estimate: float
    standard_error: float
    df: float
    kind: str

    @property
    def p_value(self) -> float:
        return float(2 * stats.t.sf(abs(self.estimate / self.standard_error), self.df))

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """The two-sided interval of that level."""
        half = stats.t.ppf((1 + level) / 2, self.df) * self.standard_error
        return self.estimate - half, self.estimate + half


def centred(values: np.ndarray, cluster: np.ndarray) -> np.ndarray:
    """Values (n or n x m) less their cluster means."""
    counts = np.bincount(cluster)
    sums = np.zeros((len(counts), *values.shape[1:]))
    np.add.at(sums, cluster, values)
    return values - (sums.T / counts).T[cluster]


def fitted(design: Design):
    """The statsmodels fit with CRV1 and t(G-1); absorbed effects are nested in the clusters and not counted."""
    return sm.OLS(design.outcome, design.regressors).fit(
        cov_type="cluster", cov_kwds={"groups": design.cluster, "use_correction": True}, use_t=True)


def inference(design: Design, kind: str = "CRV3") -> Inference:
    """The estimate with CRV1 or CRV3 and t(G-1), or with CR2 and Satterthwaite degrees of freedom.

    Bell and McCaffrey (2002), Pustejovsky and Tipton (2018), MacKinnon, Nielsen and Webb (2023).
    UnknownName for another kind; AnalysisError with fewer than two clusters.
    Misleads: with a few clusters that hold most of the variation, CRV1 is far too small.
    """
    require_known("variance", kind, (*KINDS, CLASSICAL))
    if kind == CLASSICAL:
        return _classical(design)
    if design.clusters < 2:
        raise AnalysisError("a clustered variance needs at least two clusters")
    if kind == "CRV1":
        fit = fitted(design)
        return Inference(float(fit.params[0]), float(fit.bse[0]), design.clusters - 1, kind)
    adjusted = adjusted_weights(design, KINDS[kind])
    scores = cluster_sums(design, adjusted * design.residual)
    if kind == "CR2":
        return Inference(design.estimate, float(np.sqrt((scores**2).sum())), satterthwaite(design, adjusted), kind)
    shrink = (design.clusters - 1) / design.clusters
    return Inference(design.estimate, float(np.sqrt(shrink * (scores**2).sum())), design.clusters - 1, kind)


def _classical(design: Design) -> Inference:
    rows, columns = design.regressors.shape
    df = rows - columns - (design.clusters if design.absorbs else 0)
    size = design.residual @ design.residual / df
    return Inference(design.estimate, float(np.sqrt(size * (design.weights @ design.weights))), df, CLASSICAL)


def cluster_sums(design: Design, values: np.ndarray) -> np.ndarray:
    """Sums per cluster (G or G x m) of values by row."""
    sums = np.zeros((design.clusters, *values.shape[1:]))
    np.add.at(sums, design.cluster, values)
    return sums


def adjusted_weights(design: Design, power: float) -> np.ndarray:
    """(I - H_gg)^power w_g, stacked (n); H holds the absorbed effects too, so the inverse is the Moore-Penrose one."""
    result = np.empty(len(design.outcome))
    for rows in design.members:
        part = design.basis[rows]
        block = np.eye(len(rows)) - part @ part.T - (1 / len(rows) if design.absorbs else 0)
        size, vectors = linalg.eigh(block)
        kept = size > SINGULAR
        result[rows] = (vectors[:, kept] * size[kept]**power) @ (vectors[:, kept].T @ design.weights[rows])
    return result


def satterthwaite(design: Design, adjusted: np.ndarray) -> float:
    """Degrees of freedom of the variance under independent errors, from the adjusted weights (n)."""
    directions = np.zeros((len(adjusted), design.clusters))
    directions[np.arange(len(adjusted)), design.cluster] = adjusted
    if design.absorbs:
        directions = centred(directions, design.cluster)
    directions = design.without(directions)
    products = directions.T @ directions
    return float(np.trace(products)**2 / (products**2).sum())


@dataclass(frozen=True)
class Bootstrap:
    """A restricted wild cluster bootstrap: p (counting ties), p without ties, Monte Carlo error, draws, weights."""

    p_value: float
    p_strict: float
    p_standard_error: float
    draws: int
    weights: str


def wild_bootstrap(design: Design, draws: int = BOOTSTRAP_DRAWS, seed: int = SEED) -> Bootstrap:
    """Test that the first coefficient is zero by flipping the restricted residuals of whole clusters.

    Up to 14 clusters every vector of signs is enumerated, and p is the share of vectors whose |t| is at least
    the one found. Above that, Rademacher signs are drawn (Webb's six points are for drawn weights below twelve
    clusters), and p counts the sample itself. All t are matrix products of clusters by draws.
    Cameron, Gelbach and Miller (2008). Misleads: clusters that share a shock break it as they break the others.
    """
    signs, name = wild_weights(design.clusters, draws, seed)
    root = restricted_scores(design)
    squared = squared_t(root, signs)
    found = squared_t(root, np.ones((design.clusters, 1)))[0]
    edge = TIE * max(1.0, found)
    above, least = (squared > found + edge).sum(), (squared >= found - edge).sum()
    if name == "enumerated":
        return Bootstrap(least / len(squared), above / len(squared), 0.0, len(squared), name)
    p = (1 + least) / (1 + draws)
    return Bootstrap(p, (1 + above) / (1 + draws), float(np.sqrt(p * (1 - p) / draws)), draws, name)


def restricted_scores(design: Design) -> tuple[np.ndarray, np.ndarray]:
    """What signs v need: s (G) with estimate* = s'v, and S (G x G) with the clusters' scores* = S v."""
    others = np.linalg.qr(design.regressors[:, 1:])[0]
    restricted = design.outcome - others @ (others.T @ design.outcome)
    spread = np.zeros((len(restricted), design.clusters))
    spread[np.arange(len(restricted)), design.cluster] = restricted
    weighted = design.weights[:, None] * design.without(spread)
    return cluster_sums(design, design.weights * restricted), cluster_sums(design, weighted)


def squared_t(root: tuple[np.ndarray, np.ndarray], signs: np.ndarray) -> np.ndarray:
    """Squared t of each column of signs (G x B), up to the one factor that all of them share."""
    sums, scores = root
    return (sums @ signs)**2 / ((scores @ signs)**2).sum(axis=0)


def wild_weights(clusters: int, draws: int, seed: int) -> tuple[np.ndarray, str]:
    """Weights (clusters x draws) and their name: enumerated signs, Webb's six points or Rademacher signs."""
    if clusters <= ENUMERATE_UP_TO:
        bits = np.arange(2**clusters)[None, :] >> np.arange(clusters)[:, None]
        return 1.0 - 2.0 * (bits & 1), "enumerated"
    points = np.sqrt([0.5, 1.0, 1.5]) if clusters < WEBB_BELOW else np.ones(1)
    rng = np.random.default_rng(seed)
    size = (clusters, draws)
    return rng.choice(points, size) * rng.choice([-1.0, 1.0], size), "Webb" if len(points) > 1 else "Rademacher"
