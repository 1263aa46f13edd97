"""The panel of the trade-off by hand: what is divided by what, which changes count, and that lags go by year."""

import math

import numpy as np
import pandas as pd
import pytest

from analysis.errors import UnknownName
from analysis.models.trade_panel import DEFINITIONS, SAMPLES, shifted, trade_panel, winsorised
from analysis.tables.facts import BREAK
from analysis.tables.panel import load_panel

AMOUNTS = ("capex_usd", "revenue_usd", "ppe_net_usd", "capex_with_finance_leases_usd", "depreciation_usd",
           "depreciation_amortization_usd")


def panel_of(*rows: dict) -> pd.DataFrame:
    """Firm-years of META: year, staff, doubt, capex and revenue; what is not given is missing."""
    table = []
    for row in rows:
        year = row["year"]
        line = {"ticker": row.get("ticker", "META"), "calendar_year": year, "period_end": pd.Timestamp(f"{year}-12-31"),
                "headcount_persons": row.get("staff", math.nan), "headcount_persons_doubt": row.get("doubt"),
                "headcount_persons_documents": f"h{year}", "capex_usd_documents": f"c{year}",
                "revenue_usd_documents": f"r{year}"}
        table.append(line | {name: row.get(name, math.nan) for name in AMOUNTS})
    return pd.DataFrame(table)


def year(number: int, staff: float = 100.0, capex: float = 10.0, revenue: float = 100.0, **more) -> dict:
    return {"year": number, "staff": staff, "capex_usd": capex, "revenue_usd": revenue} | more


def rows_of(*rows: dict, **choices) -> pd.DataFrame:
    return trade_panel(panel_of(*rows), winsor=None, **choices).set_index("calendar_year")


def test_capital_intensity_is_over_the_revenue_of_the_year_before():
    rows = rows_of(year(2020, revenue=50), year(2021, capex=10), year(2022, capex=30, revenue=400))
    assert rows["k"].tolist() == pytest.approx([math.nan, 0.2, 0.3], nan_ok=True)
    assert rows.loc[2022, "k_lag1"] == pytest.approx(0.2)


def test_the_outcome_is_the_change_of_log_headcount():
    rows = rows_of(year(2020, staff=100), year(2021, staff=150))
    assert rows.loc[2021, "d_log_headcount"] == pytest.approx(math.log(1.5))
    assert rows.loc[2021, "log_headcount_lag1"] == pytest.approx(math.log(100))


def test_nothing_is_computed_or_lagged_across_a_missing_year():
    rows = rows_of(year(2018), year(2019), year(2021), year(2022))
    assert rows.loc[[2021], ["d_log_headcount", "k", "k_lag1"]].isna().all(axis=None)
    assert math.isnan(rows.loc[2022, "k_lag1"]) and rows.loc[2022, "k"] == pytest.approx(0.1)


def test_a_break_loses_its_own_change_only():
    rows = rows_of(year(2020), year(2021, staff=300, doubt=f"rounded; {BREAK}"), year(2022, staff=330))
    assert math.isnan(rows.loc[2021, "d_log_headcount"])
    assert rows.loc[2022, "d_log_headcount"] == pytest.approx(math.log(1.1))


def test_a_headcount_that_may_be_stale_spoils_two_changes_unless_kept():
    stale = "headcount repeats the year before: perhaps a list not updated"
    years = (year(2020), year(2021, doubt=stale), year(2022, staff=120), year(2023, staff=120))
    assert rows_of(*years)["d_log_headcount"].notna().tolist() == [False, False, False, True]
    assert rows_of(*years, headcounts="with_repeats")["d_log_headcount"].notna().tolist() == [False, True, True, True]


@pytest.mark.parametrize(("definition", "expected"), [
    ("capex_over_lagged_revenue", 0.3), ("capex_with_leases_over_lagged_revenue", 0.4),
    ("capex_over_lagged_property", 0.6), ("net_capex_over_lagged_revenue", 0.1),
    ("capex_change_over_lagged_revenue", 0.2), ("asinh_capex_change_over_lagged_revenue", math.asinh(0.2)),
    ("capex_over_mean_revenue", 30 / (230 / 3)),
])
def test_each_definition_by_hand(definition, expected):
    more = {"ppe_net_usd": 50.0, "capex_with_finance_leases_usd": 40.0, "depreciation_amortization_usd": 20.0}
    rows = rows_of(year(2019, revenue=50), year(2020, revenue=80), year(2021, **more), year(2022, capex=30, **more),
                   definition=definition)
    assert rows.loc[2022, "k"] == pytest.approx(expected)


def test_every_definition_and_sample_runs_on_the_data():
    panel = load_panel("year")
    counts = {name: trade_panel(panel, sample=name)["ticker"].nunique() for name in SAMPLES}
    assert counts["all"] > counts["industry"] > counts["without_amazon"] > counts["without_hyperscalers"]
    assert all(trade_panel(panel, definition=name)["k"].notna().any() for name in DEFINITIONS)


def test_unknown_choices_name_the_nearest():
    with pytest.raises(UnknownName, match="without_amazon"):
        trade_panel(panel_of(year(2020)), sample="without_amazn")
    with pytest.raises(UnknownName, match="capex_over_lagged_revenue"):
        trade_panel(panel_of(year(2020)), definition="capex_over_revenue")


def test_clipping_is_within_the_year_and_before_lagging():
    frame = pd.DataFrame({"calendar_year": [1] * 5 + [2] * 5, "k": [1.0, 2, 3, 4, 100, 1, 1, 1, 1, 1]})
    clipped = winsorised(frame, "k", 0.25)
    assert clipped.tolist() == [2, 2, 3, 4, 4, 1, 1, 1, 1, 1]
    assert winsorised(frame, "k", None).equals(frame["k"])


def test_scaling_money_changes_no_ratio():
    panel = load_panel("year")
    money = [name for name in panel.columns if name.endswith("_usd")]
    scaled = panel.assign(**{name: panel[name] * 1000 for name in money})
    columns = ["d_log_headcount", "k", "k_lag2", "d_log_revenue_lag1"]
    for definition in DEFINITIONS:
        before, after = (trade_panel(one, definition=definition)[columns] for one in (panel, scaled))
        assert np.allclose(before, after, rtol=1e-9, equal_nan=True), definition


def test_no_ratio_per_employee_of_the_same_year_stands_beside_the_outcome():
    columns = set(trade_panel(panel_of(year(2020), year(2021))).columns)
    assert not {name for name in columns if "per_employee" in name or name == "log_headcount"}


def test_documents_reach_back_as_far_as_the_lags():
    rows = rows_of(year(2019), year(2020), year(2021), year(2022), year(2023))
    assert {"h2023", "h2022", "c2021", "r2020"} <= set(rows.loc[2023, "documents"].split())
    assert "h2019" not in rows.loc[2023, "documents"].split()


def test_shifting_goes_by_calendar_year_both_ways():
    frame = pd.DataFrame({"ticker": "A", "calendar_year": [2019, 2020, 2022], "k": [1.0, 2, 3]})
    assert shifted(frame, "k", 1).tolist() == pytest.approx([math.nan, 1, math.nan], nan_ok=True)
    assert shifted(frame, "k", -1).tolist() == pytest.approx([2, math.nan, math.nan], nan_ok=True)
