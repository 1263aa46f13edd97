"""The connectors of labour-market series: FRED (also what BLS publishes) and Indeed's postings index."""

from collections.abc import Callable

import pandas as pd

from analysis.errors import AskFirst, DataRefused
from analysis.refresh.asking import MOST_TIMES, ask_if_lost, is_far
from analysis.refresh.update import Asker, Update
from analysis.sources.series_csv import read_fred, read_indeed
from analysis.tables.append import document_row
from analysis.tables.descriptor import read_text
from analysis.tables.labour import newest_reading
from analysis.tables.labour_rows import new_values, series_values
from analysis.tables.read import read_table

Reader = Callable[[bytes, str], pd.DataFrame]


def fred_series(card: pd.Series, asker: Asker, update: Update) -> None:
    """Add the new and revised values of one FRED series."""
    _refresh(card, asker, update, read_fred)


def indeed_postings(card: pd.Series, asker: Asker, update: Update) -> None:
    """Add the new and revised values of Indeed's index of all US postings."""
    _refresh(card, asker, update, read_indeed)


def _refresh(card: pd.Series, asker: Asker, update: Update, read: Reader) -> None:
    """Ask, read, compare. DataRefused or AskFirst when the file cannot be taken as it is: then nothing of it is."""
    feed = read_table("labour_feeds").set_index("live_source_id").loc[card["live_source_id"]]
    content, before = asker.bytes_of(card["url"], update), asker.before(card["url"])
    retrieved = asker.retrieved(card["url"], update)
    found = series_values(read(content, feed["value_column"]), retrieved)
    if found.values.empty:
        raise DataRefused(f"no value that can be taken in ({len(found.set_aside)} rows were looked at)")
    document = document_row(card["source_id"], card["url"])
    new = new_values(found.values, feed, retrieved, document["document_id"])
    if not update.accept:
        if before is not None:
            old = series_values(read(before, feed["value_column"]), retrieved)
            ask_if_lost(set(old.values["date"]), set(found.values["date"]), "values")
        _ask_if_far(new, feed["series"])
    update.set_aside += [
        {"table": "labour_series", "key": f"{feed['series']}.{row.date}",
         "reason": row.reason, "row": row.value} for row in found.set_aside.itertuples(index=False)]
    update.add("labour_series", new)
    if len(new):
        update.took(card["source_id"], card["url"], content, retrieved)
        update.add("documents", pd.DataFrame([document], dtype="string").replace("", pd.NA))
        last = found.values["date"].max()
        again = _seen_again(new, feed["series"])
        update.notes.append(f"{feed['series']}: {len(new) - again} new or revised values, to {last:%Y-%m-%d}"
                            + f"; {again} on file without a day are seen again and now dated" * (again > 0))


def _seen_again(new: pd.DataFrame, series: str) -> int:
    """How many of the new readings say what the newest reading on file says, which has no day."""
    have = read_text("labour_series")
    have = newest_reading(have[have["series"] == series])[["date", "value", "preliminary", "retrieved_date"]]
    both = new.merge(have, on=["date", "preliminary"], suffixes=("", "_before"))
    same = pd.to_numeric(both["value"]) == pd.to_numeric(both["value_before"])
    return int((same & both["retrieved_date_before"].isna()).sum())


def _ask_if_far(new: pd.DataFrame, series: str) -> None:
    have = read_text("labour_series")
    have = newest_reading(have[have["series"] == series])[["date", "value"]]
    both = new.merge(have, on="date", how="left", suffixes=("", "_before"))
    last = have.sort_values("date").tail(1)
    if len(last):  # a value of a new day is held against the last one
        both["value_before"] = both["value_before"].mask(both["date"] > last["date"].iloc[0], last["value"].iloc[0])
    both = both.assign(value=pd.to_numeric(both["value"]), value_before=pd.to_numeric(both["value_before"]))
    far = both[is_far(both["value"], both["value_before"])]
    if len(far):
        one = far.iloc[0]
        raise AskFirst(f"{len(far)} values would change more than {MOST_TIMES} times, e.g. {one['date']} from "
                       f"{one['value_before']:g} to {one['value']:g}; look at the file, then run again with --accept")
