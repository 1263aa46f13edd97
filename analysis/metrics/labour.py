"""Labour metrics: output, capital and stock pay per employee, and announced layoffs over headcount."""

import pandas as pd

from analysis.metrics.registry import define, ratio

PER_EMPLOYEE_MISLEADS = "Headcount is the year's last day, the flow is the whole year; contractors do not count."


@define(
    "revenue_per_employee_usd_per_person", "Revenue per employee", ("revenue_usd", "headcount_persons"),
    "Revenue of the year over headcount at its end.", PER_EMPLOYEE_MISLEADS,
)
def revenue_per_employee(revenue: pd.Series, headcount: pd.Series) -> pd.Series:
    return ratio(revenue, headcount)


@define(
    "operating_income_per_employee_usd_per_person", "Operating income per employee",
    ("operating_income_usd", "headcount_persons"),
    "Operating income of the year over headcount at its end.", PER_EMPLOYEE_MISLEADS,
)
def operating_income_per_employee(income: pd.Series, headcount: pd.Series) -> pd.Series:
    return ratio(income, headcount)


@define(
    "capex_per_employee_usd_per_person", "Capital expenditure per employee", ("capex_usd", "headcount_persons"),
    "Capital expenditure of the year over headcount at its end.", PER_EMPLOYEE_MISLEADS,
)
def capex_per_employee(capex: pd.Series, headcount: pd.Series) -> pd.Series:
    return ratio(capex, headcount)


@define(
    "stock_compensation_per_employee_usd_per_person", "Stock compensation per employee",
    ("share_based_compensation_usd", "headcount_persons"),
    "Share-based compensation of the year over headcount at its end.", PER_EMPLOYEE_MISLEADS,
)
def stock_compensation_per_employee(stock: pd.Series, headcount: pd.Series) -> pd.Series:
    return ratio(stock, headcount)


def layoff_rate(events: pd.DataFrame, panel: pd.DataFrame) -> pd.DataFrame:
    """Announced layoffs over the last headcount before them, per ticker and calendar year.

    Events: frame of load_layoffs; panel: frame of load_panel("year"). Returns ticker, calendar_year,
    employees_cut_persons (only rows that add up), headcount_before_persons, headcount_date and
    layoff_rate_ratio. A company-year without an event is absent: no event recorded is not zero layoffs.
    Misleads: announced, not carried out; gross of hiring; a unit's cut is set against the whole firm.
    """
    counted = events[events["adds_up"] & events["ticker"].notna()]
    counted = counted.assign(calendar_year=counted["announced_date"].dt.year)
    yearly = counted.groupby(["ticker", "calendar_year"], as_index=False).agg(
        employees_cut_persons=("employees_cut_persons", "sum"), first_date=("announced_date", "min")
    )
    heads = panel.loc[panel["headcount_persons"].notna(), ["ticker", "period_end", "headcount_persons"]]
    heads = heads.rename(columns={"period_end": "headcount_date", "headcount_persons": "headcount_before_persons"})
    rates = pd.merge_asof(
        yearly.sort_values("first_date"), heads.sort_values("headcount_date"),
        left_on="first_date", right_on="headcount_date", by="ticker", tolerance=pd.Timedelta(days=LAST_HEADCOUNT_DAYS),
    )
    rates["layoff_rate_ratio"] = ratio(rates["employees_cut_persons"], rates["headcount_before_persons"])
    return rates.sort_values(["ticker", "calendar_year"], ignore_index=True).drop(columns="first_date")


LAST_HEADCOUNT_DAYS = 548
"""A headcount older than 18 months is no denominator."""
