"""Sources and uses close, keep one definition per change, and rank margins only with every concept."""

import math

import pandas as pd
import pytest

from analysis.economics.funding import OTHER_USES, can_rank, latest_flows, ranked_margins, sources_and_uses
from analysis.errors import AnalysisError

COLUMNS = ("operating_cash_flow_usd", "capex_usd", "total_debt_usd", "long_term_debt_usd", "cash_and_securities_usd",
           "cash_and_equivalents_usd", "marketable_securities_current_usd", *OTHER_USES)
FIRST = {"operating_cash_flow_usd": 100.0, "capex_usd": 40.0, "total_debt_usd": 10.0, "long_term_debt_usd": 8.0,
         "cash_and_securities_usd": 60.0, "cash_and_equivalents_usd": 20.0, "marketable_securities_current_usd": 30.0}
SECOND = FIRST | {"operating_cash_flow_usd": 120.0, "capex_usd": 90.0, "total_debt_usd": 35.0,
                  "long_term_debt_usd": 28.0, "cash_and_securities_usd": 65.0, "cash_and_equivalents_usd": 15.0,
                  "marketable_securities_current_usd": 32.0}
"""The second year: 120 - 90 + 25 - 5 = 50 went elsewhere."""
OTHERS = {"share_repurchases_usd": 30.0, "dividends_paid_usd": 10.0, "acquisitions_usd": 15.0, "equity_issued_usd": 5.0}


def panel(*years: dict, start: int = 2024) -> pd.DataFrame:
    """Firm-years of one company; a concept absent from a year is missing."""
    rows = []
    for offset, values in enumerate(years):
        row = {"ticker": "META", "calendar_year": start + offset, "period_end": pd.Timestamp(f"{start + offset}-12-31")}
        for column in COLUMNS:
            known = column in values
            row |= {column: values.get(column, math.nan), f"{column}_basis": "reported" if known else None,
                    f"{column}_documents": f"{column}{start + offset}" if known else None}
        rows.append(row)
    return pd.DataFrame(rows)


def without(values: dict, *names: str) -> dict:
    return {name: value for name, value in values.items() if name not in names}


def last(*years: dict) -> pd.Series:
    return sources_and_uses(panel(*years)).iloc[-1]


def test_the_remainder_closes_the_identity():
    row = last(FIRST, SECOND)
    assert (row["debt_change_usd"], row["cash_change_usd"], row["remainder_usd"]) == (25.0, 5.0, 50.0)
    assert row["operating_cash_flow_usd"] + row["debt_change_usd"] == pytest.approx(
        row["capex_usd"] + row["cash_change_usd"] + row["remainder_usd"])
    assert row["remainder_usd_basis"] == "derived"


def test_a_change_cites_both_ends_of_its_own_definition():
    assert last(FIRST, SECOND)["debt_change_usd_documents"].split() == ["total_debt_usd2025", "total_debt_usd2024"]


def test_a_change_needs_one_definition_at_both_ends():
    row = last(without(FIRST, "total_debt_usd"), SECOND)
    assert (row["debt_change_usd"], row["debt_definition"]) == (20.0, "long-term")
    row = last(FIRST, without(SECOND, "cash_and_securities_usd"))
    assert (row["cash_change_usd"], row["cash_definition"]) == (-3.0, "with current securities")
    row = last(FIRST, without(SECOND, "cash_and_securities_usd", "marketable_securities_current_usd"))
    assert (row["cash_change_usd"], row["cash_definition"]) == (-5.0, "alone")


def test_without_debt_the_remainder_is_unresolved_and_the_sum_from_outside_is_known():
    row = last(without(FIRST, "total_debt_usd", "long_term_debt_usd"), SECOND)
    assert math.isnan(row["remainder_usd"])
    assert (row["remainder_usd_basis"], row["debt_definition"]) == ("unresolved", None)
    assert row["raised_outside_usd"] == pytest.approx(5 - (120 - 90))


def test_a_gap_between_years_gives_no_change():
    rows = panel(FIRST, FIRST, SECOND).drop(index=1)
    assert math.isnan(sources_and_uses(rows).iloc[-1]["debt_change_usd"])


def test_the_first_year_has_no_change_and_firms_do_not_mix():
    other = panel(SECOND, start=2026).assign(ticker="MSFT")
    funding = sources_and_uses(pd.concat([panel(FIRST, SECOND), other], ignore_index=True))
    assert funding.groupby("ticker").head(1)["debt_change_usd"].isna().all()


def test_margins_are_ranked_only_when_every_concept_is_there():
    without_concepts = sources_and_uses(panel(FIRST, SECOND))
    assert not can_rank(without_concepts)
    with pytest.raises(AnalysisError, match="share_repurchases_usd, dividends_paid_usd"):
        ranked_margins(without_concepts, "META", 2024, 2025)


def test_ranked_margins_add_up_to_the_change_in_spending():
    third = SECOND | {"operating_cash_flow_usd": 180.0, "capex_usd": 150.0, "total_debt_usd": 90.0,
                      "cash_and_securities_usd": 70.0, "share_repurchases_usd": 10.0}
    funding = sources_and_uses(panel(FIRST | OTHERS, SECOND | OTHERS, OTHERS | third))
    ranked = ranked_margins(funding, "META", 2025, 2026).set_index("margin")["change_usd"]
    assert ranked.sum() == pytest.approx(60)
    assert ranked["operating_cash_flow_usd"] == 60
    assert ranked["debt_change_usd"] == 30
    assert ranked["share_repurchases_usd"] == 20
    assert ranked.index[0] == "operating_cash_flow_usd"
    with pytest.raises(AnalysisError, match="2031"):
        ranked_margins(funding, "META", 2025, 2031)


def test_the_latest_flows_of_an_empty_frame_are_missing():
    funding = sources_and_uses(panel(FIRST, SECOND))
    assert latest_flows(funding)["remainder"].value == 50
    assert latest_flows(funding.iloc[0:0])["capex"].is_missing
