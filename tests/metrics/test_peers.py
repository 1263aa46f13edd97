"""A place among peers: the same group, the same year, no stale headcount."""

import pandas as pd
import pytest

from analysis import data_date, load_companies
from analysis.errors import UnknownName
from analysis.metrics.peers import LEAST_PEERS, peer_median, peer_ranks, peers_of, rank_quantity

FRESH = data_date() - pd.DateOffset(months=6)
STALE = data_date() - pd.DateOffset(months=19)
CHIPS = ["AMD", "INTC", "NVDA", "QCOM", "TXN"]


def panel(column: str, values: dict[str, float], when: pd.Timestamp = FRESH) -> pd.DataFrame:
    """One row per ticker in one calendar year."""
    return pd.DataFrame({
        "ticker": list(values), "period_end": when, "calendar_year": 2025, column: list(values.values()),
        f"{column}_basis": "derived", f"{column}_documents": [ticker.lower() for ticker in values],
    })


def rank(frame: pd.DataFrame, ticker: str, column: str) -> pd.Series:
    return peer_ranks(frame, ticker, [column]).iloc[0]


def test_the_place_is_counted_from_the_top_and_the_percentile_from_the_others():
    frame = panel("capital_intensity_ratio", dict(zip(CHIPS, (0.5, 0.4, 0.3, 0.2, 0.1), strict=True)))
    found = rank(frame, "INTC", "capital_intensity_ratio")
    assert (found["position"], found["firms_count"], found["percentile_ratio"]) == (2, 5, 0.75)
    assert rank_quantity(found).documents == ("intc",)


def test_a_tie_counts_half():
    frame = panel("capital_intensity_ratio", dict.fromkeys(CHIPS, 0.3))
    found = rank(frame, "AMD", "capital_intensity_ratio")
    assert (found["position"], found["percentile_ratio"]) == (1, 0.5)


def test_other_groups_are_no_peers():
    frame = panel("capital_intensity_ratio", dict(zip([*CHIPS, "META"], (0.5, 0.4, 0.3, 0.2, 0.1, 0.9), strict=True)))
    assert rank(frame, "AMD", "capital_intensity_ratio")["position"] == 1


def test_too_few_peers_give_no_rank():
    frame = panel("capital_intensity_ratio", dict(zip(CHIPS[:LEAST_PEERS], (0.4, 0.3, 0.2, 0.1), strict=True)))
    assert peer_ranks(frame, "AMD", ["capital_intensity_ratio"]).empty


def test_the_newest_year_with_enough_peers_is_used():
    older = panel("capital_intensity_ratio", dict.fromkeys(CHIPS, 0.3))
    newest = panel("capital_intensity_ratio", {"AMD": 0.9}).assign(calendar_year=2026)
    assert rank(pd.concat([older, newest]), "AMD", "capital_intensity_ratio")["calendar_year"] == 2025


@pytest.mark.parametrize("column", ["revenue_per_employee_usd_per_person", "headcount_growth_ratio"])
def test_a_stale_headcount_is_not_ranked(column):
    values = dict(zip(CHIPS, (5.0, 4.0, 3.0, 2.0, 1.0), strict=True))
    assert peer_ranks(panel(column, values, STALE), "AMD", [column]).empty
    assert len(peer_ranks(panel(column, values), "AMD", [column])) == 1


def test_a_peer_with_a_stale_headcount_does_not_count():
    column = "revenue_per_employee_usd_per_person"
    frame = panel(column, dict(zip([*CHIPS, "MU"], (5.0, 4.0, 3.0, 2.0, 1.0, 9.0), strict=True)))
    frame.loc[frame["ticker"] == "MU", "period_end"] = STALE
    found = rank(frame, "AMD", column)
    assert (found["position"], found["firms_count"]) == (1, 5)


def test_a_ratio_without_headcount_may_be_old():
    frame = panel("capital_intensity_ratio", dict.fromkeys(CHIPS, 0.3), STALE)
    assert len(peer_ranks(frame, "AMD", ["capital_intensity_ratio"])) == 1


def test_the_median_is_that_of_the_other_firms():
    frame = panel("capital_intensity_ratio", dict(zip(CHIPS, (0.9, 0.1, 0.2, 0.3, 0.4), strict=True)))
    median = peer_median(frame, "AMD", "capital_intensity_ratio").iloc[0]
    assert (median["capital_intensity_ratio"], median["firms_count"]) == (pytest.approx(0.25), 4)
    assert median["capital_intensity_ratio_documents"].split() == ["intc", "nvda", "qcom", "txn"]


def test_no_median_over_too_few_firms():
    frame = panel("capital_intensity_ratio", dict(zip(CHIPS[:LEAST_PEERS], (0.9, 0.1, 0.2, 0.3), strict=True)))
    assert peer_median(frame, "AMD", "capital_intensity_ratio").empty


def test_peers_share_the_group_and_a_mixed_group_has_none():
    groups = load_companies().set_index("ticker")["peer_group"]
    assert set(peers_of("NVDA")) == set(groups.index[groups == "semiconductors"])
    assert peers_of("TSLA") == ["TSLA"]
    with pytest.raises(UnknownName, match="NVDA"):
        peers_of("NVDAA")
