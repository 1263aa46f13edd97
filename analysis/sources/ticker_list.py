"""Read the SEC's list of tickers: which central index key (CIK) a ticker has."""

import json
import re

import pandas as pd

from analysis.errors import DataRefused

COLUMNS = ["ticker", "cik", "name"]
TICKER = re.compile(r"[A-Z0-9][A-Z0-9.\-]{0,11}")


def read_ticker_list(content: bytes) -> pd.DataFrame:
    """The list as a frame of text, one row per ticker: ticker, cik (ten digits), name; most valued firms first.

    Source: company_tickers.json, `{"0": {"cik_str": 320193, "ticker": "AAPL", "title": "Apple Inc."}, ...}`.
    DataRefused when the bytes are not in this layout, or a ticker has two keys.
    Misleads: it is today's list. A ticker may have been another firm's; a filer may have several, or none.
    """
    try:
        whole = json.loads(content)
        rows = [(one["ticker"], f"{int(one['cik_str']):010d}", one["title"]) for one in whole.values()]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise DataRefused(f"not the layout of the SEC's ticker list ({len(content):,} bytes)") from None
    frame = pd.DataFrame(rows, columns=COLUMNS, dtype="str").drop_duplicates(["ticker", "cik"])
    strange = frame[~frame["ticker"].str.fullmatch(TICKER) | (frame["cik"].str.len() != 10)]
    if strange.size or not len(frame):
        raise DataRefused(f"the ticker list holds {strange.iloc[0, :2].to_list() if strange.size else 'nothing'}")
    twice = frame.loc[frame["ticker"].duplicated(), "ticker"].tolist()
    if twice:
        raise DataRefused(f"the ticker list gives two keys for {', '.join(twice[:5])}")
    return frame.reset_index(drop=True)
