"""Read a published time series: FRED's two-column CSV, or the country file of Indeed's postings index.

Everything stays text here; what is a number and what is a date is judged where the rows are shaped.
"""

import pandas as pd

from analysis.errors import DataRefused
from analysis.sources.csv_bytes import read_csv_bytes, shown

FRED_DATES = ("observation_date", "DATE", "date")
"""Names FRED's files give, or gave, the column of dates."""
INDEED_ROWS = {"jobcountry": "US", "variable": "total postings"}
"""The rows of Indeed's country file that are read: all postings, not only those of the last seven days."""


def read_fred(content: bytes, series: str) -> pd.DataFrame:
    """A FRED file as text: date and value, one row per line. The value column is the series or `value`.

    DataRefused when the bytes are no such file, or the file is another series'.
    """
    frame = read_csv_bytes(content, "a series")
    names = list(frame.columns)
    if len(names) != 2 or names[0] not in FRED_DATES or names[1] not in (series, "value"):
        raise DataRefused(f"expected the columns observation_date and {series}, got {shown(names)}")
    return frame.set_axis(["date", "value"], axis=1)


def read_indeed(content: bytes, column: str) -> pd.DataFrame:
    """Indeed's index of US postings as text: date and value; `column` is the seasonally adjusted one or the raw one.

    DataRefused when the bytes are no such file, or it has no row of all US postings.
    """
    frame = read_csv_bytes(content, "a series")
    missing = [name for name in ("date", *INDEED_ROWS, column) if name not in frame.columns]
    if missing:
        raise DataRefused(f"no column {', '.join(missing)}; got {shown(list(frame.columns))}")
    mine = (frame[list(INDEED_ROWS)] == pd.Series(INDEED_ROWS)).all(axis=1)
    if not mine.any():
        raise DataRefused("no row of all postings in the US")
    return frame.loc[mine, ["date", column]].set_axis(["date", "value"], axis=1).reset_index(drop=True)
