"""Labour-market context: published series and monthly layoff totals."""

import pandas as pd

from analysis.errors import require_known
from analysis.periods import LATEST, parse_as_of
from analysis.tables.read import read_table

SERIES_KEY = ["series", "date"]


def load_labour(series: list[str] | None = None, as_of: str = LATEST) -> pd.DataFrame:
    """Published labour series in long form, one row per series and date, as last retrieved.

    Columns as in the table labour_series. `as_of` a date keeps what was retrieved by that day; values of unknown
    vintage (captured before retrieval days were kept) stay out. UnknownName for a series that does not exist.
    Misleads: Challenger counts announced US cuts, BLS counts jobs and discharges, Indeed counts postings;
    they are never added.
    """
    labour = read_table("labour_series")
    for name in series or []:
        require_known("series", name, set(labour["series"]))
    if series is not None:
        labour = labour[labour["series"].isin(series)]
    day = parse_as_of(as_of)
    if day is not None:
        labour = labour[labour["retrieved_date"] <= pd.Timestamp(day)]
    return newest_reading(labour)


def newest_reading(labour: pd.DataFrame) -> pd.DataFrame:
    """Of several readings of one series and date the last retrieved; those of unknown vintage come before all."""
    number = labour["reading_id"].str.rsplit(".", n=1).str[-1].astype(int)
    order = labour.assign(number=number).sort_values(
        [*SERIES_KEY, "retrieved_date", "number"], kind="stable", na_position="first")
    return order.drop_duplicates(SERIES_KEY, keep="last").drop(columns="number").reset_index(drop=True)


def labour_vintage_unknown(series: list[str] | None = None) -> int:
    """How many values have no retrieval day on file: they serve the current edition only."""
    return int(load_labour(series)["retrieved_date"].isna().sum())


def load_industry_monthly(scope: str = "all_countries", as_of: str = LATEST) -> pd.DataFrame:
    """Sums of announced layoffs by month for one scope, with `partial` months marked and `month_start`.

    Scopes: all_countries, united_states, us_listed_technology. One capture: an as-of edition gets an
    empty frame. Misleads: events without a count add nothing, a round inside an earlier plan may count
    twice, and the tracker also holds outside estimates and falls in headcount (see metrics/waves.py).
    """
    monthly = read_table("industry_monthly")
    require_known("scope", scope, set(monthly["scope"]))
    monthly = monthly[monthly["scope"] == scope]
    monthly = monthly.assign(month_start=pd.to_datetime(monthly["month"] + "-01", format="%Y-%m-%d"))
    return _current_only(monthly, as_of)


def _current_only(frame: pd.DataFrame, as_of: str) -> pd.DataFrame:
    keep = frame if parse_as_of(as_of) is None else frame.iloc[0:0]
    return keep.reset_index(drop=True)
