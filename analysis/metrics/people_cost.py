"""What staff cost, as a range: no company discloses it.

Low: the larger of reported stock compensation and median pay times headcount. Both are parts of the
total, and median pay in a proxy statement already holds stock awards, so adding them would count stock
twice and the bound would no longer be low.
High: research and development, sales and marketing, and general and administrative expense, less their
share of depreciation and amortisation in proportion to cost lines. Staff in cost of revenue are outside.
"""

import pandas as pd

from analysis.metrics.registry import define, ratio, with_provenance
from analysis.tables.assumptions import assumption
from analysis.tables.companies import load_companies


def add_people_cost(panel: pd.DataFrame) -> pd.DataFrame:
    """The yearly panel with people_cost_low_usd and people_cost_high_usd, basis and documents.

    `people_cost_low_from` says what the low bound rests on: stock compensation, own median pay or the group's.

    Missing inputs leave a bound missing ("unresolved"); `unresolved_people_cost` lists them with the reason.
    Misleads: the range is wide on purpose; a point inside it is nobody's payroll. Where staff sit in cost of
    revenue (Amazon's warehouses) the high bound is not an upper bound of all staff; where it falls below the low
    bound it is left unresolved.
    """
    panel = _with_median_pay(panel)
    stock = panel["share_based_compensation_usd"]
    wages = panel["median_pay_low_usd_per_person"] * panel["headcount_persons"]
    inputs = ("median_pay_low_usd_per_person", "headcount_persons", "share_based_compensation_usd")
    low = wages.where(stock.isna() | (wages >= stock), stock).where(wages.notna())
    panel = with_provenance(panel, "people_cost_low_usd", low, inputs)
    method = panel["median_pay_from"].map(PAY_METHODS).mask(low == stock, "stock compensation")
    return _with_high(panel.assign(people_cost_low_from=method.where(low.notna())))


PAY_METHODS = {"filed": "own median pay", "carried": "own median pay", "group": "median pay of the group"}
"""What the low bound rests on when it is not stock compensation; a path over years should keep one method."""


def _with_high(panel: pd.DataFrame) -> pd.DataFrame:
    selling = panel["sales_marketing_usd"] + panel["general_administrative_usd"]
    selling = selling.fillna(panel["selling_general_administrative_usd"])
    operating = panel["research_development_usd"] + selling
    charge = panel["depreciation_amortization_usd"].fillna(panel["depreciation_usd"])
    share = ratio(operating, operating + panel["cost_of_revenue_usd"])
    inputs = (
        "research_development_usd", "sales_marketing_usd", "general_administrative_usd",
        "selling_general_administrative_usd", "depreciation_amortization_usd", "depreciation_usd",
        "cost_of_revenue_usd",
    )
    high = operating - share * charge
    high = high.where(~(high < panel["people_cost_low_usd"]))
    return with_provenance(panel, "people_cost_high_usd", high, inputs, at_best="estimated")


def _with_median_pay(panel: pd.DataFrame) -> pd.DataFrame:
    """Add the low end of median pay per firm-year: filed for that year, else carried, else the group's quartile."""
    groups = load_companies().set_index("ticker")["peer_group"]
    panel = panel.assign(peer_group=panel["ticker"].map(groups))
    filed = panel["median_employee_pay_usd_per_person"]
    carried, carried_ids = _carried_pay(panel)
    assumed = panel["peer_group"].map({group: _group_pay(group) for group in panel["peer_group"].unique()})
    ids = panel["median_employee_pay_usd_per_person_documents"]
    basis = panel["median_employee_pay_usd_per_person_basis"].where(filed.notna(), "estimated")
    return panel.assign(
        median_pay_low_usd_per_person=filed.fillna(carried).fillna(assumed),
        median_pay_low_usd_per_person_basis=basis.where(filed.fillna(carried).fillna(assumed).notna(), "unresolved"),
        median_pay_low_usd_per_person_documents=ids.where(filed.notna(), carried_ids),
        median_pay_from=_origin(filed, carried),
    )


def _origin(filed: pd.Series, carried: pd.Series) -> pd.Series:
    origin = pd.Series("group", index=filed.index)
    return origin.mask(carried.notna(), "carried").mask(filed.notna(), "filed")


def _group_pay(group: str) -> float:
    return assumption(f"median_pay_{group}_usd_per_person", "low").value


def _carried_pay(panel: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Median pay filed for the nearest earlier or later year, moved by the register's low yearly growth."""
    filed = panel.loc[panel["median_employee_pay_usd_per_person"].notna(),
                      ["ticker", "period_end", "median_employee_pay_usd_per_person",
                       "median_employee_pay_usd_per_person_documents"]]
    rows = panel[["ticker", "period_end"]].reset_index()
    nearest = pd.merge_asof(
        rows.sort_values("period_end"),
        filed.assign(filed_end=filed["period_end"]).sort_values("period_end"),
        on="period_end", by="ticker", direction="nearest",
    ).set_index("index").sort_index()
    years = (nearest["period_end"] - nearest["filed_end"]).dt.days / DAYS_A_YEAR
    ends = [assumption("median_pay_growth_ratio", end).value for end in ("low", "high")]
    forward = (1 + ends[0]) ** years
    backward = (1 + ends[1]) ** years
    moved = nearest["median_employee_pay_usd_per_person"] * forward.where(years >= 0, backward)
    return moved, nearest["median_employee_pay_usd_per_person_documents"]


DAYS_A_YEAR = 365.25


def unresolved_people_cost(panel: pd.DataFrame) -> pd.DataFrame:
    """Firm-years without a people-cost bound: ticker, calendar_year, bound (low or high) and what is missing."""
    rows = []
    needs = {"low": ["headcount_persons"],
             "high": ["research_development_usd", "cost_of_revenue_usd", "selling_usd", "depreciation_any_usd"]}
    either = panel.assign(
        selling_usd=(panel["sales_marketing_usd"] + panel["general_administrative_usd"]).fillna(
            panel["selling_general_administrative_usd"]),
        depreciation_any_usd=panel["depreciation_amortization_usd"].fillna(panel["depreciation_usd"]),
    )
    for bound, columns in needs.items():
        missing = either[either[f"people_cost_{bound}_usd"].isna()]
        if missing.empty:
            continue
        why = missing[columns].isna().apply(lambda row: ", ".join(row.index[row].str.removesuffix("_usd")), axis=1)
        why = why.replace("", "bounds cross: staff sit in cost of revenue")
        rows.append(missing[["ticker", "calendar_year"]].assign(bound=bound, missing=why))
    columns = ["ticker", "calendar_year", "bound", "missing"]
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=columns)


def median_pay_register(pay: pd.DataFrame) -> pd.DataFrame:
    """The register's median-pay rows, computed from the filed facts: assumption_id, value, low, high.

    `pay` has ticker, peer_group, calendar_year and value (dollars). Per group: quartiles over firms of the
    latest filed value; growth: quartiles over firms of yearly growth between first and last filed year.
    """
    latest = pay.sort_values("calendar_year").drop_duplicates("ticker", keep="last")
    by_group = latest.groupby("peer_group")["value"].quantile([0.25, 0.5, 0.75]).unstack()
    by_group.index = "median_pay_" + by_group.index + "_usd_per_person"
    ends = pay.sort_values("calendar_year").groupby("ticker").agg(
        first=("value", "first"), last=("value", "last"),
        years=("calendar_year", lambda years: years.max() - years.min()),
    )
    pairs = ends[ends["years"] > 0]
    yearly = (pairs["last"] / pairs["first"]) ** (1 / pairs["years"]) - 1
    growth = yearly.quantile([0.25, 0.5, 0.75]).to_frame("median_pay_growth_ratio").T
    table = pd.concat([by_group, growth]).rename(columns={0.25: "low", 0.5: "value", 0.75: "high"})
    return table.rename_axis("assumption_id").reset_index()[["assumption_id", "value", "low", "high"]]


@define(
    "compute_share_low_ratio", "Compute share, low", ("depreciation_charge_usd", "people_cost_high_usd"),
    "Depreciation over depreciation plus the high bound of people cost.",
    "Depreciation follows accounting lives; compute that is rented, not owned, is missing.",
)
def compute_share_low(depreciation: pd.Series, people: pd.Series) -> pd.Series:
    return ratio(depreciation, depreciation + people)


@define(
    "compute_share_high_ratio", "Compute share, high", ("depreciation_charge_usd", "people_cost_low_usd"),
    "Depreciation over depreciation plus the low bound of people cost.",
    "Depreciation follows accounting lives; compute that is rented, not owned, is missing.",
)
def compute_share_high(depreciation: pd.Series, people: pd.Series) -> pd.Series:
    return ratio(depreciation, depreciation + people)
