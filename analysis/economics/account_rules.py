"""One owned accelerator under other rules of account: what is counted, who lends, what the tax office takes."""

import math
from inspect import signature

import numpy as np
import pandas as pd

from analysis.economics.breakeven import break_even_utilisation, rented_usd
from analysis.economics.owned_or_rented import at_any_use
from analysis.economics.ranges import Range, assumed, provenance
from analysis.economics.tco import capital_cost_ratio, cost_per_hour, depreciation_usd, owned_usd

RENT = ("cloud_usd_per_hour", "repeat_ratio", "term_years")
"""Inputs of renting alone."""
STUDIES = ("horizon_years", "server_usd", "network_storage_ratio", "power_kw", "pue_ratio", "electricity_usd_per_kwh",
           "maintenance_ratio", "cloud_usd_per_hour", "term_years")
"""What the published studies count: no discounting, staff, building, failures, resale or falling prices."""


def rules_table(one: dict[str, Range]) -> pd.DataFrame:
    """The same accelerator under other rules of account, at central values.

    Columns: rule, owned_usd_per_hour (of being there and working all hours), break_even_ratio (missing where there
    is none), verdict (in words), with basis and documents.
    """
    full = {name: value.value for name, value in at_any_use(one).items()}
    rate, tax = full["discount_ratio"], assumed("tax_rate_ratio")
    loan = {"loan_rate_ratio": assumed("purchase_loan_ratio"), "loan_years": assumed("purchase_loan_years")}
    credit = capital_cost_ratio(rate, 1.0, **{name: term.value for name, term in loan.items()})
    same = " at the cost of capital: no change" if np.isclose(credit, 1.0) else ""
    rules = {"as the studies count": {name: full[name] for name in STUDIES if name in full}, "everything": full,
             f"everything, bought on credit{same}": full | {"capital_ratio": credit}}
    for label, method in (("straight line", "straight_line"), ("tax table", "macrs")):
        shares = depreciation_usd(1.0, full["life_years"], method)
        capital = capital_cost_ratio(rate, tax_ratio=tax.value, deductions=shares)
        rules[f"after tax, deducted by {label}"] = full | {
            "capital_ratio": capital, "tax_ratio": tax.value,
            "cloud_usd_per_hour": full["cloud_usd_per_hour"] * (1 - tax.value)}
    basis, documents = provenance([*one.values(), tax, *loan.values()])
    return pd.DataFrame([_rule(label, inputs) for label, inputs in rules.items()]).assign(
        break_even_ratio_basis=basis, break_even_ratio_documents=" ".join(documents), owned_usd_per_hour_basis=basis)


def _rule(label: str, inputs: dict) -> dict:
    owned = {name: value for name, value in inputs.items() if name not in RENT}
    share = float(break_even_utilisation(**inputs))
    return {"rule": label, "owned_usd_per_hour": float(cost_per_hour(**owned)),
            "break_even_ratio": share if 0 < share <= 1 else math.nan, "verdict": _verdict(share, inputs, owned)}


def _verdict(share: float, inputs: dict, owned: dict) -> str:
    """Where owning is the cheaper way, in words."""
    if share <= 1:
        return "cheaper from there on" if share > 0 else "cheaper at every use"
    if "term_years" not in inputs:
        return "dearer at every use"
    rent = {name: inputs[name] for name in signature(rented_usd).parameters if name in inputs}
    idle = owned_usd(**owned, utilisation_ratio=0.0) < rented_usd(**rent)
    return "cheaper only when little used" if idle else "dearer at every use"
