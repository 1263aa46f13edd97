"""The tables on compute hang together, and a reader's own cases are read or refused."""

import pytest

from analysis.errors import AnalysisError, UnknownName
from analysis.tables.compute import (
    cost_figure,
    load_accelerators,
    load_compute_prices,
    load_constraints,
    load_language_models,
    load_latency,
    load_published_cases,
    load_throughput,
    load_token_prices,
    one_row,
)


def test_every_price_is_the_instance_price_over_its_accelerators():
    prices = load_compute_prices()
    assert len(prices) >= 88
    shares = prices["price_usd_per_hour"] / prices["accelerators_count"]
    assert (shares - prices["price_usd_per_accelerator_hour"]).abs().max() < 0.01


def test_the_cache_per_token_follows_from_the_heads():
    models = load_language_models()
    by_heads = models[models["attention"] != "MLA"]
    assert len(by_heads) >= 15
    assert (2 * by_heads["kv_heads_count"] * by_heads["head_dim_count"]
            == by_heads["kv_elements_per_token_per_layer"]).all()
    assert (models["active_parameters_billion"] <= models["parameters_billion"]).all()
    assert models["experts_count"].isna().eq(models["active_parameters_billion"] == models["parameters_billion"]).all()


def test_measured_throughput_follows_from_latency():
    runs = load_latency()
    seconds = (runs["time_to_first_token_ms"]
               + (runs["output_tokens"] - 1) * runs["time_per_output_token_ms"]) / 1000
    derived = runs["concurrency_count"] * runs["output_tokens"] / seconds
    assert len(runs) >= 2208 and (derived / runs["output_tokens_per_second"] - 1).abs().max() < 0.02
    per_accelerator = runs["output_tokens_per_second"] / runs["accelerators_count"]
    assert (per_accelerator / runs["output_tokens_per_second_per_accelerator"] - 1).abs().max() < 0.02


def test_no_run_counts_its_expert_groups_twice():
    runs = load_latency()
    groups = runs["expert_parallel_count"]
    assert not ((groups > 1) & (runs["accelerators_count"] == groups**2)).any()
    assert runs["doubt"].str.contains("square of the expert groups").sum() == 272


def test_published_throughput_tells_output_from_total():
    found = load_throughput()
    both = found.dropna(subset=["output_tokens_per_second", "total_tokens_per_second"])
    assert (both["output_tokens_per_second"] <= both["total_tokens_per_second"]).all()
    assert found[["output_tokens_per_second", "total_tokens_per_second",
                  "output_tokens_per_second_per_accelerator"]].notna().any(axis=1).all()


def test_a_faster_precision_is_never_slower_on_paper():
    chips = load_accelerators()
    assert (chips["dense_fp8_tflops"].dropna() >= chips["dense_fp16_tflops"][chips["dense_fp8_tflops"].notna()]).all()
    assert (chips["price_low_usd"].dropna() <= chips["price_high_usd"].dropna()).all()


def test_a_published_figure_has_two_ends_and_its_document():
    low, high = cost_figure("construction_cost_per_mw_critical_load_us_range_san_antonio")
    assert (low.value, high.value) == (9.3e6, 15e6) and low.documents and low.basis == "reported"
    with pytest.raises(UnknownName, match="pue_meta_average"):
        cost_figure("pue_meta")


def test_machines_come_in_the_numbers_that_are_priced():
    sizes = load_accelerators()["accelerators_per_server_count"].dropna().to_dict()
    assert sizes == {"l40s": 4, "gb200_nvl72": 72, "gb300_nvl72": 72, "h100_sxm": 8, "h200_sxm": 8, "b200_sxm": 8,
                     "b300_sxm": 8}


def test_an_unknown_row_names_the_nearest():
    with pytest.raises(UnknownName, match="h200_sxm"):
        one_row(load_accelerators(), "accelerator", "h200")


def test_token_prices_and_scores_are_there():
    assert len(load_token_prices()) >= 20 and (load_token_prices()["output_usd_per_million_tokens"] > 0).all()
    scores = load_constraints()
    assert scores.groupby("constraint")["option"].nunique().nunique() == 1, "every option is scored on each"
    assert scores["is_judgement"].all() and scores["reason"].str.len().min() >= 20


def test_a_readers_file_needs_few_columns(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text('case_id,calculation,inputs,published_value,unit\nx,y,"{""a"": 1}",1.20,usd\n')
    found = load_published_cases(path)
    assert found.loc[0, "published_value"] == "1.20" and found["document_id"].isna().all()


@pytest.mark.parametrize(("text", "words"), [
    ("case_id,inputs\nx,{}\n", "line 1 has no column calculation"),
    ("case_id,calculation,inputs,published_value,unit\n\nx,y,{},,usd\n", "line 3: published_value is empty"),
    ("case_id,calculation,inputs,published_value,unit\nx,y,{},1,usd,more\n", "line 2 has 6 cells, line 1 has 5"),
    ("", "is empty"),
    ("case_id,calculation,inputs,published_value,unit,unit\nx,y,{},1,usd,usd\n",
     "line 1: the column 'unit' is there twice"),
    ("case_id,calculation,inputs,published_value,unit,line\nx,y,{},1,usd,2\n", "line 1: the column 'line' is taken"),
    (f"case_id,calculation,inputs,published_value,unit\nx,y,{{}},1,{'u' * 131_073}\n",
     "line 2: unit has 131,073 characters, more than 131,072"),
])
def test_a_malformed_file_is_refused_with_line_and_column(tmp_path, text, words):
    path = tmp_path / "mine.csv"
    path.write_text(text)
    with pytest.raises(AnalysisError, match=words):
        load_published_cases(path)
