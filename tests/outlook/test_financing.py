"""Who pays: cover is cash over spending, and revenue per dollar returns the cost with the return over the life."""

import numpy as np
import pytest

from analysis.outlook.depreciation_paths import END_YEAR, outlook
from analysis.outlook.financing import (
    cash_cover,
    cash_needed,
    lease_burden,
    must_bring,
    revenue_needed,
    revenue_per_dollar,
)
from analysis.outlook.spending import FLAT, SPENT


@pytest.fixture(scope="module")
def meta():
    return outlook("META", draws=60)


def test_revenue_per_dollar_by_hand():
    """Two years at 10%: the loan formula gives 0.57619 a year; at half margin, twice that."""
    assert revenue_per_dollar({"servers": 1.0}, {"servers": 2}, 0.1, 0.5) == pytest.approx(2 * 0.5761905)


def test_at_no_return_revenue_is_the_charge_over_the_margin():
    found = revenue_per_dollar({"servers": 0.5, "buildings": 0.5}, {"servers": 5, "buildings": 25}, 0.0, 1.0)
    assert found == pytest.approx(0.5 / 5 + 0.5 / 25)


def test_the_payment_returns_the_cost_with_the_return():
    paid = revenue_per_dollar({"servers": 1.0}, {"servers": 6}, 0.1, 1.0)
    assert sum(paid / 1.1 ** year for year in range(1, 7)) == pytest.approx(1.0)


def test_cover_is_cash_over_spending_and_lease_principal():
    rows = cash_cover(2025).set_index(["ticker", "fiscal_year"])
    meta = rows.loc[("META", 2025)]
    assert meta["cover_ratio"] < 1 / meta["capex_to_cash_ratio"]
    assert rows.loc[("ORCL", 2026), "cover_ratio"] < 1 < meta["cover_ratio"]


def test_leases_not_found_are_missing_and_not_zero():
    rows = lease_burden()
    assert (rows["leases_not_commenced_usd"].dropna() > 0).all()
    found = rows["leases_not_commenced_usd"] / rows["not_commenced_to_capex_ratio"]
    assert found.dropna().gt(1e9).all()


def test_the_cash_that_is_needed_meets_the_last_years_spending(meta):
    rows = cash_needed(meta).set_index("path")
    cash = meta.filer.panel.set_index(meta.filer.panel["period_end"].dt.year).loc[2025, "operating_cash_flow_usd"]
    grown = cash * (1 + rows["growth_ratio"]) ** (END_YEAR - 2025)
    assert grown.to_numpy() == pytest.approx(rows["capex_usd"].to_numpy(), rel=1e-6)
    assert SPENT not in rows.index


def test_revenue_needed_grows_with_the_property(meta):
    per_dollar = must_bring(meta, draws=500)
    rows = revenue_needed(meta, per_dollar).set_index("path")
    assert 0 < per_dollar.low < per_dollar.value < per_dollar.high < 2
    assert rows.loc[FLAT, "growth_ratio"] < rows.loc["growth", "growth_ratio"]
    assert (rows["added_usd"] / rows["live_growth_usd"]).to_numpy() == pytest.approx(per_dollar.value)
    assert np.all(rows["growth_low_ratio"] < rows["growth_high_ratio"])
