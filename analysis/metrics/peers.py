"""A firm among its peers: its place, and the middle of the group, always in one calendar year.

A rank compares firms that report the year; it says nothing about those that do not. A headcount that is
stale is no part of a current rank, neither as the firm's own nor as a peer's.
"""

import pandas as pd

from analysis.metrics.registry import METRICS
from analysis.periods import LATEST
from analysis.quantity import Quantity
from analysis.tables.cells import joined, unit_of
from analysis.tables.companies import load_companies, require_ticker
from analysis.tables.coverage import is_stale

LEAST_PEERS = 4
"""With fewer other firms a rank says little: it is left out."""

def peer_group(ticker: str) -> str:
    """The name of a company's peer group; UnknownName for a ticker that is not in the table companies."""
    require_ticker(ticker)
    return load_companies().set_index("ticker").loc[ticker, "peer_group"]


def peers_of(ticker: str) -> list[str]:
    """Every company of the same peer group, the company itself included, sorted.

    The group "other" holds carmakers beside payment firms: no company has peers in it.
    """
    if peer_group(ticker) == "other":
        return [ticker]
    companies = load_companies()
    return sorted(companies.loc[companies["peer_group"] == peer_group(ticker), "ticker"])


def peer_ranks(panel: pd.DataFrame, ticker: str, columns: list[str], as_of: str = LATEST) -> pd.DataFrame:
    """The firm's place among its peer group for each metric, in the newest year with LEAST_PEERS other firms.

    `panel`: yearly panel with the columns. Returns one row per column that can be ranked: metric (its label),
    column, calendar_year, value, position (1 is the highest), firms_count (the firm included) and
    percentile_ratio (share of the other firms that lie below, ties counting half), basis and documents.
    """
    group = panel[panel["ticker"].isin(peers_of(ticker))].drop_duplicates(["ticker", "calendar_year"], keep="last")
    rows = [_rank(_current(group, column, as_of), ticker, column) for column in columns]
    return pd.DataFrame([row for row in rows if row], columns=RANK_COLUMNS)


RANK_COLUMNS = ["metric", "column", "calendar_year", "value", "position", "firms_count", "percentile_ratio",
                "basis", "value_documents"]


def _current(group: pd.DataFrame, column: str, as_of: str) -> pd.DataFrame:
    """Rows with a value; without those that rest on a stale headcount."""
    known = group[group[column].notna()]
    if "headcount_persons" in (column, *_inputs(column)):
        known = known[~is_stale(known["period_end"], as_of)]
    return known


def _inputs(column: str) -> tuple[str, ...]:
    if column.startswith("headcount"):
        return ("headcount_persons",)
    return METRICS[column].inputs if column in METRICS else ()


def _rank(known: pd.DataFrame, ticker: str, column: str) -> dict | None:
    """One row of `peer_ranks`, or None when no year of the firm has enough peers."""
    firms = known.groupby("calendar_year")["ticker"].nunique()
    own = known[(known["ticker"] == ticker) & known["calendar_year"].map(firms).gt(LEAST_PEERS)]
    if own.empty:
        return None
    mine = own.sort_values("calendar_year").iloc[-1]
    year = known[known["calendar_year"] == mine["calendar_year"]]
    values, others = year[column], year.loc[year["ticker"] != ticker, column]
    return {
        "metric": METRICS[column].label if column in METRICS else LABELS.get(column, column),
        "column": column, "calendar_year": int(mine["calendar_year"]), "value": float(mine[column]),
        "position": int((values > mine[column]).sum()) + 1, "firms_count": len(year),
        "percentile_ratio": float(((others < mine[column]) + 0.5 * (others == mine[column])).mean()),
        "basis": mine[f"{column}_basis"], "value_documents": mine[f"{column}_documents"],
    }


def rank_quantity(rank: pd.Series) -> Quantity:
    """The value of one row of `peer_ranks` with its unit, basis and documents."""
    return Quantity(rank["value"], unit_of(rank["column"]), rank["basis"], tuple(rank["value_documents"].split()))


LABELS = {"headcount_growth_ratio": "Growth of headcount", "revenue_growth_ratio": "Growth of revenue"}


def peer_median(panel: pd.DataFrame, ticker: str, column: str) -> pd.DataFrame:
    """The median of a column over the *other* firms of the group, per calendar year with LEAST_PEERS of them.

    Returns calendar_year, `column`, its basis ("derived") and documents, firms_count. The firms differ from
    year to year, so a move of the median may be a change of firms.
    """
    others = panel[panel["ticker"].isin(set(peers_of(ticker)) - {ticker}) & panel[column].notna()]
    years = others.drop_duplicates(["ticker", "calendar_year"], keep="last").groupby("calendar_year")
    table = years.agg(**{
        column: (column, "median"), f"{column}_documents": (f"{column}_documents", joined),
        "firms_count": ("ticker", "size"),
    }).reset_index()
    table = table[table["firms_count"] >= LEAST_PEERS].reset_index(drop=True)
    return table.assign(**{f"{column}_basis": "derived"})
