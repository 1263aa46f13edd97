"""Labour-market context: published series and monthly layoff totals."""

import pandas as pd

from analysis.errors import require_known
from analysis.periods import LATEST, parse_as_of
from analysis.tables.read import read_table


def load_labour(series: list[str] | None = None, as_of: str = LATEST) -> pd.DataFrame:
    """Published labour series in long form: series, date, value, unit, basis, preliminary, document_id, doubt.

    Each series is one capture, so its vintage is unknown: an as-of edition gets an empty frame.
    UnknownName for a series that does not exist.
    Misleads: Challenger counts announced US cuts, BLS counts jobs and discharges, Indeed counts postings;
    they are never added.
    """
    labour = read_table("labour_series")
    for name in series or []:
        require_known("series", name, set(labour["series"]))
    if series is not None:
        labour = labour[labour["series"].isin(series)]
    return _current_only(labour, as_of)


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
