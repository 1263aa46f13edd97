"""Does guided expense outgrow revenue? What a company says of its total expense, beside what its revenue does.

Were the savings to offset the charge of new capital, total expense would grow no faster than revenue. Revenue of the
guided year is not known before the year ends: the growth of the last four reported quarters stands for it.
"""

import math
from dataclasses import dataclass

import pandas as pd

from analysis.quantity import Quantity
from analysis.tables.cells import quantity_in, total_of
from analysis.tables.guidance import load_expense_guidance
from analysis.tables.panel import load_panel

YEAR_QUARTERS = 4
NO_GROWTH = Quantity(math.nan, "ratio", "unresolved")


@dataclass(frozen=True)
class MarginOutlook:
    """Growth of a year's guided total expense and of revenue, ratios; missing where nothing is guided or reported.

    `expense_low`, `expense_high`: over the expense of the year before. `revenue`: last four quarters over the four
    before, up to `revenue_to`. `expense_so_far`, `revenue_so_far`: the guided year's reported quarters over the same
    quarters a year earlier. `given_date`: day of the guidance.
    """

    expense_low: Quantity = NO_GROWTH
    expense_high: Quantity = NO_GROWTH
    revenue: Quantity = NO_GROWTH
    expense_so_far: Quantity = NO_GROWTH
    revenue_so_far: Quantity = NO_GROWTH
    given_date: pd.Timestamp | None = None
    revenue_to: pd.Timestamp | None = None

    @property
    def evidence(self) -> float:
        """1.0 when all of the guided range grows slower than revenue, 0.0 when all of it grows faster, else NaN."""
        low, high, revenue = self.expense_low.value, self.expense_high.value, self.revenue.value
        return 1.0 if high < revenue else 0.0 if low > revenue else math.nan

    @property
    def documents(self) -> tuple[str, ...]:
        """The documents of the guidance and of the accounts, once each."""
        parts = (self.expense_low, self.expense_high, self.revenue)
        return tuple(dict.fromkeys(one for part in parts for one in part.documents))


def margin_outlook(ticker: str, as_of: str = "latest") -> MarginOutlook:
    """The outlook of one company in one edition; UnknownName for the ticker.

    Misleads: one-off charges are in the guidance and not taken out; a margin that falls says that savings do not
    offset all that expense grows by, not that they offset nothing.
    """
    guidance = load_expense_guidance([ticker], as_of)
    return outlook_of(guidance, load_panel("year", [ticker], as_of), load_panel("quarter", [ticker], as_of))


def outlook_of(guidance: pd.DataFrame, years: pd.DataFrame, quarters: pd.DataFrame) -> MarginOutlook:
    """`margin_outlook` from frames of one company: load_expense_guidance, load_panel of years and of quarters.

    Taken is the guidance given last for a year whose accounts are not out. Expense is revenue less operating income.
    """
    closed = years.loc[years["operating_income_usd"].notna(), "period_end"].max()
    rows = guidance[guidance["period_end"] > closed] if pd.notna(closed) else guidance.iloc[0:0]
    if rows.empty:
        return MarginOutlook()
    said = rows.sort_values(["given_date", "period_end"]).iloc[-1]
    before = years[years["period_end"] == said["period_start"] - pd.Timedelta(days=1)]
    if before.empty:
        return MarginOutlook(given_date=said["given_date"])
    base = quantity_in(before.iloc[0], "revenue_usd") - quantity_in(before.iloc[0], "operating_income_usd")
    ends = [_growth(Quantity(float(said[end]), "usd", "reported", (said["document_id"],)), base)
            for end in ("low_usd", "high_usd")]
    reported = quarters[quarters["revenue_usd"].notna() & quarters["operating_income_usd"].notna()]
    reported = reported.assign(quarter=pd.PeriodIndex(reported["calendar_quarter"], freq="Q"))
    reported = reported.sort_values("period_end").drop_duplicates("quarter", keep="last").set_index("quarter")
    inside = reported[reported["period_end"].between(said["period_start"], said["period_end"])]
    return MarginOutlook(*ends, _year_on_year(reported.tail(YEAR_QUARTERS), reported, YEAR_QUARTERS),
                         *(_year_on_year(inside, reported, 1, cost) for cost in (True, False)),
                         said["given_date"], reported["period_end"].max())


def _growth(now: Quantity, before: Quantity) -> Quantity:
    return now / before - Quantity(1.0, "ratio", "derived")


def _year_on_year(rows: pd.DataFrame, reported: pd.DataFrame, least: int, is_expense: bool = False) -> Quantity:
    """Growth of revenue, or of expense, over the same quarters a year before; missing when one of them is lacking."""
    earlier = reported.reindex(rows.index - YEAR_QUARTERS)
    if len(rows) < least or earlier["revenue_usd"].isna().any() or not _is_unbroken(rows):
        return NO_GROWTH
    return _growth(*(_sum(part, is_expense) for part in (rows, earlier)))


def _is_unbroken(rows: pd.DataFrame) -> bool:
    numbers = rows.index.astype("int64")
    return bool(numbers.max() - numbers.min() == len(rows) - 1)


def _sum(rows: pd.DataFrame, is_expense: bool) -> Quantity:
    revenue = total_of(rows, "revenue_usd")
    return revenue - total_of(rows, "operating_income_usd") if is_expense else revenue
