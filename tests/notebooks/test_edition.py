"""Every entry of the manifest runs, and what it publishes is whole, cited and readable."""

import csv
import json
import re

import pytest
from bs4 import BeautifulSoup

from analysis.publish.manifest import load_manifest
from analysis.publish.readme import stale
from analysis.tables.coverage import companies_with_enough_data
from tests.notebooks.conftest import words

UNIT_AT_THE_END = re.compile(
    r"_(usd|ratio|persons|count|per_person|years|hours|gb|kw|mw|gw|twh|usd_per_\w+|tokens_per_second)(_low|_high)?$")
SINGLE = [report.id for report in load_manifest().report if not report.for_each]


def numbers(edition, report_id) -> dict[str, dict]:
    with (edition / f"{report_id}.numbers.csv").open(encoding="utf-8") as stream:
        return {row["key"]: row for row in csv.DictReader(stream)}


def test_every_report_is_published(edition):
    record = json.loads((edition / "run.json").read_text())
    assert {one["outcome"] for one in record["reports"].values()} == {"ok"}
    assert len(SINGLE) >= 5
    briefs = {path.stem.removeprefix("company_brief-") for path in edition.glob("company_brief-*.html")}
    assert briefs == set(companies_with_enough_data()) and len(briefs) >= 60
    for report_id in SINGLE:
        assert (edition / f"{report_id}.html").exists() and numbers(edition, report_id)


def test_every_number_has_unit_basis_and_source(edition):
    for path in sorted(edition.glob("*.numbers.csv")):
        with path.open(encoding="utf-8") as stream:
            for row in csv.DictReader(stream):
                assert row["key"] and row["unit"] and row["basis"], (path.name, row)
                assert UNIT_AT_THE_END.search(row["key"]), (path.name, row)
                assert float(row["value"]) == float(row["value"]), (path.name, row)
                assert row["source_ids"] or row["basis"] == "scenario", (path.name, row)


def test_the_story_of_2026_is_in_the_numbers(edition):
    found = numbers(edition, "meta_2026")
    expected = {
        "meta_cuts_persons": 8_000, "meta_openings_cancelled_count": 6_000,
        "meta_guidance_2026_04_29_usd_low": 125e9, "meta_guidance_2026_04_29_usd_high": 145e9,
        "meta_guidance_2026_07_29_usd_low": 130e9, "meta_guidance_2026_07_29_usd_high": 145e9,
        "meta_capex_usd": 69.691e9, "meta_capex_with_finance_leases_usd": 72.215e9,
    }
    assert {key: float(found[key]["value"]) for key in expected} == expected
    assert all(found[key]["urls"].startswith("http") and found[key]["source_ids"] for key in expected)


def test_every_page_is_self_contained_and_speaks(edition):
    for path in sorted(edition.glob("*.html")):
        page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        assert page.html["lang"] == "en" and page.title.text.strip()
        loaded = [tag.get("src") or tag.get("href") for tag in page.select("script[src], link[href], img[src], iframe")]
        assert all(address.startswith("data:") for address in loaded), path.name
        for image in page.select("img"):
            assert len(image["alt"]) >= 40 and "No description has been provided" not in image["alt"], path.name
        assert all(re.match(r"https?://|#|[\w.-]+\.(html|csv)", link["href"]) for link in page.select("a[href]"))
        for code in page.select("pre"):
            code.decompose()
        assert not re.search(r"\b(nan|NaN|NaT)\b", page.get_text()), path.name
        assert not page.find(["td", "th"], string=re.compile(r"^(None|<NA>)$")), path.name


@pytest.mark.parametrize("report_id", SINGLE)
def test_a_page_answers_shows_and_lists_its_sources(edition, report_id):
    page = BeautifulSoup((edition / f"{report_id}.html").read_text(encoding="utf-8"), "html.parser")
    assert page.h1.text.strip() and page.select(".answer")
    assert page.select("figure img") and page.find(string=re.compile("Sources and limits"))
    assert page.find(string=re.compile("What would change our mind"))
    assert page.select('a[href^="https://"]')


def test_each_figure_and_table_has_its_rows_beside_the_page(edition):
    for report_id in SINGLE:
        page = BeautifulSoup((edition / f"{report_id}.html").read_text(encoding="utf-8"), "html.parser")
        shown = [tag["id"].split("-", 1)[1] for tag in page.select("[id^=figure-], [id^=table-]")]
        assert shown
        for name in shown:
            assert (edition / f"{report_id}.{name}.csv").stat().st_size > 0, (report_id, name)


def test_the_index_leads_to_every_page(edition):
    page = BeautifulSoup((edition / "index.html").read_text(encoding="utf-8"), "html.parser")
    links = {link["href"] for link in page.select("a[href]")}
    assert {path.name for path in edition.glob("*.html")} - {"index.html"} <= links


def rows(edition, name) -> list[dict]:
    with (edition / f"{name}.csv").open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_the_front_page_gives_the_verdicts_of_the_verdicts_page(edition):
    named = ("label", "verdict", "questions_count", "told_count")
    front, verdicts = ([[row[name] for name in named] for row in rows(edition, f"{report}.readings")]
                       for report in ("front_page", "verdicts"))
    assert front == [row for row in verdicts if not row[0].startswith("Premise")] and len(front) == 4
    shown = {row["label"]: row["evidence"] for row in rows(edition, "front_page.readings")}
    for row in rows(edition, "verdicts.verdicts"):
        if row["reading"] in ("cash_funding", "profit_offset"):
            assert row["estimate_text"] in shown[row["reading_label"]]


def test_the_budget_page_and_the_verdict_on_cash_say_the_same(edition):
    word = next(row["verdict"] for row in rows(edition, "verdicts.readings") if row["label"].startswith("Cash"))
    answers = {"mixed": "only in part", "contradicted": "no", "supported": "for the most part"}
    page = words(edition / "budget_tradeoff.html")
    assert f"In cash, {answers[word]}:" in page and f"by the middle of the range alone: in cash {word}." in page


def test_the_answer_and_the_figure_name_the_same_choice_as_moving_the_estimate_most(edition):
    page = words(edition / "robustness.html")
    (choice,) = set(re.findall(r'moves the estimate most is "([^"]+)"', page))
    assert f"{choice.capitalize()} instead of the first choice moves the estimate most" in page


def test_a_count_that_its_company_rounded_is_marked_so_and_not_as_an_estimate(edition):
    for name, cell in (("front_page", "16,000"), ("claims", "4,800 people")):
        page = BeautifulSoup((edition / f"{name}.html").read_text(encoding="utf-8"), "html.parser")
        marks = [mark.text for mark in page.select("td sup") if mark.parent.text.startswith(cell)]
        assert marks and set(marks) == {"≈"}, name


def test_the_claims_open_with_a_verdict_on_each_and_fold_their_evidence(edition):
    page = BeautifulSoup((edition / "claims.html").read_text(encoding="utf-8"), "html.parser")
    listed = len(page.select("#table-claims_1 tbody tr")) + len(page.select("#table-claims_2 tbody tr"))
    assert f"Of {listed} claims" in " ".join(page.select_one(".answer").text.split())
    assert [one.text for one in page.select("main h2")][0] == "What is the verdict on each?"
    assert len(page.select("details.fold:not([open])")) > 40 and page.select_one("details.fold #table-tests")


def test_the_index_opens_with_the_front_page_and_lists_each_report_once(edition):
    page = BeautifulSoup((edition / "index.html").read_text(encoding="utf-8"), "html.parser")
    front = BeautifulSoup((edition / "front_page.html").read_text(encoding="utf-8"), "html.parser")
    assert page.h1.text == front.h1.text and page.select_one(".answer").text == front.select_one(".answer").text
    listed = [link["href"] for link in page.select(".questions h4 a, .companies th a")]
    assert len(listed) == len(set(listed))
    assert set(listed) == {path.name for path in edition.glob("*.html")} - {"index.html", "front_page.html"}
    entries = page.select(".questions > li")
    assert len(entries) == len(SINGLE) - 1
    assert all(re.search(r"Newest datum .+, \d+ days? before the data end\. .+ rows in doubt", entry.text)
               for entry in entries)
    cells = [[cell.text for cell in row.select("td")] for row in page.select(".companies tr")
             if row.select("th a")]
    assert len(cells) >= 60 and all(re.fullmatch(r"\d{4}-\d\d-\d\d", row[0]) for row in cells)


def test_the_readme_is_current(edition):
    assert stale(load_manifest(), edition) == [], "run `make report readme` and commit the result"


def test_the_edition_of_a_day_knows_nothing_later(edition_of_april):
    pages = {path.stem: words(path) for path in edition_of_april.glob("*.html")}
    assert {"capex_cycle", "compute_and_people", "meta_2026", "data_health", "company_brief-META"} <= set(pages)
    del pages["data_health"]  # its list of corrections is today's: a past edition is rebuilt with them
    for later in ("8,000", "$145bn", "29 April 2026", "20 May 2026", "July 2026", "2026Q1"):
        whole = re.compile(rf"(?<![\d,]){re.escape(later)}")  # 158,000 is another number
        assert [name for name, text in pages.items() if whole.search(text)] == [], later
    found = numbers(edition_of_april, "meta_2026")
    assert float(found["meta_guidance_latest_usd_low"]["value"]) == 115e9
    assert float(found["meta_guidance_latest_usd_high"]["value"]) == 135e9
