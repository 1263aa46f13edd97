"""A number that remembers its unit, its basis and the documents it comes from."""

import math
from dataclasses import dataclass

BASES = ("reported", "derived", "estimated", "scenario", "unresolved")
"""From firm to open. A result is at best as good as its weakest input."""


def weakest(*bases: str) -> str:
    """The weakest of the bases given, in the order of BASES."""
    return max(bases, key=BASES.index)


@dataclass(frozen=True)
class Quantity:
    """One number with its unit ("usd", "persons", "ratio", ...), basis and document ids.

    Arithmetic keeps the books: the basis becomes the weakest of the inputs and at least
    "derived", the documents are joined, units must agree for + and -.
    A missing number is NaN with basis "unresolved"; it stays missing through arithmetic.
    """

    value: float
    unit: str
    basis: str = "reported"
    documents: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.basis not in BASES:
            raise ValueError(f"unknown basis {self.basis!r}; valid: {', '.join(BASES)}")
        if math.isnan(self.value):
            object.__setattr__(self, "basis", "unresolved")

    @property
    def is_missing(self) -> bool:
        return math.isnan(self.value)

    def _combine(self, other: "Quantity", value: float, unit: str) -> "Quantity":
        documents = tuple(dict.fromkeys(self.documents + other.documents))
        return Quantity(value, unit, weakest("derived", self.basis, other.basis), documents)

    def _same_unit(self, other: "Quantity") -> None:
        if self.unit != other.unit:
            raise ValueError(f"units differ: {self.unit} and {other.unit}")

    def __add__(self, other: "Quantity") -> "Quantity":
        self._same_unit(other)
        return self._combine(other, self.value + other.value, self.unit)

    def __sub__(self, other: "Quantity") -> "Quantity":
        self._same_unit(other)
        return self._combine(other, self.value - other.value, self.unit)

    def __mul__(self, other: "Quantity") -> "Quantity":
        units = [unit for unit in (self.unit, other.unit) if unit != "ratio"]
        return self._combine(other, self.value * other.value, "_".join(units) or "ratio")

    def __truediv__(self, other: "Quantity") -> "Quantity":
        value = self.value / other.value if other.value else math.nan
        unit = "ratio" if self.unit == other.unit else f"{self.unit}_per_{other.unit.removesuffix('s')}"
        return self._combine(other, value, unit)


def total(quantities: list[Quantity]) -> Quantity:
    """The sum of several quantities of one unit; ValueError when the list is empty."""
    if not quantities:
        raise ValueError("no quantities to add")
    result = quantities[0]
    for quantity in quantities[1:]:
        result = result + quantity
    return result
