"""What one company's page is made of: its years, its headcounts, its place, its layoffs."""

import pandas as pd

from analysis.errors import AnalysisError
from analysis.metrics.cost_centres import BOUNDS, INPUT_WORDS, with_cost_centres
from analysis.metrics.peers import peer_median, peers_of
from analysis.metrics.people_cost import unresolved_people_cost
from analysis.metrics.registry import add_metrics, growth
from analysis.metrics.rounds import described
from analysis.periods import LATEST
from analysis.tables.coverage import is_stale
from analysis.tables.documents import citation
from analysis.tables.facts import is_break, load_facts
from analysis.tables.layoffs import load_layoffs
from analysis.tables.panel import load_panel

RANKED = (
    "capital_intensity_ratio", "capex_to_operating_cash_flow_ratio", "free_cash_flow_margin_ratio",
    "revenue_growth_ratio", "headcount_growth_ratio", "revenue_per_employee_usd_per_person",
    "capex_per_employee_usd_per_person",
)
CAPITAL_COLUMNS = {
    "period_end": ("Year to", "month"), "capex_usd": ("Capex", "usd"),
    "capex_with_finance_leases_usd": ("Capex with leases", "usd"), "revenue_usd": ("Revenue", "usd"),
    "operating_cash_flow_usd": ("Operating cash flow", "usd"),
    "capital_intensity_ratio": ("Capex over revenue", "percent"),
}
PEOPLE_COLUMNS = {
    "period_end": ("Year to", "month"), "headcount_persons": ("Headcount", "count"),
    "revenue_per_employee_usd_per_person": ("Revenue per employee", "usd"),
    BOUNDS[0]: ("People cost, low", "usd"), BOUNDS[1]: ("People cost, high", "usd"),
}
LAYOFF_COLUMNS = {
    "announced_date": ("Announced", "date"), "company": ("Company or unit", "text"), "what": ("Record", "text"),
    "employees_cut_persons": ("People", "count"), "counted": ("In the sum", "text"),
    "reason": ("Stated reason", "text"),
}
GUIDANCE_COLUMNS = {
    "period_end": ("Year to", "month"), "given_date": ("Given", "date"), "low_usd": ("Low", "usd"),
    "high_usd": ("High", "usd"), "kind": ("Kind", "text"), "actual_usd": ("Outcome", "usd"),
}
RANK_COLUMNS = {
    "metric": ("Metric", "text"), "calendar_year": ("Year", "year"), "shown": ("Value", "text"),
    "position": ("Place from the top", "count"), "firms_count": ("Of firms", "count"),
    "percentile_ratio": ("Peers below", "percent"),
}
"""The tables of the page: label and format of each column."""

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
    """How far people cost resolves in the years given: the word and the newest row with capex it holds for.

    "range": both bounds, at most a year before the newest low bound; "floor": the low bound only; "unresolved":
    neither (then the newest row).
    """
    floor = years[years[BOUNDS[0]].notna() & years["capex_usd"].notna()]
    both = floor[floor[BOUNDS[1]].notna() & (floor["calendar_year"] >= floor["calendar_year"].max() - 1)]
    for state, rows in (("range", both), ("floor", floor), ("unresolved", years)):
        if len(rows):
            return state, rows.iloc[-1]
    raise AnalysisError("no fiscal year given")


def why_unresolved(row: pd.Series, bound: str) -> str:
    """Why a people-cost bound ("low" or "high") is missing in one firm-year: a clause for after "because"."""
    reasons = unresolved_people_cost(row.to_frame().T.infer_objects())
    reasons = reasons.loc[reasons["bound"] == bound, "missing"]
    names = [name for text in reasons for name in text.split(", ")]
    if not names:
        raise AnalysisError(f"the {bound} bound of {row['ticker']} is not missing")
    if not set(names) <= set(INPUT_WORDS):
        return "it would lie below the low bound: most staff sit in cost of revenue"
    *first, last = (INPUT_WORDS[name] for name in names)
    return "the data lack " + (f"{', '.join(first)} and {last}" if first else last)


def beside_floor(row: pd.Series) -> str:
    """Capital expenditure against the low bound alone: below it people cost more, above it nothing is told."""
    if row["capex_usd"] < row[BOUNDS[0]]:
        return "capital expenditure of that year was below even that"
    return "capital expenditure of that year was above that bound, so which is larger cannot be told"


def intensity_beside_peers(panel: pd.DataFrame, ticker: str) -> pd.DataFrame:
    """Capital intensity of the company and the median of its peers in tidy form: calendar_year, series ("company"
    or "peers"), capital_intensity_ratio, basis, documents. Without peers, the company alone."""
    own = panel[(panel["ticker"] == ticker) & panel["capital_intensity_ratio"].notna()]
    peers = peer_median(panel, ticker, "capital_intensity_ratio")
    peers = peers[peers["calendar_year"].isin(own["calendar_year"])]
    columns = ["series", "calendar_year", *(f"capital_intensity_ratio{part}" for part in ("", "_basis", "_documents"))]
    return pd.concat([own.assign(series="company"), peers.assign(series="peers")], ignore_index=True)[columns]


def headcounts(ticker: str, as_of: str = LATEST) -> pd.DataFrame:
    """Every headcount of a company by its day: ticker, period_end, headcount_persons, basis, documents, is_stale.

    Year-ends, and quarter-ends where disclosed. Between days more than GAP_DAYS apart stands an empty row,
    so that a line breaks there: nothing is interpolated. Empty when the company has none.
    """
    facts = load_facts([ticker], ["headcount"], as_of=as_of).sort_values("period_end")
    days = facts[["ticker", "period_end"]].assign(
        headcount_persons=facts["value"], headcount_persons_basis=facts["basis"],
        headcount_persons_documents=facts["document_id"], is_stale=is_stale(facts["period_end"], as_of),
        is_break=is_break(facts["doubt"]),
    )
    wide = days[days["period_end"].diff().dt.days > GAP_DAYS]
    holes = wide[["ticker", "is_stale", "is_break"]].assign(
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


def headcount_caution(heads: pd.DataFrame, last: pd.Series, before: pd.Series) -> str:
    """What to say before two headcounts: stale, not comparable (a break between them), estimated, or nothing."""
    between = heads[(heads["period_end"] > before["period_end"]) & (heads["period_end"] <= last["period_end"])]
    if last["is_stale"]:
        return "The newest headcount is stale: "
    if between["is_break"].any():
        return "Not comparable: "
    return "Estimated: " if last["headcount_persons_basis"] == "estimated" else ""


def layoff_rows(ticker: str, as_of: str = LATEST) -> pd.DataFrame:
    """The company's recorded layoffs, newest first, with the words of the page.

    Columns of `load_layoffs` and `described`, and `what` (kind of record, and how the count is bounded),
    `counted` (whether the count may be summed, and if not why), `reason` (stated reason, or "none read"), `url`.
    Misleads: no event recorded is not zero layoffs; an event may concern a unit of the company.
    """
    events = described(load_layoffs(companies=[ticker], as_of=as_of)).iloc[::-1].reset_index(drop=True)
    counted = events["within_basis"].map(INSIDE).fillna("no").mask(events["adds_up"], "yes")
    exact = events["count_kind"].isin(["as_reported", "not_given", "estimate"])
    what = events["record_kind"].map(KINDS)
    return events.assign(
        what=what.where(exact, what + " (" + events["firmness"] + ")"),
        reason=events["reason_class"].map(REASONS),
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
