"""The contrast of two waves: shares by hand, the permutation against other libraries, and worlds with known answers."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from analysis import load_layoffs, load_panel
from analysis.errors import AnalysisError, UnknownName
from analysis.models.trade_panel import trade_panel
from analysis.models.wave_result import choices_in_words, wave_contrast
from analysis.models.wave_windows import FIRST_WAVE, SECOND_WAVE
from analysis.models.waves import (
    COUNTS,
    slope,
    wave_choices,
    wave_panel,
    wave_slopes,
    wave_statistics,
    without_each,
)
from analysis.tables.decision_rules import verdict

CONTRAST = ("cut_change_ratio", "k_change_ratio")


def world(seed: int, effect: float = 0.0, shock: float = 0.0, firms: int = 50, first: float = 0.0) -> pd.DataFrame:
    """Firms of two strata: five spend far more and share a shock in the later wave; `effect` is the slope in it."""
    rng = np.random.default_rng(seed)
    group = np.where(np.arange(firms) < 5, "hyperscaler", "other")
    is_large = group == "hyperscaler"
    k_before = rng.normal(0, 0.03, firms)
    k = np.where(is_large, rng.uniform(0.1, 0.3, firms), rng.normal(0, 0.02, firms))
    early = first * k_before + rng.normal(0.03, 0.02, firms)
    late = effect * k + rng.normal(0.03, 0.02, firms) + shock * is_large * rng.standard_normal()
    return pd.DataFrame({"ticker": [f"F{number}" for number in range(firms)], "group": group, "first_cut_ratio": early,
                         "second_cut_ratio": late, "cut_change_ratio": late - early, "k_before_change_ratio": k_before,
                         "k_change_ratio": k, "documents": "d"})


def inputs(count: float | None = 500.0, kind: str = "announcement") -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """One firm with k of 0.1, 0.2 and 0.4 and 10,000 people before each wave: 1,000 cut in the first, then `count`."""
    trade = pd.DataFrame({"ticker": "A", "calendar_year": [2020, 2021, 2022, 2023, 2025], "group": "other",
                          "k": [0.1, 0.1, 0.2, 0.2, 0.4], "documents": "t"})
    years = pd.DataFrame({"ticker": "A", "period_end": pd.to_datetime(["2021-12-31", "2024-12-31"]),
                          "calendar_year": [2021, 2024], "headcount_persons": 10_000.0,
                          "headcount_persons_documents": ["h1", "h2"]})
    events = pd.DataFrame({"ticker": "A", "announced_date": pd.to_datetime(["2022-11-01", "2025-06-01"]),
                           "employees_cut_persons": [1_000.0, count], "record_kind": ["announcement", kind],
                           "within_event_id": None, "document_id": ["e1", "e2"]})
    adds = events["record_kind"].eq("announcement") & events["employees_cut_persons"].notna()
    return trade, years, events.assign(adds_up=adds)


def test_one_firm_by_hand():
    row = wave_panel(*inputs()).iloc[0]
    assert FIRST_WAVE.length_years == pytest.approx(2, abs=0.01)
    assert row["first_cut_ratio"] == pytest.approx(0.1 / FIRST_WAVE.length_years)
    assert row["second_cut_ratio"] == pytest.approx(0.05 / SECOND_WAVE.length_years)
    assert (row["k_before_change_ratio"], row["k_change_ratio"]) == pytest.approx((0.1, 0.2))
    assert set(row["documents"].split()) == {"t", "h1", "h2", "e1", "e2"}


def test_a_cut_without_a_count_is_missing_and_zero_only_when_asked():
    trade, years, events = inputs(count=None)
    assert wave_panel(trade, years, events).empty
    assert wave_panel(trade, years, events, counts="zero").iloc[0]["second_cut_ratio"] == 0
    estimate = inputs(count=500.0, kind="estimate")
    assert wave_panel(*estimate).empty
    assert wave_panel(*estimate, counts="with_estimates").iloc[0]["second_cut_ratio"] > 0
    none = events.iloc[:1]
    assert wave_panel(trade, years, none).iloc[0]["second_cut_ratio"] == 0  # no event recorded


def test_the_slope_is_least_squares_with_strata():
    panel = world(0, effect=0.3)
    x = np.column_stack([panel["k_change_ratio"], panel["group"] == "other", panel["group"] != "other"]).astype(float)
    fit = sm.OLS(panel["cut_change_ratio"], x).fit(cov_type="HC3", use_t=True)
    row = slope(panel, *CONTRAST, draws=99)
    assert (row["estimate"], row["standard_error"]) == pytest.approx((fit.params.iloc[0], fit.bse.iloc[0]))
    assert (row["low"], row["high"]) == pytest.approx(tuple(fit.conf_int().iloc[0]))


def test_the_permutation_keeps_its_size_when_the_large_share_a_shock():
    p = np.array([slope(world(seed, shock=0.1), *CONTRAST, draws=199)["p_value"] for seed in range(150)])
    error = np.sqrt(0.05 * 0.95 / 150)
    assert 0.05 - 2.5 * error <= (p <= 0.05).mean() <= 0.05 + 2.5 * error


def test_an_injected_slope_is_recovered_and_supported():
    found = [slope(world(seed, effect=0.4), *CONTRAST, draws=99)["estimate"] for seed in range(60)]
    assert np.mean(found) == pytest.approx(0.4, abs=3 * np.std(found) / np.sqrt(60))
    found = wave_statistics(wave_slopes(world(1, effect=0.6), draws=499))
    assert verdict("waves", found) == "supported"


def test_noise_is_never_supported_more_than_rarely():
    words = [verdict("waves", wave_statistics(wave_slopes(world(seed, shock=0.1), draws=99))) for seed in range(40)]
    assert words.count("supported") <= 3


def test_names_and_order_of_firms_change_nothing():
    panel = world(2, effect=0.2)
    other = panel.assign(ticker=panel["ticker"].to_numpy()[::-1])
    assert slope(panel, *CONTRAST, draws=99) == slope(other, *CONTRAST, draws=99)


def test_units_scale_the_slope_and_nothing_else():
    panel = world(3, effect=0.2)
    one, other = (slope(frame, *CONTRAST, draws=199) for frame in
                  (panel, panel.assign(k_change_ratio=panel["k_change_ratio"] * 100)))
    assert other["estimate"] == pytest.approx(one["estimate"] / 100)
    assert (other["p_value"], other["top_five_share"]) == pytest.approx((one["p_value"], one["top_five_share"]))


def test_leaving_a_firm_out_is_a_fit_without_it():
    panel = world(4, effect=0.2)
    rest = without_each(panel).set_index("ticker")["estimate"]
    assert rest["F7"] == pytest.approx(slope(panel[panel["ticker"] != "F7"], *CONTRAST, draws=9)["estimate"])
    assert rest.is_monotonic_increasing


def test_few_firms_cannot_tell():
    with pytest.raises(AnalysisError, match="cannot tell"):
        slope(world(0).head(19), *CONTRAST)
    with pytest.raises(AnalysisError, match="does not vary"):
        slope(world(0).assign(k_change_ratio=1.0), *CONTRAST)


def test_a_way_that_says_otherwise_leaves_the_reading_untold():
    slopes = wave_slopes(world(1, effect=0.6), draws=499)
    assert verdict("waves", wave_statistics(slopes, ways_agree=1.0)) == "supported"
    assert verdict("waves", wave_statistics(slopes, ways_agree=0.0)) == "cannot tell"


def test_the_data_give_a_row_for_every_rule():
    years = load_panel("year")
    table = wave_choices(trade_panel(years, winsor=None), years, load_layoffs(), draws=99)
    assert table["counts"].tolist() == [name for name in COUNTS for _ in range(2)]
    assert (table["firms"] >= 20).all()
    found = wave_contrast(trade_panel(years, winsor=None), years, load_layoffs(), draws=99)
    assert found.is_sign_open == (found.levels["estimate"].min() < 0 < found.levels["estimate"].max())
    assert found.main["estimate"] == pytest.approx(0.1 * found.slopes["estimate"].iloc[0])
    assert len(set(found.choices["verdict"])) == 1 or found.verdict == "cannot tell"
    assert choices_in_words(found)["estimate_text"].str.endswith(" pp").tolist() == [True, False] * len(COUNTS)
    with pytest.raises(UnknownName, match="missing"):
        wave_panel(trade_panel(years), years, load_layoffs(), counts="mising")
