"""The headline numbers of two days, and the company beside its peers."""

import pytest

from analysis.economics.headlines import headlines, side_by_side
from analysis.economics.peer_table import capital_steps, peer_table

APRIL, MAY = "2026-04-01", "2026-05-01"


@pytest.fixture(scope="module")
def compared():
    """The headlines of Meta by headline, in April and in May 2026."""
    return side_by_side(headlines("META", 2026, APRIL), headlines("META", 2026, MAY)).set_index("headline")


def test_a_headline_knows_its_day_and_nothing_later(compared):
    assert tuple(compared.loc["guidance", ["then", "now", "moved"]]) == (
        "$115bn–$135bn", "$125bn–$145bn", "changed")
    assert compared.loc["cuts", "moved"] == "changed" and int(compared.loc["cuts", "now"].replace(",", "")) >= 8_000
    assert compared["headline_documents"].str.len().gt(0).all()


def test_no_second_number_stands_beside_what_the_cuts_cover(compared):
    """By dated readings alone the share covered differs from that of the page: two ranges for one thing."""
    assert set(compared.index) == {"guidance", "capex_quarter", "cuts", "five_cuts"}


def test_what_a_day_did_not_know_is_missing_and_not_zero():
    early = headlines("META", 2026, "2025-06-30").set_index("headline")["text"]
    assert early[["guidance", "cuts", "five_cuts"]].isna().all()
    both = side_by_side(early.reset_index().assign(label="", documents=""), headlines("META", 2026, APRIL))
    assert set(both.loc[both["then"].isna(), "moved"]) == {"not known"}


def test_two_frames_from_anywhere_are_joined_in_the_order_of_the_newer():
    now = headlines("META", 2026, MAY)
    assert list(side_by_side(now.iloc[::-1].iloc[:2], now)["headline"]) == list(now["headline"])
    assert set(side_by_side(now, now)["moved"]) == {"same"}


@pytest.fixture(scope="module")
def peers():
    """Meta and three peers."""
    return peer_table(["META", "GOOGL", "MSFT", "ORCL"], 2026).set_index("ticker")


def test_the_company_stands_first_on_its_reported_numbers(peers):
    meta = peers.iloc[0]
    assert (meta["label"], meta["capex_usd"]) == ("Meta Platforms, Dec 2025", 69.691e9)
    assert meta["capex_growth_ratio"] == pytest.approx(69.691 / 37.256 - 1)
    assert meta["compute_share_text"] == "21%–38%" and meta["coverage_text"] == "8%–21%"


def test_a_count_the_company_rounded_is_told_from_an_estimate(peers):
    assert list(peers.loc[["META", "MSFT"], "cuts_persons_is_rounded"]) == [False, True]


def test_a_gap_stays_a_gap(peers):
    assert peers.loc[["GOOGL", "ORCL"], ["cuts_persons", "coverage_text"]].isna().all(axis=None)
    assert peers.loc["MSFT", "compute_share_text"].endswith("(2024)"), "an older year is named"


def test_an_estimated_cut_is_marked(edit):
    for given in ("2026-06-10", "2026-09-10"):  # without guidance the last full year counts, with its estimated cut
        edit("guidance.csv", "guidance_id", f"ORCL.year.2027-05-31.{given}", span="other_year")
    peers = peer_table(["MSFT", "ORCL"], 2026).set_index("ticker")
    assert peers.loc["ORCL", "coverage_text"].endswith("*") and not peers.loc["MSFT", "coverage_text"].endswith("*")


def test_steps_of_capital_say_whether_they_are_guided(edit):
    edit("guidance.csv", "guidance_id", "GOOGL.year.2026-12-31.2026-07-22", low_usd="", kind="ceiling")
    steps = capital_steps(["META", "GOOGL", "MSFT"]).set_index("ticker")
    assert list(steps["is_guided"]) == [True, True, False]
    assert steps.loc["META", "label"] == "Meta Platforms, 2026 guided"
    assert steps.loc["GOOGL", "label"].endswith("guided at most") and steps.loc["MSFT", "label"].endswith("reported")
    assert tuple(steps.loc["META", ["low_usd", "high_usd"]]) == (130e9, 145e9)
    assert (steps["high_usd"] > steps["before_usd"]).all()
