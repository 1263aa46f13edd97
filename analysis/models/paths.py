"""Whole paths of capital intensity, and the permutations that hand them from firm to firm.

A permutation gives every firm the whole path of another firm of its stratum, in all specifications at once. Firms
swap only with firms whose paths cover the same years, so that no specification gains or loses a row.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.models.conventions import LAGS, SEED


@dataclass(frozen=True)
class Paths:
    """One definition of capital intensity: its values per firm and year (F x Y, missing as NaN).

    Row order is that of `tickers`; column 0 is `first_year`.
    """

    tickers: tuple[str, ...]
    first_year: int
    values: np.ndarray

    def lag(self, rows: pd.DataFrame, swaps: np.ndarray, lag: int) -> np.ndarray:
        """Capital intensity `lag` years before each row (n x B) when firm f carries the path of firm swaps[f, b].

        `rows`: ticker and calendar_year; every ticker is one of `tickers`.
        """
        years = rows["calendar_year"].to_numpy() - self.first_year - lag
        return self.values[swaps[self.codes(rows)], years[:, None]]

    def codes(self, rows: pd.DataFrame) -> np.ndarray:
        """The place of each row's firm among `tickers` (n)."""
        return pd.Index(self.tickers).get_indexer(rows["ticker"])

    def worn(self, rows: pd.DataFrame, lag: int) -> np.ndarray:
        """Capital intensity `lag` years before each row under the path of every firm (n x F)."""
        return self.values[:, rows["calendar_year"].to_numpy() - self.first_year - lag].T


def paths_of(trade: pd.DataFrame, tickers: tuple[str, ...], first_year: int, last_year: int) -> Paths:
    """The paths of some firms from a frame of `trade_panel`, from first_year less the lags to last_year."""
    years = range(first_year - LAGS, last_year + 1)
    wide = trade.pivot(index="ticker", columns="calendar_year", values="k").reindex(index=list(tickers), columns=years)
    return Paths(tickers, years[0], wide.to_numpy(dtype=float))


def strata(group: pd.Series, definitions: list[Paths]) -> np.ndarray:
    """The stratum of each firm (F strings): its group and the years its paths cover in every definition.

    `group`: by ticker. Misleads: a firm alone in its stratum never swaps and adds nothing to a test.
    """
    known = np.concatenate([~np.isnan(one.values) for one in definitions], axis=1)
    groups = group.loc[list(definitions[0].tickers)]
    pattern = ["".join("x" if flag else "." for flag in row) for row in known]
    return np.array([f"{group} {years}" for group, years in zip(groups, pattern, strict=True)])


def swaps(stratum: np.ndarray, permutations: int, seed: int = SEED) -> np.ndarray:
    """Whose path each firm carries (F x (1 + permutations)): the first column is the observed world."""
    rng = np.random.default_rng(seed)
    carried = np.tile(np.arange(len(stratum))[:, None], (1, 1 + permutations))
    for name in np.unique(stratum):
        members = np.flatnonzero(stratum == name)
        carried[members, 1:] = rng.permuted(np.tile(members[:, None], (1, permutations)), axis=0)
    return carried


def swapping(stratum: np.ndarray) -> int:
    """Firms that share their stratum with another firm."""
    return int(pd.Series(stratum).duplicated(keep=False).sum())
