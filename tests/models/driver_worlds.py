"""Made-up races with known truth: real tickers, invented blocks and events."""

import numpy as np
import pandas as pd
from scipy.special import expit

from analysis.metrics.industry import industry_tickers
from analysis.models.drivers import WAVES
from analysis.models.hazard_panel import halves_between
from analysis.tables.companies import HYPERSCALERS

BLOCKS = ("capex", "productivity", "hiring", "demand")


def made_up_rows(seed: int, firms: int = 60, log_odds: dict[str, float] | None = None, base: float = -2.4,
                 shock_sd: float = 0.0, growth_sd: float = 0.0) -> pd.DataFrame:
    """Firm-half-years 2020H1-2026H1: blocks with firm and year parts, a capex ramp of the hyperscalers, and events.

    `shock_sd`: a shock the hyperscalers share per half-year; `growth_sd`: a hidden growth that lifts capex and lowers
    the chance of a cut.
    """
    rng = np.random.default_rng(seed)
    others = [ticker for ticker in industry_tickers() if ticker not in HYPERSCALERS]
    halves = halves_between("2020H1", "2026H1")
    tickers = sorted([*HYPERSCALERS, *others[:firms - len(HYPERSCALERS)]])
    rows = pd.MultiIndex.from_product([tickers, halves], names=["ticker", "half"]).to_frame(index=False)
    firm, half = (pd.factorize(rows[name])[0] for name in ("ticker", "half"))
    for name in BLOCKS:
        rows[name] = 0.5 * rng.standard_normal(firms)[firm] + 0.9 * rng.standard_normal(len(rows))
    big = rows["ticker"].isin(HYPERSCALERS).to_numpy()
    growth = growth_sd * rng.standard_normal(len(rows))
    rows["capex"] += np.where(big, np.maximum(half - 8, 0) * 0.5, 0.0) + growth
    rows["log_revenue"], rows["margin"] = rng.standard_normal(firms)[firm], 0.2 * rng.standard_normal(len(rows))
    rows["recent_cut"], rows["earlier_cut"] = rng.random(len(rows)) < 0.1, rng.random(len(rows)) < 0.2
    linear = base + 0.5 * rng.standard_normal(len(halves))[half] + 0.5 * rng.standard_normal(firms)[firm] - growth
    linear = linear + np.where(big, shock_sd * rng.standard_normal(len(halves))[half], 0.0)
    for name, effect in (log_odds or {}).items():
        linear = linear + effect * rows[name]
    event = (rng.random(len(rows)) < expit(linear)).astype(float)
    waves = {f"{name}_wave": rows["half"].between(*span).astype(float) for name, span in WAVES.items()}
    rows = rows.assign(event=event, announced=event > 0, cut_share_ratio=0.04 * event, **waves)
    return rows.assign(other_time=1 - rows["first_wave"] - rows["second_wave"])
