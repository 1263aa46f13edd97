"""The grid of the race: one step per cell as in the race's own permutation test, the same swaps in every cell."""

import numpy as np
import pytest

from analysis import load_layoffs, load_panel
from analysis.models.driver_multiverse import MODEL, TERM, one_step, run_driver_grid
from analysis.models.drivers import Settings, driver_panel
from analysis.models.firth import firth
from analysis.models.grid import choices, dimensions, grid
from analysis.models.multiverse_tests import by_choice, joint_test
from analysis.models.path_permutation import null_design, one_step_t, path_draws
from analysis.models.race import race

FEW = {"threshold": "at_least_2", "unknown": "below", "first_half": "2020H1"}


@pytest.fixture(scope="module")
def data():
    return load_panel("year"), load_layoffs()


@pytest.fixture(scope="module")
def found(data):
    return run_driver_grid(*data, grid(MODEL, **FEW), permutations=19)


def test_the_grid_names_a_reason_for_each_choice_and_repeats_no_cell():
    cells = grid(MODEL)
    assert len(cells) >= 100 and cells["is_primary"].sum() == 1 and cells["specification"].is_unique
    assert (choices(MODEL)["reason"].str.split().str.len() >= 4).all()
    assert set(cells.loc[cells["threshold"] == "any", "unknown"]) == {"below"}
    assert set(cells.loc[cells["estimates"] == "counted", "sample"]) == {"industry"}


def test_one_step_over_its_error_is_the_statistic_of_the_races_own_test(data):
    model = race(driver_panel(*data))
    null = null_design(model, TERM)
    fit = firth(null, model.y)
    drawn = path_draws(model, TERM, 9).values
    estimate, error = one_step(null, fit, drawn, model.firm)
    expected = one_step_t(null, fit, drawn, np.ones((len(model.rows), 1)), [1.0], model.firm)
    np.testing.assert_allclose(estimate / error, expected, rtol=1e-9)


def test_one_step_lies_near_the_penalised_fit(data, found):
    model = race(driver_panel(*data))
    full = firth(model.x, model.y).coefficients[model.names.index(TERM)]
    primary = found.cells[found.cells["is_primary"]].iloc[0]
    assert abs(primary["estimate"] - full) < primary["standard_error"] / 4
    assert (primary["n"], primary["firms"]) == (len(model.rows), model.firms)


def test_leaving_firms_out_is_a_race_of_its_own(data, found):
    rows = driver_panel(*data, Settings(sample="without_hyperscalers", capex_block="step"))
    model = race(rows, [TERM])
    null = null_design(model, TERM)
    estimate, _ = one_step(null, firth(null, model.y), model.x[:, [0]], model.firm)
    cell = found.cells.query("sample == 'without_hyperscalers' and capex_block == 'step' and blocks == 'capex_alone'")
    assert cell["estimate"].iloc[0] == pytest.approx(estimate[0], rel=1e-9)


def test_counting_outside_estimates_is_a_race_of_its_own(data, found):
    model = race(driver_panel(*data, Settings(estimates="counted", capex_block="squeeze")))
    null = null_design(model, TERM)
    estimate, _ = one_step(null, firth(null, model.y), model.x[:, [0]], model.firm)
    cell = found.cells.query("estimates == 'counted' and capex_block == 'squeeze' and blocks == 'all'")
    assert cell["estimate"].iloc[0] == pytest.approx(estimate[0], rel=1e-9)


def test_the_joint_test_and_the_choices_read_the_same_frame(found):
    assert joint_test(found)["p_value"].between(1 / 20, 1).all()
    table = by_choice(found, MODEL)
    assert set(table["dimension"]) == set(dimensions(MODEL)) and table["label"].notna().all()
