"""What a company's own guidance of total expense says of its margin and its income in the open year."""

from dataclasses import dataclass

import pandas as pd

from analysis.economics.ranges import Range, provenance, span
from analysis.outlook.further_cuts import GROWTH, cost_of_staff, grown, other_costs
from analysis.outlook.further_cuts_case import CutsCase, expense_range
from analysis.quantity import Quantity
from analysis.tables.guidance import load_expense_guidance

OF_THE_YEAR = ("revenue_usd", "operating_income_usd")


@dataclass(frozen=True)
class GuidedExpense:
    """Guided total expense of the year after the last full one, and what follows from it.

    `last_margin`: operating margin of the last full year. `margin`: that of the guided year, over the range of growth.
    `growth_for_margin`, `growth_for_income`: growth of revenue that holds the last full year's. `otherwise`: what the
    arithmetic would take the year to cost if other costs moved with revenue, at central inputs; missing without them.
    """

    given: pd.Timestamp
    expense: Range
    last_margin: Quantity
    margin: Range
    growth_for_margin: Range
    growth_for_income: Range
    otherwise: Quantity

    @property
    def outcome(self) -> str:
        """Whether the last full year's margin comes out: "held", "not held", or "held or not"."""
        if self.margin.low >= self.last_margin.value:
            return "held"
        return "not held" if self.margin.high < self.last_margin.value else "held or not"


def guided_expense(case: CutsCase, as_of: str) -> GuidedExpense | None:
    """The latest guidance of total expense for the first year after the base; None without any, or without revenue.

    Misleads: guided expense holds charges that come once, such as severance and fines, and already the saving of cuts
    announced before it was given.
    """
    expense = expense_range(case.ticker, as_of, case.base_end)
    if expense is None or any(name not in case.inputs for name in (*OF_THE_YEAR, GROWTH)):
        return None
    given = load_expense_guidance([case.ticker], as_of)["given_date"].max()
    year = {name: case.inputs[name] for name in OF_THE_YEAR} | {"expense_usd": expense}
    of_margin = {"revenue_usd": year["revenue_usd"], GROWTH: case.inputs[GROWTH], "expense_usd": expense}
    last = case.inputs["operating_income_usd"].at() / case.inputs["revenue_usd"].at()
    return GuidedExpense(given, expense, last, span(margin_at, of_margin, "ratio"),
                         span(growth_for_margin, year, "ratio"), span(growth_for_income, year, "ratio"),
                         _otherwise(case))


def _otherwise(case: CutsCase) -> Quantity:
    known = case.inputs | (case.ahead["guided", 1].inputs if ("guided", 1) in case.ahead else {})
    if case.lacks or "depreciation_then_usd" not in known or case.headcount.is_missing:
        return Quantity(float("nan"), "usd", "unresolved")
    one = {name: value.value for name, value in known.items()}
    others = other_costs(one) * (1 + one["other_cost_growth_ratio"] * one[GROWTH])
    cost = others + cost_of_staff(one, case.headcount.value, 1) + one["depreciation_then_usd"]
    return Quantity(cost, "usd", *provenance(known.values()))


def margin_at(revenue_usd, growth_ratio, expense_usd):
    """Operating margin of the year: ratio."""
    return 1 - expense_usd / (revenue_usd * grown(growth_ratio, 1))


def growth_for_margin(revenue_usd, operating_income_usd, expense_usd):
    """Growth of revenue that holds the operating margin: ratio."""
    return expense_usd / (revenue_usd - operating_income_usd) - 1


def growth_for_income(revenue_usd, operating_income_usd, expense_usd):
    """Growth of revenue that holds operating income in dollars: ratio."""
    return (expense_usd + operating_income_usd) / revenue_usd - 1
