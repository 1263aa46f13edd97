"""Do the published cost structures agree with each other? Each check recomputes one figure from another source.

A disagreement is a finding about the sources, not an error to be mended.
"""

import numpy as np
import pandas as pd

from analysis.economics.fleet import HOURS_A_YEAR
from analysis.economics.fleet_inputs import (
    KW_PER_GW,
    RACK_ACCELERATORS,
    RACK_CHIP,
    SERVER_CHIP,
    bernstein_equipment_share,
    provisioned_kw,
    published,
    pue,
    shares,
)
from analysis.economics.fleet_tables import range_words
from analysis.economics.ranges import Range, assumed, exactly, provenance, span
from analysis.economics.schedules import yearly_payment
from analysis.economics.solve import must_be
from analysis.quantity import Quantity
from analysis.tables.cells import joined
from analysis.tables.compute import load_accelerators, one_row

AGREE, DISAGREE = "agree", "disagree"
HIGHEST_RATE = 0.5
"""The capital charge is searched between nothing and this."""


def verdict(one: Range, other: Range, tolerance_ratio: float) -> str:
    """"agree" when the two ranges meet once the second is widened by the tolerance, else "disagree"."""
    low, high = other.low * (1 - tolerance_ratio), other.high * (1 + tolerance_ratio)
    return AGREE if one.low <= high and one.high >= low else DISAGREE


def consistency(tolerance: Range | None = None) -> pd.DataFrame:
    """Every check: check, one and other (what is compared), the ranges of both, unit, gap_ratio, verdict.

    one_text and other_text write who says what; gap_ratio is the central value of the first over that of the second,
    less one. Basis and documents of both stand under one_basis and one_documents.
    """
    allowed = (tolerance or assumed("agreement_tolerance_ratio")).value
    rows = []
    for words, first, second in _comparisons():
        basis, documents = provenance((first, second))
        rows.append({
            "check": words, "one": first.label, "other": second.label, "unit": first.unit,
            "one_low": first.low, "one_high": first.high, "other_low": second.low, "other_high": second.high,
            "one_text": _words(first), "other_text": _words(second),
            "gap_ratio": first.value / second.value - 1, "gap_ratio_basis": basis,
            "gap_ratio_documents": " ".join(documents), "verdict": verdict(first, second, allowed)})
    return pd.DataFrame(rows)


def _words(one: Range) -> str:
    return f"{one.label}: {range_words(one.low, one.high, one.unit)}"


def agreeing(checks: pd.DataFrame) -> Quantity:
    """How many of the checks agree: count."""
    documents = tuple(joined(checks["gap_ratio_documents"]).split())
    return Quantity(float((checks["verdict"] == AGREE).sum()), "count", "derived", documents)


def _comparisons() -> list[tuple[str, Range, Range]]:
    per_gw = {name: published(f"{name}_gw", label) for name, label in GIGAWATTS.items()}
    rack, hardware = published("rack", "Bernstein, rack"), published("rack_compute", "Bernstein, hardware of a rack")
    return [
        ("Capital per gigawatt", per_gw["bernstein"], per_gw["epoch"]),
        ("Capital per gigawatt", per_gw["bernstein"], per_gw["nvidia"]),
        ("Capital per gigawatt of site", published("site_rule", "Epoch AI, rule"), _site_gw(per_gw["epoch"])),
        ("Power per rack", _rack_kw(rack, per_gw["bernstein"]), _provisioned_rack()),
        ("Price per accelerator", _share_per_accelerator(rack), _chip_price()),
        ("Equipment in the capital", *_equipment(rack, hardware)),
        ("Energy of a gigawatt a year", published("epoch_energy", "Epoch AI"), energy_bill()),
        ("Yearly cost of a gigawatt", _relabelled(assumed("epoch_total_usd_per_year"), "Epoch AI"), undiscounted()),
    ]


GIGAWATTS = {"bernstein": "Bernstein", "epoch": "Epoch AI", "nvidia": "Nvidia"}


def _relabelled(one: Range, label: str) -> Range:
    return Range(one.low, one.value, one.high, "usd", one.basis, one.documents, one.shape, label)


def _site_gw(per_gw: Range) -> Range:
    return span(lambda per_gw, pue: per_gw / pue, {"per_gw": per_gw, "pue": pue()}, "usd", "Epoch AI's model over PUE")


def _rack_kw(rack: Range, per_gw: Range) -> Range:
    return span(lambda rack, per_gw: rack / per_gw * KW_PER_GW, {"rack": rack, "per_gw": per_gw}, "kw",
                "Bernstein, price per rack over price per GW")


def _provisioned_rack() -> Range:
    return span(lambda kw: kw * RACK_ACCELERATORS, {"kw": provisioned_kw(RACK_CHIP)}, "kw",
                "InferenceX, power provisioned for as many GB200")


def _share_per_accelerator(rack: Range) -> Range:
    inputs = {"rack": rack, "share": shares()["gpu"]}
    return span(lambda rack, share: rack * share / RACK_ACCELERATORS, inputs, "usd", "Bernstein, GPU share of a rack")


def _chip_price() -> Range:
    row = one_row(load_accelerators(), "accelerator", SERVER_CHIP)
    low, high = (Quantity(row[f"price_{end}_usd"], "usd", "estimated", (row["price_document_id"],))
                 for end in ("low", "high"))
    return Range(low.value, (low.value + high.value) / 2, high.value, "usd", low.basis, low.documents, "uniform",
                 "Reported street prices of a B200")


def _equipment(rack: Range, hardware: Range) -> tuple[Range, Range]:
    both = bernstein_equipment_share()
    priced = span(lambda rack, hardware: hardware / rack, {"rack": rack, "hardware": hardware}, "ratio",
                  "Bernstein, hardware over rack")
    summed = exactly(both.at("low") if both.low < priced.value else both.at("high"), "Bernstein, sum of the shares")
    return summed, priced


def energy_bill() -> Range:
    """A gigawatt of equipment for a year: hours x load x PUE x price: usd. Label and basis from the inputs."""
    inputs = {"load": assumed("fleet_load_ratio"), "pue": pue(), "price": assumed("fleet_electricity_usd_per_kwh")}
    return span(lambda load, pue, price: KW_PER_GW * HOURS_A_YEAR * load * pue * price, inputs, "usd",
                "Price x hours x load x PUE")


def _epoch_parts() -> dict[str, Range]:
    return {"capital": published("epoch_gw", "capital"), "share": assumed("epoch_it_share_ratio"),
            "equipment_life": published("epoch_equipment_life", "life of equipment", unit="years"),
            "facility_life": published("epoch_facility_life", "life of the facility", unit="years"),
            "opex": published("epoch_opex", "operating cost")}


def yearly_cost(capital, share, equipment_life, facility_life, opex, rate):
    """Yearly cost of a site: level payments on equipment and facility over their lives at `rate`, and running cost."""
    equipment = yearly_payment(capital * share, rate, equipment_life)
    return equipment + yearly_payment(capital * (1 - share), rate, facility_life) + opex


def undiscounted() -> Range:
    """Epoch AI's own capital and lives without any capital charge: usd a year."""
    return span(lambda **parts: yearly_cost(rate=np.float64(0), **parts), _epoch_parts(), "usd",
                "Its capital over its lives, and running cost")


def implied_rate() -> Quantity:
    """The yearly capital charge at which Epoch AI's capital and lives give its printed total: ratio, estimated."""
    parts = _epoch_parts() | {"rate": exactly(0.0, "capital charge")}
    total = assumed("epoch_total_usd_per_year")
    rate = must_be(yearly_cost, parts, "rate", total.value, 0.0, HIGHEST_RATE)
    return Quantity(rate, "ratio", "estimated", provenance((*parts.values(), total))[1])
