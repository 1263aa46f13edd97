"""Counted technology layoffs, quarter by quarter, forecast as totals of the years ahead.

One series of some two dozen quarters with two waves: every method is fitted to its logs at each origin, future
quarters are simulated, and a year's total is the sum of four of them. There are no firms to draw from, so blocks are
years of origin, and a handful of blocks carry no verdict.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.tsa.forecasting.theta import ThetaModel
from statsmodels.tsa.holtwinters import SimpleExpSmoothing

from analysis.errors import AnalysisError, require_known
from analysis.models.conventions import SEED
from analysis.models.forecast_scores import crps_ensemble
from analysis.outlook.backtest_scores import LEVELS
from analysis.outlook.forecast_benchmarks import HORIZONS

QUARTERS = 4
LEAST_QUARTERS = 8
"""Quarters a method is fitted to at the least."""
MEMBERS = 999
"""Simulated paths of a back-test."""
DRAWS = 9_999
"""Simulated paths of the outlook."""
STEADY = 0.98
"""The autoregression's slope stays between zero and this, so that it returns to its mean."""
NARROWEST = 1e-9
"""The least deviation of a simulated log: a series without any noise still has a place to be cut at."""


def quarterly_cuts(monthly: pd.DataFrame) -> pd.DataFrame:
    """Whole quarters of counted cuts, oldest first: quarter ("2020Q2"), cuts_persons, months_count, documents.

    monthly: frame of metrics.waves.counted_cuts. A quarter with a partial or missing month is left out.
    AnalysisError when the quarters left do not follow one another, or one of them is zero (no log).
    """
    whole = monthly[~monthly["partial"]]
    quarter = whole["month_start"].dt.to_period("Q")
    table = whole.groupby(quarter).agg(
        cuts_persons=("employees_cut_persons", "sum"), months_count=("month", "size"),
        documents=("employees_cut_persons_documents", lambda ids: " ".join(dict.fromkeys(" ".join(ids).split()))))
    table = table[table["months_count"] == 3]
    if table.empty or len(table) != table.index[-1].ordinal - table.index[0].ordinal + 1:
        raise AnalysisError("the monthly series has no run of whole quarters")
    if (table["cuts_persons"] <= 0).any():
        raise AnalysisError(f"no cuts are counted in {table.index[table['cuts_persons'] <= 0][0]}: it has no logarithm")
    return table.rename_axis("quarter").reset_index()


@dataclass(frozen=True)
class Fit:
    """A fitted method: where the next quarter stands (log), its step per quarter with error, how much of a shock
    stays (`kept`), the pull `back` to `centre` (0 for none) and the deviation of shocks."""

    level: float
    deviation: float
    drift: float = 0.0
    drift_error: float = 0.0
    kept: float = 1.0
    back: float = 0.0
    centre: float = 0.0


def random_walk(y: np.ndarray) -> Fit:
    """The last quarter goes on."""
    return Fit(y[-1], float(np.sqrt(np.mean(np.diff(y) ** 2))))


def drift_walk(y: np.ndarray) -> Fit:
    """The mean change goes on, known only up to its error."""
    change = np.diff(y)
    deviation = float(change.std(ddof=1))
    return Fit(y[-1], deviation, float(change.mean()), deviation / np.sqrt(len(change)))


def autoregression(y: np.ndarray) -> Fit:
    """The level returns to its mean at the pace least squares finds."""
    slope = float(np.clip(np.cov(y[:-1], y[1:])[0, 1] / y[:-1].var(ddof=1), 0, STEADY))
    intercept = float(y[1:].mean() - slope * y[:-1].mean())
    errors = y[1:] - intercept - slope * y[:-1]
    return Fit(y[-1], float(np.sqrt(errors @ errors / (len(errors) - 2))), back=1 - slope,
               centre=intercept / (1 - slope))


def smoothing(y: np.ndarray) -> Fit:
    """Simple exponential smoothing, ETS(A,N,N), by statsmodels."""
    found = SimpleExpSmoothing(y, initialization_method="estimated").fit()
    errors = np.asarray(found.resid)
    return Fit(float(found.forecast(1)[0]), float(np.sqrt(errors @ errors / (len(y) - 2))),
               kept=float(found.params["smoothing_level"]))


def theta(y: np.ndarray) -> Fit:
    """The theta method by statsmodels: smoothing with half the trend as drift."""
    index = pd.period_range("2000Q1", periods=len(y), freq="Q")
    found = ThetaModel(pd.Series(y, index), period=1, deseasonalize=False).fit()
    ahead = found.forecast(2).to_numpy()
    drift = float(ahead[1] - ahead[0])
    errors = y[1:] - _one_step(y, float(found.params["alpha"]), drift)[:-1]
    return Fit(float(ahead[0] - drift), float(errors.std(ddof=2)), drift, kept=float(found.params["alpha"]))


def _one_step(y: np.ndarray, kept: float, drift: float) -> np.ndarray:
    """The smoothed level plus drift after each value: the forecast of the next."""
    level, found = y[0], []
    for value in y:
        level = level + kept * (value - level)
        found.append(level + drift)
        level += drift
    return np.asarray(found)


METHODS: dict[str, Callable[[np.ndarray], Fit]] = {
    "random_walk": random_walk, "drift_walk": drift_walk, "autoregression": autoregression,
    "damped_trend": smoothing, "theta": theta,
}
"""Names as for firms; with one short series the damped trend is none, and there are no lags to shrink."""
SINGLE = ("damped_trend", "theta")
COMBINATION = "combination"


def simulated(one: Fit, quarters: int, members: int = MEMBERS, seed: int = SEED, least: float = 0.0) -> np.ndarray:
    """Simulated log values of the next `quarters` quarters (members x quarters).

    `least`: people already counted in the first of them. Only paths above it are drawn: the first quarter comes from
    the normal distribution cut there, and what it says of the drift goes on.
    """
    rng = np.random.default_rng(seed)
    spread = max(float(np.hypot(one.deviation, one.drift_error)), NARROWEST)
    middle = one.level + one.drift - one.back * (one.level - one.centre)
    floor = np.log(least) if least > 0 else -np.inf
    off = spread * stats.truncnorm.rvs((floor - middle) / spread, np.inf, size=members, random_state=rng)
    part = (one.drift_error / spread) ** 2
    step = one.drift + part * off + np.sqrt(part) * one.deviation * rng.standard_normal(members)
    level = np.full(members, one.level)
    found = np.empty((members, quarters))
    for ahead in range(quarters):
        level = level + step - one.back * (level - one.centre)
        shock = one.deviation * rng.standard_normal(members) if ahead else middle + off - level
        found[:, ahead] = level + shock
        level = level + one.kept * shock
    return found


def ensembles(y: np.ndarray, quarters: int, members: int = MEMBERS, least: float = 0.0) -> dict[str, np.ndarray]:
    """Simulated people cut in each of the next quarters by every method (members x quarters), at `least` so many in
    the first."""
    return {name: np.exp(simulated(fit(y), quarters, members, least=least)) for name, fit in METHODS.items()}


def combined(parts: list[np.ndarray]) -> np.ndarray:
    """The mean of the parts' sorted members (one total each): equal weights on quantiles."""
    return np.mean([np.sort(one, axis=0) for one in parts], axis=0)


def rolling_layoffs(quarters: pd.DataFrame, members: int = MEMBERS) -> pd.DataFrame:
    """One row per method, origin and horizon (years ahead), in the columns of `backtest.rolling`: the log of the total
    of that year's four quarters less that of the last four known.

    quarters: frame of `quarterly_cuts`. `quarter` is the last quarter known, `origin` its year; crps is the fair
    score of the simulated members, mean and deviation are theirs.
    """
    cuts = quarters["cuts_persons"].to_numpy(float)
    table = []
    for last in range(LEAST_QUARTERS, len(cuts) - QUARTERS + 1):
        when = quarters["quarter"].iloc[last - 1]
        table += [row | {"quarter": str(when), "origin": when.year} for row in _from(cuts, last, members)]
    return pd.DataFrame(table).assign(ticker="industry")


def _from(cuts: np.ndarray, last: int, members: int) -> list[dict]:
    known = np.log(cuts[:last])
    base = np.log(cuts[last - QUARTERS:last].sum())
    yearly = np.array([cuts[place - QUARTERS:place].sum() for place in range(QUARTERS, last + 1)])
    scale = float(np.abs(np.diff(np.log(yearly))).mean())
    paths = ensembles(known, HORIZONS * QUARTERS, members)
    rows = []
    for ahead in range(1, HORIZONS + 1):
        span = slice((ahead - 1) * QUARTERS, ahead * QUARTERS)
        came = cuts[last:][span]
        if len(came) < QUARTERS:
            continue
        totals = {name: np.log(path[:, span].sum(axis=1)) - base for name, path in paths.items()}
        totals[COMBINATION] = combined([totals[name] for name in SINGLE])
        outcome = float(np.log(came.sum()) - base)
        rows += [_row(name, one, outcome) | {"horizon": ahead, "scale": scale} for name, one in totals.items()]
    return rows


def _row(method: str, members: np.ndarray, outcome: float) -> dict:
    mean = float(members.mean())
    return {"method": method, "mean": mean, "deviation": float(members.std(ddof=1)), "outcome": outcome,
            "error": outcome - mean, "crps": crps_ensemble(members, outcome),
            "pit": float((members <= outcome).mean())}


def counted_since(monthly: pd.DataFrame, quarters: pd.DataFrame) -> float:
    """People counted after the last whole quarter, partial months included: the next quarter cannot come out below.

    monthly: frame of metrics.waves.counted_cuts; quarters: of `quarterly_cuts`.
    """
    later = monthly["month_start"].dt.to_period("Q") > quarters["quarter"].iloc[-1]
    return float(monthly.loc[later, "employees_cut_persons"].sum())


def yearly_outlook(quarters: pd.DataFrame, method: str, last_year: int, since: float = 0.0,
                   members: int = DRAWS) -> pd.DataFrame:
    """Layoffs counted in each whole past year and forecast for the years from the first open one to `last_year`.

    quarters: frame of `quarterly_cuts`; `method`: the one the back-test lets be shown; `since`: of `counted_since`.
    Columns: calendar_year, counted_persons, value, low_50, high_50 ... high_95 (people in the year: what is counted
    plus what is forecast), last (the last whole year's), value_basis, value_documents. UnknownName for a method that
    does not exist.
    """
    year = quarters["quarter"].dt.year
    known = quarters.groupby(year)["cuts_persons"].agg(["sum", "size"])
    whole = known.index[known["size"] == QUARTERS]
    ahead = pd.period_range(quarters["quarter"].iloc[-1] + 1, f"{last_year}Q4", freq="Q")
    paths = _paths(quarters, method, len(ahead), members, since)
    rows = [{"calendar_year": one, "counted_persons": known.loc[one, "sum"]} for one in whole]
    for one in range(ahead[0].year, last_year + 1):
        counted = float(known["sum"].get(one, 0))
        total = counted + combined([path[:, ahead.year == one].sum(axis=1) for path in paths])
        so_far = counted + (since if one == ahead[0].year else 0)
        rows.append({"calendar_year": one, "counted_persons": so_far or np.nan, "value": float(np.median(total))}
                    | _ends(total))
    ids = " ".join(dict.fromkeys(" ".join(quarters["documents"]).split()))
    return pd.DataFrame(rows).assign(last=float(known.loc[whole[-1], "sum"]), value_basis="estimated",
                                     value_documents=ids)


def _paths(quarters: pd.DataFrame, method: str, ahead: int, members: int, since: float) -> list[np.ndarray]:
    """The paths whose yearly totals are weighted equally: one set of a single method, those of SINGLE combined."""
    paths = ensembles(np.log(quarters["cuts_persons"].to_numpy(float)), ahead, members, since)
    require_known("method", method, [*paths, COMBINATION])
    return [paths[name] for name in (SINGLE if method == COMBINATION else (method,))]


def _ends(total: np.ndarray) -> dict[str, float]:
    return {f"{side}_{level * 100:.0f}": float(np.quantile(total, (1 + sign * level) / 2))
            for level in LEVELS for side, sign in (("low", -1), ("high", 1))}
