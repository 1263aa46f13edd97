"""Headcounts over the same firms, the latest ones that are fresh enough to compare, and net against gross."""

import pandas as pd

from analysis.errors import AnalysisError
from analysis.metrics.industry import as_columns, at_year, firms_with, totals_by_year
from analysis.metrics.registry import ratio
from analysis.metrics.rounds import announced_between, estimated_cuts, gross_cuts
from analysis.quantity import Quantity
from analysis.tables.cells import firm_year, quantity_in
from analysis.tables.companies import GROUP_LABELS, load_companies
from analysis.tables.coverage import stale_before
from analysis.tables.facts import is_break

HEADCOUNT = "headcount_persons"
FEWEST_FIRMS = 3
"""A group with fewer firms that disclose every year is not shown: it would be one firm's story."""
YEAR_APART_DAYS = 20
"""How far from twelve months earlier a headcount may lie and still count as a year before."""


def indexed(totals: pd.DataFrame, by: str, base_year: int) -> pd.DataFrame:
    """Headcount over that of the base year, per name in column `by`: adds headcount_index_ratio (1 in the base year).

    Needs calendar_year and the three headcount columns. Names without the base year are left out.
    Misleads: an index hides size, and Amazon counts fulfilment and transport staff.
    """
    rows = []
    for _, mine in totals[totals[HEADCOUNT].notna()].groupby(by, sort=False):
        base = mine[mine["calendar_year"] == base_year]
        for _, row in mine[mine["calendar_year"] >= base_year].iterrows() if len(base) else ():
            change = quantity_in(row, HEADCOUNT) / quantity_in(base.iloc[0], HEADCOUNT)
            rows.append({by: row[by], "calendar_year": row["calendar_year"], HEADCOUNT: row[HEADCOUNT],
                         **as_columns("headcount_index_ratio", change)})
    return pd.DataFrame(rows)


def extremes(index: pd.DataFrame, by: str, year: int) -> tuple[tuple[str, Quantity], tuple[str, Quantity]]:
    """The name that grew most and the one that grew least since the base year, each with its ratio.

    Index: frame of `indexed`. AnalysisError when nobody has the year.
    """
    rows = index[index["calendar_year"] == year].sort_values("headcount_index_ratio", ascending=False)
    if rows.empty:
        raise AnalysisError(f"nobody has a headcount for {year} in the frame given")
    ends = [(rows.iloc[place][by], quantity_in(rows.iloc[place], "headcount_index_ratio")) for place in (0, -1)]
    return ends[0], ends[1]


def comparable_firms(panel: pd.DataFrame, years: range) -> list[str]:
    """Firms with a headcount in every year and no break of definition or perimeter after the first, sorted."""
    later = panel[panel["calendar_year"].isin(years[1:])]
    broken = set(later.loc[is_break(later[f"{HEADCOUNT}_doubt"]), "ticker"])
    return [ticker for ticker in firms_with(panel, [HEADCOUNT], years) if ticker not in broken]


def group_totals(panel: pd.DataFrame, companies: pd.DataFrame, years: range) -> pd.DataFrame:
    """Headcount per peer group and year over the comparable firms that have every year.

    Columns: group, calendar_year, headcount_persons with basis and documents, firms_count.

    Companies: frame of load_companies, one group each. A group with fewer than FEWEST_FIRMS such firms is absent.
    Misleads: the firms that disclose every year are the larger ones.
    """
    parts = []
    for group, members in companies.groupby("peer_group", sort=False):
        same = comparable_firms(panel[panel["ticker"].isin(members["ticker"])], years)
        if len(same) >= FEWEST_FIRMS:
            parts.append(totals_by_year(panel, HEADCOUNT, same, years).assign(group=GROUP_LABELS[group]))
    return pd.concat(parts, ignore_index=True)


def last_headcounts(facts: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """The latest headcount of each firm, largest first, with the one a year before and whether it is stale.

    Facts: frame of load_facts with concept headcount; day: the data date. Columns: ticker, name, period_end,
    headcount_persons, headcount_basis and documents, growth_ratio over twelve months (missing unless a
    headcount lies within YEAR_APART_DAYS of that day, and across a break) and is_stale (see `coverage.stale_before`).
    """
    heads = facts[facts["concept"] == "headcount"].sort_values("period_end")
    last = heads.drop_duplicates("ticker", keep="last").set_index("ticker")
    names = load_companies().set_index("ticker")["name"]
    before = pd.Series({ticker: _year_before(heads, ticker, row["period_end"]) for ticker, row in last.iterrows()})
    return pd.DataFrame({
        "name": names.reindex(last.index), "period_end": last["period_end"], HEADCOUNT: last["value"],
        f"{HEADCOUNT}_basis": last["basis"], f"{HEADCOUNT}_documents": last["document_id"],
        "growth_ratio": ratio(last["value"], before.astype(float)) - 1,
        "is_stale": last["period_end"] < stale_before(day),
    }).reset_index().sort_values(HEADCOUNT, ascending=False, ignore_index=True)


def _year_before(heads: pd.DataFrame, ticker: str, end: pd.Timestamp) -> float:
    mine = heads[heads["ticker"] == ticker]
    distance = (mine["period_end"] - (end - pd.DateOffset(years=1))).dt.days.abs()
    recent = mine[mine["period_end"] > end - pd.DateOffset(years=1)]
    near = mine[distance <= YEAR_APART_DAYS] if not is_break(recent["doubt"]).any() else mine.iloc[0:0]
    return float(near.loc[distance[near.index].idxmin(), "value"]) if len(near) else float("nan")


def stale_by_year(last: pd.DataFrame) -> pd.DataFrame:
    """Firms whose latest headcount is stale, by the calendar year of that headcount: year, firms_count, names."""
    stale = last[last["is_stale"]].assign(year=lambda rows: rows["period_end"].dt.year)
    return stale.sort_values("name").groupby("year", as_index=False).agg(
        firms_count=("name", "size"), names=("name", ", ".join),
        documents=(f"{HEADCOUNT}_documents", " ".join)).rename(columns={"documents": "names_documents"})


def net_and_gross(events: pd.DataFrame, panel: pd.DataFrame, tickers: list[str], first: int, last: int) -> pd.DataFrame:
    """Net change of headcount between two year-ends beside the cuts announced between them, per company.

    Columns: ticker, name, from_date, to_date; before_persons, after_persons, net_persons, cuts_persons (missing
    when no counted round is recorded, which is not zero) and estimated_persons (outside estimates, apart), each
    with basis and documents; uncounted_count, the announcements without a count.
    AnalysisError when a company lacks a year-end.
    Misleads: announced is not carried out, and the difference is not hiring: people also leave.
    """
    names = load_companies().set_index("ticker")["name"]
    rows = []
    for ticker in tickers:
        start, end = firm_year(panel, ticker, first), firm_year(panel, ticker, last)
        announced = announced_between(events, ticker, start["period_end"], end["period_end"])
        before, after = quantity_in(start, HEADCOUNT), quantity_in(end, HEADCOUNT)
        parts = {"before_persons": before, "after_persons": after, "net_persons": after - before,
                 "cuts_persons": gross_cuts(announced), "estimated_persons": estimated_cuts(announced)}
        rows.append({"ticker": ticker, "name": names[ticker], "from_date": start["period_end"],
                     "to_date": end["period_end"],
                     "uncounted_count": int(announced["employees_cut_persons"].isna().sum())}
                    | {key: value for name, part in parts.items() for key, value in as_columns(name, part).items()})
    return pd.DataFrame(rows)


CONTEXT = {
    "bls_ces_information_employment_USINFO": ("Jobs in the information industry, thousand", 1),
    "bls_jolts_layoffs_information": ("Layoffs and discharges in information, thousand a month, mean of twelve", 12),
    "challenger_technology_job_cuts_ytd": ("Announced technology cuts, US, year to date", 1),
    "challenger_ai_cited_job_cuts_ytd": ("Announced cuts put down to AI, US, year to date", 1),
    "indeed_software_development_postings_index": ("Software postings, US, February 2020 = 100", 1),
}
"""Series shown as context: what it is, and how many months one value averages."""


def labour_context(labour: pd.DataFrame) -> pd.DataFrame:
    """Each context series at its latest date that also has a value a year before, else at its latest date.

    Labour: frame of load_labour. Columns: label, date, value, year_before (missing when there is none),
    change_ratio, document_id. Each series counts something else: they are read side by side, never added.
    """
    rows = []
    for series, (label, months) in CONTEXT.items():
        mine = labour[labour["series"] == series].sort_values("date").set_index("date")
        values = mine["value"].rolling(months).mean().dropna()
        before = values.reindex(values.index - pd.DateOffset(years=1)).set_axis(values.index)
        if values.empty:
            continue
        date = before.last_valid_index() or values.index[-1]
        rows.append({"series": series, "label": label, "date": date, "value": values[date],
                     "year_before": before[date], "change_ratio": values[date] / before[date] - 1,
                     "document_id": mine.loc[date, "document_id"]})
    return pd.DataFrame(rows)


def growth_between(totals: pd.DataFrame, first: int, last: int) -> Quantity:
    """Growth of a yearly headcount total between two years (ratio). Totals: frame of `totals_by_year`."""
    start = at_year(totals, HEADCOUNT, first)
    return (at_year(totals, HEADCOUNT, last) - start) / start
