"""A number keeps its unit, basis and documents through arithmetic."""

import math

import pytest

from analysis.quantity import Quantity, total, weakest

CAPEX = Quantity(72.0, "usd", "reported", ("a",))
REVENUE = Quantity(200.0, "usd", "estimated", ("b", "a"))


def test_a_ratio_is_at_best_as_firm_as_its_weakest_input():
    share = CAPEX / REVENUE
    assert (share.value, share.unit, share.basis, share.documents) == (0.36, "ratio", "estimated", ("a", "b"))


def test_a_computed_number_is_never_reported():
    assert (CAPEX - CAPEX).basis == "derived"


def test_units_must_agree():
    with pytest.raises(ValueError, match="usd and persons"):
        CAPEX + Quantity(5.0, "persons")


def test_per_person():
    assert (CAPEX / Quantity(9.0, "persons")).unit == "usd_per_person"


def test_missing_stays_missing_and_unresolved():
    missing = Quantity(math.nan, "usd", "reported")
    assert missing.basis == "unresolved" and (CAPEX + missing).is_missing
    assert (CAPEX + missing).basis == "unresolved"


def test_nothing_is_divided_by_zero():
    assert (CAPEX / Quantity(0.0, "usd")).is_missing


def test_a_total_needs_something():
    assert total([CAPEX, REVENUE]).value == 272
    with pytest.raises(ValueError, match="no quantities"):
        total([])


def test_the_ladder_of_bases():
    assert weakest("reported", "scenario", "estimated") == "scenario"
    with pytest.raises(ValueError, match="unknown basis"):
        Quantity(1.0, "usd", "guessed")
