"""Straight line by vintage: agrees with the textbook, adds up, and spreads what is left when a life changes."""

import numpy as np
import pandas as pd
import pytest

from analysis.economics.schedules import straight_line
from analysis.errors import AnalysisError
from analysis.outlook.lives import LifeTable, Lives
from analysis.outlook.vintages import depreciation, net_cost

ALWAYS = float("-inf")


def one_vintage(years: int, cost: float = 100.0) -> np.ndarray:
    return np.array([cost, *[0.0] * (years - 1)])


@pytest.mark.parametrize("life", [3.0, 4.0, 5.5, 12.5])
def test_a_constant_life_is_the_textbook_straight_line(life):
    charge = depreciation(one_vintage(16), 2020, Lives((ALWAYS,), (life,)))
    assert charge == pytest.approx([straight_line(100.0, life, year) for year in range(1, 17)])


@pytest.mark.parametrize("lives", [Lives((ALWAYS,), (4.0,)), Lives((ALWAYS, 2022.25, 2025.0), (4.0, 5.0, 5.5)),
                                   Lives((ALWAYS, 2023.0), (6.0, 3.0))])
def test_every_dollar_is_charged_once(lives):
    placed = np.array([100.0, 50.0, 0.0, 80.0, *[0.0] * 16])
    assert depreciation(placed, 2020, lives).sum() == pytest.approx(230.0)
    assert net_cost(placed, 2020, lives)[-1] == pytest.approx(0.0, abs=1e-9)


def test_a_longer_life_spreads_what_is_left_and_restates_nothing():
    """Bought in 2020 for 100 over four years: 12.5, 25, 25; then 37.5 over what is left of five, two and a half."""
    charge = depreciation(one_vintage(8), 2020, Lives((ALWAYS, 2023.0), (4.0, 5.0)))
    assert charge == pytest.approx([12.5, 25.0, 25.0, 15.0, 15.0, 7.5, 0.0, 0.0])


def test_a_change_within_a_year_counts_for_the_rest_of_it():
    """A quarter of 2022 at four years, then 56.25 over five less the 1.75 years gone."""
    charge = depreciation(one_vintage(4), 2020, Lives((ALWAYS, 2022.25), (4.0, 5.0)))
    assert charge[2] == pytest.approx(0.25 * 25 + 0.75 * (100 - 12.5 - 25 - 6.25) / (5 - 1.75))


def test_a_shorter_life_than_the_age_writes_off_the_rest():
    charge = depreciation(one_vintage(6), 2020, Lives((ALWAYS, 2024.0), (6.0, 3.0)))
    assert charge[4] == pytest.approx(100 - 3.5 / 6 * 100) and charge[5] == 0


def test_draws_run_side_by_side():
    lives = Lives((ALWAYS,), (np.array([3.0, 5.0]),))
    both = depreciation(np.outer(one_vintage(6), [1.0, 1.0]), 2020, lives)
    for column, life in enumerate((3.0, 5.0)):
        assert both[:, column] == pytest.approx(depreciation(one_vintage(6), 2020, Lives((ALWAYS,), (life,))))


def life_table(**dates: tuple[float, float, float]) -> LifeTable:
    rows = [{"asset_class": "servers", "from_date": pd.NaT if day == "always" else pd.Timestamp(day.replace("_", "-")),
             "low_years": low, "life_years": used, "high_years": high} for day, (low, used, high) in dates.items()]
    return LifeTable(pd.DataFrame(rows), pd.Timestamp("2026-06-30"))


def test_a_life_starts_where_its_day_lies_in_the_fiscal_year():
    table = life_table(**{"always": (3, 4, 6), "2022_07_01": (5, 6, 6), "2025_01_01": (5, 5, 5)})
    lives = table.lives_of("servers")
    assert lives.from_years == (ALWAYS, 2023.0, 2025.5)
    assert table.fiscal_year(pd.Timestamp("2022-07-01")) == 2023
    assert [share for share, _ in lives.parts(2025)] == [0.5, 0.5] and lives.changed_in(2025)
    assert lives.without_changes_from(2023).at(2030) == 4


def test_a_place_moves_every_life_within_its_range():
    lives = [life_table(always=(3, 4, 6)).lives_of("servers", place).at(2020) for place in (0, 0.25, 0.5, 0.75, 1)]
    assert lives == [3, 3.5, 4, 5, 6]


def test_a_class_without_a_life_is_refused():
    with pytest.raises(AnalysisError, match="known: servers"):
        life_table(always=(3, 4, 6)).lives_of("aircraft")
