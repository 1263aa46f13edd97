"""A number with its two ends, and what a model makes of such numbers.

A model is a function of keyword arguments that works on floats and on arrays alike.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from analysis.errors import AnalysisError, require_known
from analysis.quantity import Quantity, weakest
from analysis.tables.assumptions import assumption, assumption_row

SHAPES = ("point", "uniform", "triangular", "lognormal", "beta")
"""How draws fill a range. The ends are the least and most of uniform and triangular, the 5% and 95% points of
lognormal and beta; the value is the mode of triangular and the mean of beta."""
ENDS = ("low", "value", "high")
Model = Callable[..., np.ndarray | float]


@dataclass(frozen=True)
class Range:
    """A central value between two ends, with unit, basis, documents, the shape of its draws and a label."""

    low: float
    value: float
    high: float
    unit: str
    basis: str = "scenario"
    documents: tuple[str, ...] = ()
    shape: str = "uniform"
    label: str = ""

    def __post_init__(self) -> None:
        require_known("shape of a range", self.shape, SHAPES)
        if not self.low <= self.value <= self.high:
            raise AnalysisError(f"{self.label or 'a range'}: {self.value} is not between {self.low} and {self.high}")

    def at(self, end: str = "value") -> Quantity:
        """One end ("low", "value", "high") as a Quantity."""
        require_known("end", end, ENDS)
        return Quantity(getattr(self, end), self.unit, self.basis, self.documents)

    def fixed_at(self, value: float) -> "Range":
        """The same input held at one value."""
        return replace(self, low=value, value=value, high=value, shape="point")


def assumed(assumption_id: str) -> Range:
    """One row of the register of assumptions; UnknownName when there is none."""
    low, value, high = (assumption(assumption_id, end).value for end in ENDS)
    row, middle = assumption_row(assumption_id), assumption(assumption_id)
    return Range(low, value, high, middle.unit, middle.basis, middle.documents, row["shape"], row["label"])


def exactly(number: Quantity | float, label: str, unit: str = "ratio") -> Range:
    """A known number, or the reader's choice (then basis "scenario"), without any spread."""
    chosen = number if isinstance(number, Quantity) else Quantity(float(number), unit, "scenario")
    return Range(chosen.value, chosen.value, chosen.value, chosen.unit, chosen.basis, chosen.documents, "point", label)


def between(low: Quantity, high: Quantity, label: str, value: Quantity | None = None,
            shape: str = "uniform") -> Range:
    """A range from two quantities of one unit; the central value is the middle unless given.

    The basis is the weakest of all, and a range is at least derived: nobody published its middle.
    """
    if low.value == high.value:
        return Range(low.value, low.value, high.value, low.unit, weakest(low.basis, high.basis),
                     (low + high).documents, "point", label)
    middle = Quantity((low.value + high.value) / 2, low.unit, low.basis) if value is None else value
    both = low + high + middle
    return Range(low.value, middle.value, high.value, low.unit, both.basis, both.documents, shape, label)


def span(model: Model, inputs: Mapping[str, Range], unit: str, label: str = "") -> Range:
    """The model at the central values, and its least and most over every combination of the ends.

    True bounds for a model that is monotone in each input, as all here are. Misleads: the ends assume that
    every input is at its worst or best at once; draws give a narrower range.
    """
    names = list(inputs)
    ends = [sorted({inputs[name].low, inputs[name].high}) for name in names]
    corners = np.array(list(product(*ends))).T
    outcomes = np.asarray(model(**dict(zip(names, corners, strict=True))), dtype=float)
    value = float(model(**{name: inputs[name].value for name in names}))
    basis, documents = provenance(inputs.values())
    low, high = min(float(outcomes.min()), value), max(float(outcomes.max()), value)
    return Range(low, value, high, unit, basis, documents, "point" if low == high else "uniform", label)


def provenance(ranges) -> tuple[str, tuple[str, ...]]:
    """The weakest basis of several ranges, at least "derived", and their documents, each once."""
    found = list(ranges)
    documents = dict.fromkeys(document for one in found for document in one.documents)
    return weakest("derived", *(one.basis for one in found)), tuple(documents)
