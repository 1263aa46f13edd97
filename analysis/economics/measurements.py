"""Measured runs made comparable: one row per run, output tokens only, models of one shape together.

Runs listed twice are kept once. Models with the same dimensions (DeepSeek V3 and R1) share their runs, and many
are listed under both names.
"""

import numpy as np
import pandas as pd

from analysis.tables.compute import load_accelerators, load_language_models, load_latency, load_throughput

DIMENSIONS = ["parameters_billion", "active_parameters_billion", "layers_count", "kv_elements_per_token_per_layer"]
"""Models that agree in these run at the same speed; the first by name stands for all (`shape_id`)."""
SAME_RUN = ["shape_id", "accelerator_id", "accelerators_count", "precision", "framework", "input_tokens",
            "output_tokens", "concurrency_count", "time_to_first_token_ms", "time_per_output_token_ms"]
MODEL = ["parameters_billion", "active_parameters_billion", "layers_count", "kv_elements_per_token_per_layer",
         "experts_count", "experts_per_token_count", "sliding_window_tokens", "sliding_layers_ratio"]
ACCELERATOR = ["memory_gb", "memory_bandwidth_tb_per_second", "dense_fp16_tflops", "dense_fp8_tflops",
               "dense_fp4_tflops"]


def measured_runs() -> pd.DataFrame:
    """Measured runs of models whose dimensions are known, one row each, with model and accelerator columns.

    Output tokens a second follow from concurrency and request time. Misleads: most runs stop at 64 requests at
    once, well short of full load; runs on more than a server's accelerators do not say how these are laid out.
    """
    runs = load_latency()
    runs = runs[runs["model_id"].notna() & runs["accelerator_id"].notna()]
    runs = runs.assign(shape_id=runs["model_id"].map(shapes()))
    return with_dimensions(runs.drop_duplicates(SAME_RUN).reset_index(drop=True))


def published_full_load() -> pd.DataFrame:
    """Published results at full load with known lengths, precision and accelerators, output tokens only.

    Results that count input and output together, or name no lengths, are left out: they cannot be compared.
    """
    results = load_throughput()
    known = ["model_id", "accelerator_id", "precision", "input_tokens", "output_tokens", "accelerators_count",
             "output_tokens_per_second_per_accelerator"]
    results = results.dropna(subset=known)
    return with_dimensions(results.assign(shape_id=results["model_id"].map(shapes())).reset_index(drop=True))


def shapes() -> dict[str, str]:
    """The first model, by name, with the same dimensions, for each model_id."""
    models = load_language_models().sort_index()
    return models.groupby(DIMENSIONS)["model_id"].transform("first").to_dict()


def with_dimensions(loads: pd.DataFrame) -> pd.DataFrame:
    """Rows with model_id and accelerator_id, joined by the columns of MODEL and ACCELERATOR."""
    models = load_language_models()[MODEL].fillna({"sliding_window_tokens": np.inf, "sliding_layers_ratio": 0.0})
    joined = loads.join(models, on="model_id")
    return joined.join(load_accelerators()[ACCELERATOR], on="accelerator_id")
