"""Size and power of the trade-off's tests on the real covariates: what this panel could see if it were there.

Outcomes are made up, capital paths and controls are the real ones. A world has an effect, firm noise of the real
residual size and, if wanted, a yearly shock that a whole peer group shares. The share of worlds in which a test
rejects is its size (no effect) or its power (an effect), with a Monte Carlo standard error.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import stats

from analysis.models.cluster import (
    KINDS,
    Design,
    adjusted_weights,
    cluster_sums,
    restricted_scores,
    satterthwaite,
    squared_t,
    wild_weights,
)
from analysis.models.conventions import LEVEL, POWER, SEED, STEP
from analysis.models.path_algebra import Moments, Projection
from analysis.models.permutation import PathDraws, equal_tailed, projection_of, t_statistics
from analysis.models.tradeoff import PRIMARY, Specification, cumulated, firm_codes

TESTS = ("CRV1", "CR2", "CRV3", "bootstrap", "permutation", "decisive")
WILD_DRAWS = 199


@dataclass(frozen=True)
class World:
    """How made-up outcomes come about: theta (log points over 100 per step), firm noise, a shock of one peer group.

    `planned` is the growth of staff (log points over 100) that goes with one standard deviation of a firm's own
    surprise in this year's capital intensity because both follow its prospects: a confounder no control sees.
    """

    theta: float = 0.0
    noise_sd: float = 0.11
    shock_sd: float = 0.0
    shared_by: str = "hyperscaler"
    planned: float = 0.0


def outcomes(rows: pd.DataFrame, world: World, replications: int, seed: int = SEED,
             capital: tuple[str, ...] = PRIMARY.capital) -> np.ndarray:
    """Made-up changes of log headcount, rows x replications; theta is spread evenly over the lags."""
    rng = np.random.default_rng(seed)
    noise = world.noise_sd * rng.standard_normal((len(rows), replications))
    years, code = np.unique(rows["calendar_year"], return_inverse=True)
    shock = world.shock_sd * rng.standard_normal((len(years), replications))
    shares = (rows["peer_group"] == world.shared_by).to_numpy(float)[:, None]
    signal = rows[list(capital)].mean(axis=1).to_numpy()[:, None] / STEP
    made = world.theta * signal + noise + shares * shock[code]
    return made + world.planned * surprise(rows)[:, None] if world.planned else made


def surprise(rows: pd.DataFrame) -> np.ndarray:
    """Capital intensity of the year less what firm and cell predict, in standard deviations (n)."""
    left = projection_of(rows, replace(PRIMARY, controls=())).residual(rows["k"].to_numpy(float))
    back = np.empty_like(left)
    back[np.argsort(firm_codes(rows), kind="stable")] = left
    return back / back.std()


class Bench:
    """One specification on one panel, with everything precomputed that does not depend on the outcome."""

    def __init__(self, rows: pd.DataFrame, draws: PathDraws, specification: Specification = PRIMARY) -> None:
        self.rows, self.specification = rows, specification
        self.design: Design = cumulated(rows, specification)
        self.out: Projection = projection_of(rows, specification)
        self.movers = draws.movers
        self.paths = [self.out.residual(lag) for lag in draws.lags[:len(specification.capital)]]
        self.squares = np.array([[self.out.by_firm(one * other) for other in self.paths] for one in self.paths])
        self.adjusted = {kind: adjusted_weights(self.design, power) for kind, power in KINDS.items()}
        self.df = {kind: self.design.clusters - 1.0 for kind in KINDS} | {
            "CR2": satterthwaite(self.design, self.adjusted["CR2"])}
        self.signs = wild_weights(self.design.clusters, WILD_DRAWS, SEED)[0]

    def p_values(self, outcome: np.ndarray, wild: bool = True) -> dict[str, float]:
        """p of every test for one outcome (n), and the estimate. `decisive` is the larger of CRV3 and permutation."""
        design = self._with(outcome)
        found = {kind: self._clustered(design, kind) for kind in KINDS}
        found["bootstrap"] = self._bootstrap(design) if wild else np.nan
        found["permutation"] = self._permuted(outcome)
        decisive = max(found["CRV3"], found["permutation"])
        return found | {"decisive": decisive, "estimate": design.estimate}

    def _with(self, outcome: np.ndarray) -> Design:
        means = cluster_sums(self.design, outcome) / np.bincount(self.design.cluster)
        fresh = Design(outcome - means[self.design.cluster], self.design.regressors, self.design.cluster, True)
        for name in ("members", "basis", "target", "weights"):  # outcomes change, projections do not
            fresh.__dict__[name] = getattr(self.design, name)
        return fresh

    def _clustered(self, design: Design, kind: str) -> float:
        scores = cluster_sums(design, self.adjusted[kind] * design.residual)
        count, rows, rank = design.clusters, len(design.outcome), design.regressors.shape[1]
        scale = {"CRV1": count / (count - 1) * (rows - 1) / (rows - rank), "CR2": 1.0, "CRV3": (count - 1) / count}
        error = np.sqrt(scale[kind] * (scores**2).sum())
        return float(2 * stats.t.sf(abs(design.estimate) / error, self.df[kind]))

    def _bootstrap(self, design: Design) -> float:
        root = restricted_scores(design)
        found = squared_t(root, np.ones((design.clusters, 1)))[0]
        return float((1 + (squared_t(root, self.signs) >= found).sum()) / (1 + self.signs.shape[1]))

    def _permuted(self, outcome: np.ndarray) -> float:
        y = self.out.residual(outcome)
        cross = np.array([self.out.by_firm((path.T * y).T) for path in self.paths])
        found = Moments(self.squares, cross)
        return equal_tailed(t_statistics(found, self.out), self.movers).p_value


def rejections(bench: Bench, world: World, replications: int, seed: int = SEED, wild: bool = True) -> pd.DataFrame:
    """Share of worlds in which each test rejects at five per cent.

    Columns: test, rejection_ratio, standard_error, bias_ratio (mean estimate less theta), replications_count.
    """
    made = outcomes(bench.rows, world, replications, seed, bench.specification.capital)
    found = pd.DataFrame([bench.p_values(outcome, wild) for outcome in made.T])
    table = [{"test": test, "rejection_ratio": share, "standard_error": np.sqrt(share * (1 - share) / replications),
              "bias_ratio": found["estimate"].mean() - world.theta, "replications_count": replications}
             for test in TESTS if found[test].notna().all()
             for share in [float((found[test] < LEVEL).mean())]]
    return pd.DataFrame(table)


def power_curve(bench: Bench, thetas: list[float], world: World, replications: int, seed: int = SEED) -> pd.DataFrame:
    """Power of the decisive test: theta, power_ratio, standard_error. The same noise serves every effect."""
    table = []
    for theta in thetas:
        found = rejections(bench, replace(world, theta=theta), replications, seed, wild=False).set_index("test")
        share, error = found.loc["decisive", ["rejection_ratio", "standard_error"]]
        table.append({"theta": theta, "power_ratio": share, "standard_error": error})
    return pd.DataFrame(table)


def detectable(curve: pd.DataFrame, power: float = POWER) -> float:
    """The smallest effect of the curve's range that is seen with that power, interpolated; NaN when none is.

    `curve`: frame of `power_curve`, effects of one sign. Misleads: it depends on the noise assumed.
    """
    size, share = curve["theta"].abs().to_numpy(), curve["power_ratio"].to_numpy()
    order = np.argsort(size)
    size, share = size[order], np.maximum.accumulate(share[order])
    if share[-1] < power:
        return float("nan")
    return float(np.interp(power, *_rising(share, size)))


def _rising(share: np.ndarray, size: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Strictly rising shares, so that the effect at a share is unique: the first of equal ones is kept."""
    first = np.r_[True, np.diff(share) > 0]
    return share[first], size[first]


def residual_sd(rows: pd.DataFrame, specification: Specification = PRIMARY) -> float:
    """Size of what the specification leaves unexplained, with the degrees of freedom of all effects taken off."""
    design = cumulated(rows, specification)
    used = design.regressors.shape[1] + design.clusters
    return float(np.sqrt((design.residual**2).sum() / (len(rows) - used)))
