"""Two quarterly series, layoffs and capital spending: a distributed lag with errors fit for a short sample.

Layoffs are summed to quarters; quarterly capital spending is never spread over months. One pair of series with two
waves holds about two independent events, so nothing here can say more than "consistent with".
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy.stats import t as student
from statsmodels.tsa.ardl import UECM

from analysis.errors import AnalysisError
from analysis.models.conventions import SEED
from analysis.tables.cells import joined

NEWEY_WEST_LAG = 4
EWC_SHARE = 0.41
"""Cosines of the EWC estimate: 0.41 T^(2/3) (Lazarus, Lewis, Stock and Watson 2018)."""


def quarterly_series(monthly: pd.DataFrame, quarters: pd.DataFrame, tickers: list[str], *,
                     lags: int = 4) -> pd.DataFrame:
    """Layoffs and capital spending by calendar quarter, over whole quarters and the same firms throughout.

    monthly: frame of metrics.waves.counted_cuts; quarters: frame of load_panel("quarter"). Firms lacking any quarter
    from `lags` + 1 before the first to the last drop out. Columns: quarter, cuts_persons, capex_usd, firms, documents;
    the first `lags` + 1 rows have capital spending only. AnalysisError when no firm has every quarter.
    """
    months = monthly[~monthly["partial"]]
    by_quarter = months.groupby(months["month_start"].dt.to_period("Q"))
    whole = by_quarter.size() == 3
    cuts = by_quarter["employees_cut_persons"].sum()[whole]
    if cuts.empty:
        raise AnalysisError("the monthly series holds no whole quarter")
    span = pd.period_range(cuts.index[0] - lags - 1, cuts.index[-1], freq="Q")
    rows = quarters[quarters["ticker"].isin(tickers) & quarters["capex_usd"].notna()]
    rows = rows.assign(quarter=pd.PeriodIndex(rows["calendar_quarter"], freq="Q"))
    rows = rows[rows["quarter"].isin(span)].drop_duplicates(["ticker", "quarter"], keep="last")
    has_all = rows.groupby("ticker")["quarter"].nunique() == len(span)
    firms = sorted(has_all.index[has_all])
    if not firms:
        raise AnalysisError(f"none of {', '.join(tickers)} has every quarter from {span[0]} to {span[-1]}")
    kept = rows[rows["ticker"].isin(firms)].groupby("quarter")
    documents = kept["capex_usd_documents"].agg(joined)
    ids = by_quarter["employees_cut_persons_documents"].agg(joined).reindex(span).fillna("")
    return pd.DataFrame({"quarter": span, "cuts_persons": cuts.reindex(span).to_numpy(),
                         "capex_usd": kept["capex_usd"].sum().reindex(span).to_numpy(), "firms": len(firms),
                         "documents": (documents.reindex(span) + " " + ids).str.strip().to_numpy()})


def log_changes(series: pd.DataFrame, lags: int) -> pd.DataFrame:
    """Change of log layoffs beside the change of log capital spending at lags 0 to `lags`, complete quarters only.

    AnalysisError when a quarter has no counted cut: zero has no logarithm.
    """
    if (series["cuts_persons"] <= 0).any():
        raise AnalysisError(f"no counted cut in {series.loc[series['cuts_persons'].le(0).idxmax(), 'quarter']}: "
                            "zero has no logarithm; take the scope all_countries")
    table = pd.DataFrame({"quarter": series["quarter"], "layoffs": np.log(series["cuts_persons"]).diff()})
    for lag in range(lags + 1):
        table[f"capex_lag{lag}"] = np.log(series["capex_usd"]).diff().shift(lag)
    return table.dropna().reset_index(drop=True)


def distributed_lag(series: pd.DataFrame, *, lags: int = 4, seasonal: bool = False,
                    level: float = 0.95) -> pd.DataFrame:
    """The sum of the lag coefficients: elasticity of layoffs with respect to capital spending, two error estimates.

    Series: frame of `quarterly_series`. Rows: Newey-West (lag NEWEY_WEST_LAG, t with T - k) and EWC with fixed-b
    critical values (t with as many degrees as cosines). Columns: term, label, estimate, standard_error, low, high,
    p_value, detectable (the smallest sum found with 80% power), n, periods, specification. AnalysisError when fewer
    than twice as many quarters as coefficients remain.
    """
    table = log_changes(series, lags)
    x = table[[f"capex_lag{lag}" for lag in range(lags + 1)]].assign(constant=1.0)
    if seasonal:
        season = pd.get_dummies(table["quarter"].dt.quarter, prefix="quarter", drop_first=True, dtype=float)
        x = pd.concat([x, season], axis=1)
    if len(table) < 2 * x.shape[1]:
        raise AnalysisError(f"{len(table)} quarters do not carry {x.shape[1]} coefficients")
    weights = np.array([name.startswith("capex") for name in x], dtype=float)
    name = f"{lags} lags" + (", seasonal" if seasonal else "")
    both = {"Newey-West": _newey_west, "EWC": _ewc}
    return pd.DataFrame([_row(label, *estimate(table["layoffs"], x, weights), len(table), name, level)
                         for label, estimate in both.items()])


def lag_choices(series: pd.DataFrame, lengths: tuple[int, ...] = (4, 2)) -> pd.DataFrame:
    """`distributed_lag` for each number of lags, with and without quarters of the year."""
    return pd.concat([distributed_lag(series, lags=lags, seasonal=seasonal) for lags in lengths
                      for seasonal in (False, True)], ignore_index=True)


def _newey_west(y: pd.Series, x: pd.DataFrame, weights: np.ndarray) -> tuple[float, float, float]:
    fit = sm.OLS(y.to_numpy(), x.to_numpy()).fit(
        cov_type="HAC", cov_kwds={"maxlags": NEWEY_WEST_LAG, "use_correction": True}, use_t=True)
    test = fit.t_test(weights)
    return float(test.effect[0]), float(test.sd[0, 0]), float(fit.df_resid)


def _ewc(y: pd.Series, x: pd.DataFrame, weights: np.ndarray) -> tuple[float, float, float]:
    fit = sm.OLS(y.to_numpy(), x.to_numpy()).fit()
    variance, degrees = ewc_covariance(x.to_numpy(), fit.resid)
    return float(weights @ fit.params), float(np.sqrt(weights @ variance @ weights)), float(degrees)


def ewc_covariance(x: np.ndarray, residuals: np.ndarray) -> tuple[np.ndarray, int]:
    """Covariance of least-squares coefficients by equal-weighted cosines, and the number of cosines B.

    x: T x k regressors; residuals: T. Scores are projected on B cosines and their squares averaged; with fixed-b
    theory the t statistic has B degrees of freedom. Source: Lazarus, Lewis, Stock and Watson (2018), equation 6.
    """
    n = len(x)
    number = max(1, int(EWC_SHARE * n ** (2 / 3)))
    scores = x * residuals[:, None]
    angles = np.pi * np.outer(np.arange(1, number + 1), np.arange(n) + 0.5) / n
    parts = np.sqrt(2 / n) * np.cos(angles) @ scores
    bread = np.linalg.inv(x.T @ x / n)
    return bread @ (parts.T @ parts / number) @ bread / n, number


def _row(label: str, estimate: float, error: float, degrees: float, n: int, name: str, level: float) -> dict:
    reach = float(student.ppf((1 + level) / 2, degrees)) * error
    return {"term": "sum of lags", "label": label, "estimate": estimate, "standard_error": error,
            "low": estimate - reach, "high": estimate + reach,
            "p_value": float(2 * student.sf(abs(estimate / error), degrees)),
            "detectable": float(student.ppf(0.975, degrees) + student.ppf(0.8, degrees)) * error,
            "n": n, "periods": n, "specification": name}


@dataclass(frozen=True)
class Surrogates:
    """Correlation of two levels, the range of it between series with the same rhythm but no link, and p (two-sided)."""

    estimate: float
    low: float
    high: float
    p_value: float
    p_standard_error: float
    n: int


def phase_surrogates(one: np.ndarray, other: np.ndarray, *, draws: int = 4_999, seed: int = SEED) -> Surrogates:
    """Correlation of two series beside that of `one` with phase-randomised copies of `other`.

    A copy keeps the spectrum (trend and cycles) of the standardised series and scrambles the timing: two trending
    series correlate by default, and the range shows how much. Source: Theiler and others (1992).
    """
    x, y = (np.asarray(part, dtype=float) for part in (one, other))
    x, y = (part - part.mean() for part in (x, y))
    spectrum = np.fft.rfft(y)
    turn = np.exp(2j * np.pi * np.random.default_rng(seed).random((draws, len(spectrum))))
    turn[:, 0] = 1.0
    if len(y) % 2 == 0:
        turn[:, -1] = 1.0  # the highest frequency of an even length is real
    copies = np.fft.irfft(spectrum * turn, n=len(y))
    null = copies @ x / np.sqrt((copies**2).sum(axis=1) * (x @ x))
    estimate = float(x @ y / np.sqrt((x @ x) * (y @ y)))
    p = (1 + (np.abs(null) >= abs(estimate)).sum()) / (1 + draws)
    low, high = np.quantile(null, [0.025, 0.975])
    return Surrogates(estimate, float(low), float(high), float(p), float(np.sqrt(p * (1 - p) / draws)), len(x))


def bounds_test(series: pd.DataFrame, *, draws: int = 199, seed: int = SEED) -> dict:
    """Bounds test for a level relation of log layoffs and log capital spending (Pesaran, Shin and Smith 2001, III).

    Returns estimate (the F statistic, one lag), p_value, p_standard_error and n. p is the share of pairs of unrelated
    random walks of the same length with an F as large: the upper bound, and fit for a short sample. The critical
    values of statsmodels 0.15 are not used: for one regressor they are those of two.
    Misleads: layoffs that return to their mean by themselves also give a small p.
    """
    both = series.dropna(subset=["cuts_persons"])
    estimate = _bounds_f(np.log(both["cuts_persons"].to_numpy()), np.log(both["capex_usd"].to_numpy()))
    walks = np.cumsum(np.random.default_rng(seed).standard_normal((draws, 2, len(both))), axis=2)
    p = (1 + sum(_bounds_f(*pair) >= estimate for pair in walks)) / (1 + draws)
    return {"term": "bounds F", "estimate": estimate, "p_value": p,
            "p_standard_error": float(np.sqrt(p * (1 - p) / draws)), "n": len(both)}


def _bounds_f(y: np.ndarray, x: np.ndarray) -> float:
    model = UECM(pd.Series(y, name="y"), 1, pd.DataFrame({"x": x}), 1, trend="c")
    return float(model.fit().bounds_test(case=3).statistic)
