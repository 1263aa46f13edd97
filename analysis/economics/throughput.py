"""How fast a model runs on an accelerator: measured where it was measured, else carried over, else estimated.

Three steps, the first that applies. A measurement of the model on the accelerator at the precision and about the
same request lengths stands as it is. The nearest measurement of the same model under other conditions is carried
over by the ratio of two roofline estimates. Without any measurement of the model, the roofline stands alone.
Everything is output tokens a second per accelerator; results that count input and output together are not used.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.economics.bounds import within
from analysis.economics.measurements import measured_runs, published_full_load, shapes, with_dimensions
from analysis.economics.memory import bytes_of
from analysis.economics.ranges import Range
from analysis.economics.roofline import LARGEST_TENSOR_PARALLEL, calibrate, ideal, predict
from analysis.economics.roofline_errors import SPEED, at_full_load, error_band, full_load_predictions
from analysis.economics.sizing import accelerators_of, group_sizes
from analysis.tables.assumptions import assumption
from analysis.tables.compute import load_accelerators, load_language_models, one_row

ENGINES = {"vllm": "vLLM", "trtllm": "TensorRT-LLM", "sglang": "SGLang"}
UNIT = "tokens_per_second"
LABEL = "output tokens a second per accelerator"
CONDITION = ["accelerator_id", "precision", "framework", "input_tokens", "output_tokens"]


@dataclass(frozen=True)
class Throughput:
    """Output tokens a second per accelerator, how it is known, and under which conditions.

    `is_full_load` is false for runs that stop at the few requests a latency benchmark serves at once: the
    accelerator can do more. `full_load` is then the nearest measurement, here or on another accelerator, carried
    over to as many requests as memory and the register allow (estimated; from a run short of full load too high
    wherever both were measured), else the figure itself; `full_load_words` say which.
    `apart_ratio` is the factor by which the request lengths differ from those asked for, 1 when they agree.
    """

    output_tokens_per_second_per_accelerator: Range
    basis_words: str
    conditions: str
    accelerators_count: float
    concurrency_count: float
    is_full_load: bool
    full_load: Range
    full_load_words: str
    apart_ratio: float


def throughput_of(model_id: str, accelerator_id: str, precision: str, input_tokens: float,
                  output_tokens: float) -> Throughput:
    """The best knowledge of a model's throughput on an accelerator for requests of these lengths.

    Value and high end of a measured one are the best run, the low end the slowest engine; basis "reported" or
    "derived". Otherwise basis "estimated", and the ends are the 5% and 95% points of measured over predicted, out of
    sample. AnalysisError for an unknown name, lengths beyond the model's context, or a model that does not fit.
    """
    wanted = wanted_load(model_id, accelerator_id, precision, input_tokens, output_tokens)
    known = _with_predictions(known_runs(), wanted)
    known, wanted = known[known["is_known"]], known[~known["is_known"]]
    same = known[known["shape_id"] == wanted["shape_id"].iloc[0]]
    here = same[(same["accelerator_id"] == accelerator_id) & (same["precision"] == precision)]
    matching = here[_apart(here, wanted) <= assumption("matching_lengths_ratio").value]
    if len(matching):
        return _measured(matching, same, wanted)
    return _carried_over(same, wanted) if len(same) else _estimated(wanted)


def known_runs() -> pd.DataFrame:
    """Published full-load results and, of the measured runs, the fastest per model, accelerator, precision, engine
    and lengths; columns of both, with engine, is_full_load and short_of_full (the factor, 1 at full load).
    """
    runs = measured_runs().sort_values(SPEED, ascending=False, kind="stable")
    best = runs.drop_duplicates(["shape_id", *CONDITION])
    short = (_most_requests(best) / best["concurrency_count"]).clip(lower=1)
    best = best.assign(short_of_full=short, is_full_load=short <= 1, engine=_engine(best))
    published = at_full_load(published_full_load()).assign(is_full_load=True, short_of_full=1.0)
    return pd.concat([published.assign(engine=published["framework"]), best], ignore_index=True)


def _most_requests(runs: pd.DataFrame) -> pd.Series:
    """Requests at which memory or the register's largest batch is used up."""
    full = ideal(at_full_load(runs))
    return full["batch"] * full["copies"]


def _engine(runs: pd.DataFrame) -> pd.Series:
    return (runs["framework"].map(ENGINES) + " " + runs["framework_version"].fillna("")).str.strip()


def wanted_load(model_id: str, accelerator_id: str, precision: str, input_tokens: float,
                output_tokens: float) -> pd.DataFrame:
    """The load asked for at full load, once for each group of accelerators of one server that holds the model, or
    the smallest larger group; one row each.
    """
    model = one_row(load_language_models(), "model", model_id)
    one_row(load_accelerators(), "accelerator", accelerator_id)
    for name, tokens in (("input_tokens", input_tokens), ("output_tokens", output_tokens)):
        within(name, tokens, 1, model["context_tokens"], f"the context of {model['name']}")
    within("input_tokens + output_tokens", input_tokens + output_tokens, 2, model["context_tokens"],
           f"the context of {model['name']}")
    least = accelerators_of(model_id, accelerator_id, precision, context_tokens=input_tokens + output_tokens).value
    sizes = [size for size in group_sizes() if size == least or least < size <= LARGEST_TENSOR_PARALLEL]
    rows = pd.DataFrame({"model_id": model_id, "shape_id": shapes()[model_id], "accelerator_id": accelerator_id,
                         "precision": precision, "input_tokens": float(input_tokens),
                         "output_tokens": float(output_tokens), "accelerators_count": sizes})
    return at_full_load(with_dimensions(rows))


def _with_predictions(known: pd.DataFrame, wanted: pd.DataFrame) -> pd.DataFrame:
    """Both with the roofline's prediction and is_known; of the wanted groups only the fastest."""
    runs = measured_runs()
    reached = calibrate(ideal(runs), runs)
    known, wanted = (one.assign(predicted=predict(ideal(one), one, reached)[SPEED]) for one in (known, wanted))
    fastest = wanted.loc[[wanted["predicted"].idxmax()]]
    fastest = fastest.assign(is_known=False, short_of_full=1.0)
    return _with_scales(pd.concat([known.assign(is_known=True), fastest], ignore_index=True))


def _apart(known: pd.DataFrame, wanted: pd.DataFrame) -> pd.Series:
    """The larger factor by which input or output length differs from the one wanted, at least 1."""
    logs = [np.log(known[side] / wanted[side].iloc[0]).abs() for side in ("input_tokens", "output_tokens")]
    return np.exp(np.maximum(*logs))


def _measured(matching: pd.DataFrame, same: pd.DataFrame, wanted: pd.DataFrame) -> Throughput:
    """The best of the matching runs, with the slowest engine's best as the low end."""
    best = matching.loc[matching[SPEED].idxmax()]
    slowest = matching.groupby("engine")[SPEED].max().min()
    documents = tuple(dict.fromkeys(matching["document_id"]))
    basis = "reported" if best["is_full_load"] and best["accelerators_count"] == 1 else "derived"
    found = Range(float(slowest), float(best[SPEED]), float(best[SPEED]), UNIT, basis, documents,
                  "point" if slowest == best[SPEED] else "uniform", LABEL)
    apart = float(_apart(matching.loc[[best.name]], wanted).iloc[0])
    full, words = found, f"measured, {_words(best)}"
    if not best["is_full_load"]:
        carried, carried_words = _nearest(same, wanted)
        full, words = (carried, carried_words) if carried.value > found.value else (found, words)
    return Throughput(found, f"measured, {_words(best)}", _conditions(best), float(best["accelerators_count"]),
                      float(best["concurrency_count"]), bool(best["is_full_load"]), full, words, apart)


def _nearest(same: pd.DataFrame, wanted: pd.DataFrame) -> tuple[Range, str]:
    """The nearest measurement of the model carried over to full load, and its words."""
    best = same.loc[distance(same, wanted.iloc[0]).idxmin()]
    return _scaled(best, wanted), f"estimated, carried over by roofline from {_words(best)}"


def _carried_over(same: pd.DataFrame, wanted: pd.DataFrame) -> Throughput:
    """The nearest measurement of the model times the ratio of two roofline estimates."""
    best = same.loc[distance(same, wanted.iloc[0]).idxmin()]
    apart = float(_apart(same.loc[[best.name]], wanted).iloc[0])
    found, words = _nearest(same, wanted)
    return _at_full_load(found, words, _conditions(best), wanted, apart)


def _estimated(wanted: pd.DataFrame) -> Throughput:
    """The roofline alone, with the documents of the runs it is calibrated on."""
    ratios = full_load_predictions()["ratio"]
    load = wanted.iloc[0]
    documents = (*_sources(load), *sorted(set(measured_runs()["document_id"])))
    found = error_band(float(load["predicted"]), ratios, UNIT, documents, LABEL)
    return _at_full_load(found, "estimated by roofline", "no measurement of this model is known", wanted, np.nan)


def _at_full_load(found: Range, words: str, conditions: str, wanted: pd.DataFrame, apart: float) -> Throughput:
    load = wanted.iloc[0]
    requests = float(_most_requests(wanted).iloc[0])
    return Throughput(found, words, conditions, float(load["accelerators_count"]), requests, True, found, words, apart)


def _scaled(best: pd.Series, wanted: pd.DataFrame) -> Range:
    """A measurement carried over; from a run short of full load, with the wider band of the roofline alone."""
    load = wanted.iloc[0]
    ratios = _carried_band() if best["is_full_load"] else full_load_predictions()["ratio"]
    value = float(best[SPEED] * load["predicted"] / best["predicted"])
    return error_band(value, ratios, UNIT, (best["document_id"], *_sources(load)), LABEL)


def _sources(load: pd.Series) -> tuple[str, str]:
    """Documents of the model's and the accelerator's dimensions."""
    return (load_language_models().loc[load["model_id"], "document_id"],
            load_accelerators().loc[load["accelerator_id"], "document_id"])


def distance(known: pd.DataFrame, wanted: pd.DataFrame | pd.Series) -> pd.Series:
    """How far conditions are apart: the sum of the logarithms of the factors in both lengths, in memory bandwidth, in
    bytes of a weight, and by which the requests at once fall short of full load.
    """
    sides = ["input_tokens", "output_tokens", "memory_bandwidth_tb_per_second", "bytes_each", "short_of_full"]
    return sum(np.log(known[side] / wanted[side]).abs() for side in sides)


def _carried_band() -> pd.Series:
    """Measured over predicted when each published full-load result is carried over from the nearest other one."""
    results = _with_scales(full_load_predictions().assign(short_of_full=1.0))
    pairs = results.reset_index().merge(results, on="shape_id", suffixes=("", "_other"))
    pairs = pairs[pairs["measurement_id"] != pairs["measurement_id_other"]]
    other = pairs.filter(like="_other").rename(columns=lambda name: name.removesuffix("_other"))
    pairs = pairs.assign(far=distance(pairs, other)).sort_values(["far", "measurement_id_other"], kind="stable")
    nearest = pairs.drop_duplicates("measurement_id")
    return nearest["ratio"] / nearest["ratio_other"]


def _with_scales(loads: pd.DataFrame) -> pd.DataFrame:
    return loads.assign(bytes_each=loads["precision"].map(bytes_of))


def _words(run: pd.Series) -> str:
    """Engine, accelerator, precision, lengths, and the load where it is short of full."""
    name = load_accelerators().loc[run["accelerator_id"], "name"]
    lengths = f"{run['input_tokens']:,.0f} in / {run['output_tokens']:,.0f} out"
    load = "" if run["is_full_load"] else f", {run['concurrency_count']:,.0f} requests at once"
    return f"{run['engine']}, {name}, {run['precision']}, {lengths}{load}"


def _conditions(run: pd.Series) -> str:
    """Accelerators, requests at once and the model's name in the source: what the words leave out."""
    layout = ", layout not stated" if run["accelerators_count"] > LARGEST_TENSOR_PARALLEL else ""
    requests = "full load" if run["is_full_load"] else f"requests at once: {run['concurrency_count']:,.0f}"
    return f"accelerators: {run['accelerators_count']:,.0f}{layout}; {requests}; model as listed: {run['model']}"
