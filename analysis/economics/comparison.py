"""The inputs of a comparison: prices from the tables, everything else from the register, choices of the reader."""

import pandas as pd

from analysis.economics.bounds import within
from analysis.economics.options import Comparison
from analysis.economics.ranges import Range, assumed, between, exactly, span
from analysis.economics.renting import pricings_of, rental_price, token_price
from analysis.economics.sizing import accelerators_of
from analysis.economics.tco import HOURS_A_YEAR, MILLION, WATTS_A_KILOWATT
from analysis.economics.throughput import Throughput, throughput_of
from analysis.economics.workload import check_utilisation, profile
from analysis.errors import AnalysisError, nearest
from analysis.quantity import Quantity
from analysis.tables.compute import load_accelerators, load_token_prices, one_row

FROM_REGISTER = {
    "network_storage_ratio": "network_storage_uplift_ratio", "facility_usd_per_kw": "facility_usd_per_kw",
    "facility_years": "facility_service_years", "colocation_usd_per_kw_month": "colocation_usd_per_kw_month",
    "life_years": "accelerator_service_years", "resale_ratio": "resale_after_36_months_ratio",
    "idle_power_ratio": "idle_power_ratio", "pue_ratio": "owner_pue_ratio",
    "electricity_usd_per_kwh": "owner_electricity_usd_per_kwh", "maintenance_ratio": "maintenance_ratio",
    "failure_ratio": "failure_ratio", "failures_not_covered_ratio": "failures_not_covered_ratio",
    "operator_usd_per_person": "operator_usd_per_person",
    "accelerators_per_person_count": "accelerators_per_person_count",
    "discount_ratio": "owner_discount_ratio", "price_decline_ratio": "compute_price_decline_ratio",
    "workload_growth_ratio": "workload_growth_ratio", "spot_repeat_ratio": "spot_repeat_ratio",
    "token_bytes": "token_bytes", "egress_usd_per_gb": "egress_usd_per_gb",
}
"""Names in the model, and the rows of the register they stand for."""
USUAL_YEARS, LONGEST_YEARS = 5, 10
"""A horizon beyond this is no forecast; the register's lives end before it."""
LEAST_MILLION_TOKENS, MOST_MILLION_TOKENS = 0.1, 1_000_000
MOST_ACCELERATORS = 1_000_000
DEAREST_USD_PER_KWH = 1
"""Bounds of what a reader may ask for."""


def from_register() -> dict[str, Range]:
    """Every input that is an assumption, by its name in the model."""
    return {name: assumed(row) for name, row in FROM_REGISTER.items()}


def server_price(accelerator_id: str) -> Range:
    """Dollars per accelerator with its share of the server.

    From the server price up to the dearest price in the table; a lower price is of the card alone and left out.
    Without a server price, the range of what is known. AnalysisError when nobody names a price. Misleads: without
    a server price it may be the card's alone, and the dates of the prices differ by years.
    """
    table = load_accelerators()
    row = one_row(table, "accelerator", accelerator_id)
    columns = ("price_low_usd", "price_high_usd", "server_price_usd")
    known = [float(row[column]) for column in columns if pd.notna(row[column])]
    if not known:
        priced = table[table[list(columns)].notna().any(axis=1)]["accelerator_id"]
        raise AnalysisError(f"no purchase price for {accelerator_id!r}; nearest with one: "
                            f"{', '.join(nearest(accelerator_id, priced))}")
    is_server = pd.notna(row["server_price_usd"])
    documents = tuple(row[["price_document_id", "server_price_document_id"]].dropna())
    low, high = (Quantity(end, "usd", "estimated", documents)
                 for end in (known[-1] if is_server else min(known), max(known)))
    return between(low, high, "price of the accelerator", value=low if is_server else None, shape="triangular")


def server_size(accelerator_id: str) -> Range:
    """Accelerators bought together: those of the server or rack whose price is used, else the register's number."""
    row = one_row(load_accelerators(), "accelerator", accelerator_id)
    if pd.isna(row["accelerators_per_server_count"]):
        return assumed("accelerators_per_server_count")
    document = row[["server_price_document_id", "price_document_id", "document_id"]].dropna().iloc[0]
    size = Quantity(float(row["accelerators_per_server_count"]), "count", "reported", (document,))
    return exactly(size, "accelerators in a server")


def power_of(accelerator_id: str) -> Range:
    """Kilowatts of one accelerator with its share of the server, from its rated power."""
    row = one_row(load_accelerators(), "accelerator", accelerator_id)
    watts = exactly(Quantity(float(row["power_watts"]), "watts", "reported", (row["document_id"],)), "rated power")
    inputs = {"watts": watts, "overhead_ratio": assumed("server_power_overhead_ratio")}
    return span(_kilowatts, inputs, "kw", "power of the accelerator")


def _kilowatts(watts, overhead_ratio):
    return watts * (1 + overhead_ratio) / WATTS_A_KILOWATT


def rental_prices(accelerator_id: str) -> dict[str, Range]:
    """The price per hour of each pricing on offer for an accelerator, by its name in the model."""
    return {f"{pricing}_usd_per_hour": rental_price(accelerator_id, pricing) for pricing in pricings_of(accelerator_id)}


def owned_inputs(accelerator_id: str, horizon_years: float, electricity_usd_per_kwh: float = 0.0) -> dict[str, Range]:
    """What owning, colocating and renting an accelerator rest on; electricity 0 means the register's price."""
    within("horizon_years", horizon_years, 1, LONGEST_YEARS)
    within("electricity_usd_per_kwh", electricity_usd_per_kwh, 0, DEAREST_USD_PER_KWH)
    inputs = from_register() | {
        "server_usd": server_price(accelerator_id), "power_kw": power_of(accelerator_id),
        "accelerators_per_server_count": server_size(accelerator_id),
        "horizon_years": exactly(horizon_years, "horizon", "years"),
    } | rental_prices(accelerator_id)
    if electricity_usd_per_kwh:
        inputs["electricity_usd_per_kwh"] = exactly(electricity_usd_per_kwh, "electricity price", "usd_per_kwh")
    return inputs


def inference(model_id: str, accelerator_id: str, precision: str, tokens_per_day_million: float,
              profile_name: str = "flat", horizon_years: float = USUAL_YEARS,
              electricity_usd_per_kwh: float = 0.0) -> Comparison:
    """Serving a model: every way to obtain it for which the tables hold a price.

    `tokens_per_day_million` are output tokens of the first year; request lengths are the register's.
    AnalysisError for a workload out of bounds, a model that does not fit or an accelerator without a price.
    """
    within("tokens_per_day_million", tokens_per_day_million, LEAST_MILLION_TOKENS, MOST_MILLION_TOKENS)
    copy = accelerators_of(model_id, accelerator_id, precision)
    speed = speed_of(model_id, accelerator_id, precision)
    inputs = owned_inputs(accelerator_id, horizon_years, electricity_usd_per_kwh) | profile(profile_name) | {
        "tokens_per_day": exactly(tokens_per_day_million * MILLION, "output tokens a day", "tokens"),
        "benchmark_tokens_per_second": speed.full_load,
        "achieved_speed_ratio": assumed("achieved_speed_ratio"),
        "group_count": copy.fixed_at(copy.value),
        "input_tokens_per_output": span(_per_output, request_lengths(), "ratio", "input tokens per output token"),
    }
    if model_id in set(load_token_prices()["model_id"]):
        inputs |= {f"{side}_usd_per_million_tokens": token_price(model_id, side) for side in ("input", "output")}
    return Comparison(inputs)


def speed_of(model_id: str, accelerator_id: str, precision: str) -> Throughput:
    """The throughput of a model for requests of the register's lengths."""
    lengths = request_lengths()
    return throughput_of(model_id, accelerator_id, precision, lengths["read"].value, lengths["written"].value)


def request_lengths() -> dict[str, Range]:
    """Tokens read and written in a request."""
    return {"read": assumed("request_input_tokens"), "written": assumed("request_output_tokens")}


def _per_output(read, written):
    return read / written


def training(accelerator_id: str, accelerators_count: int, utilisation_ratio: float, horizon_years: float = USUAL_YEARS,
             electricity_usd_per_kwh: float = 0.0) -> Comparison:
    """Training or fine-tuning on so many accelerators at once, busy for a share of the hours; it does not grow."""
    within("accelerators_count", accelerators_count, 1, MOST_ACCELERATORS)
    hours = HOURS_A_YEAR * accelerators_count * check_utilisation(utilisation_ratio)
    inputs = owned_inputs(accelerator_id, horizon_years, electricity_usd_per_kwh)
    del inputs["workload_growth_ratio"]
    return Comparison(inputs | {
        "accelerator_hours_per_year": exactly(hours, "accelerator-hours a year", "hours"),
        "accelerators_count": exactly(accelerators_count, "accelerators at once", "count"),
    }, "training")
