"""Errors a reader can act on: what was wrong, and which choices are valid."""

from collections.abc import Iterable
from difflib import get_close_matches


class AnalysisError(Exception):
    """Something the caller gave or a table holds is wrong; the message says what to do."""


class UnknownName(AnalysisError):
    """A name that is not among the valid ones."""


class TableError(AnalysisError):
    """A table breaks its contract in `data/datapackage.json`."""


def nearest(name: str, valid: Iterable[str], most: int = 5) -> list[str]:
    """The valid names closest to `name`, best first; the first few in order when none is close."""
    choices = sorted({str(choice) for choice in valid})
    by_lower = {choice.lower(): choice for choice in choices}
    close = get_close_matches(str(name).lower(), list(by_lower), n=most, cutoff=0.5)
    return [by_lower[match] for match in close] or choices[:most]


def require_known(kind: str, name: str, valid: Iterable[str]) -> str:
    """Return `name` if it is valid, else raise UnknownName with the nearest choices."""
    choices = list(valid)
    if name in choices:
        return name
    near = ", ".join(nearest(name, choices))
    raise UnknownName(f"unknown {kind} {name!r}; nearest valid: {near} ({len(choices)} in all)")
