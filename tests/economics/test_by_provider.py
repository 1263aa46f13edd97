"""A dearer provider makes owning look better, and nothing else changes from row to row."""

from analysis.economics.by_provider import by_provider
from analysis.economics.comparison import inference
from analysis.economics.options import simulate
from analysis.economics.renting import offers


def test_owning_wins_more_often_against_a_dearer_provider():
    comparison = inference("llama_3_1_70b", "h200_sxm", "fp8", 2000.0)
    rows = by_provider(comparison, "h200_sxm", "on_demand")
    assert list(rows["provider"]) == list(offers("h200_sxm", "on_demand")["provider"]) and len(rows) >= 5
    assert rows["rent_usd_per_hour"].is_monotonic_increasing
    assert rows["owned_wins_ratio"].is_monotonic_increasing and rows["saved_ratio"].is_monotonic_increasing
    whole = simulate(comparison).owned_wins("cloud_on_demand").value
    assert rows["owned_wins_ratio"].iloc[0] < whole < rows["owned_wins_ratio"].iloc[-1]
    assert all(rows["owned_wins_ratio_documents"].str.contains(rows["rent_usd_per_hour_documents"].iloc[0].split()[0]))\
        or rows["rent_usd_per_hour_documents"].nunique() > 1
