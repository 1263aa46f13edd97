"""From a published price catalogue to rows of the table compute_prices: which prices are new, which cannot be taken.

The offers that are followed are data (table price_offers). The basket is fixed, so a page's price moves when a price
moves and not when a cloud lists another region. An accelerator is never guessed from its name.
"""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.tables.compute import OFFER_KEY, first_day, newest_prices
from analysis.tables.descriptor import read_text

SAME_RATIO = 1e-6
"""Two prices this close are one price: catalogues write some with fewer digits."""
DOUBT = "the catalogue gives no day: as_of is the day this price was first seen there"
SHOWN, MOST_NAMES, LONGEST = 3, 40, 60
"""In a note: instances named of an accelerator that nobody follows, such accelerators, characters of a name."""


@dataclass(frozen=True)
class FollowedPrices:
    """The followed offers as a catalogue has them.

    `values`: a row of price_offers each, with its price. `set_aside`: key, reason and row as text. `missing`:
    offers that have no price in it (any more).
    """

    values: pd.DataFrame
    set_aside: list[dict[str, str]]
    missing: list[str]


def followed_prices(rows: pd.DataFrame, offers: pd.DataFrame) -> FollowedPrices:
    """The price of each followed offer in the rows of `read_catalogue`.

    Set aside: another accelerator, or another number of them, than price_offers has; a price that is none; several
    prices for one offer. Of a last row that may be cut nothing is taken.
    """
    cut = rows[rows["is_cut"]]
    aside = [{"key": _plain(one.instance), "reason": "the file ends in this row, it may be cut",
              "row": _plain(f"{one.accelerator} {one.on_demand}")} for one in cut.itertuples()]
    values, missing = [], []
    for offer in offers.to_dict("records"):
        found = _rows_of(rows[~rows["is_cut"]], offer)
        key = f"{offer['instance']} {offer['pricing']} {offer['region']}"
        if found.empty:
            missing.append(key)
        elif reason := _cannot_be(found, offer):
            aside.append({"key": key, "reason": reason, "row": _plain(" ".join(found["price"].unique()))})
        else:
            values.append(offer | {"price": float(found["price"].iloc[0])})
    return FollowedPrices(pd.DataFrame(values, columns=[*offers.columns, "price"]), aside, missing)


def _rows_of(rows: pd.DataFrame, offer: dict) -> pd.DataFrame:
    """The rows of one offer that have its kind of price; a blank region or zone stands for all of them."""
    mine = rows["instance"] == offer["catalogue_instance"]
    for column in ("region", "zone"):
        if pd.notna(offer[f"catalogue_{column}"]):
            mine &= rows[column] == offer[f"catalogue_{column}"]
    found = rows[mine]
    return found.assign(price=found[offer["pricing"]])[found[offer["pricing"]] != ""]


def _cannot_be(found: pd.DataFrame, offer: dict) -> str:
    names = set(found["accelerator"]) - {offer["catalogue_accelerator"]}
    if names:
        return f"the catalogue names {_plain(', '.join(sorted(names)))}, price_offers {offer['catalogue_accelerator']}"
    count, price = (pd.to_numeric(found[column], errors="coerce").astype("float64") for column in ("count", "price"))
    if (count != offer["accelerators_count"]).any():
        return f"not the number of accelerators in price_offers ({offer['accelerators_count']})"
    if not (np.isfinite(price) & (price > 0)).all():
        return "the price is not a number above zero"
    return f"{price.nunique()} different prices for one offer" if price.nunique() > 1 else ""


def _plain(text: str) -> str:
    """Text from outside for a message: printable, and not long."""
    return "".join(one if one.isprintable() else "?" for one in text[:LONGEST])


def not_followed(rows: pd.DataFrame, offers: pd.DataFrame) -> str:
    """Instances with an accelerator that no row of price_offers names, by the catalogue's name of the accelerator."""
    others = rows[~rows["instance"].isin(offers["catalogue_instance"])]
    by_name = others.groupby("accelerator")["instance"].unique()
    told = [f"{_plain(name)} ({', '.join(_plain(one) for one in sorted(found)[:SHOWN])}"
            f"{', …' if len(found) > SHOWN else ''})" for name, found in by_name.items()]
    return "; ".join(told[:MOST_NAMES]) + ("; …" if len(told) > MOST_NAMES else "")


def new_prices(values: pd.DataFrame, retrieved: str, today: str, document_id: str) -> pd.DataFrame:
    """The rows to append to compute_prices, as text in its columns; empty when every price is on file.

    A price is new when the newest on file of its offer is another, or there is none; where prices move all the time
    `at_most_every_days` says how old that must be today. as_of is the day the file was retrieved.
    """
    have = read_text("compute_prices")
    both = values.merge(with_newest(values, have), how="left", left_index=True, right_index=True)
    same = np.isclose(both["price"], both["price_before"], rtol=SAME_RATIO)
    pause = pd.to_timedelta(both["at_most_every_days"], unit="D")
    too_soon = both["day_before"] + pause > pd.Timestamp(today)
    new = both[~same & ~too_soon]
    each = (new["price"] / new["accelerators_count"]).round(4)
    rows = new.assign(
        price_usd_per_hour=new["price"].map("{:.10g}".format),
        price_usd_per_accelerator_hour=each.map("{:.10g}".format),
        as_of=retrieved, note="SkyPilot catalogue", document_id=document_id,
        doubt=DOUBT + np.where(new["pricing"] == "spot", "; spot moves hourly", ""))
    rows["price_id"] = [_price_id(row, have["price_id"]) for row in rows.to_dict("records")]
    return rows[list(have.columns)].astype("string")


def _price_id(row: dict, have: pd.Series) -> str:
    """The offer and the day; a second price of one day gets a number."""
    name = "_".join(str(row[part]) for part in ("provider", "instance", "accelerator_id", "pricing", "region", "as_of"))
    name = re.sub(r"[^a-z0-9]+", "_", name.lower())
    number = ((have == name) | have.str.startswith(f"{name}_")).sum()
    return f"{name}_{number + 1}" if number else name


def with_newest(values: pd.DataFrame, have: pd.DataFrame) -> pd.DataFrame:
    """For each row of `values` the newest price on file of its offer: price_before and day_before.

    `have` is compute_prices as text; the columns are missing where the offer is new.
    """
    last = newest_prices(have)
    last = last.assign(price_before=pd.to_numeric(last["price_usd_per_hour"]), day_before=first_day(last["as_of"]))
    found = values[OFFER_KEY].astype("string").merge(
        last[[*OFFER_KEY, "price_before", "day_before"]], on=OFFER_KEY, how="left")
    return found.drop(columns=OFFER_KEY).set_axis(values.index)
