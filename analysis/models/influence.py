"""Who carries an estimate: effective clusters, leverage, and the estimate without each firm.

Few firms may hold most of the variation in capital intensity. Then many firms are few, and asymptotics that
count firms mislead.
"""

import numpy as np
import pandas as pd

from analysis.models.cluster import Design, adjusted_weights, centred, cluster_sums
from analysis.models.tradeoff import PRIMARY, Specification, cumulated, firm_codes


def effective_clusters(design: Design) -> float:
    """G* of Carter, Schnepel and Steigerwald (2017), with independent errors: at most the number of clusters.

    Misleads: it speaks of the first regressor of the design alone.
    """
    size = cluster_sums(design, design.weights**2)
    spread = ((size / size.mean() - 1)**2).mean()
    return float(design.clusters / (1 + spread))


def without_each(design: Design) -> np.ndarray:
    """The estimate without each cluster (G), exactly, from the full fit: b - w_g' (I - H_gg)^-1 u_g."""
    return design.estimate - cluster_sums(design, adjusted_weights(design, -1.0) * design.residual)


def partial_leverage(design: Design) -> np.ndarray:
    """Share of each cluster in the variation of the tested regressor that nothing else explains (G, sums to 1)."""
    return cluster_sums(design, design.target**2) / (design.target @ design.target)


def leverage(design: Design) -> np.ndarray:
    """Trace of each cluster's block of the hat matrix (G), absorbed effects included."""
    own = 1.0 if design.absorbs else 0.0
    return cluster_sums(design, (design.basis**2).sum(axis=1)) + own


def within_share(rows: pd.DataFrame, column: str = "k") -> pd.Series:
    """Share of each firm in the variation of a column around firm means, largest first (by ticker, sums to 1)."""
    squares = centred(rows[column].to_numpy(float), firm_codes(rows))**2
    sums = pd.Series(squares).groupby(rows["ticker"].to_numpy()).sum()
    return (sums / sums.sum()).sort_values(ascending=False)


def by_firm(rows: pd.DataFrame, specification: Specification = PRIMARY) -> pd.DataFrame:
    """Each firm's part in theta, the one that moves it most first.

    Columns: ticker, group, without_ratio (theta without the firm), moved_ratio (theta less that),
    partial_leverage_ratio, leverage_ratio (trace of its block over the sum of all), within_share_ratio (of the
    variation of k), rows_count.
    """
    design = cumulated(rows, specification)
    groups = rows.drop_duplicates("ticker").sort_values("ticker")
    trace = leverage(design)
    table = pd.DataFrame({
        "ticker": groups["ticker"].to_numpy(), "group": groups["group"].to_numpy(),
        "without_ratio": without_each(design), "partial_leverage_ratio": partial_leverage(design),
        "leverage_ratio": trace / trace.sum(), "rows_count": np.bincount(design.cluster),
    })
    table["moved_ratio"] = design.estimate - table["without_ratio"]
    table["within_share_ratio"] = within_share(rows).reindex(table["ticker"]).to_numpy()
    order = table["moved_ratio"].abs().sort_values(ascending=False).index
    return table.loc[order].reset_index(drop=True)


def share_below_zero(table: pd.DataFrame) -> float:
    """Share of leave-one-firm-out estimates with the sign of the claim that capital stands in for people: negative.

    `table`: frame of `by_firm`. A sign that holds but is positive counts against the claim, so it is no support.
    """
    return float((table["without_ratio"] < 0).mean())
