"""From a published series to rows of the table labour_series: which values are new, which cannot be taken.

A revised value is one more reading with the day it was retrieved; nothing on file is changed.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.tables.descriptor import read_text
from analysis.tables.labour import newest_reading

MISSING = ("", ".")
"""How the publishers write a value that does not exist."""


@dataclass(frozen=True)
class SeriesValues:
    """A series as retrieved: `values` (date, value) in order of the date, and `set_aside` (date, value, reason)."""

    values: pd.DataFrame
    set_aside: pd.DataFrame


def series_values(text: pd.DataFrame, retrieved: str) -> SeriesValues:
    """The values on the first day of a month (of a daily series too), from text columns date and value.

    Set aside: what is no date or no number, a date after the day of retrieval, a value below zero, and a date that
    stands twice with two values. A missing value is no row.
    """
    text = text.apply(lambda column: column.str.strip()).drop_duplicates()
    text = text[~text["value"].isin(MISSING)]
    date = pd.to_datetime(text["date"], format="%Y-%m-%d", errors="coerce")
    value = pd.to_numeric(text["value"], errors="coerce").astype("float64").replace([np.inf, -np.inf], np.nan)
    reason = pd.Series(pd.NA, index=text.index, dtype="string")
    reason = reason.mask(value < 0, "a value below zero").mask(value.isna(), "not a number")
    reason = reason.mask(date.duplicated(keep=False), "the date stands twice, with different values")
    reason = reason.mask(date > pd.Timestamp(retrieved), "a date in the future").mask(date.isna(), "not a date")
    good = reason.isna() & (date.dt.day == 1)
    values = pd.DataFrame({"date": date, "value": value})[good].sort_values("date", ignore_index=True)
    return SeriesValues(values, text.assign(reason=reason)[reason.notna()])


def new_values(values: pd.DataFrame, feed: pd.Series, retrieved: str, document_id: str) -> pd.DataFrame:
    """The rows to append to labour_series, as text in its columns; empty when every value is on file.

    A value is new when the newest reading of its day retrieved by then holds another value or another mark of being
    preliminary, and no reading retrieved on the same day holds it.
    Only days from the first one on file: the table keeps the span it was made for. Feed: a row of labour_feeds.
    """
    have = read_text("labour_series")
    have = have[have["series"] == feed["series"]]
    values = values[values["date"] >= have["date"].min()] if len(have) else values
    rows = values.assign(series=feed["series"], unit=feed["unit"], basis="reported", document_id=document_id,
                         retrieved_date=retrieved, doubt=pd.NA)
    rows["preliminary"] = np.where(rows["date"].rank(ascending=False) <= feed["preliminary_months"], "true", "false")
    rows["date"] = rows["date"].dt.strftime("%Y-%m-%d")
    numbers = have.groupby("date").size()
    rows["reading_id"] = [f"{feed['series']}.{day}.{numbers.get(day, 0) + 1}" for day in rows["date"]]
    rows["value"] = rows["value"].map("{:.10g}".format)
    then = have[have["retrieved_date"] <= retrieved].assign(value=lambda frame: pd.to_numeric(frame["value"]))
    then["value"] = then["value"].map("{:.10g}".format)
    known = pd.concat([newest_reading(then), then[then["retrieved_date"] == retrieved]])
    reading = ["date", "value", "preliminary"]
    same = pd.MultiIndex.from_frame(rows[reading]).isin(pd.MultiIndex.from_frame(known[reading].astype("str")))
    return rows.loc[~same, list(have.columns)].astype("string")
