"""What a reader needs beside the estimate: size of each test, the smallest effect seen, and the bias of planning."""

import numpy as np
import pandas as pd

from analysis.models.conventions import SEED
from analysis.models.equivalence import detectable_effect, smallest_effect
from analysis.models.permutation import path_draws
from analysis.models.power import Bench, World, power_curve, rejections, surprise
from analysis.models.tradeoff import COMMON_YEARS, PRIMARY, cumulated
from analysis.tables.companies import GROUP_LABELS

SHOCK_SD = 0.06
"""Yearly standard deviation of a shared shock, log points over 100."""
SHARED_BY = (None, "hyperscaler", "semiconductors")
DESIGNS = (("common years", COMMON_YEARS, "everyone"), ("group by year", PRIMARY, "group"))
REACH = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0)
"""The effects tried, as shares of the one that the rule of thumb calls detectable."""


def size_table(trade: pd.DataFrame, rows: pd.DataFrame, noise_sd: float, replications: int, draws: int = 199,
               seed: int = SEED) -> pd.DataFrame:
    """How often each test rejects at five per cent when there is no effect, on these covariates.

    One row per design and shared shock: design, shock, one `<test>_ratio` per test of `power.TESTS`,
    standard_error_ratio (Monte Carlo, at five per cent), replications_count.
    """
    table = []
    for label, specification, by in DESIGNS:
        marked = rows.assign(everyone="all")
        bench = Bench(marked, path_draws(trade, marked, draws, by=by, seed=seed), specification)
        for group in SHARED_BY:
            world = World(0.0, noise_sd, SHOCK_SD if group else 0.0, group or "hyperscaler")
            found = rejections(bench, world, replications, seed).set_index("test")["rejection_ratio"]
            shock = GROUP_LABELS[group] if group else "none"
            table.append({"design": label, "shock": shock} | {f"{test}_ratio": share for test, share in found.items()}
                         | {"standard_error_ratio": np.sqrt(0.05 * 0.95 / replications),
                            "replications_count": replications})
    return pd.DataFrame(table)


def power_table(trade: pd.DataFrame, rows: pd.DataFrame, noise_sd: float, replications: int,
                draws: int = 199, seed: int = SEED) -> pd.DataFrame:
    """Power of the decisive test of the primary design: theta, power_ratio, standard_error (frame of `power_curve`)."""
    bench = Bench(rows, path_draws(trade, rows, draws, seed=seed))
    return power_curve(bench, effects_to_try(bench, noise_sd), World(0.0, noise_sd), replications, seed)


def effects_to_try(bench: Bench, noise_sd: float) -> list[float]:
    """Falls in whole log points around what should be detectable, and the smallest effect of interest; small first."""
    rule = detectable_effect(noise_sd * float(np.sqrt((bench.design.weights**2).sum())))
    sizes = {max(1, round(100 * share * rule)) for share in REACH} | {round(100 * smallest_effect())}
    return [-size / 100 for size in sorted(sizes)]


def planning_bias(rows: pd.DataFrame, planned: float) -> float:
    """How far theta is off (log points over 100) when staff grows by `planned` per standard deviation of surprise in
    capital intensity because both follow a firm's prospects. Exact: the estimate is linear in the outcome.
    """
    return float(cumulated(rows).weights @ (planned * surprise(rows)))
