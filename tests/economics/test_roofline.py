"""The roofline: its parts by hand, its fit on made-up runs, and its errors where it has not looked."""

from dataclasses import astuple

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.economics.measurements import measured_runs, published_full_load, shapes, with_dimensions
from analysis.economics.roofline import (
    Calibration,
    batch_that_fits,
    calibrate,
    copies_of,
    ideal,
    operations_per_second,
    parameters_read,
    predict,
    touched_share,
)
from analysis.economics.roofline_errors import (
    SPEED,
    carried_over,
    full_load_predictions,
    held_out,
    naive,
    roofline_errors,
)
from analysis.tables.compute import load_latency

KNOWN = Calibration(0.6, 0.3, 1e-4)
PERFECT = Calibration(1.0, 1.0, 0.0)


def load(model_id="llama_3_1_70b", accelerator_id="h200_sxm", **changes) -> pd.DataFrame:
    one = {"model_id": model_id, "accelerator_id": accelerator_id, "precision": "fp8", "accelerators_count": 1,
           "input_tokens": 1000.0, "output_tokens": 1000.0, "concurrency_count": 16.0} | changes
    return with_dimensions(pd.DataFrame([one]))


@pytest.fixture(scope="module")
def runs() -> pd.DataFrame:
    return measured_runs()


def test_the_share_of_experts_touched():
    assert touched_share(8, 2, 1) == 0.25
    assert touched_share(2, 1, 2) == 0.75
    assert touched_share(256, 8, 10_000) == pytest.approx(1)


def test_parameters_read_run_from_the_active_to_all():
    batches = np.array([1, 4, 1e6])
    read = parameters_read(100.0, 20.0, 10.0, 2.0, batches)
    # two of ten experts of 10 and nothing shared but 0: the shared part is 20 - 2 x 10
    assert read.tolist() == pytest.approx([20, 100 * (1 - 0.8**4), 100])
    assert parameters_read(70.0, 70.0, np.nan, np.nan, 5.0) == 70


def test_requests_that_fit_in_memory():
    assert batch_that_fits(100.0, 50.0, 10.0, 0.1) == 4
    assert batch_that_fits(100.0, 95.0, 10.0, 0.1) == 1


def test_a_decode_step_reads_weights_and_cache_by_hand():
    bounds = ideal(load()).iloc[0]
    cache = 16 * 1500 * 163_840  # requests, prompt and half the answer, bytes of a token at eight bits
    assert bounds["step_seconds"] == pytest.approx((70.55e9 + cache) / 4.8e12)
    assert bounds["prefill_seconds"] == pytest.approx(2 * 70.55e9 * 1000 / 1979e12)
    speed = predict(ideal(load()), load(), PERFECT)[SPEED].iloc[0]
    assert speed == pytest.approx(16 * 1000 / (1000 * bounds["step_seconds"] + 16 * bounds["prefill_seconds"]))


def test_a_large_batch_is_bound_by_arithmetic():
    crowd = load("qwen3_8b", input_tokens=1.0, output_tokens=2.0, concurrency_count=5000.0)
    assert ideal(crowd)["step_seconds"].iloc[0] == pytest.approx(5000 * 2 * 8.19e9 / 1979e12)


@pytest.mark.parametrize(("accelerator_id", "precision", "tflops"), [
    ("h100_sxm", "fp8", "dense_fp8_tflops"), ("h100_sxm", "fp4", "dense_fp16_tflops"),
    ("b200_sxm", "fp4", "dense_fp4_tflops"), ("a100_sxm_80gb", "fp8", "dense_fp16_tflops"),
    ("b200_sxm", "int4", "dense_fp16_tflops"), ("h100_sxm", "bf16", "dense_fp16_tflops")])
def test_without_a_unit_for_the_precision_the_arithmetic_runs_at_sixteen_bits(accelerator_id, precision, tflops):
    """FP4 weights on an H100 are widened to the sixteen bits of the activations, not to eight."""
    one = load("gpt_oss_120b", accelerator_id, precision=precision)
    assert operations_per_second(one).iloc[0] == one[tflops].iloc[0] * 1e12


def test_memory_limits_the_batch():
    bounds = ideal(load(concurrency_count=5000.0)).iloc[0]
    assert bounds["batch"] == pytest.approx((141e9 * 0.9 - 70.55e9) / (1500 * 163_840))


def test_servers_hold_copies_unless_one_cannot_hold_the_weights():
    assert copies_of(load(accelerators_count=16)).iloc[0] == 2
    assert copies_of(load("llama_3_1_405b", "h100_sxm", accelerators_count=16, precision="bf16")).iloc[0] == 1


@settings(max_examples=30)
@given(st.floats(1.0, 4.0), st.sampled_from(["llama_3_1_70b", "gpt_oss_120b", "deepseek_r1"]), st.integers(1, 256))
def test_a_faster_accelerator_is_never_slower(factor, model_id, requests):
    slow = load(model_id, concurrency_count=float(requests), accelerators_count=8)
    columns = ["memory_bandwidth_tb_per_second", "dense_fp8_tflops"]
    fast = slow.assign(**{column: slow[column] * factor for column in columns})
    speeds = [predict(ideal(one), one, KNOWN)[SPEED].iloc[0] for one in (slow, fast)]
    assert speeds[1] >= speeds[0] * (1 - 1e-12)


def test_the_fit_recovers_known_numbers_and_does_not_mind_a_few_strange_runs(runs):
    bounds = ideal(runs)
    speed = predict(bounds, runs, KNOWN)[SPEED] * runs["accelerators_count"]
    found = calibrate(bounds, runs.assign(output_tokens_per_second=speed))
    assert astuple(found) == pytest.approx(astuple(KNOWN), rel=0.01)
    strange = speed.where(np.arange(len(runs)) % 10 > 0, speed * 5)
    found = calibrate(bounds, runs.assign(output_tokens_per_second=strange))
    assert astuple(found) == pytest.approx(astuple(KNOWN), rel=0.02)


def test_engines_reach_part_of_what_the_hardware_allows(runs):
    reached = calibrate(ideal(runs), runs)
    assert 0.4 < reached.bandwidth_efficiency_ratio < 0.9
    assert 0.15 < reached.prefill_efficiency_ratio < 0.7
    assert 2e-5 < reached.layer_seconds < 3e-4


def test_runs_are_counted_once_and_on_the_accelerators_that_did_the_work(runs):
    # the same run of eight accelerators was listed with eight and, as groups times groups, with 64
    listed = load_latency()
    twins = listed[(listed["time_to_first_token_ms"] == 493.98) & (listed["accelerator_id"] == "h200_sxm")]
    assert sorted(twins["accelerators_count"]) == [8, 8] and twins["doubt"].notna().sum() == 1
    kept = runs[(runs["time_to_first_token_ms"] == 493.98) & (runs["accelerator_id"] == "h200_sxm")]
    assert kept["accelerators_count"].tolist() == [8]
    assert kept[SPEED].iloc[0] == pytest.approx(kept["output_tokens_per_second"].iloc[0] / 8)
    assert shapes()["deepseek_v3"] == shapes()["deepseek_r1"] != shapes()["kimi_k2"]
    assert (runs.loc[runs["accelerator_id"] != "gb200_nvl72", "accelerators_count"] <= 8).all()


def test_results_in_total_tokens_are_not_used():
    results = published_full_load()
    assert results["total_tokens_per_second"].isna().all()
    assert results["output_tokens_per_second"].notna().all()


def test_a_held_out_group_does_not_teach_its_own_prediction(runs):
    mine = runs["accelerator_id"] == "h100_sxm"
    bent = runs.assign(output_tokens_per_second=runs["output_tokens_per_second"].where(~mine, 1.0))
    assert held_out(bent, "accelerator_id")[mine].equals(held_out(runs, "accelerator_id")[mine])


def test_the_naive_rule_scales_the_nearest_accelerator_by_bandwidth():
    both = pd.concat([load(), load(accelerator_id="h100_sxm"), load(accelerator_id="b200_sxm", input_tokens=9.0)],
                     ignore_index=True).assign(shape_id="llama_3_1_70b", **{SPEED: [480.0, 400.0, 1.0]})
    scaled = naive(both, "accelerator_id")
    assert scaled.tolist()[:2] == pytest.approx([400 * 4.8 / 3.35, 480 * 3.35 / 4.8])
    assert np.isnan(scaled[2])


def test_the_roofline_earns_its_place_out_of_sample(runs):
    by_accelerator = roofline_errors("accelerator_id", runs).set_index("accelerator_id")
    by_model = roofline_errors("shape_id", runs).set_index("shape_id")
    for errors in (by_accelerator, by_model):
        whole = errors.loc["all"]
        assert whole["runs_count"] == len(runs) == errors["runs_count"].sum() / 2
        assert whole["in_sample_error_ratio"] <= whole["out_of_sample_error_ratio"] < 0.3
        assert whole["out_of_sample_error_ratio"] < whole["one_efficiency_error_ratio"]
    # across models scaling by size fails; across accelerators it takes both, a measurement and the roofline
    assert by_model.loc["all", "out_of_sample_error_on_naive_runs_ratio"] < by_model.loc["all", "naive_error_ratio"] / 2
    assert by_accelerator.loc["all", "carried_over_error_ratio"] < by_accelerator.loc["all", "naive_error_ratio"]
    assert carried_over(runs, "accelerator_id").notna().sum() == by_accelerator.loc["all", "naive_runs_count"]


def test_the_error_at_full_load_is_larger():
    found = full_load_predictions()
    assert len(found) == len(published_full_load())
    assert 0.1 < (1 / found["ratio"] - 1).abs().median() < 0.4


def test_every_error_carries_its_sources(runs):
    errors = roofline_errors("accelerator_id", runs)
    ratios = [column for column in errors if column.endswith("_ratio")]
    assert len(ratios) == 6
    assert all((errors[f"{column}_basis"] == "estimated").all() for column in ratios)
    assert all(errors[f"{column}_documents"].str.len().gt(0).all() for column in ratios)
