"""Who carries an estimate, against brute force and by hand."""

import numpy as np
import pandas as pd
import pytest

from analysis.models.cluster import Design
from analysis.models.influence import (
    by_firm,
    effective_clusters,
    leverage,
    partial_leverage,
    share_below_zero,
    within_share,
    without_each,
)
from analysis.models.sample import estimation_rows
from analysis.models.tradeoff import cumulated
from tests.models.worlds import world


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    return estimation_rows(world(seed=7))[0]


def test_the_estimate_without_a_firm_is_that_of_the_panel_without_it(rows):
    table = by_firm(rows).set_index("ticker")
    for ticker in ("F00", "F03", "F17"):
        again = cumulated(rows[rows["ticker"] != ticker].reset_index(drop=True)).estimate
        assert table.loc[ticker, "without_ratio"] == pytest.approx(again, rel=1e-9)


def test_the_firm_that_moves_the_estimate_most_comes_first(rows):
    table = by_firm(rows)
    assert table["moved_ratio"].abs().is_monotonic_decreasing
    assert (table["without_ratio"] + table["moved_ratio"]).std() == pytest.approx(0, abs=1e-12)


def test_shares_add_up_to_one_and_leverage_to_the_columns(rows):
    design = cumulated(rows)
    assert partial_leverage(design).sum() == pytest.approx(1)
    assert leverage(design).sum() == pytest.approx(design.regressors.shape[1] + design.clusters)
    table = by_firm(rows)
    assert table["within_share_ratio"].sum() == pytest.approx(1) == table["leverage_ratio"].sum()


def test_alike_clusters_count_in_full_and_one_heavy_cluster_counts_as_one():
    x = np.tile([-1.0, 1.0], 10)
    alike = Design(np.zeros(20), x[:, None], np.repeat(np.arange(10), 2))
    assert effective_clusters(alike) == pytest.approx(10)
    heavy = Design(np.zeros(20), (x * np.where(np.arange(20) < 2, 1000, 1))[:, None], alike.cluster)
    assert effective_clusters(heavy) == pytest.approx(1, abs=1e-4)


def test_the_big_spenders_hold_most_of_the_variation(rows):
    shares = within_share(rows)
    assert shares.is_monotonic_decreasing and shares.head(5).sum() > 0.5
    assert effective_clusters(cumulated(rows)) < 0.8 * rows["ticker"].nunique()


def test_only_the_sign_of_the_claim_counts():
    table = pd.DataFrame({"without_ratio": [-1.0, -2.0, -3.0, 1.0]})
    assert share_below_zero(table) == 0.75 and share_below_zero(-table) == 0.25
    assert share_below_zero(table.abs()) == 0


def test_one_firm_that_makes_the_result_is_named():
    frame = world(seed=10, noise_sd=0.02)
    one = frame["ticker"] == "F02"
    frame.loc[one, "d_log_headcount"] -= 3 * frame.loc[one, "k"]
    rows, _ = estimation_rows(frame)
    assert by_firm(rows).iloc[0]["ticker"] == "F02"
    assert without_each(cumulated(rows)).max() > cumulated(rows).estimate
