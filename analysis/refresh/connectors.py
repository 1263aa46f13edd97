"""The connectors by name, as the table live_sources names them."""

from analysis.refresh.archive import sec_archive
from analysis.refresh.filings import sec_filings
from analysis.refresh.labour import fred_series, indeed_postings
from analysis.refresh.layoffs import layoffs
from analysis.refresh.prices import gpu_prices
from analysis.refresh.sec import sec_companyfacts
from analysis.refresh.tickers import sec_tickers
from analysis.refresh.update import Connector

CONNECTORS: dict[str, Connector] = {
    "fred_series": fred_series, "gpu_prices": gpu_prices, "indeed_postings": indeed_postings, "layoffs": layoffs,
    "sec_archive": sec_archive, "sec_companyfacts": sec_companyfacts, "sec_filings": sec_filings,
    "sec_tickers": sec_tickers}
ONLY_WHEN_NAMED = {"sec_archive"}
"""Connectors that a refresh of all sources leaves out."""
BY_COMPANY = {"sec_archive", "sec_companyfacts", "sec_filings", "sec_tickers"}
"""Connectors that can ask about some companies only."""
TAKE_A_FILE = {"layoffs", "sec_archive"}
"""Connectors that can read a file at hand in place of their address."""
