"""Capital metrics: how much is built, out of what, and how fast."""

import pandas as pd

from analysis.metrics.registry import define, ratio


@define(
    "capital_intensity_ratio", "Capital intensity", ("capex_usd", "revenue_usd"),
    "Capital expenditure over revenue of the same fiscal year.",
    "Rises when revenue falls. All capital spending counts, not AI alone; capital obtained by lease does not.",
)
def capital_intensity(capex: pd.Series, revenue: pd.Series) -> pd.Series:
    return ratio(capex, revenue)


@define(
    "capex_to_operating_cash_flow_ratio", "Capital expenditure over operating cash flow",
    ("capex_usd", "operating_cash_flow_usd"),
    "Capital expenditure over cash from operations. Above 1, operations did not pay for it.",
    "Stock pay is added back to operating cash flow; tax rules of 2025 lift it as capex rises.",
)
def capex_to_operating_cash_flow(capex: pd.Series, cash: pd.Series) -> pd.Series:
    return ratio(capex, cash)


@define(
    "capex_to_depreciation_ratio", "Capital expenditure over depreciation", ("capex_usd", "depreciation_charge_usd"),
    "Capital expenditure over the year's depreciation. Above 1, the stock of capital grows.",
    "A longer useful life lowers depreciation and lifts the ratio with no cash moved.",
)
def capex_to_depreciation(capex: pd.Series, depreciation: pd.Series) -> pd.Series:
    return ratio(capex, depreciation)


@define(
    "net_investment_usd", "Net investment", ("capex_usd", "depreciation_charge_usd"),
    "Capital expenditure less depreciation.",
    "Depreciation follows the accounting life, not the wear of the asset.",
)
def net_investment(capex: pd.Series, depreciation: pd.Series) -> pd.Series:
    return capex - depreciation


@define(
    "free_cash_flow_usd", "Free cash flow", ("operating_cash_flow_usd", "capex_usd"),
    "Cash from operations less capital expenditure.",
    "Companies define it differently; finance-lease principal is not subtracted here.",
)
def free_cash_flow(cash: pd.Series, capex: pd.Series) -> pd.Series:
    return cash - capex


@define(
    "free_cash_flow_margin_ratio", "Free cash flow margin", ("free_cash_flow_usd", "revenue_usd"),
    "Cash from operations less capital expenditure, over revenue.",
    "Companies define free cash flow differently; finance-lease principal is not subtracted here.",
)
def free_cash_flow_margin(free_cash: pd.Series, revenue: pd.Series) -> pd.Series:
    return ratio(free_cash, revenue)


@define(
    "ppe_net_per_employee_usd_per_person", "Net property and equipment per employee",
    ("ppe_net_usd", "headcount_persons"),
    "Net property and equipment over headcount at the year's end.",
    "Book value, not replacement cost; warehouse staff and data centres share one ratio at Amazon.",
)
def ppe_net_per_employee(ppe: pd.Series, headcount: pd.Series) -> pd.Series:
    return ratio(ppe, headcount)


@define(
    "depreciation_charge_usd", "Depreciation", ("depreciation_usd", "depreciation_amortization_usd"),
    "Depreciation of property and equipment where filed, else depreciation and amortisation.",
    "The two definitions differ; a firm's series may switch between them from one year to the next.",
)
def depreciation_charge(depreciation: pd.Series, with_amortisation: pd.Series) -> pd.Series:
    return depreciation.fillna(with_amortisation)
