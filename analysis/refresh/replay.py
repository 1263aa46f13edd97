"""Rebuild offline: the kept contents of each address are taken in again, in the order in which they came.

A series is revised, and a row says on which day its value was retrieved, so the newest content alone would not give
the same tables.
"""

from analysis.sources.raw_store import notes, raw_path

Notes = dict[str, dict[str, str]]


def past_contents() -> list[Notes]:
    """What each address gave before its newest content, one step per content, oldest first; empty when nothing is kept.

    A step holds sha256 and retrieved_date by address. Contents that were pruned are left out.
    """
    kept = {url: [one for one in note.get("earlier", []) if raw_path(one["sha256"]).exists()]
            for url, note in notes().items()}
    steps = max(map(len, kept.values()), default=0)
    return [{url: past[step] for url, past in kept.items() if step < len(past)} for step in range(steps)]
