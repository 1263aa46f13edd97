"""Memory of training: hand-worked cases of states, activations and adapters."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.economics.memory import memory_of
from analysis.economics.training import (
    accelerators_to_train,
    activation_bytes,
    activations_of,
    adapter_parameters,
    lora_memory,
    lora_parameters,
    states_bytes,
    training_memory,
)
from analysis.errors import AnalysisError, UnknownName


def test_states_of_mixed_precision_adamw():
    assert states_bytes(8.03e9, 6, 4, 8) == pytest.approx(8.03e9 * 18)


def test_activations_of_one_small_layer_by_hand():
    # 10 tokens x 2 requests x (34 x 8 + 5 x 4 heads x 10) bytes
    assert activation_bytes(1, 8, 4, 10, 2, 34, 5) == 10 * 2 * (34 * 8 + 5 * 4 * 10)
    assert activation_bytes(3, 8, 4, 10, 2, 34, 0) == 3 * 10 * 2 * 34 * 8


def test_recomputation_keeps_less():
    kept = [activations_of("llama_3_1_8b", 4096, 1, how).value for how in ("none", "selective", "full")]
    assert kept == [32 * 4096 * (34 * 4096 + 5 * 32 * 4096), 32 * 4096 * 34 * 4096, 32 * 4096 * 2 * 4096]
    with pytest.raises(UnknownName, match="selective"):
        activations_of("llama_3_1_8b", 4096, 1, "selected")


def test_training_memory_of_eight_billion_parameters():
    parts = training_memory("llama_3_1_8b", 4096, 1, "full")
    assert parts["weights"].value == pytest.approx(8.03e9 * 6)
    assert parts["optimiser"].value == pytest.approx(8.03e9 * 8)
    assert parts["total"].value == pytest.approx(8.03e9 * 18 + 32 * 4096 * 2 * 4096)
    assert parts["total"].low == pytest.approx(8.03e9 * (6 + 2 + 2) + 32 * 4096 * 2 * 4096)
    assert len(parts["total"].documents) >= 4


def test_adapters_match_a_published_list_of_shapes():
    # a public adapter of rank 64 lists, per layer, 64 x 4096 and 4096 x 64 for query and output,
    # 64 x 4096 and 1024 x 64 for key and value
    per_layer = 2 * (64 * 4096 + 4096 * 64) + 2 * (64 * 4096 + 1024 * 64)
    assert adapter_parameters(1, 4096, 32, 8, 128, 64) == per_layer
    assert lora_parameters("llama_3_1_8b", 64) == 32 * per_layer


def test_adapters_train_far_less_than_the_model():
    parts, whole = lora_memory("llama_3_1_70b", 4096, rank=16), training_memory("llama_3_1_70b", 4096)
    assert parts["frozen"].value == memory_of("llama_3_1_70b")["weights"].value
    assert parts["optimiser"].value == 8 * lora_parameters("llama_3_1_70b", 16)
    assert parts["total"].value == pytest.approx(sum(
        parts[name].value for name in ("frozen", "weights", "gradients", "optimiser", "activations")))
    assert parts["total"].value < whole["total"].value / 4
    quantised = lora_memory("llama_3_1_70b", 4096, precision="int4", rank=16)
    assert whole["total"].value > parts["total"].value > quantised["total"].value


def test_adapters_of_a_model_without_known_shapes_are_refused():
    with pytest.raises(AnalysisError, match="MLA.*nearest possible: gpt_oss_120b"):
        lora_memory("deepseek_v3", 4096)
    with pytest.raises(AnalysisError, match="nearest possible: 4096"):
        lora_parameters("llama_3_1_8b", 5000)


def test_accelerators_to_train():
    # 144.5 GB of states and 1.1 GB of activations; 72 GB usable each
    small = training_memory("llama_3_1_8b", 4096, 1, "full")
    assert accelerators_to_train(small, "h100_sxm").value == 4
    with pytest.raises(AnalysisError, match="nearest possible: recomputation full"):
        accelerators_to_train(training_memory("deepseek_v3", 4096), "h100_sxm")


@settings(max_examples=40)
@given(st.integers(1, 4096), st.integers(1, 64))
def test_activations_grow_with_sequence_and_batch(sequence, batch):
    here = activations_of("qwen3_8b", sequence, batch, "none").value
    assert activations_of("qwen3_8b", sequence + 1, batch, "none").value > here
    assert activations_of("qwen3_8b", sequence, 2 * batch, "none").value == pytest.approx(2 * here)
