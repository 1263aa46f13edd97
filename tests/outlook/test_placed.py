"""The cash identity: what is acquired is land, construction or placed in service, and the true vintages come back."""

from dataclasses import replace

import pytest

from analysis.errors import AnalysisError
from analysis.outlook.filer import HYPERSCALERS, construction_shares, hyperscaler
from analysis.outlook.placed import placed_in_service, rises
from analysis.outlook.reconcile import computed
from analysis.tables.property import load_property_notes
from tests.outlook.made_up_filer import LAST, OPENING, SHARES, SPENT, made_up_filer

AFTER = range(OPENING + 1, LAST + 1)


def test_the_true_vintages_come_back():
    placed = placed_in_service(made_up_filer())
    for year in AFTER:
        assert placed.in_year(year)["servers"] == pytest.approx(SHARES["servers"] * SPENT[year], rel=0.02)


def test_the_true_depreciation_comes_back():
    filer = made_up_filer()
    for year, value in computed(filer).items():
        assert value == pytest.approx(filer.reported[year], rel=0.02), year


def test_the_check_would_see_a_wrong_life():
    filer = made_up_filer()
    filer.table.rows.loc[filer.table.rows["asset_class"] == "servers", ["low_years", "life_years", "high_years"]] = 6
    assert computed(filer)[LAST] < 0.9 * filer.reported[LAST]


@pytest.mark.parametrize("ticker", ["META", "GOOGL"])
def test_what_is_acquired_is_used_up(ticker):
    """Between the first and the last balance: acquired = placed + rise of land and construction + what left."""
    filer = hyperscaler(ticker)
    placed, balances = placed_in_service(filer), filer.balances()
    years = [year for year in filer.acquired if filer.opening_year < year <= filer.last_year]
    put = sum(float(value) for year in years for value in placed.in_year(year).values())
    rise = sum(balances[name][filer.last_year] - balances[name][filer.opening_year]
               for name in ("land", "construction"))
    left = sum(filer.noted("disposed").values())
    assert put + rise + left == pytest.approx(sum(filer.acquired[year] for year in years), rel=0.03)
    assert all(value >= 0 for value in placed.retired.values())


def test_a_gap_between_balances_is_spread_as_the_money_went():
    found = rises({2020: 10.0, 2022: 40.0, 2023: 35.0}, {2021: 1.0, 2022: 2.0, 2023: 1.0, 2024: 3.0}, 2023)
    assert found == {2021: 10.0, 2022: 20.0, 2023: 0.0}


def test_one_balance_is_no_rise():
    with pytest.raises(AnalysisError, match="two balances"):
        rises({2020: 10.0}, {2020: 1.0}, 2020)


def test_undisclosed_construction_takes_the_others_share():
    filer = hyperscaler("MSFT")
    low, high = (filer.balances({"construction_multiple_ratio": multiple, "land_share_ratio": 0.05})
                 for multiple in (0.5, 1.5))
    last = filer.last_year
    assert 0 < low["construction"][last] < high["construction"][last]
    assert sum(rows[last] for rows in low.values()) == pytest.approx(sum(rows[last] for rows in high.values()))


def test_property_that_left_before_use_is_not_booked_as_servers():
    filer = hyperscaler("META")
    kept = replace(filer, notes=filer.notes[filer.notes["item"] != "disposed"])
    gone, whole = filer.noted("disposed"), placed_in_service(kept).in_year(2025)["servers"]
    assert gone[2025] == pytest.approx(4.66e9)
    least = filer.noted("servers")[2025] - filer.noted("servers")[2024]
    assert placed_in_service(filer).in_year(2025)["servers"] == pytest.approx(max(whole - gone[2025], least))


def test_what_is_leased_is_at_least_the_rise_of_the_leased_class():
    filer = hyperscaler("META")
    rise = filer.noted("leases")[2025] - filer.noted("leases")[2024]
    assert rise > filer.noted("leases_obtained")[2025]
    assert filer.bought[2025] == pytest.approx(filer.capex[2025] + rise)


def test_a_fall_of_unpaid_purchases_lowers_what_is_acquired():
    filer = hyperscaler("META")
    notes = filer.notes.copy()
    last = (notes["item"] == "unpaid_purchases") & (notes["period_end"].dt.year == 2025)
    notes.loc[last, "value_usd"] = filer.noted("unpaid_purchases")[2024] - 1e9
    assert replace(filer, notes=notes).acquired[2025] == pytest.approx(filer.bought[2025] - 1e9)


def test_a_filer_that_hides_its_buildings_does_not_move_the_share_of_construction():
    """Alphabet shows servers and construction alone for 2022; Oracle alone closes its books in 2026."""
    notes = load_property_notes(list(HYPERSCALERS))
    shares = construction_shares(notes)
    hidden = (notes["ticker"] == "GOOGL") & (notes["period_end"].dt.year == 2022)
    assert construction_shares(notes[~hidden]) == shares
    alone = notes[(notes["ticker"] == "ORCL") & (notes["period_end"].dt.year == 2026)].set_index("item")["value_usd"]
    cost = alone.drop(["unpaid_purchases", "leases_not_commenced", "net_property", "depreciation", "leases_obtained"],
                      errors="ignore")
    assert shares[2026] < 0.75 * alone["construction"] / cost.sum()
    assert all(abs(shares[year] - shares[year - 1]) < 0.05 for year in range(2019, 2027)), "no jump by who is counted"
