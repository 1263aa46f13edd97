"""A company's case: what an edition knows, what it lacks, what covers the people asked for, what was held."""

import math

import numpy as np
import pandas as pd
import pytest

from analysis import load_guidance, load_panel, load_statements
from analysis.economics.draws import TAIL, draw
from analysis.errors import AnalysisError, UnknownName
from analysis.metrics.cost_centres import with_cost_centres
from analysis.outlook.further_cuts import YARDSTICKS
from analysis.outlook.further_cuts_case import CutsCase, cuts_case
from analysis.outlook.further_cuts_history import (
    held_counts,
    held_words,
    margins_long,
    most_held,
    yardstick_history,
    year_so_far,
)
from analysis.outlook.further_cuts_results import asked, covered, drawn_roles, one_row, part_of, share_left, years_to
from analysis.outlook.further_cuts_tables import (
    by_path,
    coverage_table,
    directions,
    from_base,
    growth_needed,
    in_words,
    known_path,
    leaning,
    said_about_outlook,
    side_by_side,
    yardsticks_told,
)
from analysis.outlook.guided_expense import guided_expense

BEFORE = "2026-04-01"
MARGIN, INCOME, FREE_CASH, SHARE = YARDSTICKS


@pytest.fixture(scope="module")
def meta() -> CutsCase:
    return cuts_case("META")


@pytest.fixture(scope="module")
def meta_rows(meta) -> pd.DataFrame:
    return asked(meta)


def test_an_edition_before_the_cuts_knows_januarys_guidance_and_nothing_of_april():
    case = cuts_case("META", BEFORE)
    guided = case.ahead["guided", 1].capex
    assert (guided.low, guided.high) == (115e9, 135e9)
    assert (case.expense["guided_expense_usd"].low, case.expense["guided_expense_usd"].high) == (162e9, 169e9)
    assert case.headcount.value == 78_865 and case.still_counted.value == 0
    assert case.cuts.people.value == 2_200 and case.openings.value == 0
    said = said_about_outlook(load_statements(["META"], BEFORE))
    assert (said["date"] <= BEFORE).all() and set(said["overtaken"]) == {"stands"}


def test_the_latest_edition_knows_what_has_been_cut_and_still_counted(meta):
    assert meta.headcount.value == 75_472 and meta.still_counted.value == 8_000
    assert meta.cuts.people.value == 10_200 and meta.openings.value == 6_000
    assert [meta.year_label(years) for years in (1, 2)] == ["2026", "2027"]


def test_what_is_not_known_is_named():
    case = cuts_case("MSFT")
    rows = asked(case, ("guided", "flat"), (1,))
    row = one_row(rows, "margin", "guided", 1)
    assert in_words(row) == "cannot tell: no guided capital expenditure of the year to June 2027"
    assert math.isnan(row["low_persons"]) and row["value_basis"] == "unresolved"
    assert one_row(rows, "margin", "flat", 1)["lacks"] == ""


def test_guidance_to_spend_less_is_guidance_all_the_same(monkeypatch):
    known = load_guidance(["META"])
    less = known.assign(low_usd=known["low_usd"].mask(known["period_end"] == "2026-12-31", 50e9),
                        high_usd=known["high_usd"].mask(known["period_end"] == "2026-12-31", 60e9))
    monkeypatch.setattr("analysis.outlook.further_cuts_case.load_guidance", lambda *_: less)
    case = cuts_case("META")
    assert case.ahead["guided", 1].capex.high == 60e9 < case.inputs["capex_usd"].value


def test_a_company_without_depreciation_still_has_its_free_cash_flow():
    case = cuts_case("INTC")
    rows = asked(case, ("flat",), (1,))
    assert directions(rows, "flat", 1)[0] == "cannot tell" and "depreciation" in rows["lacks"].iloc[0]
    assert yardsticks_told(rows, "flat", 1, ["margin"]) == ["free_cash"]


def test_the_first_guided_year_needs_the_growth_that_guided_expense_says(meta):
    """Two ways to one number: the solved yardstick, and expense over last year's costs."""
    needed = growth_needed(meta, 1).set_index("path")
    own = guided_expense(meta, "latest")
    centre = meta.expense["guided_expense_usd"].value
    costs = meta.inputs["revenue_usd"].value - meta.inputs["operating_income_usd"].value
    assert needed.loc["guided", "margin_ratio"] == pytest.approx(centre / costs - 1, abs=1e-9)
    assert own.growth_for_margin.low < needed.loc["guided", "margin_ratio"] < own.growth_for_margin.high


def test_guided_expense_asks_for_more_people_than_costs_that_move_with_revenue(meta, meta_rows):
    plain = asked(meta.without_guided_expense(), ("guided",), (1,))
    for yardstick in ("margin", "income", "free_cash"):
        assert (one_row(meta_rows, yardstick, "guided", 1)["value_persons"]
                > one_row(plain, yardstick, "guided", 1)["value_persons"])
    assert one_row(meta_rows, "share", "guided", 1)["value_persons"] == one_row(
        plain, "share", "guided", 1)["value_persons"]
    assert cuts_case("META", other_costs="with_revenue").expense == {}


def test_whether_the_margin_comes_out_follows_from_its_range(meta):
    own = guided_expense(meta, "latest")
    assert own.outcome == "not held" and own.margin.high < own.last_margin.value
    fast = guided_expense(cuts_case("META", growth_ratio=0.6), "latest")
    assert fast.outcome == "held"


def test_faster_growth_asks_for_fewer_cuts():
    slow, fast = (asked(cuts_case("META", growth_ratio=rate), ("guided",), (2,)) for rate in (0.1, 0.5))
    assert (slow["value_persons"].iloc[:3] > fast["value_persons"].iloc[:3]).all()
    assert directions(fast, "guided", 2)[:3] == ["more"] * 3 and leaning(fast, "guided", 2).endswith("asks for none")
    assert leaning(slow, "guided", 2) == "The arithmetic does not decide it"


def test_impossible_choices_are_refused(meta):
    with pytest.raises(AnalysisError, match="nearest possible"):
        cuts_case("META", growth_ratio=-2.0)
    with pytest.raises(UnknownName, match="with_revenue"):
        cuts_case("META", other_costs="with revenue")
    with pytest.raises(UnknownName, match="growth"):
        known_path(meta, "grow")


@pytest.mark.parametrize(("low", "high", "direction", "words"), [
    (5e3, 9e3, "fewer", "5,000 to 9,000 fewer"), (-9e3, -5e3, "more", "5,000 to 9,000 more"),
    (-2e3, 7e3, "either", "2,000 more to 7,000 fewer"), (5e3, 2e4, "fewer", "5,000 fewer to more than all"),
    (2e4, 3e4, "fewer", "more than all"), (-2e3, 2e4, "either", "2,000 more to more than all")])
def test_a_range_in_words(low, high, direction, words):
    row = {"direction": direction, "low_persons": low, "high_persons": high, "low_ratio": low / 1e4,
           "high_ratio": high / 1e4, "lacks": ""}
    assert in_words(row) == words


def test_openings_leavers_and_those_already_cut_come_before_dismissals(meta):
    parts = covered(meta, MARGIN, "guided", 2)
    assert list(parts["part"]) == ["plan", "openings", "gone", "leaving", "left"]
    assert part_of(parts, "gone").value == 8_000
    roles = drawn_roles(meta, MARGIN, "guided", 2)
    assert part_of(parts, "left").high < max(roles) and (share_left(parts).value < (roles > 0).mean())
    assert part_of(parts, "plan").value > pd.Series(roles).median()


def test_people_who_leave_count_to_the_middle_of_the_year_whose_cost_they_save(meta):
    """The headcount is of 30 June 2026: to the middle of 2026 nobody has left, to that of 2027 a year has gone by."""
    assert [years_to(meta, years) for years in (1, 2)] == pytest.approx([0, 1], abs=0.01)
    assert part_of(covered(meta, MARGIN, "guided", 1), "leaving").value == 0


def test_the_models_percentiles_are_drawn_as_percentiles(meta):
    """Drawing a range between the 5% and 95% points of draws would lose the tails twice."""
    charge = meta.ahead["guided", 2].depreciation
    assert np.quantile(draw({"charge": charge})["charge"], [TAIL, 1 - TAIL]) == pytest.approx(
        [charge.low, charge.high], rel=1e-3)


def test_more_years_let_more_people_leave_by_themselves(meta):
    soon, later = (part_of(covered(meta, FREE_CASH, "guided", years), "leaving") for years in (1, 2))
    assert soon.value < later.value


def test_nothing_is_left_where_no_yardstick_asks_for_fewer(meta):
    case = cuts_case("META", growth_ratio=0.6)
    assert coverage_table(case, asked(case), "flat", 2).empty
    assert share_left(covered(case, INCOME, "flat", 2)).value == 0


def test_tables_say_every_path_and_every_company(meta, meta_rows):
    words = by_path(meta_rows, 2)
    assert list(words["path"]) == ["guided", "flat", "growth", "bust"] and words["row_documents"].str.len().gt(0).all()
    both = side_by_side([meta, cuts_case("ORCL")], "guided", 2)
    assert list(both["when"]) == ["2027, as guided, then flat", "the year to May 2028, as guided, then flat"]


def test_what_was_asked_is_counted_from_the_last_full_year_when_set_against_cuts(meta, meta_rows):
    row = one_row(meta_rows, "margin", "guided", 1)
    low, high = from_base(meta, row)
    assert low.value - row["low_persons"] == pytest.approx(78_865 - 75_472, abs=50)
    assert high.value - row["high_persons"] == pytest.approx(78_865 - 75_472, abs=50)


def made_up(*years: tuple) -> pd.DataFrame:
    """(calendar year, revenue, operating income, operating cash flow, capex, share low, share high)."""
    columns = ("revenue_usd", "operating_income_usd", "operating_cash_flow_usd", "capex_usd",
               "compute_share_low_ratio", "compute_share_high_ratio")
    rows = []
    for year, *values in years:
        row = {"ticker": "META", "calendar_year": year, "period_end": pd.Timestamp(f"{year}-12-31")}
        for column, value in zip(columns, values, strict=True):
            row |= {column: value, f"{column}_basis": "reported", f"{column}_documents": f"d{year}"}
        rows.append(row)
    return pd.DataFrame(rows)


def test_a_yardstick_is_held_when_it_worsens_by_no_more_than_a_point():
    panel = made_up((2021, 100.0, 40.0, 50.0, 20.0, 0.2, 0.3), (2022, 110.0, 43.0, 50.0, 20.0, 0.2, 0.305),
                    (2023, 120.0, 45.0, 60.0, 40.0, 0.22, 0.31), (2025, 130.0, 60.0, 70.0, 30.0, 0.2, 0.3))
    history = yardstick_history(panel, "META", 2021).set_index("calendar_year")
    assert history["margin_held"].to_dict()[2022] and not history["margin_held"].to_dict()[2023]
    assert history["income_held"].to_dict()[2023] and not history["free_cash_held"].to_dict()[2023]
    assert history["share_held"].to_dict()[2022] and not history["share_held"].to_dict()[2023]
    assert pd.isna(history.loc[2025, "margin_held"]) and pd.isna(history.loc[2021, "margin_held"])
    counts = held_counts(history.reset_index()).set_index("yardstick")
    assert counts.loc["income", "held_ratio"] == 1 and counts.loc["margin", "held_ratio"] == 0.5
    assert counts.index[0] == "income" and counts.loc["free_cash", "years_count"] == 2
    assert counts["last_held"].to_dict() == {"income": "yes", "margin": "no", "free_cash": "no", "share": "no"}
    assert held_words(counts.reset_index()) == "income (2 of 2)"


def test_yardsticks_held_as_often_are_named_together():
    panel = made_up((2021, 100.0, 40.0, 50.0, 20.0, math.nan, math.nan),
                    (2022, 110.0, 45.0, 60.0, 20.0, math.nan, math.nan))
    counts = held_counts(yardstick_history(panel, "META", 2021))
    assert held_words(counts) == "margin, income, free cash (1 of 1)"
    assert list(most_held(counts)["yardstick"]) == ["margin", "income", "free_cash"]
    assert held_words(counts.assign(held_ratio=math.nan)) == "cannot tell"


def test_the_history_of_meta_and_its_year_so_far():
    history = yardstick_history(with_cost_centres(load_panel("year", ["META"])), "META", 2016,
                                "capex_with_finance_leases_usd")
    counts = held_counts(history).set_index("yardstick")
    assert counts.loc["income", "held_count"] == 8 and counts.loc["margin", "held_count"] == 7
    assert len(margins_long(history)) == 2 * len(history)
    so_far = year_so_far(load_panel("quarter", ["META"]), "META", pd.Timestamp("2025-12-31"))
    before, now = so_far["operating_margin_ratio"]
    assert now.value < before.value and "free_cash_flow_usd" not in so_far  # a quarter's cash flow is not in the data
    assert year_so_far(load_panel("quarter", ["META"], BEFORE), "META", pd.Timestamp("2025-12-31")) == {}
