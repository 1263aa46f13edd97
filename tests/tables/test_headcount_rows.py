"""Rows for headcounts that filings gave: what is new, how it is numbered, what it takes over from rows of its day."""

import pandas as pd

from analysis.tables.facts import BREAK, load_facts
from analysis.tables.headcount_rows import COLUMNS, headcount_rows, numbers_on_file


def found(*numbers: tuple[str, str, int, str, str]) -> pd.DataFrame:
    """Numbers as (ticker, day, persons, form, filing date), each in its own filing."""
    rows = [(ticker, pd.Timestamp(day), persons, form, f"000000000{place}-26-000001", pd.Timestamp(filed), "10-K text",
             f"We had {persons:,} people.", f"https://www.sec.gov/Archives/{place}.htm", "read by rule")
            for place, (ticker, day, persons, form, filed) in enumerate(numbers)]
    return pd.DataFrame(rows, columns=COLUMNS)


def test_a_second_hand_number_on_file_does_not_stand_in_the_way():
    on_file = load_facts(["AAPL"], ["headcount"]).set_index("period_end").loc["2025-09-27"]
    assert (on_file["value"], on_file["reading"]) == (166_000, "public_page")
    rows, documents = headcount_rows(found(("AAPL", "2025-09-27", 166_000, "10-K", "2025-10-31")))
    row = rows.iloc[0]
    assert row["fact_id"] == "AAPL.headcount.instant.2025-09-27.2" and row["value"] == "166000"
    assert (row["unit"], row["reading"], row["doubt"]) == ("persons", "filing_text", "read by rule")
    assert row["reported_as"] == "10-K text | We had 166,000 people."
    assert documents["url"].tolist() == ["https://www.sec.gov/Archives/0.htm"]
    assert row["document_id"] == documents["document_id"].iloc[0]


def test_the_number_of_a_dated_filing_is_on_file_already():
    assert ("NVDA", pd.Timestamp("2025-01-26"), 36_000) in numbers_on_file()
    rows, documents = headcount_rows(found(("NVDA", "2025-01-26", 36_000, "10-K", "2025-02-26")))
    assert rows.empty and documents.empty


def test_a_report_that_repeats_the_release_adds_nothing_and_another_number_is_one_more_reading():
    release = ("META", "2026-09-30", 75_000, "8-K", "2026-10-28")
    report = ("META", "2026-09-30", 75_000, "10-K", "2026-11-01")
    rows, _ = headcount_rows(found(report, release))
    assert rows[["form", "reading"]].to_numpy().tolist() == [["8-K", "press_release"]]
    rows, _ = headcount_rows(found(release, ("META", "2026-09-30", 75_100, "10-K", "2026-11-01")))
    assert rows["fact_id"].tolist() == [f"META.headcount.instant.2026-09-30.{number}" for number in (1, 2)]


def test_a_break_of_the_day_stays_with_its_new_reading():
    rows, _ = headcount_rows(found(("JBL", "2024-08-31", 138_000, "10-K", "2024-10-28")))
    assert rows["doubt"].tolist() == [f"read by rule; {BREAK}"]
    rows, _ = headcount_rows(found(("JBL", "2024-08-31", 138_000, "10-K", "2024-10-28")).assign(doubt=None))
    assert rows["doubt"].tolist() == [BREAK]


def test_nothing_found_is_no_row():
    rows, documents = headcount_rows(pd.DataFrame(columns=COLUMNS))
    assert rows.empty and documents.empty and "fact_id" in rows
