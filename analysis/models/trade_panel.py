"""The panel of the trade-off: growth of headcount beside capital intensity of this and earlier years.

The outcome is the change of log headcount, so nothing per employee of the same year may stand beside it.
Capital intensity is divided by the revenue of the year before, because a fall in this year's revenue would
lift the ratio and shrink the staff at once. Lags go by calendar year, never by row.
"""

import numpy as np
import pandas as pd

from analysis.errors import require_known
from analysis.metrics.registry import previous_year, ratio
from analysis.models.conventions import LAGS, WINSOR
from analysis.tables.companies import HYPERSCALERS, load_companies
from analysis.tables.facts import is_break

PRIMARY = "capex_over_lagged_revenue"
DEFINITIONS = {
    PRIMARY: "capex over last year's revenue",
    "capex_with_leases_over_lagged_revenue": "capex and finance leases over last year's revenue",
    "capex_over_lagged_property": "capex over last year's net property",
    "net_capex_over_lagged_revenue": "capex less depreciation over last year's revenue",
    "capex_over_mean_revenue": "capex over mean revenue of the last three years",
    "capex_change_over_lagged_revenue": "change in capex over last year's revenue",
    "asinh_capex_change_over_lagged_revenue": "the same, inverse hyperbolic sine",
}
"""The definitions of capital intensity, the primary one first. Net property stands in for total assets, which the data
lack."""
CHANGES = ("capex_change_over_lagged_revenue", "asinh_capex_change_over_lagged_revenue")
"""The definitions that are changes: ten points of a change are not ten points of a level."""

SAMPLES = {
    "industry": "the five peer groups of the industry",
    "all": "every company with data",
    "without_amazon": "without Amazon",
    "without_hyperscalers": "without the hyperscalers",
    "without_oracle": "without Oracle",
    "from_2019": "changes from 2019 on",
    "until_2019": "changes up to 2019",
}
"""Which firms and years count. Amazon's staff mostly work in fulfilment; Oracle's capital intensity moved most."""
HEADCOUNTS = {
    "comparable": "without breaks and headcounts that may be stale",
    "with_repeats": "without breaks",
}
YEAR_RULES = {
    "midpoint": "calendar year of the fiscal year's midpoint",
    "year_end": "calendar year of the fiscal year's end",
}
REPEATS = "repeats the year before"
"""The doubt of a headcount that may be a list not updated."""
INPUTS = ("headcount_persons", "capex_usd", "revenue_usd")


def trade_panel(
    panel: pd.DataFrame, *, definition: str = PRIMARY, sample: str = "industry", headcounts: str = "comparable",
    year_rule: str = "midpoint", winsor: float | None = WINSOR,
) -> pd.DataFrame:
    """One row per firm and calendar year, sorted, with missing values kept (see `sample.estimation_rows`).

    `panel`: frame of load_panel("year"). Columns: ticker, calendar_year, group ("hyperscaler" or "other"),
    peer_group, d_log_headcount, k, k_lag1, k_lag2 (ratios), d_log_revenue, d_log_revenue_lag1,
    d_log_headcount_lag1, d_log_headcount_lag2, log_headcount_lag1, log_revenue_lag1, documents. `winsor` clips
    that share of a year's firms at each end of d_log_headcount, k and d_log_revenue, before lagging; None clips none.
    `documents` are those of the row and of the years its lags reach back to.
    UnknownName for a definition, sample, headcount rule or year rule that does not exist.
    Misleads: a row is there although it may lack headcount, so that the firm's capital path is whole.
    """
    require_known("definition of capital intensity", definition, DEFINITIONS)
    require_known("sample", sample, SAMPLES)
    require_known("headcount rule", headcounts, HEADCOUNTS)
    rows = _one_row_a_year(panel, year_rule)
    rows = rows[_in_sample(rows, sample)].reset_index(drop=True)
    groups = load_companies().set_index("ticker")["peer_group"]
    trade = rows[["ticker", "calendar_year"]].assign(
        group=np.where(rows["ticker"].isin(HYPERSCALERS), "hyperscaler", "other"),
        peer_group=rows["ticker"].map(groups),
        d_log_headcount=headcount_change(rows, headcounts).where(_outcome_years(rows, sample)),
        k=capital_intensity(rows, definition),
        d_log_revenue=_log(rows["revenue_usd"]) - _log(previous_year(rows, "revenue_usd")),
        log_headcount_lag1=_log(previous_year(rows, "headcount_persons")),
        log_revenue_lag1=_log(previous_year(rows, "revenue_usd")),
    )
    for column in ("d_log_headcount", "k", "d_log_revenue"):
        trade[column] = winsorised(trade, column, winsor)
    return _with_lags(trade.assign(documents=_documents(rows)))


def _one_row_a_year(panel: pd.DataFrame, year_rule: str) -> pd.DataFrame:
    """Of several fiscal years in one calendar year the latest is kept."""
    require_known("year rule", year_rule, YEAR_RULES)
    if year_rule == "year_end":  # a 52-week year may end a few days into the next month
        panel = panel.assign(calendar_year=(panel["period_end"] - pd.Timedelta(days=10)).dt.year)
    rows = panel.sort_values(["ticker", "period_end"])
    return rows.drop_duplicates(["ticker", "calendar_year"], keep="last").reset_index(drop=True)


def _in_sample(rows: pd.DataFrame, sample: str) -> pd.Series:
    companies = load_companies().set_index("ticker")
    inside = rows["ticker"].map(companies["in_industry"]).eq(True) | (sample == "all")
    left_out = {"without_amazon": ["AMZN"], "without_hyperscalers": list(HYPERSCALERS), "without_oracle": ["ORCL"]}
    return inside & ~rows["ticker"].isin(left_out.get(sample, []))


def _outcome_years(rows: pd.DataFrame, sample: str) -> pd.Series:
    """Years whose outcome counts; capital intensity of other years stays, because lags need it."""
    first, last = {"from_2019": (2019, 9999), "until_2019": (0, 2019)}.get(sample, (0, 9999))
    return rows["calendar_year"].between(first, last)


def headcount_change(rows: pd.DataFrame, rule: str = "comparable") -> pd.Series:
    """Change of log headcount over one calendar year; missing across a gap, a break and, under "comparable", a repeat.

    A headcount that may be stale spoils two changes: its own, and the one that starts at it.
    """
    change = _log(rows["headcount_persons"]) - _log(previous_year(rows, "headcount_persons"))
    doubt = rows["headcount_persons_doubt"]
    change = change.mask(is_break(doubt))
    if rule == "comparable":
        stale = rows.assign(stale=doubt.fillna("").str.contains(REPEATS, regex=False).astype(float))
        change = change.mask((stale["stale"] == 1) | (previous_year(stale, "stale") == 1))
    return change


def capital_intensity(rows: pd.DataFrame, definition: str = PRIMARY) -> pd.Series:
    """Capital intensity of each firm-year by one of DEFINITIONS, a ratio; missing where an input is missing."""
    revenue = previous_year(rows, "revenue_usd")
    if definition == "capex_with_leases_over_lagged_revenue":
        return ratio(rows["capex_with_finance_leases_usd"], revenue)
    if definition == "capex_over_lagged_property":
        return ratio(rows["capex_usd"], previous_year(rows, "ppe_net_usd"))
    if definition == "net_capex_over_lagged_revenue":
        charge = rows["depreciation_amortization_usd"].fillna(rows["depreciation_usd"])
        return ratio(rows["capex_usd"] - charge, revenue)
    if definition == "capex_over_mean_revenue":
        return ratio(rows["capex_usd"], sum(shifted(rows, "revenue_usd", lag) for lag in (1, 2, 3)) / 3)
    if definition.endswith("capex_change_over_lagged_revenue"):
        change = ratio(rows["capex_usd"] - previous_year(rows, "capex_usd"), revenue)
        return np.arcsinh(change) if definition.startswith("asinh") else change
    return ratio(rows["capex_usd"], revenue)


def winsorised(frame: pd.DataFrame, column: str, share: float | None = WINSOR) -> pd.Series:
    """The column clipped at its `share` and 1 - `share` quantiles within each calendar year; None clips nothing."""
    if share is None:
        return frame[column]
    ends = frame.groupby("calendar_year")[column].quantile([share, 1 - share]).unstack()
    low, high = (frame["calendar_year"].map(ends[at]) for at in (share, 1 - share))
    return frame[column].clip(low, high)


def shifted(frame: pd.DataFrame, column: str, years: int) -> pd.Series:
    """Each firm's value of `column` `years` calendar years before the row (after it, when negative)."""
    other = frame[["ticker", "calendar_year", column]].assign(calendar_year=frame["calendar_year"] + years)
    moved = frame[["ticker", "calendar_year"]].merge(other, on=["ticker", "calendar_year"], how="left")
    return moved[column].set_axis(frame.index)


def _with_lags(trade: pd.DataFrame) -> pd.DataFrame:
    for lag in range(1, LAGS + 1):
        for column in ("k", "d_log_headcount"):
            trade[f"{column}_lag{lag}"] = shifted(trade, column, lag)
    trade["d_log_revenue_lag1"] = shifted(trade, "d_log_revenue", 1)
    before = [shifted(trade, "documents", lag).fillna("") for lag in range(1, LAGS + 2)]
    trade["documents"] = trade["documents"].str.cat(before, sep=" ").map(_once)
    return trade


def _log(values: pd.Series) -> pd.Series:
    return np.log(values.where(values > 0))


def _documents(rows: pd.DataFrame) -> pd.Series:
    """The documents of the row's own headcount, capital expenditure and revenue."""
    first, *others = [rows[f"{name}_documents"].fillna("") for name in INPUTS]
    return first.str.cat(others, sep=" ").map(_once)


def _once(ids: str) -> str:
    return " ".join(dict.fromkeys(ids.split()))
