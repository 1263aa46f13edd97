"""A progress bar where somebody watches: on a terminal, never in a notebook or a log."""

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

Item = TypeVar("Item")


def tracked(items: Iterable[Item], total: int, words: str) -> Iterator[Item]:
    """The items one by one, `total` of them, with a bar on the terminal's error stream while they last."""
    if not sys.stderr.isatty():
        yield from items
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(items, total=total, description=words, console=Console(stderr=True), transient=True)
