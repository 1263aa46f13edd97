"""One company's page: the right rows, breaks where nothing is known, words that say what is missing."""

import math

import pandas as pd
import pytest

from analysis import companies_with_enough_data, load_layoffs
from analysis.errors import AnalysisError
from analysis.metrics import brief
from analysis.metrics.cost_centres import with_cost_centres
from tests.metrics.test_people_cost import years


def cost_years(*rows: tuple[int, dict]) -> pd.DataFrame:
    return with_cost_centres(years(*(("META", year, changes) for year, changes in rows)))


def test_a_range_is_preferred_to_a_floor_a_year_newer_but_not_two():
    floor = {"cost_of_revenue_usd": None}
    state, row = brief.people_cost_state(cost_years((2024, {}), (2025, floor)))
    assert (state, row["calendar_year"]) == ("range", 2024)
    state, row = brief.people_cost_state(cost_years((2023, {}), (2024, floor), (2025, floor)))
    assert (state, row["calendar_year"]) == ("floor", 2025)


def test_without_headcount_nothing_resolves():
    state, row = brief.people_cost_state(cost_years((2025, {"headcount_persons": None})))
    assert state == "unresolved"
    assert brief.why_unresolved(row, "low") == "the data lack headcount"


def test_why_a_high_bound_is_missing_is_said_in_words():
    lacking = {"cost_of_revenue_usd": None, "research_development_usd": None}
    _, row = brief.people_cost_state(cost_years((2025, lacking)))
    assert brief.why_unresolved(row, "high") == "the data lack research and development and cost of revenue"
    _, row = brief.people_cost_state(cost_years((2025, {"median_employee_pay_usd_per_person": 60.0})))
    assert "below the low bound" in brief.why_unresolved(row, "high")
    with pytest.raises(AnalysisError, match="is not missing"):
        brief.why_unresolved(row, "low")


def test_capital_above_a_mere_floor_tells_nothing():
    below, above = ({"cost_of_revenue_usd": None, "capex_usd": capex} for capex in (299.0, 301.0))
    assert "below even that" in brief.beside_floor(cost_years((2025, below)).iloc[0])
    assert "cannot be told" in brief.beside_floor(cost_years((2025, above)).iloc[0])


def heads(*rows: tuple[str, float]) -> pd.DataFrame:
    days, values = zip(*rows, strict=True)
    return pd.DataFrame({"period_end": pd.to_datetime(list(days)), "headcount_persons": values})


def test_the_earlier_headcount_is_a_year_older_whatever_stands_between():
    table = heads(("2024-12-31", 90.0), ("2025-03-31", 95.0), ("2025-12-31", 100.0))
    last, before = brief.newest_and_year_before(table)
    assert (last["headcount_persons"], before["headcount_persons"]) == (100.0, 90.0)
    with pytest.raises(AnalysisError, match="a year apart"):
        brief.newest_and_year_before(table.tail(2))


def test_a_headcount_line_breaks_where_years_are_missing():
    table = brief.headcounts("CDNS")
    apart = table["period_end"].diff().dt.days
    known = table["headcount_persons"].notna()
    assert not ((apart > brief.GAP_DAYS) & known & known.shift()).any()
    assert table.loc[~known, "headcount_persons_basis"].eq("unresolved").all()


def test_layoff_rows_say_what_was_left_out_of_the_sum():
    rows = brief.layoff_rows("META").set_index("event_id")
    assert rows.loc["2026-04-17.meta", ["counted", "reason"]].tolist() == ["yes", "spending on AI infrastructure"]
    assert rows.loc["2026-04-02.meta", "counted"] == "no: may be part of an earlier plan"
    assert rows.loc[rows["employees_cut_persons"].isna(), "counted"].eq("no count given").all()
    assert rows["announced_date"].is_monotonic_decreasing
    assert rows["url"].str.startswith("http").all()


def test_every_kind_and_reason_in_the_table_has_words():
    events = load_layoffs()
    assert set(events["record_kind"]) <= set(brief.KINDS)
    assert set(events["reason_class"]) <= set(brief.REASONS)


def test_a_company_outside_the_mixed_group_stands_beside_its_peers():
    table = brief.intensity_beside_peers(brief.brief_panel("META"), "META")
    assert set(table["series"]) == {"company", "peers"}
    assert set(brief.intensity_beside_peers(brief.brief_panel("TSLA"), "TSLA")["series"]) == {"company"}


@pytest.mark.parametrize("ticker", companies_with_enough_data())
def test_every_company_with_enough_data_has_what_the_page_needs(ticker):
    panel = brief.brief_panel(ticker)
    rows = brief.last_years(panel, ticker)
    assert rows["period_end"].is_monotonic_increasing and len(rows) <= 5
    assert math.isfinite(brief.newest(panel, ticker, "capex_usd", "capital_intensity_ratio")["capex_usd"])
    state, row = brief.people_cost_state(rows)
    if state != "range":
        assert brief.why_unresolved(row, "high" if state == "floor" else "low")
    brief.newest_and_year_before(brief.headcounts(ticker))


def test_a_company_without_data_is_refused():
    with pytest.raises(AnalysisError, match="no fiscal year of TWTR"):
        brief.newest(brief.brief_panel("TWTR"), "TWTR", "capex_usd", "median_employee_pay_usd_per_person")
