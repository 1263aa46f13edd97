"""Numbers as a reader sees them: a text and the quantity it stands for.

Each function takes a Quantity and returns a Shown for `say`. A missing quantity or one of
the wrong unit raises AnalysisError; use `if_disclosed` where a firm may be silent.
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass, replace

from analysis import numerals
from analysis.errors import AnalysisError
from analysis.publish.words import number_word
from analysis.quantity import Quantity


@dataclass(frozen=True)
class Shown:
    """A written number: text, its quantity (None for years and dates), the key in the numbers table.

    `high` is the upper end of a range, whose lower end is `quantity`.
    """

    text: str
    quantity: Quantity | None = None
    key: str | None = None
    high: Quantity | None = None

    def named(self, name: str) -> dict[str, Quantity]:
        """The quantities by key; a range gives `<key>_low` and `<key>_high`."""
        key = self.key or name
        if self.quantity is None:
            return {}
        if self.high is None:
            return {key: self.quantity}
        return {f"{key}_low": self.quantity, f"{key}_high": self.high}


def _value(quantity: Quantity, unit: str) -> float:
    """The value of a quantity whose unit starts with `unit`."""
    if not isinstance(quantity, Quantity):
        raise AnalysisError(f"expected a Quantity with unit, basis and documents, not {quantity!r}")
    if not quantity.unit.startswith(unit):
        raise AnalysisError(f"expected a quantity in {unit}, not in {quantity.unit}")
    return numerals.finite(quantity.value)


def usd(quantity: Quantity, digits: int | None = None, key: str | None = None) -> Shown:
    """Dollars, or dollars per something: $72.2bn, $350m, $45,300, −$1.2bn."""
    return Shown(numerals.usd_text(_value(quantity, "usd"), digits), quantity, key)


def usd_range(low: Quantity, high: Quantity, digits: int | None = None, key: str | None = None) -> Shown:
    """Two ends of a range: $125bn–$145bn; AnalysisError when low is above high."""
    first, last = _value(low, "usd"), _value(high, "usd")
    if first > last:
        raise AnalysisError(f"the low end {first:,.0f} is above the high end {last:,.0f}")
    ends = [numerals.usd_text(end, digits) for end in (first, last)]
    return Shown("–".join(ends), low, key, high)


def percent(quantity: Quantity, digits: int = 1, key: str | None = None) -> Shown:
    """A ratio as a share: 0.359 -> 35.9%. For a change of a ratio use `points`."""
    return Shown(numerals.percent_text(_value(quantity, "ratio"), digits), quantity, key)


def points(quantity: Quantity, digits: int = 1, words: bool = True, key: str | None = None) -> Shown:
    """A difference of two ratios: +4.1 percentage points, or +4.1 pp without `words`."""
    return Shown(numerals.points_text(_value(quantity, "ratio"), digits, words), quantity, key)


def times(quantity: Quantity, digits: int = 1, key: str | None = None) -> Shown:
    """A ratio as a multiple: 2.4 times."""
    return Shown(numerals.times_text(_value(quantity, "ratio"), digits), quantity, key)


def persons(quantity: Quantity, key: str | None = None) -> Shown:
    """A number of persons: 78,865."""
    return Shown(numerals.count_text(_value(quantity, "person")), quantity, key)


def count(quantity: Quantity, digits: int = 0, key: str | None = None) -> Shown:
    """A number of anything that is neither dollars nor a ratio: firms, events, years."""
    if isinstance(quantity, Quantity) and quantity.unit.startswith(("usd", "ratio")):
        raise AnalysisError(f"a quantity in {quantity.unit} is not a count; use usd, percent or times")
    return Shown(numerals.count_text(_value(quantity, ""), digits), quantity, key)


def out_of(quantity: Quantity, total: int, key: str | None = None) -> Shown:
    """So many of a group: "all five", "none of the five", "three of the five"."""
    number, group = int(_value(quantity, "")), number_word(total)
    if not 0 <= number <= total:
        raise AnalysisError(f"{number} of {total} cannot be")
    words = {total: f"all {group}", 0: f"none of the {group}"}
    return Shown(words.get(number, f"{number_word(number)} of the {group}"), quantity, key)


def date(value: str | datetime.date) -> Shown:
    """A day, from ISO text or a date: 29 April 2026."""
    return Shown(numerals.date_text(value))


def month(value: str | datetime.date) -> Shown:
    """A month, from ISO text or a date: April 2026."""
    return Shown(numerals.month_text(value))


def year(value: int) -> Shown:
    """A calendar or fiscal year, written without a comma: 2025."""
    if int(value) != value or not 1900 <= value <= 2100:
        raise AnalysisError(f"{value!r} is not a year")
    return Shown(str(int(value)))


def signed(shown: Shown) -> Shown:
    """The same number with a plus sign when it is above zero: signed(usd(change)) -> +$1.2bn."""
    return replace(shown, text=numerals.plus(shown.text))


def unsigned(shown: Shown) -> Shown:
    """The same number without its sign, for "fell by {amount}"; the signed value is recorded."""
    return replace(shown, text=shown.text.lstrip(numerals.MINUS + "+"))


def if_disclosed(quantity: Quantity, show: Callable[[Quantity], Shown] = usd,
                 otherwise: str = "not disclosed") -> Shown | str:
    """The number when there is one, else the words: the only way a gap enters a sentence."""
    return otherwise if quantity.is_missing else show(quantity)
