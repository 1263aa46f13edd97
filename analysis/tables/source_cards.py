"""The card of each source: publisher, address, licence, cadence, when it was last retrieved, and the bytes' hash."""

import pandas as pd

from analysis.tables.read import read_table

NEVER, COPY, FETCHED = "never fetched", "a recorded copy", "fetched"
"""How the newest bytes of a source came: `never fetched` has the day on which the snapshot was read, and no hash."""
SHOWN_DIGITS = 12


def source_cards() -> pd.DataFrame:
    """One row per source: the columns of the table sources, `how`, sha256, bytes_count and contents_count.

    `retrieved_date` and sha256 are those of the newest content that rows were read from; where nothing was fetched by
    a refresh, the day on which the snapshot was read, without a hash. `source` and `content` are for reading.
    Misleads: a source asked since then that had nothing new keeps its day.
    """
    taken = read_table("retrievals").assign(fetched=lambda rows: rows["read_from"].isna())
    taken = taken.sort_values(["retrieved_date", "fetched", "url"], kind="stable")
    newest = taken.drop_duplicates("source_id", keep="last").set_index("source_id")
    newest = newest.assign(contents_count=taken.groupby("source_id").size(),
                           how=newest["fetched"].map({False: COPY, True: FETCHED}))
    newest = newest.drop(columns=["url", "read_from", "fetched"]).rename(columns={"retrieved_date": "taken_date"})
    cards = read_table("sources").join(newest, on="source_id")
    return cards.assign(
        retrieved_date=cards["taken_date"].fillna(cards["retrieved_date"]), how=cards["how"].fillna(NEVER),
        contents_count=cards["contents_count"].fillna(0).astype(int),
        source=cards["publisher"] + ": " + cards["title"],
        content=(cards["how"] + ", sha256 " + cards["sha256"].str[:SHOWN_DIGITS] + "…").fillna(NEVER),
    ).drop(columns="taken_date")
