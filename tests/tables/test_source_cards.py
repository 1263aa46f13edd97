"""The card of a source: when it was last retrieved and the hash of the bytes, or that nothing was fetched yet."""

import pandas as pd

from analysis.tables.read import read_table
from analysis.tables.source_cards import COPY, FETCHED, NEVER, source_cards

HASH = "0" * 63 + "1"


def test_every_source_has_one_card_with_a_day_and_a_hash_only_where_bytes_were_taken_in():
    cards = source_cards()
    assert cards["source_id"].tolist() == read_table("sources")["source_id"].tolist()
    assert cards["retrieved_date"].notna().all()
    assert cards[["publisher", "url", "licence", "cadence"]].notna().all(axis=None)
    assert (cards["how"].eq(NEVER) == cards["sha256"].isna()).all() and cards["content"].notna().all()
    sec = cards.set_index("source_id").loc["sec_companyfacts"]
    assert sec["how"] == COPY and sec["contents_count"] == 2 and sec["sha256"][:12] in sec["content"]


def test_the_newest_content_of_a_refresh_is_on_the_card(data_copy):
    path = data_copy / "retrievals.csv"
    url = "https://fred.stlouisfed.org/graph/fredgraph.csv?id=USINFO"
    rows = [f"bls,{url},2026-11-23,{HASH[::-1]},9,", f"bls,{url},2026-12-24,{HASH},10,"]
    path.write_text(path.read_text() + "\n".join(rows) + "\n")
    card = source_cards().set_index("source_id").loc["bls"]
    assert (card["retrieved_date"], card["sha256"], card["how"]) == (pd.Timestamp("2026-12-24"), HASH, FETCHED)
    assert card["contents_count"] == 2 and card["bytes_count"] == 10
