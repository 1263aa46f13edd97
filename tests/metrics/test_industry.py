"""Sums hold the same firms every year; rankings leave out what is missing."""

import math

import pandas as pd
import pytest

from analysis.errors import AnalysisError
from analysis.metrics.industry import (
    at_year,
    covered,
    firms_with,
    industry_tickers,
    last_common_year,
    leader,
    ranking,
    share_by_year,
    totals_by_year,
)
from analysis.tables.companies import load_companies

NAN = math.nan


def panel(*rows):
    frame = pd.DataFrame(rows, columns=["ticker", "calendar_year", "capex_usd"])
    return frame.assign(capex_usd_basis="reported", capex_usd_documents=frame["ticker"].str.lower(),
                        period_end=pd.to_datetime(frame["calendar_year"].astype(str) + "-12-31"))


ROWS = panel(("A", 2023, 1.0), ("A", 2024, 2.0), ("B", 2023, 3.0), ("B", 2024, 6.0), ("C", 2024, 100.0))


def test_a_firm_without_every_year_is_not_among_the_same_firms():
    assert firms_with(ROWS, ["capex_usd"], range(2023, 2025)) == ["A", "B"]


def test_a_sum_over_changing_firms_is_refused():
    with pytest.raises(AnalysisError, match="C"):
        totals_by_year(ROWS, "capex_usd", ["A", "C"], range(2023, 2025))


def test_totals_and_shares_by_hand():
    years = range(2023, 2025)
    totals = totals_by_year(ROWS, "capex_usd", ["A", "B"], years)
    assert totals["capex_usd"].tolist() == [4.0, 8.0] and totals["firms_count"].tolist() == [2, 2]
    assert totals["capex_usd_documents"].tolist() == ["a b", "a b"]
    share = share_by_year(ROWS, "capex_usd", ["A"], ["A", "B"], years)
    assert share["share_ratio"].tolist() == [0.25, 0.25] and set(share["share_ratio_basis"]) == {"derived"}
    assert at_year(totals, "capex_usd", 2024).value == 8.0
    with pytest.raises(AnalysisError, match="2023 to 2024"):
        at_year(totals, "capex_usd", 2030)


def test_the_covered_years_are_common_and_who_lacks_them_drops_out():
    firms, years = covered(ROWS, ["capex_usd"], ["A", "B", "Z"], 2015)
    assert firms == ["A", "B"] and list(years) == [2023, 2024]
    with pytest.raises(AnalysisError, match="too few"):
        covered(ROWS, ["capex_usd"], ["A", "Z"], 2015)


def test_the_last_common_year():
    assert last_common_year(ROWS, "capex_usd", ["A", "B"]) == 2024
    with pytest.raises(AnalysisError, match="no year"):
        last_common_year(ROWS, "capex_usd", ["A", "Z"])


def test_a_ranking_turns_with_the_values_and_skips_the_missing():
    assert [one.ticker for one in ranking(ROWS, "capex_usd", 2024)] == ["C", "B", "A"]
    smaller = ROWS.assign(capex_usd=ROWS["capex_usd"].where(ROWS["ticker"] != "C", NAN))
    assert leader(smaller, "capex_usd", 2024).ticker == "B"
    with pytest.raises(AnalysisError, match="nobody"):
        leader(ROWS, "capex_usd", 1999)


def test_the_industry_leaves_out_telecom_media_and_other():
    inside = set(industry_tickers())
    groups = load_companies().set_index("ticker")["peer_group"]
    assert {"META", "AAPL", "NVDA"} <= inside and not {"VZ", "DIS", "TSLA"} & inside
    assert not set(groups[list(inside)]) & {"telecom_media", "other"}
