"""The moves of rental prices are read off the history of one offer, and there is none without two days."""

import pytest

from analysis.economics.price_moves import price_moves
from analysis.tables.compute import load_compute_prices

FIRST, LAST = "aws_p5_48xlarge_h100_80gb_on_demand_us_2025_05", "aws_p5_48xlarge_h100_80gb_on_demand_us_2025_12_23"


def test_a_move_goes_from_the_first_price_of_an_offer_to_its_newest():
    moves, prices = price_moves(), load_compute_prices().set_index("price_id")
    assert moves[["offer", "days"]].to_numpy().tolist() == [
        ["AWS H100 SXM 80GB, on demand, p5.48xlarge, US", "2025-05 to 2025-12-23"]]
    assert moves.loc[0, "change_ratio"] == pytest.approx(6.88 / 12.29 - 1)
    assert moves.loc[0, "change_ratio_documents"].split() == list(prices.loc[[FIRST, LAST], "document_id"])


def test_an_offer_of_one_day_has_not_moved(edit):
    edit("compute/compute_prices.csv", "price_id", FIRST, as_of="2025-12-23")
    assert price_moves().empty


@pytest.mark.parametrize(("day", "newest"), [("2025-09-01", 6.88), ("2026-09-01", 9)])
def test_a_price_between_the_two_changes_nothing_and_a_later_one_does(edit, day, newest):
    edit("compute/compute_prices.csv", "price_id", "aws_p5_48xlarge_h100_80gb_on_demand_us_east_1_2026_undated",
         region="US", as_of=day, price_usd_per_accelerator_hour="9")
    moves = price_moves()
    assert moves["last_usd_per_accelerator_hour"].tolist() == [newest]
    assert moves["change_ratio"].tolist() == [pytest.approx(newest / 12.29 - 1)]
