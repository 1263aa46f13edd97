"""Measured gains: pairs alike in all but one thing, from the project's own tables and from tables made up here."""

import pandas as pd
import pytest

from analysis.economics import gains
from analysis.errors import AnalysisError, UnknownName


def run(precision: str, speed: float, **changes) -> dict:
    return {"model_id": "dense", "model": "maker/dense", "accelerator_id": "b200_sxm", "accelerators_count": 1,
            "precision": precision, "framework": "one", "framework_version": "1", "input_tokens": 1000,
            "output_tokens": 100, "concurrency_count": 4, "tensor_parallel_count": 1, "expert_parallel_count": 1,
            gains.SPEED: speed, "document_id": "d1"} | changes


def measured(monkeypatch, *rows: dict) -> None:
    monkeypatch.setattr(gains, "load_latency", lambda: pd.DataFrame(rows))


def test_a_pair_is_alike_in_everything_but_precision(monkeypatch):
    measured(monkeypatch, run("fp8", 100), run("fp4", 150), run("fp4", 900, concurrency_count=8),
             run("fp4", 900, accelerator_id="b300_sxm"), run("fp4", 900, tensor_parallel_count=2))
    pairs = gains.precision_pairs("fp8", "fp4")
    assert pairs["gain_ratio"].tolist() == [1.5]
    assert pairs["gain_ratio_documents"].tolist() == ["d1"]


def test_runs_of_one_setting_count_as_their_median(monkeypatch):
    measured(monkeypatch, run("fp8", 90), run("fp8", 100), run("fp8", 400), run("fp4", 150))
    assert gains.precision_pairs("fp8", "fp4")["gain_ratio"].tolist() == [1.5]


def test_the_same_version_is_asked_for_on_request(monkeypatch):
    measured(monkeypatch, run("fp8", 100), run("fp4", 150, framework_version="2"))
    assert len(gains.precision_pairs("fp8", "fp4")) == 1
    assert gains.precision_pairs("fp8", "fp4", is_same_version=True).empty


def test_one_run_under_two_names_counts_once(monkeypatch):
    rows = [run(precision, speed, model=name) for name in ("maker/one", "maker/two")
            for precision, speed in (("fp8", 100), ("fp4", 150))]
    measured(monkeypatch, *rows)
    assert len(gains.precision_pairs("fp8", "fp4")) == 1


def test_at_the_same_pace_the_faster_setting_takes_more_users(monkeypatch):
    """At 20 ms the second precision runs half-way between 200 and 300 tokens a second; at 50 ms it has no run."""
    slow = [run("fp8", 100, concurrency_count=1, time_per_output_token_ms=20.0),
            run("fp8", 120, concurrency_count=2, time_per_output_token_ms=50.0)]
    fast = [run("fp4", 200, concurrency_count=4, time_per_output_token_ms=15.0),
            run("fp4", 300, concurrency_count=8, time_per_output_token_ms=25.0)]
    measured(monkeypatch, *slow, *fast)
    assert gains.equal_pace_pairs("fp8", "fp4")["gain_ratio"].tolist() == [2.5]


def test_architectures_are_compared_on_the_same_accelerators(monkeypatch):
    sparse = {"model_id": "sparse", "model": "maker/sparse"}
    measured(monkeypatch, run("fp4", 100, tensor_parallel_count=1), run("fp4", 250, **sparse),
             run("fp8", 10), run("fp4", 999, **sparse, accelerators_count=2))
    assert gains.architecture_pairs("dense", "sparse", "fp4", "fp4")["gain_ratio"].tolist() == [2.5]


def test_an_unknown_precision_or_model_is_named(monkeypatch):
    measured(monkeypatch, run("fp8", 100), run("fp4", 150))
    with pytest.raises(UnknownName, match="fp4"):
        gains.precision_pairs("fp8", "fp5")
    with pytest.raises(UnknownName, match="dense"):
        gains.architecture_pairs("dens", "dense", "fp4", "fp4")


def test_no_pair_is_no_gain():
    with pytest.raises(AnalysisError, match="no measured pair"):
        gains.gain_of(pd.DataFrame({"gain_ratio": [], "gain_ratio_documents": []}), "nothing")


def test_the_gain_is_a_range_over_pairs(monkeypatch):
    rows = [run(precision, speed * size, concurrency_count=size) for size, gain in ((1, 1.0), (2, 1.5), (3, 2.0))
            for precision, speed in (("fp8", 100), ("fp4", 100 * gain))]
    measured(monkeypatch, *rows)
    gain = gains.gain_of(gains.precision_pairs("fp8", "fp4"), "gain")
    assert (gain.low, gain.value, gain.high) == pytest.approx((1.05, 1.5, 1.95))
    assert gain.basis == "estimated"


def test_reserved_prices_are_compared_within_one_offer_and_document():
    pairs = gains.reserved_pairs("reserved_3y")
    azure = pairs[pairs["provider"] == "Azure"].iloc[0]
    assert azure["gain_ratio"] == pytest.approx(43.16 / 98.32, rel=1e-3)
    assert pairs["gain_ratio"].between(0, 1).all()
    assert "AWS" not in set(pairs["provider"])  # its reserved prices are of before the cut of June 2025


def test_the_projects_measurements_hold_a_hand_picked_pair():
    """Llama 3.1 70B on B200 has both precisions; every gain is positive and no pair lacks its document."""
    pairs = gains.precision_pairs("fp8", "fp4")
    assert "meta-llama/Llama-3.1-70B" in set(pairs["model"])
    assert pairs["gain_ratio"].gt(0).all()
    assert pairs["gain_ratio_documents"].str.len().gt(0).all()


def test_the_table_states_both_ways_of_matching_and_the_number_of_pairs():
    table = gains.gains_table().set_index("label")
    loose, strict = table.loc["FP4 over FP8"], table.loc["FP4 over FP8, same software version"]
    assert loose["pairs_count"] > strict["pairs_count"] > 0
    assert gains.found_gain(table.reset_index(), "FP4 over FP8").value == loose["value"]
    assert (table["low"] < table["value"]).all() and (table["value"] < table["high"]).all()
