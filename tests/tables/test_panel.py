"""Firm-years and firm-quarters: aligned, never interpolated, identities hold."""

import pandas as pd
import pytest

from analysis import HYPERSCALERS, load_facts, load_panel
from analysis.tables.cells import firm_year, quantity_in, total_of
from analysis.tables.panel import sums_of_quarters


@pytest.fixture(scope="module")
def years() -> pd.DataFrame:
    return load_panel("year")


def test_one_row_per_company_and_period(years):
    assert not years.duplicated(["ticker", "period_end"]).any()
    assert not load_panel("quarter").duplicated(["ticker", "period_end"]).any()


def test_no_company_has_two_years_in_one_calendar_year(years):
    known = years[years["revenue_usd"].notna()]
    twice = known[known.duplicated(["ticker", "calendar_year"], keep=False)]
    assert twice[["ticker", "period_end"]].to_numpy().tolist() == []


def test_metas_two_definitions_of_2025(years):
    meta = firm_year(years, "META", 2025)
    assert meta["capex_usd"] == 69_691e6
    assert meta["capex_with_finance_leases_usd"] == 72_215e6
    assert meta["capex_with_finance_leases_usd_basis"] == "derived"
    assert quantity_in(meta, "capex_with_finance_leases_usd").documents


def test_every_hyperscaler_has_eleven_years(years):
    for ticker in HYPERSCALERS:
        rows = years[(years["ticker"] == ticker) & years["calendar_year"].between(2015, 2025)]
        for column in ("capex_usd", "revenue_usd", "operating_cash_flow_usd", "headcount_persons"):
            assert rows[column].notna().sum() == 11, (ticker, column)


def test_a_quarterly_headcount_is_there_only_when_disclosed():
    quarters = load_panel("quarter")
    disclosed = load_facts(concepts=["headcount"])
    pairs = set(zip(disclosed["ticker"], disclosed["period_end"], strict=True))
    shown = quarters[quarters["headcount_persons"].notna()]
    assert set(zip(shown["ticker"], shown["period_end"], strict=True)) <= pairs
    oracle = quarters[(quarters["ticker"] == "ORCL") & (quarters["period_end"].dt.month != 5)]
    assert len(oracle) and oracle["headcount_persons"].isna().all()


def test_a_year_is_summed_only_from_four_quarters():
    ends = pd.to_datetime(["2024-03-31", "2024-06-30", "2024-09-30", "2024-12-31"])
    facts = pd.DataFrame({
        "ticker": "META", "concept": "capex", "span": "quarter", "period_end": ends, "value": [1.0, 2.0, 3.0, 4.0],
        "unit": "usd", "basis": "reported", "document_id": ["a", "b", "b", "c"],
    })
    years = pd.DataFrame({"ticker": ["META"], "concept": ["revenue"], "period_end": [ends[-1]]})
    summed = sums_of_quarters(facts, years)
    assert summed["value"].tolist() == [10.0] and summed["basis"].tolist() == ["derived"]
    assert summed["document_id"].tolist() == ["a b c"]
    assert sums_of_quarters(facts.iloc[1:], years).empty


def test_four_quarters_sum_to_the_year():
    facts = load_facts(concepts=["capex", "revenue", "operating_income", "operating_cash_flow"])
    key = ["ticker", "concept"]
    years = facts.loc[facts["span"] == "year", [*key, "period_end", "value"]]
    quarters = facts.loc[facts["span"] == "quarter", [*key, "period_end", "value"]]
    pairs = years.merge(quarters, on=key, suffixes=("", "_quarter"))
    pairs = pairs[(pairs["period_end"] - pairs["period_end_quarter"]).dt.days.between(-5, 285)]
    sums = pairs.groupby([*key, "period_end", "value"], as_index=False).agg(
        quarters=("value_quarter", "size"), total=("value_quarter", "sum"))
    whole = sums[sums["quarters"] == 4]
    off = (whole["total"] - whole["value"]).abs() > 0.02 * whole["value"].abs()
    assert len(whole) > 900
    assert off.mean() < 0.02, whole[off]


def test_free_cash_flow_is_an_identity(years):
    from analysis.metrics import add_metrics

    panel = add_metrics(years, "free_cash_flow_usd", "free_cash_flow_margin_ratio")
    rows = panel.dropna(subset=["free_cash_flow_margin_ratio"])
    rebuilt = (rows["operating_cash_flow_usd"] - rows["capex_usd"]) / rows["revenue_usd"]
    assert len(rows) > 800 and (rebuilt - rows["free_cash_flow_margin_ratio"]).abs().max() < 1e-12


def test_a_total_joins_documents_and_takes_the_weakest_basis(years):
    rows = years[years["ticker"].isin(["META", "GOOGL"]) & (years["calendar_year"] == 2025)]
    result = total_of(rows, "capex_usd")
    assert result.value == rows["capex_usd"].sum() and result.basis == "derived"
    assert len(result.documents) >= 2


def test_missing_is_never_zero(years):
    row = firm_year(years, "META", 2015)
    assert quantity_in(row, "finance_lease_principal_usd").is_missing
    assert total_of(years.iloc[0:0], "capex_usd").is_missing
