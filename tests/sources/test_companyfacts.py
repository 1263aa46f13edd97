"""The SEC's layout, read as it is: recorded files of two filers, and files that are something else."""

import json

import pandas as pd
import pytest

from analysis.errors import DataRefused
from analysis.paths import root
from analysis.sources.companyfacts import read_companyfacts, read_filer
from analysis.sources.spans import quarters_by_difference, with_spans

RECORDED = root() / "data" / "recorded" / "companyfacts"
META, MSFT = "0001326801", "0000789019"


def recorded(cik: str) -> bytes:
    return (RECORDED / f"CIK{cik}.json").read_bytes()


def made(entries: list[dict], tag: str = "Revenues", unit: str = "USD") -> bytes:
    facts = {"us-gaap": {tag: {"units": {unit: entries}}}}
    return json.dumps({"cik": 1, "entityName": "Firm", "facts": facts}).encode()


def entry(start: str | None, end: str, val: float, filed: str, form: str = "10-Q", accn: str = "a") -> dict:
    return {"end": end, "val": val, "filed": filed, "form": form, "accn": accn, "fy": 1999, "fp": "FY"} | (
        {"start": start} if start else {})


def test_a_recorded_file_gives_each_reading_with_its_filing():
    rows = read_companyfacts(recorded(META), META)
    capex = rows[(rows["tag"] == "PaymentsToAcquirePropertyPlantAndEquipment")
                 & (rows["period_start"] == "2025-01-01") & (rows["period_end"] == "2025-12-31")]
    assert capex[["value", "form", "accession"]].iloc[0].tolist() == [69_691_000_000, "10-K", "0001628280-26-003942"]
    assert "Assets" in read_filer(recorded(META), META).tags


@pytest.mark.parametrize(("content", "says"), [
    (b"<!DOCTYPE html><html>Undeclared automated tool</html>", "a web page came instead"),
    (b"", "not JSON"), (b"{", "not JSON"), (b"{}", "without the fields"), (b"[]", "without the fields"),
    (b'{"cik": 1, "facts": []}', "without the fields"), (b'{"cik": 1, "facts": {"us-gaap": []}}', "no units"),
    (b'{"cik": 1, "facts": {"us-gaap": {"Revenues": {"label": "x"}}}}', "no units"), (b"[" * 100_000, "not JSON"),
], ids=["html", "empty", "cut", "no fields", "list", "facts list", "taxonomy list", "no units", "deep"])
def test_what_is_no_company_facts_file_is_refused(content, says):
    with pytest.raises(DataRefused, match=says):
        read_companyfacts(content, "1")


def test_another_filers_file_is_refused():
    with pytest.raises(DataRefused, match="asked for the filer 0000789019, got 1326801"):
        read_companyfacts(recorded(META), MSFT)


def test_a_trailing_year_in_a_quarterly_report_is_no_fiscal_year():
    rows = read_companyfacts(made([
        entry("2024-01-01", "2024-12-31", 100, "2025-02-01", "10-K"),
        entry("2024-04-01", "2025-03-31", 110, "2025-05-01")]), "1")
    assert with_spans(rows)["value"].tolist() == [100]


def test_spans_are_told_by_their_length_and_others_left_out():
    rows = read_companyfacts(made([
        entry(None, "2025-03-31", 1, "2025-05-01"), entry("2025-01-01", "2025-03-31", 2, "2025-05-01"),
        entry("2025-01-01", "2025-06-30", 3, "2025-08-01"), entry("2025-01-01", "2025-09-30", 4, "2025-11-01"),
        entry("2025-01-01", "2025-01-31", 5, "2025-02-01"),
        entry("2024-02-02", "2025-02-01", 6, "2025-03-01", "10-K")]), "1")
    assert dict(with_spans(rows)[["value", "span"]].itertuples(index=False)) == {
        1: "instant", 2: "quarter", 3: "half", 4: "nine_months", 6: "year"}


def test_a_quarter_is_the_difference_of_spans_of_one_vintage():
    rows = with_spans(read_companyfacts(made([
        entry("2024-01-01", "2024-03-31", 10, "2024-05-01"), entry("2024-01-01", "2024-06-30", 25, "2024-08-01"),
        entry("2024-01-01", "2024-03-31", 9, "2025-05-01"), entry("2024-01-01", "2024-06-30", 22, "2025-08-01")]), "1"))
    made_quarters = quarters_by_difference(rows).sort_values("filed_date")
    assert made_quarters["value"].tolist() == [15, 13]  # 25 - 10 as first filed, 22 - 9 as restated
    assert made_quarters["period_start"].unique().tolist() == [pd.Timestamp("2024-04-01")]
    assert made_quarters["derived"].unique().tolist() == ["6M-3M"]
