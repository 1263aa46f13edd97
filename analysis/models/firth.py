"""Logit with Firth's penalty, for few events: finite under separation, with profile-likelihood intervals.

Maximises the log likelihood plus half the log determinant of the information (Firth 1993; Heinze and Schemper
2002). No package of this project's stack has it. Intervals and p-values profile the penalised likelihood, with the
penalty of the whole design throughout. They take rows as independent; clustering by firm is the jackknife's task.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit
from scipy.stats import chi2

from analysis.errors import AnalysisError

STEPS = 200
"""Most Newton steps; a fit that needs more raises an error instead of returning a half-way point."""
ENOUGH = 1e-9
"""A step this small, in standard errors, ends the search."""
LONGEST_STEP = 5.0
WIDEST = 60.0
"""Log-odds from the estimate beyond which a profile limit counts as infinite."""


@dataclass(frozen=True)
class FirthFit:
    """Coefficients (k), information and its inverse (k x k), penalised log likelihood, chances and adjusted residuals.

    The residuals (n) are y - p + h(1/2 - p), orthogonal to every free column at the solution.
    """

    coefficients: np.ndarray
    information: np.ndarray
    covariance: np.ndarray
    log_likelihood: float
    chances: np.ndarray
    residuals: np.ndarray


def firth(x: np.ndarray, y: np.ndarray, start: np.ndarray | None = None,
          fixed: dict[int, float] | None = None, enough: float = ENOUGH) -> FirthFit:
    """Fit y (n, of 0 and 1) on the columns of x (n x k, intercept included); `fixed` holds coefficients at a value.

    `enough` ends the search, in standard errors: a jackknife needs no ninth decimal.
    AnalysisError when the outcome does not vary, a column is a mixture of others, or the search does not end.
    """
    _check(x, y)
    fixed = fixed or {}
    beta = np.zeros(x.shape[1]) if start is None else start.copy()
    beta[list(fixed)] = list(fixed.values())
    free = np.setdiff1d(np.arange(x.shape[1]), list(fixed))
    now = _state(x, y, beta)
    for _ in range(STEPS):
        score = x[:, free].T @ now.residuals
        step = np.linalg.solve(now.information[np.ix_(free, free)], score)
        if score @ step < enough**2:
            return now
        step *= min(1.0, LONGEST_STEP / np.abs(step).max())
        now = _uphill(x, y, now, free, step)
    raise AnalysisError(f"the penalised fit did not settle in {STEPS} steps: look for columns of very unlike scale")


def _uphill(x: np.ndarray, y: np.ndarray, now: FirthFit, free: np.ndarray, step: np.ndarray) -> FirthFit:
    """The state after the step, halved until the penalised likelihood does not fall."""
    for _ in range(25):
        beta = now.coefficients.copy()
        beta[free] += step
        after = _state(x, y, beta)
        if after.log_likelihood >= now.log_likelihood - ENOUGH:
            return after
        step = step / 2
    return after


def _state(x: np.ndarray, y: np.ndarray, beta: np.ndarray) -> FirthFit:
    linear = x @ beta
    chances = expit(linear)
    weights = np.maximum(chances * (1 - chances), 1e-300)
    root = np.sqrt(weights)[:, None] * x
    information = root.T @ root
    covariance = np.linalg.inv(information)
    leverage = ((root @ covariance) * root).sum(axis=1)
    plain = (y * linear - np.logaddexp(0, linear)).sum()
    penalised = plain + np.linalg.slogdet(information)[1] / 2
    return FirthFit(beta, information, covariance, float(penalised), chances, y - chances + leverage * (0.5 - chances))


def _check(x: np.ndarray, y: np.ndarray) -> None:
    if len(np.unique(y)) != 2 or not np.isin(y, (0, 1)).all():
        raise AnalysisError("the outcome must hold both noughts and ones, and nothing else")
    if np.linalg.matrix_rank(x) < x.shape[1]:
        raise AnalysisError("a column of the design is a mixture of the others: drop one")


def profile_p(x: np.ndarray, y: np.ndarray, column: int, fit: FirthFit, value: float = 0.0) -> float:
    """p-value of coefficient = `value` by the penalised likelihood ratio, chi-squared with one degree of freedom."""
    return float(chi2.sf(2 * _drop(x, y, column, value, fit), 1))


def profile_interval(x: np.ndarray, y: np.ndarray, column: int, fit: FirthFit,
                     level: float = 0.95) -> tuple[float, float]:
    """The values of a coefficient that the penalised likelihood ratio does not reject; infinite where it never does."""
    cut = chi2.ppf(level, 1) / 2
    centre, wide = fit.coefficients[column], 2 * np.sqrt(fit.covariance[column, column])

    def beyond(value: float) -> float:
        return _drop(x, y, column, value, fit) - cut

    ends = []
    for side in (-1, 1):
        reach = wide
        while beyond(centre + side * reach) < 0 and reach < WIDEST:
            reach *= 2
        ends.append(side * np.inf if reach >= WIDEST else brentq(beyond, centre, centre + side * reach, xtol=1e-7))
    return float(ends[0]), float(ends[1])


def _drop(x: np.ndarray, y: np.ndarray, column: int, value: float, fit: FirthFit) -> float:
    """How far the penalised log likelihood falls when one coefficient is held."""
    held = firth(x, y, start=fit.coefficients, fixed={column: value})
    return max(fit.log_likelihood - held.log_likelihood, 0.0)
