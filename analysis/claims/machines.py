"""Claims on machines: how many a budget buys, what property it becomes, what memory a model needs.

The tables on compute and property and the assumptions have no vintage: these computations read today's in every
edition.
"""

import datetime

import pandas as pd

from analysis.claims.finding import Finding, at_least, claimed, range_at_least
from analysis.claims.known import Known
from analysis.claims.registry import WORDS, computation
from analysis.economics.fleet import fleet, fleets
from analysis.economics.fleet_case import chosen_budget
from analysis.economics.fleet_tables import ends_of_term, spans
from analysis.economics.gains import FP4, FP8, gains_table
from analysis.economics.memory import BYTES_PER_GB, memory_of
from analysis.errors import AnalysisError
from analysis.numerals import date_text
from analysis.periods import parse_as_of
from analysis.quantity import Quantity, total
from analysis.tables.companies import company_name
from analysis.tables.compute import cost_figure, load_accelerators, load_cost_figures, load_language_models
from analysis.tables.property import load_property_notes

CURRENT = "current"
GAINS = {"fp4": FP4, "fp8": FP8, "architecture": "Fewer active parameters over dense, both FP4"}
"""Measured gains a claim may name, by their label in the table of gains."""


@computation("accelerators")
def accelerators_bought(known: Known, *, ticker: str, chip: str, at_least_count: float) -> Finding:
    """A company's capital budget buys at least so many accelerators, of today's kinds or H100s.

    An upper reading: as if all of the budget went into AI sites.
    """
    budget = chosen_budget(ticker, known.as_of)
    bought = fleets(budget.amount, None, budget.life) if chip == CURRENT else fleet(
        budget.amount, f"{chip.lower()}_servers", None, budget.life)
    low, high = ends_of_term(spans(bought), "accelerators_count")
    return Finding(range_at_least(low, high, at_least_count),
                   "{budget}, {what}, would buy {low} to {high} accelerators ({chip}) if all of it went into AI sites; "
                   "the claim needs {needed}.",
                   {"budget": budget.amount.at(), "what": budget.words, "low": _rounded(low), "high": _rounded(high),
                    "chip": "of the kinds sold today" if chip == CURRENT else chip,
                    "needed": claimed(at_least_count, "count")}, "low high")


def _rounded(count: Quantity) -> Quantity:
    """A count to two figures: the inputs carry no more."""
    return Quantity(float(f"{count.value:.2g}"), count.unit, count.basis, count.documents)


@computation("what the machine holds")
def memory_in_machines(known: Known, *, model: str, precision: str, accelerator: str, per_machine_count: int,
                       at_least_count: float) -> Finding:
    """A model at a precision needs the memory of at least so many machines of some accelerators each."""
    needed = memory_of(model, precision)["total"]
    chip = load_accelerators().loc[accelerator]
    holds = Quantity(float(chip["memory_gb"]) * per_machine_count, "gb", "derived", (chip["document_id"],))
    low, high = (Quantity(getattr(needed, end) / BYTES_PER_GB / holds.value, "times", needed.basis,
                          (*needed.documents, *holds.documents)) for end in ("low", "high"))
    return Finding(range_at_least(low, high, at_least_count),
                   "{model} at {precision} needs {low} to {high} the {holds} of {machine}; the claim needs at least "
                   "{needed} of that.",
                   {"model": load_language_models().loc[model, "name"], "precision": precision, "low": low,
                    "high": high, "holds": holds, "needed": claimed(at_least_count, "ratio"),
                    "machine": f"a machine of {per_machine_count} {chip['name']}" if per_machine_count > 1
                    else f"one {chip['name']}"}, "low high")


@computation("less memory")
def memory_saved(known: Known, *, model: str, precision: str, against: str, at_least_ratio: float) -> Finding:
    """Storing the weights of a model in fewer bits saves at least a share of the memory to serve it."""
    narrow, wide = (memory_of(model, one)["total"].at() for one in (precision, against))
    saved = Quantity(1.0, "ratio", "derived") - narrow / wide
    return Finding(at_least(saved, at_least_ratio),
                   "{model} needs {narrow} at {precision} and {wide} at {against}: {saved} less; the claim needs "
                   "{needed}.",
                   {"model": load_language_models().loc[model, "name"], "narrow": _gigabytes(narrow),
                    "wide": _gigabytes(wide), "precision": precision, "against": against, "saved": saved,
                    "needed": claimed(at_least_ratio, "ratio")}, "saved")


def _gigabytes(size: Quantity) -> Quantity:
    return Quantity(size.value / BYTES_PER_GB, "gb", size.basis, size.documents)


@computation("the speed")
def speed_gain(known: Known, *, gain: str, at_least_times: float) -> Finding:
    """A measured gain in speed on the same accelerator is at least so much, over matched pairs of runs.

    Mixed when only part of the middle nine tenths of the pairs reaches it.
    """
    rows = known.once(gains_table)
    row = rows[rows["label"] == GAINS[gain]].iloc[0]
    documents = tuple(row["value_documents"].split())
    low, middle, high = (Quantity(float(row[end]), "times", row["value_basis"], documents)
                         for end in ("low", "value", "high"))
    return Finding(range_at_least(low, high, at_least_times),
                   "{label}: {middle} the tokens a second in the middle of {pairs} matched pairs, {low} to {high} over "
                   "nine in ten; the claim needs {needed}.",
                   {"label": row["label"], "low": low, "middle": middle, "high": high,
                    "pairs": Quantity(float(row["pairs_count"]), "count", "derived", documents),
                    "needed": claimed(at_least_times, "times")}, "low high")


@computation("published")
def published_figure(known: Known, *, figure: str, at_least: float) -> Finding:
    """A published cost figure is at least so large, in its own unit."""
    low, high = (_in_own_unit(end) for end in cost_figure(figure))
    needed = _in_own_unit(Quantity(float(at_least), cost_figure(figure)[0].unit, "scenario"))
    return Finding(range_at_least(low, high, needed.value),
                   "{item}: {low} to {high}; the claim needs {needed}." if low.value != high.value
                   else "{item}: {low}; the claim needs {needed}.",
                   {"item": load_cost_figures().loc[figure, "item"], "low": low, "needed": needed}
                   | ({"high": high} if low.value != high.value else {}),
                   "low high" if low.value != high.value else "low")


def _in_own_unit(figure: Quantity) -> Quantity:
    """A figure in a unit that can be written: percent as a share, dollars and plain numbers as they are."""
    unit = figure.unit.lower()
    if unit.startswith("percent"):
        return Quantity(figure.value / 100, "ratio", figure.basis, figure.documents)
    return Quantity(figure.value, "usd" if unit.startswith("usd") else "count", figure.basis, figure.documents)


@computation("of the total published")
def share_of_published(known: Known, *, part: list, whole: list, at_least_ratio: float) -> Finding:
    """Some published figures make up at least a share of others of the same unit."""
    units = sorted({cost_figure(name)[0].unit for name in (*part, *whole)})
    if len(units) > 1:
        raise AnalysisError(f"the figures have different units: {', '.join(units)}")
    upper, lower = (total([cost_figure(name)[0] for name in names]) for names in (part, whole))
    share = upper / lower
    return Finding(at_least(share, at_least_ratio),
                   "{part}: {share} of the {whole} published; the claim needs {needed}.",
                   {"part": " and ".join(load_cost_figures().loc[name, "item"] for name in part), "share": share,
                    "whole": _in_own_unit(lower), "needed": claimed(at_least_ratio, "ratio")}, "share")


IN_USE = WORDS["classes"]
"""Classes of property in use: what is under construction is none of them yet. Leases are finance leases."""
CLASS_WORDS = {"servers": "servers and network", "leases": "finance leases"}


@computation("of property in use")
def share_of_property(known: Known, *, ticker: str, classes: list, period_end: datetime.date, at_least_ratio: float
                      ) -> Finding:
    """Some classes of property make up at least a share of a company's property in use, by cost.

    The whole is servers and network, buildings, land, equipment with leasehold improvements, and finance leases;
    construction in progress is in neither. Cannot tell unless the company's notes show each of them, nor in an edition
    of a day: the notes have no filing date.
    """
    if parse_as_of(known.as_of) is not None:
        raise AnalysisError("the notes on property are on file without their filing dates: no past edition uses them")
    notes = load_property_notes([ticker])
    rows = notes[notes["period_end"].eq(pd.Timestamp(period_end)) & notes["item"].isin(IN_USE)].set_index("item")
    lacking = [name for name in IN_USE if name not in rows.index]
    if lacking:
        raise AnalysisError(f"the notes of {ticker} show no {' and no '.join(lacking)} on {date_text(period_end)}")
    cost = {name: Quantity(float(row["value_usd"]), "usd", row["basis"], (row["document_id"],))
            for name, row in rows.iterrows()}
    part, whole = total([cost[name] for name in classes]), total(list(cost.values()))
    share = part / whole
    return Finding(at_least(share, at_least_ratio),
                   "{part} of the {whole} that {company} had in use on {day}, at cost, were {classes}: {share}; the "
                   "claim needs {needed}.",
                   {"part": part, "whole": whole, "company": company_name(ticker), "day": date_text(period_end),
                    "classes": " and ".join(CLASS_WORDS.get(name, name) for name in classes), "share": share,
                    "needed": claimed(at_least_ratio, "ratio")}, "share")
