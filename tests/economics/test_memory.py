"""Memory of serving: published cases, hand-worked ones, and what must hold for any model."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.economics.memory import (
    BYTES,
    BYTES_PER_GB,
    BYTES_PER_GIB,
    PRECISIONS,
    cache_of,
    cached_tokens,
    kv_cache_bytes,
    kv_elements,
    memory_frame,
    memory_of,
    serving_bytes,
    weights_bytes,
)
from analysis.economics.sizing import (
    accelerators_of,
    fit_frame,
    group_for,
    group_sizes,
    longest_context,
    quantisation_savings,
)
from analysis.errors import AnalysisError, UnknownName
from analysis.tables.compute import load_language_models

MODELS = sorted(load_language_models()["model_id"])
WIDE_TO_NARROW = ("fp32", "bf16", "fp8", "int4")


def test_the_cache_of_a_published_example_is_exact():
    assert kv_cache_bytes(62, kv_elements(8, 128), 196_608, 1, 1) == 24_964_497_408
    assert cache_of("minimax_m2_5", 196_608, 1, "fp8") == 24_964_497_408


@pytest.mark.parametrize(("precision", "published_gib"), [
    ("fp32", 260.8), ("fp16", 130.4), ("fp8", 65.2), ("int4", 32.6)])
def test_weights_of_seventy_billion_parameters_agree_with_a_calculator_that_prints_gib(precision, published_gib):
    assert weights_bytes(70e9, BYTES[precision]) / BYTES_PER_GIB == pytest.approx(published_gib, abs=0.05)


def test_the_rule_of_two_bytes_a_parameter():
    assert weights_bytes(70e9, BYTES["fp16"]) / BYTES_PER_GB == 140
    assert weights_bytes(405e9, BYTES["fp16"]) / BYTES_PER_GB == 810  # published as 800: rounded, inconsistent


@pytest.mark.parametrize(("model_id", "bytes_per_token"), [
    ("llama_3_1_70b", 327_680),  # grouped queries
    ("deepseek_v3", 70_272),     # one compressed vector
])
def test_cache_per_token(model_id, bytes_per_token):
    assert cache_of(model_id, 1, 1, "bf16") == bytes_per_token


def test_a_sliding_window_caps_the_cache_of_its_layers():
    assert cache_of("gpt_oss_120b", 1) == 73_728
    assert cache_of("gpt_oss_120b", 128) == 128 * 73_728
    assert cache_of("gpt_oss_120b", 10_128) == (10_128 + 128) / 2 * 73_728
    assert cached_tokens(1000) == 1000
    assert cached_tokens(1000, 100, 1.0) == 100


def test_the_table_counts_a_key_and_a_value_per_key_value_head():
    models = load_language_models()
    grouped = models[models["attention"].isin(["MHA", "GQA"])]
    assert len(grouped) > 10
    assert (grouped["kv_elements_per_token_per_layer"]
            == kv_elements(grouped["kv_heads_count"], grouped["head_dim_count"])).all()


def test_memory_is_weights_and_overhead_and_cache():
    parts = memory_of("llama_3_1_8b", "fp8", "fp8", 1000, 2)
    assert parts["weights"].value == pytest.approx(8.03e9)
    assert parts["cache"].value == 65_536 * 1000 * 2
    assert parts["overhead"].value == pytest.approx(0.803e9)
    assert parts["total"].value == pytest.approx(8.03e9 * 1.1 + 65_536 * 2000)
    assert (parts["total"].low, parts["total"].high) == pytest.approx(
        (8.03e9 + 65_536 * 2000, 8.03e9 * 1.2 + 65_536 * 2000))
    assert parts["weights"].basis == "derived" and parts["weights"].documents
    assert parts["total"].basis == "scenario"


def test_the_cache_keeps_its_own_precision():
    assert memory_of("qwen3_8b", "int4")["cache"].value == 2 * memory_of("qwen3_8b", "int4", "fp8")["cache"].value
    assert memory_of("qwen3_8b", "fp32")["cache"].value == memory_of("qwen3_8b", "fp32", "fp32")["cache"].value


def test_refusals_name_what_is_possible():
    with pytest.raises(AnalysisError, match="nearest possible: 40960"):
        memory_of("qwen3_8b", context_tokens=50_000)
    with pytest.raises(UnknownName, match="fp8"):
        memory_of("qwen3_8b", "fp9")
    with pytest.raises(AnalysisError, match="batch_count is 0"):
        memory_of("qwen3_8b", batch_count=0)


@settings(max_examples=40)
@given(st.sampled_from(MODELS), st.integers(1, 32_768), st.integers(1, 512))
def test_quantising_never_raises_memory(model_id, tokens, batch):
    totals = [memory_of(model_id, one, None, tokens, batch)["total"].value for one in WIDE_TO_NARROW]
    caches = [cache_of(model_id, tokens, batch, one) for one in WIDE_TO_NARROW]
    assert totals == sorted(totals, reverse=True)
    assert caches == sorted(caches, reverse=True)


@settings(max_examples=40)
@given(st.sampled_from(MODELS), st.integers(1, 16_384), st.integers(1, 256))
def test_memory_grows_with_context_and_batch(model_id, tokens, batch):
    here = cache_of(model_id, tokens, batch)
    assert cache_of(model_id, tokens + 1, batch) > here
    assert cache_of(model_id, tokens, 2 * batch) == pytest.approx(2 * here)


@given(st.floats(1e6, 1e13), st.floats(0.5, 4), st.floats(0, 1), st.floats(1, 1000))
def test_units_scale(parameters, width, overhead, factor):
    one = serving_bytes(weights_bytes(parameters, width), 0.0, overhead)
    assert serving_bytes(weights_bytes(parameters * factor, width), 0.0, overhead) == pytest.approx(one * factor)


def test_groups_are_powers_of_two_within_a_server_then_servers():
    assert group_sizes()[:6].tolist() == [1, 2, 4, 8, 16, 24]
    assert group_for([70, 72.1, 300, 600, 1e6], 80, 0.1).tolist() == [1, 2, 8, 16, float("inf")]


def test_accelerators_for_one_copy_by_hand():
    # 70.55 GB of weights, a tenth for work, 2.68 GB of cache: 80.3 GB; 72 GB usable on 80, 126.9 on 141
    assert accelerators_of("llama_3_1_70b", "h100_sxm", "fp8").value == 2
    found = accelerators_of("llama_3_1_70b", "h200_sxm", "fp8")
    assert (found.low, found.value, found.high) == (1, 1, 1)
    assert accelerators_of("deepseek_r1", "h100_sxm", "fp8").value == 16


def test_a_model_that_does_not_fit_is_refused_with_the_nearest_that_does():
    with pytest.raises(AnalysisError, match="precision fp8 or accelerator tpu_v5p"):
        accelerators_of("kimi_k2", "a100_sxm_40gb", "fp32", context_tokens=131_072, batch_count=64)
    with pytest.raises(AnalysisError, match="context_tokens"):
        accelerators_of("llama_3_1_405b", "h100_sxm", "bf16", context_tokens=131_072, batch_count=100)


@pytest.mark.parametrize(("model_id", "count"), [("llama_3_1_70b", 4), ("gpt_oss_120b", 1)])
def test_the_longest_context_just_fits(model_id, count):
    batch = 64
    longest = longest_context(model_id, "h100_sxm", count, "fp4", "bf16", batch)
    assert 1 < longest < load_language_models().loc[model_id, "context_tokens"]
    assert accelerators_of(model_id, "h100_sxm", "fp4", "bf16", longest, batch).value <= count
    assert accelerators_of(model_id, "h100_sxm", "fp4", "bf16", longest + 2, batch).value > count
    assert longest_context("llama_3_1_405b", "h100_sxm", 1) == 0


def test_frames_show_what_fits_and_what_is_saved():
    fits = fit_frame(["llama_3_1_405b", "llama_3_1_8b"], ["h100_sxm", "mtia_200"])
    fits = fits.set_index(["model_id", "accelerator_id"])
    assert fits.loc[("llama_3_1_8b", "h100_sxm"), "accelerators_count"] == 1
    assert fits.loc[("llama_3_1_405b", "mtia_200"), "accelerators_count_basis"] == "unresolved"
    saved = quantisation_savings(["llama_3_1_70b"], "h100_sxm").set_index("precision")
    assert saved.loc["bf16", "saved_gb"] == 0
    assert saved.loc["int4", "saved_gb"] == pytest.approx(70.55 * 1.5 * 1.1)
    assert saved.loc["fp8", "accelerators_saved_count"] == 2
    shown = memory_frame(["llama_3_1_8b"])
    assert shown["precision"].tolist() == list(PRECISIONS)
    assert (shown["total_low_gb"] < shown["total_gb"]).all()
