"""Firm-years and firm-quarters: one row per company and period, one column per concept.

Beside each value column stand `<column>_basis` and `<column>_documents` (ids, space-separated), so that
a metric computed on the row knows how firm it is and where it comes from; beside headcount also its doubt.
Nothing is interpolated: a firm that does not disclose a quarterly headcount has none.
"""

import pandas as pd

from analysis.errors import require_known
from analysis.periods import LATEST, calendar_quarter, calendar_year, calendar_year_of_quarter
from analysis.tables.cells import joined
from analysis.tables.facts import load_facts
from analysis.tables.read import read_table

PARTS = (("value", ""), ("basis", "_basis"), ("document_id", "_documents"))
FREQUENCIES = {"year": "year", "quarter": "quarter"}


def load_panel(
    freq: str = "year", companies: list[str] | None = None, as_of: str = LATEST
) -> pd.DataFrame:
    """Aligned facts: ticker, period_end, calendar_year (and calendar_quarter), then per concept
    `<concept>_<unit>`, `<concept>_<unit>_basis`, `<concept>_<unit>_documents`.

    Balances (headcount, net property) are those of the period's last day. A year that is not reported
    but whose four quarters are is their sum, basis "derived". `capex_with_finance_leases_usd` is capex
    plus finance-lease principal where both are reported: Meta's guidance refers to it.
    Errors: UnknownName for a frequency or ticker that does not exist.
    Misleads: fiscal years end in different months; compare by calendar_year, the year of the midpoint.
    """
    require_known("frequency", freq, FREQUENCIES)
    facts = load_facts(companies, as_of=as_of)
    flows = facts[facts["span"] == freq]
    if freq == "year":
        flows = pd.concat([flows, sums_of_quarters(facts, flows)], ignore_index=True)
    panel = _widen(flows, facts[facts["span"] == "instant"], freq)
    return _with_finance_leases(panel)


def sums_of_quarters(facts: pd.DataFrame, years: pd.DataFrame) -> pd.DataFrame:
    """Years that are not reported but whose four quarters are, as flow facts of basis "derived".

    A year is closed only on a year-end known from another fact of the same company.
    """
    quarters = facts[(facts["span"] == "quarter") & (facts["unit"] == "usd")]
    ends = years[["ticker", "period_end"]].drop_duplicates()
    pairs = quarters.merge(ends, on="ticker", suffixes=("", "_year"))
    age = (pairs["period_end_year"] - pairs["period_end"]).dt.days
    pairs = pairs[age.between(-5, 285)]
    groups = pairs.groupby(["ticker", "concept", "period_end_year"], as_index=False)
    summed = groups.agg(
        value=("value", "sum"), quarters=("value", "size"), document_id=("document_id", joined),
        basis=("basis", "first"), unit=("unit", "first"),
    )
    summed = summed[summed["quarters"] == 4].rename(columns={"period_end_year": "period_end"})
    known = pd.MultiIndex.from_frame(years[["ticker", "concept", "period_end"]])
    new = ~pd.MultiIndex.from_frame(summed[["ticker", "concept", "period_end"]]).isin(known)
    return summed[new].assign(basis="derived", span="year").drop(columns="quarters")


def _widen(flows: pd.DataFrame, balances: pd.DataFrame, freq: str) -> pd.DataFrame:
    periods = flows[["ticker", "period_end"]].drop_duplicates()
    if freq == "quarter":
        balances = balances.merge(periods, on=["ticker", "period_end"])
    else:
        ends = pd.concat([periods, _year_ends_of_balances(balances, flows)]).drop_duplicates()
        balances = balances.merge(ends, on=["ticker", "period_end"])
    long = pd.concat([flows, balances], ignore_index=True)
    units = read_table("concepts").set_index("concept")["unit"]
    parts = []
    for column, suffix in PARTS:
        wide = long.pivot(index=["ticker", "period_end"], columns="concept", values=column)
        parts.append(wide.rename(columns=lambda concept, end=suffix: f"{concept}_{units[concept]}{end}"))
    panel = pd.concat(parts, axis=1).reset_index()
    panel.columns.name = None
    in_year = calendar_year if freq == "year" else calendar_year_of_quarter
    panel.insert(2, "calendar_year", in_year(panel["period_end"]))
    if freq == "quarter":
        panel.insert(3, "calendar_quarter", calendar_quarter(panel["period_end"]))
    for concept, unit in units.items():
        column = f"{concept}_{unit}"
        if column not in panel:
            panel[column] = float("nan")
            panel[f"{column}_basis"] = panel[f"{column}_documents"] = None
    doubts = balances[balances["concept"] == "headcount"].set_index(["ticker", "period_end"])["doubt"]
    panel = panel.join(doubts.rename("headcount_persons_doubt"), on=["ticker", "period_end"])
    return panel.sort_values(["ticker", "period_end"], ignore_index=True)


def _year_ends_of_balances(balances: pd.DataFrame, flows: pd.DataFrame) -> pd.DataFrame:
    """Year-ends known only from a balance: same company month as its other year-ends."""
    months = flows.assign(month=flows["period_end"].dt.month)[["ticker", "month"]].drop_duplicates()
    known = read_table("companies")[["ticker", "fiscal_year_end_month"]].dropna()
    known = known.rename(columns={"fiscal_year_end_month": "month"})
    months = pd.concat([months, known]).drop_duplicates()
    ends = balances.assign(month=balances["period_end"].dt.month)
    return ends.merge(months, on=["ticker", "month"])[["ticker", "period_end"]]


def _with_finance_leases(panel: pd.DataFrame) -> pd.DataFrame:
    both = panel["capex_usd"] + panel["finance_lease_principal_usd"]
    known = both.notna()
    ids = panel["capex_usd_documents"].fillna("") + " " + panel["finance_lease_principal_usd_documents"].fillna("")
    panel["capex_with_finance_leases_usd"] = both
    panel["capex_with_finance_leases_usd_basis"] = pd.Series("derived", index=panel.index).where(known)
    panel["capex_with_finance_leases_usd_documents"] = ids.where(known)
    return panel
