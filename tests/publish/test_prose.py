"""Sentences turn with their numbers, carry their sources, and let nothing in the data mark up the page."""

import json
import math
from types import SimpleNamespace

import mistune
import pytest
from bs4 import BeautifulSoup

from analysis.errors import AnalysisError
from analysis.publish import citing
from analysis.publish import prose as p
from analysis.quantity import Quantity

HOSTILE = ('<img src=x onerror=alert(1)> [click](http://evil.example) **bold** `code` www.evil.example '
           'https://evil.example $1 and $2 & "quoted"')


def usd(value, *documents, basis="reported"):
    return Quantity(value, "usd", basis, documents or ("10-K",))


@pytest.fixture(autouse=True)
def page(monkeypatch):
    """Catch what is displayed: a list of (data, record). Documents cite themselves."""
    shown = []
    tracker = ("fyi", "A *tracker*", "Layoffs", "ODbL 1.0")
    sec = ("sec", "SEC EDGAR", 'The "10-K"', "")

    def citation(document):
        source, publisher, title, licence = tracker if document == "tracker" else sec
        return SimpleNamespace(source_id=source, publisher=publisher, title=title, licence=licence,
                               url=f"https://www.sec.gov/{document}?a=1&b=(2)")

    monkeypatch.setattr(citing.register, "citation", citation)
    monkeypatch.setattr(citing, "display",
                        lambda data, raw, metadata: shown.append((data, metadata["analysis"])))
    citing.forget()
    return shown


def html(output):
    return BeautifulSoup(mistune.html(output[0]["text/markdown"]), "html.parser")


# --- numbers

def test_formatters_write_what_a_reader_expects():
    ratio = Quantity(0.359, "ratio", "derived", ("10-K",))
    assert p.usd(usd(-1.2e9)).text == "−$1.2bn"
    assert p.percent(ratio).text == "35.9%"
    assert p.points(Quantity(0.041, "ratio")).text == "+4.1 percentage points"
    assert p.times(Quantity(2.4, "ratio")).text == "2.4 times"
    assert p.persons(Quantity(78865, "persons")).text == "78,865"
    assert p.count(Quantity(12, "firms")).text == "12"
    assert p.usd_range(usd(125e9), usd(145e9)).text == "$125bn–$145bn"
    assert (p.date("2026-04-29").text, p.month("2026-04-29").text, p.year(2025).text) == (
        "29 April 2026", "April 2026", "2025")
    assert p.signed(p.usd(usd(1.2e9))).text == "+$1.2bn"
    assert p.unsigned(p.usd(usd(-1.2e9))).text == "$1.2bn"


@pytest.mark.parametrize(("show", "quantity"), [
    (p.usd, Quantity(1, "persons")), (p.percent, usd(1)), (p.persons, Quantity(1, "ratio")),
    (p.count, usd(1)), (p.usd, 5.0), (p.usd, usd(math.nan)), (p.percent, Quantity(math.nan, "ratio")),
])
def test_the_wrong_unit_a_bare_number_or_a_missing_one_is_refused(show, quantity):
    with pytest.raises(AnalysisError):
        show(quantity)


def test_a_range_upside_down_is_refused():
    with pytest.raises(AnalysisError, match="above the high end"):
        p.usd_range(usd(145e9), usd(125e9))


def test_a_gap_is_said_only_through_if_disclosed():
    assert p.if_disclosed(usd(math.nan)) == "not disclosed"
    assert p.if_disclosed(usd(2e9)).text == "$2bn"


# --- words

def test_words_turn_with_the_sign():
    assert [p.rose_or_fell(usd(value)) for value in (1, -1, 0)] == ["rose", "fell", "was unchanged"]
    assert [p.more_or_less(usd(value)) for value in (1, -1, 0)] == ["more than", "less than", "as much as"]
    assert p.direction(usd(-1), up="grew", down="shrank", flat="stood still") == "shrank"


def test_what_counts_as_flat_is_the_callers_choice():
    small = Quantity(0.004, "ratio")
    assert p.rose_or_fell(small) == "rose"
    assert p.rose_or_fell(small, within=0.005) == "was unchanged"


def test_a_missing_change_has_no_direction():
    with pytest.raises(AnalysisError):
        p.rose_or_fell(usd(math.nan))


def test_ranks_lists_and_plurals():
    assert [p.rank_word(place) for place in (1, 2, 11, 22)] == [
        "the largest", "the second largest", "the 11th largest", "the 22nd largest"]
    assert p.rank_word(1, "smallest") == "the smallest"
    assert [p.and_list("ABC"[:size]) for size in (1, 2, 3)] == ["A", "A and B", "A, B and C"]
    assert [p.plural(number, "firm") for number in (0, 1, 2)] == ["firms", "firm", "firms"]
    for refused in (lambda: p.rank_word(0), lambda: p.and_list([])):
        with pytest.raises(AnalysisError):
            refused()


FORMS = {"good": ("is good", "are good"), "bad": ("is bad", "are bad")}


def test_a_tally_counts_each_word_in_the_order_of_its_forms():
    assert p.tally(["bad", "good", "bad"], FORMS) == "one is good and two are bad"
    assert p.tally(["bad"], FORMS) == "one is bad"
    for refused in ([], ["ugly"]):
        with pytest.raises(AnalysisError):
            p.tally(refused, FORMS)


# --- sentences

@pytest.mark.parametrize(("value", "verb"), [(2e9, "rose"), (-2e9, "fell")])
def test_the_sentence_flips_with_its_number(page, value, verb):
    change = usd(value)
    p.say("Spending {verb} by {amount}.", verb=p.rose_or_fell(change), amount=p.unsigned(p.usd(change)))
    assert page[0][1]["text"] == f"Spending {verb} by $2bn."
    assert html(page[0]).get_text().strip() == f"Spending {verb} by $2bn."
    assert page[0][1]["numbers"][0]["value"] == value


def test_a_number_carries_its_sources_in_the_metadata(page):
    quantity = usd(72.22e9, "10-K", "tracker", basis="derived")
    p.say("It spent {capex} in {year}.", capex=p.usd(quantity), year=p.year(2025))
    record = json.loads(json.dumps(page[0][1]))
    assert record["kind"] == "sentence" and record["documents"] == ["10-K", "tracker"]
    assert record["numbers"] == [{
        "key": "capex", "value": 72220000000, "unit": "usd", "text": "$72.2bn", "basis": "derived",
        "source_ids": ["sec", "fyi"],
        "urls": ["https://www.sec.gov/10-K?a=1&b=(2)", "https://www.sec.gov/tracker?a=1&b=(2)"]}]


def test_a_number_from_many_documents_links_to_the_list_of_sources(page):
    p.say("{one} a year.", one=p.usd(usd(2e9, "8-K", "10-Q", "10-K", "tracker", basis="derived")))
    (link,) = html(page[0]).find_all("a")
    assert link["href"] == "#sources-and-limits" and link["title"] == "derived from 4 documents"


def test_a_number_links_to_its_first_document_and_says_how_it_was_made(page):
    p.say("{one} or {two}.", one=p.usd(usd(1e9)), two=p.usd(usd(2e9, "8-K", "tracker", basis="derived")))
    first, second = html(page[0]).find_all("a")
    assert first["href"] == "https://www.sec.gov/10-K?a=1&b=%282%29"
    assert first["title"] == 'reported: SEC EDGAR, The "10-K"'
    assert second["title"] == "derived from 2 documents"


def test_both_ends_of_a_range_are_recorded_and_a_key_can_be_given(page):
    p.say("{guidance}", guidance=p.usd_range(usd(125e9), usd(145e9), key="capex_2026"))
    assert [(row["key"], row["value"]) for row in page[0][1]["numbers"]] == [
        ("capex_2026_low", 125_000_000_000), ("capex_2026_high", 145_000_000_000)]


@pytest.mark.parametrize(("template", "values", "message"), [
    ("{capx}", {"capex": "x"}, "capx.*given: capex"),
    ("Words.", {"capex": "x"}, "'capex' is given but"),
    ("{}", {}, "only plain names"),
    ("{a.text}", {"a": "x"}, "only plain names"),
    ("{a[0]}", {"a": "x"}, "only plain names"),
    ("{a!r}", {"a": "x"}, "only plain names"),
    ("{a:>9}", {"a": "x"}, "only plain names"),
    ("{a}", {"a": 5}, "carries no source"),
    ("{a}", {"a": 5.0}, "carries no source"),
    ("{a}", {"a": True}, "carries no source"),
    ("{a}", {"a": None}, "carries no source"),
    ("{a}", {"a": math.nan}, "carries no source"),
    ("{a}", {"a": usd(1)}, r"usd\(\)"),
    ("{a}", {"a": " "}, "missing value"),
    ("{a}", {"a": "nan"}, "missing value"),
    ("{a}", {"a": p.Shown("n/a", usd(math.nan))}, "is missing"),
])
def test_a_sentence_refuses_what_it_cannot_answer_for(page, template, values, message):
    with pytest.raises(AnalysisError, match=message):
        p.say(template, **values)
    assert page == []


def test_nothing_in_a_name_can_mark_up_the_page(page):
    p.say("{name} cut jobs at {name}.", name=HOSTILE)
    soup = html(page[0])
    assert soup.get_text().strip() == f"{HOSTILE} cut jobs at {HOSTILE}."
    assert soup.find(["a", "img", "strong", "em", "code"]) is None
    # what JupyterLab reads as a formula or turns into a link is not in the source at all
    assert all(text.count("$") < 2 for text in soup.find_all(string=True))
    source = page[0][0]["text/markdown"]
    assert "$" not in source and "www." not in source and "https:" not in source


@pytest.mark.parametrize("name", ["# Title", "1. First", "1) First", "- item", "+ item", "> quote", "---",
                                  "    code", "| a |", "Title\n==="])
def test_nothing_at_the_start_of_a_line_can_change_the_block(page, name):
    p.say("{name}", name=name)
    soup = html(page[0])
    assert [tag.name for tag in soup.find_all(True)] == ["p"] and soup.get_text().split() == name.split()


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "", "file:///etc/passwd"])
def test_only_web_addresses_become_links(monkeypatch, page, url):
    card = SimpleNamespace(source_id="s", publisher="P", title="T", url=url, licence="")
    monkeypatch.setattr(citing.register, "citation", lambda document: card)
    p.say("{a}", a=p.usd(usd(1e9)))
    p.limits_and_sources()
    assert html(page[0]).find("a") is None and html(page[0]).get_text().strip() == "$1bn"
    assert html(page[1]).find("a") is None and html(page[1]).find("strong").get_text() == "P"


def test_the_answer_is_marked_for_the_page_and_stays_markdown(page):
    p.answer("It spent {capex}.", capex=p.usd(usd(1e9)))
    assert page[0][1]["kind"] == "answer" and page[0][1]["text"] == "It spent $1bn."
    block = html(page[0]).find("div", class_="answer")
    assert block.find("p").get_text() == "It spent $1bn." and block.find("a")


def test_a_finding_is_a_sentence_that_other_pages_can_repeat(page):
    p.finding("It spent {capex}.", capex=p.usd(usd(1e9)))
    assert page[0][1]["kind"] == "finding" and page[0][1]["text"] == "It spent $1bn."
    assert html(page[0]).find("p").get_text() == "It spent $1bn."


def test_a_folded_sentence_shows_its_title_alone_and_keeps_its_links(page):
    p.say("Spent {spent}.", folded_under=f"Mixed: {HOSTILE}\n\n**x**", spent=p.usd(usd(2e9), key="spent_usd"))
    (data, record) = page[0]
    found = BeautifulSoup(mistune.html(data["text/markdown"]), "html.parser")
    assert " ".join(found.summary.get_text().split()) == f"Mixed: {HOSTILE} **x**"
    assert [link.get_text() for link in found.details.select("a")] == ["$2bn"]
    assert not found.select("img, b, strong, summary a")
    assert record["text"].endswith("Spent $2bn.") and record["numbers"][0]["key"] == "spent_usd"


def test_a_heading_is_plain_and_records_its_numbers(page):
    p.heading("{name}: {capex}", name="A *B*", capex=p.usd(usd(1e9)), level=2)
    soup = html(page[0])
    assert soup.find("h2").get_text() == "A *B*: $1bn" and soup.find(["a", "em"]) is None
    assert page[0][1]["kind"] == "heading" and page[0][1]["numbers"][0]["key"] == "capex"


def test_a_phrase_is_text_that_remembers_its_numbers(page):
    inner = p.phrase("{capex} in {year}", capex=p.usd(usd(1e9)), year=p.year(2025))
    outer = p.phrase("It spent {inner}.", inner=inner)
    assert outer == "It spent $1bn in 2025." and page == []
    assert outer.documents == ["10-K"] and [row["key"] for row in outer.numbers] == ["capex"]


# --- sources and limits

def test_the_last_cell_lists_each_document_once_by_source(page):
    p.say("{a} {b}", a=p.usd(usd(1e9, "tracker", "8-K")), b=p.usd(usd(2e9, "8-K", "10-K")))
    p.limits_and_sources("Layoffs are announced, not <b>realised</b>.")
    soup = html(page[-1])
    assert soup.find("h2").get_text() == "Sources and limits"
    heads = [tag.parent.get_text() for tag in soup.find_all("strong")]
    assert heads == ["A *tracker*: Layoffs. Licence: ODbL 1.0.", 'SEC EDGAR: The "10-K".']
    assert [tag.get_text() for tag in soup.find_all("a")] == [
        f"sec.gov/{name}?a=1&b=(2)" for name in ("tracker", "10-K", "8-K")]
    assert soup.find("a")["href"] == "https://www.sec.gov/tracker?a=1&b=%282%29"
    assert soup.find("li").get_text() == "Layoffs are announced, not <b>realised</b>."
    assert page[-1][1]["documents"] == ["10-K", "8-K", "tracker"]


def test_the_list_does_not_depend_on_the_order_of_citing(page):
    for order in (("10-K", "8-K"), ("8-K", "10-K")):
        citing.forget()
        citing.cite(order)
        p.limits_and_sources()
    assert page[0] == page[1]


def test_a_long_list_is_folded(page):
    citing.cite(f"doc{number:02}" for number in range(citing.LONG_LIST + 1))
    p.limits_and_sources()
    folded = html(page[0]).find("details")
    assert folded.find("summary").get_text() == "9 documents"
    assert len(folded.find_all("a")) == 9


def test_a_long_address_keeps_its_site_and_its_end(page, monkeypatch):
    card = SimpleNamespace(source_id="s", publisher="P", title="T", licence="",
                           url=f"https://www.sec.gov/{'deep/' * 30}report.htm")
    monkeypatch.setattr(citing.register, "citation", lambda document: card)
    citing.cite(["x"])
    p.limits_and_sources()
    assert html(page[0]).find("a").get_text() == "sec.gov/…/report.htm"


def test_a_limit_with_a_number_cites_it(page):
    firms = p.count(Quantity(3, "firms", "derived", ("8-K",)))
    p.limits_and_sources(p.phrase("Only {n} firms disclose.", n=firms))
    assert page[0][1]["documents"] == ["8-K"] and page[0][1]["numbers"][0]["value"] == 3
