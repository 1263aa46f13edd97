"""When a refresh stops and asks a person: too much that is gone, or a number too far from the one before it."""

import pandas as pd

from analysis.errors import AskFirst

MOST_LOST = 0.02
"""Share of what the file before held that may be absent from a newer one before a person is asked."""
MOST_TIMES = 10
"""A number on file may change by at most this factor before a person is asked."""


def ask_if_lost(known: set, given: set, what: str, example: str = "") -> None:
    """AskFirst when more than MOST_LOST of what the file before held (`known`) is not in the new one (`given`)."""
    lost = len(known - given)
    if lost > MOST_LOST * len(known):
        raise AskFirst(f"the new file lacks {lost} of the {len(known)} {what} of the file before it{example}; "
                       "look at it, then run again with --accept")


def is_far(value: pd.Series, before: pd.Series) -> pd.Series:
    """Where a number is more than MOST_TIMES larger or smaller than the one before it; never where that is zero."""
    times = (value / before.where(before != 0)).abs()
    return (times > MOST_TIMES) | (times < 1 / MOST_TIMES)
