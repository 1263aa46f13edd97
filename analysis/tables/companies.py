"""Companies, their peer groups, and the check every loader makes on a ticker."""

import pandas as pd

from analysis.errors import AnalysisError, require_known
from analysis.tables.read import read_table

HYPERSCALERS = ("AMZN", "GOOGL", "META", "MSFT", "ORCL")
"""The peer group "hyperscaler", in the order used everywhere."""


GROUP_LABELS = {
    "hyperscaler": "hyperscalers", "internet": "internet", "software": "software",
    "semiconductors": "semiconductors", "hardware_it_services": "hardware and IT services",
    "telecom_media": "telecom and media", "other": "other",
}
"""Peer groups in words, in the order used everywhere."""


def load_companies(tickers: list[str] | None = None) -> pd.DataFrame:
    """One row per company: ticker, cik, name, peer_group, in_industry, fiscal_year_end_month, note.

    `tickers` keeps those companies only; UnknownName names the nearest valid tickers. Peer groups are
    this project's classification; "the industry" of every headline figure is in_industry.
    """
    companies = read_table("companies")
    if tickers is None:
        return companies
    require_tickers(tickers)
    return companies[companies["ticker"].isin(tickers)].reset_index(drop=True)


def require_tickers(tickers: list[str] | None) -> None:
    """Check a list of tickers; AnalysisError for a bare string, UnknownName for an unknown ticker."""
    if isinstance(tickers, str):
        raise AnalysisError(f"companies is a list: write [{tickers!r}]")
    for ticker in tickers or []:
        require_ticker(ticker)


def require_ticker(ticker: str) -> str:
    """Return the ticker if the table companies has it, else raise UnknownName with the nearest."""
    return require_known("ticker", ticker, read_table("companies")["ticker"])


def company_name(ticker: str) -> str:
    """The common name of a company; UnknownName for a ticker that is not in the table."""
    require_ticker(ticker)
    return load_companies().set_index("ticker").loc[ticker, "name"]
