"""A made-up yearly panel with the tickers of the project: capital paths, revenue and headcounts drawn at random."""

import numpy as np
import pandas as pd

from analysis.metrics.industry import industry_tickers
from analysis.tables.companies import HYPERSCALERS

YEARS = range(2013, 2026)
INPUTS = ("headcount_persons", "capex_usd", "revenue_usd")


def made_up(seed: int = 1, firms: int = 36, slope: float = 0.0, noise: float = 0.08) -> pd.DataFrame:
    """A panel as of load_panel("year"): log headcount moves by `slope` x capital intensity over last year's revenue.

    Hyperscalers ramp their spending up; everybody's intensity is a persistent random path.
    """
    rng = np.random.default_rng(seed)
    others = [ticker for ticker in industry_tickers() if ticker not in HYPERSCALERS]
    parts = [_firm(ticker, ticker in HYPERSCALERS, slope, noise, rng) for ticker in [*HYPERSCALERS, *others][:firms]]
    panel = pd.concat(parts, ignore_index=True)
    return panel.assign(headcount_persons_doubt=None, **{f"{name}_documents": "" for name in INPUTS})


def _firm(ticker: str, is_large: bool, slope: float, noise: float, rng: np.random.Generator) -> pd.DataFrame:
    count = len(YEARS)
    revenue = 1e9 * np.exp(np.cumsum(rng.normal(0.06, 0.08, count)))
    ramp = (0.02 if is_large else 0) * np.arange(count)
    path = 0.08 + 0.04 * np.cumsum(rng.normal(0, 1, count)) / np.sqrt(count) + ramp
    before = np.r_[revenue[0], revenue[:-1]]
    change = 0.05 + slope * np.abs(path) + noise * rng.normal(size=count)
    return pd.DataFrame({
        "ticker": ticker, "calendar_year": list(YEARS),
        "period_end": pd.to_datetime([f"{year}-12-31" for year in YEARS]),
        "revenue_usd": revenue, "capex_usd": np.abs(path) * before,
        "headcount_persons": 1e4 * np.exp(np.cumsum(change))})
