"""Several tests of one question: Holm for the primary ones, Benjamini-Hochberg for the exploratory ones."""

from collections.abc import Sequence

import numpy as np
from statsmodels.stats.multitest import multipletests

from analysis.errors import AnalysisError, require_known

RULES = {"bonferroni": "bonferroni", "holm": "holm", "bh": "fdr_bh", "by": "fdr_by"}


def adjusted(p_values: Sequence[float], rule: str = "holm") -> np.ndarray:
    """Adjusted p-values in the order given; compare them with the level as they are. Missing ones stay missing.

    UnknownName for a rule other than bonferroni, holm, bh, by; AnalysisError for a value outside 0 to 1.
    Misleads: a missing p still was a question asked; it does not count here.
    """
    require_known("rule", rule, RULES)
    p = np.asarray(p_values, float)
    known = ~np.isnan(p)
    if ((p[known] < 0) | (p[known] > 1)).any():
        raise AnalysisError("a p-value lies between 0 and 1")
    result = np.full(len(p), np.nan)
    if known.any():
        result[known] = multipletests(p[known], method=RULES[rule])[1]
    return result
