"""The trade-off within firms: growth of headcount on capital intensity of this year and the two before.

    dlogE_it = a_i + d_t + b0 k_it + b1 k_i,t-1 + b2 k_i,t-2 + g dlogR_i,t-1 + e_it
    theta = 0.10 * (b0 + b1 + b2)

theta is the change of log headcount that goes with ten points more of capital intensity, summed over three years.
It is an association. Firms that expect growth plan capital and staff together, which pushes theta up; so a
negative theta is informative, and a positive one is no evidence against displacement.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import linalg

from analysis.errors import AnalysisError, require_known
from analysis.models.cluster import Design, Inference, centred, inference
from analysis.models.conventions import LEAST_FIRMS, STEP
from analysis.models.sample import CAPITAL, CONTROL, OUTCOME, panel_documents
from analysis.tables.decision_rules import CANNOT_TELL

EFFECTS = {
    "none": (),
    "year": ("calendar_year",),
    "group_year": ("cell",),
    "peer_year": ("peer_group", "calendar_year"),
}
"""Year effects by what they are common to: none, all firms, hyperscalers and others apart, or each peer group."""
DEPENDENT = 1e-9


@dataclass(frozen=True)
class Specification:
    """One choice of year effects, lags of capital intensity, controls and outcome."""

    label: str
    effects: str = "group_year"
    capital: tuple[str, ...] = CAPITAL
    controls: tuple[str, ...] = (CONTROL,)
    outcome: str = OUTCOME

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns a row must have."""
        return (self.outcome, *self.capital, *self.controls)


PRIMARY = Specification("group-by-year effects")
COMMON_YEARS = Specification("common year effects", effects="year")
SPECIFICATIONS = (
    PRIMARY,
    replace(PRIMARY, label="the same, no revenue growth", controls=()),
    COMMON_YEARS,
    replace(COMMON_YEARS, label="common years, no revenue growth", controls=()),
    Specification("peer-group-by-year effects", effects="peer_year"),
    replace(PRIMARY, label="this year's capital alone", capital=CAPITAL[:1]),
)
"""What the table of estimates shows; the first is the one that inference and the verdict rest on."""


def firm_codes(rows: pd.DataFrame) -> np.ndarray:
    """Firms as codes from 0, in alphabetical order."""
    return pd.factorize(rows["ticker"], sort=True)[0]


def design_of(rows: pd.DataFrame, tested: np.ndarray, others: np.ndarray, specification: Specification) -> Design:
    """A design with firm effects absorbed: the tested column (n), other columns (n x m), effects of the specification.

    The other columns and the year effects are replaced by an orthonormal basis of what they span within firms, so
    that a column another one already holds drops out.
    """
    codes = firm_codes(rows)
    within = centred(np.column_stack([others, year_effects(rows, specification)]), codes)
    left, size, _ = linalg.svd(within, full_matrices=False)
    basis = left[:, size > DEPENDENT * size.max()]
    outcome = centred(rows[specification.outcome].to_numpy(float), codes)
    return Design(outcome, np.column_stack([centred(tested, codes), basis]), codes, absorbs=True)


def year_effects(rows: pd.DataFrame, specification: Specification) -> np.ndarray:
    """One column of noughts and ones per year, or per cell of group and year (n x cells)."""
    names = EFFECTS[require_known("year effects", specification.effects, EFFECTS)]
    if not names:
        return np.ones((len(rows), 1))
    return pd.get_dummies(rows.groupby(list(names)).ngroup()).to_numpy(float)


def cumulated(rows: pd.DataFrame, specification: Specification = PRIMARY) -> Design:
    """The design whose first coefficient is theta: the step times the sum over the lags of capital intensity."""
    capital = rows[list(specification.capital)].to_numpy(float)
    apart = capital[:, 1:] - capital[:, :1]
    return design_of(rows, capital[:, 0] / STEP, _beside(rows, apart, specification), specification)


def single(rows: pd.DataFrame, column: str, specification: Specification = PRIMARY) -> Design:
    """The design whose first coefficient is the step times that of one column of capital intensity."""
    others = rows[[name for name in specification.capital if name != column]].to_numpy(float)
    return design_of(rows, rows[column].to_numpy(float) / STEP, _beside(rows, others, specification), specification)


def interacted(rows: pd.DataFrame, apart: pd.Series, specification: Specification = PRIMARY) -> Design:
    """The design whose first coefficient is theta of the rows marked True less theta of the rest.

    The marked rows also get a level of their own.
    """
    mark = apart.to_numpy(float)[:, None]
    capital = rows[list(specification.capital)].to_numpy(float)
    beside = np.column_stack([(capital[:, 1:] - capital[:, :1]) * mark, capital, mark])
    return design_of(rows, capital[:, 0] * mark[:, 0] / STEP, _beside(rows, beside, specification), specification)


def _beside(rows: pd.DataFrame, columns: np.ndarray, specification: Specification) -> np.ndarray:
    return np.column_stack([columns, rows[list(specification.controls)].to_numpy(float)])


def row_of(found: Inference, rows: pd.DataFrame, term: str, label: str, specification: str) -> dict:
    """One estimate as a row of results: 95% interval `low`, `high`, 90% interval `low_90`, `high_90`, p, n, firms."""
    (low, high), (low_90, high_90) = found.interval(), found.interval(0.90)
    return {
        "term": term, "label": label, "estimate": found.estimate, "standard_error": found.standard_error,
        "low": low, "high": high, "low_90": low_90, "high_90": high_90, "p_value": found.p_value,
        "p_standard_error": np.nan, "df": found.df, "variance": found.kind, "n": len(rows),
        "firms": rows["ticker"].nunique(), "periods": rows["calendar_year"].nunique(),
        "specification": specification,
    }


def or_reason(term: str, label: str, build: Callable[[], dict]) -> dict:
    """The row that `build` makes, or a row without estimate that says why the panel cannot bear it."""
    try:
        return build() | {"reason": "estimated"}
    except AnalysisError as error:
        return {"term": term, "label": label, "estimate": np.nan, "reason": str(error)}


def estimates(rows: pd.DataFrame, specifications: Sequence[Specification] = SPECIFICATIONS,
              kind: str = "CRV3") -> pd.DataFrame:
    """theta under each specification, one row each, in log points over 100 per ten points of capital intensity.

    `rows`: frame of `sample.estimation_rows`. Columns as in `row_of`, with estimate_basis and estimate_documents.
    """
    table = [row_of(inference(cumulated(rows, one), kind), rows, "theta", one.label, one.label)
             for one in specifications]
    return with_documents(pd.DataFrame(table), rows)


def variances(rows: pd.DataFrame, specification: Specification = PRIMARY) -> pd.DataFrame:
    """theta under one specification with each variance: CRV1 (shown, never decisive), CR2 and CRV3."""
    table = [row_of(inference(cumulated(rows, specification), kind), rows, "theta", kind, specification.label)
             for kind in ("CRV1", "CR2", "CRV3")]
    return with_documents(pd.DataFrame(table), rows)


LAG_LABELS = {"k": "of the same year", "k_lag1": "of the year before", "k_lag2": "of two years before"}


def by_lag(rows: pd.DataFrame, specification: Specification = PRIMARY, kind: str = "CRV3") -> pd.DataFrame:
    """The parts of theta, one row per lag: the step times each coefficient."""
    table = [row_of(inference(single(rows, name, specification), kind), rows, name, LAG_LABELS.get(name, name),
                    specification.label)
             for name in specification.capital]
    return with_documents(pd.DataFrame(table), rows)


COLUMNS = ("estimate", "standard_error", "low", "high", "p_value", "n", "firms")
"""What a page shows of an estimate; missing where the panel cannot bear it."""


def with_documents(table: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """The results with basis "derived" and the documents of the panel behind them."""
    return table.assign(estimate_basis="derived", estimate_documents=" ".join(panel_documents(rows)))


def long_difference(trade: pd.DataFrame, first: int = 2022, last: int = 2025) -> pd.DataFrame:
    """One row per firm with every change from `first` + 1 to `last`: their sum, and the mean of k over first..last.

    Columns: ticker, group, change (log points over 100), k (ratio), calendar_year (`last`), documents. Equation 2.4.
    """
    inside = trade[trade["calendar_year"].between(first, last)]
    grown = inside[inside["calendar_year"] > first].groupby("ticker")[OUTCOME].agg(["sum", "count"])
    level = inside.groupby("ticker")["k"].agg(["mean", "count"])
    whole = (grown["count"] == last - first).reindex(level.index, fill_value=False) & (
        level["count"] == last - first + 1)
    chosen = level.index[whole]
    documents = inside.groupby("ticker")["documents"].agg(" ".join)
    group = inside.groupby("ticker")["group"].first()
    return pd.DataFrame({"ticker": chosen, "group": group[chosen].to_numpy(), "calendar_year": last,
                         "change": grown.loc[chosen, "sum"].to_numpy(), "k": level.loc[chosen, "mean"].to_numpy(),
                         "documents": documents[chosen].to_numpy()})


def long_difference_estimate(firms: pd.DataFrame) -> Inference:
    """Equation 2.4: the change on ten points of mean capital intensity, hyperscalers with a level of their own (CRV3).

    `firms`: frame of `long_difference`. With one row per firm CRV3 is the jackknife (HC3 up to scale).
    AnalysisError with fewer than 20 firms.
    """
    if len(firms) < LEAST_FIRMS:
        raise AnalysisError(f"{len(firms)} firms remain, fewer than {LEAST_FIRMS}: {CANNOT_TELL}")
    own = (firms["group"] == "hyperscaler").to_numpy(float)
    levels = np.column_stack([np.ones(len(firms)), own] if 0 < own.sum() < len(own) else [np.ones(len(firms))])
    regressors = np.column_stack([firms["k"] / STEP, levels])
    return inference(Design(firms["change"].to_numpy(float), regressors, np.arange(len(firms))), "CRV3")


def long_difference_row(trade: pd.DataFrame, first: int = 2022, last: int = 2025) -> pd.DataFrame:
    """`long_difference_estimate` as a frame of one row (columns as in `row_of`), or the reason why there is none."""
    firms = long_difference(trade, first, last)
    label = f"{first} to {last}"
    row = or_reason("theta", label, lambda: row_of(long_difference_estimate(firms), firms, "theta", label, "long"))
    return with_documents(pd.DataFrame([row]).reindex(columns=["label", *COLUMNS, "reason"]), firms)
