"""One company and its peers on one line each: capital, growth, staff, cuts, compute share, coverage."""

import pandas as pd

from analysis.economics.budget_case import budget_case
from analysis.economics.budget_inputs import ACTUAL, CEILING, GUIDED, LAST_MONTH
from analysis.economics.budget_results import coverages, range_in
from analysis.errors import AnalysisError
from analysis.metrics.cost_centres import SHARES, with_cost_centres
from analysis.metrics.industry import as_columns
from analysis.metrics.registry import growth
from analysis.metrics.rounds import gross_cuts
from analysis.numerals import month_text, percent_text
from analysis.tables.cells import quantity_in
from analysis.tables.companies import company_name
from analysis.tables.layoffs import load_layoffs
from analysis.tables.panel import load_panel

NUMBERS = ("capex_usd", "capex_growth_ratio", "headcount_growth_ratio")


def peer_table(tickers: list[str], cuts_year: int, as_of: str = "latest") -> pd.DataFrame:
    """One row per company, in the order given, from its newest fiscal year with capital expenditure.

    Columns: ticker, label (company and the month its year ends in), period_end, capex_usd, capex_growth_ratio and
    headcount_growth_ratio (over the year before; missing across a break), cuts_persons (announced and counted in the
    calendar year `cuts_year`: a lower bound), compute_share_text (depreciation over depreciation and people cost, of
    the newest year that has both bounds, named where it is an older one), coverage_text (payroll saved over the rise
    in capital spending, 5% to 95% of the draws, * for an outside estimate of the cuts); basis and documents beside the
    numbers, cuts_persons_is_rounded where a count was rounded by the company, `text_documents` for the two texts.
    Missing stays missing.
    """
    panel = growth(with_cost_centres(load_panel("year", list(tickers), as_of)), "capex_usd", "capex_growth_ratio")
    panel = growth(panel, "headcount_persons", "headcount_growth_ratio")
    events = load_layoffs(companies=list(tickers), as_of=as_of)
    events = events[events["announced_date"].dt.year == cuts_year]
    return pd.DataFrame([_row(ticker, panel[panel["ticker"] == ticker].sort_values("period_end"), events, as_of)
                         for ticker in tickers])


def capital_steps(tickers: list[str], as_of: str = "latest") -> pd.DataFrame:
    """Capital expenditure of the year before and of the latest year guided, or else reported, by company.

    Columns: ticker, label (company, year and "guided", "guided at most" or "reported"), is_guided, before_usd, low_usd
    and high_usd, with basis and documents. Companies without a rise are absent. The low end under a ceiling is that
    of the guidance before it.
    """
    rows = []
    for ticker in tickers:
        try:
            step = budget_case(ticker, as_of).step
        except AnalysisError:  # no year that rises on the one before
            continue
        word = {GUIDED: "guided", CEILING: "guided at most", ACTUAL: "reported"}[step.basis_of_step]
        row = {"ticker": ticker, "label": f"{company_name(ticker)}, {_year_words(step.end)} {word}",
               "is_guided": step.is_guided}
        cells = {"before_usd": step.before.at(), "low_usd": step.after.at("low"), "high_usd": step.after.at("high")}
        rows.append(row | {key: value for name, one in cells.items() for key, value in as_columns(name, one).items()})
    return pd.DataFrame(rows)


def _year_words(end: pd.Timestamp) -> str:
    return str(end.year) if end.month == LAST_MONTH else f"to {month_text(end)}"


def _row(ticker: str, years: pd.DataFrame, events: pd.DataFrame, as_of: str) -> dict:
    newest = years[years["capex_usd"].notna()].iloc[-1]
    row: dict = {"ticker": ticker, "period_end": newest["period_end"],
                 "label": f"{company_name(ticker)}, {newest['period_end']:%b %Y}"}
    numbers = {name: quantity_in(newest, name) for name in NUMBERS}
    numbers["cuts_persons"] = gross_cuts(events[events["ticker"] == ticker])
    for name, one in numbers.items():
        row |= as_columns(name, one)
    row["cuts_persons_is_rounded"] = row["cuts_persons_basis"] == "estimated"  # outside estimates are not in the sum
    shares, share_documents = _compute_share(years)
    covered, covered_documents = _coverage(ticker, as_of)
    return row | {"compute_share_text": shares, "coverage_text": covered,
                  "text_documents": f"{share_documents} {covered_documents}".strip()}


def _compute_share(years: pd.DataFrame) -> tuple[str | None, str]:
    known = years[years[list(SHARES)].notna().all(axis=1)]
    if known.empty:
        return None, ""
    newest = known.iloc[-1]
    ends = [quantity_in(newest, share) for share in SHARES]
    is_older = newest["calendar_year"] < years["calendar_year"].iloc[-1]
    return (f"{percent_text(ends[0].value, 0)}–{percent_text(ends[1].value, 0)}"
            + (f" ({newest['calendar_year']})" if is_older else ""),
            " ".join(dict.fromkeys(document for end in ends for document in end.documents)))


def _coverage(ticker: str, as_of: str) -> tuple[str | None, str]:
    """The range in words with a mark where the cuts are an outside estimate; missing when none are counted."""
    try:
        case = budget_case(ticker, as_of)
    except AnalysisError:  # no rise to set cuts against
        return None, ""
    found = coverages(case)
    if found.empty:
        return None, ""
    covered = range_in(found, "cash")
    mark = " *" if case.cuts.kind == "estimate" else ""
    return (f"{percent_text(covered.low, 0)}–{percent_text(covered.high, 0)}{mark}",
            " ".join(covered.documents))
