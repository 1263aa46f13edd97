"""The multiverse equals the plain estimator cell by cell, finds what is there and nothing where nothing is."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from analysis import load_panel
from analysis.errors import AnalysisError, UnknownName
from analysis.models import grid as grid_module
from analysis.models.cluster import inference
from analysis.models.conventions import STEP
from analysis.models.grid import choices, dimensions, grid, labels
from analysis.models.multiverse import Multiverse, run_grid
from analysis.models.multiverse_tests import (
    by_choice,
    detectable_median,
    grid_statistics,
    joint_test,
    shares_of_variance,
    size_classes,
    sorted_curve,
    without_each,
)
from analysis.models.multiverse_units import KINDS, by_definition, deviation, in_deviations, of_kind
from analysis.models.paths import paths_of, strata, swaps
from analysis.models.sample import estimation_rows
from analysis.models.terminal import tracked
from analysis.models.trade_panel import CHANGES, DEFINITIONS, HEADCOUNTS, trade_panel
from analysis.models.tradeoff import PRIMARY, Specification, cumulated
from tests.models.made_up_panel import made_up

FEW = {"headcounts": "comparable", "weights": "equal", "definition": "capex_over_lagged_revenue"}
SMALL = FEW | {"outliers": "none", "sample": "industry", "controls": "lagged_growth"}
"""Nine cells: sets of lags and effects."""


@pytest.fixture(scope="module")
def panel():
    return load_panel("year")


@pytest.fixture(scope="module")
def real(panel):
    return run_grid(panel, grid(weights="equal", headcounts="comparable", outliers="clip_1"), permutations=19)


def test_the_grid_is_large_each_choice_has_a_reason_and_no_cell_stands_twice():
    cells = grid()
    assert len(cells) >= 100 and cells["is_primary"].sum() == 1
    assert not cells.duplicated(list(dimensions())).any() and cells["specification"].is_unique
    listed = choices()
    assert (listed["reason"].str.split().str.len() >= 4).all()
    assert set(listed.loc[listed["dimension"] == "definition", "choice"]) == set(DEFINITIONS)
    assert set(dimensions()["headcounts"]) == set(HEADCOUNTS)
    alone = cells[cells["sample"] == "without_hyperscalers"]
    assert "group_year" not in set(alone["effects"])


def test_a_smaller_grid_keeps_the_choices_asked_for():
    assert len(grid(**SMALL)) == 9 and set(grid(weights="equal")["weights"]) == {"equal"}
    with pytest.raises(UnknownName, match="log_headcount"):
        grid(weights="log_headcont")
    with pytest.raises(UnknownName, match="sample"):
        grid(samples="industry")


def test_two_primary_choices_of_one_dimension_are_refused(edit):
    edit("specification_choices.csv", "choice", "log_headcount", standing="primary")
    with pytest.raises(AnalysisError, match="weights has 2 primary"):
        dimensions()


def test_definitions_left_out_have_too_few_firms(panel):
    listed = choices()
    for choice in listed[(listed["dimension"] == "definition") & (listed["standing"] == "left out")]["choice"]:
        if choice == "capex_change_over_lagged_revenue":  # left out because it repeats another
            continue
        with pytest.raises(AnalysisError, match="fewer than 20"):
            estimation_rows(trade_panel(panel, definition=choice))


def test_every_unweighted_cell_of_all_firms_equals_the_plain_estimator(panel, real):
    capital = {"0": ("k",), "0-1": ("k", "k_lag1"), "0-2": PRIMARY.capital}
    controls = {"none": (), "lagged_growth": PRIMARY.controls,
                "lagged_growth_and_size": (*PRIMARY.controls, "log_revenue_lag1")}
    cells = real.cells[real.cells["sample"] == "industry"]
    assert len(cells) == 81
    trades = {name: trade_panel(panel, definition=name) for name in cells["definition"].unique()}
    for cell in cells.itertuples():
        one = Specification("", cell.effects, capital[cell.lags], controls[cell.controls])
        needed = (one.outcome, *PRIMARY.capital, *one.controls)
        rows, _ = estimation_rows(trades[cell.definition], needed)
        plain = inference(cumulated(rows, one), "CRV1")
        assert cell.estimate == pytest.approx(plain.estimate, rel=1e-9, abs=1e-12)
        assert cell.standard_error == pytest.approx(plain.standard_error, rel=1e-9)
        assert (cell.low, cell.high) == pytest.approx(plain.interval(), rel=1e-9)
        assert cell.p_value == pytest.approx(plain.p_value, rel=1e-7)
        assert (cell.n, cell.firms) == (len(rows), rows["ticker"].nunique())


def test_a_sample_without_a_firm_equals_the_plain_estimator_on_that_sample(panel):
    kept = FEW | {"sample": "without_amazon", "outliers": "none", "controls": "lagged_growth", "lags": "0-2"}
    found = run_grid(panel, grid(**kept, effects="group_year"), permutations=1)
    rows, _ = estimation_rows(trade_panel(panel, sample="without_amazon", winsor=None))
    assert found.cells["estimate"].iloc[0] == pytest.approx(inference(cumulated(rows)).estimate, rel=1e-9)


def test_weights_are_those_of_weighted_least_squares(panel):
    cell = dict(SMALL, weights="log_headcount", lags="0", effects="year")
    found = run_grid(panel, grid(**cell), permutations=1).cells.iloc[0]
    rows, _ = estimation_rows(trade_panel(panel, winsor=None))
    design = pd.concat([rows[["k", "d_log_revenue_lag1"]], pd.get_dummies(rows["ticker"], dtype=float),
                        pd.get_dummies(rows["calendar_year"], dtype=float).iloc[:, 1:]], axis=1)
    fit = sm.WLS(rows["d_log_headcount"].to_numpy(), design.to_numpy(), weights=rows["log_headcount_lag1"]).fit()
    assert found["estimate"] == pytest.approx(STEP * fit.params[0], rel=1e-9)


def test_a_permuted_draw_is_the_estimate_on_the_panel_with_swapped_paths():
    """Two firms swap their capital paths by hand; some draw of the multiverse must be just that world."""
    panel = made_up(firms=21).pipe(lambda rows: rows[rows["calendar_year"] >= 2014])
    found = run_grid(panel, grid(**SMALL, effects="year", lags="0-2"), permutations=200, seed=1)
    trade = trade_panel(panel, winsor=None)
    rows, _ = estimation_rows(trade)
    paths = paths_of(trade, tuple(sorted(rows["ticker"].unique())), 2016, 2025)
    stratum = strata(rows.drop_duplicates("ticker").set_index("ticker")["group"], [paths])
    carried = swaps(stratum, 200, seed=1)
    for draw in (0, 1, 200):
        moved = rows.copy()
        whose = {ticker: paths.tickers[carried[place, draw]] for place, ticker in enumerate(paths.tickers)}
        known = trade.set_index(["ticker", "calendar_year"])["k"]
        for lag, column in enumerate(PRIMARY.capital):
            moved[column] = [known[whose[row.ticker], row.calendar_year - lag] for row in rows.itertuples()]
        plain = inference(cumulated(moved, Specification("", "year")), "CRV1").estimate
        assert found.estimates[0, draw] == pytest.approx(plain, rel=1e-9)


def test_an_injected_association_is_found_by_the_whole_grid():
    found = run_grid(made_up(slope=-0.5, noise=0.03), grid(**SMALL), permutations=99)
    test = joint_test(found).set_index("term")
    assert test.loc["median_estimate", "p_value"] == 0.02  # beyond every draw: twice the smallest tail of 1 in 100
    assert test.loc["mean_absolute_t", "p_value"] == 0.01
    assert test.loc["median_estimate", "estimate"] < 0
    year = found.cells[(found.cells["lags"] == "0") & (found.cells["effects"] == "year")].iloc[0]
    assert abs(year["estimate"] + 0.05) < 2 * year["standard_error"]


def test_without_an_association_the_joint_test_rejects_as_often_as_it_says():
    """30 worlds without any slope, 19 permutations each: p <= 0.10 in about three of them."""
    p = np.array([joint_test(run_grid(made_up(seed, firms=24), grid(**SMALL, effects="group_year"), 19))
                  .set_index("term")["p_value"] for seed in range(30)])
    error = np.sqrt(0.10 * 0.90 / len(p))
    rejected = (p <= 0.10).mean(axis=0)
    assert (np.abs(rejected - 0.10) < 3 * error).all(), rejected


def test_units_threads_and_names_change_nothing(panel):
    cells = grid(**SMALL)
    plain = run_grid(panel, cells, permutations=9)
    scaled = panel.assign(capex_usd=panel["capex_usd"] / 1e6, revenue_usd=panel["revenue_usd"] / 1e6)
    np.testing.assert_allclose(run_grid(scaled, cells, permutations=9).t, plain.t, rtol=1e-7)
    np.testing.assert_array_equal(run_grid(panel, cells, permutations=9, workers=2).t, plain.t)


def hand_made() -> Multiverse:
    """Four cells: two lags x two weights, with known estimates."""
    cells = grid(**{name: options[0] for name, options in dimensions().items() if name not in ("lags", "weights")})
    cells = cells[cells["lags"].isin(["0-2", "0"])].reset_index(drop=True)
    values = {("0-2", "equal"): -0.02, ("0-2", "log_headcount"): -0.01, ("0", "equal"): 0.03,
              ("0", "log_headcount"): 0.04}
    estimate = np.array([values[row.lags, row.weights] for row in cells.itertuples()])
    t = estimate / 0.01
    cells = cells.assign(estimate=estimate, t=t, firms=50, p_value=np.where(np.abs(t) > 2.01, 0.01, 0.5))
    draws = np.column_stack([estimate, -estimate, estimate / 2, np.zeros(4)])
    return Multiverse(cells, draws, draws / 0.01, 10)


def test_what_a_choice_moves_and_turns():
    table = by_choice(hand_made()).set_index(["dimension", "choice"])
    lag, weight = table.loc["lags", "0"], table.loc["weights", "log_headcount"]
    assert lag["moved"] == pytest.approx(0.05) and lag["turned_ratio"] == 1 and lag["negative_ratio"] == 0
    assert weight["moved"] == pytest.approx(0.01) and weight["turned_ratio"] == 0
    assert lag["label"] == labels()["lags", "0"]
    assert np.isnan(table.loc[("lags", "0-2"), "moved"]) and table.loc[("lags", "0-2"), "is_primary"]
    assert lag["significant_positive_ratio"] == 1 and lag["significant_negative_ratio"] == 0


def test_shares_of_variance_by_hand():
    shares = shares_of_variance(hand_made().cells).set_index("dimension")["share_ratio"]
    total = np.var([-0.02, -0.01, 0.03, 0.04])
    assert shares["lags"] == pytest.approx(0.025**2 / total) and shares["weights"] == pytest.approx(0.005**2 / total)
    assert shares.sum() == pytest.approx(1) and shares["interplay"] == pytest.approx(0, abs=1e-12)


def test_joint_statistics_by_hand():
    found = grid_statistics(hand_made())
    assert found["median_estimate"] == pytest.approx([0.01, -0.01, 0.005, 0])
    mean = np.array([-2, -1, 3, 4]) / 8  # of the four worlds 1, -1, 1/2 and 0 times the observed t
    centred = np.outer(mean * 8, [1, -1, 0.5, 0]) - mean[:, None]
    assert found["mean_absolute_t"] == pytest.approx(np.abs(centred).mean(axis=0))
    assert found["significant_share"] == pytest.approx([0.5, 0.5, 0, 0])  # 2.6 and 3.5; then -3.4 and -4.5
    test = joint_test(hand_made()).set_index("term")
    assert test.loc["median_estimate", "p_value"] == 0.5  # above every draw: twice one in four
    assert test.loc["mean_absolute_t", "p_value"] == 0.5  # one of three draws lies as far
    assert test.loc["median_estimate", "p_standard_error"] == pytest.approx(2 * np.sqrt(0.25 * 0.75 / 3))
    assert test.loc["mean_absolute_t", "p_standard_error"] == pytest.approx(np.sqrt(0.25 / 3))
    assert test["null_low"].isna().tolist() == [False, True, True]


def displaced(shift: float) -> Multiverse:
    """`hand_made` with 99 draws whose cells all lie `shift` away from zero, the observed world at zero."""
    cells = hand_made().cells.assign(estimate=0.0, t=0.0)
    draws = np.random.default_rng(3).normal(shift, 0.01, (4, 100))
    draws[:, 0] = 0.0
    return Multiverse(cells, draws, draws / 0.01, 10)


def test_draws_that_do_not_lie_around_zero_are_the_measure_on_both_sides():
    """An observed world at zero is far out when all draws lie high; |median| against |median| would call it nothing."""
    for shift in (-0.05, 0.05):
        test = joint_test(displaced(shift)).set_index("term")["p_value"]
        assert test["median_estimate"] == pytest.approx(2 / 100)
        assert test["mean_absolute_t"] == test["significant_share"] == pytest.approx(1 / 100)
    plain = displaced(0.05)
    moved = replace(plain, estimates=plain.estimates - 0.05, t=plain.t - 5.0)
    pd.testing.assert_series_equal(joint_test(plain)["p_value"], joint_test(moved)["p_value"])


def test_classes_of_size_hold_every_cell_once():
    table = size_classes(hand_made().cells, 0.03).set_index("term")
    assert table["cells_count"].tolist() == [0, 2, 1, 1] and table["share_ratio"].sum() == 1


def test_the_curve_rises_and_keeps_the_primary_cell(real):
    curve = sorted_curve(real)
    assert curve["estimate"].is_monotonic_increasing and (curve["null_low"] <= curve["null_high"]).all()
    few = sorted_curve(real, most=10)
    assert few["is_primary"].sum() == 1 and len(few) <= 11 and {1, len(curve)} <= set(few["rank"])


def test_every_dimension_of_either_grid_has_words():
    assert set(grid_module.DIMENSIONS) == set(dimensions()) | set(dimensions("layoff_drivers"))


def test_the_detectable_median_is_what_shifted_draws_need():
    """A shift must carry four in five of the draws below the lower end of the equal-tailed test, wherever they lie."""
    for shift in (0.0, 0.05):
        found = displaced(shift)
        medians = np.median(found.estimates[:, 1:], axis=0)
        size = detectable_median(found)
        assert (medians - size <= np.quantile(medians, 0.025) + 1e-12).mean() == pytest.approx(0.8, abs=0.01)
    assert size == pytest.approx(detectable_median(displaced(0.0)))


def test_power_of_the_median_is_as_stated_when_an_association_is_put_in():
    """An association of the stated size, put into exchanged worlds, is called beyond chance in about four of five."""
    quiet = run_grid(made_up(0, firms=24), grid(**SMALL, effects="group_year"), 199)
    size = detectable_median(quiet)
    p = []
    for world in range(1, 200):
        worlds = quiet.estimates.copy()
        worlds[:, 0] = quiet.estimates[:, world] - size
        p.append(joint_test(replace(quiet, estimates=worlds)).iloc[0]["p_value"])
    assert (np.array(p) <= 0.05).mean() == pytest.approx(0.8, abs=0.04)


def test_levels_and_changes_are_grids_of_their_own(panel):
    cells = grid(weights="equal", headcounts="comparable")
    parts = {kind: of_kind(cells, kind) for kind in KINDS}
    assert sum(map(len, parts.values())) == len(cells) and set(parts["change"]["definition"]) <= set(CHANGES)
    assert parts["level"]["is_primary"].sum() == 1 and list(parts["change"].index) == list(range(len(parts["change"])))
    with pytest.raises(AnalysisError, match="no change of capital intensity"):
        of_kind(grid(definition="capex_over_lagged_revenue"), "change")
    with pytest.raises(UnknownName, match="level"):
        of_kind(cells, "levels")


def test_per_deviation_a_definition_in_other_units_says_the_same(panel):
    """A capital intensity a thousand times as large has an estimate a thousandth, and the same one per deviation."""
    cells = grid(**SMALL)
    scaled = panel.assign(capex_usd=panel["capex_usd"] * 1000)
    plain, large = (in_deviations(run_grid(rows, cells, 9), rows) for rows in (panel, scaled))
    np.testing.assert_allclose(plain.estimates, large.estimates, rtol=1e-7)
    assert deviation(scaled, SMALL["definition"]) == pytest.approx(1000 * deviation(panel, SMALL["definition"]))
    raw = run_grid(panel, cells, 9)
    factor = deviation(panel, SMALL["definition"]) / STEP
    np.testing.assert_allclose(plain.cells["high"], raw.cells["high"] * factor)
    np.testing.assert_array_equal(plain.t, raw.t)
    row = by_definition(raw, panel).iloc[0]
    assert row["estimate"] == pytest.approx(plain.cells["estimate"].median()) and row["cells_count"] == len(cells)


def test_without_a_firm_the_grid_is_that_of_the_other_firms(panel):
    cells = grid(**SMALL, effects="group_year")
    table = without_each(panel, ["ORCL"], cells).set_index("ticker")["estimate"]
    other = run_grid(panel, grid(**dict(SMALL, sample="without_oracle"), effects="group_year"), 0).cells["estimate"]
    assert list(table.index) == ["none", "ORCL"]
    assert table["ORCL"] == pytest.approx(other.median(), rel=1e-9) and table["none"] != table["ORCL"]


def test_a_bar_is_drawn_on_a_terminal_only(monkeypatch, capsys):
    assert list(tracked(iter("abc"), 3, "Letters")) == ["a", "b", "c"]
    assert capsys.readouterr() == ("", "")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    assert list(tracked(iter("abc"), 3, "Letters")) == ["a", "b", "c"]
    out, err = capsys.readouterr()
    assert out == "" and "Letters" in err
