"""What is shown: fans by the method the back-test lets through, guidance beside them, scenarios on the trade-off."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.economics.ranges import exactly
from analysis.errors import AnalysisError, UnknownName
from analysis.models.sample import estimation_rows
from analysis.models.trade_panel import trade_panel
from analysis.models.tradeoff_result import trade_off
from analysis.outlook.filer import HYPERSCALERS
from analysis.outlook.forecast_candidates import forecasts
from analysis.outlook.forecast_guidance import guided_forecasts, guided_years, open_guidance
from analysis.outlook.forecast_result import MEDIAN_FIRM, direction_of, fan_of, last_horizon, outlook, told
from analysis.outlook.forecast_scenarios import (
    capital_paths,
    scenario_table,
    spending_paths,
    support,
    theta_draws,
    weights,
)
from analysis.outlook.forecast_tables import all_methods, beaten_at, candidate_table, shown_methods
from analysis.outlook.forecast_words import guided_above, since_then, vanished
from analysis.outlook.spending import BUST, FLAT, GROWTH, GUIDED, path_words
from analysis.tables.guidance import load_guidance
from analysis.tables.panel import load_panel
from tests.models.made_up_panel import made_up


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    return made_up(firms=30, noise=0.05)


@pytest.fixture(scope="module")
def people(panel):
    return outlook(panel, "headcount", draws=99)


@pytest.fixture(scope="module")
def real() -> pd.DataFrame:
    return load_panel("year")


@pytest.fixture(scope="module")
def capital(real):
    return outlook(real, "capital_intensity", draws=99)


def test_a_fan_is_that_of_the_method_shown_with_its_half_widths(people):
    ahead = 2
    row = people.fans[(people.fans["ticker"] == "META") & (people.fans["horizon"] == ahead)].iloc[0]
    method = people.shown(ahead)["method"]
    assert row["method"] == method and row["calendar_year"] == 2027
    one, place = forecasts(people.series)[method], list(people.series.tickers).index("META")
    width = people.widths.query("method == @method and horizon == @ahead").set_index("level")["half_width"]
    mean, spread = one.mean[place, 1], one.deviation[place, 1]
    assert row["value"] == pytest.approx(row["last"] * np.exp(mean))
    assert row["high_80"] == pytest.approx(row["last"] * np.exp(mean + width[0.8] * spread))
    assert row["low_95"] < row["low_80"] < row["low_50"] < row["value"] < row["high_50"] < row["high_95"]


def test_past_and_forecast_stand_in_one_frame(people, panel):
    frame = fan_of(people, ["META", "AMZN"], 2020, relative=True)
    assert list(dict.fromkeys(frame["name"])) == ["META", "AMZN", MEDIAN_FIRM]
    meta = frame[frame["name"] == "META"].set_index("calendar_year")
    assert meta.index.tolist() == list(range(2020, 2029)) and meta.loc[2025, "value"] == pytest.approx(1)
    assert meta.loc[2025, "low_80":"high_80"].isna().all() and meta.loc[2026, "low_80"] < meta.loc[2026, "high_80"]
    assert list(meta["value_basis"].iloc[[0, -1]]) == ["derived", "estimated"]
    typical = frame[(frame["name"] == MEDIAN_FIRM) & (frame["calendar_year"] == 2028)]["value"].item()
    last = people.fans[people.fans["horizon"] == 3]
    assert typical == pytest.approx((last["value"] / last["last"]).median())
    with pytest.raises(UnknownName, match="META"):
        fan_of(people, ["METAX"], 2020, relative=True)


def test_a_direction_is_told_only_from_one_side(people):
    assert [told(110, 130, 100), told(80, 95, 100), told(90, 120, 100)] == ["rises", "falls", "cannot tell"]
    assert direction_of(1.0, 1.2) == 0
    rows = last_horizon(people, ["META", "AMZN"])
    assert rows["ticker"].tolist() == ["META", "AMZN"] and set(rows["calendar_year"]) == {2028}
    with pytest.raises(UnknownName, match="firm with a forecast 'METAX'"):
        last_horizon(people, ["METAX"])


def test_the_tables_hold_every_target_horizon_and_candidate(people):
    methods = all_methods({"headcount": people.league}, {"headcount": ("abc",)})
    shown = shown_methods(methods, {"headcount": people.rows})
    assert shown["what"].tolist() == ["headcount, 1 year", "headcount, 2 years", "headcount, 3 years"]
    assert shown[[f"fifth_{part}" for part in range(1, 6)]].sum(axis=1).to_numpy() == pytest.approx(1)
    assert (shown["inside_80_low"] < shown["inside_80"]).all()
    assert (shown["inside_80_least"] <= shown["inside_80"]).all()
    assert shown["corrected_80"].notna().tolist() == (shown["intervals"] == "corrected").tolist()
    table = candidate_table(methods)
    assert len(table) == 4 and {"gain_1", "gain_2", "gain_3"} <= set(table)
    one = methods[(methods["method"] == "theta") & (methods["horizon"] == 2)].iloc[0]
    row = table[table["label"] == "Theta"].iloc[0]
    assert row["gain_2"] == one["skill"] and ("2" in row["beats"]) == (one["verdict"] == "supported")


def test_where_the_benchmark_stands_is_told_by_years_ahead(people):
    shown = people.league[people.league["shown"]].assign(target="headcount")
    assert beaten_at(shown.assign(method="theta")) == (["headcount"], [])
    mixed = shown.assign(method=["theta", "drift_walk", "theta"])
    assert beaten_at(mixed) == (["headcount 1 and 3 years ahead"], ["headcount 2 years ahead"])
    other = pd.concat([mixed, shown.assign(target="layoffs", method="drift_walk")], ignore_index=True)
    assert beaten_at(other) == (["headcount 1 and 3 years ahead"], ["headcount 2 years ahead", "layoffs"])
    first = shown.assign(method=["theta", "drift_walk", "drift_walk"])
    assert beaten_at(first) == (["headcount 1 year ahead"], ["headcount 2 and 3 years ahead"])
    with pytest.raises(AnalysisError, match="no target"):
        beaten_at(shown.head(0))


def test_early_guidance_is_what_stood_early_and_open_years_take_the_last(real):
    guidance = load_guidance()
    guidance.loc[guidance["guidance_id"] == "GOOGL.year.2026-12-31.2026-04-29", "low_usd"] = float("nan")
    early, latest = guided_years(guidance, real), guided_years(guidance, real, None)
    meta = [frame[(frame["ticker"] == "META") & (frame["calendar_year"] == 2026)].iloc[0] for frame in (early, latest)]
    assert [one["low_usd"] for one in meta] == [125e9, 130e9]
    assert (early["given_date"] <= early["period_end"] - pd.Timedelta(days=240)).all()
    alphabet = early[(early["ticker"] == "GOOGL") & (early["calendar_year"] == 2026)].iloc[0]
    assert (alphabet["low_usd"], alphabet["high_usd"]) == (175e9, 190e9)  # a ceiling keeps the low end before it
    with_leases = early[(early["ticker"] == "META") & (early["calendar_year"] == 2025)].iloc[0]
    assert with_leases["before_usd"] == pytest.approx(39.225e9, rel=1e-3)


def test_guidance_is_scored_beside_the_benchmark(real, capital):
    early = guided_years(load_guidance(), real)
    found = guided_forecasts(early, capital.series, capital.rows)
    one = found[(found["ticker"] == "META") & (found["origin"] == 2024)].iloc[0]
    place = list(capital.series.tickers).index("META")
    growth = np.nanmean(capital.series.until(2024).revenue_growth[place])
    row = early[(early["ticker"] == "META") & (early["calendar_year"] == 2025)].iloc[0]
    assert one["guided"] == pytest.approx(np.log((row["low_usd"] + row["high_usd"]) / 2 / row["before_usd"]) - growth)
    assert one["error"] == pytest.approx(one["outcome"] - one["guided"]) and (found["deviation"] > 0).all()


def test_open_guidance_stands_beside_the_fan(real, capital):
    latest = guided_years(load_guidance(), real, None)
    stated = guided_above(capital, open_guidance(latest, capital.series))
    assert set(stated["ticker"]) <= {"META", "GOOGL", "AMZN", "MSFT", "ORCL"} and (stated["guided_ratio"] > 0).all()
    lifted = latest.assign(low_usd=latest["low_usd"] * 3, high_usd=latest["high_usd"] * 3)
    assert guided_above(capital, open_guidance(lifted, capital.series))["is_above"].all()
    nothing = open_guidance(latest.head(0), capital.series)
    assert nothing.empty and "guided_ratio" in nothing


def test_headcounts_known_since_then_are_later_than_the_last_year_end(real):
    found = outlook(real, "headcount", draws=9)
    later = since_then(found, real, load_panel("quarter"))
    ends = real[real["calendar_year"] == found.series.years[-1]].set_index("ticker")["period_end"]
    assert (later["period_end"] > later["ticker"].map(ends)).all() and "META" in set(later["ticker"])
    assert later["is_inside"].equals(later["headcount_persons"].between(later["low_80"], later["high_80"]))
    assert set(vanished(found)) == set(found.rows["ticker"]) - set(found.series.tickers[
        np.isfinite(found.series.level[:, -1])])


@pytest.fixture(scope="module")
def link(real):
    trade = trade_panel(real)
    return trade_off(trade, estimation_rows(trade)[0], permutations=19, bootstrap_draws=19)


def test_paths_of_spending_are_those_of_the_register():
    with_guidance, without = spending_paths(1.5), spending_paths(None)
    assert with_guidance[FLAT].tolist() == [1, 1, 1] and with_guidance[GUIDED].tolist() == [1.5] * 3
    assert with_guidance[GROWTH] == pytest.approx([1.5, 1.95, 2.535])
    assert without[GROWTH] == pytest.approx([1.3, 1.69, 2.197])
    assert with_guidance[BUST] == pytest.approx([0.6] * 3) and without[BUST] == pytest.approx([0.6] * 3)
    assert GUIDED not in without


def test_the_bust_lies_below_flat_and_growth_above_whatever_is_guided(real):
    latest = guided_years(load_guidance(), real, None)
    paths = capital_paths(latest, real, list(HYPERSCALERS)).pivot(
        index=["ticker", "horizon"], columns="path", values="intensity")
    assert (paths[BUST] < paths[FLAT]).all() and (paths[FLAT] < paths[GROWTH]).all()
    assert paths[GUIDED].notna().any()
    guided = paths[paths[GUIDED].notna()]
    assert (guided[GROWTH] >= guided[GUIDED]).all() and (guided[GUIDED] > guided[FLAT]).all()


def test_paths_are_named_as_on_the_page_of_depreciation(real, link):
    latest = guided_years(load_guidance(), real, None)
    rows = scenario_table(capital_paths(latest, real, ["META", "MSFT"]), link, exactly(0.1, "leavers"))
    labels = rows.set_index(["ticker", "path"])["label"]
    assert labels["META", GROWTH] == path_words(GROWTH, True) != labels["MSFT", GROWTH] == path_words(GROWTH, False)
    assert labels["META", BUST] == path_words(BUST)


def test_a_lasting_step_enters_over_three_years():
    assert weights() == pytest.approx([1, 2 / 3, 1 / 3]) and weights().sum() == pytest.approx(2)


def flat_paths(step: float, flat: float = 0.1) -> pd.DataFrame:
    frames = [pd.DataFrame({"ticker": "META", "path": path, "horizon": [1, 2, 3], "intensity": value, "flat": flat,
                            "documents": ""}) for path, value in ((FLAT, flat), (GROWTH, flat + step))]
    return pd.concat(frames, ignore_index=True)


def test_a_scenario_is_theta_times_the_step_and_holds_falls_and_rises(link):
    row = scenario_table(flat_paths(0.1), link, exactly(0.1, "leavers")).iloc[0]
    ends = np.expm1(2 * np.quantile(theta_draws(link), [0.05, 0.5, 0.95]))
    assert row[["change_low_ratio", "change_ratio", "change_high_ratio"]].to_numpy(float) == pytest.approx(ends)
    assert 0 < row["fall_ratio"] < 1 and not row["extrapolated"]
    nothing = scenario_table(flat_paths(0.0), link, exactly(0.1, "leavers")).iloc[0]
    assert nothing["change_high_ratio"] == nothing["change_low_ratio"] == 0


def test_beyond_what_was_seen_the_middle_stops_and_the_range_grows(link):
    edge = support(link.rows)[1]
    near, far = (scenario_table(flat_paths(step, edge - 0.05), link, exactly(0.1, "leavers")).iloc[0]
                 for step in (0.05, 0.5))
    assert far["extrapolated"] and not near["extrapolated"]
    assert far["change_ratio"] == pytest.approx(near["change_ratio"], abs=0.02)
    wide, narrow = (one["change_high_ratio"] - one["change_low_ratio"] for one in (far, near))
    assert wide > 5 * narrow


def test_attrition_covers_what_it_can(link):
    none, all_of_them = (scenario_table(flat_paths(0.3), link, exactly(rate, "leavers")).iloc[0] for rate in (0.0, 0.5))
    assert none["beyond_ratio"] == none["fall_ratio"] > all_of_them["beyond_ratio"]


def test_every_big_spender_has_its_paths(real):
    latest = guided_years(load_guidance(), real, None)
    paths = capital_paths(latest, real, ["META", "MSFT"])
    assert set(paths[paths["ticker"] == "META"]["path"]) == {FLAT, GROWTH, BUST, GUIDED}
    assert GUIDED not in set(paths[paths["ticker"] == "MSFT"]["path"])
    meta = paths[(paths["ticker"] == "META") & (paths["path"] == GUIDED)].iloc[0]
    assert meta["intensity"] / meta["flat"] == pytest.approx(137.5e9 / 72.215e9, rel=1e-3)


def test_an_outlook_carries_its_documents(people):
    one = people.quantity(3.0, "count")
    assert (one.value, one.unit, one.basis) == (3.0, "count", "derived")
    sourced = replace(people, series=replace(people.series, documents=np.array(["a b", "b c"])))
    assert sourced.documents == ("a", "b", "c")
