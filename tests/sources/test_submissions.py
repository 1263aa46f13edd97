"""The SEC's list of filings, the index page of one, and what is refused of both."""

import json
from pathlib import Path

import pandas as pd
import pytest

from analysis.errors import DataRefused
from analysis.sources.headcount_day import days_in, years_in
from analysis.sources.submissions import document_text, folder_address, read_submissions, release_name

RECORDED = Path(__file__).parent / "recorded"
APPLE, RELEASE = "0000320193", "0000320193-26-000018"
LIST = (RECORDED / f"submissions_CIK{APPLE}.json").read_bytes()
INDEX = (RECORDED / f"filing_index_{RELEASE}.htm").read_bytes()


def changed(**fields) -> bytes:
    """The recorded list with other fields, those of filings.recent included."""
    whole = json.loads(LIST)
    recent = whole["filings"]["recent"]
    recent |= {name: value for name, value in fields.items() if name in recent}
    return json.dumps(whole | {name: value for name, value in fields.items() if name not in recent}).encode()


def test_the_recorded_list_is_read_side_by_side():
    listed = read_submissions(LIST, "320193")
    assert (listed.name, listed.tickers, listed.former_names) == ("Apple Inc.", ("AAPL",), ())
    annual = listed.filings.set_index("accession").loc["0000320193-25-000079"]
    assert (annual["form"], annual["document"]) == ("10-K", "aapl-20250927.htm")
    assert annual["report_date"] == pd.Timestamp("2025-09-27") < annual["filed_date"] == pd.Timestamp("2025-10-31")
    assert listed.filings["report_date"].isna().sum() == 1  # a 144 is about no period
    assert len(listed.filings) == 11


def test_former_names_have_their_last_day():
    tesla = [{"name": "TESLA MOTORS INC", "from": "2005-02-17T00:00:00.000Z", "to": "2017-01-27T00:00:00.000Z"}]
    listed = read_submissions(changed(formerNames=tesla), APPLE)
    assert listed.former_names == (("TESLA MOTORS INC", pd.Timestamp("2017-01-27")),)


@pytest.mark.parametrize(("content", "words"), [
    (b"<!DOCTYPE html><html>busy</html>", "a web page came instead"), (b"[]", "not the layout"),
    (b"{}", "not the layout"), (b"[" * 100_000, "not JSON"), (b"", "not JSON"), (changed(filings={}), "not the layout"),
    (changed(form="10-K"), "no list of texts"), (changed(form=[1] * 11), "no list of texts"),
    (changed(form=["10-K"]), "different lengths"), (changed(tickers=None), "no list of texts"),
    (changed(cik="789019"), "asked for the filer"), (changed(formerNames=["x"]), "not the layout"),
])
def test_another_layout_or_filer_is_refused(content, words):
    with pytest.raises(DataRefused, match=words):
        read_submissions(content, APPLE)


def test_the_release_is_found_on_the_recorded_index_page():
    assert release_name(INDEX, APPLE, RELEASE) == "a8-kex991q3202606272026.htm"
    assert folder_address(APPLE, RELEASE) == "https://www.sec.gov/Archives/edgar/data/320193/000032019326000018/"
    assert release_name(INDEX.replace(b"EX-99.1", b"EX-10.1"), APPLE, RELEASE) is None


@pytest.mark.parametrize("link", [
    b"https://evil.example/x.htm", b"//evil.example/x.htm", b"javascript:alert(1)", b"/etc/passwd",
    b"/Archives/edgar/data/320193/000032019326000018/../../../x.htm",
    b"/Archives/edgar/data/320193/000032019326000018/%2e%2e/x.htm",
    b"/Archives/edgar/data/320193/000032019326000099/x.htm", b"/Archives/edgar/data/320193/000032019326000018/x.pdf",
    b"/Archives/edgar/data/320193/000032019326000018/x.htm?y=1",
])
def test_a_link_that_leaves_the_folder_or_is_no_plain_name_is_passed_over(link):
    mine = b"/Archives/edgar/data/320193/000032019326000018/a8-kex991q3202606272026.htm"
    assert release_name(INDEX.replace(b'"' + mine, b'"' + link), APPLE, RELEASE) is None


def test_a_page_without_documents_is_no_index():
    with pytest.raises(DataRefused, match="lists no documents"):
        release_name(b"<html><body>Not found</body></html>", APPLE, RELEASE)


@pytest.mark.parametrize(("content", "words"), [
    ((RECORDED / "sec_rate_exceeded.html").read_bytes(), "a notice of the SEC"), (b"", "no text"),
    (b"%PDF-1.7 10-K", "no text"), (b"<html><body>We had 5 employees.</body></html>", "does not name its form"),
])
def test_what_is_no_annual_report_is_refused(content, words):
    with pytest.raises(DataRefused, match=words):
        document_text(content, is_annual=True)


@pytest.mark.parametrize("form", ["FORM 10-K", "Form&#160;10&#8209;K", "FORM 10‑K/A"])
def test_an_annual_report_names_its_form(form):
    assert form in document_text(f"<html><body>{form}</body></html>".encode(), is_annual=True)


@pytest.mark.parametrize(("sentence", "days"), [
    ("As of June 30, 2026, we employed 5 people.", ["2026-06-30"]), ("At 30 September 2025 we had 5.", ["2025-09-30"]),
    ("As of December 31, 2025 and 2024", ["2025-12-31"]), ("DECEMBER 31, 2025", ["2025-12-31"]),
    ("On Oct 1 2025 and Sept. 27, 2025", ["2025-09-27", "2025-10-01"]), ("As of February 30, 2026", []),
    ("In May 2026", []), ("A mayor 12, 2020", []),
])
def test_the_days_a_sentence_writes_out(sentence, days):
    assert [f"{day:%Y-%m-%d}" for day in days_in(sentence)] == days


def test_the_years_a_sentence_names():
    assert years_in("At the end of fiscal 2025 (2024: 1,999 people, or 2050 by 20251)") == {2025, 2024, 2050}
