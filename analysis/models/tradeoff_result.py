"""The trade-off as one result: estimate, every p, who carries it, and what the frozen rules make of it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.models.cluster import Bootstrap, Inference, inference, wild_bootstrap
from analysis.models.conventions import BOOTSTRAP_DRAWS, PERMUTATIONS
from analysis.models.equivalence import Equivalence, detectable_effect, equivalence, smallest_effect
from analysis.models.influence import by_firm, effective_clusters, share_below_zero
from analysis.models.permutation import Permutation, lag_tests, permutation_test
from analysis.models.power import detectable, residual_sd
from analysis.models.power_tables import power_table
from analysis.models.sample import panel_documents
from analysis.models.tradeoff import PRIMARY, Specification, by_lag, cumulated
from analysis.quantity import Quantity
from analysis.tables.decision_rules import judged, verdict

READING = "trade_off"
REPLICATIONS = 200
"""Made-up outcomes per effect size on every page that states what could have been seen."""


@dataclass(frozen=True)
class TradeOff:
    """One specification on one panel, whole: see `trade_off`.

    power: frame of `power.power_curve` on this panel, or None when none was simulated.
    """

    crv1: Inference
    cr2: Inference
    crv3: Inference
    bootstrap: Bootstrap
    permutation: Permutation
    effective_clusters: float
    firms: pd.DataFrame
    rows: pd.DataFrame
    power: pd.DataFrame | None = None

    @property
    def estimate(self) -> float:
        return self.crv3.estimate

    @property
    def decisive_p(self) -> float:
        """The larger of the CRV3 p and the stratified permutation p."""
        return max(self.crv3.p_value, self.permutation.p_value)

    @property
    def detectable(self) -> float:
        """The one number for what could have been seen, four times in five: the simulated where there is one.

        Without a simulation, or when even its largest effect is seen more seldom, `detectable_by_rule`.
        """
        simulated = np.nan if self.power is None else detectable(self.power)
        return self.detectable_by_rule if np.isnan(simulated) else simulated

    @property
    def detectable_by_rule(self) -> float:
        """The minimum detectable effect by rule, from the CRV3 standard error: it leaves out the permutation."""
        return detectable_effect(self.crv3.standard_error)

    @property
    def equivalence(self) -> Equivalence:
        """Tests that the effect lies inside the smallest effect of interest on either side."""
        bound = smallest_effect()
        return equivalence(self.estimate, self.crv3.standard_error, self.crv3.df, -bound, bound)

    @property
    def statistics(self) -> dict[str, float]:
        """Every number the rules of this reading name."""
        low, high = self.crv3.interval(0.90)
        return {"estimate": self.estimate, "decisive_p": self.decisive_p, "low_90": low, "high_90": high,
                "same_sign_share": share_below_zero(self.firms)}

    @property
    def verdict(self) -> str:
        return verdict(READING, self.statistics)

    @property
    def conditions(self) -> pd.DataFrame:
        """Each condition of the rules, the value found and whether it holds."""
        return judged(READING, self.statistics)

    def quantity(self, value: float, unit: str = "ratio") -> Quantity:
        """A number of this result, derived from the documents of the panel."""
        return Quantity(float(value), unit, "derived", panel_documents(self.rows))


def trade_off(trade: pd.DataFrame, rows: pd.DataFrame, specification: Specification = PRIMARY,
              permutations: int = PERMUTATIONS, bootstrap_draws: int = BOOTSTRAP_DRAWS,
              replications: int = 0) -> TradeOff:
    """theta with all its inference. `trade`: frame of `trade_panel`; `rows`: frame of `estimation_rows`.

    `replications`: made-up outcomes per effect size for the power of the primary specification; 0 simulates none.
    Pages that state what could have been seen simulate with REPLICATIONS, so that they state the same number.
    """
    design = cumulated(rows, specification)
    return TradeOff(
        crv1=inference(design, "CRV1"), cr2=inference(design, "CR2"), crv3=inference(design, "CRV3"),
        bootstrap=wild_bootstrap(design, bootstrap_draws),
        permutation=permutation_test(trade, rows, specification, permutations),
        effective_clusters=effective_clusters(design), firms=by_firm(rows, specification), rows=rows,
        power=power_table(trade, rows, residual_sd(rows), replications) if replications else None)


METHODS = {
    "crv1": ("Clustered by firm (CRV1)", "shown, never decisive: too small when few firms hold the variation"),
    "cr2": ("Clustered, bias-reduced (CR2)", "Satterthwaite degrees of freedom"),
    "crv3": ("Jackknife over firms (CRV3)", "decides, with the permutation"),
    "bootstrap": ("Restricted wild cluster bootstrap", "whole firms' residuals flipped"),
    "permutation": ("Permutation of whole capital paths", "decides, with the jackknife"),
}


def inference_table(found: TradeOff) -> pd.DataFrame:
    """The p-values side by side: method, standard_error_ratio, p_value, p_standard_error (Monte Carlo), role."""
    table = []
    for name, (label, role) in METHODS.items():
        one = getattr(found, name)
        table.append({"method": label, "standard_error_ratio": getattr(one, "standard_error", np.nan),
                      "p_value": one.p_value, "p_standard_error": getattr(one, "p_standard_error", np.nan),
                      "role": role})
    return pd.DataFrame(table)


def lag_table(trade: pd.DataFrame, rows: pd.DataFrame, specification: Specification = PRIMARY,
              permutations: int = PERMUTATIONS) -> pd.DataFrame:
    """`tradeoff.by_lag` with the permutation p of each lag: permutation_p, permutation_p_standard_error.

    Exploratory: the reading is judged on their sum, and three coefficients are looked at.
    """
    found = lag_tests(trade, rows, specification, permutations)
    return by_lag(rows, specification).assign(
        permutation_p=[one.p_value for one in found],
        permutation_p_standard_error=[one.p_standard_error for one in found])
