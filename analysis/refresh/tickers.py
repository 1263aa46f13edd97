"""The connector of the SEC's ticker list: it checks the keys in the table companies and never changes them."""

import pandas as pd

from analysis.errors import DataRefused, SourceUnavailable
from analysis.refresh.update import Asker, Update
from analysis.sources.ticker_list import read_ticker_list
from analysis.tables.read import read_table

TICKER_LIST = "sec_tickers"
"""The row of live_sources with the address of the list."""
NAMED = 5
"""Companies without a key that are named; the rest are counted."""


def sec_tickers(card: pd.Series, asker: Asker, update: Update) -> None:
    """Note each company whose key differs from the list's, and how many have none while the list has one.

    A person decides: a changed key may be a merger, a new holding company or a ticker that was handed on.
    """
    update.notes += key_notes(asker.bytes_of(card["url"], update), asker.companies)


def key_notes(content: bytes, tickers: list[str] | None = None) -> list[str]:
    """What the SEC's list says of the keys in the table companies, of these tickers or of all."""
    listed = read_ticker_list(content).set_index("ticker")["cik"]
    companies = read_table("companies").set_index("ticker")["cik"]
    if tickers:
        companies = companies[companies.index.isin(tickers)]
    both = companies.to_frame("have").join(listed.rename("found"), how="inner")
    changed = both[both["have"].notna() & (both["have"] != both["found"])]
    notes = [f"{ticker}: companies.csv has the key {row.have}, the SEC's list {row.found}; look it up before you "
             "change the table: under a firm's old key no new facts come"
             for ticker, row in zip(changed.index, changed.itertuples(), strict=True)]
    without = both.index[both["have"].isna()].tolist()
    if without:
        notes.append(f"without a key in companies.csv, though the SEC's list has one: {', '.join(without[:NAMED])} "
                     f"({len(without)} in all)")
    return notes


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
