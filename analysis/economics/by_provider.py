"""Owning held against each provider's own price: a buyer chooses a provider and does not draw one."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.economics.draws import draw, middle_of
from analysis.economics.options import Comparison, cost_usd
from analysis.economics.ranges import Range
from analysis.economics.renting import offers
from analysis.quantity import Quantity

RENT = "price_usd_per_accelerator_hour"


def by_provider(comparison: Comparison, accelerator_id: str, pricing: str) -> pd.DataFrame:
    """One row per provider, cheapest first: provider, rent_usd_per_hour, owned_wins_ratio, saved_ratio.

    The rent is held at the provider's list price and everything else drawn: the share of draws in which owning
    costs less, and what it saves in the middle of them (below zero: costs more). Each with basis and documents.
    Misleads: list prices of several dates; large customers pay less.
    """
    option, name = comparison.cloud_option(pricing), f"{pricing}_usd_per_hour"
    drawn = draw(comparison.inputs)
    load = comparison.load(drawn)
    owned = np.asarray(cost_usd("owned", load, drawn))
    rows = []
    for offer in offers(accelerator_id, pricing).to_dict("records"):
        price = Quantity(offer[RENT], "usd_per_hour", offer[f"{RENT}_basis"], tuple(offer[f"{RENT}_documents"].split()))
        rented = np.asarray(cost_usd(option, load, drawn | {name: price.value}))
        rows.append({"provider": offer["provider"]} | _cells(owned, rented, price, _inputs(comparison, option, name)))
    return pd.DataFrame(rows)


def _inputs(comparison: Comparison, option: str, rent: str) -> Mapping[str, Range]:
    names = {*comparison.names_for("owned"), *comparison.names_for(option)} - {rent}
    return {name: one for name, one in comparison.inputs.items() if name in names}


def _cells(owned: np.ndarray, rented: np.ndarray, price: Quantity, inputs: Mapping[str, Range]) -> dict:
    """The columns of one provider; the documents are those of the inputs and of the price."""
    saved = middle_of(1 - owned / rented, inputs, "ratio")
    saved = replace(saved, documents=tuple(dict.fromkeys((*price.documents, *saved.documents))))
    values = {"rent_usd_per_hour": price, "owned_wins_ratio": replace(saved.at(), value=float((owned < rented).mean())),
              "saved_ratio": saved.at()}
    return {column + part: cell for column, one in values.items()
            for part, cell in (("", one.value), ("_basis", one.basis), ("_documents", " ".join(one.documents)))}
