"""Local projections: identities that must hold to the last digit, and recovery of a known response."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.tsa.api import VAR

from analysis.errors import AnalysisError
from analysis.models.conventions import STEP
from analysis.models.local_projection import LOCAL, RESPONSE, half_panel, local_projections, projected, with_response
from analysis.models.sample import estimation_rows
from analysis.models.tradeoff import Specification, single
from tests.models.worlds import world


def one_series(length: int = 80) -> pd.DataFrame:
    """One firm whose growth follows its own past and that of its capital intensity."""
    rng = np.random.default_rng(3)
    k, growth = rng.standard_normal(length), rng.standard_normal(length)
    for year in range(2, length):
        k[year] += 0.5 * k[year - 1] - 0.1 * growth[year - 1]
        growth[year] += 0.3 * growth[year - 1] - 0.2 * k[year - 1] + 0.1 * k[year - 2]
    frame = pd.DataFrame({"ticker": "A", "calendar_year": 1900 + np.arange(length), "d_log_headcount": growth, "k": k})
    return frame.assign(k_lag1=frame["k"].shift(), d_log_headcount_lag1=frame["d_log_headcount"].shift())


def test_at_horizon_one_it_is_the_equation_of_the_vector_autoregression():
    frame = one_series()
    ahead = with_response(frame, 1, cumulated=False)
    chosen = Specification("VAR", effects="none", capital=("k",), outcome=RESPONSE,
                           controls=("k_lag1", "d_log_headcount", "d_log_headcount_lag1"))
    rows = ahead.dropna(subset=list(chosen.needed)).reset_index(drop=True)
    model = VAR(frame[["d_log_headcount", "k"]].to_numpy()).fit(2, trend="c")
    equation = model.params[1 + 1, 0]  # after the constant: lag one of growth, then lag one of k
    assert single(rows, "k", chosen).estimate / STEP == pytest.approx(equation, abs=1e-10)


def test_a_constant_added_to_all_outcomes_changes_nothing():
    rows, _ = estimation_rows(with_response(world(seed=14), 1), LOCAL.needed)
    raised = rows.assign(**{RESPONSE: rows[RESPONSE] + 7.0})
    assert projected(raised).estimate == pytest.approx(projected(rows).estimate, abs=1e-10)


def test_the_response_sums_the_years_and_stops_at_a_gap():
    frame = world(firms=1, years=5)
    growth = frame.set_index("calendar_year")["d_log_headcount"]
    found = with_response(frame, 2).set_index("calendar_year")[RESPONSE]
    assert found[2015] == pytest.approx(growth.loc[2015:2017].sum())
    assert found[[2018, 2019]].isna().all()
    assert with_response(frame, 2, cumulated=False).set_index("calendar_year").loc[2015, RESPONSE] == growth.loc[2017]
    with pytest.raises(AnalysisError, match="from 0"):
        with_response(frame, -1)


def test_a_known_response_is_recovered():
    frame = world(firms=60, noise_sd=0.0)
    frame["d_log_headcount"] = -0.5 * frame["k"]
    for lag in (1, 2):
        frame[f"d_log_headcount_lag{lag}"] = np.random.default_rng(lag).standard_normal(len(frame))
    rows, _ = estimation_rows(with_response(frame, 0), LOCAL.needed)
    assert projected(rows).estimate == pytest.approx(-0.05, abs=1e-10)
    assert half_panel(rows).estimate == pytest.approx(-0.05, abs=1e-10)


def test_the_half_panel_jackknife_by_hand():
    rows, _ = estimation_rows(with_response(world(seed=15), 0), LOCAL.needed)
    years = sorted(rows["calendar_year"].unique())
    middle = years[len(years) // 2]
    halves = [rows[rows["calendar_year"] < middle], rows[rows["calendar_year"] >= middle]]
    parts = [single(half.reset_index(drop=True), "k", LOCAL).estimate for half in halves]
    found = half_panel(rows)
    assert found.estimate == pytest.approx(2 * single(rows, "k", LOCAL).estimate - np.mean(parts), rel=1e-9)
    assert found.standard_error > 0 and found.df == rows["ticker"].nunique() - 1
    with pytest.raises(AnalysisError, match="each half needs two"):
        half_panel(rows[rows["calendar_year"] < years[3]])


def test_every_horizon_has_a_raw_and_a_corrected_row():
    table = local_projections(world(years=11, seed=16), range(3))
    assert table.groupby("horizon").size().tolist() == [2, 2, 2]
    assert table["n"].is_monotonic_decreasing and (table["reason"] == "estimated").all()


def test_a_horizon_that_the_panel_cannot_bear_keeps_its_rows_and_says_why():
    table = local_projections(world(years=5, seed=16), range(0, 9, 4))
    far = table[table["horizon"] == 8]
    assert len(far) == 2 and far["estimate"].isna().all() and far["reason"].str.endswith("cannot tell").all()
