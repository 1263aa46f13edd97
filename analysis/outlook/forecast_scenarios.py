"""If capital spending took a path: what the association with headcount would go with. Conditional, not a forecast.

Against the path that keeps spending flat, and with revenue held at its last value, the change of log headcount after
H years is

    theta / STEP x sum over years s of (capital intensity of the path - that of the flat one) x (H - s + 1) / 3

theta being the trade-off's cumulated estimate, spread evenly over its three years and drawn with its whole error, so
that zero and positive values are among the draws. It is an association within firms and not what a step would cause.
"""

import numpy as np
import pandas as pd
from scipy import stats

from analysis.economics.draws import TAIL, draw
from analysis.economics.ranges import Range
from analysis.models.conventions import LAGS, SEED, STEP
from analysis.models.tradeoff_result import TradeOff
from analysis.outlook.forecast_benchmarks import HORIZONS, steps
from analysis.outlook.spending import BUST, FLAT, GROWTH, GUIDED, GUIDED_YEAR, path_step, path_words
from analysis.quantity import weakest

DRAWS = 9_999
SUPPORT_TAIL = 0.01
"""Share of firm-years beyond either end of what the estimate has seen."""


def spending_paths(guided: float | None) -> dict[str, np.ndarray]:
    """Capital spending of the years ahead over the last full year's, by path, as `spending.path_step` defines them.

    `guided`: the open year's guided spending over the last year's; without it that path is absent.
    """
    def ratio(path: str, years: int) -> float:
        start, factor = path_step(path, int(years), guided is not None)
        return factor * (guided if start == GUIDED_YEAR else 1.0)

    return {path: np.array([ratio(path, years) for years in steps()])
            for path in (FLAT, GROWTH, BUST, GUIDED) if guided is not None or path != GUIDED}


def capital_paths(guided: pd.DataFrame, panel: pd.DataFrame, tickers: list[str]) -> pd.DataFrame:
    """Capital spending over the last known revenue, by firm, path and year ahead.

    guided: frame of `forecast_guidance.guided_years`; panel: of load_panel("year"). Columns: ticker, path, horizon,
    intensity, flat (that of the flat path), documents. Guidance on a definition with leases moves spending without
    leases in the same ratio.
    """
    open_years = guided[guided["actual_usd"].isna()].drop_duplicates("ticker").set_index("ticker")
    tables = []
    for ticker in tickers:
        known = panel[(panel["ticker"] == ticker) & panel["capex_usd"].notna() & panel["revenue_usd"].notna()]
        last = known.sort_values("period_end").iloc[-1]
        flat = last["capex_usd"] / last["revenue_usd"]
        one = open_years.loc[ticker] if ticker in open_years.index else None
        ratio = None if one is None else float((one["low_usd"] + one["high_usd"]) / 2 / one["before_usd"])
        documents = [last["capex_usd_documents"], last["revenue_usd_documents"]]
        documents += [] if one is None else [one["document_id"]]
        tables += [pd.DataFrame({"ticker": ticker, "path": path, "horizon": steps(), "intensity": flat * spending,
                                 "flat": flat, "documents": " ".join(documents)})
                   for path, spending in spending_paths(ratio).items()]
    return pd.concat(tables, ignore_index=True)


def support(rows: pd.DataFrame) -> tuple[float, float]:
    """Ends of the capital intensity the trade-off was estimated on: its 1% and 99% points (`rows` of the estimate)."""
    low, high = rows["k"].quantile([SUPPORT_TAIL, 1 - SUPPORT_TAIL])
    return float(low), float(high)


def theta_draws(found: TradeOff, draws: int = DRAWS) -> np.ndarray:
    """Draws of the trade-off's estimate with its jackknife error (t with its degrees of freedom)."""
    one = found.crv3
    shock = stats.t.rvs(one.df, size=draws, random_state=np.random.default_rng(SEED))
    return one.estimate + one.standard_error * shock


def weights(years: int = HORIZONS, lags: int = LAGS) -> np.ndarray:
    """By year ahead: the share of theta that spending of that year has brought by the last one (1, 2/3, 1/3)."""
    return np.minimum(years - np.arange(years), lags + 1) / (lags + 1)


def scenario_table(paths: pd.DataFrame, found: TradeOff, attrition: Range, draws: int = DRAWS) -> pd.DataFrame:
    """Headcount at the last horizon against flat spending, per firm and path.

    Columns: ticker, path, label (in words), intensity_ratio (the highest of the path), extrapolated (True where the
    path, or the flat one, leaves the support), change_low_ratio, change_ratio, change_high_ratio (5%, 50%, 95% of the
    draws), fall_ratio (share of draws that fall), beyond_ratio (share whose fall exceeds what attrition takes when
    nobody is replaced), with basis and documents.

    Outside the support the middle is that of its end, and the spread that of the whole step: clipped and widened.
    `attrition`: share of staff that leaves by itself in a year.
    """
    low, high = support(found.rows)
    thetas = theta_draws(found, draws)
    gone = 1 - (1 - draw({"attrition": attrition}, draws)["attrition"]) ** HORIZONS
    basis, ids = weakest("scenario", attrition.basis), " ".join(found.quantity(0).documents)
    with_guidance = set(paths.loc[paths["path"] == GUIDED, "ticker"])
    table = []
    for (ticker, path), part in paths[paths["path"] != FLAT].groupby(["ticker", "path"], sort=False):
        intensity, flat = part["intensity"].to_numpy(), part["flat"].to_numpy()
        step = weights() @ (intensity - flat) / STEP
        seen = weights() @ (np.clip(intensity, low, high) - np.clip(flat, low, high)) / STEP
        change = np.expm1(found.estimate * seen + (thetas - found.estimate) * step)
        ends = np.quantile(change, [TAIL, 0.5, 1 - TAIL])
        table.append({
            "ticker": ticker, "path": path, "label": path_words(path, ticker in with_guidance),
            "intensity_ratio": float(intensity.max()),
            "extrapolated": bool(max(intensity.max(), flat[0]) > high or intensity.min() < low),
            "change_low_ratio": ends[0], "change_ratio": ends[1], "change_high_ratio": ends[2],
            "fall_ratio": float((change < 0).mean()), "beyond_ratio": float((-change > gone).mean()),
            "change_ratio_basis": basis, "change_ratio_documents": f"{part['documents'].iloc[0]} {ids}"})
    return pd.DataFrame(table)
