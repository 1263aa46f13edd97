"""Waves of layoffs: months of the industry series between stated dates, summed and set beside each other.

A wave is a span of months the reader chooses; nothing here finds its edges. Every sum is a lower bound:
events without a count add nothing. The series covers part of its first month and part of its last.
"""

import re

import pandas as pd

from analysis.errors import AnalysisError
from analysis.quantity import Quantity
from analysis.tables.cells import quantity_in

MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


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

    Monthly: frame of load_industry_monthly. AnalysisError when the series is empty (as in an as-of edition,
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
    """One wave: totals, its whole months, the mean of those, its peak month and the share of events with a count.

    `employees_cut_persons` includes partial months, `per_month_persons` does not. The peak may be a partial
    month, because what is missing from it could only raise it. Cells read with `quantity_in`.
    """
    months = wave_months(monthly, span)
    whole, peak = months[~months["partial"]], months.loc[months["employees_cut_persons"].idxmax()]
    row = {
        "wave": months["wave"].iloc[0], "first_month": months["month_start"].iloc[0],
        "last_month": months["month_start"].iloc[-1], "whole_months_count": float(len(whole)),
        "partial_months_count": float(len(months) - len(whole)),
        "employees_cut_persons": months["employees_cut_persons"].sum(),
        "per_month_persons": whole["employees_cut_persons"].mean(),
        "peak_month": peak["month_start"], "peak_persons": peak["employees_cut_persons"],
        "with_count_ratio": months["events_with_count_count"].sum() / months["events_count"].sum(),
    }
    return _sourced(pd.Series(row), months)


def waves(scopes: dict[str, pd.DataFrame], *spans: str) -> pd.DataFrame:
    """One `wave_row` per named monthly series and span of months, with the name as `scope`."""
    rows = [dict(wave_row(monthly, span)) | {"scope": scope} for scope, monthly in scopes.items() for span in spans]
    return pd.DataFrame(rows)


def rate_without(wave: pd.Series, cut: Quantity) -> Quantity:
    """The wave's mean month had one round of its whole months not been counted.

    Wave: a `wave_row`. Misleads: it assumes that the publisher's series holds the round with this very count.
    """
    share = Quantity(1 / wave["whole_months_count"], "ratio", "derived")
    return quantity_in(wave, "per_month_persons") - cut * share


def _sourced(row: pd.Series, months: pd.DataFrame) -> pd.Series:
    """Give every number of the row its basis and the documents of its months."""
    ids = " ".join(dict.fromkeys(months["document_id"]))
    for column in [name for name in row.index if name.endswith(("_persons", "_count", "_ratio"))]:
        row[f"{column}_basis"], row[f"{column}_documents"] = "derived", ids
    return row


def running_totals(monthly: pd.DataFrame, *spans: str) -> pd.DataFrame:
    """Cuts announced since each wave began: wave, month_number, running_persons, its basis and documents.

    Waves of unequal length compare at the same month number. A partial month is included.
    """
    parts = []
    for span in spans:
        months = wave_months(monthly, span)
        parts.append(months.assign(running_persons=months["employees_cut_persons"].cumsum()))
    joined = pd.concat(parts, ignore_index=True).assign(running_persons_basis="derived")
    joined["running_persons_documents"] = joined["document_id"]
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
