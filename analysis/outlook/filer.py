"""One filer's inputs of the vintage model: balances, amounts acquired, lives, and what is missing among them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from analysis.economics.ranges import assumed
from analysis.errors import AnalysisError, require_known
from analysis.outlook.lives import MIDDLE, LifeTable, Lives
from analysis.outlook.vintages import net_cost
from analysis.tables.companies import HYPERSCALERS, company_name
from analysis.tables.panel import load_panel
from analysis.tables.property import load_property_notes, load_useful_lives

BOTH, IN_PROGRESS, LAND_LINE = "land_and_buildings", "construction", "land"
NOT_COST = ("net_property", "unpaid_purchases", "leases_not_commenced")
"""Balances of the notes that are not the cost of a class."""
WHOLE = (("servers", IN_PROGRESS, "buildings"), ("servers", IN_PROGRESS, BOTH))
"""Lines a filer must show at a year-end, one set or the other, for its share of construction to count."""


@dataclass(frozen=True)
class Filer:
    """One hyperscaler: rows of the notes and the yearly panel, by fiscal year (the year in which it ends)."""

    ticker: str
    notes: pd.DataFrame
    panel: pd.DataFrame
    table: LifeTable
    others_construction: dict[int, float]

    @property
    def name(self) -> str:
        """The company's name."""
        return company_name(self.ticker)

    @cached_property
    def capex(self) -> dict[int, float]:
        """Capital expenditure by fiscal year."""
        return by_year(self.panel, "capex_usd")

    def noted(self, item: str) -> dict[int, float]:
        """One item of the notes by fiscal year."""
        return by_year(self.notes[self.notes["item"] == item], "value_usd")

    @cached_property
    def opening_year(self) -> int:
        """The fiscal year of the first balance of servers; the first vintage of its own is a year later."""
        return min(self.noted("servers"))

    @cached_property
    def last_year(self) -> int:
        """The last fiscal year with a balance of servers."""
        return max(self.noted("servers"))

    @cached_property
    def reported(self) -> dict[int, float]:
        """Depreciation of property and equipment as reported: the facts, and the notes where the facts have none."""
        return self.noted("depreciation") | by_year(self.panel, "depreciation_usd")

    @cached_property
    def bought(self) -> dict[int, float]:
        """Capital expenditure and what was leased, by fiscal year.

        Leased: the larger of what the filer says it obtained by finance lease and the rise of its leased assets' cost.
        """
        obtained, rise = self.noted("leases_obtained"), self._lease_rise()
        return {year: paid + max(obtained.get(year, 0.0), rise.get(year, 0.0)) for year, paid in self.capex.items()}

    @cached_property
    def acquired(self) -> dict[int, float]:
        """Property acquired by year: net additions where given, else `bought` and the change in what is unpaid."""
        unpaid, net = self.noted("unpaid_purchases"), self.noted("net_additions")
        change = {year: unpaid[year] - unpaid[year - 1] for year in unpaid if year - 1 in unpaid}
        return {year: net.get(year, cost + change.get(year, 0.0)) for year, cost in self.bought.items()}

    def _lease_rise(self) -> dict[int, float]:
        """Yearly rise of the cost of leased assets, spread evenly between two known year-ends."""
        cost = self.noted("leases")
        known = sorted(cost)
        return {year: (cost[end] - cost[start]) / (end - start)
                for start, end in zip(known, known[1:], strict=False) for year in range(start + 1, end + 1)}

    def balances(self, place: dict | None = None) -> dict[str, dict[int, np.ndarray | float]]:
        """Cost by class and fiscal year, land and construction parted where the filer shows one line.

        `place`: drawn inputs by name; central without. A filer that gives no construction gets the others' share.
        """
        balance = self.notes[self.notes["kind"] == "balance"]
        found: dict = {item: self.noted(item) for item in balance["item"].unique() if item not in NOT_COST}
        if BOTH in found:
            share, line = drawn("land_share_ratio", place), found.pop(BOTH)
            found["buildings"] = {year: value * (1 - share) for year, value in line.items()}
            found[LAND_LINE] = {year: value * share for year, value in line.items()}
        if IN_PROGRESS not in found:
            return self._without_construction(found, drawn("construction_multiple_ratio", place))
        return found

    def _without_construction(self, found: dict, multiple) -> dict:
        """Take the others' share of construction, times `multiple`, out of every class but land."""
        shares = {year: multiple * self.others_construction[year] for year in found["servers"]}
        built = {year: sum(rows[year] for rows in found.values()) * share for year, share in shares.items()}
        depreciated = {year: sum(rows[year] for name, rows in found.items() if name != LAND_LINE) for year in shares}
        scaled = {name: {year: value * (1 - built[year] / depreciated[year]) for year, value in rows.items()}
                  for name, rows in found.items() if name != LAND_LINE}
        return scaled | {LAND_LINE: found[LAND_LINE], IN_PROGRESS: built}

    def lives_of(self, asset_class: str, place: dict | None = None) -> Lives:
        """The lives of one class; `place` may hold `<class>_place_ratio`."""
        return self.table.lives_of(asset_class, (place or {}).get(f"{asset_class}_place_ratio", MIDDLE))

    def dated(self, opening: int, depth: int) -> np.ndarray:
        """Shares of an opening cost by the year it was placed, oldest first: as capital expenditure went.

        Years before the first known expenditure count as the first known.
        """
        first = self.capex[min(self.capex)]
        spent = np.array([self.capex.get(opening - age, first) for age in range(depth, -1, -1)])
        return spent / spent.sum()

    def opening_ratio(self, classes: dict, first: int, lives: dict[str, Lives], balances: dict):
        """Reported over computed net cost at the opening; AnalysisError when no net property is known there."""
        reported = by_year(self.panel, "ppe_net_usd").get(self.opening_year, self.noted("net_property").get(
            self.opening_year))
        if reported is None:
            raise AnalysisError(f"{self.ticker}: no net property at the opening, fiscal {self.opening_year}")
        idle = sum(balances[name].get(self.opening_year, 0.0) for name in (LAND_LINE, IN_PROGRESS))
        rows = slice(0, self.opening_year - first + 1)
        computed = sum(net_cost(cost[rows], first, lives[name])[-1] for name, cost in classes.items())
        return (reported - idle) / computed


def drawn(name: str, place: dict | None):
    """A drawn input, or its central value from the register."""
    return (place or {}).get(name, assumed(name).value)


def by_year(rows: pd.DataFrame, column: str) -> dict[int, float]:
    """One column by fiscal year, missing values left out."""
    known = rows[rows[column].notna()]
    return {int(day.year): float(value) for day, value in zip(known["period_end"], known[column], strict=True)}


def hyperscaler(ticker: str) -> Filer:
    """The inputs of one of HYPERSCALERS; UnknownName for another company: its notes were not read."""
    require_known("hyperscaler", ticker, HYPERSCALERS)
    return hyperscalers((ticker,))[0]


def hyperscalers(tickers: tuple[str, ...] = HYPERSCALERS) -> list[Filer]:
    """The inputs of several at once, in the order given."""
    notes, panel = load_property_notes(list(HYPERSCALERS)), load_panel("year", list(tickers))
    lives, others = load_useful_lives(list(tickers)), construction_shares(notes)
    return [Filer(ticker, mine, panel[panel["ticker"] == ticker].reset_index(drop=True),
                  LifeTable(lives[lives["ticker"] == ticker], mine["period_end"].max()), others)
            for ticker in tickers for mine in [notes[notes["ticker"] == ticker]]]


def construction_shares(notes: pd.DataFrame) -> dict[int, float]:
    """Mean share of construction in property by fiscal year, over the filers that show their property whole.

    A year-end counts where servers, construction and buildings are all shown (WHOLE). Between its own year-ends a
    filer's share goes in a straight line, beyond them it stays: every year is the mean of the same filers, so that a
    filer that enters or leaves moves nothing. Misleads: in years that one filer alone shows, most of the mean is held.
    """
    cost = notes[(notes["kind"] == "balance") & ~notes["item"].isin(NOT_COST)]
    wide = cost.assign(year=cost["period_end"].dt.year).pivot(index=["ticker", "year"], columns="item",
                                                            values="value_usd")
    whole = pd.concat([wide.reindex(columns=list(lines)).notna().all(axis=1) for lines in WHOLE], axis=1).any(axis=1)
    shares = (wide[IN_PROGRESS] / wide.sum(axis=1))[whole].unstack("ticker")
    every = range(int(cost["period_end"].dt.year.min()), int(cost["period_end"].dt.year.max()) + 1)
    lines = [np.interp(every, known.index, known) for known in (shares[one].dropna() for one in shares) if len(known)]
    return dict(zip(every, np.mean(lines, axis=0).tolist(), strict=True))
