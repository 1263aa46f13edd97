"""Capital vintages: what is placed in service in a year, and the depreciation it brings in every later year.

Straight line with the half-year convention. When a life changes, what is left of a vintage is spread over what is
left of the new life: the past is not restated. With a constant life this is `schedules.straight_line`.
"""

import numpy as np

from analysis.outlook.lives import Lives

HALF = 0.5


def depreciation(placed_usd: np.ndarray, first_year: int, lives: Lives) -> np.ndarray:
    """Depreciation by fiscal year of one asset class: same shape as `placed_usd`.

    `placed_usd`: cost placed in service, years along the first axis from `first_year`, draws (if any) along the
    second. Vintages before the first year of interest belong in front: their own earlier charges are computed too.
    """
    placed = np.asarray(placed_usd, dtype=float)
    net, years = placed.copy(), np.arange(len(placed))
    charged = np.zeros_like(placed)
    for now in years:
        held = slice(0, now + 1)
        age = np.maximum(now - years[held] - HALF, 0.0).reshape(-1, *[1] * (placed.ndim - 1))
        served = np.where(years[held] == now, HALF, 1.0).reshape(age.shape)
        for share, life in lives.parts(first_year + int(now)):
            charge = _charge(net[held], life - age, share * served)
            net[held] -= charge
            charged[now] += charge.sum(axis=0)
            age = age + share * served
    return charged


def _charge(net: np.ndarray, left_years: np.ndarray, share: np.ndarray) -> np.ndarray:
    """What a part of a year takes off the net cost: its share of what is left of the life, at most all."""
    ends = left_years <= share
    return np.where(ends, net, net * share / np.where(ends, 1.0, left_years))


def net_cost(placed_usd: np.ndarray, first_year: int, lives: Lives) -> np.ndarray:
    """Cost less depreciation of all vintages at the end of each year: same shape as `placed_usd`."""
    return np.cumsum(np.asarray(placed_usd, dtype=float) - depreciation(placed_usd, first_year, lives), axis=0)
