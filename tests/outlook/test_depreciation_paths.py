"""Paths: what is bought is locked in, more spending means more depreciation, guidance is used where it exists."""

from dataclasses import replace

import numpy as np
import pytest

from analysis.errors import AnalysisError, UnknownName
from analysis.outlook.depreciation_paths import END_YEAR, outlook, path_rows
from analysis.outlook.filer import HYPERSCALERS, hyperscaler
from analysis.outlook.placed import placed_in_service
from analysis.outlook.spending import (
    BUST,
    FLAT,
    GROWTH,
    GUIDED,
    SPENT,
    habits,
    pace_years,
    path_step,
    path_words,
)
from analysis.outlook.wave_tables import (
    in_year,
    made_of,
    newest_quarters,
    older_paces,
    peak_of,
    reported_now,
    side_by_side,
    with_history,
)


@pytest.fixture(scope="module")
def every():
    return {ticker: outlook(ticker, draws=60) for ticker in HYPERSCALERS}


def test_more_spending_means_more_depreciation(every):
    for one in every.values():
        end = {path: charge[-1, -1] for path, charge in one.charge_usd.items()}
        assert end[SPENT] < end[FLAT] < end[GROWTH]
        assert end[BUST] < end[FLAT] <= end.get(GUIDED, end[FLAT]) <= end[GROWTH]


def test_the_last_reported_year_is_the_same_on_every_path(every):
    for one in every.values():
        first = [charge[0, -1] for charge in one.charge_usd.values()]
        assert max(first) == pytest.approx(min(first))
        assert {float(spent[0, -1]) for spent in one.capex_usd.values()} == {one.filer.capex[one.first_year]}


def test_what_is_already_bought_runs_down(every):
    for one in every.values():
        charge, (year, _) = one.charge_usd[SPENT][:, -1], peak_of(one)
        after = charge[year - one.first_year:]
        assert (np.diff(after) <= 1e-3).all() and len(after) > 1
        assert one.capex_usd[SPENT][1:].sum() == 0


def test_bust_is_at_most_flat_and_flat_at_most_growth_for_each_firm(every):
    for one in every.values():
        spent, charge = one.capex_usd, one.charge_usd
        for amounts in (spent, charge):
            assert (amounts[BUST][1:] <= amounts[FLAT][1:]).all() and (amounts[FLAT][1:] <= amounts[GROWTH][1:]).all()
        assert (spent[BUST][1:, -1] == pytest.approx(one.filer.capex[one.first_year] * 0.6)), "one bust for all firms"


def test_growth_goes_on_from_the_guided_year_where_there_is_one(every):
    one, other = every["META"], every["MSFT"]
    grown = one.capex_usd[GROWTH][:, -1]
    assert grown[1] == one.capex_usd[GUIDED][1, -1] and grown[2] == pytest.approx(1.3 * grown[1])
    assert GUIDED not in other.charge_usd
    assert other.capex_usd[GROWTH][1, -1] == pytest.approx(1.3 * other.filer.capex[other.first_year])


def test_every_path_says_what_it_is():
    assert path_words(BUST) == "40% below last year" and "last year" in path_words(FLAT)
    assert path_words(GROWTH, True) == "up 30% a year after the guided year"
    assert path_words(GROWTH, False) == "up 30% a year"
    with pytest.raises(UnknownName, match="growth"):
        path_words("grow")
    with pytest.raises(AnalysisError, match="no guidance"):
        path_step(GUIDED, 1, False)


def test_a_rise_of_unpaid_purchases_is_no_habit():
    filer = hyperscaler("META")
    before = habits(filer, placed_in_service(filer))["acquired_ratio"]
    acquired = filer.acquired[filer.last_year]
    more = filer.notes.copy()
    last = (more["item"] == "unpaid_purchases") & (more["period_end"].dt.year == filer.last_year)
    more.loc[last, "value_usd"] += 10e9
    other = replace(filer, notes=more)
    after = habits(other, placed_in_service(other))["acquired_ratio"]
    assert other.acquired[filer.last_year] == pytest.approx(acquired + 10e9), "the past keeps it"
    assert (after.low, after.value, after.high) == (before.low, before.value, before.high)


def test_a_pace_seen_in_few_late_years_takes_older_ones_and_names_them(every):
    filer = every["ORCL"].filer
    placed = placed_in_service(filer)
    pace = habits(filer, placed)["pace_ratio"]
    assert pace_years(placed) == [2022, 2023, 2026] and pace.high - pace.low > 0.2
    assert set(older_paces(made_of(list(every.values())))["ticker"]) == {"META", "ORCL"}


def test_the_guided_path_spends_what_was_guided_and_counts_no_lease_principal_twice(every):
    spent = every["META"].capex_usd[GUIDED]
    assert spent[1:].min() > 125e9 and spent[1:].max() < 145e9
    assert spent[1] == pytest.approx(spent[-1])


def test_the_rows_hold_a_range_around_the_middle(every):
    rows = path_rows(every["META"])
    assert (rows["low_usd"] < rows["high_usd"]).all() and set(rows["fiscal_year"]) == set(range(2025, END_YEAR + 1))
    assert rows["depreciation_usd"].between(rows["low_usd"] * 0.97, rows["high_usd"] * 1.03).all()
    with pytest.raises(UnknownName, match="growth"):
        in_year(every["META"], "grow", END_YEAR)


def test_the_figure_shows_the_model_as_the_tables_do(every):
    one = every["META"]
    drawn, rows = with_history(one, 2020), path_rows(one)
    shown = drawn[drawn["path"] != "reported"].reset_index(drop=True)
    assert shown["depreciation_usd"].equals(rows["depreciation_usd"]) and shown["low_usd"].equals(rows["low_usd"])
    end = shown[(shown["path"] == FLAT) & (shown["fiscal_year"] == END_YEAR)]["depreciation_usd"].item()
    assert end == side_by_side([one])["flat_usd"].item()
    past = drawn[drawn["path"] == "reported"]
    assert past["fiscal_year"].min() == 2020
    assert past["depreciation_usd"].iloc[-1] == reported_now(one).value


def test_five_firms_stand_side_by_side(every):
    five, parts = side_by_side(list(every.values())), made_of(list(every.values()))
    assert list(five["ticker"]) == list(HYPERSCALERS)
    assert list(five.loc[five["guided_usd"].isna(), "ticker"]) == ["MSFT"]
    assert (five["spent_usd"] > five["reported_usd"] * 0.9).all()
    assert parts[["servers_ratio", "pace_ratio"]].min(axis=None) > 0.2
    assert parts[["servers_ratio", "pace_ratio"]].max(axis=None) < 1


def test_the_newest_quarters_are_compared_where_there_are_any(every):
    rows = newest_quarters(list(every.values())).set_index("ticker")
    assert set(rows.index) == {"META", "GOOGL", "ORCL"}
    assert rows.loc["META", "reported_ratio"] == pytest.approx(5.68 / 3.84 - 1)
