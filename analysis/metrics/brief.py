"""What one company's page is made of: its years, its headcounts, its place, its layoffs."""

import pandas as pd

from analysis.errors import AnalysisError
from analysis.metrics.cost_centres import BOUNDS, INPUT_WORDS, with_cost_centres
from analysis.metrics.peers import peers_of
from analysis.metrics.people_cost import unresolved_people_cost
from analysis.metrics.registry import add_metrics, growth
from analysis.metrics.rounds import described
from analysis.periods import LATEST
from analysis.quantity import Quantity
from analysis.tables.cells import quantity_in
from analysis.tables.coverage import is_stale
from analysis.tables.documents import citation
from analysis.tables.facts import load_facts
from analysis.tables.layoffs import load_layoffs
from analysis.tables.panel import load_panel

RANKED = (
    "capital_intensity_ratio", "capex_to_operating_cash_flow_ratio", "free_cash_flow_margin_ratio",
    "revenue_growth_ratio", "headcount_growth_ratio", "revenue_per_employee_usd_per_person",
    "capex_per_employee_usd_per_person",
)
SHOWN = ("capex_usd", "revenue_usd", "operating_cash_flow_usd", "headcount_persons")
YEAR_DAYS, GAP_DAYS = 350, 420


def brief_panel(ticker: str, as_of: str = LATEST) -> pd.DataFrame:
    """The yearly panel of a company and its peers with the metrics of the page; UnknownName for the ticker."""
    panel = with_cost_centres(load_panel("year", companies=peers_of(ticker), as_of=as_of))
    panel = growth(panel, "revenue_usd", "revenue_growth_ratio")
    panel = growth(panel, "headcount_persons", "headcount_growth_ratio")
    return add_metrics(panel, *(name for name in RANKED if not name.endswith("growth_ratio")))


def last_years(panel: pd.DataFrame, ticker: str, years: int = 5) -> pd.DataFrame:
    """The company's newest fiscal years with any of the figures shown, oldest first; absent years stay absent."""
    rows = panel[(panel["ticker"] == ticker) & panel[list(SHOWN)].notna().any(axis=1)]
    if rows.empty:
        raise AnalysisError(f"no fiscal year of {ticker} in the data")
    return rows.sort_values("period_end").tail(years).reset_index(drop=True)


def newest(panel: pd.DataFrame, ticker: str, *columns: str) -> pd.Series:
    """The company's newest row that has every column; AnalysisError when no year has."""
    rows = panel[(panel["ticker"] == ticker) & panel[list(columns)].notna().all(axis=1)]
    if rows.empty:
        raise AnalysisError(f"no fiscal year of {ticker} with {' and '.join(columns)}")
    return rows.sort_values("period_end").iloc[-1]


def people_cost_state(years: pd.DataFrame) -> tuple[str, pd.Series]:
    """How far people cost resolves in the years given: the words and the newest row they hold for.

    "range": both bounds; "floor": the low bound only; "unresolved": neither (then the newest row).
    """
    both = years[years[list(BOUNDS)].notna().all(axis=1)]
    floor = years[years[BOUNDS[0]].notna()]
    for state, rows in (("range", both), ("floor", floor), ("unresolved", years)):
        if len(rows):
            return state, rows.iloc[-1]
    raise AnalysisError("no fiscal year given")


def missing_inputs(row: pd.Series, bound: str) -> list[str]:
    """Which inputs a people-cost bound ("low" or "high") lacks in one firm-year, in words."""
    blank = pd.DataFrame([{"ticker": ""}])  # lacks everything, so that the list below is never empty
    reasons = unresolved_people_cost(pd.concat([row.to_frame().T.infer_objects(), blank], ignore_index=True))
    reasons = reasons.loc[(reasons["bound"] == bound) & (reasons["ticker"] == row["ticker"]), "missing"]
    names = [name for text in reasons for name in text.split(", ")]
    return [INPUT_WORDS.get(name, name) for name in names]


def headcounts(ticker: str, as_of: str = LATEST) -> pd.DataFrame:
    """Every headcount of a company by its day: ticker, period_end, headcount_persons, basis, documents, is_stale.

    Year-ends, and quarter-ends where disclosed. Between days more than GAP_DAYS apart stands an empty row,
    so that a line breaks there: nothing is interpolated. Empty when the company has none.
    """
    facts = load_facts([ticker], ["headcount"], as_of=as_of).sort_values("period_end")
    days = facts[["ticker", "period_end"]].assign(
        headcount_persons=facts["value"], headcount_persons_basis=facts["basis"],
        headcount_persons_documents=facts["document_id"], is_stale=is_stale(facts["period_end"], as_of),
    )
    wide = days[days["period_end"].diff().dt.days > GAP_DAYS]
    holes = wide[["ticker", "is_stale"]].assign(
        period_end=wide["period_end"] - pd.Timedelta(days=1), headcount_persons_basis="unresolved")
    return pd.concat([days, holes]).sort_values("period_end", ignore_index=True)


def newest_and_year_before(heads: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """The newest headcount and the newest one at least a year older (frame of `headcounts`).

    AnalysisError with fewer than two headcounts a year apart.
    """
    known = heads[heads["headcount_persons"].notna()]
    if len(known):
        last = known.iloc[-1]
        earlier = known[(last["period_end"] - known["period_end"]).dt.days >= YEAR_DAYS]
        if len(earlier):
            return last, earlier.iloc[-1]
    raise AnalysisError("no two headcounts a year apart")


def relative_change(now: Quantity, before: Quantity) -> Quantity:
    """Change over the earlier value as a ratio; NaN when the earlier value is zero or negative."""
    if before.value <= 0:
        return Quantity(float("nan"), "ratio", "unresolved")
    return (now - before) / before


def change_between(first: pd.Series, last: pd.Series, column: str) -> Quantity:
    """Relative change of a column between two rows (see `relative_change`)."""
    return relative_change(quantity_in(last, column), quantity_in(first, column))


def layoff_rows(ticker: str, as_of: str = LATEST) -> pd.DataFrame:
    """The company's recorded layoffs, newest first, with the words of the page.

    Columns of `load_layoffs` and `described`, and `what` (kind of record), `counted` (whether the count may be
    summed, and if not why), `reason` (stated reason, or "not read"), `url`.
    Misleads: no event recorded is not zero layoffs; an event may concern a unit of the company.
    """
    events = described(load_layoffs(companies=[ticker], as_of=as_of)).iloc[::-1].reset_index(drop=True)
    counted = events["within_basis"].map(INSIDE).fillna("no").mask(events["adds_up"], "yes")
    return events.assign(
        what=events["record_kind"].map(KINDS), reason=events["reason_class"].map(REASONS),
        counted=counted.where(events["employees_cut_persons"].notna(), "no count given"),
        url=[citation(document).url for document in events["document_id"]],
    )


KINDS = {"announcement": "announcement", "state_notice": "state notice", "headcount_change": "fall in headcount",
         "estimate": "outside estimate"}
INSIDE = {"stated": "no: part of an earlier plan", "possible": "no: may be part of an earlier plan"}
REASONS = {
    "unstated": "none read", "restructuring_strategy": "restructuring or strategy", "demand_macro": "demand or economy",
    "ai_productivity": "AI does the work", "capex_ai_infrastructure": "spending on AI infrastructure",
    "overhiring_correction": "hired too many", "merger": "merger", "performance": "performance",
}
"""Stated reasons in words; "none read" means that no reason was read, not that none was given."""
