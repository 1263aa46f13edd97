"""A positive control: an effect of known size put into real data, to see whether it is found.

Capital paths are exchanged between firms first, which breaks whatever association there is. Then an effect is added
to the real changes of headcount, so that noise, gaps and outliers are the real ones.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.models.cluster import inference
from analysis.models.conventions import STEP
from analysis.models.permutation import PathDraws
from analysis.models.tradeoff import PRIMARY, Specification, cumulated


@dataclass(frozen=True)
class Recovery:
    """How an injected effect came back: mean estimate, share of 95% intervals that hold it, Monte Carlo errors."""

    injected: float
    mean: float
    mean_standard_error: float
    coverage: float
    coverage_standard_error: float
    replications: int


def recovery(rows: pd.DataFrame, drawn: PathDraws, injected: float, specification: Specification = PRIMARY) -> Recovery:
    """Inject `injected` (log points over 100 per step) into every exchanged world of `drawn` and estimate it.

    `drawn`: of `permutation.path_draws` on these rows. The effect is spread evenly over the lags.
    """
    count = drawn.lags[0].shape[1] - 1
    estimates, covers = np.empty(count), np.empty(count)
    for draw in range(count):
        worn = {name: lag[:, draw + 1] for name, lag in zip(specification.capital, drawn.lags, strict=True)}
        signal = np.mean(list(worn.values()), axis=0) / STEP
        world = rows.assign(**worn, **{specification.outcome: rows[specification.outcome] + injected * signal})
        found = inference(cumulated(world, specification), "CRV3")
        low, high = found.interval()
        estimates[draw], covers[draw] = found.estimate, low <= injected <= high
    share = float(covers.mean())
    return Recovery(injected, float(estimates.mean()), float(estimates.std(ddof=1) / np.sqrt(count)), share,
                    float(np.sqrt(share * (1 - share) / count)), count)
