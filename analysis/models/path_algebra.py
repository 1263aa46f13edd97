"""Least squares for thousands of regressor paths at once.

Fixed effects and controls are projected out once; a permutation only swaps paths, so all permutations of one
design are one matrix product. Everything after that works on sums per firm.

Shapes: n rows, F firms, T most rows of any firm, B draws (the first may be the observed one), L lags of the path.
A box holds rows as F x T, with zeros where a firm has fewer rows, so that sums per firm are one contraction.
"""

from dataclasses import dataclass
from functools import cached_property

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

    @cached_property
    def most(self) -> int:
        """Most rows of any firm (T)."""
        return int(self.counts.max())

    @cached_property
    def slots(self) -> np.ndarray:
        """Where each row, in firm order, lies in a box of F * T rows (n)."""
        shift = self.most * np.arange(len(self.starts)) - self.starts
        return np.arange(len(self.order)) + np.repeat(shift, self.counts)

    def boxed(self, values: np.ndarray) -> np.ndarray:
        """Values in firm order (n x ...) as a box (F x T x ...)."""
        box = np.zeros((len(self.starts) * self.most, *values.shape[1:]))
        box[self.slots] = values
        return box.reshape(len(self.starts), self.most, *values.shape[1:])

    @cached_property
    def basis_box(self) -> np.ndarray:
        """The basis with its zeros (F * T x r)."""
        return self.boxed(self.basis).reshape(len(self.starts) * self.most, -1)

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

    @cached_property
    def totals(self) -> tuple[np.ndarray, np.ndarray]:
        """Both summed over firms: B x L x L and L x B."""
        return np.moveaxis(self.squares.sum(axis=2), -1, 0), self.cross.sum(axis=1)


def moments(design: Projection, outcome: np.ndarray, lags: list[np.ndarray]) -> Moments:
    """Residualise the outcome (n) and every lag (n x B) once and sum their products per firm."""
    x = np.stack([design.residual(lag) for lag in lags], axis=1)
    return products(design.boxed(design.residual(outcome)), design.boxed(x))


def products(y: np.ndarray, x: np.ndarray) -> Moments:
    """Sums per firm of the products of boxes: the outcome (F x T) and the lags (F x T x L x B), both residuals."""
    count = x.shape[2]
    squares = np.empty((count, count, x.shape[0], x.shape[3]))
    for one in range(count):
        for other in range(one + 1):
            np.einsum("ftb,ftb->fb", x[:, :, one], x[:, :, other], out=squares[one, other])
            squares[other, one] = squares[one, other]
    return Moments(squares, np.array([np.einsum("ft,ftb->fb", y, x[:, :, lag]) for lag in range(count)]))


def cumulated(found: Moments, lags: list[int], basis_columns: int, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Sum of the coefficients on some lags and its firm-clustered (CRV1) standard error, per draw (B).

    `basis_columns`: columns taken out beside the firms; with the lags they are the k of CRV1 as pinned in conventions.
    """
    chosen = slice(len(lags)) if lags == list(range(len(lags))) else np.array(lags)  # a slice spares a copy
    squares, cross = found.squares[chosen][:, chosen], found.cross[chosen]
    firms, k = squares.shape[2], basis_columns + len(lags)
    inverse = np.linalg.inv(found.totals[0][:, chosen][:, :, chosen])
    slopes = np.einsum("blm,mb->lb", inverse, found.totals[1][chosen])
    weights = inverse.sum(axis=2).T
    scores = np.einsum("lb,lfb->fb", weights, cross)
    scores -= np.einsum("lmb,lmfb->fb", weights[:, None] * slopes, squares)
    scale = firms / (firms - 1) * (rows - 1) / (rows - k)
    return slopes.sum(axis=0), np.sqrt(scale * (scores**2).sum(axis=0))


@dataclass(frozen=True)
class Wardrobe:
    """What the rows of each firm of a sample would be under the path of every firm, firm means taken out.

    `worn` is F x (T * L) x P for P firms with a path: a draw only looks values up. Missing where a path lacks a
    year that the firm has.
    """

    worn: np.ndarray
    lags: int

    def draw(self, carried: np.ndarray) -> np.ndarray:
        """The lags (box, F x T x L x B) when firm f carries path carried[f, b]."""
        firms, rows, _ = self.worn.shape
        drawn = np.empty((firms, rows, carried.shape[1]))
        for table, whose, out in zip(self.worn, carried, drawn, strict=True):
            np.take(table, whose, axis=1, out=out, mode="clip")  # "clip" spares a copy; every code exists
        return drawn.reshape(firms, -1, self.lags, carried.shape[1])


def wardrobe(bare: Projection, tables: list[np.ndarray]) -> Wardrobe:
    """Tables of `paths.Paths.worn`, one per lag (n x P), ready to be drawn from. `bare`: projection of firms alone."""
    within = bare.boxed(np.stack([bare.residual(table) for table in tables], axis=1))
    return Wardrobe(within.reshape(within.shape[0], -1, within.shape[3]), len(tables))


def drawn_moments(design: Projection, y: np.ndarray, drawn: np.ndarray) -> Moments:
    """As `moments`, for a boxed residual outcome (F x T) and lags of `Wardrobe.draw`, whose firm means are out."""
    flat = drawn.reshape(design.basis_box.shape[0], -1)
    left = flat - design.basis_box @ (design.basis_box.T @ flat)
    return products(y, left.reshape(drawn.shape))
