"""What is forecast, firm by firm: log headcount and the log of capital spending over revenue, as matrices.

Rows are firms, columns are calendar years (the year that holds a fiscal year's midpoint). Logs, because firms
differ a thousandfold in size and a forecast of a ratio must not fall below zero. A year without a value is NaN; a
change is NaN where it crosses a gap, a break of definition or a headcount that may be a stale list.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.errors import AnalysisError, require_known
from analysis.metrics.industry import industry_tickers
from analysis.models.conventions import LEAST_FIRMS
from analysis.models.trade_panel import REPEATS
from analysis.tables.companies import HYPERSCALERS
from analysis.tables.facts import is_break

TARGETS = {
    "headcount": "headcount",
    "capital_intensity": "capital spending over revenue",
}
"""What is forecast firm by firm."""
LEAST_HISTORY = 2
"""Known changes a firm needs at the origin: fewer give no drift."""


@dataclass(frozen=True)
class Series:
    """One target for all firms: `level` (logs), `change`, `broken`, `stale` and the regressors, each firms x years.

    `capital` is log capital spending over revenue, `revenue_growth` the change of log revenue; `documents` has one
    string of document ids per firm.
    """

    target: str
    tickers: np.ndarray
    years: np.ndarray
    level: np.ndarray
    broken: np.ndarray
    stale: np.ndarray
    capital: np.ndarray
    revenue_growth: np.ndarray
    documents: np.ndarray

    @property
    def change(self) -> np.ndarray:
        """Change of the level over one year, NaN where the two years cannot be compared; the first column is NaN."""
        difference = np.full_like(self.level, np.nan)
        difference[:, 1:] = np.diff(self.level, axis=1)
        spoilt = self.broken | self.stale
        spoilt[:, 1:] |= self.stale[:, :-1]
        return np.where(spoilt, np.nan, difference)

    @property
    def big(self) -> np.ndarray:
        """1 for hyperscalers, else 0 (firms)."""
        return np.isin(self.tickers, HYPERSCALERS).astype(float)

    def until(self, origin: int) -> "Series":
        """What the columns up to and including the year `origin` hold."""
        keep = self.years <= origin
        cut = {name: getattr(self, name)[:, keep]
               for name in ("level", "broken", "stale", "capital", "revenue_growth")}
        return replace(self, years=self.years[keep], **cut)

    def usable(self) -> np.ndarray:
        """Firms (True or False) with a level in the last year that is not stale, and enough known changes."""
        changes = np.isfinite(self.change).sum(axis=1)
        return np.isfinite(self.level[:, -1]) & ~self.stale[:, -1] & (changes >= LEAST_HISTORY)

    def outcome(self, origin: int, horizon: int) -> np.ndarray:
        """What came out `horizon` years after the year `origin`, as a change of the log (firms); NaN where unknown."""
        start, end = (int(np.flatnonzero(self.years == year)[0]) for year in (origin, origin + horizon))
        spoilt = self.broken[:, start + 1:end + 1].any(axis=1) | self.stale[:, end] | self.stale[:, start]
        return np.where(spoilt, np.nan, self.level[:, end] - self.level[:, start])


def series_of(panel: pd.DataFrame, target: str, first: int = 2014, last: int | None = None) -> Series:
    """The matrices of one target for the firms of the industry; `panel`: frame of load_panel("year").

    `last` defaults to the latest year in which at least 20 firms have the target. UnknownName for a target that does
    not exist; AnalysisError when no year has 20 firms.
    Misleads: firms that report late are missing from the last year, and they are not a random selection.
    """
    require_known("target", target, TARGETS)
    rows = panel[panel["ticker"].isin(industry_tickers()) & (panel["calendar_year"] >= first)]
    rows = rows.sort_values("period_end").drop_duplicates(["ticker", "calendar_year"], keep="last")
    capital = _log(rows["capex_usd"]) - _log(rows["revenue_usd"])
    level = _log(rows["headcount_persons"]) if target == "headcount" else capital
    last = _last_year(rows, level) if last is None else last
    years, tickers = np.arange(first, last + 1), np.sort(rows["ticker"].unique())
    is_people = target == "headcount"
    doubt = rows["headcount_persons_doubt"] if is_people else pd.Series(None, index=rows.index, dtype=object)

    def matrix(values: pd.Series) -> np.ndarray:
        wide = pd.Series(values.to_numpy(float), [rows["ticker"], rows["calendar_year"]]).unstack()
        return wide.reindex(index=tickers, columns=years).to_numpy()

    revenue = matrix(_log(rows["revenue_usd"]))
    growth = np.full_like(revenue, np.nan)
    growth[:, 1:] = np.diff(revenue, axis=1)
    repeats = doubt.fillna("").str.contains(REPEATS, regex=False)
    return Series(target, tickers, years, matrix(level), matrix(is_break(doubt)) == 1, matrix(repeats) == 1,
                  matrix(capital), growth, _documents(rows, tickers, is_people))


def _last_year(rows: pd.DataFrame, level: pd.Series) -> int:
    firms = rows[level.notna()].groupby("calendar_year")["ticker"].nunique()
    if not (firms >= LEAST_FIRMS).any():
        raise AnalysisError(f"no year in which {LEAST_FIRMS} firms have the target")
    return int(firms.index[firms >= LEAST_FIRMS].max())


def _documents(rows: pd.DataFrame, tickers: np.ndarray, is_people: bool) -> np.ndarray:
    names = ["headcount_persons"] if is_people else ["capex_usd", "revenue_usd"]
    first, *others = [rows[f"{name}_documents"].fillna("") for name in names]
    joined = first.str.cat(others, sep=" ") if others else first
    by_firm = joined.groupby(rows["ticker"]).agg(lambda texts: " ".join(dict.fromkeys(" ".join(texts).split())))
    return by_firm.reindex(tickers).fillna("").to_numpy()


def _log(values: pd.Series) -> pd.Series:
    return np.log(values.where(values > 0))

