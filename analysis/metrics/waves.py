"""Waves of layoffs: months of the industry series between stated dates, summed and set beside each other.

A wave is a span of months the reader chooses; nothing here finds its edges. The sums are a tracker's counted
cuts: an event without a count adds nothing, and a round inside an earlier plan may be counted with it, so they
bound what was announced from neither side. The series covers part of its first month and part of its last.
"""

import re

import pandas as pd

from analysis.errors import AnalysisError
from analysis.metrics.rounds import described
from analysis.quantity import Quantity
from analysis.tables.cells import quantity_in
from analysis.tables.documents import citation

MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
TRACKER = "layoffs_fyi"
"""The publisher whose events the monthly series adds up."""
NOT_ANNOUNCED = {"estimate": "an outside estimate", "headcount_change": "a fall in headcount"}
"""Kinds of record that no company announced as a layoff: never added."""


def left_out(events: pd.DataFrame) -> pd.DataFrame:
    """Counted rows of the tracker that nobody announced, largest first, `described`, with `why` in words.

    Events: frame of load_layoffs; document ids must be known (UnknownName). State notices stay in the series:
    each tells of announced cuts.
    """
    kinds = events["record_kind"].isin(list(NOT_ANNOUNCED)) & events["employees_cut_persons"].notna()
    rows = events[kinds]
    rows = rows.loc[[citation(document).source_id == TRACKER for document in rows["document_id"]]]
    ordered = rows.sort_values("employees_cut_persons", ascending=False)
    return described(ordered).assign(why=ordered["record_kind"].map(NOT_ANNOUNCED)).reset_index(drop=True)


def counted_cuts(monthly: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """The monthly series of one scope without the rows of `left_out`: people and events, month by month.

    Monthly: frame of load_industry_monthly. Adds employees_cut_persons_basis ("derived") and _documents, the
    tracker's and those of the rows taken out of the month. AnalysisError when a month would fall below zero,
    because then the series cannot have held the rows. Misleads: rounds inside an earlier plan stay in.
    """
    rows = left_out(events)
    rows = rows[_in_scope(rows, monthly["scope"].iloc[0])] if len(monthly) else rows
    by_month = rows.groupby(rows["announced_date"].dt.strftime("%Y-%m"))
    people = monthly["month"].map(by_month["employees_cut_persons"].sum()).fillna(0)
    number, ids = (monthly["month"].map(part) for part in (by_month.size(), by_month["document_id"].agg(" ".join)))
    cuts = monthly["employees_cut_persons"] - people
    if (cuts < 0).any():
        raise AnalysisError(f"{monthly.loc[cuts < 0, 'month'].iloc[0]} holds fewer people than the rows to leave out")
    events_left = {name: monthly[name] - number.fillna(0) for name in ("events_count", "events_with_count_count")}
    documents = (monthly["document_id"] + " " + ids.astype(object).fillna("")).str.strip()
    return monthly.drop(columns="document_id").assign(
        employees_cut_persons=cuts, **events_left, employees_cut_persons_basis="derived",
        employees_cut_persons_documents=documents)


def _in_scope(rows: pd.DataFrame, scope: str) -> pd.Series:
    """Which events a scope of the series holds."""
    return {"all_countries": rows["event_id"].notna(), "united_states": rows["country"].eq("United States"),
            "us_listed_technology": rows["listed"].astype(bool)}[scope]


def ends(span: str) -> tuple[str, str]:
    """First and last month of a span such as "2022-01/2023-12"; AnalysisError when it is not one."""
    first, _, last = span.partition("/")
    if not all(MONTH.fullmatch(month) for month in (first, last)) or first > last:
        raise AnalysisError(f'a wave is two months in order, such as "2022-01/2023-12", not {span!r}')
    return first, last


def wave_name(span: str) -> str:
    """ "2022–23" for months of two years, "2024" for months of one."""
    first, last = (month[:4] for month in ends(span))
    return first if first == last else f"{first}–{last[2:]}"


def wave_months(monthly: pd.DataFrame, span: str) -> pd.DataFrame:
    """Months of the series within a span, as far as it goes, with `wave` and `month_number` (1, 2, ...).

    Monthly: frame of `counted_cuts`. AnalysisError when the series is empty (as in an as-of edition,
    because it is one capture) or has no month in the span.
    """
    if monthly.empty:
        raise AnalysisError('the monthly layoff series is one capture without a vintage: use as_of="latest"')
    first, last = ends(span)
    months = monthly[monthly["month"].between(first, last)].sort_values("month")
    if months.empty:
        raise AnalysisError(f"no month from {first} to {last}; the series runs from "
                            f"{monthly['month'].min()} to {monthly['month'].max()}")
    numbers = [(pd.Period(month, "M") - pd.Period(first, "M")).n + 1 for month in months["month"]]
    return months.assign(wave=wave_name(span), month_number=numbers)


def wave_row(monthly: pd.DataFrame, span: str) -> pd.Series:
    """One wave: its whole months, their sum and mean, the share of their events with a count, its peak month.

    Only the peak may be a partial month, because what is missing from it could only raise it; `last_month` is
    the last whole one. Cells read with `quantity_in`. AnalysisError when the span has no whole month.
    """
    months = wave_months(monthly, span)
    whole, peak = months[~months["partial"]], months.loc[months["employees_cut_persons"].idxmax()]
    if whole.empty:
        raise AnalysisError(f"the series covers no whole month of the wave {span}")
    row = {
        "wave": whole["wave"].iloc[0], "first_month": whole["month_start"].iloc[0],
        "last_month": whole["month_start"].iloc[-1], "whole_months_count": float(len(whole)),
        "partial_months_count": float(len(months) - len(whole)),
        "employees_cut_persons": whole["employees_cut_persons"].sum(),
        "per_month_persons": whole["employees_cut_persons"].mean(),
        "peak_month": peak["month_start"], "peak_persons": peak["employees_cut_persons"],
        "with_count_ratio": whole["events_with_count_count"].sum() / whole["events_count"].sum(),
    }
    return _sourced(pd.Series(row), months)


def waves(scopes: dict[str, pd.DataFrame], *spans: str) -> pd.DataFrame:
    """One `wave_row` per named monthly series and span of months, with the name as `scope`."""
    rows = [dict(wave_row(monthly, span)) | {"scope": scope} for scope, monthly in scopes.items() for span in spans]
    return pd.DataFrame(rows)


def rate_change(then: pd.Series, now: pd.Series) -> Quantity:
    """How much higher the mean month of one `wave_row` is than that of an earlier one, in persons."""
    return quantity_in(now, "per_month_persons") - quantity_in(then, "per_month_persons")


def agreement(one: Quantity, other: Quantity, *, same: str, differ: str) -> str:
    """`same` when two changes have one direction, else `differ`: the word that joins two comparisons."""
    signs = [(change.value > 0) - (change.value < 0) for change in (one, other)]
    return same if signs[0] == signs[1] else differ


def _sourced(row: pd.Series, months: pd.DataFrame) -> pd.Series:
    """Give every number of the row its basis and the documents of its months."""
    ids = _documents(months)
    for column in [name for name in row.index if name.endswith(("_persons", "_count", "_ratio"))]:
        row[f"{column}_basis"], row[f"{column}_documents"] = "derived", ids
    return row


def _documents(months: pd.DataFrame) -> str:
    """Every document of some months, once each."""
    return " ".join(dict.fromkeys(" ".join(months["employees_cut_persons_documents"]).split()))


def running_totals(monthly: pd.DataFrame, *spans: str) -> pd.DataFrame:
    """Counted cuts since each wave began: wave, month_number, running_persons, its basis and documents.

    Waves of unequal length compare at the same month number. A partial month is included.
    """
    parts = []
    for span in spans:
        months = wave_months(monthly, span)
        parts.append(months.assign(running_persons=months["employees_cut_persons"].cumsum(),
                                   running_persons_documents=_documents(months)))
    joined = pd.concat(parts, ignore_index=True).assign(running_persons_basis="derived")
    return joined[["wave", "month", "month_number", "running_persons", "running_persons_basis",
                   "running_persons_documents", "partial"]]


def at_month(running: pd.DataFrame, wave: str, month_number: int) -> Quantity:
    """The running total of one wave at a month number, as a Quantity; AnalysisError when it is not there."""
    rows = running[(running["wave"] == wave) & (running["month_number"] == month_number)]
    if rows.empty:
        raise AnalysisError(f"no month {month_number} of the wave {wave} in the series")
    return quantity_in(rows.iloc[0], "running_persons")


def last_shared_month(running: pd.DataFrame) -> int:
    """The latest month number that every wave has reached."""
    return int(running.groupby("wave")["month_number"].max().min())


def by_completeness(monthly: pd.DataFrame) -> pd.DataFrame:
    """The months twice, for a stack: counts of whole months and of partial ones, zero in the other series.

    `shade` names the colour of the series, `series` says what it is.
    """
    parts = []
    for shade, series, is_part in (("blue", "whole month", False), ("orange", "part month", True)):
        cuts = monthly["employees_cut_persons"].where(monthly["partial"] == is_part, 0)
        parts.append(monthly.assign(series=series, shade=shade, employees_cut_persons=cuts))
    return pd.concat(parts, ignore_index=True)
