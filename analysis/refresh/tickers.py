"""The connector of the SEC's ticker list: it checks the keys in the table companies and never changes them."""

import pandas as pd

from analysis.errors import DataRefused, SourceUnavailable
from analysis.refresh.update import Asker, Update
from analysis.sources.ticker_list import read_ticker_list
from analysis.tables.read import read_table

TICKER_LIST = "sec_tickers"
"""The row of live_sources with the address of the list."""


def sec_tickers(card: pd.Series, asker: Asker, update: Update) -> None:
    """Note each company whose key differs from the list's, or is blank while the list has one.

    A person decides: a changed key may be a merger, a new holding company or a ticker that was handed on.
    """
    listed = read_ticker_list(asker.bytes_of(card["url"], update)).set_index("ticker")["cik"]
    companies = read_table("companies").set_index("ticker")["cik"]
    if asker.companies:
        companies = companies[companies.index.isin(asker.companies)]
    for ticker, cik in companies.items():
        found = listed.get(ticker)
        if found is not None and found != cik:
            have = "no key" if pd.isna(cik) else cik
            update.notes.append(f"{ticker}: companies.csv has {have}, the SEC's list {found}; look it up before "
                                "you change the table")


def known_keys(asker: Asker, update: Update) -> pd.DataFrame:
    """Ticker, cik and name of every listed filer, newest or kept; without the list the companies of the tables."""
    cards = read_table("live_sources").set_index("live_source_id")
    try:
        listed = read_ticker_list(asker.bytes_of(cards.loc[TICKER_LIST, "url"], update))
    except (SourceUnavailable, DataRefused) as error:
        update.notes.append(f"without the SEC's ticker list ({error}) only tickers of companies.csv are known; "
                            f"python -m analysis refresh --source {TICKER_LIST}")
        listed = pd.DataFrame(columns=["ticker", "cik", "name"], dtype="str")
    own = read_table("companies")[["ticker", "cik", "name"]].dropna(subset="cik").astype("str")
    return pd.concat([own, listed]).drop_duplicates("ticker").reset_index(drop=True)
