"""People cost is a range with hand-worked ends, or it is unresolved and says why."""

import math

import pandas as pd
import pytest

from analysis.errors import AnalysisError
from analysis.metrics.cost_centres import (
    by_group,
    firms_placed,
    latest_resolved,
    one_depreciation,
    place_in_range,
    resolved,
    resolved_years,
    share_paths,
    unresolved_reasons,
    with_cost_centres,
)
from analysis.metrics.people_cost import add_people_cost, median_pay_register, unresolved_people_cost
from analysis.quantity import Quantity
from analysis.tables.assumptions import assumption
from analysis.tables.companies import load_companies
from analysis.tables.facts import load_facts
from analysis.tables.read import read_table

COLUMNS = (
    "capex_usd", "revenue_usd", "headcount_persons", "median_employee_pay_usd_per_person",
    "share_based_compensation_usd", "research_development_usd", "sales_marketing_usd", "general_administrative_usd",
    "selling_general_administrative_usd", "cost_of_revenue_usd", "depreciation_usd", "depreciation_amortization_usd",
)
WHOLE = {
    "capex_usd": 700.0, "revenue_usd": 2000.0, "headcount_persons": 10.0, "median_employee_pay_usd_per_person": 30.0,
    "share_based_compensation_usd": 200.0, "research_development_usd": 400.0, "sales_marketing_usd": 100.0,
    "general_administrative_usd": 100.0, "cost_of_revenue_usd": 400.0, "depreciation_usd": 150.0,
    "depreciation_amortization_usd": 200.0,
}
"""Low: 30 x 10 = 300, above stock of 200. High: 600 less 200 x 600 / 1000 = 480. Depreciation 150."""


def years(*rows: tuple[str, int, dict]) -> pd.DataFrame:
    """(ticker, calendar year, changes to WHOLE) as a panel; None takes an input away."""
    table = []
    for ticker, year, changes in rows:
        row = {"ticker": ticker, "calendar_year": year, "period_end": pd.Timestamp(f"{year}-12-31")}
        for column in COLUMNS:
            value = (WHOLE | changes).get(column)
            row |= {column: math.nan if value is None else value,
                    f"{column}_basis": None if value is None else "reported",
                    f"{column}_documents": None if value is None else f"{ticker}{year}"}
        table.append(row)
    return pd.DataFrame(table)


def bounds(**changes) -> tuple[float, float]:
    row = add_people_cost(years(("META", 2025, changes))).iloc[0]
    return row["people_cost_low_usd"], row["people_cost_high_usd"]


def test_both_bounds_equal_their_hand_worked_values():
    assert bounds() == pytest.approx((300, 480))


def test_stock_is_not_added_to_median_pay_which_holds_it_already():
    assert bounds(share_based_compensation_usd=250.0)[0] == pytest.approx(300)
    assert bounds(share_based_compensation_usd=350.0)[0] == pytest.approx(350)
    assert bounds(share_based_compensation_usd=None)[0] == pytest.approx(300)


def test_one_selling_and_administrative_line_serves_as_well_as_two():
    two = {"sales_marketing_usd": None, "general_administrative_usd": None}
    assert bounds(**two, selling_general_administrative_usd=200.0) == pytest.approx((300, 480))


def test_without_headcount_the_low_bound_is_unresolved_even_where_stock_is_known():
    row = add_people_cost(years(("META", 2025, {"headcount_persons": None}))).iloc[0]
    assert math.isnan(row["people_cost_low_usd"])
    assert row["people_cost_low_usd_basis"] == "unresolved"


@pytest.mark.parametrize("column", ["research_development_usd", "general_administrative_usd", "cost_of_revenue_usd"])
def test_a_missing_input_leaves_the_high_bound_unresolved(column):
    assert math.isnan(bounds(**{column: None})[1])


def test_bounds_that_cross_are_unresolved():
    low, high = bounds(median_employee_pay_usd_per_person=60.0)
    assert low == pytest.approx(600)
    assert math.isnan(high)


def test_median_pay_of_another_year_is_moved_and_estimated():
    panel = years(("META", 2024, {}), ("META", 2025, {"median_employee_pay_usd_per_person": None,
                                                    "share_based_compensation_usd": None}))
    row = add_people_cost(panel).iloc[1]
    slow = 1 + assumption("median_pay_growth_ratio", "low").value
    assert row["people_cost_low_usd"] == pytest.approx(300 * slow, rel=1e-3)
    assert (row["people_cost_low_usd_basis"], row["median_pay_from"]) == ("estimated", "carried")


def test_a_firm_that_files_no_median_pay_takes_the_low_end_of_its_group():
    row = add_people_cost(years(("META", 2025, {"median_employee_pay_usd_per_person": None}))).iloc[0]
    group = assumption("median_pay_hyperscaler_usd_per_person", "low").value
    assert row["people_cost_low_usd"] == pytest.approx(10 * group)
    assert (row["people_cost_low_usd_basis"], row["median_pay_from"]) == ("estimated", "group")


def test_the_unresolved_are_listed_with_what_they_lack():
    panel = add_people_cost(years(("META", 2025, {}), ("AAPL", 2025, {"headcount_persons": None}),
                                ("NVDA", 2025, {"cost_of_revenue_usd": None})))
    listed = unresolved_people_cost(panel).set_index(["ticker", "bound"])["missing"].to_dict()
    assert listed[("AAPL", "low")] == "headcount_persons"
    assert listed[("NVDA", "high")] == "cost_of_revenue"
    assert not any(ticker == "META" for ticker, _ in listed)


def test_the_register_of_median_pay_holds_quartiles_over_firms():
    pay = pd.DataFrame({"ticker": ["A", "A", "B", "C"], "peer_group": ["x"] * 4,
                        "calendar_year": [2021, 2023, 2023, 2023], "value": [100.0, 121.0, 200.0, 300.0]})
    register = median_pay_register(pay).set_index("assumption_id")
    assert register.loc["median_pay_x_usd_per_person"].tolist() == [200.0, 160.5, 250.0]
    assert register.loc["median_pay_growth_ratio"].tolist() == pytest.approx([0.1, 0.1, 0.1])


def test_the_register_in_data_is_what_the_filed_facts_give():
    filed = load_facts(concepts=["median_employee_pay"]).merge(load_companies()[["ticker", "peer_group"]], on="ticker")
    computed = median_pay_register(filed).set_index("assumption_id")
    register = read_table("assumptions").set_index("assumption_id")
    for name, row in computed.iterrows():
        for end in ("low", "value", "high"):
            step = 0.5 if name.endswith("person") else 0.00005  # the register is rounded
            assert abs(register.loc[name, end] - row[end]) <= step, (name, end)


def test_compute_share_pairs_each_end_with_the_other_bound():
    row = with_cost_centres(years(("META", 2025, {}))).iloc[0]
    assert row["compute_share_low_ratio"] == pytest.approx(150 / (150 + 480))
    assert row["compute_share_high_ratio"] == pytest.approx(150 / (150 + 300))
    assert row["firm_year"] == "Meta Platforms, 2025"


def test_a_firm_keeps_one_definition_of_depreciation_over_the_years():
    panel = years(("META", 2023, {"depreciation_usd": None}), ("META", 2024, {}), ("AAPL", 2023, {}),
                ("AAPL", 2024, {"depreciation_usd": None}))
    steady = one_depreciation(add_people_cost(panel)).set_index(["ticker", "calendar_year"])
    assert steady["depreciation_charge_usd"].tolist()[1:] == [150.0, 200.0, 200.0]
    assert math.isnan(steady.loc[("META", 2023), "depreciation_charge_usd"])
    assert steady.loc["AAPL", "depreciation_definition"].tolist() == ["with amortisation"] * 2


def test_resolved_needs_both_bounds_and_depreciation():
    panel = with_cost_centres(years(("META", 2024, {}), ("META", 2025, {"headcount_persons": None})))
    assert resolved(panel)["calendar_year"].tolist() == [2024]
    assert latest_resolved(panel, ["META"], 2025).empty
    with pytest.raises(AnalysisError, match="AAPL is resolved in no year"):
        resolved_years(panel, "AAPL")


@pytest.mark.parametrize(("value", "words"), [
    (299.0, "below the whole of"), (300.0, "inside"), (480.0, "inside"), (481.0, "above the whole of"),
    (math.nan, "unresolved"),
])
def test_a_number_is_placed_against_the_whole_range(value, words):
    assert place_in_range(Quantity(value, "usd"), Quantity(300.0, "usd"), Quantity(480.0, "usd")) == words


def test_firms_are_named_by_the_place_of_their_capital_expenditure():
    panel = with_cost_centres(years(("META", 2025, {}), ("AAPL", 2025, {"capex_usd": 400.0})))
    assert firms_placed(panel, "capex_usd", "above the whole of") == ["META"]
    assert firms_placed(panel, "capex_usd", "inside") == ["AAPL"]


def test_a_group_is_summed_only_over_enough_firms_with_one_definition():
    chips = [(ticker, 2025, {}) for ticker in ("AMD", "INTC", "NVDA")]
    panel = with_cost_centres(years(*chips, ("META", 2025, {}), *((ticker, 2025, {"depreciation_usd": None})
                                                                for ticker in ("ADBE", "CRM", "NOW"))))
    groups = by_group(panel).set_index("peer_group")
    assert groups.loc["semiconductors", "people_cost_low_usd"] == pytest.approx(900)
    assert groups.loc["semiconductors", "compute_share_high_ratio"] == pytest.approx(450 / 1350)
    assert math.isnan(groups.loc["hyperscaler", "capex_usd"])
    assert groups.loc["software", "capex_usd"] == pytest.approx(2100)
    assert math.isnan(groups.loc["software", "compute_share_high_ratio"])


def test_a_path_is_up_or_down_only_when_both_bounds_agree():
    more, fewer = {"depreciation_usd": 300.0}, {"depreciation_usd": 50.0}
    split = {"depreciation_usd": 150.0, "headcount_persons": 9.0, "research_development_usd": 500.0}
    panel = with_cost_centres(years(*((ticker, 2022, {}) for ticker in ("META", "AAPL", "NVDA", "MSFT")),
                                  ("META", 2025, more), ("AAPL", 2025, fewer), ("NVDA", 2025, split)))
    paths = share_paths(panel, ["META", "AAPL", "NVDA", "MSFT"], 2022, 2024).set_index("ticker")
    assert paths["moved"].to_dict() == {"META": "up", "AAPL": "down", "NVDA": "unclear"}


def test_unresolved_firms_are_grouped_by_what_their_newest_year_lacks():
    no_staff, no_cost = {"headcount_persons": None}, {"cost_of_revenue_usd": None}
    panel = with_cost_centres(years(("META", 2025, {}), ("AAPL", 2025, no_staff), ("NVDA", 2025, no_staff),
                                    ("ORCL", 2025, no_cost)))
    latest = latest_resolved(panel, ["META", "AAPL", "NVDA", "ORCL"], 2024)
    reasons = unresolved_reasons(panel, ["META", "AAPL", "NVDA", "ORCL"], latest)
    assert reasons.to_dict("list") == {"missing": ["headcount", "cost of revenue"], "firms_count": [2, 1],
                                       "firms": ["AAPL, NVDA", "ORCL"]}
