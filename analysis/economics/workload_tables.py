"""How the verdict on owning moves with the workload: volume, profile, hours busy; and how far its speed may be off."""

import pandas as pd

from analysis.economics.comparison import USUAL_YEARS, server_size, training
from analysis.economics.options import Comparison, simulate
from analysis.economics.ranges import exactly
from analysis.economics.roofline_errors import roofline_errors
from analysis.economics.tco import MILLION
from analysis.economics.workload import PROFILES, profile
from analysis.tables.compute import load_accelerators, load_language_models

VOLUME_STEPS = (0.1, 1.0, 10.0)
"""A tenth, the same and ten times the workload: how much hangs on the volume."""
BUSY_STEPS = (0.1, 0.25, 0.5, 0.75, 1.0)
"""Shares of the hours at which training is compared."""
QUICK_DRAWS = 20_000
"""Draws for a cell of a table: the share of wins is known to half a point."""


def workload_table(comparison: Comparison, pricing: str) -> pd.DataFrame:
    """The share of draws in which owning beats a cloud pricing, by volume (rows) and profile of the traffic.

    Everything else stands as in the comparison given. Columns: million_tokens_per_day_count, then <profile>_ratio
    for each profile with basis and documents.
    """
    rows = []
    for step in VOLUME_STEPS:
        tokens = comparison.inputs["tokens_per_day"].value * step
        row: dict = {"million_tokens_per_day_count": tokens / MILLION}
        for name in PROFILES:
            changes = profile(name) | {"tokens_per_day": exactly(tokens, "output tokens a day", "tokens")}
            one = Comparison(dict(comparison.inputs) | changes)
            wins = simulate(one, QUICK_DRAWS).owned_wins(one.cloud_option(pricing))
            row |= {f"{name}_ratio": wins.value, f"{name}_ratio_basis": wins.basis,
                    f"{name}_ratio_documents": " ".join(wins.documents)}
        rows.append(row)
    return pd.DataFrame(rows)


def training_table(accelerator_id: str, pricing: str, horizon_years: float = USUAL_YEARS,
                   electricity_usd_per_kwh: float = 0.0) -> pd.DataFrame:
    """Training or fine-tuning on one server, by the share of the hours it is busy: who is cheaper, and by how much.

    Columns: utilisation_ratio, owned_usd_per_hour and rented_usd_per_hour (of work, middle of the draws),
    owned_wins_ratio, with basis and documents.
    """
    size = int(server_size(accelerator_id).value)
    rows = []
    for busy in BUSY_STEPS:
        one = training(accelerator_id, size, busy, horizon_years, electricity_usd_per_kwh)
        outcome, other = simulate(one, QUICK_DRAWS), one.cloud_option(pricing)
        wins = outcome.owned_wins(other)
        row = {"utilisation_ratio": busy, "owned_wins_ratio": wins.value, "owned_wins_ratio_basis": wins.basis,
               "owned_wins_ratio_documents": " ".join(wins.documents)}
        for side, option in (("owned", "owned"), ("rented", other)):
            row[f"{side}_usd_per_hour"] = outcome.range_of(option, "usd_per_hour").value
            row[f"{side}_usd_per_hour_basis"] = wins.basis
        rows.append(row)
    return pd.DataFrame(rows)


def roofline_table() -> pd.DataFrame:
    """How far the roofline is off on what it has not seen: a row per accelerator and model held out, and for all.

    Columns: held_out ("accelerator" or "model"), name ("all of them" for the sum), then those of `roofline_errors`.
    """
    parts = []
    for kind, key, names in (("accelerator", "accelerator_id", load_accelerators()["name"]),
                             ("model", "shape_id", load_language_models()["name"])):
        errors = roofline_errors(key)
        label = errors[key].map(names).fillna(errors[key].replace("all", "all of them"))
        parts.append(errors.assign(held_out=kind, name=label))
    return pd.concat(parts, ignore_index=True)
