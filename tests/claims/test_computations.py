"""Comparisons worked by hand, and the computations that no claim of the project uses."""

import datetime
import math
from types import SimpleNamespace

import pandas as pd
import pytest

from analysis.claims.accounts import grew, group_grew
from analysis.claims.announced import cuts_at_least, round_count
from analysis.claims.finding import Finding, agreed, agrees, at_least, between, range_at_least, range_between, written
from analysis.claims.guided import guidance_is_for_ai_alone, guided_growth, standing
from analysis.claims.known import Known, columns
from analysis.claims.listing import first_kind, named, number_with, verdict_counts, with_gaps
from analysis.claims.machines import share_of_property, share_of_published
from analysis.claims.owning import budget_reading, predictable_load_favours_owning
from analysis.claims.registry import BETWEEN, CHOICES, COMPUTATIONS, TYPES, WORDS
from analysis.claims.said import series_changed, stated_reasons
from analysis.claims.verdicts import claims_frame, decide, decide_all
from analysis.errors import AnalysisError, UnknownName
from analysis.quantity import Quantity
from tests.claims.conftest import CLAIMS

MISSING = Quantity(math.nan, "ratio")


def ratio(value: float) -> Quantity:
    return Quantity(value, "ratio", "derived", ("9ef8cf55",))


def test_a_number_at_its_threshold_supports_and_a_missing_one_tells_nothing():
    assert [at_least(ratio(value), 0.5) for value in (0.5, 0.499)] == ["supported", "contradicted"]
    assert at_least(MISSING, 0.5) == "cannot tell"


def test_a_range_is_mixed_when_one_end_alone_reaches_the_threshold():
    assert range_at_least(ratio(0.6), ratio(0.7), 0.5) == "supported"
    assert range_at_least(ratio(0.4), ratio(0.7), 0.5) == "mixed"
    assert range_at_least(ratio(0.3), ratio(0.4), 0.5) == "contradicted"
    assert range_at_least(MISSING, ratio(0.4), 0.5) == "cannot tell"


def test_a_share_between_two_thresholds_is_mixed():
    assert [between(ratio(value), 0.4, 0.6) for value in (0.6, 0.5, 0.4)] == ["supported", "mixed", "contradicted"]
    assert between(MISSING, 0.4, 0.6) == "cannot tell"
    with pytest.raises(AnalysisError, match="is above"):
        between(ratio(0.5), 0.6, 0.4)


def test_a_range_is_mixed_between_the_two_sizes_written_down():
    ends = ((1.0, 1.2), (0.9, 1.2), (0.25, 0.3), (0.2, 0.3), (0.1, 0.24))
    words = ["supported", "mixed", "mixed", "mixed", "contradicted"]
    assert [range_between(ratio(low), ratio(high), 0.25, 1.0) for low, high in ends] == words
    assert range_between(ratio(1.0), MISSING, 0.25, 1.0) == "cannot tell"
    with pytest.raises(AnalysisError, match="is above"):
        range_between(ratio(0.5), ratio(0.6), 1.0, 0.25)


def test_agreement_is_a_share_of_the_stated_number():
    assert agrees(ratio(105), 100, 0.05) == "supported" and agrees(ratio(106), 100, 0.05) == "contradicted"
    assert agrees(ratio(-21), -20, 0.05) == "supported" and agrees(MISSING, 1, 0.5) == "cannot tell"


def test_several_verdicts_make_one():
    assert agreed(["supported", "supported"]) == "supported" and agreed(["supported", "contradicted"]) == "mixed"
    assert agreed(["supported", "cannot tell"]) == agreed([]) == "cannot tell"


def test_numbers_are_written_by_their_unit_and_a_shared_unit_once():
    texts = {"persons": "2,000", "usd": "$2,000", "times": "2,000 times", "years": "2,000 years", "gb": "2,000 GB"}
    assert {unit: written(Quantity(2000.0, unit)) for unit in texts} == texts
    assert [written(ratio(value)) for value in (1.0, 0.415)] == ["100%", "41.5%"] and written(MISSING) == "not known"
    ends = {"low": Quantity(1.08, "times"), "high": Quantity(1.25, "times")}
    found = Finding("mixed", "{low} to {high}", ends, "low high")
    assert found.deciding_text == "1.08 to 1.25 times" and found.text == "1.08 times to 1.25 times"
    with pytest.raises(AnalysisError, match="no way to write"):
        written(Quantity(1.0, "furlongs"))


def test_every_setting_of_every_computation_can_be_checked():
    names = {(name, part.annotation) for one in COMPUTATIONS.values() for name, part in one.settings.items()}
    assert {kind for _, kind in names} <= set(TYPES)
    assert {*CHOICES, *WORDS, *BETWEEN} <= {name for name, _ in names}
    assert all(one.measure and one.decides.endswith(".") for one in COMPUTATIONS.values())


def test_the_columns_a_claim_may_name_are_in_the_panel(today):
    assert set(columns()) <= set(today["years"].columns)


def test_reasons_turn_with_the_reasons_stated(today):
    settings = dict(group="industry", reasons=["capex_ai_infrastructure"], since=datetime.date(2025, 1, 1),
                    least_count=20, at_most_ratio=0.1, at_least_ratio=0.5)
    events = today["events"].copy()
    stated = events["reason_class"] == "restructuring_strategy"
    events.loc[stated, "reason_class"] = "capex_ai_infrastructure"
    assert stated_reasons(Known(**today), **settings).verdict == "contradicted"
    assert stated_reasons(Known(**today | {"events": events}), **settings).verdict == "supported"
    few = settings | {"least_count": 1000}
    assert stated_reasons(Known(**today), **few).verdict == "cannot tell"
    with pytest.raises(UnknownName, match="cash_funding, profit_offset"):
        budget_reading(Known(**today), ticker="META", reading="narrative")


def test_a_series_and_a_group_turn_with_their_values(today):
    first, last = datetime.date(2025, 7, 1), datetime.date(2026, 7, 1)
    settings = dict(series="bls_ces_information_employment_USINFO", first=first, last=last, at_least_ratio=0.0)
    labour = today["labour"].copy()
    labour.loc[labour["date"] == pd.Timestamp(last), "value"] *= 2
    before = series_changed(Known(**today), **settings).verdict
    assert (before, series_changed(Known(**today | {"labour": labour}), **settings).verdict) == (
        "contradicted", "supported")
    settings = dict(group="hyperscaler", column="capex_usd", first_year=2024, last_year=2025, at_least_ratio=0.0)
    years = today["years"].copy()
    years.loc[years["calendar_year"] == 2025, "capex_usd"] /= 10
    assert group_grew(Known(**today), **settings).verdict == "supported"
    assert group_grew(Known(**today | {"years": years}), **settings).verdict == "contradicted"


def test_cuts_short_of_a_claim_stay_open_while_a_round_has_no_count(today):
    period = dict(since=datetime.date(2025, 6, 1), until=datetime.date(2025, 6, 30))
    assert cuts_at_least(Known(**today), ticker="MSFT", **period, persons=5000).verdict == "cannot tell"
    nobody = Known(**today | {"events": today["events"].iloc[0:0]})
    assert cuts_at_least(nobody, ticker="MSFT", **period, persons=5000).verdict == "cannot tell"


def test_a_ceiling_or_an_estimate_is_no_count_of_the_company(today):
    events = today["events"].copy()
    events.loc[events["event_id"] == "2026-04-17.meta", "count_kind"] = "ceiling"
    found = round_count(Known(**today | {"events": events}), event="2026-04-17.meta", persons=8000, within_ratio=0.05)
    assert found.verdict == "mixed" and "no count of its own" in found.text
    assert "cut 8,000" not in found.text and found.deciding.is_missing


def test_a_count_the_company_rounded_says_so(today):
    settings = dict(event="2026-04-17.meta", persons=8000, within_ratio=0.05)
    assert not round_count(Known(**today), **settings).is_rounded
    events = today["events"].copy()
    events.loc[events["event_id"] == "2026-04-17.meta", "count_kind"] = "about"
    assert round_count(Known(**today | {"events": events}), **settings).is_rounded


def test_figures_of_different_units_make_no_share(today):
    with pytest.raises(AnalysisError, match="different units: USD, USD/W"):
        share_of_published(Known(**today), part=["construction_cost_per_watt_london"], whole=["up_front_capex"],
                           at_least_ratio=0.1)


def test_property_in_use_is_every_class_but_what_is_under_construction(today):
    settings = dict(ticker="META", period_end=datetime.date(2025, 12, 31), at_least_ratio=0.5)
    found = share_of_property(Known(**today), classes=["servers"], **settings)
    assert found.values["whole"].value == pytest.approx((98.04 + 55.568 + 3.687 + 17.724 + 8.19) * 1e9)
    assert found.deciding.value == pytest.approx(98.04 / 183.209)
    earlier = settings | {"period_end": datetime.date(2021, 12, 31)}
    with pytest.raises(AnalysisError, match="no equipment on 31 December 2021"):
        share_of_property(Known(**today), classes=["servers"], **earlier)
    with pytest.raises(AnalysisError, match="without their filing dates"):
        share_of_property(Known("2026-10-01", **today), classes=["servers"], **settings)


def test_guidance_with_leases_is_set_over_what_was_spent_with_them(today):
    settings = dict(group="hyperscaler", calendar_year=2026, at_least_ratio=0.0)
    spent, years = guided_growth(Known(**today), **settings).values["spent"].value, today["years"]
    meta = years["ticker"].eq("META") & years["calendar_year"].eq(2025)
    for column, moved in (("capex_with_finance_leases_usd", 1e9), ("capex_usd", 0.0)):
        changed = years.assign(**{column: years[column] + meta * 1e9})
        found = guided_growth(Known(**today | {"years": changed}), **settings)
        assert found.values["spent"].value - spent == pytest.approx(moved)


@pytest.mark.parametrize(("definition", "word"), [
    ("ai_infrastructure", "supported"), ("capex", "contradicted"), ("not_stated", "cannot tell"),
    ("data_centres_and_offices", "cannot tell")])
def test_only_a_definition_that_names_ai_alone_supports_it(today, definition, word):
    known = Known(**today | {"guidance": today["guidance"].assign(definition=definition)})
    found = guidance_is_for_ai_alone(known, ticker="META", period_end=datetime.date(2026, 12, 31),
                                     on=datetime.date(2026, 4, 29))
    assert found.verdict == word


@pytest.mark.parametrize(("steady", "uneven", "word"), [
    (0.9, 0.5, "supported"), (0.9, 0.8, "mixed"), (0.6, 0.2, "mixed"), (0.3, 0.2, "contradicted")])
def test_owning_must_win_with_steady_load_and_more_than_with_uneven_load(today, steady, uneven, word):
    known, shares = Known(**today), {"flat": steady, "office_hours": uneven}
    outcome = known.once

    def once(compute, case):
        found = outcome(compute, case)
        return SimpleNamespace(comparison=found.comparison, owned_wins=lambda option: ratio(shares[case[4]]))

    known.once = once
    settings = CLAIMS["owning_for_predictable_work"].claim.settings
    assert predictable_load_favours_owning(known, **settings).verdict == word


def test_a_quarters_capital_with_leases_is_not_known_without_them(today):
    claim, quarters = CLAIMS["meta_second_quarter_capital"], today["quarters"].copy()
    assert "not known" in decide(claim, Known(**today)).text
    decided = decide_all("later_facts", known=Known(**today))
    row = claims_frame(decided).set_index("claim_id").loc["meta_second_quarter_capital"]
    assert row["verdict"] == "cannot tell" and pd.isna(row["deciding"]) and row["missing"]
    rows = quarters["ticker"].eq("META") & quarters["period_end"].eq(pd.Timestamp("2026-06-30"))
    quarters.loc[rows, ["capex_with_finance_leases_usd", "capex_with_finance_leases_usd_basis"]] = 30.12e9, "derived"
    assert decide(claim, Known(**today | {"quarters": quarters})).verdict == "contradicted"


def test_growth_from_a_loss_is_not_defined(today):
    years = today["years"].copy()
    years.loc[years["ticker"].eq("META") & years["calendar_year"].eq(2024), "net_income_usd"] = -1.0
    with pytest.raises(AnalysisError, match="not defined"):
        grew(Known(**today | {"years": years}), ticker="META", column="net_income_usd", first_year=2024,
             last_year=2025, at_least_ratio=0.1)


def test_what_the_data_lack_is_said_and_not_guessed(today):
    empty = Known(**today | {"statements": today["statements"].iloc[0:0]})
    found = decide(CLAIMS["town_hall_reason"], empty)
    assert found.verdict == "cannot tell" and found.text.startswith("The data cannot decide: the statement")
    with pytest.raises(AnalysisError, match="no guidance of META"):
        standing(Known(**today), "META", datetime.date(2026, 12, 31), datetime.date(2025, 1, 1))


def test_an_edition_knows_the_guidance_of_its_day():
    found = {one.recorded.claim.id: one.finding for one in decide_all("meta_reshapes_priorities", "2026-04-30")
             if one.recorded.claim.id in ("meta_invests_145bn", "meta_from_twenty_may")}
    assert found["meta_invests_145bn"].verdict == "mixed"
    assert found["meta_from_twenty_may"].verdict == "cannot tell"  # the cuts are carried out three weeks later
    with pytest.raises(AnalysisError, match="no claim of"):
        decide_all("meta_reshapes_priorities", "2026-04-28")


def test_an_unknown_table_is_refused():
    with pytest.raises(UnknownName, match="events"):
        Known(event=pd.DataFrame())


def test_a_page_counts_names_and_orders_claims():
    claims = claims_frame(decide_all("copied_errors"))
    assert first_kind(claims) == "copied error" and number_with(claims, "contradicted").value == 3
    nothing = number_with(claims, "supported")
    assert nothing.value == 0 and nothing.documents  # counted among documents that exist
    assert named(claims, "supported") == ["no claim"] and len(named(claims, "contradicted")) == 3
    assert list(verdict_counts(claims)["claims_count"]) == [0, 3, 0, 0]
    gaps = with_gaps(claims.assign(verdict=["supported", "cannot tell", "mixed"], missing=["a", "b", None]))
    assert list(gaps["missing"]) == ["b", "a"]
