"""How many accelerators hold a model, which models do not fit, and what quantisation saves.

Accelerators come in groups that engines split a model over: one, two, four, eight, then whole servers of eight.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.economics.memory import (
    BASELINE,
    BILLION,
    BYTES_PER_GB,
    PRECISIONS,
    bytes_of,
    cache_precision,
    kv_cache_bytes,
    memory_of,
    serving_context,
    weights_bytes,
    window_of,
)
from analysis.economics.ranges import Range, assumed, exactly, span
from analysis.errors import AnalysisError
from analysis.quantity import Quantity
from analysis.tables.assumptions import assumption
from analysis.tables.compute import load_accelerators, load_language_models, one_row

WITHIN_SERVER = (1, 2, 4, 8)
"""Groups within one server; beyond it, whole servers."""


def group_sizes() -> np.ndarray:
    """The numbers of accelerators one copy may be spread over, up to the register's largest deployment."""
    server = WITHIN_SERVER[-1]
    servers = np.arange(2 * server, assumption("largest_deployment_count").value + 1, server)
    return np.array([*WITHIN_SERVER, *servers])


def group_for(needed_bytes, memory_bytes, reserve_ratio):
    """The smallest group whose memory, less the reserve, holds `needed_bytes`; infinite when none does.

    Assumes that weights and cache split evenly. Engines copy part of the cache to every accelerator when a model
    has fewer key-value heads than accelerators (MLA has one), so long contexts may need more.
    """
    sizes = np.array([*group_sizes(), np.inf])
    wanted = np.asarray(needed_bytes) / (np.asarray(memory_bytes) * (1 - np.asarray(reserve_ratio)))
    return sizes[np.searchsorted(sizes, wanted * (1 - np.finfo(float).eps))]


def accelerators_of(model_id: str, accelerator_id: str, precision: str = BASELINE, kv_precision: str | None = None,
                    context_tokens: float | None = None, batch_count: float = 1) -> Range:
    """Accelerators that hold one copy of a model with its cache: a group size, with the ends of overhead and reserve.

    AnalysisError when no group does; the message names the nearest context, precision and accelerator that do.
    """
    needed = memory_of(model_id, precision, kv_precision, context_tokens, batch_count)["total"]
    found = _groups(needed, one_row(load_accelerators(), "accelerator", accelerator_id))
    if np.isinf(found.value):
        raise AnalysisError(_refusal(model_id, accelerator_id, precision, kv_precision, context_tokens, batch_count))
    return found


def _groups(needed: Range, accelerator: pd.Series) -> Range:
    memory = Quantity(accelerator["memory_gb"] * BYTES_PER_GB, "bytes", "reported", (accelerator["document_id"],))
    inputs = {"needed_bytes": needed, "memory_bytes": exactly(memory, "memory"),
              "reserve_ratio": assumed("memory_reserve_ratio")}
    return span(group_for, inputs, "count", "accelerators for one copy")


def _refusal(model_id: str, accelerator_id: str, precision: str, kv_precision: str | None,
             context_tokens: float | None, batch_count: float) -> str:
    """Why a model does not fit, and what is nearest to it that does."""
    largest = group_sizes()[-1]
    choices = [one for one in PRECISIONS if bytes_of(one) < bytes_of(precision)]
    fitting = [one for one in choices
               if not _too_large(model_id, accelerator_id, one, kv_precision, context_tokens, batch_count)]
    longest = longest_context(model_id, accelerator_id, largest, precision, kv_precision, batch_count)
    roomy = load_accelerators().sort_values("memory_gb")["accelerator_id"]
    others = [one for one in roomy
              if not _too_large(model_id, one, precision, kv_precision, context_tokens, batch_count)]
    near = [f"precision {fitting[0]}" if fitting else "", f"accelerator {others[0]}" if others else "",
            f"context_tokens {longest:.0f}" if longest >= 1 else ""]
    load = f"{batch_count:g} x {serving_context(context_tokens):g} tokens"
    return (f"{model_id} at {precision} with {load} does not fit {largest:g} {accelerator_id}; "
            f"nearest possible: {' or '.join(filter(None, near)) or 'a smaller model'}")


def _too_large(model_id: str, accelerator_id: str, *conditions) -> bool:
    accelerator = one_row(load_accelerators(), "accelerator", accelerator_id)
    return bool(np.isinf(_groups(memory_of(model_id, *conditions)["total"], accelerator).value))


def longest_context(model_id: str, accelerator_id: str, accelerators_count: float, precision: str = BASELINE,
                    kv_precision: str | None = None, batch_count: float = 1) -> float:
    """Most tokens each of `batch_count` requests can hold on so many accelerators, at most the model's context.

    Zero when the weights alone do not fit.
    """
    model = one_row(load_language_models(), "model", model_id)
    accelerator = one_row(load_accelerators(), "accelerator", accelerator_id)
    usable = accelerators_count * accelerator["memory_gb"] * BYTES_PER_GB * (
        1 - assumption("memory_reserve_ratio").value)
    weights = weights_bytes(model["parameters_billion"] * BILLION, bytes_of(precision))
    left = usable - weights * (1 + assumption("serving_overhead_ratio").value)
    token = kv_cache_bytes(model["layers_count"], model["kv_elements_per_token_per_layer"], 1, batch_count,
                           bytes_of(cache_precision(precision, kv_precision)))
    window, sliding = window_of(model)
    held = max(left, 0) / float(token)
    beyond = held if sliding == 0 or held <= window else (held - sliding * window) / (1 - sliding)
    return float(min(np.floor(beyond), model["context_tokens"]))


def fit_frame(model_ids: Sequence[str], accelerator_ids: Sequence[str], precision: str = BASELINE,
              kv_precision: str | None = None, context_tokens: float | None = None,
              batch_count: float = 1) -> pd.DataFrame:
    """Accelerators needed for every model and accelerator: accelerators_count with low and high, missing where the
    model does not fit, and longest_context_tokens on one server. Keys model_id and accelerator_id, with names.
    """
    accelerators, models = load_accelerators(), load_language_models()
    server = WITHIN_SERVER[-1]
    rows = []
    for model_id in model_ids:
        needed = memory_of(model_id, precision, kv_precision, context_tokens, batch_count)["total"]
        for accelerator_id in accelerator_ids:
            found = _groups(needed, one_row(accelerators, "accelerator", accelerator_id))
            rows.append({
                "model_id": model_id, "model": models.loc[model_id, "name"], "accelerator_id": accelerator_id,
                "accelerator": accelerators.loc[accelerator_id, "name"], "precision": precision,
                "accelerator_doubt": accelerators.loc[accelerator_id, "doubt"],
                "longest_context_tokens": longest_context(model_id, accelerator_id, server, precision, kv_precision,
                                                          batch_count)} | _counts(found))
    return pd.DataFrame(rows)


def _counts(found: Range) -> dict:
    """Columns of a number of accelerators; an infinite one is missing."""
    values = {f"accelerators{end}_count": getattr(found, name) for end, name in
              (("_low", "low"), ("", "value"), ("_high", "high"))}
    counts = {name: np.nan if np.isinf(value) else value for name, value in values.items()}
    basis = "unresolved" if np.isinf(found.value) else found.basis
    return counts | {"accelerators_count_basis": basis, "accelerators_count_documents": " ".join(found.documents)}


def quantisation_savings(model_ids: Sequence[str], accelerator_id: str, kv_precision: str | None = None,
                         context_tokens: float | None = None, batch_count: float = 1) -> pd.DataFrame:
    """What narrower weights save: model x precision with total_gb, accelerators_count, saved_gb and saved_ratio
    against bf16, and accelerators_saved_count (missing where bf16 does not fit).

    Misleads: memory only; answers may get worse, and the accelerator may have no arithmetic at that precision.
    """
    models, accelerator = load_language_models(), one_row(load_accelerators(), "accelerator", accelerator_id)
    rows = []
    for model_id in model_ids:
        for precision in PRECISIONS:
            needed = memory_of(model_id, precision, kv_precision, context_tokens, batch_count)["total"]
            row = {"model_id": model_id, "model": models.loc[model_id, "name"], "precision": precision,
                   "total_gb": needed.value / BYTES_PER_GB, "total_gb_basis": needed.basis,
                   "total_gb_documents": " ".join(needed.documents)}
            rows.append(row | _counts(_groups(needed, accelerator)))
    frame = pd.DataFrame(rows)
    baseline = frame[frame["precision"] == BASELINE].set_index("model_id")
    whole, count = (frame["model_id"].map(baseline[column]) for column in ("total_gb", "accelerators_count"))
    return frame.assign(saved_gb=whole - frame["total_gb"], saved_ratio=1 - frame["total_gb"] / whole,
                        accelerators_saved_count=count - frame["accelerators_count"])
