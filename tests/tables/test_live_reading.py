"""The live reading of recorded files is set beside the snapshot; a difference is explained by filings or not at all."""

import hashlib

import pandas as pd
import pytest

from analysis.paths import data_dir
from analysis.tables import live_reading as live
from analysis.tables.descriptor import read_text
from analysis.tables.read import read_table

CAPEX, DEPRECIATION = "META.capex.quarter.2024-03-31.1", "MSFT.depreciation.quarter.2025-06-30.1"


def differing(as_of: str = "latest") -> pd.DataFrame:
    rows = live.live_beside_snapshot(as_of)
    return rows[rows["kind"] != live.SAME]


def without_record_of_the_date(folder) -> None:
    path = folder / "corrections.csv"
    records = pd.read_csv(path, dtype="str", keep_default_na=False)
    records[records["key"] != DEPRECIATION].to_csv(path, index=False, lineterminator="\n")


def test_what_differs_is_explained_and_settled():
    rows = live.live_beside_snapshot()
    assert rows.groupby(["ticker", "kind", "now"]).size().to_dict() == {
        ("META", live.NOT_THERE, "taken in"): 9, ("META", live.SAME, live.SAME): 166,
        ("MSFT", live.OTHER_DAY, "corrected"): 1, ("MSFT", live.SAME, live.SAME): 179}
    why = differing()["explanation"]
    assert why.str.startswith("filed again").sum() == 3 and why.str.startswith("no filing gives").sum() == 6
    assert "6,216 million on 27 July 2023" in why.iloc[0]
    assert why.str.contains("shorter span was first filed on 29 April 2026").sum() == 1


def test_another_value_on_file_is_not_explained(edit):
    edit("facts/quarterly.csv", "fact_id", CAPEX, value="6400000001")
    changed = differing()
    changed = changed[changed["fact_id"] == CAPEX]
    assert changed[["kind", "explanation", "now"]].values.tolist() == [
        [live.OTHER_VALUE, live.NOT_EXPLAINED, "differs"]]
    assert changed["snapshot_millions"].tolist() == [6400.000001] and changed["live_millions"].tolist() == [6400]


def test_a_reported_number_that_the_snapshot_lacks_is_not_explained(data_copy):
    path = data_copy / "facts" / "quarterly.csv"
    facts = pd.read_csv(path, dtype="str", keep_default_na=False)
    facts[facts["fact_id"] != CAPEX].to_csv(path, index=False, lineterminator="\n")
    rows = differing()
    lost = rows[(rows["concept"] == "capex") & (rows["period_end"] == pd.Timestamp("2024-03-31"))]
    assert lost[["kind", "explanation", "now"]].values.tolist() == [[live.NOT_THERE, live.NOT_EXPLAINED, "differs"]]


def test_a_number_that_only_the_snapshot_has_is_not_explained(data_copy):
    path = data_copy / "xbrl_tags.csv"
    tags = pd.read_csv(path, dtype="str", keep_default_na=False)
    tags[tags["tag"] != "Depreciation"].to_csv(path, index=False, lineterminator="\n")
    rows = differing()
    gone = rows[(rows["ticker"] == "META") & (rows["concept"] == "depreciation")]
    assert set(gone["kind"]) == {live.ONLY_THERE} and set(gone["explanation"]) == {live.NOT_EXPLAINED}
    assert len(gone) > 10 and set(gone["now"]) == {"differs"}


def test_another_day_is_explained_only_by_the_filing_that_made_the_quarter_known(data_copy, edit):
    without_record_of_the_date(data_copy)
    assert differing().iloc[-1][["kind", "now"]].tolist() == [live.OTHER_DAY, "differs"]
    edit("facts/quarterly.csv", "fact_id", CAPEX, filed_date="2024-04-26")
    other = differing()
    other = other[other["fact_id"] == CAPEX]
    assert other[["kind", "explanation"]].values.tolist() == [[live.OTHER_DAY, live.NOT_EXPLAINED]]


def test_an_edition_compares_what_both_sides_knew_by_its_day():
    rows = live.live_beside_snapshot("2024-08-01")
    assert 0 < len(rows) < len(live.live_beside_snapshot())
    assert rows[["filed_date", "filed_date_snapshot"]].max().max() <= pd.Timestamp("2024-08-01")
    assert differing("2024-08-01")["period_end"].dt.strftime("%Y-%m-%d").tolist() == [
        "2023-06-30", "2023-06-30", "2023-09-30", "2024-06-30"]
    assert live.live_beside_snapshot("2020-01-01").empty


def test_nothing_recorded_is_nothing_compared(data_copy):
    for path in live.recorded_filers().values():
        path.unlink()
    assert live.live_beside_snapshot().empty and live.recorded_names() == []


@pytest.mark.parametrize("ticker", ["META", "MSFT"])
def test_a_recorded_file_is_small_and_the_one_that_was_taken_in(ticker):
    path = live.recorded_filers()[ticker]
    retrieved = read_text("retrievals").set_index("sha256")
    assert path.stat().st_size < 200_000 and data_dir() in path.parents
    row = retrieved.loc[hashlib.sha256(path.read_bytes()).hexdigest()]
    assert row["bytes_count"] == str(path.stat().st_size) and path.name in row["read_from"]


def test_no_quarter_by_difference_is_known_before_the_part_that_is_subtracted():
    key = ["ticker", "concept", "tag", "ended"]
    facts = read_table("facts")
    quarters = facts[(facts["span"] == "quarter") & facts["filed_date"].notna()]
    quarters = quarters.assign(tag=quarters["reported_as"].fillna("").str.split("|").str[0])
    stored = read_text("facts").set_index("fact_id")["filed_date"]  # a corrected day is that of a difference
    days = quarters.assign(ended=quarters["period_end"], first=pd.to_datetime(quarters["fact_id"].map(stored)))
    made = quarters[quarters["reported_as"].fillna("").str.contains("derived:", regex=False)]
    made = made.assign(ended=made["period_start"] - pd.Timedelta(days=1))
    both = made.merge(days.groupby(key)["first"].min().reset_index(), on=key)
    assert len(both) > 1000
    assert both.loc[both["filed_date"] < both["first"], "fact_id"].tolist() == []
