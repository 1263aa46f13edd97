"""Share of staff cut: Poisson pseudo-maximum likelihood, which keeps the quiet half-years as zeros.

Only the mean has to be right, exp(x'b); the outcome need not be a count (Santos Silva and Tenreyro 2006). So the
covariance is never the Poisson one in a race: it is clustered by firm.
"""

import numpy as np
import pandas as pd
import statsmodels.api as sm

from analysis.models.hazard import Fitted, fitted
from analysis.models.race import LABELS, Race


def ppml(y: np.ndarray, x: pd.DataFrame, firm: np.ndarray | None = None, covariance: str = "HC0") -> Fitted:
    """Poisson pseudo-maximum likelihood of y (n, at or above zero) on x (n x k, its constant included).

    `covariance`: "nonrobust" (the Poisson one, for counts), "HC0", or clustered where `firm` codes are given.
    Misleads: columns that are all zero where y is positive have no finite estimate.
    """
    model = sm.GLM(np.asarray(y, float), x.to_numpy(float), family=sm.families.Poisson())
    return fitted(model, list(x), firm, covariance)


def share_cut_table(race: Race) -> pd.DataFrame:
    """The race with the share of staff cut as outcome: term, label, estimate (log points of the mean share per standard
    deviation), standard_error (clustered by firm), low, high, p_value, n, firms, periods, specification.

    Half-years without any cut hold no information under half-year effects and must be out (`without_quiet`).
    """
    found = ppml(race.rows["cut_share_ratio"].to_numpy(float), pd.DataFrame(race.x, columns=race.names), race.firm)
    table = found.table[found.table["term"].isin(race.terms)].reset_index(drop=True)
    sizes = {name: value for name, value in race.sizes().items() if name != "n"}
    return table.assign(label=table["term"].map(lambda term: LABELS.get(term, term)), **sizes, specification="PPML")
