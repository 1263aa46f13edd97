"""The grid keeps every question, takes its words from the rules, and says what would change them."""

import numpy as np
import pandas as pd
import pytest

from analysis import load_layoffs, load_panel
from analysis.errors import AnalysisError
from analysis.models.driver_result import layoff_drivers
from analysis.models.sample import estimation_rows
from analysis.models.trade_panel import trade_panel
from analysis.models.tradeoff_result import trade_off
from analysis.models.verdict_words import in_words
from analysis.models.verdicts import (
    QUESTIONS,
    READINGS,
    blind,
    cash_row,
    drivers_row,
    narrative_row,
    needed,
    profit_row,
    reading_verdicts,
    row,
    timing_row,
    trade_off_row,
    unasked,
    verdict_grid,
    waves_row,
)
from analysis.tables.decision_rules import CANNOT_TELL, VERDICTS
from tests.models.made_up_panel import made_up

LENSES = [("cash", "cash", 0, False), ("profit_1", "profit", 1, False), ("profit_2", "profit", 2, False),
          ("profit_3", "profit", 3, False), ("profit_2_kept", "profit", 2, True), ("profit_3_kept", "profit", 3, True)]


def coverages(*values: float) -> pd.DataFrame:
    """A frame as of the budget arithmetic, each range from half to twice its median."""
    rows = [{"lens": lens, "label": lens, "kind": kind, "year": year, "is_kept": is_kept, "low": value / 2,
             "value": value, "high": value * 2, "value_basis": "estimated", "value_documents": "doc.a doc.b"}
            for (lens, kind, year, is_kept), value in zip(LENSES, values, strict=True)]
    return pd.DataFrame(rows)


@pytest.mark.parametrize(("median", "word"), [
    (0.09, "contradicted"), (0.13, "mixed"), (0.5, "mixed"), (0.51, "supported")])
def test_the_cash_reading_takes_its_word_from_the_median(median, word):
    found = cash_row(coverages(median, 1, 1, 1, 1, 1))
    assert (found["verdict"], found["confidence"], found["reading"]) == (word, "accounting identity", "cash_funding")
    assert (found["estimate"], found["low_90"], found["high_90"]) == (median, median / 2, median * 2)
    assert found["estimate_basis"] == "estimated" and found["estimate_documents"] == "doc.a doc.b"


def test_the_profit_reading_sets_the_saving_against_the_charge_of_three_years():
    """Saving 6 against charges of 3, 12 and 15: 18 over 30. The years that are not kept up only widen the range."""
    found = profit_row(coverages(0.1, 6 / 3, 9.0, 9.0, 6 / 12, 6 / 15))
    assert found["estimate"] == pytest.approx(18 / 30)
    assert (found["low_90"], found["high_90"]) == (pytest.approx(0.2), 18.0)
    assert found["verdict"] == "mixed"  # no expense is guided, so it cannot be supported
    assert profit_row(coverages(0.1, 2, 9, 9, 0.5, 0.4), margin_evidence=1.0)["verdict"] == "supported"
    assert profit_row(coverages(0.1, 0.05, 9, 9, 0.05, 0.05))["verdict"] == "contradicted"


def test_without_known_cuts_the_accounting_readings_cannot_tell():
    empty = coverages(1, 1, 1, 1, 1, 1).iloc[0:0]
    for make in (cash_row, profit_row):
        found = make(empty)
        assert found["verdict"] == CANNOT_TELL and "no count of cuts" in found["would_change"]
        assert np.isnan(found["estimate"])


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
    found = layoff_drivers(load_panel("year"), load_layoffs(), permutations=19)
    one = drivers_row(found)
    assert one["estimate"] == pytest.approx(np.exp(found.row("capex")["estimate"]))
    assert one["low"] < one["low_90"] < one["estimate"] < one["high_90"] < one["high"]
    assert one["smallest"] == pytest.approx(1.25) and one["verdict"] == found.verdict


def excess_of(**more: float) -> dict:
    found = {"estimate": 2.0, "low": 1.7, "high": 2.4, "p_value": 0.01, "detectable_ratio": 1.4}
    return found | {"n": 30, "firms": 5} | more


def test_timing_is_judged_by_its_rules():
    good = {"excess_ratio": 2.0, "calendar_p": 0.01, "backward_p": 0.4, "least_ratio_without_one_firm": 1.2,
            "high_90_ratio": 2.3}
    ends = excess_of(), excess_of(low=1.6, high=2.5)
    found = timing_row(good, *ends, ("doc",))
    assert found["verdict"] == "supported" and (found["low_90"], found["low"], found["smallest"]) == (1.7, 1.6, 1.5)
    assert timing_row(good | {"backward_p": 0.01}, *ends, ())["verdict"] == CANNOT_TELL
    assert timing_row(good | {"excess_ratio": 0.8, "high_90_ratio": 1.2}, *ends, ())["verdict"] == "contradicted"


def slopes(estimate: float) -> pd.DataFrame:
    one = {"estimate": estimate, "low_90": estimate - 0.1, "high_90": estimate + 0.1, "low": estimate - 0.2,
           "high": estimate + 0.2, "p_value": 0.01, "detectable": 0.5, "n": 40, "firms": 40}
    return pd.DataFrame([one | {"name": name} for name in ("contrast", "second", "first")])


def test_waves_have_a_word_only_when_every_way_to_count_agrees():
    found = waves_row(slopes(0.3), ["supported", "supported"], ())
    assert found["verdict"] == "supported" and found["estimate"] == pytest.approx(0.03)
    assert waves_row(slopes(0.3), ["supported", CANNOT_TELL], ())["verdict"] == CANNOT_TELL


def test_stated_reasons_are_counted_and_never_judged():
    found = narrative_row(load_layoffs())
    assert found["verdict"] == CANNOT_TELL and found["confidence"] == "descriptive"
    assert 0 < found["estimate"] < 1 and found["firms"] < 20 < found["n"]


def test_what_is_lacking_is_said_in_the_words_of_the_rules():
    text = needed("cash_funding", {"median_coverage": 0.3})
    assert text.startswith("Supported if: the median share") and "Contradicted if:" in text
    assert "Supported if" not in needed("cash_funding", {"median_coverage": 0.9})


def grid_of(**words: str) -> pd.DataFrame:
    """A grid with the words given per question, the others unable to tell; the tested ones with a p of 0.02."""
    tested = ("trade_off", "layoff_drivers", "timing", "waves")
    rows = [row(question, words.get(question, CANNOT_TELL), "", ("doc",),
                **({"decisive_p": 0.02, "detectable": 0.05, "smallest": 0.03} if question in tested else {}))
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
    (dict.fromkeys(("trade_off", "layoff_drivers", "timing", "waves"), "contradicted"), "contradicted"),
    (dict.fromkeys(("trade_off", "layoff_drivers", "timing", "waves"), "supported"), "supported"),
])
def test_one_question_settles_nothing_that_the_others_leave_open(words, joint):
    readings = reading_verdicts(grid_of(**words, cash_funding="mixed")).set_index("reading")
    assert list(readings.index) == list(READINGS)
    assert readings.loc["counterfactual", "verdict"] == joint
    assert readings.loc["cash_funding", "verdict"] == "mixed"
    assert readings.loc["counterfactual", "questions_count"] == 4


def test_a_question_is_blind_when_it_could_not_see_what_matters():
    grid = grid_of(timing="contradicted")
    assert list(blind(grid)["question"]) == ["trade_off", "layoff_drivers", "waves"]
    sharp = grid.assign(detectable=grid["detectable"].where(grid["question"] != "trade_off", 0.01))
    assert "trade_off" not in set(blind(sharp)["question"])


def test_numbers_of_unlike_units_are_written_each_in_its_own():
    grid = grid_of().assign(estimate=0.123, low=-0.1, high=0.2)
    words = in_words(grid).set_index("question")
    assert words.loc["trade_off", "estimate_text"] == "12.3%" and words.loc["timing", "estimate_text"] == "0.12×"
    assert words.loc["trade_off", "interval_95_text"] == "−10.0% to 20.0%"
    assert words["interval_90_text"].isna().all()
