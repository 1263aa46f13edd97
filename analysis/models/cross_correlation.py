"""Quarterly: does a firm's capital spending move before, with or after its layoffs? Correlations at every lag."""

import numpy as np
import pandas as pd
from statsmodels.stats.multitest import multipletests

from analysis.errors import AnalysisError
from analysis.metrics.labour import LAST_HEADCOUNT_DAYS
from analysis.models.conventions import SEED

FEWEST_QUARTERS = 16
"""A firm with fewer usable quarters is left out: an autoregression and nine lags need more."""


def capex_and_cuts(quarters: pd.DataFrame, years: pd.DataFrame, events: pd.DataFrame, first: str,
                   last: str) -> pd.DataFrame:
    """Firm-quarters with the change of capital intensity over four quarters and the share of staff cut.

    quarters, years: frames of load_panel; events: frame of load_layoffs; first, last: quarters such as "2020Q2".
    capex_change_ratio: (capex less that of four quarters before) / revenue of four quarters before, dated with the
    quarter. cut_ratio: counts that add up / last headcount before the quarter (18 months at most); a quarter without
    a recorded event is zero, because the firm was listed and tracked. Columns also: ticker, quarter, documents.
    Misleads: quarters are those of the fiscal midpoint for capex and of the calendar for layoffs.
    """
    rows = quarters[quarters["capex_usd"].notna() & quarters["revenue_usd"].gt(0)]
    rows = rows.assign(quarter=pd.PeriodIndex(rows["calendar_quarter"], freq="Q"))
    rows = rows.sort_values("period_end").drop_duplicates(["ticker", "quarter"], keep="last")
    before = rows[["ticker", "quarter", "capex_usd", "revenue_usd"]].assign(quarter=rows["quarter"] + 4)
    rows = rows.merge(before, on=["ticker", "quarter"], suffixes=("", "_before"))
    rows["capex_change_ratio"] = (rows["capex_usd"] - rows["capex_usd_before"]) / rows["revenue_usd_before"]
    rows = rows[(rows["quarter"] >= first) & (rows["quarter"] <= last)]
    rows = _with_cuts(rows, years, events)
    rows["documents"] = rows["capex_usd_documents"]
    counts = rows.groupby("ticker")["quarter"].transform("size")
    rows = rows[counts >= FEWEST_QUARTERS]
    if rows.empty:
        raise AnalysisError(f"no firm has {FEWEST_QUARTERS} quarters from {first} to {last}")
    return rows[["ticker", "quarter", "capex_change_ratio", "cut_ratio", "documents"]].reset_index(drop=True)


def _with_cuts(rows: pd.DataFrame, years: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """Add cut_ratio; firm-quarters without a headcount before them drop out."""
    counted = events[events["adds_up"]]
    cuts = counted.groupby(["ticker", counted["announced_date"].dt.to_period("Q")])["employees_cut_persons"].sum()
    rows = rows.assign(cuts=[cuts.get((ticker, quarter), 0.0) for ticker, quarter
                             in zip(rows["ticker"], rows["quarter"], strict=True)],
                       start=rows["quarter"].dt.start_time.astype("datetime64[us]"))
    heads = years.loc[years["headcount_persons"].notna(), ["ticker", "period_end", "headcount_persons"]]
    heads = heads.rename(columns={"period_end": "head_date", "headcount_persons": "head"})
    heads["head_date"] = heads["head_date"].astype("datetime64[us]")
    rows = pd.merge_asof(rows.sort_values("start"), heads.sort_values("head_date"), left_on="start",
                         right_on="head_date", by="ticker", tolerance=pd.Timedelta(days=LAST_HEADCOUNT_DAYS))
    rows = rows[rows["head"].notna()].assign(cut_ratio=lambda frame: frame["cuts"] / frame["head"])
    return rows.sort_values(["ticker", "quarter"], ignore_index=True)


def prewhitened(frame: pd.DataFrame, column: str, *, common: bool = True) -> pd.Series:
    """A column as surprises, in units of the firm's own deviation: less the quarter's mean over firms (`common`),
    less what the firm's quarter before predicts (first-order autoregression). Missing in a firm's first quarter."""
    values = frame[column] - (frame.groupby("quarter")[column].transform("mean") if common else 0.0)
    parts = []
    for _, mine in values.groupby(frame["ticker"]):
        away = mine - mine.mean()
        before = away.shift()
        slope = (away * before).sum() / max((before**2).sum(), 1e-300)
        left = away - slope * before
        parts.append(left / left.std() if left.std() > 0 else left * np.nan)
    return pd.concat(parts).reindex(frame.index)


def cross_correlations(frame: pd.DataFrame, *, most: int = 4, draws: int = 4_999, common: bool = True,
                       seed: int = SEED) -> pd.DataFrame:
    """Mean over firms of the correlation of capex surprises with layoff surprises `lag` quarters later.

    Frame: of capex_and_cuts. Columns: term, lag (above zero: capital moves first), estimate, p_value (two-sided, each
    firm's layoffs shifted in a circle by whole quarters), p_standard_error, p_holm (over the lags), low, high (2.5% and
    97.5% of the null), n, firms, specification. Firms without a recorded cut carry nothing and drop out.
    """
    has_cut = frame.groupby("ticker")["cut_ratio"].sum() > 0
    wide = [_pair(frame, ticker, common) for ticker in has_cut.index[has_cut]]
    tables = [_shifted(x, y, most) for x, y in wide if len(y) >= FEWEST_QUARTERS - 1 and np.isfinite(y).all()]
    if not tables:
        raise AnalysisError("no firm has both series: nothing to correlate")
    rng = np.random.default_rng(seed)
    observed = np.mean([table[0] for table in tables], axis=0)
    null = np.mean([table[rng.integers(0, len(table), draws)] for table in tables], axis=0)
    extreme = (np.abs(null) >= np.abs(observed) - 1e-10).sum(axis=0)
    p = (1 + extreme) / (1 + draws)
    low, high = np.quantile(null, [0.025, 0.975], axis=0)
    lags = np.arange(-most, most + 1)
    return pd.DataFrame({"term": [f"lag {lag}" for lag in lags], "lag": lags, "estimate": observed, "p_value": p,
                         "p_standard_error": np.sqrt(p * (1 - p) / draws), "low": low, "high": high,
                         "p_holm": multipletests(p, method="holm")[1], "n": sum(len(table) for table in tables),
                         "firms": len(tables), "specification": "quarter means removed" if common else "raw"})


def _pair(frame: pd.DataFrame, ticker: str, common: bool) -> tuple[np.ndarray, np.ndarray]:
    rows = (frame["ticker"] == ticker).to_numpy()
    both = [prewhitened(frame, column, common=common)[rows].to_numpy()[1:] for column in
            ("capex_change_ratio", "cut_ratio")]
    return both[0], both[1]


def _shifted(x: np.ndarray, y: np.ndarray, most: int) -> np.ndarray:
    """Correlation at every lag (columns) for every circular shift of y (rows; row 0 is the truth)."""
    n, rows = len(x), []
    for shift in range(n):
        moved = np.roll(y, shift)
        rows.append([(x[max(0, -lag): n - max(0, lag)] * moved[max(0, lag): n - max(0, -lag)]).sum() / (n - 1)
                     for lag in range(-most, most + 1)])
    return np.array(rows)
