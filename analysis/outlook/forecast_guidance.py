"""The guided path of capital spending as a forecast, against the random walk with drift on the same few cases.

Guidance counts for a year when it was given no later than some months after the origin year's end; the last one
given by then stands. Few firms guide and few years are guided, so this says how near it came and carries no verdict.
"""

import numpy as np
import pandas as pd

from analysis.metrics.guidance import guidance_against_actual
from analysis.models.forecast_scores import crps_normal
from analysis.outlook.forecast_benchmarks import firm_deviation, mean_known
from analysis.outlook.forecast_series import Series
from analysis.periods import calendar_year

KNOWN_WITHIN_DAYS = 120
"""Days after the end of the year before within which guidance counts as known at the origin."""
WITH_LEASES = "capex_with_finance_leases"


def guided_years(guidance: pd.DataFrame, panel: pd.DataFrame,
                 within_days: int | None = KNOWN_WITHIN_DAYS) -> pd.DataFrame:
    """The guidance that stood `within_days` after the start of each guided year, or the last one given (None), with
    what was spent the year before and in the year.

    Columns: ticker, period_end, calendar_year, given_date, low_usd (of the guidance before where a ceiling names none),
    high_usd, before_usd and actual_usd (capital spending, on the guidance's definition), document_id.
    guidance: frame of load_guidance; panel: of load_panel("year").
    """
    years = guidance_against_actual(guidance, panel)
    if within_days is not None:
        years = years[years["given_date"] <= years["period_start"] + pd.Timedelta(days=within_days)]
    early = years.sort_values("given_date")
    last_low = early.dropna(subset="low_usd").drop_duplicates(["ticker", "period_end"], keep="last")
    early = early.drop_duplicates(["ticker", "period_end"], keep="last").drop(columns="low_usd")
    early = early.merge(last_low[["ticker", "period_end", "low_usd"]], on=["ticker", "period_end"], how="left")
    before = panel.assign(calendar_year=panel["calendar_year"] + 1)[
        ["ticker", "calendar_year", "capex_usd", "capex_with_finance_leases_usd"]]
    early = early.assign(calendar_year=calendar_year(early["period_end"]),
                         low_usd=early["low_usd"].fillna(early["high_usd"]),
                         high_usd=early["high_usd"].fillna(early["low_usd"]))
    joined = early.merge(before, on=["ticker", "calendar_year"], how="left")
    leases = joined["definition"] == WITH_LEASES
    joined["before_usd"] = joined["capex_with_finance_leases_usd"].where(leases, joined["capex_usd"])
    keep = ["ticker", "period_end", "calendar_year", "given_date", "low_usd", "high_usd", "before_usd", "actual_usd",
            "document_id"]
    return joined[keep].sort_values(["period_end", "ticker"], ignore_index=True)


def guided_forecasts(years: pd.DataFrame, intensity: Series, rows: pd.DataFrame) -> pd.DataFrame:
    """The guided change of log capital spending over revenue one year ahead beside its outcome and the benchmark.

    years: frame of `guided_years`; intensity: the Series of capital intensity; rows: its back-test. Columns: ticker,
    origin, guided, deviation, outcome, error, crps, benchmark_error, benchmark_crps (logs). Revenue goes on by the
    firm's mean growth, whose deviation, with half the guided range, makes the spread.
    """
    bench = rows[(rows["method"] == "drift_walk") & (rows["horizon"] == 1)].set_index(["ticker", "origin"])
    table = []
    for one in years.dropna(subset=["actual_usd", "before_usd"]).itertuples():
        origin = int(one.calendar_year) - 1
        if (one.ticker, origin) not in bench.index:
            continue
        mean, spread = _guided_step(one, intensity.until(origin))
        known = bench.loc[(one.ticker, origin)]
        table.append({"ticker": one.ticker, "origin": origin, "guided": mean, "deviation": spread,
                      "outcome": known["outcome"], "error": known["outcome"] - mean,
                      "crps": float(crps_normal(mean, spread, known["outcome"])),
                      "benchmark_error": known["error"], "benchmark_crps": known["crps"]})
    return pd.DataFrame(table)


def _guided_step(one, past: Series) -> tuple[float, float]:
    place = int(np.flatnonzero(past.tickers == one.ticker)[0])
    growth = past.revenue_growth
    drift = mean_known(growth)
    spread = float(firm_deviation(growth - drift[:, None], used=1)[place])
    middle = np.log((one.low_usd + one.high_usd) / 2 / one.before_usd)
    return float(middle - drift[place]), float(np.hypot(spread, np.log(one.high_usd / one.low_usd) / 2))


def open_guidance(years: pd.DataFrame, intensity: Series) -> pd.DataFrame:
    """The guided years that are still open as capital spending over revenue: ticker, calendar_year, guided_ratio,
    guided_ratio_basis, guided_ratio_documents.

    The middle of the range over last year's revenue grown at the firm's mean pace. Misleads: the revenue is ours.
    """
    table = []
    for one in years[years["actual_usd"].isna() & years["before_usd"].notna()].itertuples():
        past = intensity.until(int(one.calendar_year) - 1)
        place = int(np.flatnonzero(past.tickers == one.ticker)[0])
        table.append({"ticker": one.ticker, "calendar_year": int(one.calendar_year),
                      "guided_ratio": float(np.exp(past.level[place, -1] + _guided_step(one, past)[0])),
                      "guided_ratio_basis": "estimated",
                      "guided_ratio_documents": f"{one.document_id} {past.documents[place]}"})
    columns = ["ticker", "calendar_year", "guided_ratio", "guided_ratio_basis", "guided_ratio_documents"]
    return pd.DataFrame(table, columns=columns)
