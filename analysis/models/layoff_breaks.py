"""Breaks in the industry's layoffs and in the growth of capital spending, dated, with what each choice changes."""

import numpy as np
import pandas as pd

from analysis.errors import AnalysisError
from analysis.models.break_dates import date_intervals
from analysis.models.break_tests import persistence_p, sequential_number, sequential_tests, sup_f
from analysis.models.breaks import (
    TRIMMING,
    Segmentation,
    additive_outliers,
    best_segmentations,
    chosen_number,
    count_costs,
    criteria,
    dispersion_of,
)
from analysis.models.conventions import LEVEL
from analysis.numerals import month_text

YEAR = 4


def monthly_logs(monthly: pd.DataFrame) -> pd.DataFrame:
    """Whole months of counted cuts on a log scale, oldest first: when, cuts_persons, value (log of 1 + people),
    documents.

    monthly: frame of metrics.waves.counted_cuts. Partial months are left out, because they look like a fall.
    """
    whole = monthly[~monthly["partial"]].sort_values("month_start")
    if whole.empty:
        raise AnalysisError("the monthly series holds no whole month")
    cuts = whole["employees_cut_persons"].to_numpy()
    return pd.DataFrame({"when": whole["month_start"].to_numpy(), "cuts_persons": cuts, "value": np.log1p(cuts),
                         "documents": whole["employees_cut_persons_documents"].to_numpy()})


def capex_growth(quarters: pd.DataFrame, tickers: list[str], first: str, *, over: int = 1) -> pd.DataFrame:
    """Growth of the firms' total capital spending: when, capex_usd, value (log change), firms, documents.

    quarters: frame of load_panel("quarter"). Firms with every quarter from `first` ("2018Q1") on enter, up to the last
    quarter that all of them have; `firms` counts them. over=1: from quarter to quarter, less the mean of its season;
    over=4: over four quarters, no season, but neighbouring values share three quarters and move together.
    AnalysisError when no firm has ten quarters in a row, or for another `over`.
    """
    if over not in (1, YEAR):
        raise AnalysisError(f"growth is over 1 or {YEAR} quarters, not {over}")
    wide, ids = _whole_quarters(quarters, tickers, first)
    total = wide.sum(axis=1)
    change = np.log(total).diff(over)
    if over == 1:
        season = change.groupby(change.index.quarter).transform("mean")
        change = change - season + change.mean()
    table = pd.DataFrame({"when": total.index.start_time, "capex_usd": total.to_numpy(), "value": change.to_numpy(),
                          "firms": wide.shape[1], "documents": ids.reindex(total.index).to_numpy()})
    return table.dropna(subset=["value"]).reset_index(drop=True)


def _whole_quarters(quarters: pd.DataFrame, tickers: list[str], first: str) -> tuple[pd.DataFrame, pd.Series]:
    """Capital spending by quarter and firm without gaps, and the documents of each quarter."""
    rows = quarters[quarters["ticker"].isin(tickers) & quarters["capex_usd"].notna()]
    rows = rows.assign(quarter=pd.PeriodIndex(rows["calendar_quarter"], freq="Q"))
    wide = rows.drop_duplicates(["ticker", "quarter"], keep="last").pivot(
        index="quarter", columns="ticker", values="capex_usd")
    if len(wide):
        wide = wide.reindex(pd.period_range(first, wide.index.max(), freq="Q"))
        wide = wide.loc[:, wide.iloc[:10].notna().all()]
        wide = wide[wide.notna().all(axis=1).cummin()]
    if wide.shape[1] == 0 or len(wide) < 10:
        raise AnalysisError(f"no firm has ten quarters in a row from {first} on")
    kept = rows[rows["ticker"].isin(wide.columns)]
    return wide, kept.groupby("quarter")["capex_usd_documents"].agg(" ".join)


def growth_choices(quarters: pd.DataFrame, tickers: list[str], first: str, *, trimming: float = TRIMMING,
                   draws: int = 999) -> pd.DataFrame:
    """`break_summary` of capital growth from quarter to quarter, over four quarters, and without each firm.

    Columns also: label, last_break, documents. Firms of one choice: those with every quarter.
    """
    asked = {"quarter to quarter": (tickers, 1), "over four quarters": (tickers, YEAR)}
    asked |= {f"without {ticker}": ([one for one in tickers if one != ticker], 1) for ticker in tickers}
    rows = []
    for label, (firms, over) in asked.items():
        series = capex_growth(quarters, firms, first, over=over)
        summary = break_summary(series["value"].to_numpy(), trimming=trimming, draws=draws)
        one = best_segmentations(series["value"].to_numpy(), trimming=trimming)[summary["bic_count"]]
        rows.append({"label": label} | summary | _last(series, one))
    return pd.DataFrame(rows)


def break_summary(values: np.ndarray, *, trimming: float = TRIMMING, most: int = 5, draws: int = 1_999) -> dict:
    """What each rule says about one series: numbers of breaks by BIC, LWZ and the sequential robust test, and p.

    Keys: n, bic_count, lwz_count, sequential_count, statistic (robust sup-F), p_value and p_standard_error (its limit),
    persistence_p and its error, persistence_ratio (slope of the autoregression without breaks).
    """
    found = best_segmentations(values, trimming=trimming, most=most)
    table, test = criteria(found, len(values)), sup_f(values, trimming=trimming, robust=True)
    p, error, slope = persistence_p(values, trimming=trimming, draws=draws)
    return {"n": len(values), "bic_count": chosen_number(table, "bic"), "lwz_count": chosen_number(table, "lwz"),
            "sequential_count": sequential_number(sequential_tests(values, found, trimming=trimming)),
            "statistic": test.statistic, "p_value": test.p_value, "p_standard_error": test.p_standard_error,
            "persistence_p": p, "persistence_p_standard_error": error, "persistence_ratio": slope}


def break_table(values: np.ndarray, *, trimming: float = TRIMMING) -> pd.DataFrame:
    """Criteria and tests side by side for 0, 1, ... breaks: frame of `criteria` with the sequential statistic and p."""
    found = best_segmentations(values, trimming=trimming)
    tests = sequential_tests(values, found, trimming=trimming)
    return criteria(found, len(values)).merge(tests, on="breaks_count", how="left")


def dated_breaks(series: pd.DataFrame, one: Segmentation, *, level: float = 0.95) -> pd.DataFrame:
    """Each break as the first period of the new regime, with its interval: break_date, low_date, high_date,
    before_value, after_value (means of `value`), low and high (positions), documents.

    series: frame with `when` and `value` in order. Intervals use long-run variances and stop at the sample's ends.
    """
    table = date_intervals(series["value"].to_numpy(), one, level=level, robust=True)
    days, last = series["when"].reset_index(drop=True), len(series) - 1
    for name, column in (("break_date", "break_after"), ("low_date", "low"), ("high_date", "high")):
        table[name] = [days[int(np.clip(place, 0, last))] for place in table[column]]
    ids = " ".join(dict.fromkeys(" ".join(series["documents"]).split()))
    return table.assign(before_value=one.means[:-1], after_value=one.means[1:], documents=ids)


def last_break_words(summary: dict, dates: pd.DataFrame) -> str:
    """When the last break falls, in words, and whether it is sure: "February 2022", "January 2024, which is not sure".

    summary: of `break_summary`; dates: frame of `dated_breaks`. Sure means that a persistent series without a break
    looks as broken in no more than LEVEL of draws. "no month" without a break.
    """
    if dates.empty:
        return "no month"
    when = month_text(dates["break_date"].iloc[-1])
    return when if summary["persistence_p"] <= LEVEL else f"{when}, which is not sure"


def adjusted_for_season(series: pd.DataFrame) -> np.ndarray:
    """The values less the mean of their calendar month over the sample, plus the overall mean.

    Misleads: with six years a month's mean holds the waves that fell into it.
    """
    month = series["when"].dt.month
    return (series["value"] - series.groupby(month)["value"].transform("mean") + series["value"].mean()).to_numpy()


def without_outliers(values: np.ndarray, *, trimming: float = TRIMMING) -> np.ndarray:
    """The values with additive outliers set to the mean of their regime (breaks by BIC)."""
    found = best_segmentations(values, trimming=trimming)
    one = found[chosen_number(criteria(found, len(values)), "bic")]
    return np.where(additive_outliers(values, one), one.fitted(len(values)), values)


def count_breaks(counts: np.ndarray, *, trimming: float = TRIMMING, most: int = 5) -> Segmentation:
    """Breaks of a negative-binomial series by BIC: the counts themselves, zeros allowed.

    The dispersion is that around the regimes of the logged series. BIC counts means, dates and dispersion.
    """
    logged = best_segmentations(np.log1p(counts), trimming=trimming, most=most)
    start = logged[chosen_number(criteria(logged, len(counts)), "bic")]
    costs = count_costs(counts, dispersion_of(counts, start))
    found = best_segmentations(counts, trimming=trimming, most=most, costs=costs)
    bic = [one.cost + (2 * number + 2) * np.log(len(counts)) for number, one in enumerate(found)]
    return found[int(np.argmin(bic))]


def break_choices(scopes: dict[str, pd.DataFrame], *, trimming: float = TRIMMING, draws: int = 999) -> pd.DataFrame:
    """`break_summary` for each defensible way to look at layoffs, with the month the last break begins.

    scopes: name -> frame of `monthly_logs`. Rows: each scope as it is, without the mean of the calendar month, without
    outliers, and as counts (BIC only). Columns also: label, last_break (missing without a break), documents.
    """
    rows = []
    for name, series in scopes.items():
        ways = {"as logged": series["value"].to_numpy(), "season removed": adjusted_for_season(series),
                "outliers set to their regime": without_outliers(series["value"].to_numpy(), trimming=trimming)}
        for way, values in ways.items():
            found = best_segmentations(values, trimming=trimming)
            summary = break_summary(values, trimming=trimming, draws=draws)
            rows.append({"label": f"{name}, {way}"} | summary | _last(series, found[summary["bic_count"]]))
        counted = count_breaks(series["cuts_persons"].to_numpy(), trimming=trimming)
        rows.append({"label": f"{name}, counts", "n": len(series), "bic_count": len(counted.breaks)}
                    | _last(series, counted))
    return pd.DataFrame(rows)


def _last(series: pd.DataFrame, one: Segmentation) -> dict:
    ids = " ".join(dict.fromkeys(" ".join(series["documents"]).split()))
    return {"last_break": series["when"].iloc[one.breaks[-1]] if one.breaks else pd.NaT, "documents": ids}


def regimes(series: pd.DataFrame, one: Segmentation) -> pd.DataFrame:
    """The series and the mean of each regime in long form and out of logs, for a drawing: when, line, level.

    `level` is exp(value) - 1: people a month for layoffs, growth as a ratio for capital spending. The mean of a regime
    is therefore a geometric one. Lines: "series", "regime".
    """
    fitted = series.assign(value=one.fitted(len(series)), line="regime")
    both = pd.concat([series.assign(line="series"), fitted], ignore_index=True)
    return both.assign(level=np.expm1(both["value"]))[["when", "line", "level", "documents"]]
