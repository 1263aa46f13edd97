"""How fast a model should run, from what memory and arithmetic allow, and by how much real engines miss it.

Decode reads every weight it uses and the cache once a step, or computes two operations per active parameter and
token, whichever takes longer. Prefill computes. An engine needs longer by a constant factor for each, and a fixed
time per layer and step. These three numbers are fitted to measured runs by least absolute deviation of the
logarithm of throughput: the median of the ratios when there is one number, its extension when there are three.
"""

from dataclasses import astuple, dataclass

import numpy as np
import pandas as pd
from scipy import optimize

from analysis.economics.memory import BILLION, BYTES_PER_GB, bytes_of, cached_tokens, kv_cache_bytes, weights_bytes
from analysis.quantity import Quantity
from analysis.tables.assumptions import assumption

TERA = 1e12
MS_PER_SECOND = 1000.0
OPERATIONS_PER_PARAMETER = 2
"""A multiplication and an addition for every active parameter and token."""
LARGEST_TENSOR_PARALLEL = 8
"""Accelerators that share every layer: a server. More serve as copies side by side, if a server holds one."""
SERVED_CACHE = "fp8"
"""Precision of the cache in runs at eight bits or fewer; the sources do not state it. Wider runs keep two bytes."""
START = (0.5, 0.5, 1e-4)
"""Where the search for the three numbers begins: two efficiencies and seconds per layer."""
PATIENCE = {"xatol": 1e-4, "fatol": 1e-7}
"""When the search stops: changes of logarithms, and of their mean miss."""


@dataclass(frozen=True)
class Calibration:
    """What engines reach: shares of memory bandwidth and of arithmetic in prefill, seconds per layer and step."""

    bandwidth_efficiency_ratio: float
    prefill_efficiency_ratio: float
    layer_seconds: float


def touched_share(experts, experts_per_token, batch):
    """Expected share of the experts that a batch of tokens uses, each drawing its experts at random: 0 to 1."""
    return 1 - (1 - np.asarray(experts_per_token) / experts) ** batch


def parameters_read(parameters, active, experts, experts_per_token, batch):
    """Parameters a decode step reads: all of a dense model; of a mixture, the shared ones and the experts touched."""
    per_expert = (parameters - active) / (experts - experts_per_token)
    shared = active - experts_per_token * per_expert
    sparse = shared + per_expert * experts * touched_share(experts, experts_per_token, batch)
    return np.where(np.isnan(experts), parameters, sparse)


def batch_that_fits(memory_bytes, weights, bytes_per_request, reserve_ratio):
    """Requests whose cache fits beside the weights, at least one."""
    return np.maximum((memory_bytes * (1 - reserve_ratio) - weights) / bytes_per_request, 1)


def ideal(loads: pd.DataFrame) -> pd.DataFrame:
    """What memory and arithmetic alone allow, one row per load: columns step_seconds, prefill_seconds (of one
    request), layers, batch (requests at once in one copy) and copies.

    A load has model and accelerator columns (`with_dimensions`), accelerators_count, precision, input_tokens,
    output_tokens and concurrency_count.
    """
    copies = copies_of(loads)
    shared_by = loads["accelerators_count"] / copies
    width = loads["precision"].map(bytes_of)
    held = cached_tokens(loads["input_tokens"] + loads["output_tokens"] / 2, loads["sliding_window_tokens"],
                         loads["sliding_layers_ratio"])
    request = kv_cache_bytes(loads["layers_count"], loads["kv_elements_per_token_per_layer"], held, 1,
                             np.maximum(np.minimum(width, 2), bytes_of(SERVED_CACHE)))
    fits = batch_that_fits(loads["memory_gb"] * BYTES_PER_GB * shared_by, _weights(loads), request, _reserve().value)
    batch = np.minimum(loads["concurrency_count"] / copies, fits)
    read = parameters_read(loads["parameters_billion"] * BILLION, loads["active_parameters_billion"] * BILLION,
                           loads["experts_count"], loads["experts_per_token_count"], batch) * width
    bandwidth = loads["memory_bandwidth_tb_per_second"] * TERA * shared_by
    token = (OPERATIONS_PER_PARAMETER * loads["active_parameters_billion"] * BILLION
             / (operations_per_second(loads) * shared_by))
    return pd.DataFrame({"step_seconds": np.maximum((read + batch * request) / bandwidth, batch * token),
                         "prefill_seconds": token * loads["input_tokens"], "layers": loads["layers_count"],
                         "batch": batch, "copies": copies}, index=loads.index)


def copies_of(loads: pd.DataFrame) -> pd.Series:
    """Copies of the model side by side: one for each server, or one over all when a server cannot hold the weights."""
    server = np.minimum(loads["accelerators_count"], LARGEST_TENSOR_PARALLEL)
    usable = loads["memory_gb"] * BYTES_PER_GB * server * (1 - _reserve().value)
    return (loads["accelerators_count"] / server).where(_weights(loads) <= usable, 1.0)


def _weights(loads: pd.DataFrame) -> pd.Series:
    return weights_bytes(loads["parameters_billion"] * BILLION, loads["precision"].map(bytes_of))


def operations_per_second(loads: pd.DataFrame) -> pd.Series:
    """Dense operations a second at the load's precision, or at sixteen bits where the accelerator has no such unit.

    Without a unit for four bits engines keep FP4 weights packed, widen them on the way in and multiply at sixteen
    bits with the activations, even where there is one for eight: only the reading gets faster. INT4 weights likewise.
    Held-out runs of FP4 without such a unit are predicted better at sixteen bits than at eight.
    """
    at_eight = loads["dense_fp8_tflops"].fillna(loads["dense_fp16_tflops"])
    at_four = loads["dense_fp4_tflops"].fillna(loads["dense_fp16_tflops"])
    width = loads["precision"].map(bytes_of)
    speed = loads["dense_fp16_tflops"].mask(width == bytes_of("fp8"), at_eight)
    return speed.mask(loads["precision"] == "fp4", at_four) * TERA


def predict(bounds: pd.DataFrame, loads: pd.DataFrame, reached: Calibration) -> pd.DataFrame:
    """Throughput and time per output token: columns output_tokens_per_second_per_accelerator (in a steady stream
    of requests, their prefill counted) and time_per_output_token_ms."""
    speed = _throughput(bounds, loads["output_tokens"].to_numpy(), *astuple(reached))
    seconds = bounds["batch"] * bounds["copies"] / speed
    return pd.DataFrame({"output_tokens_per_second_per_accelerator": speed / loads["accelerators_count"],
                         "time_per_output_token_ms": seconds * MS_PER_SECOND}, index=loads.index)


def _throughput(bounds, answer_tokens, bandwidth_efficiency, prefill_efficiency, layer_seconds):
    """Output tokens a second of all copies: a batch of answers over its decode steps and its prefills."""
    step = bounds["step_seconds"] / bandwidth_efficiency + layer_seconds * bounds["layers"]
    prefill = bounds["prefill_seconds"] / prefill_efficiency
    return bounds["copies"] * bounds["batch"] * answer_tokens / (answer_tokens * step + bounds["batch"] * prefill)


def calibrate(bounds: pd.DataFrame, loads: pd.DataFrame) -> Calibration:
    """The three numbers that bring prediction and measured output_tokens_per_second closest together.

    `bounds` comes from `ideal(loads)`. Least absolute deviation of logarithms, so that no run counts for more
    because it is fast, and a few strange runs do not matter.
    """
    parts = {name: bounds[name].to_numpy() for name in bounds}
    answer, measured = loads["output_tokens"].to_numpy(), np.log(loads["output_tokens_per_second"].to_numpy())

    def miss(logarithms: np.ndarray) -> float:
        return float(np.abs(np.log(_throughput(parts, answer, *np.exp(logarithms))) - measured).mean())

    found = optimize.minimize(miss, np.log(START), method="Nelder-Mead", options=PATIENCE)
    return Calibration(*(float(one) for one in np.exp(found.x)))


def _reserve() -> Quantity:
    return assumption("memory_reserve_ratio")
