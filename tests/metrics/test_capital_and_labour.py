"""Metrics against hand-worked values, with basis and documents."""

import math

import pandas as pd
import pytest

from analysis.errors import UnknownName
from analysis.metrics import METRICS, add_metrics, growth, previous_year
from analysis.metrics.labour import layoff_rate
from analysis.tables.cells import UNITS, unit_of

NAN = math.nan


def cells(**values: float) -> dict:
    """Panel columns for one row: value, basis "reported" and a document named after the column."""
    row: dict = {"ticker": "META", "calendar_year": 2025, "period_end": pd.Timestamp("2025-12-31")}
    for column, value in values.items():
        known = value is not None and not math.isnan(value)
        row |= {column: value, f"{column}_basis": "reported" if known else None,
                f"{column}_documents": column[:8] if known else None}
    return row


META = cells(capex_usd=72.0, revenue_usd=200.0, operating_cash_flow_usd=116.0, depreciation_usd=18.0,
             depreciation_amortization_usd=18.6, ppe_net_usd=160.0, headcount_persons=80.0,
             operating_income_usd=84.0, share_based_compensation_usd=20.0)


@pytest.mark.parametrize(("metric", "value"), [
    ("capital_intensity_ratio", 0.36),
    ("capex_to_operating_cash_flow_ratio", 72 / 116),
    ("capex_to_depreciation_ratio", 4.0),
    ("net_investment_usd", 54.0),
    ("free_cash_flow_usd", 44.0),
    ("free_cash_flow_margin_ratio", 0.22),
    ("ppe_net_per_employee_usd_per_person", 2.0),
    ("revenue_per_employee_usd_per_person", 2.5),
    ("operating_income_per_employee_usd_per_person", 1.05),
    ("capex_per_employee_usd_per_person", 0.9),
    ("stock_compensation_per_employee_usd_per_person", 0.25),
])
def test_a_metric_equals_its_hand_worked_value(metric, value):
    row = add_metrics(pd.DataFrame([META]), metric).iloc[0]
    assert row[metric] == pytest.approx(value)
    assert row[f"{metric}_basis"] == "derived"
    assert "capex_us" in row[f"{metric}_documents"] or "headcoun" in row[f"{metric}_documents"] \
        or "operatin" in row[f"{metric}_documents"]


def test_a_metric_is_as_weak_as_its_weakest_input():
    row = META | {"revenue_usd_basis": "estimated"}
    weak = add_metrics(pd.DataFrame([row]), "capital_intensity_ratio")
    assert weak["capital_intensity_ratio_basis"][0] == "estimated"


@pytest.mark.parametrize("revenue", [0.0, -5.0, NAN])
def test_a_missing_or_empty_denominator_is_unresolved_not_zero(revenue):
    row = add_metrics(pd.DataFrame([META | {"revenue_usd": revenue}]), "capital_intensity_ratio").iloc[0]
    assert math.isnan(row["capital_intensity_ratio"])
    assert row["capital_intensity_ratio_basis"] == "unresolved"


def test_depreciation_of_property_is_preferred_and_the_total_fills_in():
    rows = pd.DataFrame([META, META | {"depreciation_usd": NAN}])
    assert add_metrics(rows, "depreciation_charge_usd")["depreciation_charge_usd"].tolist() == [18.0, 18.6]


def test_growth_compares_with_the_calendar_year_before_and_not_with_the_row_before():
    rows = pd.DataFrame([cells(headcount_persons=100.0) | {"calendar_year": 2022},
                         cells(headcount_persons=90.0) | {"calendar_year": 2023},
                         cells(headcount_persons=99.0) | {"calendar_year": 2025}])
    grown = growth(rows, "headcount_persons", "headcount_growth_ratio")
    assert grown["headcount_growth_ratio"].round(6).tolist()[1] == -0.1
    assert grown["headcount_growth_ratio"].isna().tolist() == [True, False, True]
    assert previous_year(rows, "headcount_persons").tolist()[1] == 100.0


def test_a_layoff_rate_uses_the_last_headcount_before_and_only_what_adds_up():
    events = pd.DataFrame({
        "ticker": ["META"] * 3, "announced_date": pd.to_datetime(["2026-01-13", "2026-04-17", "2026-04-20"]),
        "employees_cut_persons": [1500.0, 8000.0, 500.0], "adds_up": [True, True, False],
    })
    panel = pd.DataFrame({"ticker": ["META", "META"], "period_end": pd.to_datetime(["2024-12-31", "2025-12-31"]),
                          "headcount_persons": [74_067.0, 79_000.0]})
    rate = layoff_rate(events, panel).iloc[0]
    assert rate["employees_cut_persons"] == 9500 and rate["layoff_rate_ratio"] == pytest.approx(9500 / 79_000)


def test_a_layoff_rate_needs_a_headcount_that_is_not_stale():
    events = pd.DataFrame({"ticker": ["META"], "announced_date": pd.to_datetime(["2026-04-17"]),
                           "employees_cut_persons": [8000.0], "adds_up": [True]})
    panel = pd.DataFrame({"ticker": ["META"], "period_end": pd.to_datetime(["2023-12-31"]),
                          "headcount_persons": [67_317.0]})
    assert layoff_rate(events, panel)["layoff_rate_ratio"].isna().all()


def test_no_event_is_no_row():
    events = pd.DataFrame({"ticker": ["META"], "announced_date": pd.to_datetime(["2026-04-17"]),
                           "employees_cut_persons": [8000.0], "adds_up": [False]})
    panel = pd.DataFrame({"ticker": ["META"], "period_end": pd.to_datetime(["2025-12-31"]),
                          "headcount_persons": [79_000.0]})
    assert layoff_rate(events, panel).empty


def test_an_unknown_metric_names_the_nearest():
    with pytest.raises(UnknownName, match="capital_intensity_ratio"):
        add_metrics(pd.DataFrame([META]), "capital_intensity")


def test_every_metric_says_what_it_is_and_how_it_misleads():
    for column, metric in METRICS.items():
        assert unit_of(column) in UNITS and metric.label
        assert len(metric.definition) > 20 and len(metric.misleads) > 20, column
