"""How the price of an offer of rented compute moved, where more than one day is on file."""

import pandas as pd

from analysis.tables.compute import OFFER_KEY, first_day, load_accelerators, load_compute_prices, newest_prices

PRICE, SHOWN = "price_usd_per_accelerator_hour", "usd_per_accelerator_hour"


def price_moves() -> pd.DataFrame:
    """The first and the newest price of each offer with prices of more than one day, largest fall first.

    Columns offer and days in words, first_usd_per_accelerator_hour, last_usd_per_accelerator_hour and change_ratio,
    each number with basis and documents. Empty when no offer has two. Misleads: few offers, and an
    offer whose price never changed has one row on file and is not here.
    """
    prices = load_compute_prices().dropna(subset="accelerator_id")
    in_order = prices.loc[first_day(prices["as_of"]).sort_values(kind="stable").index]
    both = in_order.drop_duplicates(OFFER_KEY).merge(newest_prices(prices), on=OFFER_KEY, suffixes=("_first", "_last"))
    both = both[first_day(both["as_of_first"]) < first_day(both["as_of_last"])]
    documents = both["document_id_first"] + " " + both["document_id_last"]
    chip = both["accelerator_id"].map(load_accelerators()["name"])
    table = pd.DataFrame({
        "offer": both["provider"] + " " + chip + ", " + both["pricing"].str.replace("_", " ") + ", " + both["instance"]
        + ", " + both["region"], "days": both["as_of_first"] + " to " + both["as_of_last"],
        "change_ratio": both[f"{PRICE}_last"] / both[f"{PRICE}_first"] - 1, "change_ratio_basis": "derived",
        "change_ratio_documents": documents})
    for end in ("first", "last"):
        cells = {"": both[f"{PRICE}_{end}"], "_basis": "reported", "_documents": both[f"document_id_{end}"]}
        table = table.assign(**{f"{end}_{SHOWN}{part}": cell for part, cell in cells.items()})
    return table.sort_values("change_ratio", ignore_index=True)
