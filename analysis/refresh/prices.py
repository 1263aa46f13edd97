"""The connector of compute prices: one cloud's file of SkyPilot's public catalogue."""

import pandas as pd

from analysis.errors import AskFirst, DataRefused
from analysis.refresh.asking import MOST_TIMES, ask_if_lost, is_far
from analysis.refresh.update import Asker, Update
from analysis.sources.price_catalogue import read_catalogue
from analysis.tables.append import document_row
from analysis.tables.descriptor import read_text
from analysis.tables.price_rows import FollowedPrices, followed_prices, new_prices, not_followed, with_newest
from analysis.tables.read import read_table

PLACE = ["instance", "region", "zone"]
"""What names a row of a catalogue."""


def gpu_prices(card: pd.Series, asker: Asker, update: Update) -> None:
    """Add the prices of the followed offers that differ from the newest on file.

    DataRefused or AskFirst when the file cannot be taken as it is: then nothing of it is.
    """
    offers = read_table("price_offers")
    offers = offers[offers["live_source_id"] == card["live_source_id"]]
    content, before = asker.bytes_of(card["url"], update), asker.before(card["url"])
    retrieved = asker.retrieved(card["url"], update)
    rows, rows_before = read_catalogue(content), None if before is None else read_catalogue(before)
    found = followed_prices(rows, offers)
    if found.values.empty:
        raise DataRefused(f"none of the {len(offers)} offers that are followed has a price in it "
                          f"({len(found.set_aside)} were set aside)")
    document = document_row(card["source_id"], card["url"])
    new = new_prices(found.values, retrieved, asker.today, document["document_id"])
    if not update.accept:
        if rows_before is not None:
            ask_if_lost(_places(rows_before), _places(rows), "rows with an accelerator")
        _ask_if_far(found.values)
    update.set_aside += [{"table": "compute_prices"} | one for one in found.set_aside]
    update.add("compute_prices", new)
    if len(new):
        update.took(card["source_id"], card["url"], content, retrieved)
        update.add("documents", pd.DataFrame([document], dtype="string").replace("", pd.NA))
    update.notes += _told(card["live_source_id"], found, len(new))
    others = not_followed(rows, offers)
    if others and (rows_before is None or others != not_followed(rows_before, offers)):
        update.notes.append(f"{card['live_source_id']}: in no row of price_offers: {others}")


def _told(name: str, found: FollowedPrices, new: int) -> list[str]:
    told = [f"{name}: {new} new prices of {len(found.values)} offers"] if new else []
    return told + ([f"{name}: no price for {', '.join(found.missing)}"] if found.missing else [])


def _places(rows: pd.DataFrame) -> set:
    return set(rows[PLACE].itertuples(index=False, name=None))


def _ask_if_far(values: pd.DataFrame) -> None:
    last = with_newest(values, read_text("compute_prices"))["price_before"]
    far = values.assign(before=last)[is_far(values["price"], last)]
    if len(far):
        one = far.iloc[0]
        raise AskFirst(f"{len(far)} prices would change more than {MOST_TIMES} times, e.g. {one['instance']} "
                       f"{one['pricing']} in {one['region']} from {one['before']:g} to {one['price']:g} dollars; "
                       "look at the file, then run again with --accept")
