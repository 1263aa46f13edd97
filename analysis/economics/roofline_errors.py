"""How far the roofline is off where it has not seen the accelerator, or the model; and whether it earns its place.

Errors are absolute, relative to the measured throughput, and summed up by their median. Beside the
out-of-sample error stand the in-sample one, a roofline with one efficiency for everything, a naive rule that scales
the nearest measured accelerator by bandwidth, or the nearest model by active parameters, and the same measurement
carried over by the ratio of two roofline estimates.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

from analysis.economics.draws import TAIL
from analysis.economics.measurements import measured_runs, published_full_load
from analysis.economics.ranges import Range
from analysis.economics.roofline import Calibration, calibrate, copies_of, ideal, predict
from analysis.errors import require_known
from analysis.tables.assumptions import assumption

SPEED = "output_tokens_per_second_per_accelerator"
NAIVE = {"accelerator_id": ("memory_bandwidth_tb_per_second", 1.0), "shape_id": ("active_parameters_billion", -1.0)}
"""What the naive rule scales by when an accelerator or a model is held out, and with which power."""
CONDITIONS = ["accelerators_count", "precision", "input_tokens", "output_tokens", "concurrency_count"]
"""A naive prediction takes a run under the same conditions."""
Predictor = Callable[[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame], pd.Series]


def roofline_errors(by: str = "accelerator_id", runs: pd.DataFrame | None = None) -> pd.DataFrame:
    """Median absolute percentage error of throughput by held-out accelerator ("accelerator_id") or model
    ("shape_id"), and over all ("all").

    Columns: the key, runs_count, out_of_sample_error_ratio, in_sample_error_ratio, one_efficiency_error_ratio
    (out of sample), naive_runs_count (runs with a counterpart), and on these runs naive_error_ratio,
    carried_over_error_ratio and out_of_sample_error_on_naive_runs_ratio, with basis and documents. Each group is
    predicted from a calibration on the others. Misleads: all accelerators here are from one vendor, and most runs
    stop at 64 requests.
    """
    require_known("key", by, NAIVE)
    runs = measured_runs() if runs is None else runs
    predicted = {"out": held_out(runs, by), "in": _seen(runs), "one": held_out(runs, by, _one_efficiency),
                 "naive": naive(runs, by), "carried": carried_over(runs, by)}
    found = pd.DataFrame({by: runs[by]} | {name: _miss(one, runs) for name, one in predicted.items()})
    rows = [_summary(group, part, by) for group, part in found.groupby(by)] + [_summary("all", found, by)]
    return sourced(pd.DataFrame(rows), runs)


def sourced(errors: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """The frame with basis "estimated" and the runs' documents beside every column that ends in _ratio."""
    documents = " ".join(sorted(set(runs["document_id"])))
    ratios = [column for column in errors if column.endswith("_ratio")]
    return errors.assign(**{f"{column}_basis": "estimated" for column in ratios},
                         **{f"{column}_documents": documents for column in ratios})


def _summary(group: str, part: pd.DataFrame, by: str) -> dict:
    paired = part[part["naive"].notna()]
    return {by: group, "runs_count": len(part), "out_of_sample_error_ratio": part["out"].median(),
            "in_sample_error_ratio": part["in"].median(), "one_efficiency_error_ratio": part["one"].median(),
            "naive_runs_count": len(paired), "naive_error_ratio": paired["naive"].median(),
            "carried_over_error_ratio": paired["carried"].median(),
            "out_of_sample_error_on_naive_runs_ratio": paired["out"].median()}


def _miss(predicted: pd.Series, runs: pd.DataFrame) -> pd.Series:
    return (predicted / runs[SPEED] - 1).abs()


def fitted(seen: pd.DataFrame, seen_bounds: pd.DataFrame, new: pd.DataFrame, new_bounds: pd.DataFrame) -> pd.Series:
    """Throughput of `new` runs by a calibration on the runs `seen`."""
    return predict(new_bounds, new, calibrate(seen_bounds, seen))[SPEED]


def _one_efficiency(seen, seen_bounds, new, new_bounds) -> pd.Series:
    """The simplest rule: one factor, the median ratio of measured to ideal throughput."""
    perfect = Calibration(1.0, 1.0, 0.0)
    factor = (seen[SPEED] / predict(seen_bounds, seen, perfect)[SPEED]).median()
    return predict(new_bounds, new, perfect)[SPEED] * factor


def held_out(runs: pd.DataFrame, by: str, predictor: Predictor = fitted) -> pd.Series:
    """Predicted throughput of every run by a calibration on the runs of all other groups."""
    bounds = ideal(runs)
    parts = []
    for group in sorted(runs[by].unique()):
        mine = runs[by] == group
        parts.append(predictor(runs[~mine], bounds[~mine], runs[mine], bounds[mine]))
    return pd.concat(parts).reindex(runs.index)


def _seen(runs: pd.DataFrame) -> pd.Series:
    bounds = ideal(runs)
    return fitted(runs, bounds, runs, bounds)


def naive(runs: pd.DataFrame, by: str) -> pd.Series:
    """Throughput of the nearest other group under the same conditions, scaled by bandwidth or active parameters;
    missing where there is none."""
    return _nearest(runs.assign(scale=runs[NAIVE[by][0]] ** NAIVE[by][1]), by)


def carried_over(runs: pd.DataFrame, by: str) -> pd.Series:
    """Throughput of the nearest other group under the same conditions, times the ratio of two roofline estimates by
    a calibration that knows only the other groups; missing where there is none."""
    bounds, parts = ideal(runs), []
    for group in sorted(runs[by].unique()):
        mine = runs[by] == group
        scale = fitted(runs[~mine], bounds[~mine], runs, bounds)
        parts.append(_nearest(runs.assign(scale=scale), by)[mine])
    return pd.concat(parts).reindex(runs.index)


def _nearest(runs: pd.DataFrame, by: str) -> pd.Series:
    """Median throughput of the nearest other group under the same conditions, times the ratio of `scale`."""
    column = NAIVE[by][0]
    same = [*CONDITIONS, next(other for other in NAIVE if other != by)]
    known = runs.groupby([*same, by]).agg(**{SPEED: (SPEED, "median"), "scale": ("scale", "median"),
                                             column: (column, "first")}).reset_index()
    pairs = runs[[*same, by, column, "scale"]].reset_index().merge(known, on=same, suffixes=("", "_other"))
    pairs = pairs[pairs[by] != pairs[f"{by}_other"]]
    pairs = pairs.assign(far=np.log(pairs[column] / pairs[f"{column}_other"]).abs())
    pairs = pairs.sort_values(["far", f"{by}_other"], kind="stable").drop_duplicates("index").set_index("index")
    return (pairs[SPEED] * pairs["scale"] / pairs["scale_other"]).reindex(runs.index)


def full_load_predictions(results: pd.DataFrame | None = None) -> pd.DataFrame:
    """Published full-load results with the roofline's prediction: the results' columns and predicted, ratio
    (measured over predicted). No result took part in the calibration, which knows measured runs only.
    """
    runs = measured_runs()
    results = published_full_load() if results is None else results
    loads = at_full_load(results)
    predicted = predict(ideal(loads), loads, calibrate(ideal(runs), runs))[SPEED]
    return results.assign(predicted=predicted, ratio=results[SPEED] / predicted)


def at_full_load(loads: pd.DataFrame) -> pd.DataFrame:
    """The same loads with as many requests as memory holds and the register's largest batch allows."""
    return loads.assign(concurrency_count=assumption("largest_batch_count").value * copies_of(loads))


def error_band(value: float, ratios: pd.Series, unit: str, documents: tuple[str, ...], label: str) -> Range:
    """An estimate between its value times the 5% and 95% points of measured over predicted."""
    low, high = (float(one) for one in ratios.quantile([TAIL, 1 - TAIL]))
    return Range(value * min(low, 1.0), value, value * max(high, 1.0), unit, "estimated",
                 tuple(dict.fromkeys(documents)), "triangular", label)
