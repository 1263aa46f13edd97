"""Least squares for thousands of regressor paths at once.

Fixed effects and controls are projected out once; a permutation only swaps paths, so all permutations of one
design are one matrix product. Everything after that works on sums per firm.

Shapes: n rows, F firms, B draws (the first may be the observed one), L lags of the path.
"""

from dataclasses import dataclass

import numpy as np

TINY = 1e-9
"""A singular value below this share of the largest counts as zero: the column is a mixture of the others."""


@dataclass(frozen=True)
class Projection:
    """Firm effects and further columns of one sample, ready to be taken out of anything.

    `order` sorts the rows by firm, `starts` marks each firm's first row, `root` is the root of the weights,
    `share` each row's weight within its firm, `basis` the orthonormal rest of the design (n x r), `rank` the
    rank of all that is taken out, firms included.
    """

    order: np.ndarray
    starts: np.ndarray
    counts: np.ndarray
    root: np.ndarray
    share: np.ndarray
    basis: np.ndarray

    @property
    def rank(self) -> int:
        return len(self.starts) + self.basis.shape[1]

    def by_firm(self, values: np.ndarray) -> np.ndarray:
        """Sums per firm of values in firm order: n x ... to F x ..."""
        return np.add.reduceat(values, self.starts, axis=0)

    def residual(self, values: np.ndarray) -> np.ndarray:
        """Values (n or n x B, in the caller's row order) times the root weights, without firms and columns, in firm
        order."""
        sorted_values = values[self.order]
        weighted = (self.root * sorted_values.T).T
        means = self.by_firm((self.share * weighted.T).T)
        within = weighted - (self.root * np.repeat(means, self.counts, axis=0).T).T
        return within - self.basis @ (self.basis.T @ within)


def projection(firm: np.ndarray, columns: np.ndarray, weight: np.ndarray) -> Projection:
    """Prepare a sample: firm codes (n), columns to take out beside the firms (n x c), weights (n).

    Columns that firms or other columns already hold drop out by rank.
    """
    order = np.argsort(firm, kind="stable")
    codes, root = firm[order], np.sqrt(weight[order])
    starts = np.flatnonzero(np.r_[True, codes[1:] != codes[:-1]])
    counts = np.diff(np.r_[starts, len(codes)])
    total = np.repeat(np.add.reduceat(root**2, starts), counts)
    bare = Projection(order, starts, counts, root, root / total, np.zeros((len(codes), 0)))
    within = bare.residual(columns)
    left, size, _ = np.linalg.svd(within, full_matrices=False)
    scale = np.abs(columns).max(initial=1.0) * np.sqrt(len(codes))
    return Projection(order, starts, counts, root, root / total, left[:, size > TINY * max(scale, 1.0)])


@dataclass(frozen=True)
class Moments:
    """What every lag set of a design needs, per firm: products of the lags (L x L x F x B) and with the outcome."""

    squares: np.ndarray
    cross: np.ndarray


def moments(design: Projection, outcome: np.ndarray, lags: list[np.ndarray]) -> Moments:
    """Residualise the outcome (n) and every lag (n x B) once and sum their products per firm."""
    y = design.residual(outcome)
    x = [design.residual(lag) for lag in lags]
    squares = np.array([[design.by_firm(one * other) for other in x] for one in x])
    cross = np.array([design.by_firm((one.T * y).T) for one in x])
    return Moments(squares, cross)


def cumulated(found: Moments, lags: list[int], basis_columns: int, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Sum of the coefficients on some lags and its firm-clustered (CRV1) standard error, per draw (B).

    `basis_columns`: columns taken out beside the firms; with the lags they are the k of CRV1 as pinned in conventions.
    """
    squares, cross = found.squares[np.ix_(lags, lags)], found.cross[lags]
    firms, k = squares.shape[2], basis_columns + len(lags)
    inverse = np.linalg.inv(np.moveaxis(squares.sum(axis=2), -1, 0))
    slopes = np.einsum("blm,mb->lb", inverse, cross.sum(axis=1))
    weights = inverse.sum(axis=2).T
    scores = np.einsum("lb,lfb->fb", weights, cross) - np.einsum("lb,lmfb,mb->fb", weights, squares, slopes)
    scale = firms / (firms - 1) * (rows - 1) / (rows - k)
    return slopes.sum(axis=0), np.sqrt(scale * (scores**2).sum(axis=0))
