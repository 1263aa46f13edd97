"""Where owning and renting cost the same: closed form, root-finder, and the right way to move."""

import datetime
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.economics.breakeven import (
    break_even_date,
    break_even_hours,
    break_even_months,
    break_even_surface,
    break_even_utilisation,
    outlay_usd,
    owned_to_rented_ratio,
    payback_years,
    rented_usd,
    yearly_saving_usd,
    years_to_break_even,
)
from analysis.economics.ranges import exactly
from analysis.economics.solve import must_be
from analysis.economics.tco import owned_usd
from tests.economics.test_tco import FULL

LENOVO = {"horizon_years": 5.0, "server_usd": 250_141.8, "running_usd_per_hour": 6.37}
OWNED = {name: value for name, value in FULL.items() if name != "utilisation_ratio"} | {"discount_ratio": 0.1}


def test_the_full_model_with_nothing_else_is_the_simple_formula():
    simple = 250_141.8 / (98.32 - 6.37)
    for horizon in (0.5, 1.0, 5.0, 7.3):
        hours = break_even_hours(**LENOVO | {"horizon_years": horizon}, cloud_usd_per_hour=98.32)
        assert hours == pytest.approx(simple, rel=1e-12)
    assert break_even_months(hours, 730) == pytest.approx(simple / 730)


def test_at_the_break_even_hours_both_have_cost_the_same():
    share = break_even_hours(**LENOVO, cloud_usd_per_hour=98.32) / (5 * 8760)
    owned = owned_usd(**LENOVO, utilisation_ratio=share)
    assert owned == pytest.approx(rented_usd(cloud_usd_per_hour=98.32, horizon_years=5.0, utilisation_ratio=share))


def test_the_root_finder_agrees_with_the_closed_form():
    inputs = {name: exactly(value, name) for name, value in OWNED.items()}
    inputs |= {"cloud_usd_per_hour": exactly(5.0, "rent"), "utilisation_ratio": exactly(0.5, "utilisation")}
    found = must_be(owned_to_rented_ratio, inputs, "utilisation_ratio", 1.0, 0.01, 5.0)
    assert found == pytest.approx(break_even_utilisation(cloud_usd_per_hour=5.0, **OWNED), rel=1e-9)


def test_rent_below_what_an_hour_of_use_adds_never_breaks_even():
    assert break_even_utilisation(horizon_years=1.0, server_usd=10.0, running_usd_per_hour=2.0,
                                  cloud_usd_per_hour=1.0) == math.inf


def test_a_reservation_is_paid_used_or_not_at_a_price_that_stands_within_its_term():
    reserved = {"cloud_usd_per_hour": 2.0, "horizon_years": 5.0, "price_decline_ratio": 0.5, "term_years": 3}
    want = 8760 * (3 * 2.0 + 2 * 2.0 * 0.5**3)  # the last term for the two years within the horizon
    assert rented_usd(**reserved) == pytest.approx(want)
    assert rented_usd(**reserved, utilisation_ratio=0.1) == pytest.approx(want)
    by_term = {"term_years": np.array([1.0, 3.0])}
    assert rented_usd(**reserved | by_term)[1] == pytest.approx(want)


def test_against_a_reservation_owning_is_cheaper_at_every_use_or_at_none():
    base = OWNED | {"price_decline_ratio": 0.0}
    hour = rented_usd(cloud_usd_per_hour=1.0, horizon_years=5.0, discount_ratio=0.1, term_years=5)
    fair, base = owned_usd(**base, utilisation_ratio=1.0) / hour, base | {"term_years": 5}
    assert break_even_utilisation(**base, cloud_usd_per_hour=fair * 1.01) == 0
    assert break_even_utilisation(**base, cloud_usd_per_hour=fair * 0.99) == math.inf
    saved = [yearly_saving_usd(**base, cloud_usd_per_hour=4.0, utilisation_ratio=use) for use in (0.1, 1.0)]
    assert saved[0] > saved[1], "the rent is the same, only power is saved by idling"


def test_hours_done_twice_on_spot_make_owning_break_even_earlier():
    once, twice = (break_even_utilisation(cloud_usd_per_hour=5.0, repeat_ratio=repeat, **OWNED) for repeat in (0, 0.2))
    assert twice == pytest.approx(break_even_utilisation(cloud_usd_per_hour=6.0, **OWNED)) and twice < once
    inputs = OWNED | {"cloud_usd_per_hour": 5.0, "utilisation_ratio": 0.5}
    assert owned_to_rented_ratio(**inputs, repeat_ratio=0.2) == pytest.approx(owned_to_rented_ratio(**inputs) / 1.2)


def test_a_purchase_is_paid_back_from_what_it_saves():
    assert payback_years(1000.0, 250.0) == 4
    assert payback_years(1000.0, -1.0) == math.inf
    assert payback_years(1000.0, 250.0, 0.1) > 4
    # the savings up to then, discounted as they come in, are worth the purchase
    years = payback_years(1000.0, 250.0, 0.1)
    moments = np.linspace(0, years, 100_001)
    assert np.trapezoid(250 * 1.1**-moments, moments) == pytest.approx(1000, rel=1e-6)
    assert payback_years(1000.0, 50.0, 0.1) == math.inf  # interest alone is more than is saved


def test_the_date_of_break_even():
    assert break_even_date(datetime.date(2026, 1, 1), 2.0) == datetime.date(2028, 1, 1)
    assert break_even_date(datetime.date(2026, 1, 1), math.inf) is None


def test_saving_per_year_by_hand():
    inputs = {"cloud_usd_per_hour": 2.0, "horizon_years": 2.0, "utilisation_ratio": 0.5, "server_usd": 1000.0,
              "network_storage_ratio": 0.1, "maintenance_ratio": 0.1}
    assert outlay_usd(**inputs) == pytest.approx(1100)
    assert yearly_saving_usd(**inputs) == pytest.approx(2 * 8760 * 0.5 - 100)
    assert years_to_break_even(**inputs) == pytest.approx(1100 / (2 * 8760 * 0.5 - 100))


def test_a_surface_holds_the_ratio_at_each_point():
    inputs = {name: exactly(value, name) for name, value in OWNED.items()}
    inputs |= {"cloud_usd_per_hour": exactly(5.0, "rent"), "utilisation_ratio": exactly(0.5, "utilisation")}
    table = break_even_surface(inputs, "cloud_usd_per_hour", 1.0, 9.0, 0.2, steps=5)
    assert table.shape == (5, 5) and table.index[-1] == 9 and table.columns[0] == 0.2
    want = owned_to_rented_ratio(**OWNED, cloud_usd_per_hour=9.0, utilisation_ratio=0.2)
    assert table.loc[9.0, 0.2] == pytest.approx(want)
    lives = break_even_surface(inputs, "life_years", 2.0, 6.0, 0.2, steps=5)
    assert (np.diff(lives.to_numpy(), axis=1) < 0).all()


dollars = st.floats(0.5, 20)


@settings(deadline=None, max_examples=80)
@given(rent=dollars, dearer=st.floats(0.01, 10), price=st.floats(1e3, 1e5), more=st.floats(1, 1e5),
       rate=st.floats(0, 0.3))
def test_break_even_moves_the_right_way(rent, dearer, price, more, rate):
    base = OWNED | {"server_usd": price, "discount_ratio": rate, "cloud_usd_per_hour": rent}
    share = break_even_utilisation(**base)
    assert break_even_utilisation(**base | {"cloud_usd_per_hour": rent + dearer}) <= share
    assert break_even_utilisation(**base | {"server_usd": price + more}) >= share
    assert break_even_utilisation(**base | {"electricity_usd_per_kwh": 0.5}) >= share


@settings(deadline=None, max_examples=60)
@given(rent=st.floats(3, 20), scale=st.floats(0.1, 10))
def test_break_even_has_no_currency(rent, scale):
    scaled = {name: value * scale for name, value in OWNED.items() if "usd" in name}
    share = break_even_utilisation(**OWNED, cloud_usd_per_hour=rent)
    assert break_even_utilisation(**OWNED | scaled, cloud_usd_per_hour=rent * scale) == pytest.approx(share)
