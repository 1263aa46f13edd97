"""What is known on a day: the tables a computation reads, each loaded when it is first asked for."""

from collections.abc import Callable
from typing import Any

import pandas as pd

from analysis.errors import AnalysisError, require_known
from analysis.metrics.cost_centres import BOUNDS, SHARES, with_cost_centres
from analysis.metrics.registry import add_metrics
from analysis.periods import LATEST
from analysis.quantity import Quantity
from analysis.tables.cells import firm_year, quantity_in
from analysis.tables.companies import load_companies
from analysis.tables.guidance import load_guidance, load_statements
from analysis.tables.labour import load_labour
from analysis.tables.layoffs import load_layoffs
from analysis.tables.panel import load_panel
from analysis.tables.read import read_table

RATIOS = ("capital_intensity_ratio", "capex_to_operating_cash_flow_ratio", "free_cash_flow_usd",
          "free_cash_flow_margin_ratio", "revenue_per_employee_usd_per_person")
"""Metrics beside the reported columns of the yearly panel."""


def _years(as_of: str) -> pd.DataFrame:
    return add_metrics(with_cost_centres(load_panel("year", as_of=as_of)), *RATIOS)


LOADERS: dict[str, Callable[[str], pd.DataFrame]] = {
    "events": lambda as_of: load_layoffs(as_of=as_of), "guidance": lambda as_of: load_guidance(as_of=as_of),
    "statements": lambda as_of: load_statements(as_of=as_of), "years": _years,
    "quarters": lambda as_of: load_panel("quarter", as_of=as_of), "labour": lambda as_of: load_labour(as_of=as_of),
}
"""The tables by name. Those on compute and the assumptions have no vintage and are read where they are used."""


class Known:
    """The tables of an edition. `tables` given by name take the place of those in data/."""

    def __init__(self, as_of: str = LATEST, **tables: pd.DataFrame) -> None:
        for name in tables:
            require_known("table of claims", name, LOADERS)
        self.as_of = as_of
        self._tables = dict(tables)
        self._results: dict[Any, Any] = {}

    def __getitem__(self, name: str) -> pd.DataFrame:
        require_known("table of claims", name, LOADERS)
        if name not in self._tables:
            self._tables[name] = LOADERS[name](self.as_of)
        return self._tables[name]

    def once(self, compute: Callable[..., Any], *arguments: Any) -> Any:
        """The result of a slow computation, made once for the same arguments."""
        key = (compute, arguments)
        if key not in self._results:
            self._results[key] = compute(*arguments)
        return self._results[key]

    def cell(self, ticker: str, column: str, calendar_year: int) -> Quantity:
        """One number of the yearly panel; AnalysisError when the company has no such year."""
        return quantity_in(firm_year(self["years"], ticker, calendar_year), column)

    def event(self, event_id: str) -> pd.Series:
        """One layoff announcement; AnalysisError when it is not known on the day."""
        rows = self["events"][self["events"]["event_id"] == event_id]
        if rows.empty:
            raise AnalysisError(f"the announcement {event_id} is not known on this day")
        return rows.iloc[0]


def columns() -> list[str]:
    """The columns of the yearly panel that a claim may name: reported figures, metrics and bounds with their units."""
    concepts = read_table("concepts")
    reported = concepts["concept"] + "_" + concepts["unit"]
    return sorted({*reported, *RATIOS, *SHARES, *BOUNDS, "capex_with_finance_leases_usd", "depreciation_charge_usd"})


def members(group: str) -> list[str]:
    """The tickers of a peer group, or of "industry": the groups that make up every headline figure."""
    companies = load_companies()
    chosen = companies["in_industry"] if group == "industry" else companies["peer_group"] == group
    return sorted(companies.loc[chosen, "ticker"])


def groups() -> list[str]:
    """The names `members` takes."""
    return ["industry", *sorted(load_companies()["peer_group"].unique())]


