"""Made-up panels of firms with known effects, in the shape of `trade_panel`."""

import numpy as np
import pandas as pd

LATE = 6
"""Year of the panel from which the big spenders' capital intensity climbs."""


def world(firms: int = 30, years: int = 9, big: int = 5, *, theta: float = 0.0, noise_sd: float = 0.08,
          shock_sd: float = 0.0, planned: float = 0.0, seed: int = 1) -> pd.DataFrame:
    """A trade panel from 2015 on: `big` hyperscalers whose capital intensity climbs late, the others' wanders.

    theta: log points over 100 per ten points of capital intensity, spread evenly over three years; shock_sd: yearly
    shock that the big share; planned: growth of staff per standard deviation of prospects that lift capital too.
    """
    rng = np.random.default_rng(seed)
    count = years + 2
    prospects = rng.standard_normal((firms, count))
    ramp = 0.05 * np.clip(np.arange(count) - LATE, 0, None) * rng.uniform(0.5, 2, (firms, 1))
    k = 0.06 + 0.02 * rng.standard_normal((firms, 1)) + 0.015 * prospects + 0.015 * rng.standard_normal((firms, count))
    k[:big] += ramp[:big]
    growth = theta / 0.1 * (k[:, 2:] + k[:, 1:-1] + k[:, :-2]) / 3 + planned * prospects[:, 2:]
    growth += 0.05 * rng.standard_normal((firms, 1)) + noise_sd * rng.standard_normal((firms, years))
    growth[:big] += shock_sd * rng.standard_normal(years)
    return _framed(k, growth, 0.1 + 0.1 * rng.standard_normal((firms, years)), big)


def _framed(k: np.ndarray, growth: np.ndarray, revenue: np.ndarray, big: int) -> pd.DataFrame:
    firms, years = growth.shape
    early = np.full((firms, 2), np.nan)
    firm, year = np.indices(k.shape)
    frame = pd.DataFrame({
        "ticker": [f"F{number:02d}" for number in firm.ravel()], "calendar_year": 2013 + year.ravel(),
        "group": np.where(firm.ravel() < big, "hyperscaler", "other"),
        "peer_group": np.where(firm.ravel() < big, "hyperscaler", "software"),
        "d_log_headcount": np.hstack([early, growth]).ravel(), "k": k.ravel(),
        "k_lag1": np.hstack([early[:, :1], k[:, :-1]]).ravel(), "k_lag2": np.hstack([early, k[:, :-2]]).ravel(),
        "d_log_revenue_lag1": np.hstack([early, revenue]).ravel(), "documents": "",
    })
    for lag in (1, 2):
        frame[f"d_log_headcount_lag{lag}"] = frame.groupby("ticker")["d_log_headcount"].shift(lag)
    return frame
