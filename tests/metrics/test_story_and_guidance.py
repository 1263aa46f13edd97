"""Guidance moves in words, the story is in order, and an edition of a day knows nothing later."""

import math

import pandas as pd
import pytest

from analysis import load_guidance, load_layoffs, load_panel
from analysis.errors import AnalysisError
from analysis.metrics.guidance import (
    ends_of,
    guidance_against_actual,
    guidance_path,
    latest_open_guidance,
)
from analysis.metrics.story import biggest_round, change_word, last_before, moves_of, range_text, timeline


def given(low, high):
    return pd.Series({"low_usd": low, "high_usd": high})


@pytest.mark.parametrize(("before", "after", "word"), [
    ((115, 135), (125, 145), "raised"),
    ((125, 145), (130, 145), "narrowed"),
    ((125, 145), (120, 140), "lowered"),
    ((125, 145), (125, 140), "narrowed"),
    ((125, 145), (120, 150), "widened"),
    ((125, 145), (125, 145), "repeated"),
    ((125, 145), (125, 150), "widened"),
])
def test_how_a_range_moved(before, after, word):
    assert change_word(given(*before), given(*after)) == word


def test_metas_guidance_for_2026_is_a_path_of_ranges():
    path = guidance_path(load_guidance(["META"]), "META", "2026-12-31")
    moves = moves_of(path)
    assert [(f"{move.day:%m-%d}", move.word) for move in moves] == [("04-29", "raised"), ("07-29", "narrowed")]
    assert moves[1].ends == "bottom raised, top unchanged"
    assert [end.value for end in moves[1].after] == [130e9, 145e9]


def test_the_guidance_of_a_day_is_the_latest_by_then():
    low, high = ends_of(guidance_path(load_guidance(["META"], "2026-05-20"), "META", "2026-12-31").iloc[-1])
    assert (low.value, high.value) == (125e9, 145e9) and low.documents
    assert guidance_path(load_guidance(["META"], "2025-12-01"), "META", "2026-12-31").empty


def test_guidance_is_set_beside_the_definition_it_names():
    rows = guidance_against_actual(load_guidance(["META"]), load_panel("year", ["META"])).set_index("guidance_id")
    assert rows.loc["META.year.2025-12-31.2025-10-29", "actual_usd"] == 72.215e9
    assert math.isnan(rows.loc["META.year.2026-12-31.2026-07-29", "actual_usd"])
    assert rows.loc["META.year.2026-12-31.2026-07-29", "actual_usd_basis"] == "unresolved"


def test_only_years_without_an_outcome_are_open():
    rows = latest_open_guidance(guidance_against_actual(load_guidance(["META"]), load_panel("year", ["META"])))
    assert rows["guidance_id"].tolist() == ["META.year.2026-12-31.2026-07-29"]


def test_a_ceiling_has_no_low_end():
    row = load_guidance(["GOOGL"]).set_index("guidance_id").loc["GOOGL.year.2026-12-31.2026-04-29"].copy()
    row["low_usd"] = math.nan
    low, high = ends_of(row)
    assert low.is_missing and high.value == 190e9
    assert range_text(math.nan, 190e9) == "up to $190bn" and range_text(30e9, math.nan) == "from $30bn"
    assert range_text(200e9, 200e9) == "$200bn"


def test_the_story_is_in_order_and_dates_the_openings_by_the_memo():
    story = timeline("META", "2026-01-01")
    assert story["date"].is_monotonic_increasing and story["document_id"].notna().all()
    days = story.set_index("what")["date"]
    assert days["Meta: 8,000 cuts reported"] == pd.Timestamp("2026-04-17")
    memo = "Meta: the company confirms the cuts, with 6,000 open positions cancelled"
    assert days[memo] == pd.Timestamp("2026-04-23")
    assert days["Meta: the cuts are carried out"] == pd.Timestamp("2026-05-20")


def test_the_story_of_an_edition_ends_with_its_day():
    story = timeline("META", "2026-01-01", "2026-04-01")
    assert story["date"].max() <= pd.Timestamp("2026-04-01")
    assert not story["what"].str.contains("8,000|6,000|145bn").any()


def test_a_story_without_dates_is_refused():
    with pytest.raises(AnalysisError, match="nothing is dated"):
        timeline("META", "2027-01-01")


def test_the_biggest_round_adds_up():
    events = load_layoffs(companies=["ORCL", "META"])
    assert biggest_round(events, "2026-01-01")["event_id"] == "2026-04-17.meta"  # Oracle's 30,000 is an estimate
    with pytest.raises(AnalysisError, match="no announcement"):
        biggest_round(events, "2026-12-01")


def test_the_last_value_before_a_day():
    years = load_panel("year", ["META"])
    row = last_before(years, "period_end", pd.Timestamp("2026-04-17"), "headcount_persons")
    assert row["headcount_persons"] == 78_865
    with pytest.raises(AnalysisError, match="headcount_persons"):
        last_before(years, "period_end", pd.Timestamp("2010-01-01"), "headcount_persons")
