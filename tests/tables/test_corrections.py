"""Corrections apply, and fail loudly when the publisher has mended the error."""

import pandas as pd
import pytest

from analysis.errors import TableError
from analysis.tables.descriptor import read_text
from analysis.tables.read import read_table

TDY = "TDY.revenue.year.2016-01-03.1"


def test_a_better_value_replaces_the_wrong_one():
    raw = read_text("facts").set_index("fact_id").loc[TDY, "value"]
    mended = read_table("facts").set_index("fact_id").loc[TDY, "value"]
    assert (float(raw), mended) == (1020.4e6, 2298.1e6)


def test_a_negative_revenue_is_dropped():
    assert (read_text("facts")["fact_id"] == "WDC.revenue.quarter.2023-06-30.1").sum() == 1
    assert "WDC.revenue.quarter.2023-06-30.1" not in set(read_table("facts")["fact_id"])
    revenue = read_table("facts").query("concept == 'revenue'")
    assert (revenue["value"] >= 0).all()


def test_a_share_of_one_site_is_cleared():
    events = read_table("layoff_events").set_index("event_id")
    site = events[(events["ticker"] == "MSFT") & (events["announced_date"] == pd.Timestamp("2025-06-02"))].iloc[0]
    assert site["employees_cut_persons"] == 305 and pd.isna(site["share_ratio"])


def test_a_flag_is_added_to_the_doubt():
    flags = read_text("corrections").query("action == 'flag' and table == 'facts'")
    facts = read_table("facts").set_index("fact_id")
    for flag in flags.itertuples():
        if flag.key in facts.index:
            assert flag.new_value in facts.loc[flag.key, "doubt"]


def test_a_mended_error_stops_the_load(edit):
    edit("facts/annual.csv", "fact_id", TDY, value="2298100000")
    with pytest.raises(TableError, match=r"correction facts/TDY.*mended"):
        read_table("facts")


def test_a_record_about_a_row_that_is_gone_stops_the_load(data_copy):
    path = data_copy / "facts" / "annual.csv"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith(TDY)))
    with pytest.raises(TableError, match="no row"):
        read_table("facts")


def test_every_record_gives_a_reason_and_what_was_there():
    records = read_text("corrections")
    assert records["reason"].notna().all() and (records["reason"].str.len() > 15).all()
    changed = records[records["action"].isin(["replace", "clear"]) & records["column"].notna()]
    blank_before = changed[changed["expected"].isna()]
    assert (blank_before["action"] == "replace").all()
