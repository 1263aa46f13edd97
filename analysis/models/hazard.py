"""Chances of a layoff announcement in a half-year: Firth logit first, plain logit and complementary log-log beside it.

Estimates are log-odds (log-hazards for the complementary log-log) per standard deviation of the years up to 2019.
Firms cluster: the jackknife over firms (CRV3) gives the standard error and the t-test that goes with it.
"""

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy import stats
from statsmodels.tools.sm_exceptions import DomainWarning

from analysis.errors import require_known
from analysis.models.conventions import LEVEL
from analysis.models.firth import FirthFit, firth, profile_interval, profile_p
from analysis.models.race import LABELS, Race

LINKS = {"logit": sm.families.links.Logit, "cloglog": sm.families.links.CLogLog}

JACKKNIFE_ENOUGH = 1e-6
"""Standard errors within which a fit without one firm is settled."""


@dataclass(frozen=True)
class Hazard:
    """A Firth fit of a race with its jackknife: `without` holds the coefficients without each firm (G x k)."""

    race: Race
    fit: FirthFit
    without: np.ndarray

    def estimate(self, weights: dict[str, float]) -> float:
        """A weighted sum of coefficients, by name."""
        return float(self._vector(weights) @ self.fit.coefficients)

    def standard_error(self, weights: dict[str, float]) -> float:
        """Its CRV3 standard error: (G-1)/G times the squared deviations of the jackknife from the full estimate."""
        firms = len(self.without)
        apart = (self.without - self.fit.coefficients) @ self._vector(weights)
        return float(np.sqrt((firms - 1) / firms * (apart**2).sum()))

    def p_value(self, weights: dict[str, float]) -> float:
        """Two-sided p of the sum against zero: CRV3 and t with G-1 degrees of freedom."""
        return float(2 * stats.t.sf(abs(self.estimate(weights) / self.standard_error(weights)), len(self.without) - 1))

    def interval(self, weights: dict[str, float], level: float = 1 - LEVEL) -> tuple[float, float]:
        """The CRV3 interval of the sum."""
        reach = stats.t.ppf((1 + level) / 2, len(self.without) - 1) * self.standard_error(weights)
        return self.estimate(weights) - reach, self.estimate(weights) + reach

    def marginal(self) -> float:
        """The mean of p(1-p): a log-odds times it is an average marginal effect, in points of chance."""
        return float((self.fit.chances * (1 - self.fit.chances)).mean())

    def _vector(self, weights: dict[str, float]) -> np.ndarray:
        vector = np.zeros(len(self.race.names))
        for name, weight in weights.items():
            vector[self.race.names.index(require_known("term", name, self.race.names))] = weight
        return vector


def hazard(race: Race) -> Hazard:
    """Fit the race by Firth's penalised logit, once with every firm and once without each. Errors as in `firth`."""
    fit, firm = firth(race.x, race.y), race.firm
    without = [_refit(race.x[firm != code], race.y[firm != code], fit) for code in range(race.firms)]
    return Hazard(race, fit, np.array(without))


def linear_jackknife(x: np.ndarray, fit: FirthFit, firm: np.ndarray) -> np.ndarray:
    """Coefficients without each firm (G x k), one Newton step from the fit of x (n x k) with all; firm (n): codes.

    A stand-in for the refits of `hazard` where thousands of made-up worlds each need a jackknife. Misleads: a firm that
    alone holds an association up moves further in a refit than in one step.
    """
    order = np.argsort(firm, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(firm[order]) > 0])
    root = (np.sqrt(fit.chances * (1 - fit.chances))[:, None] * x)[order]
    parts = np.array([own.T @ own for own in np.split(root, starts[1:])])
    scores = np.add.reduceat((x * fit.residuals[:, None])[order], starts, axis=0)
    return fit.coefficients - np.linalg.solve(fit.information - parts, scores[..., None])[..., 0]


def _refit(x: np.ndarray, y: np.ndarray, fit: FirthFit) -> np.ndarray:
    """Coefficients on a smaller sample; a half-year that vanished with its firms keeps the full sample's effect."""
    seen = (x != 0).any(axis=0)
    result = fit.coefficients.copy()
    result[seen] = firth(x[:, seen], y, start=fit.coefficients[seen], enough=JACKKNIFE_ENOUGH).coefficients
    return result


def hazard_table(model: Hazard, terms: tuple[str, ...] | None = None) -> pd.DataFrame:
    """One row per tested term: term, label, estimate, standard_error, low, high, low_90, high_90, p_value (all CRV3),
    low_profile, high_profile (95%) and p_profile of the penalised likelihood, marginal_effect with its low and high,
    least and most (the estimates without one firm), without (the firm that moves it most), n, firms, periods, events,
    specification.

    marginal_effect is in points of chance per standard deviation; its limits are those of the estimate times the
    same slope. Misleads: the profile limits take a firm's half-years as independent, so no conclusion rests on them.
    """
    x, y, rows = model.race.x, model.race.y, []
    tickers, slope = np.sort(model.race.rows["ticker"].unique()), model.marginal()
    for term in terms or model.race.terms:
        column, only = model.race.names.index(term), {term: 1.0}
        estimate, without = model.estimate(only), model.without[:, column]
        low, high = model.interval(only)
        low_90, high_90 = model.interval(only, 0.90)
        low_profile, high_profile = profile_interval(x, y, column, model.fit)
        rows.append({
            "term": term, "label": LABELS.get(term, term), "estimate": estimate,
            "standard_error": model.standard_error(only), "low": low, "high": high, "low_90": low_90,
            "high_90": high_90, "p_value": model.p_value(only), "low_profile": low_profile,
            "high_profile": high_profile, "p_profile": profile_p(x, y, column, model.fit),
            "marginal_effect": slope * estimate, "marginal_effect_low": slope * low,
            "marginal_effect_high": slope * high,
            "least": without.min(), "most": without.max(), "without": tickers[np.abs(without - estimate).argmax()],
            **model.race.sizes(), "specification": "Firth logit"})
    return pd.DataFrame(rows)


@dataclass(frozen=True)
class Fitted:
    """A library fit as a frame (term, estimate, standard_error, low, high, p_value, n) and its log likelihood.

    `dispersion` is Pearson's chi-squared over the degrees of freedom.
    """

    table: pd.DataFrame
    log_likelihood: float
    dispersion: float


def binary_model(y: np.ndarray, x: pd.DataFrame, link: str = "logit", firm: np.ndarray | None = None) -> Fitted:
    """Maximum likelihood for an outcome of 0 and 1; `x` (n x k) holds its own constant. With `firm` (codes) the
    covariance is clustered (CRV1). UnknownName for a link other than logit or cloglog.

    Misleads: under separation the estimate runs away; use `hazard`.
    """
    require_known("link", link, LINKS)
    with warnings.catch_warnings():  # statsmodels' old note on a link that maps outside (0, 1), which these do not
        warnings.simplefilter("ignore", DomainWarning)
        model = sm.GLM(np.asarray(y, float), x.to_numpy(float), family=sm.families.Binomial(LINKS[link]()))
        return fitted(model, list(x), firm)


def fitted(model: sm.GLM, names: list[str], firm: np.ndarray | None = None, covariance: str = "nonrobust") -> Fitted:
    """Fit a generalised linear model and keep what a table needs; `covariance` as in statsmodels unless `firm`."""
    kinds = {"cov_type": covariance} if firm is None else {"cov_type": "cluster", "cov_kwds": {"groups": firm}}
    result = model.fit(maxiter=200, **kinds)
    low, high = result.conf_int(alpha=LEVEL).T
    table = pd.DataFrame({"term": names, "estimate": result.params, "standard_error": result.bse, "low": low,
                          "high": high, "p_value": result.pvalues, "n": int(result.nobs)})
    return Fitted(table, float(result.llf), float(result.pearson_chi2 / result.df_resid))
