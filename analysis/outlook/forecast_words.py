"""What the forecasts tell, in words and beside what is known or said: directions by the frozen rule, rough numbers."""

import numpy as np
import pandas as pd

from analysis.outlook.forecast_layoffs import METHODS, yearly_outlook
from analysis.outlook.forecast_result import Outlook, told

FIGURES = 2
"""Significant figures of a forecast count: more would pretend."""


def rough(frame: pd.DataFrame, columns: list[str], figures: int = FIGURES) -> pd.DataFrame:
    """The frame with some columns rounded to `figures` significant figures."""
    return frame.assign(**{name: _rounded(frame[name], figures) for name in columns})


def _rounded(values: pd.Series, figures: int) -> pd.Series:
    size = 10.0 ** (np.floor(np.log10(values.abs().where(values != 0))) - figures + 1)
    return ((values / size).round() * size).where(values != 0, values)


def layoff_words(years: pd.DataFrame) -> pd.DataFrame:
    """The frame of `forecast_layoffs.yearly_outlook` with `tells`: the direction against the last whole year, by rule.

    Years that are over have none.
    """
    ends = zip(years["low_80"], years["high_80"], years["last"], strict=True)
    return years.assign(tells=[np.nan if np.isnan(low) else told(low, high, last) for low, high, last in ends])


def by_every_method(quarters: pd.DataFrame, last_year: int, since: float) -> pd.DataFrame:
    """The last year of `yearly_outlook` by every method, narrowest 80% interval (in logs) first, with method, tells."""
    tables = [yearly_outlook(quarters, method, last_year, since).tail(1).assign(method=method)
              for method in (*METHODS, "combination")]
    both = layoff_words(pd.concat(tables, ignore_index=True))
    return both.assign(width=both["high_80"] / both["low_80"]).sort_values("width", ignore_index=True)


def since_then(found: Outlook, panel: pd.DataFrame, quarters: pd.DataFrame) -> pd.DataFrame:
    """Headcounts known after the last year-end, against the first year ahead: ticker, period_end, headcount_persons
    with its documents, low_80, high_80, is_inside.

    panel, quarters: frames of load_panel("year") and ("quarter"). The year is not over: a value inside is no success.
    """
    ends = panel[panel["calendar_year"] == found.series.years[-1]].groupby("ticker")["period_end"].max()
    later = quarters[quarters["headcount_persons"].notna()
                     & (quarters["period_end"] > quarters["ticker"].map(ends))].sort_values("period_end")
    first = found.fans.loc[found.fans["horizon"] == 1, ["ticker", "low_80", "high_80"]]
    both = later.drop_duplicates("ticker", keep="last").merge(first, on="ticker")
    kept = both[["ticker", "period_end", "headcount_persons", "headcount_persons_documents", "low_80", "high_80"]]
    return kept.assign(is_inside=kept["headcount_persons"].between(kept["low_80"], kept["high_80"]))


def guided_above(found: Outlook, guided: pd.DataFrame) -> pd.DataFrame:
    """The frame of `forecast_guidance.open_guidance` with the forecast's value, low_80, high_80 and is_above: True
    where the guided ratio lies above the 80% interval."""
    both = guided.merge(found.fans[["ticker", "calendar_year", "value", "low_80", "high_80"]])
    return both.assign(is_above=both["guided_ratio"] > both["high_80"])


def vanished(found: Outlook) -> list[str]:
    """Tickers that are in the tests but have no value of the target in the last year: they report later, or no more."""
    last = np.isfinite(found.series.level[:, -1])
    tested = set(found.rows["ticker"])
    return sorted(ticker for ticker, known in zip(found.series.tickers, last, strict=True)
                  if ticker in tested and not known)
