"""A verdict comes from the table of rules, and from nothing else."""

import math

import pytest

from analysis.errors import AnalysisError, UnknownName
from analysis.tables.decision_rules import CANNOT_TELL, VERDICTS, agreement, judged, rules_of, threshold, verdict
from analysis.tables.read import read_table

FOUND = {"estimate": -0.05, "decisive_p": 0.01, "low_90": -0.08, "high_90": -0.02, "same_sign_share": 1.0}


@pytest.mark.parametrize(("changes", "expected"), [
    ({}, "supported"),
    ({"decisive_p": 0.05}, CANNOT_TELL),
    ({"high_90": 0.0}, CANNOT_TELL),
    ({"same_sign_share": 0.89}, CANNOT_TELL),
    ({"estimate": 0.01, "low_90": -0.02, "high_90": 0.04, "decisive_p": 0.6}, "contradicted"),
    ({"low_90": -0.03, "high_90": 0.04, "decisive_p": 0.6}, CANNOT_TELL),
    ({"low_90": -0.02, "high_90": -0.01}, "mixed"),
    ({"estimate": math.nan, "low_90": math.nan}, CANNOT_TELL),
])
def test_the_trade_off_by_its_rules(changes, expected):
    assert verdict("trade_off", FOUND | changes) == expected


@pytest.mark.parametrize(("coverage", "margin", "expected"), [
    (0.51, 1, "supported"), (0.51, 0, "mixed"), (0.5, 1, "mixed"), (0.1, 1, "mixed"), (0.09, 1, "contradicted"),
    (math.nan, 1, CANNOT_TELL),
])
def test_the_profit_offset_needs_margin_evidence_too(coverage, margin, expected):
    assert verdict("profit_offset", {"median_coverage": coverage, "margin_evidence": margin}) == expected


def test_a_statistic_left_out_is_named_and_a_reading_that_is_unknown_too():
    with pytest.raises(AnalysisError, match="also need high_90, same_sign_share"):
        verdict("trade_off", {name: FOUND[name] for name in ("estimate", "decisive_p", "low_90")})
    with pytest.raises(UnknownName, match="trade_off"):
        rules_of("tradeoff")


def test_each_condition_shows_its_value_and_whether_it_holds():
    table = judged("trade_off", FOUND | {"decisive_p": 0.2}).set_index("statistic")
    assert not table.loc["decisive_p", "holds"] and table.loc["decisive_p", "value"] == 0.2


SWITCHES = ["forecast_intervals"]
"""Rules that choose a method; nothing is read from them."""


def test_every_reading_can_be_supported_and_contradicted_or_says_which():
    rules = read_table("decision_rules")
    assert set(rules["verdict"]) <= set(VERDICTS)
    both = rules.groupby("reading")["verdict"].agg(set)
    assert all({"supported", "contradicted"} <= words for words in both.drop(SWITCHES))
    assert not rules.duplicated(["reading", "verdict", "statistic"]).any()


def test_a_rule_changed_from_the_plan_says_what_stood_there():
    changed = read_table("decision_rules").set_index("rule_id")["changed_from"].dropna()
    asked = ["layoff_drivers.supported.1", "description.supported.1", "waves.supported.4", "counterfactual.mixed.1"]
    assert changed[asked].str.lower().str.contains("plan").all()


def test_ways_that_agree_count_one():
    assert (agreement(["supported"]), agreement(["mixed", "mixed"]), agreement(["mixed", CANNOT_TELL])) == (1, 1, 0)


def test_a_threshold_moves_with_the_table(edit):
    edit("decision_rules.csv", "rule_id", "trade_off.supported.2", threshold="0.5")
    assert threshold("trade_off.supported.2") == 0.5
    assert verdict("trade_off", FOUND | {"decisive_p": 0.4}) == "supported"
