"""A company's case: which rise, which cuts, whose cost; and what the page is told of it."""

import math

import numpy as np
import pandas as pd
import pytest

from analysis.economics.budget import cash_coverage, cumulated_profit_coverage, inputs_of, profit_coverage
from analysis.economics.budget_case import budget_case
from analysis.economics.budget_inputs import (
    ACTUAL,
    CEILING,
    GUIDED,
    PLAIN,
    WITH_LEASES,
    capex_step_of,
    cuts_between,
    role_cost,
)
from analysis.economics.budget_results import (
    after_tax,
    break_evens,
    chance,
    coverages,
    judged_coverages,
    range_in,
    range_of,
    reach,
    reach_over_time,
    tornado,
    verdict_in,
    verdict_of,
    year_by_year,
)
from analysis.economics.budget_tables import in_words, inputs_table, must_be_true, with_ranges, written_range
from analysis.economics.ranges import Range, assumed
from analysis.errors import AnalysisError, UnknownName
from analysis.tables.decision_rules import verdict


def panel(*years: tuple[str, float, float]) -> pd.DataFrame:
    """(year-end, capital expenditure, the same with leases) of Meta."""
    rows = []
    for end, plain, leases in years:
        row = {"ticker": "META", "period_end": pd.Timestamp(end)}
        for column, value in ((PLAIN, plain), (WITH_LEASES, leases)):
            row |= {column: value, f"{column}_basis": "reported", f"{column}_documents": f"{column}{end}"}
        rows.append(row)
    return pd.DataFrame(rows)


YEARS = panel(("2024-12-31", 30e9, 33e9), ("2025-12-31", 50e9, 55e9))


def guidance(*rows: tuple) -> pd.DataFrame:
    """(given, period end, low, high, definition) as yearly guidance of Meta."""
    return pd.DataFrame([{
        "guidance_id": f"g{given}", "ticker": "META", "span": "year", "given_date": pd.Timestamp(given),
        "period_start": pd.Timestamp(end) - pd.Timedelta(days=364), "period_end": pd.Timestamp(end), "low_usd": low,
        "high_usd": high, "definition": definition, "document_id": f"d{given}"} for given, end, low, high, definition
        in rows])


def test_the_rise_is_that_of_the_latest_open_guidance_on_its_own_definition():
    said = guidance(("2025-01-29", "2025-12-31", 40e9, 44e9, "not_stated"),
                    ("2026-01-28", "2026-12-31", 70e9, 80e9, "capex_with_finance_leases"),
                    ("2026-04-29", "2026-12-31", 90e9, 100e9, "capex_with_finance_leases"))
    step = capex_step_of("META", said, YEARS)
    assert (step.before.value, step.after.low, step.after.high) == (55e9, 90e9, 100e9)
    assert (step.column, step.basis_of_step, step.year_label) == (WITH_LEASES, GUIDED, "2026")
    assert step.after.shape == "triangular"
    plain = capex_step_of("META", said.assign(definition="not_stated"), YEARS)
    assert (plain.before.value, plain.column) == (50e9, PLAIN)


def test_a_ceiling_keeps_the_low_end_given_before():
    said = guidance(("2026-02-04", "2026-12-31", 70e9, 80e9, "not_stated"),
                    ("2026-04-29", "2026-12-31", math.nan, 90e9, "not_stated"))
    step = capex_step_of("META", said, YEARS)
    assert (step.after.low, step.after.high, step.basis_of_step) == (70e9, 90e9, CEILING)
    assert set(step.after.documents) == {"d2026-02-04", "d2026-04-29"}
    with pytest.raises(AnalysisError, match="never a low end"):
        capex_step_of("META", said.iloc[1:], YEARS)


def test_closed_guidance_leaves_the_last_reported_rise():
    said = guidance(("2025-01-29", "2025-12-31", 40e9, 44e9, "not_stated"))
    step = capex_step_of("META", said, YEARS)
    assert (step.before.value, step.after.value, step.basis_of_step) == (30e9, 50e9, ACTUAL)
    assert (step.start, step.end) == (pd.Timestamp("2025-01-01"), pd.Timestamp("2025-12-31"))
    june = panel(("2025-06-30", 30e9, 30e9), ("2026-06-30", 50e9, 50e9))
    assert capex_step_of("META", said, june).year_label == "the year to June 2026"


def test_without_a_certain_rise_there_is_nothing_to_pay_for():
    said = guidance(("2026-01-28", "2026-12-31", 45e9, 80e9, "not_stated"))
    with pytest.raises(AnalysisError, match="does not rise for certain"):
        capex_step_of("META", said, YEARS)
    with pytest.raises(AnalysisError, match="fewer than two years"):
        capex_step_of("META", said.iloc[0:0], YEARS.iloc[1:])


def events(*rows: tuple) -> pd.DataFrame:
    """(day, people, openings, record kind, adds up, carried out) as layoff events."""
    return pd.DataFrame([{
        "event_id": f"e{day}", "announced_date": pd.Timestamp(day), "employees_cut_persons": people,
        "openings_cancelled_count": openings, "record_kind": kind, "adds_up": adds, "count_kind": "as_reported",
        "carried_out_date": pd.Timestamp(carried) if carried else pd.NaT, "document_id": f"d{day}",
        "confirmed_document_id": None, "company": "Meta"} for day, people, openings, kind, adds, carried in rows])


ROUNDS = events(("2025-11-01", 900.0, math.nan, "announcement", True, None),
                ("2026-01-31", 1000.0, math.nan, "announcement", True, None),
                ("2026-03-01", 300.0, math.nan, "announcement", False, None),
                ("2026-04-17", 3000.0, 500.0, "announcement", True, "2026-07-02"),
                ("2026-05-01", 9000.0, math.nan, "estimate", False, None))
YEAR = pd.Timestamp("2026-01-01"), pd.Timestamp("2026-12-31")


def test_the_cuts_of_the_year_are_those_that_add_up():
    cuts = cuts_between(ROUNDS, *YEAR)
    assert (cuts.kind, cuts.people.value, cuts.openings.value) == ("announced", 4000, 500)
    assert list(cuts.rounds["event_id"]) == ["e2026-01-31", "e2026-04-17"]
    assert cuts.people.documents == ("d2026-01-31", "d2026-04-17") or set(cuts.people.documents) == {
        "d2026-01-31", "d2026-04-17"}


def test_the_largest_round_can_stand_alone():
    cuts = cuts_between(ROUNDS, *YEAR, which="largest")
    assert (cuts.people.value, cuts.openings.value) == (3000, 500)
    with pytest.raises(UnknownName, match="largest"):
        cuts_between(ROUNDS, *YEAR, which="biggest")


def test_the_part_of_the_year_runs_from_the_day_carried_out_else_announced():
    """334 days left for 1,000 people and 182 for 3,000."""
    expected = (1000 * 334 + 3000 * 182) / 4000 / 365
    assert cuts_between(ROUNDS, *YEAR).part_year.value == pytest.approx(expected)
    assert cuts_between(ROUNDS, *YEAR).part_year.basis == "estimated"


def test_an_outside_estimate_stands_in_only_where_nothing_announced_adds_up():
    cuts = cuts_between(ROUNDS[~ROUNDS["adds_up"]], *YEAR)
    assert (cuts.kind, cuts.people.value, cuts.people.basis) == ("estimate", 9000, "estimated")
    none = cuts_between(ROUNDS, pd.Timestamp("2027-01-01"), pd.Timestamp("2027-12-31"))
    assert (none.kind, none.is_known) == ("none", False)


def centres(**changes) -> pd.DataFrame:
    """One resolved year of Meta: people cost 20bn to 45bn over 100,000 people."""
    row = {"ticker": "META", "calendar_year": 2025, "period_end": pd.Timestamp("2025-12-31"),
           "people_cost_low_usd": 20e9, "people_cost_high_usd": 45e9, "headcount_persons": 100_000.0} | changes
    for column in ("people_cost_low_usd", "people_cost_high_usd", "headcount_persons"):
        row |= {f"{column}_basis": "estimated", f"{column}_documents": f"{column}"}
    return pd.DataFrame([row])


def test_a_role_costs_the_bounds_of_people_cost_over_headcount():
    role = role_cost("META", centres())
    assert (role.cost.low, role.cost.high, role.year, role.is_own) == (200_000, 450_000, 2025, True)
    assert role.cost.value == pytest.approx(300_000)
    assert (role.cost.shape, role.cost.unit) == ("lognormal", "usd_per_person")
    assert not role.is_other_staff


def test_the_newest_year_with_both_bounds_counts():
    older = centres(calendar_year=2024, period_end=pd.Timestamp("2024-12-31"), people_cost_low_usd=10e9)
    open_year = centres(people_cost_high_usd=math.nan)
    assert role_cost("META", pd.concat([older, open_year])).year == 2024


def test_a_company_without_bounds_takes_the_pay_of_its_group_with_its_documents():
    role = role_cost("META", centres(people_cost_high_usd=math.nan))
    register = assumed("median_pay_hyperscaler_usd_per_person")
    assert not role.is_own
    bare = role_cost("META", centres(people_cost_low_usd=math.nan, people_cost_high_usd=math.nan))
    assert (bare.cost.low, bare.cost.high) == (register.low, register.high) and bare.cost.documents


def test_the_companys_own_pay_is_the_low_end_where_only_that_is_known():
    one_head = centres(people_cost_high_usd=math.nan).assign(people_cost_low_usd=100_000.0, headcount_persons=1.0)
    role = role_cost("META", one_head)
    assert role.cost.low == pytest.approx(100_000)
    assert role.cost.high == assumed("median_pay_hyperscaler_usd_per_person").high and not role.is_own


def test_where_most_staff_are_of_another_kind_the_relative_cost_is_wider():
    role = role_cost("META", centres(people_cost_low_usd=3e9, people_cost_high_usd=8e9))
    assert role.is_other_staff
    assert (role.relative.low, role.relative.high) == (1, 5)
    assert role_cost("META", centres()).relative.high < role.relative.high


@pytest.mark.parametrize(("low", "high", "verdict"), [
    (0.51, 3, "supported"), (0.1, 0.5, "mixed"), (0.01, 0.09, "contradicted"), (0.05, 0.2, "contradicted to mixed"),
    (0.3, 0.7, "mixed to supported"), (0.05, 0.7, "cannot tell")])
def test_the_verdict_follows_the_cut_offs(low, high, verdict):
    assert verdict_of(low, high) == verdict


def ratio(low: float, high: float) -> Range:
    return Range(low, (low + high) / 2, high, "ratio")


@pytest.mark.parametrize(("low", "high", "word"), [
    (1.1, 2, "yes"), (0.9, 1.1, "perhaps"), (0.4, 0.8, "for the most part"), (0.05, 0.3, "only in part"),
    (0.01, 0.02, "no"), (0.02, 0.12, "no")])
def test_how_far_a_saving_goes_in_a_word(low, high, word):
    assert reach(ratio(low, high)) == word


@pytest.mark.parametrize("middle", [0.01, 0.09, 0.11, 0.13, 0.49, 0.51, 0.9])
def test_the_word_and_the_verdict_of_cash_never_part(middle):
    words = {"contradicted": "no", "mixed": "only in part", "supported": "for the most part"}
    found = verdict("cash_funding", {"median_coverage": middle})
    assert reach(Range(middle / 2, middle, 1.0, "ratio")) == words[found]


def test_a_word_for_the_first_year_says_when_it_does_not_last():
    assert reach_over_time(ratio(1.1, 2), ratio(0.2, 0.4)) == "yes at first"
    assert reach_over_time(ratio(1.1, 2), ratio(1.1, 2)) == "yes"
    assert reach_over_time(ratio(0.02, 0.12), ratio(0.01, 0.02)) == "no"


@pytest.fixture(scope="module")
def meta():
    return budget_case("META")


@pytest.fixture(scope="module")
def alphabet():
    return budget_case("GOOGL")


def test_the_case_of_meta_counts_the_round_of_april_with_its_openings(meta):
    biggest = meta.cuts.rounds.sort_values("employees_cut_persons").iloc[-1]
    assert (biggest["employees_cut_persons"], meta.cuts.openings.value) == (8000, 6000)
    assert meta.cuts.people.value == meta.cuts.rounds["employees_cut_persons"].sum()
    assert budget_case("META", which_cuts="largest").cuts.people.value == 8000


def test_the_two_lenses_of_meta_disagree(meta):
    found = coverages(meta)
    assert range_in(found, "cash").high < range_in(found, "profit_1").low
    assert (found["low"] <= found["value"]).all()
    assert chance(found, "cash").value <= chance(found, "profit_1").value
    central = meta.central
    at_centre = cash_coverage(**{name: central[name] for name in (
        "cost_usd_per_person", "relative_cost_ratio", "cuts_persons", "openings_count", "fill_probability_ratio",
        "capex_before_usd", "capex_after_usd")})
    assert range_in(found, "cash").value == pytest.approx(at_centre, rel=0.05)


def test_the_readings_are_judged_by_draws_of_the_ratio_of_sums(meta):
    found, yearly = judged_coverages(meta).set_index("lens"), coverages(meta).set_index("lens")
    assert list(found.index) == ["cash", "cash_first_year", "profit_all_kept", "profit_all"]
    assert (found.loc["cash", "value"], found.loc["cash", "low"]) == tuple(yearly.loc["cash", ["value", "low"]])
    kept = yearly.loc[["profit_1", "profit_2_kept", "profit_3_kept"]]
    assert kept["value"].min() < found.loc["profit_all_kept", "value"] < kept["value"].max()
    assert found.loc["profit_all_kept", "high"] < kept["high"].max()
    assert found.loc["profit_all_kept", "low"] > kept["low"].min()
    assert found.loc["profit_all_kept", "value"] < found.loc["profit_all", "value"]
    taken = inputs_of(cumulated_profit_coverage, meta.drawn)
    assert found.loc["profit_all_kept", "value"] == pytest.approx(np.median(cumulated_profit_coverage(**taken)))


def test_draws_are_the_same_every_time(meta):
    again = coverages(budget_case("META"))
    pd.testing.assert_frame_equal(again, coverages(meta))


def test_own_fill_probability_is_held_and_an_impossible_one_refused(meta):
    register = assumed("fill_probability_ratio")
    assert meta.inputs["fill_probability_ratio"] == register
    assert budget_case("META", fill_probability_ratio=register.value).inputs["fill_probability_ratio"] == register
    held = budget_case("META", fill_probability_ratio=0.0).inputs["fill_probability_ratio"]
    assert (held.low, held.high) == (0, 0)
    with pytest.raises(AnalysisError, match="nearest possible: 1"):
        budget_case("META", fill_probability_ratio=1.5)


def test_without_a_count_nothing_is_told_but_the_break_evens(alphabet):
    assert not alphabet.cuts.is_known
    assert coverages(alphabet).empty and judged_coverages(alphabet).empty
    assert verdict_in(coverages(alphabet), "cash") == "cannot tell"
    assert (break_evens(alphabet)["roles_low_persons"] > 0).all()
    assert "coverage_ratio" not in year_by_year(alphabet, 2)
    with pytest.raises(AnalysisError, match="no count of cuts"):
        must_be_true(alphabet)
    with pytest.raises(AnalysisError, match="no saving to compute"):
        _ = alphabet.saving
    assert "people cut" not in list(inputs_table(alphabet)["label"])


def test_break_even_roles_at_the_middle_match_the_closed_form(meta):
    roles = range_of(break_evens(meta), "cash", "roles", "persons")
    solved = must_be_true(meta).set_index("input").loc["cuts_persons", "cash"]
    assert roles.value == pytest.approx(solved, rel=0.05)


def test_what_must_be_true_reaches_the_target(meta):
    solved = must_be_true(meta, 0.5).set_index("input")
    names = ("cost_usd_per_person", "relative_cost_ratio", "cuts_persons", "openings_count", "fill_probability_ratio",
             "capex_before_usd", "capex_after_usd")
    for name in ("cuts_persons", "cost_usd_per_person", "capex_after_usd"):
        values = {one: meta.central[one] for one in names} | {name: solved.loc[name, "cash"]}
        assert cash_coverage(**values) == pytest.approx(0.5, rel=1e-9)
    life = {one: meta.central[one] for one in (*names, "server_share_ratio", "building_life_years")}
    life |= {"server_life_years": solved.loc["server_life_years", "profit_3_kept"]}
    assert profit_coverage(**life, year=3, is_kept=True) == pytest.approx(0.5, rel=1e-9)


def test_what_must_be_true_in_words(meta):
    words = in_words(must_be_true(meta)).set_index("input")
    assert words.loc["server_life_years", "cash"] == "plays no part"
    assert words.loc["fill_probability_ratio", "cash"] == "no value does"
    assert words.loc["server_life_years", "now"] == "5.5 years"


def test_depreciation_by_year_piles_up_when_the_rise_is_kept(meta):
    years = year_by_year(meta, 3)
    assert years["kept_depreciation_usd"].tolist() == sorted(years["kept_depreciation_usd"])
    assert years["depreciation_usd"].iloc[1] == pytest.approx(2 * years["depreciation_usd"].iloc[0])
    assert (years["kept_coverage_ratio"].iloc[1:] < years["coverage_ratio"].iloc[1:]).all()


def test_the_tornado_shares_add_up_and_name_what_lowers(meta):
    drivers = tornado(meta, "profit_3_kept", most=20)
    assert drivers["share_ratio"].sum() == pytest.approx(1)
    assert drivers["share_ratio"].is_monotonic_decreasing
    lowering = drivers.set_index("input")["name"]
    assert lowering["capex_after_usd"].endswith("(lowers)")
    assert not lowering["cost_usd_per_person"].endswith("(lowers)")


def test_tax_lowers_cash_coverage_only_when_not_expensed(meta):
    taxed = after_tax(meta).set_index("label")["coverage_ratio"]
    assert taxed["expensed at once"] == pytest.approx(range_in(coverages(meta), "cash").value)
    assert taxed["not expensed"] < taxed["expensed in part"] < taxed["expensed at once"]


def test_ranges_are_written_once_with_their_unit():
    assert written_range(20, 30, "years") == "20\u201330 years"
    assert written_range(5.5, 5.5, "years") == "5.5 years"
    assert written_range(0.571, 0.959, "ratio") == "57%\u201396%"
    assert written_range(0.02, 0.055, "ratio") == "2%\u20135.5%"
    assert np.isnan(written_range(math.nan, 1, "usd"))
    frame = pd.DataFrame({"roles_low_persons": [1.0], "roles_high_persons": [2.0], "roles_persons_basis": ["derived"]})
    assert with_ranges(frame, {"roles": "persons", "cost": "usd"})["roles"].tolist() == ["1\u20132"]


def test_the_register_has_the_published_ends_of_the_budget():
    register = {name: assumed(name) for name in ("fill_probability_ratio", "severance_ratio", "tax_rate_ratio",
                                                 "server_life_meta_years")}
    assert (register["fill_probability_ratio"].value, register["fill_probability_ratio"].shape) == (0.8, "beta")
    assert (register["severance_ratio"].low, register["severance_ratio"].high) == (0.2, 0.6)
    assert register["tax_rate_ratio"].documents and register["server_life_meta_years"].documents


@pytest.mark.parametrize("ticker", ["AMZN", "MSFT"])
def test_every_hyperscaler_with_counted_cuts_has_a_case_in_both_lenses(ticker):
    found = coverages(budget_case(ticker))
    assert set(found["kind"]) == {"cash", "profit"}
    assert found["verdict"].notna().all()


def test_a_guided_year_whose_cuts_nobody_counted_has_no_coverage():
    case = budget_case("ORCL")
    assert case.step.is_guided and case.step.start == pd.Timestamp("2026-06-01")
    assert (case.step.after.low, case.step.after.high) == (90e9, 95e9) and coverages(case).empty
