"""How many bytes a model needs to serve requests: weights, key-value cache, and what the engine adds.

The plain functions take numbers or arrays. A cache entry is stored once for each token and layer: keys and values
of every key-value head (MHA, GQA), or one compressed vector (MLA), so one column of the model table covers all.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.economics.bounds import within
from analysis.economics.ranges import Range, assumed, exactly, span
from analysis.errors import require_known
from analysis.quantity import Quantity
from analysis.tables.assumptions import assumption
from analysis.tables.compute import load_language_models, one_row

BYTES = {"fp32": 4.0, "bf16": 2.0, "fp16": 2.0, "fp8": 1.0, "int8": 1.0, "int4": 0.5, "fp4": 0.5}
"""Bytes of one number. Scales of quantised blocks are not counted; they add a few per cent at four bits."""
PRECISIONS = ("fp32", "bf16", "fp8", "int8", "int4", "fp4")
BASELINE = "bf16"
"""What a saving is measured against: the precision most models are published in."""
BILLION = 1e9
BYTES_PER_GB = 1e9
BYTES_PER_GIB = 2.0**30
KEYS_AND_VALUES = 2


def bytes_of(precision: str) -> float:
    """Bytes of one number at a precision; UnknownName when there is no such precision."""
    return BYTES[require_known("precision", precision, BYTES)]


def times(amount, factor):
    """A product, as a model."""
    return amount * factor


def weights_bytes(parameters, bytes_per_parameter):
    """Memory of the weights: parameters times bytes of each. All experts count, active or not."""
    return np.multiply(parameters, bytes_per_parameter)


def kv_elements(kv_heads, head_dim):
    """Numbers cached for each token and layer by MHA and GQA: a key and a value for every key-value head."""
    return KEYS_AND_VALUES * np.multiply(kv_heads, head_dim)


def cached_tokens(tokens, window_tokens=np.inf, sliding_layers_ratio=0.0):
    """Tokens a layer holds on average when a share of the layers keeps only a window of the newest tokens."""
    return (1 - sliding_layers_ratio) * np.asarray(tokens) + sliding_layers_ratio * np.minimum(tokens, window_tokens)


def kv_cache_bytes(layers, kv_elements_per_token_per_layer, tokens, batch, bytes_per_element):
    """Memory of the key-value cache when every request of the batch holds `tokens` tokens (prompt and answer)."""
    return np.asarray(layers) * kv_elements_per_token_per_layer * tokens * batch * bytes_per_element


def serving_bytes(weights, cache, overhead_ratio):
    """Weights, cache, and the working memory of the forward pass as a share of the weights."""
    return weights * (1 + overhead_ratio) + cache


def cache_of(model_id: str, context_tokens: float, batch_count: float = 1, precision: str = BASELINE) -> float:
    """Bytes of the cache of one model, its sliding window counted; AnalysisError past the model's context."""
    model = one_row(load_language_models(), "model", model_id)
    within("context_tokens", context_tokens, 1, model["context_tokens"], f"the context of {model['name']}")
    within("batch_count", batch_count, 1, np.inf)
    held = cached_tokens(context_tokens, *window_of(model))
    elements = model["kv_elements_per_token_per_layer"]
    return float(kv_cache_bytes(model["layers_count"], elements, held, batch_count, bytes_of(precision)))


def window_of(model: pd.Series) -> tuple[float, float]:
    """Window in tokens and share of layers that have one; no window when the table names none."""
    if pd.isna(model["sliding_layers_ratio"]):
        return np.inf, 0.0
    return float(model["sliding_window_tokens"]), float(model["sliding_layers_ratio"])


def memory_of(model_id: str, precision: str = BASELINE, kv_precision: str | None = None,
              context_tokens: float | None = None, batch_count: float = 1) -> dict[str, Range]:
    """Bytes a model needs to serve: weights, cache, overhead and their sum ("total"), each with provenance.

    `kv_precision` is that of the cache (default: bf16, or the weights' when these are wider). `context_tokens`
    (default: the register's) is what every one of `batch_count` requests holds at once. Misleads: engines share
    prompts and seldom hold every request at its full length, so the cache is an upper bound; the weights are not.
    """
    model = one_row(load_language_models(), "model", model_id)
    source = (model["document_id"],)
    weights = weights_bytes(model["parameters_billion"] * BILLION, bytes_of(precision))
    cache = cache_of(model_id, serving_context(context_tokens), batch_count, cache_precision(precision, kv_precision))
    parts = {"weights": exactly(Quantity(float(weights), "bytes", "derived", source), "weights"),
             "cache": exactly(Quantity(cache, "bytes", "derived", source), "key-value cache")}
    share = assumed("serving_overhead_ratio")
    parts["overhead"] = span(times, {"amount": parts["weights"], "factor": share}, "bytes", "working memory")
    inputs = {"weights": parts["weights"], "cache": parts["cache"], "overhead_ratio": share}
    return parts | {"total": span(serving_bytes, inputs, "bytes", "memory in all")}


def cache_precision(precision: str, kv_precision: str | None = None) -> str:
    """Precision of the cache: the one given, else bf16, or the weights' when these are wider."""
    return kv_precision or (precision if bytes_of(precision) > BYTES[BASELINE] else BASELINE)


def serving_context(context_tokens: float | None = None) -> float:
    """Tokens a request holds: the number given, else the register's."""
    return assumption("serving_context_tokens").value if context_tokens is None else context_tokens


def memory_frame(model_ids: Sequence[str], precisions: Sequence[str] = PRECISIONS, kv_precision: str | None = None,
                 context_tokens: float | None = None, batch_count: float = 1) -> pd.DataFrame:
    """What each model needs at each precision: weights_gb, cache_gb, overhead_gb, total_gb with low, high and basis.

    Keys model_id, model, precision. Gigabytes of 1e9 bytes, as memory is sold.
    """
    models = load_language_models()
    rows = []
    for model_id in model_ids:
        for precision in precisions:
            parts = memory_of(model_id, precision, kv_precision, context_tokens, batch_count)
            row: dict = {f"{part}_gb": one.value / BYTES_PER_GB for part, one in parts.items()}
            whole = parts["total"]
            row |= {"total_low_gb": whole.low / BYTES_PER_GB, "total_high_gb": whole.high / BYTES_PER_GB,
                    "total_gb_basis": whole.basis, "total_gb_documents": " ".join(whole.documents)}
            rows.append({"model_id": model_id, "model": models.loc[model_id, "name"], "precision": precision} | row)
    return pd.DataFrame(rows)
