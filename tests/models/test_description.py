"""Trends, ranks and changes by hand; the layoff and capital series as the break tests see them."""

import numpy as np
import pandas as pd
import pytest

from analysis import HYPERSCALERS, load_industry_monthly, load_layoffs, load_panel
from analysis.errors import AnalysisError, UnknownName
from analysis.metrics.waves import counted_cuts
from analysis.models.breaks import Segmentation, best_segmentations
from analysis.models.description import (
    by_year,
    change_statistics,
    common_trend,
    curves,
    firm_trends,
    firm_years,
    percentile_ranks,
    within_changes,
)
from analysis.models.layoff_breaks import (
    adjusted_for_season,
    break_choices,
    break_table,
    capex_growth,
    count_breaks,
    dated_breaks,
    growth_choices,
    last_break_words,
    monthly_logs,
    regimes,
    without_outliers,
)

COLUMN = "intensity_ratio"


def panel(values: dict[str, list[float]], first: int = 2019) -> pd.DataFrame:
    """Ticker -> values from `first` on; NaN leaves a year out."""
    rows = [{"ticker": ticker, "calendar_year": first + step, "period_end": pd.Timestamp(first + step, 12, 31),
             COLUMN: value, f"{COLUMN}_documents": f"{ticker}{first + step}", "revenue_usd": 1.0 + step}
            for ticker, series in values.items() for step, value in enumerate(series)]
    return firm_years(pd.DataFrame(rows), COLUMN, list(values), 1900, 2100)


def test_a_theil_sen_slope_ignores_one_odd_year():
    trends = firm_trends(panel({"A": [1, 2, 30, 4, 5], "B": [1, 2, 3, 4]}), COLUMN)
    assert trends["ticker"].tolist() == ["A"]  # four years are too few
    assert trends["slope"].item() == pytest.approx(1.0)


def test_the_common_trend_is_the_median_firm_with_its_sign_flip():
    rows = panel({name: [slope * year for year in range(5)] for name, slope in
                  zip("ABCDE", (1.0, 2.0, 3.0, 4.0, 5.0), strict=True)})
    found = common_trend(firm_trends(rows, COLUMN), draws=200)
    assert (found["estimate"], found["share_up"], found["firms"]) == (3.0, 1.0, 5)
    assert found["p_value"] == 2 / 32
    assert found["low"] <= 3.0 <= found["high"]


def test_a_firm_counts_once_however_many_years_it_has():
    few, many = {"A": [0, 1, 2, 3, 4], "B": [0, 2, 4, 6, 8]}, {"A": list(range(9)), "B": [0, 2, 4, 6, 8]}
    ends = [common_trend(firm_trends(panel(values), COLUMN), draws=400) for values in (few, many)]
    assert (ends[0]["low"], ends[0]["high"]) == (ends[1]["low"], ends[1]["high"])


def test_a_year_shows_its_quartiles_and_weighted_mean():
    table = by_year(panel({"A": [1.0, 1.0], "B": [2.0, np.nan], "C": [6.0, 3.0]}), COLUMN, "revenue_usd", draws=200)
    first, second = table.iloc[0], table.iloc[1]
    assert (first["estimate"], first["weighted_mean"], first["firms"]) == (2.0, 3.0, 3)
    assert (second["estimate"], second["firms"]) == (2.0, 2)
    assert set(curves(table)["line"]) == {"median", "lower quartile", "upper quartile", "weighted mean"}


def test_ranks_share_ties():
    ranks = percentile_ranks(panel({"A": [1.0], "B": [2.0], "C": [2.0], "D": [3.0]}), COLUMN, 2019)
    assert ranks["ticker"].tolist()[0] == "D"
    assert ranks.set_index("ticker")["percentile_ratio"].to_dict() == pytest.approx({"D": 1, "B": 0.5, "C": 0.5,
                                                                                     "A": 0})
    with pytest.raises(AnalysisError, match="nothing to rank"):
        percentile_ranks(panel({"A": [1.0]}), COLUMN, 2019)


def test_changes_need_both_years_and_twenty_firms():
    changes = within_changes(panel({"A": [1.0, 3.0], "B": [1.0, np.nan]}), COLUMN, 2019, 2020)
    assert changes[["ticker", "change"]].to_numpy().tolist() == [["A", 2.0]]
    assert np.isnan(change_statistics(changes)["sign_flip_p"]) and change_statistics(changes, 0.0)["ways_agree"] == 0
    many = pd.DataFrame({"change": np.linspace(0.1, 1, 20)})
    assert change_statistics(many)["median_within_change"] == pytest.approx(0.55)
    assert change_statistics(many)["sign_flip_p"] < 0.01


def test_an_unknown_column_names_the_nearest():
    with pytest.raises(UnknownName, match=COLUMN):
        firm_years(panel({"A": [1.0]}), "intensity_rato", ["A"], 2019, 2020)


@pytest.fixture(scope="module")
def layoffs() -> pd.DataFrame:
    return monthly_logs(counted_cuts(load_industry_monthly(), load_layoffs()))


def test_partial_months_stay_out_and_zero_months_stay_in(layoffs):
    assert layoffs["when"].iloc[[0, -1]].dt.strftime("%Y-%m").tolist() == ["2020-04", "2026-04"]
    listed = monthly_logs(counted_cuts(load_industry_monthly("us_listed_technology"), load_layoffs()))
    assert (listed["cuts_persons"] == 0).any() and np.isfinite(listed["value"]).all()


def test_a_planted_break_is_dated_in_the_series_own_months():
    months = pd.date_range("2020-01-01", periods=60, freq="MS")
    values = np.random.default_rng(0).normal(0, 0.2, 60) + 2 * (np.arange(60) >= 24)
    series = pd.DataFrame({"when": months, "value": values, "documents": "d"})
    one = best_segmentations(values)[1]
    row = dated_breaks(series, one).iloc[0]
    assert row["break_date"] == pd.Timestamp("2022-01-01")
    assert row["low_date"] <= row["break_date"] <= row["high_date"]
    assert last_break_words({"persistence_p": 0.01}, dated_breaks(series, one)) == "January 2022"
    assert last_break_words({"persistence_p": 0.2}, dated_breaks(series, one)).endswith("not sure")
    assert last_break_words({"persistence_p": 0.2}, dated_breaks(series, Segmentation((), 1.0, (1.0,)))) == "no month"
    drawn = regimes(series, one)
    assert drawn.loc[drawn["line"] == "regime", "level"].nunique() == 2


def test_the_season_goes_and_the_level_stays():
    months = pd.date_range("2020-01-01", periods=48, freq="MS")
    series = pd.DataFrame({"when": months, "value": 5 + np.sin(months.month / 12 * 2 * np.pi), "documents": "d"})
    assert adjusted_for_season(series) == pytest.approx(np.full(48, series["value"].mean()))


def test_an_outlier_goes_to_its_regime():
    values = np.random.default_rng(1).normal(0, 0.2, 40)
    values[5] += 9
    assert abs(without_outliers(values)[5]) < 1
    assert (without_outliers(values)[:5] == values[:5]).all()


def test_counts_break_where_they_were_made_to():
    rng = np.random.default_rng(2)
    counts = np.concatenate([rng.negative_binomial(2, 2 / 52, 30), rng.negative_binomial(2, 2 / 1002, 30)])
    assert count_breaks(counts).breaks[0] == pytest.approx(30, abs=1)


def test_capital_growth_is_of_the_same_firms_throughout():
    quarters = load_panel("quarter")
    one, four = (capex_growth(quarters, list(HYPERSCALERS), "2017Q3", over=over) for over in (1, 4))
    assert (len(one) - len(four), one["firms"].nunique()) == (3, 1)
    plain = np.log(one["capex_usd"]).diff()
    assert one["value"].iloc[1:].mean() == pytest.approx(plain.mean(), abs=0.02)
    assert four["value"].iloc[4] == pytest.approx(np.log(four["capex_usd"].iloc[4] / four["capex_usd"].iloc[0]))
    with pytest.raises(AnalysisError, match="1 or 4"):
        capex_growth(quarters, list(HYPERSCALERS), "2017Q3", over=2)
    with pytest.raises(AnalysisError, match="ten quarters"):
        capex_growth(quarters, ["UBER"], "2017Q3")


def test_every_choice_gives_a_row_with_its_last_break(layoffs):
    table = break_choices({"All": layoffs}, draws=49)
    assert len(table) == 4 and table["bic_count"].notna().all()
    assert len(growth_choices(load_panel("quarter"), list(HYPERSCALERS), "2017Q3", draws=49)) == 7
    assert break_table(layoffs["value"].to_numpy())["bic"].notna().all()
