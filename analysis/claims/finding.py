"""What deciding a claim gives, the comparisons that decide, and how a number is written in its sentence."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from analysis import numerals
from analysis.errors import AnalysisError
from analysis.quantity import Quantity
from analysis.tables.decision_rules import CANNOT_TELL

SUPPORTED, CONTRADICTED, MIXED = "supported", "contradicted", "mixed"
NOT_KNOWN = "not known"
TEN, MILLION = 10, 1e6


def _count(value: float) -> str:
    """A count in full below a million, in millions above."""
    return numerals.count_text(value) if value < MILLION else numerals.count_text(value / MILLION, 1) + " million"


def _times(value: float) -> str:
    return numerals.times_text(value, 0 if value.is_integer() else 1 if value >= TEN else 2)


def _years(value: float) -> str:
    text = numerals.count_text(value, 0 if value.is_integer() else 1)
    return text + (" year" if text == "1" else " years")


def _percent(value: float) -> str:
    """A share without decimals where there are none: a threshold, "all of the firms"."""
    return numerals.percent_text(value, 0 if math.isclose(value * 100, round(value * 100), abs_tol=1e-9) else 1)


def _points(value: float) -> str:
    return numerals.points_text(value, 0 if math.isclose(value * 100, round(value * 100), abs_tol=1e-9) else 1)


WRITERS: dict[str, Callable[[float], str]] = {
    "usd": numerals.usd_text, "usd_per_person": numerals.usd_text, "ratio": _percent, "count": _count,
    "persons": numerals.count_text, "times": _times, "years": _years, "points": _points,
    "gb": lambda value: numerals.count_text(value) + " GB",
    "thousand_jobs": lambda value: numerals.count_text(value) + " thousand",
}
"""How a quantity is written in the sentence of a finding, by its unit."""


@dataclass(frozen=True)
class Finding:
    """A verdict, the sentence that says why, and its numbers.

    `words` is a template whose fields are the names in `values`: quantities (with unit, basis and documents) or
    words computed elsewhere. `decides` names the value that the verdict hangs on, or the two ends of a range;
    `sources` are documents behind the words; `is_rounded` where the deciding count is estimated only because
    the company rounded it.
    """

    verdict: str
    words: str
    values: Mapping[str, Quantity | str] = field(default_factory=dict)
    decides: str = ""
    sources: tuple[str, ...] = ()
    is_rounded: bool = False

    @property
    def deciding(self) -> Quantity:
        """The number that decides, the first of two; missing and unresolved when no number does."""
        found = [self.values[name] for name in self.decides.split()]
        return found[0] if found and isinstance(found[0], Quantity) else Quantity(math.nan, "none", "unresolved")

    @property
    def deciding_text(self) -> str:
        """What decides as a reader sees it: a number, a range or a day; empty when nothing could be measured."""
        ends = list(dict.fromkeys(written(self.values[name]) for name in self.decides.split()))
        units = {end.partition(" ")[2] for end in ends}
        if len(ends) > 1 and len(units) == 1:  # "1.08 to 1.25 times": the unit is said once
            ends[0] = ends[0].partition(" ")[0]
        return " to ".join(ends)

    @property
    def text(self) -> str:
        """The sentence with its numbers written."""
        return self.words.format(**{name: written(value) for name, value in self.values.items()})

    @property
    def documents(self) -> tuple[str, ...]:
        """The documents of every number in the sentence, the deciding one's first, each once."""
        quantities = [self.deciding, *(value for value in self.values.values() if isinstance(value, Quantity))]
        return tuple(dict.fromkeys([*(document for one in quantities for document in one.documents), *self.sources]))


def written(value: Quantity | str) -> str:
    """A quantity as a reader sees it, "not known" when it is missing; a word as it is."""
    if isinstance(value, str):
        return value
    if value.is_missing:
        return NOT_KNOWN
    if value.unit not in WRITERS:
        raise AnalysisError(f"no way to write a number in {value.unit!r}; units: {', '.join(WRITERS)}")
    return WRITERS[value.unit](value.value)


def claimed(value: float, unit: str) -> Quantity:
    """A number taken from the claim itself, to stand beside the measured one."""
    return Quantity(float(value), unit, "scenario")


def at_least(value: Quantity, threshold: float) -> str:
    """Supported when a number reaches a threshold, contradicted when it does not, cannot tell when it is missing."""
    if value.is_missing:
        return CANNOT_TELL
    return SUPPORTED if value.value >= threshold else CONTRADICTED


def range_at_least(low: Quantity, high: Quantity, threshold: float) -> str:
    """The same for a range: mixed when only a part of it reaches the threshold."""
    found = {at_least(low, threshold), at_least(high, threshold)}
    if CANNOT_TELL in found:
        return CANNOT_TELL
    return found.pop() if len(found) == 1 else MIXED


def range_between(low: Quantity, high: Quantity, below: float, at_least: float) -> str:
    """For a range: supported when all of it reaches `at_least`, contradicted when all is under `below`, else mixed."""
    if below > at_least:
        raise AnalysisError(f"below ({below:g}) is above at_least ({at_least:g})")
    if low.is_missing or high.is_missing:
        return CANNOT_TELL
    return (SUPPORTED if min(low.value, high.value) >= at_least
            else CONTRADICTED if max(low.value, high.value) < below else MIXED)


def between(value: Quantity, at_most: float, at_least: float) -> str:
    """Supported from `at_least` up, contradicted from `at_most` down, mixed between the two."""
    if at_most > at_least:
        raise AnalysisError(f"at_most ({at_most:g}) is above at_least ({at_least:g})")
    if value.is_missing:
        return CANNOT_TELL
    return SUPPORTED if value.value >= at_least else CONTRADICTED if value.value <= at_most else MIXED


BOUNDS = "the claim holds from {needed} and fails from {refused} down."
"""The end of a sentence on a share decided by `between`."""


def bounds_of(at_most: float, at_least: float) -> dict[str, Quantity]:
    """The two thresholds of `between` as fields of BOUNDS."""
    return {"needed": claimed(at_least, "ratio"), "refused": claimed(at_most, "ratio")}


def agrees(value: Quantity, stated: float, within_ratio: float) -> str:
    """Supported when a number lies within a share of the stated one; the share is of the stated number."""
    if value.is_missing:
        return CANNOT_TELL
    return SUPPORTED if abs(value.value - stated) <= within_ratio * abs(stated) else CONTRADICTED


def agreed(verdicts: list[str]) -> str:
    """One word for several: theirs when they agree, cannot tell when one is missing, else mixed."""
    words = set(verdicts)
    if not words or CANNOT_TELL in words:
        return CANNOT_TELL
    return words.pop() if len(words) == 1 else MIXED
