"""The analyst's command: candidates with their sentences, what is on file, and nothing written."""

import subprocess
import sys
from pathlib import Path

import pytest

from analysis.errors import AnalysisError, UnknownName
from analysis.refresh.headcount import LONGEST_SHOWN, headcount_report, last_headcount, needs_review, shown
from tests.refresh.conftest import RECORDED, tables

FILING = RECORDED / "nvda_10k_2025_human_capital.html"


def release(folder: Path, text: str) -> Path:
    path = folder / "release.txt"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_filing_is_shown_with_sentence_confidence_and_what_is_on_file():
    report = headcount_report(FILING, "NVDA", "2026-01-25")
    on_file = last_headcount("NVDA", "2026-01-25")
    assert "36,000  confidence 90%  whole, approximately, rounded_to_thousands" in report
    assert "we had approximately 36,000 employees in 38 countries" in report
    assert f"on file: {on_file['value']:,.0f} on {on_file['period_end']:%Y-%m-%d}" in report
    assert report.endswith("surest: 36,000; nothing was written")


@pytest.mark.parametrize(("persons", "review"), [(74, True), (76, False), (124, False), (126, True)])
def test_more_than_a_quarter_from_the_last_goes_to_review(persons, review):
    assert needs_review(persons, 100) is review
    assert needs_review(persons, None)


def test_a_far_number_is_said_to_be_for_review(tmp_path):
    path = release(tmp_path, "Headcount was 30,000 as of June 30, 2026.")
    report = headcount_report(path, "META", "2026-06-30")
    assert "for review (more than 25% from the one on file)" in report and "-6" in report


def test_the_last_headcount_is_of_the_day_or_before_never_after():
    early, late = last_headcount("META", "2016-01-01"), last_headcount("META", "2026-12-31")
    assert str(early["period_end"].date()) == "2015-12-31" and early["value"] < late["value"]
    assert last_headcount("META", "1999-12-31") is None


def test_a_text_without_a_number_says_so(tmp_path):
    report = headcount_report(release(tmp_path, "We make things."), "META", "2026-06-30")
    assert "0 numbers of people" in report and "no number of people was found" in report


def test_letters_that_steer_a_terminal_are_not_shown(tmp_path):
    path = release(tmp_path, "\x1b[2J\x1b]0;gone\x07We had 75,000 employees as of June 30, 2026.")
    assert "\x1b" not in headcount_report(path, "META", "2026-06-30")


def test_a_long_sentence_is_cut_around_its_number():
    long = "a " * 600 + "we had 75,000 employees" + " b" * 600
    cut = shown(long, 75_000)
    assert "we had 75,000 employees" in cut and len(cut) <= LONGEST_SHOWN + 4 and cut[0] == cut[-1] == "…"
    assert shown(long) == long and shown("we had 75,000", 75_000) == "we had 75,000"


def test_a_wrong_call_is_refused(tmp_path):
    with pytest.raises(UnknownName, match="nearest valid"):
        headcount_report(FILING, "NVDAX", "2026-01-25")
    with pytest.raises(AnalysisError, match="no day"):
        headcount_report(FILING, "NVDA", "January")
    with pytest.raises(AnalysisError, match="cannot be read"):
        headcount_report(tmp_path / "none.html", "NVDA", "2026-01-25")


def test_the_command_prints_and_writes_nothing(data_copy):
    before = tables(data_copy)
    command = [sys.executable, "-m", "analysis", "headcount", str(FILING), "--company", "NVDA", "--period-end",
               "2026-01-25"]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "surest: 36,000" in ended.stdout and tables(data_copy) == before
    assert not (data_copy / "raw").exists()
