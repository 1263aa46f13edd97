"""How sure are the breaks: sup-F tests, one break more against one fewer, and the smallest step they would find.

Critical values are not typed in: the limit of the sup-F is simulated (squared Brownian bridge over its variance),
and the sequential test uses G(x)^(l+1) of the same limit (Bai and Perron 1998, proposition 7).
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
import statsmodels.api as sm

from analysis.models.breaks import TRIMMING, Segmentation, least_segment
from analysis.models.conventions import LEVEL, POWER, SEED

LIMIT_DRAWS, LIMIT_STEPS = 4_999, 1_000
SHORTEST_SPLIT = 16
"""A regime with fewer observations is not searched for a further break."""
ROBUST_SIDE = 6
"""Fewest observations on either side of a break for Newey-West errors: of two or three they come out near zero."""


@dataclass(frozen=True)
class SupF:
    """The largest F over all admissible dates, the date, and p against the limit without a break."""

    statistic: float
    break_after: int
    p_value: float
    p_standard_error: float


def hac_lag(n: int) -> int:
    """Bartlett lag of a series of n values: floor(4 (n/100)^(2/9)) (Newey and West 1994)."""
    return int(np.floor(4 * (n / 100) ** (2 / 9)))


def f_by_date(values: np.ndarray, *, trimming: float = TRIMMING, robust: bool = False) -> pd.Series:
    """F statistic of one break in the mean after each admissible observation (index: observations before the break).

    Plain: the classical F (the strucchange convention). `robust`: the Wald statistic with Newey-West errors.
    """
    series = np.asarray(values, dtype=float)
    n, least = len(series), least_segment(len(values), trimming)
    least = max(least, ROBUST_SIDE) if robust else least
    places = range(least, n - least + 1)
    statistic = _robust_wald if robust else _plain_f
    return pd.Series([statistic(series, place) for place in places], index=places)


def _plain_f(series: np.ndarray, place: int) -> float:
    split = sum(((part - part.mean()) ** 2).sum() for part in (series[:place], series[place:]))
    whole = ((series - series.mean()) ** 2).sum()
    return float((whole - split) / (split / (len(series) - 2)))


def _robust_wald(series: np.ndarray, place: int) -> float:
    later = (np.arange(len(series)) >= place).astype(float)
    fit = sm.OLS(series, np.column_stack([np.ones(len(series)), later])).fit(
        cov_type="HAC", cov_kwds={"maxlags": hac_lag(len(series)), "use_correction": True})
    return float(fit.tvalues[1] ** 2)


def sup_f(values: np.ndarray, *, trimming: float = TRIMMING, robust: bool = False, breaks_before: int = 0) -> SupF:
    """The largest F of one more break, with its date and p.

    `breaks_before` = l makes it the sequential test of l+1 against l: p = 1 - G(x)^(l+1); the caller gives the
    segment with the largest statistic (see `sequential_tests`). Misleads: in short segments the robust statistic
    is too large too often.
    """
    by_date = f_by_date(values, trimming=trimming, robust=robust)
    limit = limit_draws(trimming)
    above = (1 + (limit >= by_date.max()).sum()) / (1 + len(limit))
    p_value = 1 - (1 - above) ** (breaks_before + 1)
    error = (breaks_before + 1) * np.sqrt(above * (1 - above) / len(limit))
    return SupF(float(by_date.max()), int(by_date.idxmax()), float(p_value), float(error))


@lru_cache(maxsize=4)
def limit_draws(trimming: float = TRIMMING) -> np.ndarray:
    """Draws of the limit of sup-F for one mean under no break (LIMIT_DRAWS values, fixed seed)."""
    rng = np.random.default_rng(SEED)
    share = np.arange(1, LIMIT_STEPS + 1) / LIMIT_STEPS
    inside = (share >= trimming) & (share <= 1 - trimming)
    highest = []
    for size in np.diff([*range(0, LIMIT_DRAWS, 500), LIMIT_DRAWS]):  # in parts: the whole table is large
        walk = np.cumsum(rng.standard_normal((size, LIMIT_STEPS)), axis=1) / np.sqrt(LIMIT_STEPS)
        bridge = (walk - share * walk[:, -1:])[:, inside]
        highest.append((bridge**2 / (share * (1 - share))[inside]).max(axis=1))
    return np.concatenate(highest)


def sequential_tests(values: np.ndarray, found: list[Segmentation], *, trimming: float = TRIMMING,
                     robust: bool = True) -> pd.DataFrame:
    """sup-F(l+1 | l) for l = 0, 1, ...: the largest sup-F inside the segments of the best l-break partition.

    `found`: list of `best_segmentations`. Columns: breaks_count (l+1), statistic, p_value, p_standard_error. Stops
    where no segment is long enough. Reading: take breaks until the first p above the level.
    """
    series, rows = np.asarray(values, dtype=float), []
    for before, one in enumerate(found[:-1]):
        edges = [0, *one.breaks, len(series)]
        parts = [series[a:b] for a, b in zip(edges, edges[1:], strict=False) if b - a >= SHORTEST_SPLIT]
        if not parts:
            break
        tests = [sup_f(part, trimming=trimming, robust=robust, breaks_before=before) for part in parts]
        largest = max(tests, key=lambda test: test.statistic)
        rows.append({"breaks_count": before + 1, "statistic": largest.statistic, "p_value": largest.p_value,
                     "p_standard_error": largest.p_standard_error})
    return pd.DataFrame(rows, columns=["breaks_count", "statistic", "p_value", "p_standard_error"])


def sequential_number(table: pd.DataFrame, level: float = LEVEL) -> int:
    """How many breaks the sequential test takes: up to the first p above the level (frame of `sequential_tests`)."""
    refused = table.loc[table["p_value"] > level, "breaks_count"]
    return int(refused.min() - 1) if len(refused) else int(table["breaks_count"].max() if len(table) else 0)


def persistence_p(values: np.ndarray, *, trimming: float = TRIMMING, draws: int = 1_999,
                  seed: int = SEED) -> tuple[float, float, float]:
    """p of the plain sup-F against a first-order autoregression without breaks, its Monte Carlo error, and the slope.

    A persistent series wanders and looks as if it had breaks; this null lets it. The slope is estimated with no break
    allowed for, so the test is cautious: a true break raises it.
    """
    series = np.asarray(values, dtype=float) - np.mean(values)
    slope = persistence(series)
    paths = _autoregressions(len(series), slope, draws, seed)
    drawn = _largest_f(paths, least_segment(len(series), trimming))
    extreme = (drawn >= f_by_date(series, trimming=trimming).max()).sum()
    p_value = (1 + extreme) / (1 + draws)
    return float(p_value), float(np.sqrt(p_value * (1 - p_value) / draws)), slope


def robust_size(n: int, slope: float, *, trimming: float = TRIMMING, draws: int = 199, level: float = LEVEL,
                seed: int = SEED) -> tuple[float, float]:
    """How often the robust sup-F finds a break in a series of n values that has none, and the Monte Carlo error.

    Series: first-order autoregressions with the slope given. A share far above the level says: do not trust its p.
    """
    paths = _autoregressions(n, slope, draws, seed)
    refused = np.mean([sup_f(path, trimming=trimming, robust=True).p_value <= level for path in paths])
    return float(refused), float(np.sqrt(refused * (1 - refused) / draws))


def detectable_step(regime: np.ndarray, place: int, *, trimming: float = TRIMMING, draws: int = 999,
                    level: float = LEVEL, power: float = POWER, seed: int = SEED) -> float:
    """The smallest rise of the mean after `place` observations that the sup-F would have found with the given power.

    `regime`: a stretch without a break; its first-order autoregression makes both the critical value and the paths a
    step is added to. In the unit of the values; NaN when even ten deviations fall short.
    """
    series = np.asarray(regime, dtype=float) - np.mean(regime)
    least = least_segment(len(series), trimming)
    paths = _autoregressions(len(series), persistence(series), draws, seed) * series.std()
    critical = np.quantile(_largest_f(paths, least), 1 - level)
    after = (np.arange(len(series)) >= place).astype(float)
    for step in np.arange(0.1, 10.1, 0.1) * series.std():
        if (_largest_f(paths + step * after, least) > critical).mean() >= power:
            return float(step)
    return float("nan")


def persistence(values: np.ndarray) -> float:
    """Slope of a first-order autoregression around the mean."""
    series = np.asarray(values, dtype=float) - np.mean(values)
    return float(np.clip(sm.OLS(series[1:], series[:-1]).fit().params[0], -0.99, 0.99))


def _autoregressions(n: int, slope: float, draws: int, seed: int) -> np.ndarray:
    """Paths of a first-order autoregression with unit variance: draws x n."""
    shocks = np.random.default_rng(seed).standard_normal((draws, n + 50))
    paths = shocks.copy()
    for step in range(1, shocks.shape[1]):
        paths[:, step] += slope * paths[:, step - 1]
    return paths[:, 50:] * np.sqrt(1 - slope**2)


def _largest_f(paths: np.ndarray, least: int) -> np.ndarray:
    """Plain sup-F of many series at once, one per row."""
    n = paths.shape[1]
    paths = paths - paths.mean(axis=1, keepdims=True)
    before = np.arange(least, n - least + 1)
    sums = np.cumsum(paths, axis=1)[:, before - 1]
    gain = sums**2 * (1 / before + 1 / (n - before))
    whole = (paths**2).sum(axis=1, keepdims=True)
    return (gain / ((whole - gain) / (n - 2))).max(axis=1)
