"""Which prices of a catalogue are taken: those of the followed offers, never by a guess, each once."""

from pathlib import Path

import pandas as pd
import pytest

from analysis.economics.renting import current_prices
from analysis.sources.price_catalogue import read_catalogue
from analysis.tables.compute import OFFER_KEY, first_day, load_compute_prices, newest_prices
from analysis.tables.price_rows import followed_prices, new_prices, not_followed
from analysis.tables.read import read_table

RECORDED = Path(__file__).parents[1] / "sources" / "recorded"
CLOUDS = {"prices_aws": 16, "prices_lambda": 6, "prices_nebius": 7, "prices_oci": 5}


def catalogue(source: str, *edits: tuple[str, str]) -> pd.DataFrame:
    text = (RECORDED / f"skypilot_{source.removeprefix('prices_')}_vms.csv").read_text()
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    return read_catalogue(text.encode())


def offers(source: str) -> pd.DataFrame:
    table = read_table("price_offers")
    return table[table["live_source_id"] == source]


def taken(source: str, *edits: tuple[str, str], day: str = "2026-11-23") -> pd.DataFrame:
    return new_prices(followed_prices(catalogue(source, *edits), offers(source)).values, day, day, "abc")


@pytest.mark.parametrize("source", CLOUDS)
def test_the_recorded_catalogue_holds_the_prices_on_file(source):
    found = followed_prices(catalogue(source), offers(source))
    assert (len(found.values), found.set_aside, found.missing) == (CLOUDS[source], [], [])
    assert taken(source).empty, "an unchanged price adds no row"


def test_a_changed_price_is_one_more_row_with_the_day():
    rows = taken("prices_aws", (",55.04,18.734000,us-east-1", ",44,18.734000,us-east-1"))
    assert rows.empty, "zones of one region that disagree are no price"
    rows = taken("prices_oci", (",80,,eu-ams", ",72,,eu-ams"))
    assert rows["price_id"].tolist() == ["oracle_oci_bm_gpu_h100_8_h100_sxm_on_demand_eu_amsterdam_1_2026_11_23",
                                         "oracle_oci_bm_gpu_h200_8_h200_sxm_on_demand_eu_amsterdam_1_2026_11_23"]
    assert rows["price_usd_per_hour"].tolist() == ["72", "72"] and set(rows["as_of"]) == {"2026-11-23"}
    assert set(rows["price_usd_per_accelerator_hour"]) == {"9"} and set(rows["accelerators_count"]) == {"8"}
    assert rows["doubt"].str.startswith("the catalogue gives no day").all()


def test_a_spot_price_is_taken_once_in_a_while(edit):
    lower = (",10.00\n", ",9.00\n")
    assert taken("prices_nebius", lower)["pricing"].tolist() == ["spot"]
    edit("compute/compute_prices.csv", "price_id",
         "nebius_gpu_h100_sxm_8gpu_h100_80gb_spot_eu_north1_2026_undated", as_of="2026-11-01")
    assert taken("prices_nebius", lower).empty and len(taken("prices_nebius", lower, day="2026-12-01")) == 1


def test_a_second_price_of_a_day_gets_a_number_and_stands(edit):
    first = taken("prices_oci", (",14,,eu-ams", ",13,,eu-ams"))["price_id"].iloc[0]
    edit("compute/compute_prices.csv", "price_id",
         "oracle_oci_bm_gpu_l40s_4_l40s_on_demand_eu_amsterdam_1_2026_undated", price_id=first,
         as_of="2026-11-23", price_usd_per_hour="13")
    second = taken("prices_oci", (",14,,eu-ams", ",12,,eu-ams"))
    assert second["price_id"].tolist() == [f"{first}_2"]
    both = pd.concat([second, second.assign(price_id=first), second.assign(price_id=f"{first}_10")], ignore_index=True)
    assert newest_prices(both)["price_id"].tolist() == [f"{first}_10"]


@pytest.mark.parametrize(("old", "new", "reason"), [
    ("BM.GPU.H100.8,H100,8", "BM.GPU.H100.8,H100-NVL,8", "the catalogue names H100-NVL, price_offers H100"),
    ("BM.GPU.H100.8,H100,8", "BM.GPU.H100.8,H100,1", "not the number of accelerators in price_offers (8)"),
    ("BM.GPU.H100.8,H100,8", "BM.GPU.H100.8,H100,", "not the number of accelerators in price_offers (8)"),
    (",80,,eu-ams", ",free,,eu-ams", "the price is not a number above zero"),
    (",80,,eu-ams", ",-80,,eu-ams", "the price is not a number above zero"),
    (",80,,eu-ams", ",0,,eu-ams", "the price is not a number above zero"),
    (",80,,eu-ams", ",inf,,eu-ams", "the price is not a number above zero"),
    (",80,,eu-ams", ",=1+1,,eu-ams", "the price is not a number above zero"),
])
def test_a_price_that_cannot_be_is_set_aside_with_the_reason(old, new, reason):
    found = followed_prices(catalogue("prices_oci", (old, new)), offers("prices_oci"))
    assert {one["reason"] for one in found.set_aside} == {reason} and found.missing == []
    assert len(found.values) + len(found.set_aside) == CLOUDS["prices_oci"]


def test_one_price_must_hold_in_all_regions_where_none_is_named():
    rows = catalogue("prices_lambda", ("1800.0,31.92,us-east-1", "1800.0,29.92,us-east-1"))
    found = followed_prices(rows, offers("prices_lambda"))
    assert [(one["key"], one["reason"]) for one in found.set_aside] == [
        ("gpu_8x_h100_sxm5 on_demand all", "2 different prices for one offer")]


def test_an_offer_without_a_price_is_missing_and_a_stranger_is_listed():
    rows = catalogue("prices_aws", ("p6-b300.48xlarge,B300", "p7-x.48xlarge,VR200"))
    found = followed_prices(rows, offers("prices_aws"))
    assert found.missing == ["p6-b300.48xlarge on_demand us-west-2"] and len(found.values) == 15
    assert not_followed(rows, offers("prices_aws")) == "H200 (p5e.48xlarge); V100 (p3.2xlarge); VR200 (p7-x.48xlarge)"


def test_names_from_outside_are_told_of_printable_and_in_few_words():
    rows = catalogue("prices_aws", ("p3.2xlarge,V100", f"p3.2xlarge,V100\x1b[2J{'x' * 500}"))
    told = not_followed(rows, offers("prices_aws"))
    assert "V100?[2Jxxx" in told and "\x1b" not in told and len(told) < 200


def test_of_a_row_that_was_cut_nothing_is_taken():
    text = (RECORDED / "skypilot_lambda_vms.csv").read_bytes()
    rows = read_catalogue(text[:text.rindex(b",6.99,us-south-1") + 4])
    found = followed_prices(rows, offers("prices_lambda"))
    assert [(one["key"], one["reason"], one["row"]) for one in found.set_aside] == [
        ("gpu_1x_b200_sxm6", "the file ends in this row, it may be cut", "B200 6.9")]
    assert found.missing == ["gpu_2x_b200_sxm6 on_demand all"]


def test_every_followed_offer_is_of_a_live_source_and_on_file():
    table = read_table("price_offers")
    cards = read_table("live_sources").set_index("live_source_id")
    assert set(cards.loc[table["live_source_id"].unique(), "connector"]) == {"gpu_prices"}
    assert set(cards.index[cards["connector"] == "gpu_prices"]) == set(table["live_source_id"]) == set(CLOUDS)
    key = [*OFFER_KEY, "accelerators_count"]
    on_file = set(load_compute_prices()[key].itertuples(index=False, name=None))
    assert set(table[key].itertuples(index=False, name=None)) <= on_file


def test_the_newest_price_of_an_offer_stands_and_the_older_ones_are_history():
    table = load_compute_prices()
    stands = newest_prices(table)
    assert not stands.duplicated(OFFER_KEY).any() and len(stands) == table[OFFER_KEY].drop_duplicates().shape[0]
    newer = table[table["price_id"] == "aws_p5_48xlarge_h100_80gb_on_demand_us_east_1_2026_undated"].assign(
        price_id="newer", as_of="2026-02-01", price_usd_per_hour=40.0)
    more = newest_prices(pd.concat([newer, table], ignore_index=True))
    assert len(more) == len(stands) and "newer" in set(more["price_id"])
    assert "aws_p5_48xlarge_h100_80gb_on_demand_us_east_1_2026_undated" not in set(more["price_id"])
    assert newest_prices(table.iloc[::-1]).sort_index()["price_id"].tolist() == stands["price_id"].tolist()


def test_the_choice_of_the_newest_takes_no_price_from_the_pages_that_they_had():
    table = load_compute_prices()
    gone = set(table["price_id"]) - set(newest_prices(table)["price_id"])
    assert gone == {"aws_p5_48xlarge_h100_80gb_on_demand_us_2025_05"}
    superseded = (table["as_of"].str.len() >= 7) & (table["as_of"] < "2025-06")
    assert set(current_prices()["price_id"]) == set(table.loc[~superseded, "price_id"])


def test_a_price_of_unknown_day_counts_from_the_first_day_it_can_be_of():
    texts = pd.Series(["2026-04-14", "2026-04", "2025", "2026 (undated snapshot)"])
    assert first_day(texts).dt.strftime("%Y-%m-%d").tolist() == ["2026-04-14", "2026-04-01", "2025-01-01", "2026-01-01"]
