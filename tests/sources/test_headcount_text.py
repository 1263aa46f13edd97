"""Headcounts in sentences that filers, releases and the press wrote, and in the HTML of a filing."""

import csv
import io
import time
from pathlib import Path

import pytest

from analysis.sources.filing_text import filing_sentences
from analysis.sources.headcount_text import headcount_candidates, headcount_of

RECORDED = Path(__file__).parent / "recorded"
SENTENCES = list(csv.DictReader(io.StringIO((RECORDED / "headcount_sentences.csv").read_text(encoding="utf-8"))))
NOT_THE_WHOLE = {"segment", "average", "employees_and_contractors"}
"""Kinds whose number is found, but never taken for the filer's headcount."""


@pytest.mark.parametrize("row", SENTENCES, ids=[f"{row['sentence_id']}-{row['kind']}" for row in SENTENCES])
def test_a_recorded_sentence_gives_its_number_and_what_it_is(row):
    found, surest = headcount_candidates(row["sentence"]), headcount_of(row["sentence"])
    if row["kind"] == "none":
        assert found == []
        return
    persons = int(row["employees_persons"])
    assert [row["kind"] in one.kinds for one in found if one.employees_persons == persons] == [True]
    assert (surest and surest.employees_persons) == (None if row["kind"] in NOT_THE_WHOLE else persons)


def test_the_recorded_sentences_have_every_shape():
    kinds = [row["kind"] for row in SENTENCES]
    assert len(SENTENCES) >= 70 and min(kinds.count(kind) for kind in ("none", "full_time", "segment", "whole")) >= 4
    assert {"approximately", "rounded_to_thousands", "part_time", "full_time_equivalent", "average"} <= set(kinds)
    assert all(row["source"] and row["filer"] for row in SENTENCES)


@pytest.mark.parametrize(("sentence", "kind"), [
    ("As of December 31, 2025, we had 2,300 employees and contractors.", "employees_and_contractors"),
    ("As of December 31, 2025, we had 2,300 full-time employees and independent contractors.",
     "employees_and_contractors"),
    ("We expect to have 2,300 employees at the end of 2027.", "planned"),
    ("We had 2,300 part-time employees as of December 31, 2025.", "part_time"),
    ("We had 2,300 employees in Ireland as of December 31, 2025.", "segment"),
    ("As of December 31, 2025, the average number of employees was 2,300.", "average"),
])
def test_what_is_no_headcount_of_the_whole_is_marked_and_never_sure(sentence, kind):
    (found,) = headcount_candidates(sentence)
    assert found.employees_persons == 2300 and kind in found.kinds and found.confidence_ratio < 0.5
    assert headcount_of(sentence) is None


@pytest.mark.parametrize("sentence", [
    "We hired 2,300 employees in 2025.", "The plan will affect approximately 2,300 employees.",
    "We laid off about 2,300 employees.", "In 2025 employees were asked.", "We had $2,300 employees loans.",
    "Some 45% of employees work from home.", "We had 2,300,000,000 people as customers.",
    "The reduction of approximately 2,300 employees is complete.", "We had 2,300 customers.",
])
def test_people_who_come_and_go_and_other_numbers_are_left_out(sentence):
    assert headcount_candidates(sentence) == []


@pytest.mark.parametrize(("sentence", "persons"), [
    ("As of December 31, 2024 and 2025, we had 1,000 and 2,000 employees, respectively.", 2000),
    ("As of December 31, 2025 and 2024, we had 2,000 and 1,000 employees, respectively.", 2000),
    ("At December 31, 2023, 2024 and 2025 we had 1,000, 2,000 and 3,000 employees.", 3000),
    ("At December 31, 2025, 2024 and 2023 we had 3,000, 2,000 and 1,000 employees.", 3000),
    ("As of January 31, 2024, we have approximately 2.1 million associates worldwide.", 2_100_000),
    ("Total employees as of the end of fiscal 2024 were approximately 26 thousand.", 26_000),
])
def test_the_later_year_and_words_of_scale_are_read(sentence, persons):
    assert headcount_of(sentence).employees_persons == persons


@pytest.mark.parametrize("words", ["over", "more than", "nearly", "At least"])
def test_a_bound_is_marked_and_less_sure(words):
    (found,) = headcount_candidates(f"As of December 31, 2025, we had {words} 2,300 employees.")
    assert "bound" in found.kinds and found.confidence_ratio == 0.7


def test_two_totals_that_are_equally_sure_are_not_chosen_from():
    text = "As of December 31, 2025, AEP had 17,581 employees.\n\nAs of December 31, 2025, AEPSC had 6,994 employees."
    assert [one.employees_persons for one in headcount_candidates(text)] == [17581, 6994]
    assert headcount_of(text) is None


def test_a_filing_as_html_gives_its_number_with_the_whole_sentence():
    """The file is cut from NVIDIA's 10-K of 26 February 2025, as stored in a public repository."""
    text = (RECORDED / "nvda_10k_2025_human_capital.html").read_text(encoding="utf-8")
    (found,) = headcount_candidates(text)
    assert found.employees_persons == 36_000 and found.confidence_ratio == 0.9
    assert found.sentence.startswith("As of the end of fiscal year 2025, we had")
    assert found.sentence.endswith("administrative positions.")


def test_the_hidden_header_scripts_and_styles_are_not_read():
    html = ("<html><head><title>9 employees</title></head><body><div style='display:none'><ix:header><ix:hidden>We had "
            "999,999 employees.</ix:hidden></ix:header></div><script>var x = 'We had 888,888 employees.'</script><p>We "
            "had <b>1,</b><b>234</b>&#160;employees as of December&nbsp;31, 2025.</p></body></html>")
    assert [one.employees_persons for one in headcount_candidates(html)] == [1234]


def test_paragraphs_and_short_forms_do_not_break_a_sentence():
    text = "Acme Inc. and its\nU.S. units had 500 employees.\n\nEmployees\n\nWe are proud. Dec. 31 was cold."
    assert filing_sentences(text) == ["Acme Inc. and its U.S. units had 500 employees.", "Employees", "We are proud.",
                                      "Dec. 31 was cold."]


@pytest.mark.parametrize("text", [
    "1,000 full-time " * 20_000, "number of " * 30_000, "headcount " * 30_000, "<p>" * 100_000, "<ix:header>" * 50_000,
    "1," * 100_000, "We had 5 employees. " * 5_000, " " * 300_000, "total employees as of 1 May 2024 " * 9_000,
], ids=["qualifiers", "number of", "headcount", "tags", "open headers", "digits", "many", "blanks", "dates"])
def test_hostile_text_takes_no_long_time(text):
    begun = time.process_time()
    headcount_candidates(text)
    assert time.process_time() - begun < 3
