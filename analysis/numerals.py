"""How a number is written: the one place where figures, tables and sentences agree on it.

Every function takes a plain number and returns text. A missing or infinite number raises:
it has no writing, and the caller must say what is missing.
"""

import datetime
import math

from analysis.errors import AnalysisError

MINUS = "\u2212"
SIGNIFICANT_FIGURES = 3
CENTS_BELOW, TINY = 100, 1e-4
"""Dollar amounts written with cents; below the second is the noise of arithmetic."""
SCALES = ((1e12, "tn"), (1e9, "bn"), (1e6, "m"))
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
          "October", "November", "December")


def finite(value: float) -> float:
    """`value` as a float; AnalysisError when it is None, NaN, infinite or not a number."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise AnalysisError(f"{value!r} is not a number") from None
    if not math.isfinite(number):
        raise AnalysisError(f"the value is {number}: say what is missing instead of showing it")
    return number


def fixed(value: float, digits: int) -> str:
    """Thousands separated by commas, a true minus, no negative zero: -1234.5 -> "−1,234.5"."""
    text = f"{abs(finite(value)):,.{digits}f}"
    is_zero = not any(character in "123456789" for character in text)
    return text if value >= 0 or is_zero else MINUS + text


def usd_text(value: float, digits: int | None = None) -> str:
    """Dollars: 72.2e9 -> "$72.2bn", 45300 -> "$45,300", 6.37 -> "$6.37", 0.1097 -> "$0.11", -1.2e9 -> "−$1.2bn".

    Three significant figures above a million, whole dollars below, cents under $100 and two significant
    figures under $1; `digits` fixes the decimals instead. Two sums that differ beyond the third figure read
    alike: pass `digits` to part them.
    """
    size = abs(finite(value))
    text = next((scaled for scaled in (_scaled(size, *scale, digits) for scale in SCALES) if scaled),
                fixed(size, _small_decimals(size) if digits is None else digits))
    is_negative = value < 0 and any(character in "123456789" for character in text)
    return f"{MINUS if is_negative else ''}${text}"


def _scaled(size: float, unit: float, suffix: str, digits: int | None) -> str | None:
    """The text at one scale, or None when the rounded amount stays below it."""
    decimals = _decimals(size / unit) if digits is None else digits
    # round first, so that 999.9996 million is written $1bn and never $1,000m
    if round(size / unit, decimals) < 1:
        return None
    text = fixed(size / unit, decimals)
    if digits is None and "." in text:
        text = text.rstrip("0").rstrip(".")
    return text + suffix


def _small_decimals(amount: float) -> int:
    """Cents matter under $100 only: prices by the hour and by the million tokens."""
    if amount >= CENTS_BELOW or amount < TINY or amount == round(amount):
        return 0
    return 2 if amount >= 1 else 1 - math.floor(math.log10(amount))


def _decimals(amount: float) -> int:
    whole_digits = math.floor(math.log10(amount)) + 1 if amount >= 1 else 1
    return max(0, SIGNIFICANT_FIGURES - whole_digits)


def percent_text(value: float, digits: int = 1) -> str:
    """A ratio as a share: 0.359 -> "35.9%"."""
    return fixed(finite(value) * 100, digits) + "%"


def points_text(value: float, digits: int = 1, words: bool = True) -> str:
    """A difference of two ratios, always signed: 0.041 -> "+4.1 percentage points"."""
    text = fixed(finite(value) * 100, digits)
    if not words:
        return plus(text) + " pp"
    is_one = text.lstrip(MINUS) == fixed(1, digits)
    return plus(text) + (" percentage point" if is_one else " percentage points")


def plus(text: str) -> str:
    """A written number with its sign: "4.1" -> "+4.1"; zero and negatives stay as they are."""
    is_zero = not any(character in "123456789" for character in text)
    return text if is_zero or text.startswith((MINUS, "+")) else "+" + text


def count_text(value: float, digits: int = 0) -> str:
    """A count of persons, firms or rows: 78865 -> "78,865"."""
    return fixed(value, digits)


def times_text(value: float, digits: int = 1) -> str:
    """A multiple: 2.41 -> "2.4 times"."""
    return fixed(value, digits) + (" time" if fixed(value, digits) == "1" else " times")


def as_date(value: str | datetime.date) -> datetime.date:
    """An ISO text, date or timestamp as a date; AnalysisError when it is none of these."""
    if isinstance(value, datetime.datetime):
        value = value.isoformat()
    if isinstance(value, datetime.date):
        return value
    try:
        return datetime.date.fromisoformat(str(value)[:10])
    except ValueError:
        raise AnalysisError(f"{value!r} is not a date; write it as YYYY-MM-DD") from None


def date_text(value: str | datetime.date) -> str:
    """A day: "2026-04-29" -> "29 April 2026"."""
    day = as_date(value)
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def month_text(value: str | datetime.date) -> str:
    """A month: "2026-04-29" -> "April 2026"."""
    day = as_date(value)
    return f"{MONTHS[day.month - 1]} {day.year}"
