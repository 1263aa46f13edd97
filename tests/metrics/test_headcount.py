"""Headcounts compare over the same firms; stale ones leave the ranking; net and gross stand apart."""

import math

import pandas as pd
import pytest

from analysis.errors import AnalysisError
from analysis.metrics import headcount as h


def panel(*rows):
    frame = pd.DataFrame(rows, columns=["ticker", "calendar_year", "headcount_persons"])
    ends = pd.to_datetime(frame["calendar_year"].astype(str) + "-12-31")
    return frame.assign(period_end=ends, headcount_persons_basis="reported", headcount_persons_doubt=None,
                        headcount_persons_documents=frame["ticker"] + frame["calendar_year"].astype(str))


def facts(*rows):
    frame = pd.DataFrame(rows, columns=["ticker", "period_end", "value"])
    return frame.assign(period_end=pd.to_datetime(frame["period_end"]), concept="headcount", basis="reported",
                        document_id="doc", doubt=None)


def test_an_index_is_one_in_its_base_year_and_leaves_out_who_lacks_it():
    found = h.indexed(panel(("META", 2019, 50.0), ("META", 2020, 60.0), ("MSFT", 2020, 9.0)), "ticker", 2019)
    assert list(found["ticker"]) == ["META", "META"]
    assert list(found["headcount_index_ratio"]) == [1.0, 1.2]
    assert found["headcount_index_ratio_documents"].iloc[1] == "META2020 META2019"


def test_extremes_turn_when_the_growth_is_reversed():
    rows = [("META", 2019, 50.0), ("META", 2020, 100.0), ("ORCL", 2019, 50.0), ("ORCL", 2020, 40.0)]
    (most, high), (least, low) = h.extremes(h.indexed(panel(*rows), "ticker", 2019), "ticker", 2020)
    assert (most, high.value, least, low.value) == ("META", 2.0, "ORCL", 0.8)
    rows[1], rows[3] = ("META", 2020, 40.0), ("ORCL", 2020, 100.0)
    (most, _), (least, _) = h.extremes(h.indexed(panel(*rows), "ticker", 2019), "ticker", 2020)
    assert (most, least) == ("ORCL", "META")


def test_extremes_without_the_year_are_an_error():
    with pytest.raises(AnalysisError, match="2030"):
        h.extremes(h.indexed(panel(("META", 2019, 50.0)), "ticker", 2019), "ticker", 2030)


def test_group_totals_keep_the_same_firms_and_need_three_of_them():
    companies = pd.DataFrame({"ticker": list("ABCDE"), "peer_group": ["software"] * 4 + ["internet"]})
    full = [(ticker, year, 10.0) for ticker in "ABCE" for year in (2019, 2020)]
    found = h.group_totals(panel(*full, ("D", 2020, 500.0)), companies, range(2019, 2021))
    assert set(found["group"]) == {"software"}
    assert list(found["headcount_persons"]) == [30.0, 30.0]
    assert set(found["firms_count"]) == {3}


def test_a_firm_whose_definition_breaks_leaves_the_group():
    companies = pd.DataFrame({"ticker": list("ABCD"), "peer_group": ["software"] * 4})
    rows = panel(*[(ticker, year, 10.0) for ticker in "ABCD" for year in (2019, 2020)])
    later = (rows["ticker"] == "D") & (rows["calendar_year"] == 2020)
    rows.loc[later, "headcount_persons_doubt"] = "not comparable with the year before"
    assert set(h.group_totals(rows, companies, range(2019, 2021))["firms_count"]) == {3}
    rows["headcount_persons_doubt"] = rows["headcount_persons_doubt"].shift(-1)  # a break in the first year is no break
    assert set(h.group_totals(rows, companies, range(2019, 2021))["firms_count"]) == {4}


def test_no_growth_is_computed_across_a_break():
    heads = facts(("IBM", "2024-12-31", 100.0), ("IBM", "2025-12-31", 90.0))
    heads.loc[1, "doubt"] = "dated company profile; not comparable with the year before"
    found = h.last_headcounts(heads, pd.Timestamp("2026-10-08"))
    assert math.isnan(found["growth_ratio"][0]) and found["headcount_persons"][0] == 90.0


def test_the_latest_headcount_is_compared_with_a_year_before_when_there_is_one():
    day = pd.Timestamp("2026-10-08")
    heads = facts(("META", "2024-12-31", 100.0), ("META", "2025-12-31", 90.0),
                  ("MSFT", "2024-06-30", 50.0), ("MSFT", "2026-06-30", 60.0))
    found = h.last_headcounts(heads, day).set_index("ticker")
    assert found.loc["META", "growth_ratio"] == pytest.approx(-0.1)
    assert math.isnan(found.loc["MSFT", "growth_ratio"])
    assert not found["is_stale"].any()


def test_a_headcount_older_than_eighteen_months_is_stale():
    heads = facts(("META", "2025-04-09", 1.0), ("MSFT", "2025-04-07", 2.0))
    found = h.last_headcounts(heads, pd.Timestamp("2026-10-08"))
    assert dict(zip(found["ticker"], found["is_stale"], strict=True)) == {"META": False, "MSFT": True}
    assert list(h.stale_by_year(found)["names"]) == ["Microsoft"]


def test_net_and_gross_stand_side_by_side():
    both = h.net_and_gross(layoffs(), panel(("META", 2021, 100.0), ("META", 2023, 80.0)), ["META"], 2021, 2023).iloc[0]
    assert both["net_persons"] == -20
    assert both["cuts_persons"] == 30
    assert both["estimated_persons"] == 500
    assert both["uncounted_count"] == 1
    assert both["net_persons_documents"] == "META2023 META2021"


def test_no_counted_round_in_the_span_is_missing_and_not_zero():
    both = h.net_and_gross(layoffs(), panel(("META", 2024, 100.0), ("META", 2025, 80.0)), ["META"], 2024, 2025).iloc[0]
    assert math.isnan(both["cuts_persons"])
    assert both["cuts_persons_basis"] == "unresolved"


def layoffs():
    days = ["2021-06-01", "2022-01-05", "2023-05-01", "2023-06-01", "2023-07-01"]
    return pd.DataFrame({
        "ticker": "META", "announced_date": pd.to_datetime(days), "record_kind": ["announcement"] * 4 + ["estimate"],
        "employees_cut_persons": [7.0, 20.0, 10.0, math.nan, 500.0],
        "count_kind": ["as_reported"] * 3 + ["not_given", "estimate"],
        "adds_up": [True, True, True, False, False], "document_id": "doc",
    })


def series(name, values, start="2024-01-01"):
    days = pd.date_range(start, periods=len(values), freq="MS")
    return pd.DataFrame({"series": name, "date": days, "value": values, "document_id": "bls"})


def test_context_compares_with_the_same_month_a_year_before():
    found = h.labour_context(series("bls_ces_information_employment_USINFO", [200.0] * 12 + [190.0])).iloc[0]
    assert (found["value"], found["year_before"]) == (190.0, 200.0)
    assert found["change_ratio"] == pytest.approx(-0.05)


def test_context_without_a_year_before_says_nothing_of_the_change():
    found = h.labour_context(series("challenger_ai_cited_job_cuts_ytd", [10.0, 30.0])).iloc[0]
    assert found["value"] == 30.0
    assert math.isnan(found["change_ratio"])


def test_a_noisy_monthly_series_is_averaged_over_twelve_months():
    found = h.labour_context(series("bls_jolts_layoffs_information", [30.0] * 12 + [42.0] * 12)).iloc[0]
    assert (found["value"], found["year_before"]) == (42.0, 30.0)
