"""The grid keeps every question, takes its words from the rules, and says what would change them."""

import dataclasses
import json
import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from analysis import load_layoffs, load_panel
from analysis.economics.margin import MarginOutlook
from analysis.errors import AnalysisError, UnknownName
from analysis.models import drivers, wave_windows
from analysis.models.all_verdicts import all_verdicts, verdict_grid_of
from analysis.models.description import CostShift
from analysis.models.driver_result import layoff_drivers
from analysis.models.sample import estimation_rows
from analysis.models.trade_panel import trade_panel
from analysis.models.tradeoff_result import trade_off
from analysis.models.verdict_rows import (
    NAMED,
    PREMISE,
    QUESTIONS,
    READINGS,
    cash_row,
    description_row,
    drivers_row,
    needed,
    profit_row,
    reason_rows,
    row,
    stated_reasons,
    timing_row,
    trade_off_row,
    unasked,
    waves_row,
)
from analysis.models.verdict_words import in_words
from analysis.models.verdicts import reading_verdicts, silent, verdict_grid
from analysis.models.wave_result import WaveContrast, per_step
from analysis.paths import root
from analysis.quantity import Quantity
from analysis.tables.decision_rules import CANNOT_TELL, VERDICTS, verdict
from tests.models.made_up_panel import made_up

TESTED = ("trade_off", "layoff_drivers", "timing", "waves")


def coverages(cash: float, profit: float) -> pd.DataFrame:
    """A frame as of the budget arithmetic, each range from half to twice its median."""
    rows = [{"lens": lens, "low": value / 2, "value": value, "high": value * 2, "value_basis": "scenario",
             "value_documents": "doc.a doc.b"} for lens, value in (("cash", cash), ("profit_all_kept", profit))]
    return pd.DataFrame(rows)


def margin(expense: float, revenue: float) -> MarginOutlook:
    """Expense guided to grow by two points around `expense`."""
    low, high, trailing = (Quantity(value, "ratio", "derived", (name,)) for value, name in (
        (expense - 0.01, "doc.c"), (expense + 0.01, "doc.c"), (revenue, "doc.d")))
    return MarginOutlook(low, high, trailing)


@pytest.mark.parametrize(("median", "word"), [
    (0.09, "contradicted"), (0.13, "mixed"), (0.5, "mixed"), (0.51, "supported")])
def test_the_cash_reading_takes_its_word_from_the_median(median, word):
    found = cash_row(coverages(median, 1))
    assert (found["verdict"], found["confidence"], found["reading"]) == (word, "accounting identity", "cash_funding")
    assert (found["estimate"], found["low_90"], found["high_90"]) == (median, median / 2, median * 2)
    assert found["estimate_basis"] == "scenario" and found["estimate_documents"] == "doc.a doc.b"


@pytest.mark.parametrize(("median", "outlook", "word"), [
    (0.6, margin(0.1, 0.3), "supported"), (0.6, margin(0.4, 0.3), "mixed"), (0.6, margin(0.3, 0.3), "mixed"),
    (0.6, MarginOutlook(), "mixed"), (0.05, margin(0.1, 0.3), "contradicted")])
def test_the_profit_reading_needs_expense_that_grows_slower_than_revenue(median, outlook, word):
    found = profit_row(coverages(0.1, median), outlook)
    assert (found["verdict"], found["estimate"], found["high_90"]) == (word, median, 2 * median)
    assert ("doc.d" in found["estimate_documents"].split()) == (not math.isnan(outlook.revenue.value))


def test_without_known_cuts_the_accounting_readings_cannot_tell():
    empty = coverages(1, 1).iloc[0:0]
    for found in (cash_row(empty), profit_row(empty, MarginOutlook())):
        assert found["verdict"] == CANNOT_TELL and "no count of cuts" in found["would_change"]
        assert np.isnan(found["estimate"])


def shift(low: np.ndarray, high: np.ndarray) -> CostShift:
    frames = [pd.DataFrame({"change": values, "documents": "doc"}) for values in (low, high)]
    return CostShift(dict(zip(("low", "high"), frames, strict=True)), 2022, 2024)


def test_the_premise_is_told_only_where_both_bounds_of_people_cost_tell_it():
    up, down = np.linspace(0.01, 0.1, 24), np.linspace(-0.1, -0.01, 22)
    assert description_row(shift(up, up))["verdict"] == "supported"
    assert description_row(shift(down, down))["verdict"] == "contradicted"
    apart = description_row(shift(up, down))
    assert apart["verdict"] == CANNOT_TELL and "both bounds of people cost" in apart["would_change"]
    few = description_row(shift(up[:13], up[:11]))
    assert few["verdict"] == CANNOT_TELL and "only 13 firms" in few["would_change"]
    assert few["estimate"] == pytest.approx(np.median(up[:13]))


@pytest.fixture(scope="module")
def within():
    trade = trade_panel(made_up())
    return trade_off(trade, estimation_rows(trade)[0], permutations=99, bootstrap_draws=99)


def test_the_trade_off_row_repeats_the_result(within):
    found = trade_off_row(within)
    assert found["verdict"] == within.verdict and found["decisive_p"] == within.decisive_p
    assert found["low"] < found["low_90"] < found["estimate"] < found["high_90"] < found["high"]
    assert found["detectable"] == pytest.approx(2.80 * within.crv3.standard_error) and found["smallest"] == 0.03


def test_noise_is_never_supported():
    """Twelve worlds without any association: no verdict of the trade-off may be "supported"."""
    words = []
    for seed in range(12):
        trade = trade_panel(made_up(seed))
        found = trade_off(trade, estimation_rows(trade)[0], permutations=99, bootstrap_draws=49)
        words.append(trade_off_row(found)["verdict"])
    assert "supported" not in words and set(words) <= set(VERDICTS)


def test_a_strong_association_is_supported():
    trade = trade_panel(made_up(slope=-1.2, noise=0.02))
    found = trade_off_row(trade_off(trade, estimation_rows(trade)[0], permutations=99, bootstrap_draws=49))
    assert found["verdict"] == "supported" and found["estimate"] < -0.05


def test_the_race_is_shown_as_a_multiple_of_the_odds():
    found = layoff_drivers(load_panel("year"), load_layoffs(), permutations=19, replications=3)
    one = drivers_row(found)
    assert one["estimate"] == pytest.approx(np.exp(found.row("capex")["estimate"]))
    assert one["low"] < one["low_90"] < one["estimate"] < one["high_90"] < one["high"]
    assert one["smallest"] == pytest.approx(1.25) and one["verdict"] == found.verdict
    assert one["detectable"] == pytest.approx(found.detectable, nan_ok=True)


def timed(**more: float) -> SimpleNamespace:
    """A timing result with an excess that its rules support."""
    found = {"excess_ratio": 2.0, "calendar_p": 0.01, "backward_p": 0.4, "least_ratio_without_one_firm": 1.2,
             "high_90_ratio": 2.3} | more
    whole = {"estimate": found["excess_ratio"], "low": 1.6, "high": 2.5, "p_value": 0.01, "n": 30, "firms": 5}
    return SimpleNamespace(statistics=found, whole=whole, ninety=whole | {"low": 1.7, "high": 2.4}, detectable=1.4,
                           verdict=verdict("timing", found), documents=("doc",))


def test_timing_is_judged_by_its_rules():
    found = timing_row(timed())
    assert found["verdict"] == "supported" and (found["low_90"], found["low"], found["smallest"]) == (1.7, 1.6, 1.5)
    assert timing_row(timed(backward_p=0.01))["verdict"] == CANNOT_TELL
    assert timing_row(timed(excess_ratio=0.8, high_90_ratio=1.2))["verdict"] == "contradicted"


def contrast(estimate: float, words: list[str]) -> WaveContrast:
    """A contrast with the given slope, whose ways to count give the words."""
    one = {"estimate": estimate, "low_90": estimate - 0.1, "high_90": estimate + 0.1, "low": estimate - 0.2,
           "high": estimate + 0.2, "p_value": 0.01, "detectable": 0.5, "n": 40, "firms": 40}
    slopes = pd.DataFrame([one | {"name": name} for name in ("contrast", "second", "first")])
    slopes.loc[slopes["name"] == "first", "p_value"] = 0.4
    choices = pd.DataFrame([one | {"verdict": word, "specification": "levels"} for word in words])
    return WaveContrast(pd.DataFrame({"documents": ["doc"]}), slopes, choices, one)


def test_waves_have_a_word_only_when_every_way_to_count_agrees():
    found = waves_row(contrast(0.3, ["supported", "supported"]))
    assert found["verdict"] == "supported" and found["estimate"] == pytest.approx(0.03)
    assert found["detectable"] == pytest.approx(0.05) and np.isnan(found["smallest"])
    apart = waves_row(contrast(0.3, ["supported", CANNOT_TELL]))
    assert apart["verdict"] == CANNOT_TELL and "every way to count" in apart["would_change"]


def test_every_page_has_the_same_waves():
    assert drivers.WAVES == wave_windows.HALVES == {"first": ("2022H1", "2023H2"), "second": ("2025H1", "2026H1")}
    cells = json.loads((root() / "notebooks" / "headcount_and_layoffs.ipynb").read_text())["cells"]
    first = wave_windows.FIRST_WAVE
    assert f'first_wave = "{first.first[:7]}/{first.last[:7]}"' in "".join(cells[1]["source"])


def test_stated_reasons_are_parted_counted_over_their_denominators_and_never_judged():
    events = pd.DataFrame({
        "ticker": ["A", "B", "B", "C", "D", None, "E"], "adds_up": [True, True, True, True, False, True, True],
        "reason_class": [*NAMED.values(), "ai_productivity", "unstated", *["ai_productivity"] * 3],
        "reason_basis": ["read", "read", "read", "none", "read", "read", "url_words"],
        "document_id": ["d1", "d2", "d3", "d4", "d5", "d6", "d7"]})
    counts = stated_reasons(events).set_index("question")
    assert counts["named_count"].to_dict() == {"narrative_capital": 1, "narrative_ai": 2}
    assert (counts["stated_count"].unique().tolist(), counts["all_count"].unique().tolist()) == ([3], [5])
    for found in reason_rows(counts.reset_index()):
        assert (found["verdict"], found["confidence"]) == (CANNOT_TELL, "descriptive")
        assert "3 of 5" in found["would_change"]
    nothing = reason_rows(stated_reasons(events[events["reason_class"] == "unstated"]))
    assert all(np.isnan(found["estimate"]) for found in nothing)


def test_what_is_lacking_is_said_in_the_words_of_the_rules():
    text = needed("cash_funding", {"median_coverage": 0.3})
    assert text.startswith("Supported if: the median share") and "Contradicted if:" in text
    assert "Supported if" not in needed("cash_funding", {"median_coverage": 0.9})
    few = {"median_within_change": 0.1, "sign_flip_p": 0.5, "ways_agree": 1.0}
    assert "across firms is below 0.05" in needed("description", few)


def grid_of(**words: str) -> pd.DataFrame:
    """A grid with the words given per question, the others unable to tell; the tested ones with a p of 0.02."""
    rows = [row(question, words.get(question, CANNOT_TELL), "", ("doc",),
                **({"decisive_p": 0.02, "detectable": 0.05, "smallest": 0.03} if question in TESTED else {}))
            for question in QUESTIONS]
    return verdict_grid(rows[::-1])


def test_the_grid_is_in_order_whole_and_corrected_for_the_questions_asked():
    grid = grid_of()
    assert list(grid["question"]) == list(QUESTIONS) and set(grid["verdict"]) <= set(VERDICTS)
    assert grid["p_holm"].dropna().tolist() == pytest.approx([0.08] * 4)
    with pytest.raises(AnalysisError, match="needs each of"):
        verdict_grid([unasked("timing", "no guidance")])
    with pytest.raises(AnalysisError, match="no column colour"):
        row("timing", CANNOT_TELL, "", (), colour=1.0)


@pytest.mark.parametrize(("words", "joint"), [
    ({}, CANNOT_TELL),
    ({"trade_off": "supported"}, CANNOT_TELL),
    ({"trade_off": "supported", "timing": "contradicted"}, "mixed"),
    (dict.fromkeys(TESTED, "mixed"), "mixed"),
    (dict.fromkeys(TESTED, "contradicted"), "contradicted"),
    (dict.fromkeys(TESTED, "supported"), "supported"),
])
def test_one_question_settles_nothing_that_the_others_leave_open(words, joint):
    readings = reading_verdicts(grid_of(**words, cash_funding="mixed")).set_index("reading")
    assert list(readings.index) == list(READINGS)
    assert readings.loc["counterfactual", "verdict"] == joint
    assert readings.loc["cash_funding", "verdict"] == "mixed"
    assert readings.loc["counterfactual", "questions_count"] == 4


def test_the_joint_verdict_comes_from_the_table_and_nothing_else(edit):
    grid = grid_of(trade_off="supported")
    edit("decision_rules.csv", "rule_id", "counterfactual.mixed.1", threshold="0")
    readings = reading_verdicts(grid).set_index("reading")
    assert readings.loc["counterfactual", "verdict"] == "mixed"
    assert "every question" in readings.loc["counterfactual", "would_change"]
    assert readings["is_premise"].to_dict() == {name: name == PREMISE for name in READINGS}


def test_a_question_that_could_not_see_is_no_question_without_a_size_that_matters():
    """Four questions see 5% and want 3%, 10% or nothing in particular; one tells."""
    grid = grid_of(timing="contradicted")
    grid.loc[grid["question"] == "layoff_drivers", "smallest"] = 0.10
    grid.loc[grid["question"] == "waves", "smallest"] = np.nan
    sight = silent(grid).set_index("question")["sight"].to_dict()
    assert sight == {"trade_off": "blind", "layoff_drivers": "sees", "waves": "no size"}
    nowhere = grid.assign(detectable=np.nan)
    assert set(silent(nowhere)["sight"]) == {"blind", "no size"}


def test_slopes_per_step_leave_p_as_it_is():
    one = per_step(contrast(0.3, []).slopes)
    assert one["detectable"].tolist() == pytest.approx([0.05] * 3) and one["p_value"].tolist() == [0.01, 0.01, 0.4]


@pytest.fixture(scope="module")
def whole():
    return all_verdicts(permutations=99, replications=3)


def test_the_grid_of_a_company_holds_every_question_with_its_documents(whole):
    grid = whole.grid.set_index("question")
    assert list(grid.index) == list(QUESTIONS) and list(whole.readings["reading"]) == list(READINGS)
    assert all(grid["estimate_documents"].str.len() > 0) and set(grid["verdict"]) <= set(VERDICTS)
    assert grid.loc["waves", "detectable"] == whole.waves.detectable
    assert grid.loc["cash_funding", "estimate"] == whole.judged.set_index("lens").loc["cash", "value"]
    assert set(whole.margin.documents) <= set(grid.loc["profit_offset", "estimate_documents"].split())


def test_another_page_gets_the_same_rows(whole, monkeypatch):
    again = dataclasses.replace(whole)
    monkeypatch.setattr("analysis.models.all_verdicts.all_verdicts", lambda ticker, **choices: again)
    pd.testing.assert_frame_equal(verdict_grid_of("META", permutations=99), whole.grid)


def test_an_unknown_company_is_named():
    with pytest.raises(UnknownName, match="META"):
        verdict_grid_of("MTEA")


def test_numbers_of_unlike_units_are_written_each_in_its_own():
    grid = grid_of().assign(estimate=0.123, low=-0.1, high=0.2)
    words = in_words(grid).set_index("question")
    assert words.loc["waves", "estimate_text"] == "+12.3 pp"
    assert words.loc["trade_off", "estimate_text"] == "12.3%" and words.loc["timing", "estimate_text"] == "0.12×"
    assert words.loc["trade_off", "interval_95_text"] == "−10.0% to 20.0%"
    assert words["interval_90_text"].isna().all()
