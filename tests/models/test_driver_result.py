"""The race on the real data hangs together: gates, provenance, verdict word and what carries it."""

from dataclasses import replace

import numpy as np
import pytest

from analysis import load_layoffs, load_panel
from analysis.models.driver_checks import checks
from analysis.models.driver_result import carried_by, layoff_drivers, power_table, seen_from, with_odds
from analysis.models.drivers import Settings, driver_panel
from analysis.tables.decision_rules import VERDICTS


@pytest.fixture(scope="module")
def found():
    return layoff_drivers(load_panel("year"), load_layoffs(), permutations=199)


def test_it_stands_on_enough_firms_and_events_in_both_waves(found):
    assert found.model.race.firms >= 20
    assert (found.waves["firms"] >= 20).all()
    assert (found.waves["events"] >= 10).all()


def test_the_verdict_is_one_of_the_frozen_words_and_follows_from_its_conditions(found):
    assert found.verdict in VERDICTS
    assert set(found.conditions["statistic"]) == set(found.statistics)
    met = found.conditions.groupby("verdict")["holds"].all()
    assert (found.verdict == "supported") == (met["supported"] and not met["contradicted"])


def test_every_number_knows_its_documents(found):
    assert len(found.documents) == len(set(found.documents)) > 50
    assert found.odds(0.0).value == 1.0
    assert found.odds(0.0).documents == found.documents


def test_a_null_is_no_equivalence_unless_the_interval_is_narrow(found):
    inside = found.tests["low_90"].gt(-np.log(1.25)) & found.tests["high_90"].lt(np.log(1.25))
    assert found.tests["is_equivalent"].tolist() == inside.tolist()


def test_the_largest_carrier_is_the_firm_named_in_the_table(found):
    carriers = carried_by(found.model)
    assert carriers["ticker"][0] == found.row("capex")["without"]
    assert carriers["move"].abs().is_monotonic_decreasing
    moved = np.log(carriers["odds_ratio"]) + carriers["move"]
    assert moved.to_numpy() == pytest.approx(np.full(len(carriers), found.row("capex")["estimate"]))


def test_odds_are_the_exponentials_of_log_odds(found):
    table = with_odds(found.tests)
    assert np.log(table["odds_low_ratio"]).to_numpy() == pytest.approx(table["low"].to_numpy())


def test_power_on_the_real_panel_rises_with_the_odds(found):
    table = power_table(found.model.race, 30)
    power = table.set_index("label")["rejection_ratio"]
    assert (table["permutation_ratio"] >= table["rejection_ratio"]).all()
    assert power["nothing"] < 0.2 < power.iloc[-1]
    assert 1.25 < seen_from(table) <= table["odds_ratio"].max()
    assert np.isnan(seen_from(table.assign(rejection_ratio=0.1)))
    assert replace(found, replications=30).detectable == seen_from(table)


def test_the_checks_keep_the_race_first_and_count_their_rows(found):
    counted = driver_panel(load_panel("year"), load_layoffs(), Settings(estimates="counted"))
    table = checks(found.rows, counted)
    events = table.set_index("specification")[["events", "n"]]
    assert (events.loc["outside estimates count"] - events.loc["as raced"]).tolist() == [1, 0]
    assert (events.loc["without Oracle 2026H1"] - events.loc["as raced"]).tolist() == [0, -1]
    assert table["estimate"][0] == pytest.approx(found.row("capex")["estimate"])
    assert table["specification"].is_unique
    assert table["specification"][0] == "as raced"
    assert (table["firms"] >= 20).all()
    assert (table["p_bh"] >= table["p_value"] - 1e-12).all()
