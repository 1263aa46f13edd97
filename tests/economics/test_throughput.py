"""Throughput and latency: measured first, carried over next, estimated last, and never mixed up."""

import pandas as pd
import pytest

from analysis.economics.latency import latency_errors, latency_of
from analysis.economics.measurements import measured_runs
from analysis.economics.roofline import calibrate, ideal, predict
from analysis.economics.roofline_errors import SPEED, full_load_predictions
from analysis.economics.throughput import known_runs, throughput_of
from analysis.errors import AnalysisError, UnknownName
from analysis.tables.compute import load_latency


def test_a_published_result_stands_as_it_is():
    found = throughput_of("llama_3_1_70b", "h200_sxm", "fp8", 1000, 1000)
    speed = found.output_tokens_per_second_per_accelerator
    assert (speed.value, speed.high, speed.basis, speed.unit) == (2909, 2909, "reported", "tokens_per_second")
    assert found.basis_words == ("measured, TensorRT-LLM v1.0 (PyTorch backend), H200 SXM 141GB, fp8, "
                                 "1,000 in / 1,000 out")
    assert found.is_full_load and found.full_load == speed and found.apart_ratio == 1
    assert speed.low < speed.value and len(speed.documents) == 2  # another engine, at fewer requests, is slower


def test_several_accelerators_share_a_result():
    found = throughput_of("llama_3_1_70b", "h100_sxm", "fp8", 1000, 1000)
    assert found.output_tokens_per_second_per_accelerator.value == 4205 / 2
    assert found.output_tokens_per_second_per_accelerator.basis == "derived"
    assert found.accelerators_count == 2


def test_about_the_same_lengths_count_as_the_same():
    found = throughput_of("llama_3_1_8b", "h100_sxm", "fp8", 1024, 1024)
    assert found.basis_words.startswith("measured") and found.apart_ratio == pytest.approx(1.024)
    other = throughput_of("llama_3_1_8b", "h100_sxm", "fp8", 4000, 1024)
    assert other.basis_words.startswith("estimated, carried over by roofline from TensorRT-LLM")
    assert other.output_tokens_per_second_per_accelerator.basis == "estimated"


def test_runs_short_of_full_load_say_so():
    found = throughput_of("minimax_m2_5", "h200_sxm", "fp8", 1000, 1000)
    assert not found.is_full_load and found.concurrency_count == 128
    assert "128 requests at once" in found.basis_words
    assert found.full_load.basis == "estimated" and found.full_load_words.startswith("estimated, carried over")
    assert found.full_load.value > found.output_tokens_per_second_per_accelerator.value
    listed = load_latency()
    same = listed[(listed["model_id"] == "minimax_m2_5") & (listed["accelerator_id"] == "h200_sxm")
                  & (listed["input_tokens"] == 1024) & (listed["output_tokens"] == 1024)]
    assert found.output_tokens_per_second_per_accelerator.value == pytest.approx(same[SPEED].max(), rel=1e-3)


def test_carrying_a_run_to_full_load_overshoots_where_both_were_measured_but_stays_in_the_band():
    known, runs = known_runs(), measured_runs()
    known = known.assign(predicted=predict(ideal(known), known, calibrate(ideal(runs), runs))[SPEED])
    short, full = known[~known["is_full_load"].astype(bool)], known[known["scenario"].notna()]
    pairs = short.merge(full, on=["shape_id", "accelerator_id", "precision"], suffixes=("", "_full"))
    for side in ("input_tokens", "output_tokens"):
        pairs = pairs[(pairs[side] / pairs[f"{side}_full"]).between(0.9, 1.1)]
    reached = pairs[f"{SPEED}_full"] / (pairs[SPEED] * pairs["predicted_full"] / pairs["predicted"])
    assert len(pairs) >= 4 and (reached < 1).all()
    assert reached.min() > full_load_predictions()["ratio"].quantile(0.05)


def test_models_of_the_same_dimensions_share_their_runs():
    both = [throughput_of(one, "b200_sxm", "fp8", 1024, 1024) for one in ("deepseek_v3", "deepseek_r1")]
    assert both[0] == both[1]
    assert both[0].accelerators_count == 8


def test_another_precision_is_carried_over_and_slower_when_wider():
    narrow, wide = (throughput_of("llama_3_1_70b", "h100_sxm", one, 1000, 1000).output_tokens_per_second_per_accelerator
                    for one in ("fp8", "bf16"))
    assert wide.value < narrow.value and wide.basis == "estimated"
    assert wide.low < wide.value < wide.high


def test_without_a_measurement_the_roofline_stands_alone():
    found = throughput_of("kimi_k2", "b200_sxm", "fp4", 1000, 1000)
    speed = found.output_tokens_per_second_per_accelerator
    assert found.basis_words == "estimated by roofline" and speed.basis == "estimated"
    assert speed.low < speed.value < speed.high and len(speed.documents) >= 3
    assert pd.isna(found.apart_ratio)


def test_a_model_over_several_servers_is_one_copy():
    found = throughput_of("llama_3_1_405b", "h100_sxm", "bf16", 1000, 1000)
    assert found.accelerators_count == 16
    assert 50 < found.output_tokens_per_second_per_accelerator.value < 365


def test_a_changed_measurement_changes_the_answer(data_copy, edit):
    results = pd.read_csv(data_copy / "compute/inference_throughput.csv")
    here = (results[["model_id", "accelerator_id", "input_tokens", "output_tokens"]]
            == ["llama_3_1_70b", "h200_sxm", 1000, 1000]).all(axis=1)
    name = results.loc[here, "measurement_id"].item()
    edit("compute/inference_throughput.csv", "measurement_id", name, output_tokens_per_second_per_accelerator="5000")
    found = throughput_of("llama_3_1_70b", "h200_sxm", "fp8", 1000, 1000)
    assert found.output_tokens_per_second_per_accelerator.value == 5000


@pytest.mark.parametrize(("changes", "message"), [
    ({"model_id": "llama_3_1_70"}, "llama_3_1_70b"),
    ({"accelerator_id": "h300"}, "h200_sxm|h100_sxm"),
    ({"precision": "fp7"}, "fp8"),
    ({"input_tokens": 0}, "nearest possible: 1$"),
    ({"input_tokens": 131_000}, "input_tokens . output_tokens is 132000.*nearest possible: 131072"),
    ({"model_id": "llama_3_1_405b", "accelerator_id": "mtia_200"}, "does not fit.*nearest possible"),
])
def test_impossible_questions_name_the_nearest_possible_one(changes, message):
    asked = {"model_id": "llama_3_1_70b", "accelerator_id": "h200_sxm", "precision": "fp8", "input_tokens": 1000,
             "output_tokens": 1000} | changes
    with pytest.raises((AnalysisError, UnknownName), match=message):
        throughput_of(**asked)


def test_latency_is_read_from_the_runs_of_the_nearest_concurrency():
    found = latency_of("llama_3_1_70b", "h100_sxm", "fp8", 1000, 1000, 15)
    listed = load_latency()
    same = listed[(listed["model_id"] == "llama_3_1_70b") & (listed["accelerator_id"] == "h100_sxm")
                  & (listed["input_tokens"] == 1024) & (listed["output_tokens"] == 1024)
                  & (listed["concurrency_count"] == 16)]
    assert found.time_per_output_token_ms.value == same["time_per_output_token_ms"].median()
    assert found.time_to_first_token_ms.low == same["time_to_first_token_ms"].min()
    assert len(same) > 1 and found.time_per_output_token_ms.basis == "derived"  # nobody published the median
    assert found.concurrency_count == 16 and found.accelerators_counts == (2.0, 4.0, 8.0)
    assert found.basis_words == "measured, H100 SXM 80GB, fp8, 16 requests at once"


def test_a_single_run_stands_as_it_was_reported():
    found = latency_of("deepseek_r1", "b200_sxm", "fp8", 1024, 1024, 512).time_per_output_token_ms
    assert found.low == found.high and found.basis == "reported"


def test_latency_without_a_run_is_estimated_and_grows_with_the_load():
    few, many = (latency_of("qwen3_8b", "l40s", "bf16", 1000, 300, requests) for requests in (1, 64))
    assert few.basis_words == "estimated by roofline"
    assert few.time_per_output_token_ms.value < many.time_per_output_token_ms.value
    assert few.time_to_first_token_ms.value < many.time_to_first_token_ms.value
    with pytest.raises(AnalysisError, match="concurrency_count is 0.5"):
        latency_of("qwen3_8b", "l40s", "bf16", 1000, 300, 0.5)


def test_the_time_to_the_first_token_is_the_weak_part():
    whole = latency_errors().set_index("accelerator_id").loc["all"]
    assert whole["next_token_error_ratio"] < 0.3 < whole["first_token_error_ratio"]
