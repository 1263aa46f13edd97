"""Memory of training: weights, gradients, optimiser states and activations, for all weights or for adapters only.

Activations follow the published count for one transformer layer with two-byte numbers: bytes per token and hidden
unit, plus bytes per pair of tokens and attention head, or only the layer's input when layers are recomputed.
"""

import numpy as np
import pandas as pd

from analysis.economics.bounds import within
from analysis.economics.memory import BASELINE, BILLION, BYTES_PER_GB, bytes_of, times, weights_bytes
from analysis.economics.ranges import Range, assumed, exactly, span
from analysis.economics.sizing import group_for
from analysis.errors import AnalysisError, require_known
from analysis.quantity import Quantity
from analysis.tables.assumptions import assumption
from analysis.tables.compute import load_accelerators, load_language_models, one_row

RECOMPUTATION = ("none", "selective", "full")
"""What is computed again in the backward pass: nothing, attention, whole layers."""
NAMED = 3
"""Models a refusal names."""
PARTS = ("weights", "gradients", "optimiser")
QUERY_KEY_VALUE_OUTPUT = 2
"""Query and output have one shape (hidden by heads), key and value the other: two matrices of each."""


def states_bytes(parameters, weights_bytes_each, gradients_bytes_each, optimiser_bytes_each):
    """Memory of the model states when every parameter is trained."""
    return parameters * (weights_bytes_each + gradients_bytes_each + optimiser_bytes_each)


def activation_bytes(layers, hidden, heads, sequence_tokens, batch, linear_bytes, attention_bytes):
    """Activations kept for the backward pass: sequence x batch x (linear x hidden + attention x heads x sequence)
    for each layer. Recomputation of attention sets `attention_bytes` to zero.
    """
    return layers * sequence_tokens * batch * (linear_bytes * hidden + attention_bytes * heads * sequence_tokens)


def adapter_parameters(layers, hidden, heads, kv_heads, head_dim, rank):
    """Trainable parameters of low-rank adapters on the four attention projections of every layer.

    Each adapter of a matrix a x b has rank x (a + b) parameters.
    """
    wide, narrow = hidden + heads * head_dim, hidden + kv_heads * head_dim
    return layers * rank * QUERY_KEY_VALUE_OUTPUT * (wide + narrow)


def activations_of(model_id: str, sequence_tokens: float, batch_count: float, recomputation: str) -> Range:
    """Bytes of activations of one model for one micro-batch.

    `recomputation` is "none", "selective" (attention is computed again, as fused attention does) or "full".
    Misleads: counted for dense layers; experts and gated layers keep other amounts.
    """
    require_known("recomputation", recomputation, RECOMPUTATION)
    model = one_row(load_language_models(), "model", model_id)
    within("sequence_tokens", sequence_tokens, 1, model["context_tokens"], f"the context of {model['name']}")
    within("batch_count", batch_count, 1, np.inf)
    linear = assumed("activation_recomputed_bytes" if recomputation == "full" else "activation_linear_bytes")
    pairs = assumed("activation_attention_bytes")
    inputs = {"linear_bytes": linear, "attention_bytes": pairs if recomputation == "none" else pairs.fixed_at(0.0)}

    def kept(linear_bytes, attention_bytes):
        return activation_bytes(model["layers_count"], model["hidden_size_count"], model["attention_heads_count"],
                                sequence_tokens, batch_count, linear_bytes, attention_bytes)

    return span(kept, inputs, "bytes", "activations")


def training_memory(model_id: str, sequence_tokens: float, batch_count: float = 1,
                    recomputation: str = "selective") -> dict[str, Range]:
    """Bytes to train every weight in mixed precision with AdamW: weights, gradients, optimiser, activations, total.

    The states count once however many accelerators share them; activations are of one micro-batch. Misleads:
    without sharding of the states every accelerator holds them all.
    """
    model = one_row(load_language_models(), "model", model_id)
    count = Quantity(model["parameters_billion"] * BILLION, "parameters", "derived", (model["document_id"],))
    return _with_total(_states(exactly(count, "parameters")),
                       activations_of(model_id, sequence_tokens, batch_count, recomputation))


def lora_memory(model_id: str, sequence_tokens: float, batch_count: float = 1, precision: str = BASELINE,
                rank: float | None = None, recomputation: str = "selective") -> dict[str, Range]:
    """Bytes to train low-rank adapters: the frozen weights at `precision`, the adapters' states, activations, total.

    Needs MHA or GQA; the shapes of MLA's projections are not in the model table. `rank` defaults to the register's.
    """
    model = one_row(load_language_models(), "model", model_id)
    source = (model["document_id"],)
    frozen = weights_bytes(model["parameters_billion"] * BILLION, bytes_of(precision))
    trained = exactly(Quantity(lora_parameters(model_id, rank), "parameters", "derived", source), "adapters")
    states = _states(trained)
    whole = exactly(Quantity(float(frozen), "bytes", "derived", source), "frozen weights")
    activations = activations_of(model_id, sequence_tokens, batch_count, recomputation)
    return {"frozen": whole} | _with_total(states | {"frozen": whole}, activations)


def lora_parameters(model_id: str, rank: float | None = None) -> float:
    """Parameters of the adapters of one model; AnalysisError for MLA, naming models it can be worked out for."""
    models = load_language_models()
    model = one_row(models, "model", model_id)
    if pd.isna(model["head_dim_count"]):
        known = ", ".join(models.loc[models["head_dim_count"].notna(), "model_id"].head(NAMED))
        raise AnalysisError(f"{model['name']} uses {model['attention']}: the shapes of its projections are not in the "
                            f"table, so its adapters cannot be counted; nearest possible: {known}")
    chosen = assumption("lora_rank_count").value if rank is None else rank
    within("rank", chosen, 1, model["hidden_size_count"], "a low rank is below the hidden size")
    return float(adapter_parameters(model["layers_count"], model["hidden_size_count"], model["attention_heads_count"],
                                    model["kv_heads_count"], model["head_dim_count"], chosen))


def _states(trained: Range) -> dict[str, Range]:
    """Weights, gradients and optimiser states of so many trained parameters."""
    each = {part: assumed(f"training_{part}_bytes_per_parameter") for part in PARTS}
    return {part: span(times, {"amount": trained, "factor": one}, "bytes", part) for part, one in each.items()}


def _with_total(states: dict[str, Range], activations: Range) -> dict[str, Range]:
    parts = states | {"activations": activations}
    return parts | {"total": span(lambda **all_of: sum(all_of.values()), parts, "bytes", "memory in all")}


def accelerators_to_train(memory: dict[str, Range], accelerator_id: str) -> Range:
    """Accelerators over which the states and activations spread evenly (fully sharded): a group size.

    AnalysisError when the largest group is too small, naming the memory it has. Misleads: the fewest that hold
    the run, not the number that finishes it in time.
    """
    accelerator = one_row(load_accelerators(), "accelerator", accelerator_id)
    size = Quantity(accelerator["memory_gb"] * BYTES_PER_GB, "bytes", "reported", (accelerator["document_id"],))
    inputs = {"needed_bytes": memory["total"], "memory_bytes": exactly(size, "memory"),
              "reserve_ratio": assumed("memory_reserve_ratio")}
    found = span(group_for, inputs, "count", "accelerators to train")
    if np.isinf(found.value):
        most = assumption("largest_deployment_count").value * accelerator["memory_gb"]
        raise AnalysisError(f"training needs {memory['total'].value / BYTES_PER_GB:,.0f} GB; the largest group of "
                            f"{accelerator_id} has {most:,.0f} GB; nearest possible: recomputation full, a shorter "
                            f"sequence, adapters, or a larger largest_deployment_count")
    return found
