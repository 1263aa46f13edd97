"""Claims on company accounts: a figure, a record, growth, a share, and how many firms of a group moved which way."""

import datetime

import pandas as pd

from analysis.claims.finding import (
    BOUNDS,
    CANNOT_TELL,
    Finding,
    agreed,
    agrees,
    at_least,
    between,
    bounds_of,
    claimed,
    range_at_least,
)
from analysis.claims.guided import column_words
from analysis.claims.known import Known, members
from analysis.claims.registry import computation
from analysis.errors import AnalysisError, require_known
from analysis.numerals import date_text
from analysis.quantity import Quantity, total
from analysis.tables.cells import firm_year, joined, quantity_in, unit_of
from analysis.tables.companies import company_name

HEADS = "headcount_persons"


@computation("reported")
def reported_figure(known: Known, *, ticker: str, column: str, span: str, period_end: datetime.date, value: float,
                    within_ratio: float) -> Finding:
    """A reported figure of a year or quarter is the one claimed.

    `column` is a column of the panel, such as capex_usd, revenue_usd, net_income_usd or headcount_persons.
    """
    panel = known["years" if span == "year" else "quarters"]
    require_known("column", column, panel.columns)
    rows = panel[(panel["ticker"] == ticker) & (panel["period_end"] == pd.Timestamp(period_end))]
    if rows.empty:
        raise AnalysisError(f"no {span} of {ticker} ends on {period_end}")
    found = quantity_in(rows.iloc[-1], column)
    return Finding(agrees(found, value, within_ratio),
                   "The {what} of {company} for the {span} to {end} is {found} in the data; the claim says {stated}.",
                   {"what": column_words(column), "company": company_name(ticker), "span": span,
                    "end": date_text(period_end), "found": found, "stated": claimed(value, unit_of(column))}, "found")


@computation("in the year")
def record_year(known: Known, *, ticker: str, columns: list, calendar_year: int) -> Finding:
    """A year was the best a company has reported, by each of the measures named; mixed when they disagree."""
    values: dict[str, Quantity | str] = {"company": company_name(ticker), "year": str(calendar_year)}
    words, verdicts = [], []
    for place, column in enumerate(columns):
        now, best = known.cell(ticker, column, calendar_year), _best_before(known, ticker, column, calendar_year)
        verdicts.append(at_least(now, best.value) if not best.is_missing else CANNOT_TELL)
        values |= {f"what{place}": column_words(column), f"now{place}": now, f"best{place}": best}
        words.append(f"{{what{place}}} was {{now{place}}}, the best of the years before {{best{place}}}")
    return Finding(agreed(verdicts), "At {company} in {year}, " + "; ".join(words) + ".", values, "now0")


def _best_before(known: Known, ticker: str, column: str, calendar_year: int) -> Quantity:
    years = known["years"]
    require_known("column", column, years.columns)
    before = years[(years["ticker"] == ticker) & (years["calendar_year"] < calendar_year) & years[column].notna()]
    if before.empty:
        raise AnalysisError(f"{ticker} has no {column} before {calendar_year}")
    return quantity_in(before.loc[before[column].idxmax()], column)


@computation("change")
def grew(known: Known, *, ticker: str, column: str, first_year: int, last_year: int, at_least_ratio: float) -> Finding:
    """A figure of a company grew by at least so much between two years; below zero it fell."""
    before, after = known.cell(ticker, column, first_year), known.cell(ticker, column, last_year)
    growth = _growth(before, after)
    return Finding(at_least(growth, at_least_ratio),
                   "The {what} of {company} went from {before} in {first} to {after} in {last}, a change of {growth}; "
                   "the claim needs {needed} or more.",
                   {"what": column_words(column), "company": company_name(ticker), "before": before, "after": after,
                    "first": str(first_year), "last": str(last_year), "growth": growth,
                    "needed": claimed(at_least_ratio, "ratio")}, "growth")


def _growth(before: Quantity, after: Quantity) -> Quantity:
    """Growth over a start above zero; from a loss or from nothing there is none."""
    if before.value <= 0:
        raise AnalysisError(f"growth from {before.value:g} is not defined")
    return (after - before) / before


@computation("people, net")
def headcount_change(known: Known, *, ticker: str, first: datetime.date, last: datetime.date, persons: float,
                     within_ratio: float) -> Finding:
    """Headcount changed between two reported days by as many as claimed (below zero: fell)."""
    panel = pd.concat([known["years"], known["quarters"]])
    ends = []
    for day in (first, last):
        rows = panel[panel["ticker"].eq(ticker) & panel["period_end"].eq(pd.Timestamp(day)) & panel[HEADS].notna()]
        if rows.empty:
            raise AnalysisError(f"no headcount of {ticker} on {day}")
        ends.append(quantity_in(rows.iloc[0], HEADS))
    change = ends[1] - ends[0]
    return Finding(agrees(change, persons, within_ratio),
                   "{company} had {before} people on {first} and {after} on {last}: a change of {change}; the claim "
                   "says {stated}.",
                   {"company": company_name(ticker), "before": ends[0], "after": ends[1], "first": date_text(first),
                    "last": date_text(last), "change": change, "stated": claimed(persons, "persons")}, "change")


@computation("fall in headcount")
def headcount_fell(known: Known, *, ticker: str, first: datetime.date, last: datetime.date, at_least_ratio: float
                   ) -> Finding:
    """Headcount fell between two reported days by at least a share."""
    found = headcount_change(known, ticker=ticker, first=first, last=last, persons=0, within_ratio=0)
    before, change = found.values["before"], found.values["change"]
    assert isinstance(before, Quantity) and isinstance(change, Quantity)
    fall = Quantity(-1.0, "ratio", "derived") * (change / before)
    return Finding(at_least(fall, at_least_ratio),
                   "{company} had {before} people on {first} and {after} on {last}: "
                   + ("a fall of {fall}" if fall.value >= 0 else "a rise, as a fall {fall}")
                   + "; the claim needs a fall of at least {needed}.",
                   {name: found.values[name] for name in ("company", "before", "after", "first", "last")}
                   | {"fall": fall, "needed": claimed(at_least_ratio, "ratio")}, "fall")


@computation("of all costs")
def main_cost_centres(known: Known, *, ticker: str, calendar_year: int, at_least_ratio: float) -> Finding:
    """People and depreciation together make up at least so much of a company's costs.

    Costs are revenue less operating income. People cost is a range, so the share is one; depreciation is of all
    property, not of computers alone.
    """
    row = firm_year(known["years"], ticker, calendar_year)
    costs = quantity_in(row, "revenue_usd") - quantity_in(row, "operating_income_usd")
    charge = quantity_in(row, "depreciation_charge_usd")
    low, high = ((quantity_in(row, f"people_cost_{end}_usd") + charge) / costs for end in ("low", "high"))
    return Finding(range_at_least(low, high, at_least_ratio),
                   "People and depreciation took {low} to {high} of the {costs} that {company} spent in {year}; the "
                   "claim needs {needed}.",
                   {"company": company_name(ticker), "year": str(calendar_year), "costs": costs, "low": low,
                    "high": high, "needed": claimed(at_least_ratio, "ratio")}, "low high")


@computation("of the firms")
def firms_rose(known: Known, *, group: str, column: str, first_year: int, last_year: int, at_most_ratio: float,
               at_least_ratio: float) -> Finding:
    """A figure rose between two years at a share of the firms of a group.

    Supported from `at_least_ratio` of the firms up, contradicted from `at_most_ratio` down, mixed between. Firms
    without both years are left out.
    """
    years = known["years"]
    require_known("column", column, years.columns)
    mine = years[years["ticker"].isin(members(group)) & years["calendar_year"].isin([first_year, last_year])]
    wide = mine.pivot_table(index="ticker", columns="calendar_year", values=column, aggfunc="last")
    both = wide.reindex(columns=[first_year, last_year]).dropna()
    if both.empty:
        raise AnalysisError(f"no firm of {group} has {column} in {first_year} and {last_year}")
    documents = tuple(joined(mine.loc[mine["ticker"].isin(both.index), f"{column}_documents"]).split())
    share = Quantity(float((both[last_year] > both[first_year]).mean()), "ratio", "derived", documents)
    return Finding(between(share, at_most_ratio, at_least_ratio),
                   "{what} rose from {first} to {last} at {share} of {firms} firms; " + BOUNDS,
                   {"what": column_words(column).capitalize(), "first": str(first_year), "last": str(last_year),
                    "share": share, "firms": Quantity(float(len(both)), "count", "derived", documents)}
                   | bounds_of(at_most_ratio, at_least_ratio), "share")


@computation("growth")
def group_grew(known: Known, *, group: str, column: str, first_year: int, last_year: int, at_least_ratio: float
               ) -> Finding:
    """The sum of a figure over the firms of a group that report both years grew by at least so much."""
    years = known["years"]
    require_known("column", column, years.columns)
    mine = years[years["ticker"].isin(members(group)) & years[column].notna()]
    by_year = {year: mine[mine["calendar_year"] == year].set_index("ticker") for year in (first_year, last_year)}
    both = sorted(set(by_year[first_year].index) & set(by_year[last_year].index))
    if not both:
        raise AnalysisError(f"no firm of {group} has {column} in {first_year} and {last_year}")
    before, after = (total([quantity_in(by_year[year].loc[ticker], column) for ticker in both])
                     for year in (first_year, last_year))
    growth = _growth(before, after)
    return Finding(at_least(growth, at_least_ratio),
                   "The {what} of {firms} firms went from {before} in {first} to {after} in {last}: {growth}; the "
                   "claim needs {needed} or more.",
                   {"what": column_words(column), "before": before,
                    "firms": Quantity(float(len(both)), "count", "derived", after.documents),
                    "after": after, "first": str(first_year), "last": str(last_year),
                    "growth": growth, "needed": claimed(at_least_ratio, "ratio")}, "growth")
