"""What a back-test says: skill with its block interval, a test of equal accuracy, coverage, and the verdict by rule.

Blocks are drawn whole: firms, then years of origin. Redrawn firms keep the shocks that all firms share in a year, and
a handful of redrawn years is few to draw from; a verdict takes the outer end of both. The test on yearly averages
stands beside it.
"""

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from analysis.models.conventions import LEAST_FIRMS, LEAST_FIRMS_A_YEAR, SEED
from analysis.outlook.forecast_candidates import BENCHMARK, BENCHMARKS, CANDIDATES, LABELS
from analysis.tables.decision_rules import verdict

LEVELS = (0.5, 0.8, 0.95)
"""The central intervals whose coverage is checked."""
DRAWS = 1_999
TAIL = 0.05
"""Probability left out at each end of a skill's 90% interval."""


def skill(rows: pd.DataFrame, method: str, against: str = BENCHMARK, block: str = "ticker",
          draws: int = DRAWS) -> dict[str, float]:
    """1 - CRPS of `method` / CRPS of `against` over the same forecasts, with its 90% interval over redrawn blocks.

    `rows`: frame of `backtest.rolling` for one target and horizon. Keys: skill, skill_low_90, skill_high_90. Above
    zero is better than `against`; one would be perfect. With fewer than two blocks the interval is missing.
    """
    wide = rows[rows["method"].isin([method, against])].pivot_table(
        index=block, columns="method", values="crps", aggfunc="sum")
    ours, theirs = wide[method].to_numpy(), wide[against].to_numpy()
    found = {"skill": 1 - ours.sum() / theirs.sum(), "skill_low_90": np.nan, "skill_high_90": np.nan}
    if len(wide) < 2:
        return found
    rng = np.random.default_rng(SEED)
    weights = rng.multinomial(len(wide), np.full(len(wide), 1 / len(wide)), size=draws)
    low, high = np.quantile(1 - (weights @ ours) / (weights @ theirs), [TAIL, 1 - TAIL])
    return found | {"skill_low_90": float(low), "skill_high_90": float(high)}


def equal_accuracy(differences: np.ndarray, horizon: int) -> tuple[float, float]:
    """Diebold-Mariano statistic with the small-sample correction of Harvey, Leybourne and Newbold, and its p.

    `differences`: loss of one forecast less that of the other, in order of origin; the variance takes `horizon` - 1
    autocovariances, because forecasts further ahead overlap. p is two-sided from t(n - 1). NaN with fewer than three
    origins or when the variance is not above zero.
    """
    d = np.asarray(differences, dtype=float)
    count = len(d)
    centred = d - d.mean()
    gammas = [centred[lag:] @ centred[:count - lag] / count for lag in range(min(horizon, count))]
    variance = (gammas[0] + 2 * sum(gammas[1:])) / count
    if count < 3 or variance <= 0:
        return np.nan, np.nan
    factor = (count + 1 - 2 * horizon + horizon * (horizon - 1) / count) / count
    statistic = float(d.mean() / np.sqrt(variance) * np.sqrt(max(factor, 0)))
    return statistic, float(2 * stats.t.sf(abs(statistic), count - 1))


def yearly_differences(rows: pd.DataFrame, method: str, against: str = BENCHMARK) -> np.ndarray:
    """CRPS of `method` less that of `against`, averaged over firms, one value per origin in order."""
    means = rows.groupby(["origin", "method"])["crps"].mean().unstack()
    return (means[method] - means[against]).to_numpy()


def shared_share(change: np.ndarray) -> float:
    """Share of the variance of yearly changes within firms that all firms of a year have in common: ratio, 0 to 1.

    change: firms x years, NaN where unknown (`Series.change`). Years with fewer than LEAST_FIRMS_A_YEAR firms are left
    out; what the mean of a year owes to chance is taken off. The larger the share, the more a test that redraws firms
    overstates what is known.
    """
    known = np.isfinite(change)
    change, known = change[known.any(axis=1)], known[known.any(axis=1)]
    within = change - (np.nansum(change, axis=1) / known.sum(axis=1))[:, None]
    firms = known.sum(axis=0)
    within, firms = within[:, firms >= LEAST_FIRMS_A_YEAR], firms[firms >= LEAST_FIRMS_A_YEAR]
    years = np.nansum(within, axis=0) / firms
    own = float(np.nanvar(within - years))
    shared = max(float(np.mean(years ** 2 - own / firms)), 0.0)
    return shared / (shared + own)


def accuracy(rows: pd.DataFrame) -> pd.DataFrame:
    """Per method of one target and horizon: mase, rmse, crps, bias (mean outcome less forecast), n, firms, origins.

    MASE divides the mean absolute error by the mean of the firms' mean absolute yearly changes up to each origin:
    below one beats a year of no change. All but MASE are in logs.
    """
    groups = rows.groupby("method")
    table = pd.DataFrame({
        "mase": groups["error"].agg(lambda one: one.abs().mean()) / groups["scale"].mean(),
        "rmse": groups["error"].agg(lambda one: float(np.sqrt((one ** 2).mean()))),
        "crps": groups["crps"].mean(), "bias": groups["error"].mean(), "n": groups.size(),
        "firms": groups["ticker"].nunique(), "origins": groups["origin"].nunique()})
    return table.reset_index()


def coverage(rows: pd.DataFrame, factors: pd.DataFrame | None = None) -> pd.DataFrame:
    """Per method, horizon and level: the share of outcomes inside, its 95% Wilson interval, the least and most of any
    origin, and the mean interval score (width plus 2/(1 - level) times what lies outside; logs).

    `rows`: frame of `backtest.rolling`. `factors`: as of `backtest_conformal.left_out_factors`; without them the
    intervals are the normal ones. Misleads: Wilson takes forecasts as independent; firms share each year's shocks.
    """
    tables = [_one_level(rows, level, factors) for level in LEVELS]
    return pd.concat(tables, ignore_index=True)


def _one_level(rows: pd.DataFrame, level: float, factors: pd.DataFrame | None) -> pd.DataFrame:
    half = pd.Series(stats.norm.ppf((1 + level) / 2), index=rows.index)
    if factors is not None:
        mine = factors[factors["level"] == level]
        half = rows.merge(mine, on=["method", "horizon", "origin"], how="left")["half_width"].set_axis(rows.index)
    half = half * rows["deviation"]
    beyond = (rows["error"].abs() - half).clip(lower=0)
    table = rows.assign(inside=beyond == 0, score=2 * half + 2 / (1 - level) * beyond)[half.notna()]
    groups = table.groupby(["method", "horizon"])
    by_origin = table.groupby(["method", "horizon", "origin"])["inside"].mean().groupby(["method", "horizon"])
    found = groups.agg(n=("inside", "size"), hits=("inside", "sum"), coverage=("inside", "mean"),
                       interval_score=("score", "mean"))
    low, high = proportion_confint(found["hits"], found["n"], method="wilson")
    found = found.assign(level=level, coverage_low=low, coverage_high=high, least_origin=by_origin.min(),
                         most_origin=by_origin.max())
    return found.reset_index()


def pit_shares(rows: pd.DataFrame, bins: int = 5) -> pd.DataFrame:
    """Per method and horizon the share of outcomes in each of `bins` equal parts of the forecast distribution.

    Columns: method, horizon, part (1 is the lowest), share. Honest forecasts have the same share in each; many in the
    lowest part mean outcomes below what was forecast.
    """
    part = np.minimum((rows["pit"] * bins).astype(int), bins - 1) + 1
    counts = rows.assign(part=part).groupby(["method", "horizon", "part"]).size().unstack(fill_value=0)
    counts = counts.reindex(columns=range(1, bins + 1), fill_value=0)
    return counts.div(counts.sum(axis=1), axis=0).stack().rename("share").reset_index()


def judgement(rows: pd.DataFrame, method: str, block: str = "ticker", least: int = LEAST_FIRMS,
              draws: int = DRAWS) -> dict:
    """One candidate against the benchmark on one target and horizon: skill with interval, least_skill (the smallest
    against any benchmark), dm, dm_p and the verdict of the frozen rules.

    Each end of the interval is the outer one of redrawn blocks and redrawn origins. With fewer than `least` blocks the
    verdict is "cannot tell": the interval is left out.
    """
    found, by_year = (skill(rows, method, block=one, draws=draws) for one in (block, "origin"))
    found["skill_low_90"] = np.minimum(found["skill_low_90"], by_year["skill_low_90"])
    found["skill_high_90"] = np.maximum(found["skill_high_90"], by_year["skill_high_90"])
    if rows[block].nunique() < least:
        found |= {"skill_low_90": np.nan, "skill_high_90": np.nan}
    found["least_skill"] = min(skill(rows, method, other, block, draws=2)["skill"]
                               for other in BENCHMARKS if other in set(rows["method"]))
    horizon = int(rows["horizon"].iloc[0])
    found["dm"], found["dm_p"] = equal_accuracy(yearly_differences(rows, method), horizon)
    return found | {"verdict": verdict("forecast", found)}


def league(rows: pd.DataFrame, block: str = "ticker", least: int = LEAST_FIRMS, draws: int = DRAWS) -> pd.DataFrame:
    """Every method and horizon of one target: `accuracy`, `judgement` for candidates, and `shown`.

    Shown at a horizon is the supported candidate with the most skill, else the benchmark.
    """
    tables = []
    for horizon, part in rows.groupby("horizon"):
        table = accuracy(part).assign(horizon=horizon)
        judged = pd.DataFrame([{"method": name} | judgement(part, name, block, least, draws)
                               for name in CANDIDATES if name in set(part["method"])])
        table = table.merge(judged, on="method", how="left")
        table["shown"] = table["method"] == _shown(table)
        tables.append(table)
    found = pd.concat(tables, ignore_index=True)
    found["label"] = found["method"].map(LABELS)
    order = {name: place for place, name in enumerate(LABELS)}
    return found.sort_values(["horizon", "method"], key=lambda one: one.map(order) if one.name == "method" else one,
                             ignore_index=True)


def _shown(table: pd.DataFrame) -> str:
    fit = table[table["verdict"] == "supported"]
    return BENCHMARK if fit.empty else str(fit.loc[fit["skill"].idxmax(), "method"])
