"""The budget and the price a page is run with: from the latest guidance and the register, or the reader's own."""

from dataclasses import dataclass

from analysis.economics.bounds import within
from analysis.economics.budget_case import budget_case
from analysis.economics.ranges import Range, exactly
from analysis.quantity import Quantity

SMALLEST_USD, LARGEST_USD = 1e9, 1e12
CHEAPEST_USD_PER_KWH, DEAREST_USD_PER_KWH = 0.01, 0.5
"""What the page accepts: from one modest site to more than all hyperscalers spend, and any price paid at scale."""


@dataclass(frozen=True)
class Budget:
    """A sum to spend: whose it is, what it is in words, and the life of the company's servers in its accounts."""

    ticker: str
    name: str
    amount: Range
    words: str
    life: Range


def chosen_budget(ticker: str, as_of: str = "latest", budget_usd: float = 0.0) -> Budget:
    """The top of the company's latest guided capital budget, or `budget_usd` when it is not 0.

    Without open guidance: what the last full year spent. AnalysisError for a sum outside what the page accepts.
    """
    case = budget_case(ticker, as_of)
    life = case.inputs["server_life_years"]
    if budget_usd:
        reason = "a smaller sum buys no site, a larger one is beyond any budget"
        amount = exactly(within("budget_usd", budget_usd, SMALLEST_USD, LARGEST_USD, reason), "budget", "usd")
        return Budget(ticker, case.name, amount, "a sum of the reader's choice", life)
    top = case.step.after.at("high")
    what = "the top of the latest capital guidance" if case.step.is_guided else "the capital expenditure"
    given = f"{what} of {case.name} for {case.step.year_label}"
    return Budget(ticker, case.name, exactly(top, "budget"), given, life)


def chosen_electricity(usd_per_kwh: float = 0.0) -> Range | None:
    """The reader's own price of electricity, or None for the register's range when it is 0."""
    if not usd_per_kwh:
        return None
    reason = "no large user pays that"
    price = within("electricity_usd_per_kwh", usd_per_kwh, CHEAPEST_USD_PER_KWH, DEAREST_USD_PER_KWH, reason)
    return exactly(Quantity(price, "usd_per_kwh", "scenario"), "electricity price")
