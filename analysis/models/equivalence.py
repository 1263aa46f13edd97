"""Effects too small to matter, and effects too small to see: equivalence tests and minimum detectable effects."""

from dataclasses import dataclass

from scipy import stats
from statsmodels.stats.power import TTestIndPower

from analysis.errors import AnalysisError
from analysis.models.conventions import LEVEL, MDE_STANDARD_ERRORS, POWER
from analysis.tables.decision_rules import threshold

SMALLEST_EFFECT = "trade_off.contradicted.1"
"""The rule whose threshold is the smallest effect of interest: log points over 100 per ten points of intensity."""


@dataclass(frozen=True)
class Equivalence:
    """Two one-sided tests: p of lying above the low bound, p of lying below the high bound, and the larger."""

    p_above_low: float
    p_below_high: float

    @property
    def p_value(self) -> float:
        return max(self.p_above_low, self.p_below_high)


def equivalence(estimate: float, standard_error: float, df: float, low: float, high: float) -> Equivalence:
    """Two one-sided t tests of `low` < effect < `high` (Schuirmann 1987); a small p says the effect lies inside.

    Same as asking whether the 90% interval lies inside the bounds at five per cent.
    AnalysisError when the bounds are in the wrong order or the standard error is not positive.
    """
    if low >= high:
        raise AnalysisError(f"the lower bound {low} is not below the upper bound {high}")
    if standard_error <= 0:
        raise AnalysisError(f"a standard error is positive, not {standard_error}")
    above = stats.t.sf((estimate - low) / standard_error, df)
    below = stats.t.cdf((estimate - high) / standard_error, df)
    return Equivalence(float(above), float(below))


def smallest_effect() -> float:
    """The smallest effect of interest as a positive number, from the frozen rules."""
    return -threshold(SMALLEST_EFFECT)


def detectable_effect(standard_error: float) -> float:
    """The minimum detectable effect by rule: 2.80 standard errors, for 80% power at five per cent, two-sided.

    Misleads: it takes the standard error as known and the t as normal; `power.detectable` simulates instead.
    """
    return MDE_STANDARD_ERRORS * standard_error


def power_of_two_samples(effect: float, firms: int, level: float = LEVEL) -> float:
    """Power of the two-sided two-sample t test: `effect` in standard deviations, `firms` in each arm."""
    return float(TTestIndPower().power(effect, nobs1=firms, alpha=level, ratio=1.0, alternative="two-sided"))


def logit_sample_size(log_odds: float, share: float = 0.5, level: float = LEVEL, power: float = POWER) -> float:
    """Observations a logit needs to see `log_odds` per standard deviation (Hsieh, Bloch and Larsen 1998)."""
    reach = stats.norm.ppf(1 - level / 2) + stats.norm.ppf(power)
    return float(reach**2 / (share * (1 - share) * log_odds**2))
