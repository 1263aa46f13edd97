"""The change of aggregate capital intensity falls into parts that add up exactly."""

import pandas as pd
import pytest

from analysis import load_panel
from analysis.errors import AnalysisError
from analysis.metrics.decomposition import (
    aggregate_intensity,
    components,
    contribution,
    decompose,
    extremes,
    last_covered_year,
)
from analysis.metrics.industry import industry_tickers


def firms(*rows: tuple[str, int, float, float]) -> pd.DataFrame:
    """(ticker, year, capex, revenue) as a panel; each cell has a document of its own."""
    frame = pd.DataFrame(rows, columns=["ticker", "calendar_year", "capex_usd", "revenue_usd"])
    frame["period_end"] = pd.to_datetime(frame["calendar_year"].astype(str) + "-12-31")
    for column in ("capex_usd", "revenue_usd"):
        frame[f"{column}_basis"] = "reported"
        frame[f"{column}_documents"] = frame["ticker"] + frame["calendar_year"].astype(str)
    return frame


def parts(panel: pd.DataFrame, start: int = 2022, end: int = 2025, **options) -> dict[str, float]:
    rows = decompose(panel, sorted(set(panel["ticker"])), start, end, **options)
    return components(rows).set_index("part")["change_ratio"].to_dict()


def test_ratios_that_move_at_constant_shares_are_all_within():
    panel = firms(("META", 2022, 10, 100), ("META", 2025, 30, 100), ("AAPL", 2022, 10, 100), ("AAPL", 2025, 10, 100))
    assert parts(panel) == pytest.approx({"within": 0.1, "between": 0, "entry": 0, "exit": 0})


def test_shares_that_move_at_constant_ratios_are_all_between():
    # ratios 0.4 and 0.1; META's share of revenue goes from a half to three quarters
    panel = firms(("META", 2022, 40, 100), ("META", 2025, 120, 300), ("AAPL", 2022, 10, 100), ("AAPL", 2025, 10, 100))
    assert parts(panel) == pytest.approx({"within": 0, "between": 0.3 * 0.25, "entry": 0, "exit": 0})


def test_entry_and_exit_are_set_against_the_level_of_all():
    # level 0.2 in 2022 (40/200) and 0.4 in 2025 (80/200), so 0.3 on average; the share of each is a half
    panel = firms(("META", 2022, 20, 100), ("META", 2025, 20, 100), ("AAPL", 2022, 20, 100), ("NVDA", 2025, 60, 100))
    assert parts(panel) == pytest.approx({"within": 0, "between": 0, "entry": 0.5 * 0.3, "exit": -0.5 * -0.1})


def test_the_same_firms_have_neither_entry_nor_exit():
    panel = firms(("META", 2022, 20, 100), ("META", 2025, 30, 100), ("AAPL", 2022, 20, 100), ("NVDA", 2025, 60, 100))
    assert parts(panel, same_firms=True) == pytest.approx({"within": 0.1, "between": 0, "entry": 0, "exit": 0})


def test_the_parts_of_the_real_industry_add_up_exactly():
    panel, industry = load_panel("year"), industry_tickers()
    for start, end in ((2015, 2025), (2019, 2022), (2022, 2025)):
        rows = decompose(panel, industry, start, end)
        change = aggregate_intensity(panel, industry, end) - aggregate_intensity(panel, industry, start)
        assert abs(contribution(rows).value - change.value) < 1e-10
        assert abs(components(rows)["change_ratio"].sum() - change.value) < 1e-10
        assert set(contribution(rows).documents) == set(change.documents)


def test_swapping_the_years_only_turns_the_signs():
    panel = firms(("META", 2022, 20, 100), ("META", 2025, 90, 150), ("AAPL", 2022, 5, 90), ("AAPL", 2025, 8, 95),
                  ("NVDA", 2025, 60, 100))
    swapped = panel.assign(calendar_year=panel["calendar_year"].map({2022: 2025, 2025: 2022}))
    forward, backward = parts(panel), parts(swapped)
    assert forward["within"] == pytest.approx(-backward["within"])
    assert forward["between"] == pytest.approx(-backward["between"])
    assert forward["entry"] == pytest.approx(-backward["exit"])


def test_a_firm_without_revenue_is_not_in_the_year():
    panel = firms(("META", 2022, 10, 100), ("META", 2025, 20, 100), ("AAPL", 2022, 50, float("nan")),
                  ("AAPL", 2025, 50, 0))
    assert parts(panel) == pytest.approx({"within": 0.1, "between": 0, "entry": 0, "exit": 0})


def test_a_contribution_is_as_weak_as_its_weakest_level():
    panel = firms(("META", 2022, 10, 100), ("META", 2025, 20, 100))
    panel.loc[1, "capex_usd_basis"] = "estimated"
    assert contribution(decompose(panel, ["META"], 2022, 2025)).basis == "estimated"


def test_the_extremes_name_no_firm_twice():
    panel = firms(("META", 2022, 10, 100), ("META", 2025, 20, 100), ("AAPL", 2022, 10, 100), ("AAPL", 2025, 5, 100))
    ends = extremes(decompose(panel, ["META", "AAPL"], 2022, 2025), most=2, least=2)
    assert ends["name"].tolist() == ["Meta Platforms", "Apple"]


def test_years_in_the_wrong_order_or_without_firms_are_refused():
    panel = firms(("META", 2022, 10, 100), ("META", 2025, 20, 100))
    with pytest.raises(AnalysisError, match="2025 is not before"):
        decompose(panel, ["META"], 2025, 2022)
    with pytest.raises(AnalysisError, match="both 2021 and 2025"):
        decompose(panel, ["META"], 2021, 2025)


def test_the_last_year_is_one_that_most_firms_have():
    panel = firms(*((ticker, year, 1, 10) for ticker in ("META", "AAPL", "NVDA") for year in (2023, 2024)),
                  ("META", 2025, 1, 10))
    tickers = ["META", "AAPL", "NVDA"]
    assert last_covered_year(panel, tickers, 2025) == 2024
    assert last_covered_year(panel, tickers, 2023) == 2023
    with pytest.raises(AnalysisError, match="up to 2020"):
        last_covered_year(panel, tickers, 2020)
