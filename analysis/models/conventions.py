"""The conventions that estimators differ on, each pinned once.

Clusters are firms unless a function says otherwise.
CRV1 is scaled by G/(G-1) * (N-1)/(N-k); k leaves out the firm effects, which are nested in the clusters.
CRV3 is the jackknife over clusters, (G-1)/G times the sum of squared deviations from the full estimate, with
t(G-1): on the covariates of this panel its size is then nearer five per cent than with fewer degrees of freedom.
CR2 takes the working model of independent errors, with the Bell-McCaffrey-Satterthwaite degrees of freedom.
A permutation or bootstrap p counts the estimate itself, p = (1 + #) / (1 + B); an enumeration p is # / total.
Permutation of capital paths is equal-tailed: twice the smaller of both tails, because firms that cannot exchange
their paths shift the draws. Sizes, which only a large value speaks for, are of t less its mean over all worlds.
"""

from analysis.numerals import fixed

SEED = 2026
"""The seed of every random draw; a report that runs twice prints the same digits."""

LEAST_FIRMS = 20
"""With fewer firms no model is built: its place says "cannot tell"."""
LEAST_FIRMS_A_YEAR = 10
"""A year with fewer firms compares too few to hold a year effect; it is dropped."""
LEAST_FIRMS_A_CELL = 4
"""A group-by-year cell with fewer firms joins the cell of all other firms."""
LEAST_CHANGES = 3
"""Headcount changes a firm needs to count as one whose path is seen."""

STEP = 0.10
"""The step of capital intensity that a trade-off is stated for: ten percentage points of revenue."""
LAGS = 2
"""Years of capital intensity before the current one that are cumulated."""
WINSOR = 0.01
"""Share of each year's firms clipped at either end of a variable."""

PERMUTATIONS = 4999
BOOTSTRAP_DRAWS = 9999
ENUMERATE_UP_TO = 14
"""Clusters up to which all sign vectors are enumerated instead of drawn (2 to the power of it)."""
WEBB_BELOW = 12
"""Clusters below which drawn weights are Webb's six points instead of two signs."""
TIE = 1e-10
"""Statistics closer than this are ties: floating point must not decide a p-value."""

LEVEL = 0.05
SMALLEST_P = 0.001
"""A p below this is written as such: its digits carry nothing."""
POWER = 0.80
MDE_STANDARD_ERRORS = 2.80
"""The minimum detectable effect in standard errors: z(0.975) + z(0.80), for a two-sided test with 80% power."""


def p_text(p: float) -> str:
    """How a p-value is written: three decimals, and "<0.001" below that."""
    return f"<{SMALLEST_P}" if p < SMALLEST_P else fixed(p, 3)
