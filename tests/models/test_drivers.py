"""The race as a whole: permutation, shares, scores, waves and the verdict, on worlds whose truth is known."""

import numpy as np
import pandas as pd
import pytest
from driver_worlds import BLOCKS, made_up_rows

from analysis import load_layoffs, load_panel
from analysis.errors import AnalysisError, UnknownName
from analysis.models.block_scores import forward, losses, score_table
from analysis.models.conventions import LEVEL
from analysis.models.driver_checks import CHANGED_EVENTS, named
from analysis.models.drivers import (
    READING,
    WINDOWS,
    Settings,
    block_tests,
    driver_panel,
    statistics,
    turned_by_estimates,
    wave_table,
)
from analysis.models.firth import firth
from analysis.models.hazard import hazard
from analysis.models.hazard_power import HazardWorld, hazard_power
from analysis.models.path_permutation import null_design, one_step_t, path_draws, permutation_p, permuted
from analysis.models.race import race
from analysis.models.shapley import deviance, shapley, shapley_table
from analysis.tables.decision_rules import verdict

DRAWS = 199


def judged(rows: pd.DataFrame) -> str:
    model = hazard(race(rows))
    return verdict(READING, statistics(model, block_tests(model, DRAWS), wave_table(rows, DRAWS)))


@pytest.fixture(scope="module")
def loud() -> pd.DataFrame:
    """A world in which capital pressure raises the odds of cuts, but not in the first wave."""
    none, strong = (made_up_rows(11, log_odds={"capex": effect}, base=-2.0) for effect in (0.0, 1.5))
    first = none["half"].between("2022H1", "2023H2")
    return strong.assign(event=strong["event"].mask(first, none["event"]))


def test_a_path_only_moves_to_a_firm_of_its_stratum_with_the_same_half_years():
    rows = made_up_rows(1)
    first = sorted(rows["ticker"].unique())[0]
    gone = (rows["ticker"] == first) & (rows["half"] == "2020H1")
    model = race(rows[~gone])
    found = path_draws(model, "capex", 50, by="group")
    assert found.firms_moved == 59
    mine = (model.rows["ticker"] == first).to_numpy()
    assert (found.values[mine] == found.values[mine][:, :1]).all()
    assert np.sort(found.values, axis=0) == pytest.approx(np.sort(found.values[:, :1], axis=0) * np.ones(51))


def test_the_names_of_firms_do_not_matter_within_strata():
    rows = made_up_rows(2)
    software = ["ADBE", "CRM", "NOW", "INTU", "WDAY"]
    there = [ticker for ticker in software if ticker in set(rows["ticker"])]
    swapped = dict(zip(there, [*there[1:], there[0]], strict=True))
    renamed = rows.assign(ticker=rows["ticker"].replace(swapped))
    assert len(there) > 1
    statistic = [permuted(race(frame), "capex", 19).statistic for frame in (rows, renamed)]
    assert statistic[0] == pytest.approx(statistic[1], rel=1e-9)


def test_the_one_step_statistic_equals_the_score_by_hand():
    model = race(made_up_rows(3))
    null, z = null_design(model, "capex"), model.x[:, 0]
    fit = firth(null, model.y)
    weight = fit.chances * (1 - fit.chances)
    slopes = np.linalg.solve((null.T * weight) @ null, (null.T * weight) @ z)
    score = (z - null @ slopes) * fit.residuals
    per_firm = np.bincount(model.firm, score)
    wanted = per_firm.sum() / np.sqrt((per_firm**2).sum())
    found = one_step_t(null, fit, z[:, None], np.ones((len(z), 1)), [1.0], model.firm)
    assert found[0] == pytest.approx(wanted, rel=1e-9)


def test_a_permutation_p_counts_the_estimate_itself():
    assert permutation_p(3.0, np.zeros(99)) == (0.02, pytest.approx(2 * np.sqrt(0.01 * 0.99 / 99)))
    shifted = np.linspace(0, 2, 99)  # draws that do not centre on zero
    assert permutation_p(1.0, shifted)[0] > 0.9 and permutation_p(-1.0, shifted)[0] == pytest.approx(0.02)
    assert permutation_p(0.0, np.ones(9))[0] == pytest.approx(0.2)  # below every draw
    assert permutation_p(0.0, np.zeros(9))[0] == 1.0


def test_a_panel_in_which_nobody_can_trade_places_is_refused():
    rows = made_up_rows(4)
    firm, half = rows.groupby("ticker").ngroup(), rows.groupby("half").ngroup()
    unlike = rows[(firm < 12) & (firm != half)]  # each of twelve firms lacks another half-year
    with pytest.raises(AnalysisError, match="no two firms"):
        permuted(race(unlike, ["capex"], fewest=2), "capex", 9)
    with pytest.raises(UnknownName, match="stratum"):
        permuted(race(rows), "capex", 9, by="peer")


def test_noise_is_rejected_about_as_often_as_it_should_with_a_shared_shock():
    rejected = []
    for seed in range(100):
        model = race(made_up_rows(seed, shock_sd=0.5))
        rejected.append(permuted(model, "capex", DRAWS, seed=seed).p_value <= LEVEL)
    assert 0 < np.mean(rejected) < LEVEL + 3 * np.sqrt(LEVEL * (1 - LEVEL) / 100)


def test_noise_is_never_supported():
    assert {judged(made_up_rows(seed)) for seed in range(100, 103)} <= {"cannot tell", "contradicted"}


def test_a_loud_second_wave_is_supported(loud):
    assert judged(loud) == "supported"


def test_the_waves_are_told_apart(loud):
    table = wave_table(loud, DRAWS).set_index("term")
    assert table.loc["second_wave", "low"] > 0
    assert table.loc["difference", "p_permutation"] < LEVEL
    assert table.loc["first_wave", "low"] < 0 < table.loc["first_wave", "high"]
    assert table.loc["difference", "estimate"] == pytest.approx(
        table.loc["second_wave", "estimate"] - table.loc["first_wave", "estimate"])


def test_hidden_growth_biases_the_block_downwards():
    """A world without any effect in which growth raises capex and lowers cuts: the race is biased against the claim."""
    estimates = []
    for seed in range(8):
        rows = made_up_rows(seed, growth_sd=1.0)
        model = race(rows)
        estimates.append(firth(model.x, model.y).coefficients[0])
    assert np.mean(estimates) + 3 * np.std(estimates) / np.sqrt(8) < 0


def test_oracles_estimate_is_the_one_that_decides_a_half_year_of_the_race():
    panel, events = load_panel("year"), load_layoffs()
    rows, counted = (driver_panel(panel, events, Settings(estimates=rule)) for rule in ("left_out", "counted"))
    assert named(turned_by_estimates(rows, counted)) == ["Oracle in the first half of 2026"]
    without, others = (hazard(race(frame)).estimate({"capex": 1.0}) for frame in (rows, counted))
    assert without < others  # under the most capital pressure, so a quiet half-year there pulls the odds down


def test_the_windows_and_their_contrast_fill_the_panel():
    rows = driver_panel(load_panel("year"), load_layoffs())
    assert (rows[WINDOWS].sum(axis=1) == 1).all()


def test_the_parts_of_the_deviance_add_up(loud):
    model = race(loud)
    ones = np.ones(len(model.rows))
    both = [deviance(x, model.y, ones)[0] for x in (model.x[:, model.tested:], model.x)]
    parts = shapley(model)
    assert parts.sum() == pytest.approx(both[0] - both[1], rel=1e-6)
    assert parts.argmax() == 0
    table = shapley_table(model, 20)
    assert table["estimate"].sum() == pytest.approx(1)
    assert (table["low"] <= table["high"]).all()


def test_the_deviance_stays_finite_under_separation():
    x = np.column_stack([np.ones(25), np.repeat([1.0, 0.0], [5, 20])])
    y = np.repeat([1.0, 1.0, 0.0], [5, 3, 17])
    value, _ = deviance(x, y, np.ones(25))
    assert value == pytest.approx(-2 * (3 * np.log(3 / 20) + 17 * np.log(17 / 20)), abs=1e-3)


def test_a_block_that_foretells_gains_and_noise_does_not():
    rows = made_up_rows(5, log_odds={"capex": 1.2})
    table = score_table(rows, ["capex", "demand"], 199).set_index(["term", "design"])
    for design in ("the next half-year", "a firm left out"):
        assert table.loc[("capex", design), "low"] > 0
        assert table.loc[("demand", design), "estimate"] < table.loc[("capex", design), "estimate"] / 5


def test_the_forward_chain_sees_no_later_half_year():
    rows = made_up_rows(6)
    chances, scored = forward(race(rows, ["capex"], [], None))
    moved = rows.assign(event=rows["event"].mask(rows["half"] >= "2025H1", 1 - rows["event"]))
    again, _ = forward(race(moved, ["capex"], [], None))
    early = scored & (rows["half"] <= "2025H1").to_numpy()
    assert again[early] == pytest.approx(chances[early])


def test_losses_equal_their_definitions():
    assert losses(np.array([1.0, 0.0]), np.array([0.25, 0.25])) == pytest.approx(
        np.array([[np.log(4), 0.5625], [np.log(4 / 3), 0.0625]]))


def test_power_grows_with_the_effect_and_keeps_its_size():
    worlds = [HazardWorld(0.0), HazardWorld(1.0)]
    table = hazard_power(race(made_up_rows(8)), "capex", worlds, 40, 99)
    assert table["rejection_ratio"][0] < 0.2 < table["rejection_ratio"][1]
    assert table["standard_error"][1] == pytest.approx(
        np.sqrt(table["rejection_ratio"][1] * (1 - table["rejection_ratio"][1]) / 40))


def test_the_events_of_the_checks_are_choices():
    for threshold, unknown in CHANGED_EVENTS.values():
        Settings(threshold=threshold, unknown=unknown)
    with pytest.raises(UnknownName, match="without_oracle"):
        Settings(sample="without_orcle")
    with pytest.raises(UnknownName, match="left_out"):
        Settings(estimates="leave_out")


def test_the_half_years_that_an_estimate_decides_are_those_whose_event_turns():
    rows = made_up_rows(3)
    ticker, half = rows.loc[5, ["ticker", "half"]]
    counted = rows.assign(event=rows["event"].mask(rows.index == 5, 1 - rows["event"]))
    turned = turned_by_estimates(rows, counted)
    assert turned[["ticker", "half"]].to_numpy().tolist() == [[ticker, half]]
    assert turned_by_estimates(rows, rows).empty


def test_the_rules_get_every_number_they_name(loud):
    model = hazard(race(loud))
    tests = block_tests(model, DRAWS)
    found = statistics(model, tests, wave_table(loud, DRAWS))
    assert verdict(READING, found | dict.fromkeys(found, np.nan)) == "cannot tell"
    assert (tests["p_decisive"] >= tests["p_value"]).all()
    assert (tests["p_holm"] >= tests["p_decisive"]).all()
    alone = hazard(race(loud, ["capex"]))
    lacking = statistics(alone, block_tests(alone, DRAWS), wave_table(loud, DRAWS, others=[]))
    assert lacking["productivity_null_or_smaller"] == 0
    assert set(tests["term"]) == set(BLOCKS)
