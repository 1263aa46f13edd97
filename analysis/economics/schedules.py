"""When money moves: depreciation by year, tax schedules, present values, loan payments.

Functions of numbers or arrays; years run along the last axis where a schedule comes out.
"""

from collections.abc import Sequence

import numpy as np

from analysis.errors import AnalysisError


def straight_line(cost, life_years, year, is_half_year: bool = True):
    """Depreciation of one cohort in its `year` (1 is the year of purchase): usd.

    Half-year convention: half a year's charge in the first year, the rest at the end of life. The charges of
    all years add up to the cost. Works on arrays.
    """
    cost, life, year = np.broadcast_arrays(np.asarray(cost, float), np.asarray(life_years, float), year)
    start = np.where(year == 1, 0.0, year - 1 - (0.5 if is_half_year else 0.0))
    end = year - (0.5 if is_half_year else 0.0)
    part = np.clip(np.minimum(end, life) - start, 0, None)
    return cost / life * part


def permanent_step(yearly_cost, life_years, year, is_half_year: bool = True):
    """Depreciation in `year` (an int) when the same sum is spent in every year from the first: usd."""
    return sum(straight_line(yearly_cost, life_years, age, is_half_year) for age in range(1, int(year) + 1))


def by_table(cost: float, shares: Sequence[float]) -> np.ndarray:
    """Yearly deductions from a table of shares, such as the tax code's; AnalysisError unless they add up to 1."""
    table = np.asarray(shares, dtype=float)
    if not np.isclose(table.sum(), 1):
        raise AnalysisError(f"the shares add up to {table.sum():g}, not to 1")
    return cost * table


def present_value(flows, rate, start: float = 0.0):
    """Flows one year apart, the first `start` years from now, discounted at the yearly `rate`."""
    flows = np.asarray(flows, dtype=float)
    years = start + np.arange(flows.shape[-1])
    return (flows / (1 + np.asarray(rate, float)[..., None]) ** years).sum(axis=-1)


def yearly_payment(principal, rate, years):
    """The level yearly payment, at year's end, that repays a loan; `principal / years` at rate zero."""
    rate = np.asarray(rate, dtype=float)
    safe = np.where(rate == 0, 1.0, rate)
    share_a_year = safe / -np.expm1(-np.asarray(years, float) * np.log1p(safe))  # exact for tiny rates, too
    return principal * np.where(rate == 0, 1 / np.asarray(years, float), share_a_year)
