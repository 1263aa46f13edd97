"""How long a request waits: time to the first token and per further token, measured where it was, else estimated.

Unlike throughput, latency depends on how many requests are served at once, so that number is asked for.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import optimize

from analysis.economics.bounds import within
from analysis.economics.measurements import measured_runs
from analysis.economics.ranges import Range
from analysis.economics.roofline import MS_PER_SECOND, calibrate, ideal, predict
from analysis.economics.roofline_errors import error_band, sourced
from analysis.economics.throughput import wanted_load
from analysis.tables.assumptions import assumption
from analysis.tables.compute import load_accelerators, load_language_models

FIRST, NEXT = "time_to_first_token_ms", "time_per_output_token_ms"
START = (0.1, 0.5)
"""Where the search begins: seconds that every request waits, and share of a batch's prefills it waits for."""


@dataclass(frozen=True)
class Latency:
    """Milliseconds to the first token and per further token, for so many requests at once on groups of so many
    accelerators (several when the measured runs differ in it)."""

    time_to_first_token_ms: Range
    time_per_output_token_ms: Range
    concurrency_count: float
    accelerators_counts: tuple[float, ...]
    basis_words: str


def latency_of(model_id: str, accelerator_id: str, precision: str, input_tokens: float, output_tokens: float,
               concurrency_count: float = 1) -> Latency:
    """Latency of one copy of a model when it serves `concurrency_count` requests at once.

    Measured: the runs on the accelerator with these lengths and the nearest concurrency; value the median over
    engines and group sizes, ends the fastest and the slowest. Otherwise estimated, with the 5% and 95% points of
    measured over predicted on held-out accelerators. Misleads: the time to the first token is queueing and engine
    overhead for the most part, which the roofline does not know; its error is large (`latency_errors`).
    """
    within("concurrency_count", concurrency_count, 1, assumption("largest_batch_count", "high").value)
    wanted = wanted_load(model_id, accelerator_id, precision, input_tokens, output_tokens).iloc[[0]]
    runs, load = measured_runs(), wanted.iloc[0]
    same = runs[(runs[["shape_id", "accelerator_id", "precision"]] ==
                 load[["shape_id", "accelerator_id", "precision"]]).all(axis=1)]
    near = assumption("matching_lengths_ratio").value
    apart = [np.exp(np.log(same[side] / load[side]).abs()) for side in ("input_tokens", "output_tokens")]
    matching = same[np.maximum(*apart) <= near]
    if len(matching):
        return _measured(matching, concurrency_count)
    return _estimated(wanted.assign(concurrency_count=concurrency_count), runs)


def _measured(matching: pd.DataFrame, concurrency_count: float) -> Latency:
    far = np.log(matching["concurrency_count"] / concurrency_count).abs()
    runs = matching[far == far.min()]
    documents = tuple(dict.fromkeys(runs["document_id"]))
    basis = "reported" if len(runs) == 1 else "derived"  # nobody published a median of several runs
    first, further = (Range(float(times.min()), float(times.median()), float(times.max()), "ms", basis, documents,
                            "uniform", name) for name, times in runs[[FIRST, NEXT]].items())
    requests, counts = float(runs["concurrency_count"].iloc[0]), tuple(sorted(set(runs["accelerators_count"])))
    name = load_accelerators().loc[runs["accelerator_id"].iloc[0], "name"]
    words = f"measured, {name}, {runs['precision'].iloc[0]}, {requests:,.0f} requests at once"
    return Latency(first, further, requests, counts, words)


def _estimated(wanted: pd.DataFrame, runs: pd.DataFrame) -> Latency:
    times = predict_latency(runs, ideal(runs), wanted).iloc[0]
    ratios = held_out_ratios(runs)
    load = wanted.iloc[0]
    documents = (load_language_models().loc[load["model_id"], "document_id"],
                 load_accelerators().loc[load["accelerator_id"], "document_id"], *sorted(set(runs["document_id"])))
    first, further = (error_band(float(times[name]), ratios[name], "ms", documents, name) for name in (FIRST, NEXT))
    counts = (float(load["accelerators_count"]),)
    return Latency(first, further, float(load["concurrency_count"]), counts, "estimated by roofline")


def predict_latency(seen: pd.DataFrame, seen_bounds: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Times to the first and per further token, in milliseconds, of `new` loads by calibrations on the runs `seen`.

    The first token waits a fixed time and for a share of the prefills of its batch, both fitted like the roofline.
    """
    reached, bounds = calibrate(seen_bounds, seen), ideal(new)
    fixed, share = _first_token(seen, seen_bounds)
    first = MS_PER_SECOND * (fixed + share * bounds["batch"] * bounds["prefill_seconds"])
    return pd.DataFrame({FIRST: first, NEXT: predict(bounds, new, reached)[NEXT]}, index=new.index)


def _first_token(seen: pd.DataFrame, bounds: pd.DataFrame) -> np.ndarray:
    """Fixed seconds and the factor on a batch's prefill, by least absolute deviation of logarithms."""
    measured = np.log(seen[FIRST].to_numpy() / MS_PER_SECOND)
    queue = (bounds["batch"] * bounds["prefill_seconds"]).to_numpy()

    def miss(logarithms: np.ndarray) -> float:
        fixed, share = np.exp(logarithms)
        return float(np.abs(np.log(fixed + share * queue) - measured).mean())

    return np.exp(optimize.minimize(miss, np.log(START), method="Nelder-Mead").x)


def held_out_ratios(runs: pd.DataFrame, by: str = "accelerator_id") -> pd.DataFrame:
    """Measured over predicted times of every run, each group predicted from the others; columns as in the runs."""
    bounds, parts = ideal(runs), []
    for group in sorted(runs[by].unique()):
        mine = runs[by] == group
        predicted = predict_latency(runs[~mine], bounds[~mine], runs[mine])
        parts.append(runs.loc[mine, [FIRST, NEXT]] / predicted)
    return pd.concat(parts).reindex(runs.index)


def latency_errors(by: str = "accelerator_id") -> pd.DataFrame:
    """Median absolute percentage errors of both times out of sample, by held-out accelerator_id or shape_id.

    Columns: the key, runs_count, first_token_error_ratio, next_token_error_ratio; the last row is "all".
    """
    runs = measured_runs()
    misses = (1 / held_out_ratios(runs, by) - 1).abs().assign(**{by: runs[by]})
    groups = [*misses.groupby(by), ("all", misses)]
    rows = [{by: group, "runs_count": len(part), "first_token_error_ratio": part[FIRST].median(),
             "next_token_error_ratio": part[NEXT].median()} for group, part in groups]
    return sourced(pd.DataFrame(rows), runs)
