"""Errors a reader can act on: what was wrong, and which choices are valid."""

from collections.abc import Iterable
from difflib import get_close_matches


class AnalysisError(Exception):
    """Something the caller gave or a table holds is wrong; the message says what to do."""


class UnknownName(AnalysisError):
    """A name that is not among the valid ones."""


class TableError(AnalysisError):
    """A table breaks its contract in `data/datapackage.json`."""


class SourceUnavailable(AnalysisError):
    """A publisher did not answer, or answered that it cannot; trying again later may help."""


class NotThere(SourceUnavailable):
    """The publisher answers, but has nothing at this address."""


class DataRefused(AnalysisError):
    """What came from outside is not what it should be; nothing of it was taken in."""


class LockHeld(AnalysisError):
    """Another run is at work; the message says which."""


class AskFirst(DataRefused):
    """New data would change the past more than a correction does; a person must say that it is right."""


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
