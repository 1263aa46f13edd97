"""Payroll saved against capital spent: the same saving under two lenses.

Cash: the yearly saving over the rise in capital expenditure, which it would have to fund. Profit and loss: the
saving over the depreciation that the rise adds in a year, which it would have to offset. Neither lens alone
answers anything, so `lenses` always gives both. Every function works on floats and on arrays.

A role costs cost x relative cost a year. Cuts end that many roles, cancelled openings end those that would have
been filled. This is arithmetic: nothing here says that one was done for the other.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from analysis.economics.draws import middle_of
from analysis.economics.ranges import Model, Range
from analysis.economics.schedules import permanent_step, straight_line

JUDGED_YEARS = (1, 2, 3)
"""Years of depreciation by which the profit-and-loss lens is judged."""


def roles_ended(cuts_persons, openings_count, fill_probability_ratio):
    """Roles that no longer cost anything: the cuts, and the cancelled openings that would have been filled."""
    return cuts_persons + fill_probability_ratio * openings_count


def run_rate_saving(cost_usd_per_person, relative_cost_ratio, cuts_persons, openings_count, fill_probability_ratio):
    """Cost of a full year of the roles ended: usd a year.

    Misleads: gross of hiring elsewhere, and of contractors who take over the work.
    """
    ended = roles_ended(cuts_persons, openings_count, fill_probability_ratio)
    return cost_usd_per_person * relative_cost_ratio * ended


def first_year_saving(cost_usd_per_person, relative_cost_ratio, cuts_persons, openings_count, fill_probability_ratio,
                      part_year_ratio, severance_ratio):
    """Saving in the year of the cuts: the part of the year that was left, less severance (in years of cost): usd."""
    whole = run_rate_saving(cost_usd_per_person, relative_cost_ratio, cuts_persons, openings_count,
                            fill_probability_ratio)
    return part_year_ratio * whole - severance_ratio * cost_usd_per_person * relative_cost_ratio * cuts_persons


def charged_share(year, server_share_ratio, server_life_years, building_life_years, is_kept=False):
    """Share of a rise in spending that depreciation charges in its `year` (1 is the year of the rise).

    Servers and buildings run down in a straight line over their own lives, half a year's charge in the first.
    `is_kept`: the higher spending is repeated every year, so that cohorts pile up; else it is one cohort.
    """
    schedule = permanent_step if is_kept else straight_line
    servers, buildings = (schedule(1.0, life, year) for life in (server_life_years, building_life_years))
    return server_share_ratio * servers + (1 - server_share_ratio) * buildings


def added_depreciation(capex_before_usd, capex_after_usd, server_share_ratio, server_life_years,
                       building_life_years, *, year, is_kept=False):
    """Depreciation of `year` that the rise of capital expenditure adds: usd."""
    share = charged_share(year, server_share_ratio, server_life_years, building_life_years, is_kept)
    return (capex_after_usd - capex_before_usd) * share


def cash_coverage(cost_usd_per_person, relative_cost_ratio, cuts_persons, openings_count, fill_probability_ratio,
                  capex_before_usd, capex_after_usd):
    """Yearly saving over the rise of capital expenditure: ratio; 1 would fund all of the rise."""
    saving = run_rate_saving(cost_usd_per_person, relative_cost_ratio, cuts_persons, openings_count,
                             fill_probability_ratio)
    return saving / (capex_after_usd - capex_before_usd)


def first_year_cash_coverage(cost_usd_per_person, relative_cost_ratio, cuts_persons, openings_count,
                             fill_probability_ratio, part_year_ratio, severance_ratio, capex_before_usd,
                             capex_after_usd):
    """Saving in the year of the cuts, after severance, over the rise of capital expenditure: ratio."""
    saving = first_year_saving(cost_usd_per_person, relative_cost_ratio, cuts_persons, openings_count,
                               fill_probability_ratio, part_year_ratio, severance_ratio)
    return saving / (capex_after_usd - capex_before_usd)


def profit_coverage(cost_usd_per_person, relative_cost_ratio, cuts_persons, openings_count, fill_probability_ratio,
                    capex_before_usd, capex_after_usd, server_share_ratio, server_life_years, building_life_years,
                    *, year, is_kept=False):
    """Yearly saving over the depreciation added in `year`: ratio; 1 would leave operating income unchanged."""
    cash = cash_coverage(cost_usd_per_person, relative_cost_ratio, cuts_persons, openings_count,
                         fill_probability_ratio, capex_before_usd, capex_after_usd)
    return cash / charged_share(year, server_share_ratio, server_life_years, building_life_years, is_kept)


def cumulated_profit_coverage(cost_usd_per_person, relative_cost_ratio, cuts_persons, openings_count,
                              fill_probability_ratio, capex_before_usd, capex_after_usd, server_share_ratio,
                              server_life_years, building_life_years, *, is_kept=True):
    """Saving of the JUDGED_YEARS over the depreciation added in all of them: ratio.

    The sums over years are set against each other, so a year with a small charge does not weigh as much as one with
    a large charge, as it would in a mean of yearly ratios.
    """
    cash = cash_coverage(cost_usd_per_person, relative_cost_ratio, cuts_persons, openings_count,
                         fill_probability_ratio, capex_before_usd, capex_after_usd)
    charged = sum(charged_share(year, server_share_ratio, server_life_years, building_life_years, is_kept)
                  for year in JUDGED_YEARS)
    return cash * len(JUDGED_YEARS) / charged


def first_year_profit_coverage(cost_usd_per_person, relative_cost_ratio, cuts_persons, openings_count,
                               fill_probability_ratio, part_year_ratio, severance_ratio, capex_before_usd,
                               capex_after_usd, server_share_ratio, server_life_years, building_life_years):
    """Saving in the year of the cuts, after severance, over the depreciation added in that year: ratio.

    Both are what the year holds: the part of it that was left, and half a year's charge.
    """
    cash = first_year_cash_coverage(cost_usd_per_person, relative_cost_ratio, cuts_persons, openings_count,
                                    fill_probability_ratio, part_year_ratio, severance_ratio, capex_before_usd,
                                    capex_after_usd)
    return cash / charged_share(1, server_share_ratio, server_life_years, building_life_years)


def after_tax_coverage(cost_usd_per_person, relative_cost_ratio, cuts_persons, openings_count,
                       fill_probability_ratio, capex_before_usd, capex_after_usd, server_share_ratio,
                       server_life_years, building_life_years, tax_rate_ratio, expensed_ratio):
    """Cash coverage in the year of the rise when saving and spending are both taken after tax: ratio.

    The saving is taxed as profit. Of the rise, `expensed_ratio` is deducted at once and the rest as the accounts
    depreciate it; deducted whole, it is cut by the same tax rate as the saving and the coverage is unchanged.
    """
    first = charged_share(1, server_share_ratio, server_life_years, building_life_years)
    deducted = expensed_ratio + (1 - expensed_ratio) * first
    before = cash_coverage(cost_usd_per_person, relative_cost_ratio, cuts_persons, openings_count,
                           fill_probability_ratio, capex_before_usd, capex_after_usd)
    return before * (1 - tax_rate_ratio) / (1 - tax_rate_ratio * deducted)


@dataclass(frozen=True)
class Lens:
    """One way to look at the trade: its id, its words, its kind ("cash" or "profit") and its model."""

    lens: str
    label: str
    kind: str
    model: Model
    year: int | None = None
    is_kept: bool = False

    @property
    def is_first_year(self) -> bool:
        return self.model in (first_year_cash_coverage, first_year_profit_coverage)


def lenses(years: tuple[int, ...] = JUDGED_YEARS) -> list[Lens]:
    """Both lenses: cash and profit and loss in the year of the cuts, and for a full year's saving.

    Profit and loss sets a full year's saving against the charge of each year of `years`: from the second on twice,
    for one year's rise, and for a rise that is kept up.
    """
    cash = [Lens("cash", "Cash, a full year", "cash", cash_coverage),
            Lens("cash_first_year", "Cash, year of the cuts", "cash", first_year_cash_coverage)]
    same_year = Lens("profit_first_year", "Accounts, year of the cuts", "profit", first_year_profit_coverage, 1)
    return [*cash, same_year] + [_profit(year, is_kept) for is_kept in (False, True) for year in years
                                 if year > 1 or not is_kept]


def judged_lenses() -> list[Lens]:
    """What the readings are judged by: cash for a full year, with the year of the cuts beside it, and the accounts over
    all JUDGED_YEARS, for a rise that is kept up and for one year's rise."""
    kept, once = (Lens(f"profit_all{end}", f"Accounts, {len(JUDGED_YEARS)} years{words}", "profit",
                       partial(cumulated_profit_coverage, is_kept=is_kept), None, is_kept)
                  for end, words, is_kept in (("_kept", ", rise kept up", True), ("", "", False)))
    return [*lenses(())[:2], kept, once]


def _profit(year: int, is_kept: bool) -> Lens:
    words = f"Accounts, year {year}" + (", rise kept up" if is_kept else "")
    return Lens(f"profit_{year}{'_kept' if is_kept else ''}", words, "profit",
                partial(profit_coverage, year=year, is_kept=is_kept), year, is_kept)


def inputs_of(model: Callable, inputs: Mapping[str, Range]) -> dict[str, Range]:
    """Those of the inputs that the model takes."""
    return {name: inputs[name] for name in inspect.signature(model).parameters if name in inputs}


def simulated(model: Model, inputs: Mapping[str, Range], drawn: Mapping[str, np.ndarray], unit: str = "ratio",
              label: str = "") -> tuple[Range, float]:
    """The 5%, 50% and 95% points of the model over `drawn` inputs (`draws.draw`), and the share of draws above 1."""
    taken = inputs_of(model, inputs)
    outcomes = np.asarray(model(**{name: drawn[name] for name in taken}), dtype=float)
    return middle_of(outcomes, taken, unit, label), float((outcomes > 1).mean())
