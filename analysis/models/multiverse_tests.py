"""What the whole grid says: the joint permutation test, and which choices move or turn the estimate.

Firms that nobody can exchange paths with keep theirs in every draw, so the draws of an estimate do not lie around zero.
The test of the median is therefore equal-tailed (twice the smaller tail), and the two statistics of size, which only
a large value speaks for, are taken of each t less its mean over all worlds, the observed one among them. Either way
the observed world is treated as every draw is, so that each p is exact when paths are exchangeable.
"""

import numpy as np
import pandas as pd

from analysis.models.conventions import LEVEL, POWER, TIE
from analysis.models.grid import DIMENSIONS, dimensions, labels
from analysis.models.multiverse import Multiverse, run_grid

STATISTICS = {
    "median_estimate": "Median estimate",
    "significant_share": "Share significant with the sign of the median",
    "mean_absolute_t": "Mean |t|",
}
"""The joint statistics of Simonsohn, Simmons and Nelson (2020); the last two of centred t."""
TWO_SIDED = "median_estimate"


def grid_statistics(found: Multiverse) -> dict[str, np.ndarray]:
    """The three joint statistics of every world (1 + B each): median estimate, share significant, mean |t|.

    The last two use t less its mean over the worlds of a cell: a cell whose exchanged worlds all lie high is not
    significant for lying high. The sign of the median is that of the centred t.
    """
    centred = found.t - found.t.mean(axis=1, keepdims=True)
    significant = np.abs(centred) > found.critical[:, None]
    same_sign = np.sign(centred) == np.sign(np.median(centred, axis=0))
    return {"median_estimate": np.median(found.estimates, axis=0),
            "significant_share": (significant & same_sign).mean(axis=0),
            "mean_absolute_t": np.abs(centred).mean(axis=0)}


def joint_test(found: Multiverse) -> pd.DataFrame:
    """Does the whole grid lie where it would not if capital paths changed hands? One row per statistic.

    Columns: term, label, estimate, null_median, null_low, null_high (the 95% range of the permutations; for the
    statistics of size the 95% point alone), p_value = (1 + #) / (1 + B), twice the smaller tail for the median,
    p_standard_error, permutations, specifications_count.
    Misleads: it tests that no specification has an association, not which one is right.
    """
    rows = []
    for term, values in grid_statistics(found).items():
        above, below = 1 + (values[1:] >= values[0] - TIE).sum(), 1 + (values[1:] <= values[0] + TIE).sum()
        sides, tail = (2, min(above, below)) if term == TWO_SIDED else (1, above)
        share = tail / len(values)
        low, high = np.quantile(values[1:], [LEVEL / sides, 1 - LEVEL / sides])
        rows.append({"term": term, "label": STATISTICS[term], "estimate": values[0],
                     "null_median": np.median(values[1:]), "null_low": low if sides == 2 else np.nan,
                     "null_high": high, "p_value": min(1.0, sides * share),
                     "p_standard_error": sides * np.sqrt(share * (1 - share) / found.permutations),
                     "permutations": found.permutations, "specifications_count": len(found.cells)})
    return pd.DataFrame(rows)


def sorted_curve(found: Multiverse, level: float = 0.90, most: int | None = None) -> pd.DataFrame:
    """The specification curve: cells sorted by estimate, with the band of the sorted curves under permutation.

    Adds rank (1 is the lowest estimate), null_low, null_high (the central `level` of the same rank over the draws).
    `most` keeps that many ranks, evenly spread, and the primary cell: enough to draw.
    Misleads: neighbours on the curve share most of their data; it is no sample of independent studies.
    """
    curves = np.sort(found.estimates[:, 1:], axis=0)
    low, high = np.quantile(curves, [(1 - level) / 2, (1 + level) / 2], axis=1)
    cells = found.cells.sort_values("estimate", ignore_index=True)
    curve = cells.assign(rank=np.arange(1, len(cells) + 1), null_low=low, null_high=high)
    if most is None or most >= len(curve):
        return curve
    kept = np.linspace(0, len(curve) - 1, most).round().astype(int)
    return curve[curve.index.isin(kept) | curve["is_primary"]].reset_index(drop=True)


def by_choice(found: Multiverse, model: str = "trade_off") -> pd.DataFrame:
    """Every choice on its own: how the cells that make it look, and what it changes against the primary choice.

    Columns: dimension, dimension_label, choice, label, is_primary, cells_count, estimate (median), low, high (5% and
    95% of its cells), negative_ratio, significant_negative_ratio, significant_positive_ratio; and over pairs of cells
    alike in all else: moved (median change of the estimate against the primary choice), turned_ratio (pairs whose sign
    differs). The last two are missing for primary choices.
    """
    words, rows = labels(model), []
    for dimension, options in dimensions(model).items():
        for choice in options:
            mine = found.cells[found.cells[dimension] == choice]
            if mine.empty:
                continue
            row = {"dimension": dimension, "dimension_label": DIMENSIONS[dimension], "choice": choice,
                   "label": words[dimension, choice], "is_primary": choice == options[0]}
            paired = _against_primary(found.cells, list(dimensions(model)), dimension, choice, options[0])
            rows.append(row | _look(mine, found) | paired)
    return pd.DataFrame(rows)


def _look(cells: pd.DataFrame, found: Multiverse) -> dict:
    significant = cells["t"].abs() > found.critical[cells.index]
    low, middle, high = cells["estimate"].quantile([0.05, 0.5, 0.95])
    return {"cells_count": len(cells), "estimate": middle, "low": low, "high": high,
            "negative_ratio": (cells["estimate"] < 0).mean(),
            "significant_negative_ratio": (significant & (cells["estimate"] < 0)).mean(),
            "significant_positive_ratio": (significant & (cells["estimate"] > 0)).mean()}


def _against_primary(cells: pd.DataFrame, names: list[str], dimension: str, choice: str, primary: str) -> dict:
    if choice == primary:
        return {"moved": np.nan, "turned_ratio": np.nan}
    others = [name for name in names if name != dimension]
    columns = [*others, "estimate"]
    pairs = cells.loc[cells[dimension] == choice, columns].merge(
        cells.loc[cells[dimension] == primary, columns], on=others, suffixes=("", "_primary"))
    turned = np.sign(pairs["estimate"]) != np.sign(pairs["estimate_primary"])
    return {"moved": (pairs["estimate"] - pairs["estimate_primary"]).median(), "turned_ratio": turned.mean()}


def shares_of_variance(cells: pd.DataFrame, model: str = "trade_off") -> pd.DataFrame:
    """How much of the variance of the estimates over the grid each dimension accounts for on its own.

    Columns: dimension, share_ratio (variance between the means of its choices over the whole variance); the last
    row, "interplay", is what no single dimension accounts for. Misleads: a share is of this grid; a choice that
    was not listed has none.
    """
    total = cells["estimate"].var(ddof=0)
    shares = {dimension: cells.groupby(dimension)["estimate"].transform("mean").var(ddof=0) / total
              for dimension in dimensions(model) if cells[dimension].nunique() > 1}
    table = pd.DataFrame({"dimension": list(shares), "share_ratio": list(shares.values())})
    table = table.sort_values("share_ratio", ascending=False, ignore_index=True)
    rest = pd.DataFrame({"dimension": ["interplay"], "share_ratio": [1 - table["share_ratio"].sum()]})
    return pd.concat([table, rest], ignore_index=True)


def size_classes(cells: pd.DataFrame, smallest: float) -> pd.DataFrame:
    """Share of the cells by size of the estimate against the smallest effect of interest (positive, log headcount).

    Columns: term, label, cells_count, share_ratio, significant_count; from displacement to its opposite.
    """
    edges = {"fall": (-np.inf, -smallest), "small_fall": (-smallest, 0), "small_rise": (0, smallest),
             "rise": (smallest, np.inf)}
    words = {"fall": "a fall that matters", "small_fall": "a smaller fall", "small_rise": "a small rise",
             "rise": "a rise as large as the fall that matters"}
    rows = []
    for term, (low, high) in edges.items():
        mine = cells[(cells["estimate"] > low) & (cells["estimate"] <= high)]
        rows.append({"term": term, "label": words[term], "cells_count": len(mine),
                     "share_ratio": len(mine) / len(cells), "significant_count": int((mine["p_value"] < 0.05).sum())})
    return pd.DataFrame(rows)


def detectable_median(found: Multiverse, power: float = POWER) -> float:
    """The fall of the median that the joint test would see with this power, as a positive number.

    An association put into a permuted world through this year's capital intensity shifts each of its estimates by
    just that size and leaves the errors alone, so no simulation is needed: the draws, shifted down, must pass the lower
    end of the equal-tailed test. Misleads: it takes one association for every firm, and one unit for every cell.
    """
    medians = np.median(found.estimates[:, 1:], axis=0)
    return float(np.quantile(medians, power) - np.quantile(medians, LEVEL / 2))


def without_each(panel: pd.DataFrame, tickers: list[str], cells: pd.DataFrame) -> pd.DataFrame:
    """The median of a grid when one firm is not in the data: ticker, estimate, negative_ratio; "none" comes first.

    `panel`: frame of load_panel("year"); `cells`: of `grid`, a small one, because it is estimated once a firm.
    """
    rows = []
    for ticker in ["none", *tickers]:
        estimates = run_grid(panel[panel["ticker"] != ticker], cells, permutations=0).cells["estimate"]
        rows.append({"ticker": ticker, "estimate": estimates.median(), "negative_ratio": (estimates < 0).mean()})
    return pd.DataFrame(rows)
