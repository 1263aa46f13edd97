"""Numbers are written one way, and a missing one is not written at all."""

import math

import pytest

from analysis import numerals
from analysis.errors import AnalysisError


@pytest.mark.parametrize(("value", "text"), [
    (72.2e9, "$72.2bn"), (145e9, "$145bn"), (350e6, "$350m"), (3.5e6, "$3.5m"), (45_300, "$45,300"),
    (1e12, "$1tn"), (0, "$0"), (-1.2e9, "−$1.2bn"), (1e-9, "$0"),
    (6.37, "$6.37"), (0.1097, "$0.11"), (0.0897, "$0.090"),
    (-0.2, "−$0.20"), (100.4, "$100"), (115.34e9, "$115bn"),
])
def test_dollars(value, text):
    assert numerals.usd_text(value) == text


def test_rounding_never_leaves_a_thousand_of_the_smaller_unit():
    assert numerals.usd_text(999.9996e6) == "$1bn"


def test_digits_part_sums_that_read_alike():
    assert numerals.usd_text(115.34e9) == numerals.usd_text(115.21e9)
    assert numerals.usd_text(115.34e9, digits=1) == "$115.3bn"
    assert numerals.usd_text(115.21e9, digits=1) == "$115.2bn"


def test_shares_points_counts_and_multiples():
    assert numerals.percent_text(0.359) == "35.9%"
    assert numerals.percent_text(-0.0004) == "0.0%"
    assert numerals.points_text(0.041) == "+4.1 percentage points"
    assert numerals.points_text(-0.01, digits=0) == "−1 percentage point"
    assert numerals.points_text(0.041, words=False) == "+4.1 pp"
    assert numerals.count_text(78_865) == "78,865"
    assert numerals.times_text(2.41) == "2.4 times"


def test_days_and_months():
    assert numerals.date_text("2026-04-29") == "29 April 2026"
    assert numerals.month_text("2026-04-29") == "April 2026"
    with pytest.raises(AnalysisError, match="YYYY-MM-DD"):
        numerals.date_text("April 2026")


@pytest.mark.parametrize("value", [math.nan, math.inf, None, "many"])
@pytest.mark.parametrize("write", [numerals.usd_text, numerals.percent_text, numerals.points_text,
                                   numerals.count_text, numerals.times_text])
def test_a_missing_number_is_refused(write, value):
    with pytest.raises(AnalysisError):
        write(value)
