"""How much faster the same accelerator gets with fewer bits or fewer active parameters: measured pairs.

A pair is two measured settings alike in everything but one thing. Ratios over pairs have no spread of their own
error: the 5%, 50% and 95% points over pairs stand for low, value and high.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from analysis.economics.draws import TAIL
from analysis.economics.ranges import Range
from analysis.economics.renting import current_prices
from analysis.errors import AnalysisError, require_known
from analysis.quantity import Quantity
from analysis.tables.cells import joined
from analysis.tables.compute import load_latency

SPEED = "output_tokens_per_second_per_accelerator"
SETTING = ["accelerator_id", "accelerators_count", "framework", "input_tokens", "output_tokens", "concurrency_count"]
"""What both runs of a pair share, whatever they differ in."""
PACE = "time_per_output_token_ms"
PARALLEL = ["tensor_parallel_count", "expert_parallel_count"]
DENSE, SPARSE = "llama_3_1_70b", "gpt_oss_120b"
"""The models compared for architecture: in the second a small part of the parameters is active for each token."""
OFFER = ["provider", "instance", "region", "document_id"]
"""What two prices of one offer share; the document too, because list prices were cut between them."""


def precision_pairs(before: str, after: str, is_same_version: bool = False) -> pd.DataFrame:
    """Settings measured at two precisions: SETTING, parallelism, model, gain_ratio (after over before), documents.

    Model, accelerator and their number, framework, lengths, concurrency and parallelism are the same;
    `is_same_version` asks for the same version of the framework too. Several runs of one setting count as their
    median. Misleads: at the same concurrency a faster setting also answers sooner, so some of the gain shows as
    latency and not here; quality is not measured.
    """
    runs = load_latency()
    for one in (before, after):
        require_known("precision", one, runs["precision"].unique())
    keys = ["model", *SETTING, *PARALLEL, *(["framework_version"] if is_same_version else [])]
    return _once(_paired(runs, keys, "precision", before, after))


def equal_pace_pairs(before: str, after: str) -> pd.DataFrame:
    """Gains at the same pace for the user: columns of `precision_pairs` without concurrency, and the pace in ms.

    An operator who keeps the time per output token packs more users on the faster setting. For each run at the
    first precision the tokens a second of the second are read off the straight line between its runs next to that
    pace; a pace outside its runs is left out. Misleads: few runs a setting, so the line is rough.
    """
    runs = load_latency().dropna(subset=[SPEED, PACE])
    keys = ["model", *(name for name in SETTING if name != "concurrency_count"), *PARALLEL]
    rows = []
    for key, group in runs[runs["precision"].isin((before, after))].groupby(keys):
        first, second = (group[group["precision"] == one].groupby("concurrency_count")[[PACE, SPEED]].median()
                         .sort_values(PACE) for one in (before, after))
        inside = first[first[PACE].between(second[PACE].min(), second[PACE].max())] if len(second) > 1 else first[:0]
        found = np.interp(inside[PACE], second[PACE], second[SPEED]) if len(inside) else []
        rows += [dict(zip(keys, key, strict=True)) | {PACE: pace, "gain_ratio": speed / own}
                 for pace, own, speed in zip(inside[PACE], inside[SPEED], found, strict=True)]
    pairs = pd.DataFrame(rows, columns=[*keys, PACE, "gain_ratio"])
    return _once(pairs.assign(gain_ratio_basis="estimated", gain_ratio_documents=_each_once(runs["document_id"])))


def architecture_pairs(dense: str, sparse: str, dense_precision: str, sparse_precision: str) -> pd.DataFrame:
    """Settings measured for two models: SETTING, gain_ratio (sparse over dense tokens a second), documents.

    Accelerator and their number, framework, lengths and concurrency are the same; each model is spread over them
    as it was run best. Misleads: the two models do not answer equally well, and nothing here measures how well.
    """
    runs = load_latency()
    for one in (dense, sparse):
        require_known("model", one, runs["model_id"].dropna().unique())
    runs = runs[((runs["model_id"] == dense) & (runs["precision"] == dense_precision))
                | ((runs["model_id"] == sparse) & (runs["precision"] == sparse_precision))]
    return _paired(runs, SETTING, "model_id", dense, sparse)


def reserved_pairs(commitment: str) -> pd.DataFrame:
    """One offer's current price on demand and with a commitment: OFFER, gain_ratio (committed over on demand),
    documents."""
    prices = current_prices()
    require_known("pricing", commitment, prices["pricing"].unique())
    return _paired(prices, OFFER, "pricing", "on_demand", commitment, "price_usd_per_accelerator_hour")


def _paired(rows: pd.DataFrame, keys: list[str], differs: str, before: str, after: str,
            measure: str = SPEED) -> pd.DataFrame:
    """The settings that occur on both sides, with the ratio of the medians of `measure`."""
    known = rows.dropna(subset=[measure])
    sides = [known[known[differs] == one].groupby(keys, as_index=False).agg(
        speed=(measure, "median"), documents=("document_id", _each_once)) for one in (before, after)]
    pairs = sides[0].merge(sides[1], on=keys, suffixes=("_before", "_after"))
    pairs["gain_ratio"] = pairs["speed_after"] / pairs["speed_before"]
    both = pairs["documents_before"] + " " + pairs["documents_after"]
    pairs["gain_ratio_documents"] = [_each_once(cell.split()) for cell in both]
    return pairs.assign(gain_ratio_basis="estimated")[[*keys, "gain_ratio", "gain_ratio_basis",
                                                       "gain_ratio_documents"]]


def _each_once(ids: Iterable[str]) -> str:
    return " ".join(dict.fromkeys(ids))


def _once(pairs: pd.DataFrame) -> pd.DataFrame:
    """Drop settings that stand under two names of one architecture: same conditions, same ratio."""
    same = [column for column in pairs if column not in ("model", "gain_ratio_documents")]
    return pairs.drop_duplicates(same, ignore_index=True)


def gain_of(pairs: pd.DataFrame, label: str) -> Range:
    """The 5%, 50% and 95% points of gain_ratio over pairs; AnalysisError when there are none."""
    if pairs.empty:
        raise AnalysisError(f"no measured pair for {label}")
    low, value, high = (float(one) for one in pairs["gain_ratio"].quantile([TAIL, 0.5, 1 - TAIL]))
    documents = tuple(joined(pairs["gain_ratio_documents"]).split())
    return Range(low, value, high, "ratio", "estimated", documents, "triangular", label)


def found_gain(table: pd.DataFrame, label: str) -> Quantity:
    """The middle of one row of `gains_table` as a quantity; UnknownName for another label."""
    require_known("comparison", label, table["label"])
    row = table[table["label"] == label].iloc[0]
    return Quantity(row["value"], "ratio", row["value_basis"], tuple(row["value_documents"].split()))


FP4, FP8, FP4_PACED = "FP4 over FP8", "FP8 over BF16", "FP4 over FP8, same pace for the user"
"""Labels of the rows of `gains_table` that sentences are made of."""


def gains_table() -> pd.DataFrame:
    """What was measured: label, pairs_count, low, value and high (times), basis and documents; one row per comparison.

    Each precision stands three times: at the same concurrency with any version of the framework, which the levers
    use because it claims least; with the same version; and at the same pace for the user.
    """
    found = [(FP4, precision_pairs("fp8", "fp4")),
             ("FP4 over FP8, same software version", precision_pairs("fp8", "fp4", is_same_version=True)),
             (FP4_PACED, equal_pace_pairs("fp8", "fp4")),
             (FP8, precision_pairs("bf16", "fp8")),
             ("FP8 over BF16, same software version", precision_pairs("bf16", "fp8", is_same_version=True)),
             ("FP8 over BF16, same pace for the user", equal_pace_pairs("bf16", "fp8")),
             ("Fewer active parameters over dense, both FP4", architecture_pairs(DENSE, SPARSE, "fp4", "fp4"))]
    rows = []
    for label, pairs in found:
        gain = gain_of(pairs, label)
        rows.append({"label": label, "pairs_count": len(pairs), "low": gain.low, "value": gain.value,
                     "high": gain.high, "value_basis": gain.basis, "value_documents": " ".join(gain.documents)})
    return pd.DataFrame(rows)
