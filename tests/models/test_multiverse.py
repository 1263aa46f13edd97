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
from analysis.models.paths import paths_of, strata, swaps
from analysis.models.sample import estimation_rows
from analysis.models.terminal import tracked
from analysis.models.trade_panel import DEFINITIONS, HEADCOUNTS, trade_panel
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
    assert test.loc["median_estimate", "p_value"] == test.loc["mean_absolute_t", "p_value"] == 0.01  # beyond every draw
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
    assert found["significant_share"] == pytest.approx([0.5, 0.5, 0, 0])  # |t| above 2.01, sign of the median
    assert found["mean_absolute_t"] == pytest.approx([2.5, 2.5, 1.25, 0])
    test = joint_test(hand_made()).set_index("term")
    assert test["p_value"].tolist() == [0.5, 0.5, 0.5]  # of four worlds two are as far
    assert test.loc["mean_absolute_t", "p_standard_error"] == pytest.approx(np.sqrt(0.25 / 3))


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
    """Medians of the draws: 0.01, 0.005, 0 with signs; a shift must carry four in five of them past the 95% point."""
    found = hand_made()
    medians = np.median(found.estimates[:, 1:], axis=0)
    shift = detectable_median(found)
    assert (medians - shift <= -np.quantile(np.abs(medians), 0.95) + 1e-12).mean() >= 2 / 3
    assert shift == pytest.approx(np.quantile(np.abs(medians), 0.95) + np.quantile(medians, 0.8))
    mixed = found.cells.assign(definition=["a", "a", "b", "b"])
    alone = replace(found, cells=found.cells.head(2), estimates=found.estimates[:2], t=found.t[:2])
    assert detectable_median(replace(found, cells=mixed)) == pytest.approx(detectable_median(alone))


def test_power_of_the_median_is_as_stated_when_an_association_is_put_in():
    """An association of the stated size, put into made-up worlds, is found in about four of five."""
    cells = grid(**SMALL, effects="group_year")
    quiet = run_grid(made_up(0, firms=24), cells, 199)
    size = detectable_median(quiet)
    shifted = np.median(quiet.estimates[:, 1:] - size, axis=0)
    edge = np.quantile(np.abs(np.median(quiet.estimates[:, 1:], axis=0)), 0.95)
    assert (np.abs(shifted) >= edge).mean() == pytest.approx(0.8, abs=0.03)


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
