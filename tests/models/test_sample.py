"""What a model can stand on is counted before anything is estimated."""

import numpy as np
import pytest

from analysis import load_guidance, load_layoffs, load_panel
from analysis.errors import AnalysisError
from analysis.models.drivers import driver_panel
from analysis.models.race import race
from analysis.models.sample import ABSENT, by_year, estimation_rows, panel_documents, paths_seen, raises, support
from analysis.models.timing import prepare
from analysis.models.trade_panel import trade_panel
from tests.models.worlds import world


def test_the_steps_add_up_and_end_at_the_rows():
    rows, steps = estimation_rows(trade_panel(load_panel("year")))
    assert (steps["firm_years_count"].shift().sub(steps["dropped_count"]) == steps["firm_years_count"])[1:].all()
    assert steps.iloc[-1]["firm_years_count"] == len(rows)
    assert steps.iloc[-1]["firms_count"] == rows["ticker"].nunique()


def test_too_few_firms_cannot_tell():
    with pytest.raises(AnalysisError, match="12 firms remain, fewer than 20: cannot tell"):
        estimation_rows(world(firms=12))


def test_a_thin_year_and_a_lone_firm_year_are_dropped():
    frame = world(firms=25)
    frame.loc[(frame["calendar_year"] == 2019) & (frame["ticker"] > "F08"), "d_log_headcount"] = np.nan
    frame.loc[(frame["ticker"] == "F24") & (frame["calendar_year"] != 2020), "d_log_headcount"] = np.nan
    rows, _ = estimation_rows(frame)
    assert 2019 not in set(rows["calendar_year"]) and "F24" not in set(rows["ticker"])


def test_a_group_too_small_in_a_year_joins_the_others_of_that_year():
    frame = world(big=5)
    frame.loc[(frame["calendar_year"] == 2018) & frame["ticker"].isin(["F00", "F01"]), "d_log_headcount"] = np.nan
    cells = estimation_rows(frame)[0].groupby("calendar_year")["cell"].nunique()
    assert cells[2018] == 1 and (cells.drop(2018) == 2).all()


def test_models_stand_on_what_their_filters_leave_and_those_without_input_keep_their_place():
    panel, events, guidance = load_panel("year"), load_layoffs(), load_guidance()
    trade, at_risk = trade_panel(panel), driver_panel(panel, events)
    raced, timed = race(at_risk), prepare(guidance, events, "2026Q2").firms
    table = support(trade, at_risk, raced.rows, guidance, timed).set_index("model")
    assert {model for model, _ in ABSENT} <= set(table.index)
    assert (table.loc[[model for model, _ in ABSENT], "status"] == "cannot tell").all()
    assert table.loc["Trade-off, all firms", "status"] == "built"
    assert table.loc["Trade-off, all firms", "used_count"] == len(estimation_rows(trade)[0])
    alone = table.loc["Trade-off, hyperscalers alone"]
    assert alone["reason"] == "fewer than 20 firms" and alone["found_count"] > alone["used_count"] == 0
    layoffs = table.loc["What predicts layoffs"]
    assert (layoffs["used_count"], layoffs["events_count"]) == (raced.sizes()["n"], raced.sizes()["events"])
    assert layoffs["found_count"] == len(at_risk) > layoffs["used_count"]
    timing = table.loc["Timing of cuts after raises"]
    assert timing["used_count"] == sum(len(firm.raises) for firm in timed) <= timing["found_count"]


def test_counts_by_year_are_those_of_the_rows():
    trade = trade_panel(load_panel("year"))
    years = by_year(trade, load_layoffs(), load_guidance())
    rows, _ = estimation_rows(trade)
    assert years["rows_count"].sum() == len(rows)
    assert (years["hyperscalers_count"] <= 5).all()


def test_raises_are_those_of_the_timing_question_and_the_first_guidance_is_none():
    guidance = load_guidance()
    found = raises(guidance)
    assert 0 < len(found) < len(guidance) and (found["change_ratio"] > 0).all()
    first = guidance.sort_values("given_date").drop_duplicates("ticker")
    assert found.merge(first, on=["ticker", "given_date"]).empty


def test_paths_seen_counts_firms_with_enough_changes():
    rows, _ = estimation_rows(world(firms=22, years=5))
    assert paths_seen(rows, least=5) == 22 and paths_seen(rows, least=6) == 0


def test_documents_come_once_each_in_order():
    frame = world(firms=2, years=2).assign(documents="b a", k_documents="a c")
    assert panel_documents(frame) == ("b", "a", "c")
