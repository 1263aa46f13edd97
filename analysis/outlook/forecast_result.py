"""The outlook of one target: what the back-test lets be shown, and the fan of each firm to the last horizon."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import require_known
from analysis.outlook.backtest import rolling
from analysis.outlook.backtest_conformal import intervals
from analysis.outlook.backtest_scores import DRAWS, LEVELS, league
from analysis.outlook.forecast_benchmarks import steps
from analysis.outlook.forecast_candidates import forecasts
from analysis.outlook.forecast_series import Series, series_of
from analysis.quantity import Quantity
from analysis.tables.decision_rules import verdict

MEDIAN_FIRM = "Median firm"
TELLS = {1: "rises", -1: "falls", 0: "cannot tell"}


@dataclass(frozen=True)
class Outlook:
    """One target: the series, the back-test's rows, its league, the half-widths of intervals, and the fans."""

    target: str
    series: Series
    rows: pd.DataFrame
    league: pd.DataFrame
    widths: pd.DataFrame
    fans: pd.DataFrame

    @property
    def documents(self) -> tuple[str, ...]:
        """Every document behind the target."""
        return tuple(dict.fromkeys(" ".join(self.series.documents).split()))

    def shown(self, horizon: int) -> pd.Series:
        """The row of the league that is shown at a horizon."""
        rows = self.league[(self.league["horizon"] == horizon) & self.league["shown"]]
        return rows.iloc[0]

    def quantity(self, value: float, unit: str = "ratio", basis: str = "derived") -> Quantity:
        """A number of this outlook with the documents of its target."""
        return Quantity(float(value), unit, basis, self.documents)


def outlook(panel: pd.DataFrame, target: str, draws: int = DRAWS) -> Outlook:
    """Back-test, verdicts and forecasts of one target. `panel`: frame of load_panel("year").

    UnknownName and AnalysisError as in `series_of`.
    """
    series, rows = series_of(panel, target), rolling(panel, target)
    found, widths = league(rows, draws=draws), intervals(rows)
    return Outlook(target, series, rows, found, widths, _fans(series, found, widths))


def _fans(series: Series, found: pd.DataFrame, widths: pd.DataFrame) -> pd.DataFrame:
    """One row per firm and year ahead, of the method shown at that horizon: the value and its intervals' ends.

    Columns: ticker, calendar_year, horizon, method, last (the value of the origin), value, low_50, high_50 ... high_95
    in the target's unit (the median and the quantiles), value_basis "estimated", value_documents.
    """
    made, last = forecasts(series), np.exp(series.level[:, -1])
    tables = []
    for column, ahead in enumerate(steps()):
        method = str(found.loc[(found["horizon"] == ahead) & found["shown"], "method"].iloc[0])
        mine = widths[(widths["method"] == method) & (widths["horizon"] == ahead)].set_index("level")["half_width"]
        mean, deviation = made[method].mean[:, column], made[method].deviation[:, column]
        table = pd.DataFrame({"ticker": series.tickers, "calendar_year": int(series.years[-1] + ahead),
                              "horizon": ahead, "method": method, "last": last, "value": last * np.exp(mean)})
        for level in LEVELS:
            for end, sign in (("low", -1), ("high", 1)):
                table[f"{end}_{level * 100:.0f}"] = last * np.exp(mean + sign * mine[level] * deviation)
        tables.append(table.assign(value_basis="estimated", value_documents=series.documents))
    return pd.concat(tables, ignore_index=True).dropna(subset=["value"])


ENDS = [f"{end}_{level * 100:.0f}" for level in LEVELS for end in ("low", "high")]


def fan_of(found: Outlook, tickers: list[str], first: int, *, relative: bool) -> pd.DataFrame:
    """Past and forecast of some firms and of the median firm, in long form for a drawing.

    Columns: name (ticker or "Median firm"), calendar_year, value, the ends of the intervals (missing for known years),
    value_basis, value_documents. `relative`: over each firm's last value; else in the target's unit. The median firm
    is, year by year and end by end, the median over the firms with a forecast. UnknownName for a firm without one.
    Misleads: the median firm is typical, not a total; its fan is that of one firm and too wide for an average.
    """
    _require(found, tickers)
    known = found.fans["ticker"].unique()
    past = pd.DataFrame(np.exp(found.series.level), found.series.tickers, found.series.years).loc[known]
    past = past.stack().rename_axis(["ticker", "calendar_year"]).rename("value").reset_index()
    ids = found.fans.drop_duplicates("ticker").set_index("ticker")["value_documents"]
    ahead = found.fans[["ticker", "calendar_year", "value", *ENDS, "value_basis"]]
    rows = pd.concat([past.assign(value_basis="derived"), ahead], ignore_index=True)
    if relative:
        last = rows["ticker"].map(found.fans.drop_duplicates("ticker").set_index("ticker")["last"])
        rows[["value", *ENDS]] = rows[["value", *ENDS]].div(last, axis=0)
    middle = rows.groupby(["calendar_year", "value_basis"], as_index=False)[["value", *ENDS]].median()
    rows = rows[rows["ticker"].isin(tickers)].assign(value_documents=rows["ticker"].map(ids))
    order = {name: place for place, name in enumerate([*tickers, MEDIAN_FIRM])}
    both = pd.concat([rows, middle.assign(ticker=MEDIAN_FIRM, value_documents=" ".join(found.documents))])
    both = both[both["calendar_year"] >= first].rename(columns={"ticker": "name"})
    return both.sort_values(["name", "calendar_year"], key=lambda one: one.map(order) if one.name == "name" else one,
                            ignore_index=True)


def last_horizon(found: Outlook, tickers: list[str]) -> pd.DataFrame:
    """The fans of some firms in the last year ahead, in the order given, with `tells` by the frozen rule.

    UnknownName for a firm without a forecast.
    """
    _require(found, tickers)
    rows = found.fans[found.fans["horizon"] == found.fans["horizon"].max()].set_index("ticker").loc[tickers]
    ends = zip(rows["low_80"], rows["high_80"], rows["last"], strict=True)
    return rows.assign(tells=[told(*one) for one in ends]).reset_index()


def _require(found: Outlook, tickers: list[str]) -> None:
    for ticker in tickers:
        require_known("firm with a forecast", ticker, found.fans["ticker"].unique())


def told(low: float, high: float, last: float) -> str:
    """Whether an 80% interval tells a direction against the last value: "rises", "falls" or "cannot tell" by rule."""
    return TELLS[direction_of(low / last, high / last)]


def direction_of(low_over_last: float, high_over_last: float) -> int:
    """1, -1 or 0 by the frozen rules on the ends of an 80% interval over the last value."""
    word = verdict("outlook_rise", {"low_80_over_last": low_over_last, "high_80_over_last": high_over_last})
    return {"supported": 1, "contradicted": -1}.get(word, 0)
