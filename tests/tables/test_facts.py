"""Facts: dates not labels, restatements kept, as-of editions without unknown vintages."""

import datetime as dt

import pandas as pd
import pytest

from analysis import data_date, load_facts, load_guidance, load_labour, load_layoffs, load_panel, load_statements
from analysis.errors import AnalysisError, UnknownName
from analysis.periods import calendar_year, is_fiscal_year_end, parse_as_of, span_of
from analysis.tables.facts import choose_reading, vintage_unknown
from analysis.tables.read import read_table

D = dt.date


@pytest.mark.parametrize(("start", "end", "span"), [
    (D(2025, 1, 1), D(2025, 3, 31), "quarter"),
    (D(2023, 10, 1), D(2023, 12, 30), "quarter"),  # 13 weeks
    (D(2025, 1, 1), D(2025, 6, 30), "half"),
    (D(2025, 1, 1), D(2025, 9, 30), "nine_months"),
    (D(2022, 9, 25), D(2023, 9, 30), "year"),  # 53 weeks
])
def test_a_span_is_told_by_its_dates(start, end, span):
    assert span_of(start, end) == span


def test_a_span_of_no_known_length_is_refused():
    with pytest.raises(AnalysisError, match="45 days"):
        span_of(D(2025, 1, 1), D(2025, 2, 14))


def test_trailing_twelve_months_are_no_fiscal_year():
    assert span_of(D(2025, 7, 1), D(2026, 6, 30)) == "year"
    assert not is_fiscal_year_end(D(2026, 6, 30), 12)
    assert is_fiscal_year_end(D(2026, 1, 2), 12)  # a 53-week year may close in January


def test_no_cumulative_or_trailing_span_is_in_the_facts():
    facts = read_table("facts").dropna(subset=["period_start"])
    days = (facts["period_end"] - facts["period_start"]).dt.days + 1
    assert days[facts["span"] == "year"].between(350, 380).all()
    assert days[facts["span"] == "quarter"].between(80, 100).all()
    ends = read_table("companies").set_index("ticker")["fiscal_year_end_month"]
    amazon = facts[(facts["ticker"] == "AMZN") & (facts["span"] == "year")]
    assert (amazon["period_end"].dt.month == ends["AMZN"]).all()


@pytest.mark.parametrize(("end", "year"), [
    ("2026-01-25", 2025),  # NVIDIA, labelled fiscal 2026
    ("2026-05-31", 2025),  # Oracle, labelled fiscal 2026
    ("2025-06-30", 2024),  # Microsoft, labelled fiscal 2025
    ("2025-09-27", 2025),  # Apple, labelled fiscal 2025
    ("2025-12-31", 2025),
    ("2016-01-03", 2015),  # Teledyne, a 53-week year
])
def test_years_align_by_their_midpoint(end, year):
    assert calendar_year(pd.Series([pd.Timestamp(end)]))[0] == year


def test_a_quarter_stands_in_the_year_of_its_own_midpoint():
    quarters = load_panel("quarter", ["META"]).set_index("period_end")
    assert quarters.loc["2026-03-31", "calendar_year"] == 2026
    assert quarters.loc["2026-03-31", "calendar_quarter"] == "2026Q1"
    both = load_panel("quarter")
    assert (both["calendar_year"].astype(str) == both["calendar_quarter"].str[:4]).all()


def test_results_and_announcements_end_on_different_days():
    assert data_date(table="facts") < data_date() == data_date(table="layoff_events")
    assert data_date("2026-04-20", "guidance") == pd.Timestamp("2026-03-10")


def test_restated_values_are_both_kept_and_the_latest_is_used():
    kept = load_facts(["META"], ["capex"], all_readings=True)
    year = kept[(kept["period_end"] == "2023-12-31") & (kept["span"] == "year")]
    assert sorted(year["value"]) == [27_045e6, 27_266e6]
    now = load_facts(["META"], ["capex"])
    assert now[(now["period_end"] == "2023-12-31") & (now["span"] == "year")]["value"].tolist() == [27_045e6]


def test_an_as_of_edition_knows_the_value_of_its_day():
    then = load_facts(["META"], ["capex"], as_of="2024-12-31")
    row = then[(then["period_end"] == "2023-12-31") & (then["span"] == "year")]
    assert row["value"].tolist() == [27_266e6]


def test_nothing_filed_later_and_nothing_of_unknown_vintage_is_in_an_as_of_edition():
    then = load_facts(as_of="2024-06-30")
    assert len(then) and then["filed_date"].notna().all()
    assert (then["filed_date"] <= "2024-06-30").all()
    assert vintage_unknown() > 15_000


def test_later_guidance_events_and_statements_stay_out():
    day = "2026-04-20"
    assert load_guidance(["META"], day)["given_date"].max() == pd.Timestamp("2026-01-28")
    assert (load_statements(as_of=day)["date"] <= day).all()
    cut = load_layoffs(companies=["META"], as_of=day).iloc[-1]
    assert cut["employees_cut_persons"] == 8000
    assert pd.isna(cut["openings_cancelled_count"]) and pd.isna(cut["carried_out_date"])
    assert cut["reason_class"] == "unstated"
    assert load_labour(as_of=day).empty


def test_amazon_is_gross_of_incentives_in_every_year():
    years = load_panel("year", ["AMZN"]).set_index("calendar_year")["capex_usd"]
    assert (years[2015], years[2016]) == (5_387e6, 7_804e6)


def test_meta_is_net_of_proceeds_in_every_year():
    years = load_panel("year", ["META"]).set_index("calendar_year")["capex_usd"]
    assert (years[2020], years[2021], years[2022]) == (15_115e6, 18_567e6, 31_186e6)


def test_depreciation_and_its_total_are_two_concepts():
    apple = load_panel("year", ["AAPL"]).set_index("calendar_year")
    assert apple.loc[2025, "depreciation_usd"] == 8_000e6
    assert apple.loc[2025, "depreciation_amortization_usd"] == 11_698e6


def test_the_preferred_tag_wins_over_a_newer_reading():
    rows = pd.DataFrame({
        "fact_id": [f"GOOGL.share_based_compensation.year.2025-12-31.{reading}" for reading in (1, 2)],
        "ticker": "GOOGL", "concept": "share_based_compensation", "span": "year",
        "period_end": pd.Timestamp("2025-12-31"), "filed_date": pd.Timestamp("2026-02-01"),
        "value": [24_953e6, 27_100e6], "reading": "xbrl",
        "reported_as": ["ShareBasedCompensation", "AllocatedShareBasedCompensationExpense"],
    })
    assert choose_reading(rows)["value"].tolist() == [24_953e6]


def test_a_first_hand_reading_wins_over_a_list():
    netflix = load_panel("year", ["NFLX"]).set_index("calendar_year")
    assert netflix.loc[2017, "headcount_persons"] == 5500  # the list said 5,100


@pytest.mark.parametrize(("call", "words"), [
    (lambda: load_facts(["MEAT"]), "META"),
    (lambda: load_facts(concepts=["capx"]), "capex"),
    (lambda: load_panel("monthly"), "year"),
    (lambda: load_guidance(["GOGL"]), "GOOGL"),
    (lambda: load_layoffs(companies=["ORKL"]), "ORCL"),
    (lambda: load_labour(["bls_ces_information"]), "bls_ces_information_employment_USINFO"),
])
def test_a_wrong_name_gives_the_nearest_valid_one(call, words):
    with pytest.raises(UnknownName, match=words):
        call()


def test_a_bare_ticker_is_no_list():
    with pytest.raises(AnalysisError, match=r"\['META'\]"):
        load_panel("year", "META")


@pytest.mark.parametrize("as_of", ["yesterday", "2026-13-01", "01/04/2026", 7])
def test_an_as_of_that_is_no_date_is_refused(as_of):
    with pytest.raises(AnalysisError, match="as_of"):
        parse_as_of(as_of)
