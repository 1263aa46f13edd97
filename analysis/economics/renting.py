"""What it costs to rent: by the hour, by commitment, on spot capacity, or by the token.

Loads carry years along the last axis; a price falls by a share each year. Only the loaders of prices read tables.
"""

import numpy as np
import pandas as pd

from analysis.economics.ranges import Range
from analysis.economics.schedules import present_value
from analysis.economics.tco import HOURS_A_YEAR, MIDDLE, MILLION
from analysis.economics.workload import Load
from analysis.errors import AnalysisError, nearest, require_known
from analysis.tables.compute import load_compute_prices, load_token_prices, newest_prices

PRICINGS = ("on_demand", "reserved_1y", "reserved_3y", "reserved_5y", "spot", "capacity_block")
TERM_YEARS = {"reserved_1y": 1, "reserved_3y": 3, "reserved_5y": 5}
SUPERSEDED_BEFORE = "2025-06"
"""List prices of hyperscalers fell by almost half in that month; a price dated before it is nobody's price now."""
BYTES_PER_GB = 1e9


def current_prices() -> pd.DataFrame:
    """The newest price of each offer, without the prices that a later price cut has replaced."""
    prices = newest_prices(load_compute_prices())
    is_dated = prices["as_of"].str.len() >= len(SUPERSEDED_BEFORE)
    return prices[~(is_dated & (prices["as_of"] < SUPERSEDED_BEFORE))]


def pricings_of(accelerator_id: str) -> list[str]:
    """The kinds of price on offer for an accelerator, in the order of PRICINGS."""
    current = current_prices()
    found = set(current.loc[current["accelerator_id"] == accelerator_id, "pricing"])
    return [pricing for pricing in PRICINGS if pricing in found]


def offers(accelerator_id: str, pricing: str) -> pd.DataFrame:
    """One current price per provider for an accelerator and pricing, cheapest first.

    Columns provider, accelerator_id, pricing, price_usd_per_accelerator_hour (the middle of the provider's
    prices) with its basis and documents. AnalysisError when nobody offers it. Misleads: list prices, of several
    dates and regions; large customers pay less.
    """
    require_known("pricing", pricing, PRICINGS)
    current = current_prices()
    rows = current[(current["accelerator_id"] == accelerator_id) & (current["pricing"] == pricing)]
    if rows.empty:
        known = sorted(current.loc[current["pricing"] == pricing, "accelerator_id"].dropna().unique())
        raise AnalysisError(f"no {pricing} price for {accelerator_id!r}; nearest with one: "
                            f"{', '.join(nearest(accelerator_id, known))}")
    price = "price_usd_per_accelerator_hour"
    table = rows.groupby("provider").agg(**{price: (price, "median"), "document_id": ("document_id", _joined)})
    table = table.rename(columns={"document_id": f"{price}_documents"}).reset_index()
    table = table.assign(accelerator_id=accelerator_id, pricing=pricing, **{f"{price}_basis": "derived"})
    return table.sort_values(price, ignore_index=True)


def _joined(ids: pd.Series) -> str:
    return " ".join(dict.fromkeys(ids))


def rental_price(accelerator_id: str, pricing: str) -> Range:
    """Dollars per accelerator-hour: from the cheapest provider to the dearest, their middle as value."""
    table = offers(accelerator_id, pricing)
    label = f"{pricing.replace('_', ' ')} price"
    return _spread(table["price_usd_per_accelerator_hour"], table["price_usd_per_accelerator_hour_documents"],
                   "usd_per_hour", label)


def token_price(model_id: str, side: str) -> Range:
    """Dollars per million "input" or "output" tokens of a hosted model, from the cheapest provider to the dearest.

    AnalysisError when nobody hosts the model in the price table.
    """
    require_known("side", side, ("input", "output"))
    prices = load_token_prices()
    rows = prices[prices["model_id"] == model_id]
    if rows.empty:
        raise AnalysisError(f"no token price for {model_id!r}; nearest with one: "
                            f"{', '.join(nearest(model_id, prices['model_id'].dropna().unique()))}")
    return _spread(rows[f"{side}_usd_per_million_tokens"], rows["document_id"], "usd_per_million_tokens",
                   f"price of {side} tokens")


def _spread(values: pd.Series, documents: pd.Series, unit: str, label: str) -> Range:
    low, middle, high = (float(one) for one in values.quantile([0, 0.5, 1]))
    ids = tuple(dict.fromkeys(" ".join(documents).split()))
    return Range(low, middle, high, unit, "derived", ids, "point" if low == high else "triangular", label)


def price_by_year(price, decline_ratio, years: int, term_years=1) -> np.ndarray:
    """The price in each year; within a term it stands, at its end it is what the price has fallen to."""
    term = np.asarray(term_years)[..., None]
    terms = term * (np.arange(years) // term)
    return np.asarray(price, float)[..., None] * (1 - np.asarray(decline_ratio, float)[..., None]) ** terms


def by_the_hour_usd(load: Load, usd_per_hour, price_decline_ratio=0.0, discount_ratio=0.0, repeat_ratio=0.0):
    """Today's dollars for the hours worked, rented as they are needed. `repeat_ratio`: hours done twice on spot."""
    prices = price_by_year(usd_per_hour, price_decline_ratio, load.hours.shape[-1])
    return present_value(load.hours * prices, discount_ratio, MIDDLE) * (1 + repeat_ratio)


def reserved_usd(load: Load, usd_per_hour, term_years: int, price_decline_ratio=0.0, discount_ratio=0.0):
    """Today's dollars for a commitment that covers the peak, paid every hour whether it is used or not.

    A last term that outlasts the horizon is charged for the part within it, as an owner is credited with resale.
    Misleads: that part is at the price of the whole term, where a tenant may have to take a dearer shorter one.
    """
    prices = price_by_year(usd_per_hour, price_decline_ratio, load.peak_count.shape[-1], term_years)
    return present_value(HOURS_A_YEAR * load.peak_count * load.part_of_year * prices, discount_ratio, MIDDLE)


def egress_usd(load: Load, token_bytes, egress_usd_per_gb, discount_ratio=0.0):
    """Today's dollars to send the output tokens out of the cloud; nothing for a load without tokens."""
    tokens = np.nan_to_num(load.tokens)
    return present_value(tokens, discount_ratio, MIDDLE) * token_bytes / BYTES_PER_GB * egress_usd_per_gb


def per_token_usd(load: Load, output_usd_per_million_tokens, input_usd_per_million_tokens=0.0,
                  input_tokens_per_output=0.0, price_decline_ratio=0.0, discount_ratio=0.0):
    """Today's dollars for the output tokens and the prompts before them, at prices per million."""
    both = output_usd_per_million_tokens + input_tokens_per_output * input_usd_per_million_tokens
    prices = price_by_year(both, price_decline_ratio, load.tokens.shape[-1])
    return present_value(load.tokens / MILLION * prices, discount_ratio, MIDDLE)
