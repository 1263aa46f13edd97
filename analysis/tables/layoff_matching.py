"""Is a layoff in a tracker's table one that is on file, an amendment of it, or a new one?

Only what is clear goes in. A row near a known event that does not agree with it waits for a person: a later count
of one layoff and a second layoff look alike from here.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

import pandas as pd

from analysis.tables.company_names import spelling
from analysis.tables.read import read_table

KNOWN, REVIEW, NEW = "known", "review", "new"
AGREES, SILENT, DIFFERS = "agrees", "gives no count", "differs"


class Event(NamedTuple):
    """What matching looks at. `days` are the first and last day of each date the event has."""

    event_id: str
    ticker: str
    name: str
    unit: str
    days: tuple[tuple[pd.Timestamp, pd.Timestamp], ...]
    persons: float
    share: float
    kind: str


@dataclass
class Found:
    """What was found out about one row: outcome (known, review or new), why, and the events it was held against.

    `inside` is the larger announcement a new, small count may be part of.
    """

    outcome: str
    why: str
    near: list[Event] = field(default_factory=list)
    inside: Event | None = None


def matching_rules() -> dict[str, float]:
    """The tolerances by name, from the table layoff_matching."""
    rules = read_table("layoff_matching")
    return dict(zip(rules["rule"], rules["value"], strict=True))


def as_events(frame: pd.DataFrame) -> list[Event]:
    """The rows of layoff_events (or a file's, with ticker) in the form that matching looks at."""
    return [Event(row.event_id, row.ticker if isinstance(row.ticker, str) else "", spelling(row.company),
                  spelling(row.company) if isinstance(row.unit_of, str) else "", _days(row),
                  row.employees_cut_persons, row.share_ratio, row.record_kind) for row in frame.itertuples(index=False)]


def match(rows: list[Event], known: list[Event], rules: dict[str, float], settled: pd.Timestamp) -> list[Found]:
    """What each row is, in the order of the rows; each known event stands for one row of the file only.

    A row before `settled`, the day up to which the table was made by hand, is never new by itself.
    """
    claimed: dict[str, Event] = {}
    known = list(known)
    found: dict[int, Found] = {}
    order = sorted(range(len(rows)), key=lambda place: (rows[place].days[0], rows[place].event_id))
    for place in order:  # the same day and count first, so that no neighbour takes its event
        exact = [one for one in _near(rows[place], known, 0) if _relation(rows[place], one, rules) == AGREES]
        free = [one for one in exact if one.event_id not in claimed]
        if exact:
            claimed.setdefault(free[0].event_id if free else exact[0].event_id, rows[place])
            found[place] = Found(KNOWN, "on file", exact[:1])
    for place in order:
        if place not in found:
            found[place] = _judge(rows[place], known, claimed, rules, settled)
            if found[place].outcome == NEW:
                known.append(rows[place])
                claimed[rows[place].event_id] = rows[place]
    return [found[place] for place in range(len(rows))]


def _judge(row: Event, known: list[Event], claimed: dict[str, Event], rules: dict[str, float],
           settled: pd.Timestamp) -> Found:
    near = _near(row, known, rules["window_days"])
    relation = {one.event_id: _relation(row, one, rules) for one in near}
    agreeing = [one for one in near if relation[one.event_id] == AGREES]
    free = [one for one in agreeing if one.event_id not in claimed]
    if free:
        claimed[free[0].event_id] = row
        return Found(KNOWN, "on file under another day", free[:1])
    if agreeing and _gap(row, agreeing[0]) == 0:
        return Found(KNOWN, "on file", agreeing[:1])
    if agreeing:
        return Found(REVIEW, "its count is that of an event which another row of the file already is", agreeing)
    near = [one for one in near if one.kind != "state_notice"]  # one state's part of a layoff, which adds nothing up
    if near:
        return _unclear(row, near, relation)
    if row.days[0][0] < settled:
        return Found(REVIEW, "older than the tracker's last events on file: left out when the table was made, or late")
    return Found(NEW, "no event near it", inside=_larger(row, known, rules))


def _unclear(row: Event, near: list[Event], relation: dict[str, str]) -> Found:
    """A row near events of which none agrees with it: nothing new where it only says less, else a person decides."""
    same_day = [one for one in near if _gap(row, one) == 0]
    silent = [one for one in (same_day or near) if relation[one.event_id] == SILENT and one.unit == row.unit]
    if len(silent) == 1 and (same_day or len(near) == 1) and pd.isna(row.persons):
        return Found(KNOWN, "on file; the row gives no count", silent)
    if len(near) > 1:
        return Found(REVIEW, f"{len(near)} events near it, none with its count", near)
    if relation[near[0].event_id] == SILENT:
        return Found(REVIEW, "an amendment with a count, or a second layoff", near)
    return Found(REVIEW, "an amendment with another count, or a second layoff", near)


def _near(row: Event, known: Iterable[Event], window_days: float) -> list[Event]:
    """The known events of the same company within the window, nearest first; other units of it are others."""
    mine = [one for one in known if (one.ticker == row.ticker or one.name == row.name)
            and not (one.unit and row.unit and one.unit != row.unit) and _gap(row, one) <= window_days]
    return sorted(mine, key=lambda one: (_gap(row, one), one.event_id))


def _gap(row: Event, one: Event) -> int:
    """Days between the row's day and the nearest date of an event; none within a month that stands for a day."""
    day = row.days[0][0]
    return min(max((first - day).days, (day - last).days, 0) for first, last in one.days)


def _relation(row: Event, one: Event, rules: dict[str, float]) -> str:
    """Whether counts agree within the tolerance, or shares where no count is known; a count not on file is news."""
    if pd.notna(row.persons) and pd.isna(one.persons):
        return SILENT
    for mine, theirs in ((row.persons, one.persons), (row.share, one.share)):
        if pd.notna(mine) and pd.notna(theirs):
            return AGREES if abs(mine - theirs) <= rules["count_tolerance_ratio"] * max(mine, theirs) else DIFFERS
    nothing_said = all(pd.isna(value) for value in (row.persons, one.persons, row.share, one.share))
    return AGREES if nothing_said and _gap(row, one) == 0 else SILENT


def _larger(row: Event, known: list[Event], rules: dict[str, float]) -> Event | None:
    """The last larger announcement before a small count: the plan it may be part of."""
    before = [one for one in known if one.ticker == row.ticker and one.unit == row.unit and one.kind == "announcement"
              and row.persons <= rules["inside_ratio"] * one.persons
              and 0 <= (row.days[0][0] - one.days[0][0]).days <= rules["inside_window_days"]]
    return max(before, key=lambda one: one.days[0][0], default=None)


def _days(row) -> tuple[tuple[pd.Timestamp, pd.Timestamp], ...]:
    first = row.announced_date
    last = first + pd.offsets.MonthEnd(0) if row.date_precision == "month" else first
    further = [day for day in (row.confirmed_date, row.carried_out_date) if pd.notna(day)]
    return ((first, last), *((day, day) for day in further))
