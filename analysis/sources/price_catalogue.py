"""Read one cloud's file of SkyPilot's public price catalogue: the instances with accelerators, everything as text.

The files differ by cloud in their further columns. None holds a date; which rows are taken is decided in `tables`.
"""

import pandas as pd

from analysis.errors import DataRefused
from analysis.sources.csv_bytes import read_csv_bytes, shown

COLUMNS = {"InstanceType": "instance", "AcceleratorName": "accelerator", "AcceleratorCount": "count",
           "Price": "on_demand", "SpotPrice": "spot", "Region": "region"}
"""Columns every file has, and what they are called here: a price in dollars an hour for the whole instance."""
ZONE = "AvailabilityZone"
"""A column of the clouds that price by zone."""


def read_catalogue(content: bytes) -> pd.DataFrame:
    """The rows with an accelerator: instance, accelerator, count, on_demand, spot, region, zone, is_cut.

    `zone` is "" where the cloud has none; a price is "" where there is none. `is_cut` marks the last row of a file
    that does not end with its line. DataRefused when the bytes are no such file, or no row has an accelerator.
    """
    frame = read_csv_bytes(content, "prices")
    missing = [name for name in COLUMNS if name not in frame.columns]
    if missing:
        raise DataRefused(f"no column {', '.join(missing)}; got {shown(list(frame.columns))}")
    is_cut = (frame.index == len(frame) - 1) & (not content.endswith(b"\n"))
    rows = frame[list(COLUMNS)].rename(columns=COLUMNS).assign(zone=frame.get(ZONE, ""))
    rows = rows.apply(lambda column: column.str.strip()).assign(is_cut=is_cut)
    rows = rows[rows["accelerator"] != ""].drop_duplicates(ignore_index=True)
    if rows.empty:
        raise DataRefused(f"no row with an accelerator among {len(frame):,} rows")
    return rows
