"""An impossible input is refused with the reason and the nearest value that is possible."""

from analysis.errors import AnalysisError


def within(name: str, value: float, low: float, high: float, reason: str = "") -> float:
    """`value` when it lies between `low` and `high`, else AnalysisError naming the nearest possible value."""
    if low <= value <= high:
        return value
    nearest = low if value < low else high
    why = f": {reason}" if reason else ""
    raise AnalysisError(f"{name} is {value:g}, outside {low:g} to {high:g}{why}; nearest possible: {nearest:g}")
