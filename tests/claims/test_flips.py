"""Every claim that a number decides turns when the number does; every judgement says so and why.

A case names a claim, the verdict it has on the data, a change of the deciding datum and the verdict after it. Tables
with a vintage are changed in memory; prices, measurements and assumptions in a copy of the data.
"""

from collections.abc import Callable

import pandas as pd
import pytest

from analysis.claims.known import Known
from analysis.claims.registry import COMPUTATIONS
from analysis.claims.verdicts import decide
from analysis.economics.gains import SPARSE
from tests.claims.conftest import CLAIMS, scaled

Change = Callable[[pd.DataFrame], None]
ROUND = "2026-04-17.meta"


def put(table: str, key: str, name: str, **cells) -> tuple[str, Change]:
    """Set cells of the rows whose key column has a value."""

    def act(frame: pd.DataFrame) -> None:
        rows = frame[key] == name
        assert rows.any(), name
        for column, value in cells.items():
            frame.loc[rows, column] = value

    return table, act


def times(table: str, column: str, factor: float, **conditions) -> tuple[str, Change]:
    """Multiply a column in the rows that meet every condition."""

    def act(frame: pd.DataFrame) -> None:
        rows = pd.Series(True, index=frame.index)
        for name, wanted in conditions.items():
            rows &= frame[name].isin(wanted if isinstance(wanted, list) else [wanted])
        assert rows.any(), conditions
        frame.loc[rows, column] = frame.loc[rows, column] * factor

    return table, act


def fill(table: str, column: str, value: float, **conditions) -> tuple[str, Change]:
    """Set a number that was missing, with its basis, in the rows that meet every condition."""

    def act(frame: pd.DataFrame) -> None:
        rows = pd.concat([frame[name] == wanted for name, wanted in conditions.items()], axis=1).all(axis=1)
        assert rows.any(), conditions
        frame.loc[rows, [column, f"{column}_basis"]] = value, "derived"

    return table, act


def new_round(ticker: str, day: str, persons: float) -> tuple[str, Change]:
    """One more announcement, like another of the same company."""

    def act(frame: pd.DataFrame) -> None:
        row = frame[(frame["ticker"] == ticker) & frame["adds_up"]].iloc[-1].copy()
        row["event_id"], row["announced_date"], row["employees_cut_persons"] = "new", pd.Timestamp(day), persons
        row["unit_of"] = None
        frame.loc[len(frame)] = row

    return "events", act


FIVE = ["AMZN", "GOOGL", "META", "MSFT", "ORCL"]
APRIL, JULY = "META.year.2026-12-31.2026-04-29", "META.year.2026-12-31.2026-07-29"
MICROSOFT_AFTER = {"ticker": "MSFT", "period_end": pd.Timestamp("2026-06-30")}
IN_MEMORY = {
    "meta_eight_thousand": ("supported", put("events", "event_id", ROUND, employees_cut_persons=9000), "contradicted"),
    "meta_from_twenty_may": (
        "supported", put("events", "event_id", ROUND, carried_out_date=pd.Timestamp("2026-06-20")), "contradicted"),
    "meta_largest_since_2023": (
        "supported", put("events", "event_id", "2025-02-10.meta", employees_cut_persons=8000), "contradicted"),
    "meta_six_thousand_openings": (
        "supported", put("events", "event_id", ROUND, openings_cancelled_count=600), "contradicted"),
    "meta_priorities_shift": (
        "supported", times("years", "compute_share_low_ratio", 0.5, ticker="META", calendar_year=2025), "contradicted"),
    "meta_invests_145bn": ("mixed", put("guidance", "guidance_id", APRIL, low_usd=145e9), "supported"),
    "meta_145bn_for_ai_alone": (
        "contradicted", put("guidance", "guidance_id", APRIL, definition="ai_infrastructure"), "supported"),
    "meta_record_profits": (
        "mixed", times("years", "net_income_usd", 1.1, ticker="META", calendar_year=2025), "supported"),
    "meta_profits_pay": (
        "mixed", times("years", "net_income_usd", 0.5, ticker="META", calendar_year=2025), "contradicted"),
    "trend_among_the_large": (
        "supported", times("years", "capital_intensity_ratio", 0.1, ticker=FIVE[:4], calendar_year=2025),
        "contradicted"),
    "fewer_employed_after": (
        "supported", times("quarters", "headcount_persons", 1.04, ticker="META",
                           period_end=pd.Timestamp("2026-06-30")), "contradicted"),
    "sustainability_in_question": (
        "supported", times("years", "operating_cash_flow_usd", 2, ticker="META", calendar_year=2025), "contradicted"),
    "town_hall_reason": ("supported", put("statements", "statement_id", "2026-04-30.meta-chief-executive.reason",
                                          standing="contradicted"), "contradicted"),
    "two_cost_centres_said": (
        "supported", put("statements", "statement_id", "2026-04-30.meta-chief-executive.cost-centres",
                         standing="partly"), "cannot tell"),
    "two_cost_centres_true": (
        "mixed", times("years", "people_cost_low_usd", 2, ticker="META", calendar_year=2025), "supported"),
    "growing_pressure": ("supported", times("years", "capex_to_operating_cash_flow_ratio", 0.1, ticker=FIVE[:3],
                                            calendar_year=2025), "contradicted"),
    "hardware_decides_strategy": (
        "supported", times("years", "people_cost_high_usd", 3, ticker="META", calendar_year=2025), "contradicted"),
    "further_cuts_left_open": ("supported", put("statements", "statement_id", "2026-04-30.meta-people-officer",
                                                standing="rumour"), "cannot tell"),
    "priority_across_the_industry": (
        "mixed", times("years", "capital_intensity_ratio", 0.5, calendar_year=2025), "contradicted"),
    "demand_keeps_growing": ("supported", times("guidance", "low_usd", 0.5, ticker=FIVE), "contradicted"),
    "no_further_company_wide_round": ("supported", put("statements", "statement_id", "2026-05-20.meta-chief-executive",
                                                       standing="partly"), "cannot tell"),
    "meta_cuts_again_in_2026": ("cannot tell", new_round("META", "2026-09-15", 500), "supported"),
    "seven_thousand_moved": ("supported", put("statements", "statement_id", "2026-05-20.meta-company",
                                              standing="contradicted"), "contradicted"),
    "meta_second_quarter_capital": ("cannot tell", fill("quarters", "capex_with_finance_leases_usd", 31.08e9,
                                                        ticker="META", period_end=pd.Timestamp("2026-06-30")),
                                    "supported"),
    "meta_guidance_narrowed": ("supported", put("guidance", "guidance_id", JULY, low_usd=90e9, high_usd=95e9),
                               "contradicted"),
    "agents_slower_than_hoped": ("cannot tell", put("statements", "statement_id", "2026-07-02.meta-chief-executive",
                                              standing="corroborated"), "supported"),
    "lawsuit_on_selection": ("cannot tell", put("statements", "statement_id", "2026-07-15.meta-staff-lawsuit",
                                          standing="corroborated"), "supported"),
    "microsoft_4800": ("supported", put("events", "event_id", "2026-07-06.microsoft", employees_cut_persons=48),
                       "contradicted"),
    "microsoft_headcount_2026": ("supported", times("years", "headcount_persons", 1.01, **MICROSOFT_AFTER),
                                 "contradicted"),
    "oracle_headcount_falls": ("supported", times("years", "headcount_persons", 1.1, ticker="ORCL",
                                                  period_end=pd.Timestamp("2026-05-31")), "contradicted"),
    "oracle_thirty_thousand": ("mixed", put("events", "event_id", "2026-03-31.oracle", employees_cut_persons=10_000),
                               "contradicted"),
    "amazon_sixteen_thousand": ("supported", put("events", "event_id", "2026-01-28.amazon", record_kind="estimate"),
                                "mixed"),
    "cisco_four_thousand": ("supported", put("events", "event_id", "2026-05-13.cisco", employees_cut_persons=40),
                            "contradicted"),
    "intuit_three_thousand": ("supported", put("events", "event_id", "2026-05-20.intuit", employees_cut_persons=None),
                              "cannot tell"),
    "uber_3300": ("supported", put("events", "event_id", "2026-09-02.uber", employees_cut_persons=500), "contradicted"),
    "employers_citing_ai": ("supported", put("labour", "series", "challenger_ai_cited_job_cuts_ytd", value=90_000),
                            "contradicted"),
    "error_meta_162bn": ("contradicted", put("guidance", "guidance_id", "META.year.2026-12-31.2026-01-28",
                                             low_usd=162e9, high_usd=169e9), "supported"),
    "error_google_22000": ("contradicted", new_round("GOOGL", "2026-01-20", 22_000), "supported"),
    "error_microsoft_15000": ("contradicted", new_round("MSFT", "2026-02-20", 15_000), "supported"),
}

PRICES, RUNS = "compute/compute_prices.csv", "compute/inference_latency.csv"
RENT = "price_usd_per_accelerator_hour"
FEWER_CUTS = [scaled("layoff_events.csv", column, 0.05, ticker="META", announced_date="2026")
              for column in ("employees_cut_persons", "openings_cancelled_count")]
IN_A_COPY = {
    "thousands_of_accelerators": ("supported", [scaled("compute/accelerators.csv", "server_price_usd", 1e5,
                                                       accelerator_id="h100_sxm")], "contradicted"),
    "enormous_memory": ("supported", [scaled("compute/language_models.csv", "parameters_billion", 0.01,
                                             model_id="llama_3_1_405b")], "contradicted"),
    "fast_links_between_machines": ("supported", [scaled("compute/language_models.csv", "parameters_billion", 0.5,
                                                         model_id="llama_3_1_405b")], "contradicted"),
    "network_and_storage_cost": ("supported", [scaled("compute/cost_figures.csv", end, 0.1,
                                                      figure_id="share_of_ai_data_centre_capex_networking")
                                               for end in ("low", "high")], "contradicted"),
    "not_hardware_alone": ("supported", [scaled("property_notes.csv", "value_usd", 0.5,
                                                note_id="META.buildings.2025-12-31")], "contradicted"),
    "cooling_needed": ("supported", [scaled("compute/cost_figures.csv", end, 0.1,
                                            figure_id="share_of_ai_data_centre_capex_mechanical")
                                     for end in ("low", "high")], "contradicted"),
    "considerable_outlay": ("mixed", [scaled(PRICES, RENT, 0.1, accelerator_id="h200_sxm")], "supported"),
    "owning_cheaper_when_steady": (
        "supported", [scaled(PRICES, RENT, 0.2, accelerator_id="h200_sxm", pricing="on_demand")], "contradicted"),
    "tuning_speeds_up": (
        "mixed", [scaled(RUNS, "output_tokens_per_second_per_accelerator", 10, precision="fp4"),
                  scaled(RUNS, "output_tokens_per_second", 10, precision="fp4")], "supported"),
    "cuts_fund_the_capital": ("mixed", FEWER_CUTS, "contradicted"),
    "cuts_offset_the_charge": ("mixed", FEWER_CUTS, "contradicted"),
    "parts_are_costly": ("supported", [scaled("compute/cost_figures.csv", end, 0.1,
                                              figure_id="gb200_nvl72_rack_price_alternative")
                                       for end in ("low", "high")], "contradicted"),
    "capital_is_servers_network_sites": (
        "supported", [scaled("property_notes.csv", "value_usd", 3, note_id="META.equipment.2025-12-31")],
        "contradicted"),
    "high_initial_capital": ("mixed", [scaled(PRICES, RENT, 10, accelerator_id="h200_sxm")], "contradicted"),
    "owning_for_predictable_work": (
        "supported", [scaled(PRICES, RENT, 0.1, accelerator_id="h200_sxm", pricing="on_demand")], "contradicted"),
    "cloud_saves_the_outlay": ("supported", [scaled(PRICES, RENT, 20, accelerator_id="h200_sxm")], "contradicted"),
    "cloud_costs_accumulate": (
        "supported", [scaled(PRICES, RENT, 0.2, accelerator_id="h200_sxm", pricing="on_demand")], "contradicted"),
    "utilisation_is_a_lever": (
        "supported", [scaled("assumptions/levers.csv", end, 0.0, assumption_id="added_utilisation_ratio")
                      for end in ("value", "low", "high")], "contradicted"),
    "quantisation_saves_memory": (
        "supported", [scaled("compute/language_models.csv", "kv_elements_per_token_per_layer", 1000,
                             model_id="llama_3_1_70b")], "contradicted"),
    "architectures_more_efficient": (
        "supported", [scaled(RUNS, "output_tokens_per_second_per_accelerator", 0.1, model_id=SPARSE),
                      scaled(RUNS, "output_tokens_per_second", 0.1, model_id=SPARSE)], "contradicted"),
}
JUDGED = {name for name, one in CLAIMS.items() if one.claim.is_judgement}


def test_every_claim_is_either_flipped_here_or_a_judgement():
    assert set(IN_MEMORY) | set(IN_A_COPY) | JUDGED == set(CLAIMS)
    assert not set(IN_MEMORY) & set(IN_A_COPY) and not JUDGED & (set(IN_MEMORY) | set(IN_A_COPY))


@pytest.mark.parametrize("name", IN_MEMORY)
def test_the_verdict_turns_with_the_deciding_datum(name, known, today):
    before, (table, change), after = IN_MEMORY[name]
    assert decide(CLAIMS[name], known).verdict == before
    changed = today[table].copy()
    change(changed)
    assert decide(CLAIMS[name], Known(**today | {table: changed})).verdict == after


@pytest.mark.parametrize("name", IN_A_COPY)
def test_the_verdict_turns_with_the_price_or_measurement(name, known, data_copy):
    before, changes, after = IN_A_COPY[name]
    for change in changes:
        change(data_copy)
    assert decide(CLAIMS[name], known).verdict == after != before


def test_on_the_data_as_they_are_these_verdicts_stand(known):
    """The first half of the cases above, with the slow results shared."""
    found = {name: decide(CLAIMS[name], known).verdict for name in IN_A_COPY}
    assert found == {name: before for name, (before, _, _) in IN_A_COPY.items()}


@pytest.mark.parametrize("name", sorted(JUDGED))
def test_a_judgement_says_so_and_why(name, known):
    claim, found = CLAIMS[name].claim, decide(CLAIMS[name], known)
    assert found.verdict == claim.verdict and len(claim.reason) > 40 and found.text == claim.reason
    assert found.deciding.is_missing and claim.computation not in COMPUTATIONS
