"""Claims on capital guidance: which sum, for what, how it grows and what it is measured against."""

import datetime

import pandas as pd

from analysis.claims.finding import (
    CANNOT_TELL,
    CONTRADICTED,
    MIXED,
    SUPPORTED,
    Finding,
    at_least,
    claimed,
    range_at_least,
    range_between,
)
from analysis.claims.known import Known, members
from analysis.claims.registry import computation
from analysis.errors import AnalysisError
from analysis.metrics.guidance import ends_of, guidance_path
from analysis.numerals import date_text
from analysis.periods import calendar_year as calendar_year_of
from analysis.quantity import Quantity, total
from analysis.tables.companies import company_name

WITH_LEASES = "capex_with_finance_leases"
BEGUN = ("capex_with_leases_begun", "capex_with_fewer_leases_begun")
WHOLE = (WITH_LEASES, *BEGUN, "capex")
"""Definitions of guidance that say it is all capital expenditure."""
AI_ALONE = ("ai_infrastructure",)
"""Definitions of guidance that say it is for AI alone. No company gives one yet."""
SCOPES = {WITH_LEASES: "all capital expenditure, principal of finance leases included",
          **dict.fromkeys(BEGUN, "all capital expenditure, finance leases that begin included"),
          "capex": "all capital expenditure", "not_stated": "capital expenditure, without saying which"}


def standing(known: Known, ticker: str, period_end: datetime.date, on: datetime.date) -> pd.Series:
    """The guidance of a company for a period as it stood on a day; AnalysisError when none was given by then."""
    path = guidance_path(known["guidance"], ticker, f"{period_end:%Y-%m-%d}")
    given = path[path["given_date"] <= pd.Timestamp(on)]
    if given.empty:
        raise AnalysisError(f"no guidance of {ticker} for the period to {period_end} was given by {on}")
    return given.iloc[-1]


@computation("guided")
def guided_range(known: Known, *, ticker: str, period_end: datetime.date, on: datetime.date, low_usd: float,
                 high_usd: float, within_ratio: float) -> Finding:
    """The capital guidance in force on a day is the sum or range claimed.

    Both ends within a share of the claimed ones: supported. One end alone, or a claimed sum inside the guided range:
    mixed. Otherwise contradicted. Give one sum as both ends.
    """
    row = standing(known, ticker, period_end, on)
    low, high = ends_of(row)
    fits = [abs(end.value - stated) <= within_ratio * stated for end, stated in ((low, low_usd), (high, high_usd))]
    inside = low.value * (1 - within_ratio) <= low_usd <= high_usd <= high.value * (1 + within_ratio)
    word = SUPPORTED if all(fits) else MIXED if any(fits) or inside else CONTRADICTED
    return Finding(CANNOT_TELL if high.is_missing else word,
                   "{company} guided {low} to {high} for the year to {end}, in force on {on} and given on {given}; "
                   "the claim says {stated}.",
                   _names(ticker, row, on) | {"low": low, "high": high, "stated": _stated(low_usd, high_usd)},
                   "low high")


def _stated(low_usd: float, high_usd: float) -> Quantity | str:
    low, high = claimed(low_usd, "usd"), claimed(high_usd, "usd")
    return low if low_usd == high_usd else Finding("", "{low} to {high}", {"low": low, "high": high}).text


def _names(ticker: str, row: pd.Series, on: datetime.date) -> dict[str, Quantity | str]:
    return {"company": company_name(ticker), "end": date_text(row["period_end"]), "on": date_text(on),
            "given": date_text(row["given_date"])}


@computation("guided")
def guidance_is_for_ai_alone(known: Known, *, ticker: str, period_end: datetime.date, on: datetime.date) -> Finding:
    """The guided capital budget is for AI infrastructure alone.

    Supported by a definition that names AI alone (AI_ALONE), contradicted by one that is all capital expenditure
    (WHOLE); cannot tell by any other, and when the company does not say.
    """
    row = standing(known, ticker, period_end, on)
    scope = SCOPES.get(row["definition"], str(row["definition"]).replace("_", " "))
    word = (SUPPORTED if row["definition"] in AI_ALONE else CONTRADICTED if row["definition"] in WHOLE
            else CANNOT_TELL)
    return Finding(word, "The {high} that {company} guided for the year to {end} are {scope}; no AI part is disclosed."
                   if word != SUPPORTED else "{company} guided {high} for the year to {end}, for {scope}.",
                   {name: value for name, value in _names(ticker, row, on).items() if name in ("company", "end")}
                   | {"high": ends_of(row)[1], "scope": scope}, "high")


@computation("its {what} of {year}")
def guided_over_last_year(known: Known, *, ticker: str, period_end: datetime.date, on: datetime.date, column: str,
                          calendar_year: int, at_least_times: float) -> Finding:
    """The guided capital budget is at least so many times a figure of a past year (profit, cash, capital).

    Supported when the whole guided range reaches it, contradicted when none of it does, mixed between.
    """
    row = standing(known, ticker, period_end, on)
    base = known.cell(ticker, column, calendar_year)
    low, high = (_times(end, base) for end in ends_of(row))
    return Finding(range_at_least(low, high, at_least_times),
                   "The guided capital of {company} for the year to {end} is {low} to {high} its {what} of {year}, "
                   "{base}; the claim needs at least {needed} of that.",
                   {"company": company_name(ticker), "end": date_text(row["period_end"]), "low": low, "high": high,
                    "what": column_words(column), "year": str(calendar_year), "base": base,
                    "needed": claimed(at_least_times, "ratio")}, "low high")


@computation("of the guided capital")
def guidance_covered(known: Known, *, ticker: str, period_end: datetime.date, on: datetime.date, column: str,
                     calendar_year: int, below_ratio: float, at_least_ratio: float) -> Finding:
    """A figure of a past year (profit, cash) covers at least a share of the guided capital budget.

    Supported when it does for the whole guided range, contradicted when it covers less than `below_ratio` of all of
    it, mixed between.
    """
    row = standing(known, ticker, period_end, on)
    base = known.cell(ticker, column, calendar_year)
    high, low = (base / end for end in ends_of(row))
    return Finding(range_between(low, high, below_ratio, at_least_ratio),
                   "The {what} of {company} in {year}, {base}, covers {low} to {high} of the capital guided for the "
                   "year to {end}; the claim holds from {needed} and fails below {refused}.",
                   {"company": company_name(ticker), "end": date_text(row["period_end"]), "low": low, "high": high,
                    "what": column_words(column), "year": str(calendar_year), "base": base,
                    "needed": claimed(at_least_ratio, "ratio"), "refused": claimed(below_ratio, "ratio")}, "low high")


def _times(one: Quantity, other: Quantity) -> Quantity:
    ratio = one / other
    return Quantity(ratio.value, "times", ratio.basis, ratio.documents)


COLUMN_WORDS = {
    "compute_share_low_ratio": "share of depreciation in depreciation and people cost, low end,",
    "compute_share_high_ratio": "share of depreciation in depreciation and people cost, high end,",
    "people_cost_low_usd": "people cost (low end)", "people_cost_high_usd": "people cost (high end)",
    "capex_to_operating_cash_flow_ratio": "capital expenditure over operating cash flow",
    "capex_with_finance_leases_usd": "capital expenditure with principal of finance leases",
}


def column_words(column: str) -> str:
    """The name of a panel column as a reader knows it: "net income"."""
    if column in COLUMN_WORDS:
        return COLUMN_WORDS[column]
    for unit in ("_usd_per_person", "_usd", "_persons", "_ratio"):
        column = column.removesuffix(unit)
    return column.replace("_", " ").replace("capex", "capital expenditure")


@computation("more planned")
def guided_growth(known: Known, *, group: str, calendar_year: int, at_least_ratio: float) -> Finding:
    """The firms of a group that guide capital plan at least so much more than they spent the year before.

    Sums the low ends last given for the calendar year over the firms that also report the year before. Guidance that
    counts principal of finance leases is set over what was spent with it.
    """
    guided = known["guidance"]
    fiscal = calendar_year_of(guided["period_end"])
    mine = guided[guided["ticker"].isin(members(group)) & fiscal.eq(calendar_year) & guided["span"].eq("year")
                  & guided["low_usd"].notna()].sort_values("given_date")
    last = mine.drop_duplicates("ticker", keep="last")
    pairs = [(ends_of(row)[0], known.cell(row["ticker"], _like(row), calendar_year - 1)) for _, row in last.iterrows()]
    pairs = [(low, spent) for low, spent in pairs if not spent.is_missing]
    if not pairs:
        raise AnalysisError(f"no firm of {group} guides capital for {calendar_year} and reports {calendar_year - 1}")
    plan, spent = (total([pair[side] for pair in pairs]) for side in (0, 1))
    growth = (plan - spent) / spent
    return Finding(at_least(growth, at_least_ratio),
                   "{firms} firms of the group plan at least {plan} of capital for {year}, after {spent} the year "
                   "before: {growth} more; the claim needs at least {needed} more.",
                   {"firms": Quantity(float(len(pairs)), "count", "derived", plan.documents), "plan": plan,
                    "spent": spent, "year": str(calendar_year), "growth": growth,
                    "needed": claimed(at_least_ratio, "ratio")}, "growth")


def _like(row: pd.Series) -> str:
    """The column of the panel that counts what a guidance counts."""
    return "capex_with_finance_leases_usd" if row["definition"] == WITH_LEASES else "capex_usd"
