"""Published series in the layouts their publishers use; what is no such file is refused."""

from pathlib import Path

import pytest

from analysis.errors import DataRefused
from analysis.sources.series_csv import read_fred, read_indeed

RECORDED = Path(__file__).parent / "recorded"
SA, NSA = "indeed_job_postings_index_SA", "indeed_job_postings_index_NSA"


@pytest.mark.parametrize(
    "header", [b"date,value", b"observation_date,USINFO", b"DATE,USINFO", b"\xef\xbb\xbfdate,value"])
def test_each_header_of_freds_files_is_read(header):
    rows = (RECORDED / "fred_USINFO.csv").read_bytes().split(b"\n", 1)[1]
    frame = read_fred(header + b"\n" + rows, "USINFO")
    assert list(frame.columns) == ["date", "value"] and frame.iloc[-1].tolist() == ["2026-07-01", "2780"]


def test_the_seasonally_adjusted_index_of_all_us_postings_is_read():
    content = (RECORDED / "indeed_aggregate_US.csv").read_bytes()
    more = content + b"2020-07-01,US,1,2,new postings\n2020-07-01,GB,3,4,total postings\n"
    frame = read_indeed(more, SA)
    assert len(frame) == content.count(b"\n") - 1 and frame.iloc[1].tolist() == ["2020-02-02", "100.03"]
    assert read_indeed(more, NSA).iloc[1]["value"] == "100.05"


@pytest.mark.parametrize(("content", "words"), [
    (b"", "not a CSV"),
    (b"<!DOCTYPE html><html>Access denied</html>", "a web page came instead"),
    (b"observation_date,PAYEMS\n2026-01-01,5\n", "expected the columns observation_date and USINFO, got .*PAYEMS"),
    (b"observation_date,USINFO,PAYEMS\n2026-01-01,5,6\n", "expected the columns"),
    (b"date,value\n", "without rows"),
    (b"date,value\n2026-01-01,5,6\n", "longer than its header"),
    (b"date,value\n2026-01-01,5\n2026-02-01,5,6\n", "not a CSV of a series"),
    (b"{}", "without rows"),
    (b"\xff\xfe\x00d", "not a CSV of a series"),
])
def test_what_is_no_file_of_the_series_is_refused(content, words):
    with pytest.raises(DataRefused, match=words):
        read_fred(content, "USINFO")


@pytest.mark.parametrize(("content", "words"), [
    (b"date,jobcountry,variable\n2020-02-01,US,total postings\n", f"no column {SA}"),
    (f"date,jobcountry,{SA},variable\n2020-02-01,GB,1,total postings\n".encode(), "no row of all postings in the US"),
])
def test_an_indeed_file_without_what_is_asked_is_refused(content, words):
    with pytest.raises(DataRefused, match=words):
        read_indeed(content, SA)
