"""index.html: the front page's content, questions with their answers by part of the argument, then the companies."""

import json
import re

import pytest
from bs4 import BeautifulSoup
from small_project import add_brief, answer, code, emit, number, text

from analysis import paths
from analysis.publish.audit import audit_page
from analysis.publish.index import health
from analysis.publish.jobs import plan
from analysis.publish.manifest import load_manifest
from analysis.publish.readme import BEGIN, END, FIGURES, stale, update
from analysis.publish.run import run

FINDING = emit({"text/markdown": "Capital rose."}, {"kind": "finding", "text": "Capital rose.", "numbers": [number()]})
READINGS = emit({"text/html": "<table><tr><td>mixed</td></tr></table>"}, {
    "kind": "table", "id": "readings", "columns": ["label", "verdict", "evidence"], "numbers": [], "documents": [],
    "rows": [{"label": "Cash", "verdict": "mixed", "evidence": "sums"}]})
PICTURE = ('<figure id="figure-levels"><img src="data:image/svg+xml;base64,PHN2Zy8+" alt="A line that rises from left '
           'to right."></figure>')
DRAWN = emit({"text/html": PICTURE}, {"kind": "figure", "id": "levels", "numbers": [], "documents": []})
SOURCES = emit({"text/markdown": "## Sources and limits\n\nOne source."}, {"kind": "sources", "documents": ["d1"]})


@pytest.fixture(scope="module")
def edition(project, tmp_path_factory):
    """The folder of a run with one failure."""
    project.part("told", "What is told?")
    project.part("open", "What is open?")
    project.add("front_page", text("# Does it pay?"), code(answer("Cannot tell.")), text("## How so?"),
                code(READINGS), code(FINDING), code(DRAWN), code(SOURCES), order=0, question="Does it pay?")
    project.add("second", text("# B"), code(answer("It fell to $1 & <more>.")), order=2, question="Did it <fall>?",
                part="told")
    project.add("first", text("# A"), code(answer("It rose.")), order=3, part="told")
    project.add("never", code("1 / 0"), order=1, question="Does it work?", part="open")
    project.add("loose", text("# C"), code(answer("It floats.")), order=4)
    add_brief(project, text("# Brief"), code(answer()))
    folder = tmp_path_factory.mktemp("out")
    manifest = load_manifest()
    run(manifest, plan(manifest), folder)
    return folder


@pytest.fixture(scope="module")
def index(edition):
    """The first page as text."""
    return (edition / "index.html").read_text()


def test_the_answer_opens_the_page_and_the_reports_stand_in_the_order_of_the_argument(index):
    marks = ["<h1", "Does it pay?", "Cannot tell.", "How so?", "Capital rose.", "All reports, by question",
             "What is told?", '<a href="second.html">Did it &lt;fall&gt;?</a>', "It fell to $1 &amp; &lt;more&gt;.",
             '<a href="first.html">What about first?</a>', "It rose.",
             "What is open?", "<h4>Does it work?</h4>", "Not available: the last run failed",
             '<a href="loose.html">', "What does each company spend?", "Hyperscalers",
             '<a href="company_brief-META.html">Meta Platforms</a>', "Internet",
             '<a href="company_brief-SNAP.html">Snap</a>', "Reports whose last run failed",
             "Does it work?: ZeroDivisionError: division by zero", "One source."]
    places = [index[index.index("<main"):].index(mark) for mark in marks]
    assert places == sorted(places)


def test_each_report_stands_once_with_date_freshness_and_health(index):
    page = BeautifulSoup(index, "html.parser")
    links = [link["href"] for link in page.select(".questions a[href$='.html'], .companies a[href$='.html']")]
    assert sorted(links) == ["company_brief-META.html", "company_brief-SNAP.html", "first.html", "loose.html",
                             "second.html"]
    for entry in page.select(".questions > li:has(a[href$='.html'])"):
        words = " ".join(entry.select_one(".state").text.split())
        assert words == ("Newest datum 30 July 2026, 70 days before the data end. 34 of 1,200 rows in doubt, "
                         "2 failed checks.")
    row = page.find("a", href="company_brief-SNAP.html").find_parent("tr")
    assert [cell.text for cell in row.select("td")] == ["2026-07-30", "70", "34", "2"]


def test_health_is_silent_where_nothing_was_recorded():
    assert health({}) == ""
    assert health({"rows": 5, "doubts": 0, "failed_checks": 1}) == "none of 5 rows in doubt, 1 failed check"


def test_the_code_of_the_front_page_stays_on_its_own_page(index, edition):
    assert "<details" not in index
    assert '<details class="code"' in (edition / "front_page.html").read_text()
    assert 'href="front_page.html"' in index and 'href="front_page.numbers.csv"' in index


def test_no_id_stands_twice(index):
    ids = re.findall(r'\sid="([^"]*)"', index)
    assert len(ids) == len(set(ids))


def test_without_a_front_page_the_index_says_what_the_project_is(edition, tmp_path):
    manifest = load_manifest()
    run(manifest, plan(manifest, ["first"], {"as_of": "2026-04-01"}), tmp_path)
    page = (tmp_path / "index.html").read_text()
    assert "<h1>Compute and people</h1>" in page and "every number links to its document" in page
    run(manifest, plan(manifest, ["front_page"], {"years": "3"}), tmp_path)
    assert "Cannot tell." not in (tmp_path / "index.html").read_text(), "an experiment is no front page"


def test_after_a_failure_the_page_that_stands_keeps_what_is_known_of_it(edition, project, tmp_path):
    manifest = load_manifest()
    run(manifest, plan(manifest, ["first"]), tmp_path)
    project.replace("first", code("1 / 0"))
    run(manifest, plan(manifest, ["first"]), tmp_path)
    project.replace("first", text("# A"), code(answer("It rose.")))
    record = json.loads((tmp_path / "run.json").read_text())["reports"]["first"]
    assert (record["outcome"], record["behind"]["newest"]) == ("failed", "2026-07-30")
    assert "The last run failed; this page is of an earlier run" in (tmp_path / "index.html").read_text()


def test_a_report_that_never_worked_is_no_link(index):
    assert 'href="never.html"' not in index


def test_it_says_how_far_the_data_reach(index):
    assert '<time datetime="2026-10-08">8 October 2026</time>' in index


def test_it_passes_the_audit_of_a_page(index):
    assert audit_page(index) == []


def test_the_readme_opens_with_the_front_page_and_drops_figures_it_no_longer_shows(edition, tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "root", lambda: tmp_path)
    (tmp_path / "README.md").write_text(f"{BEGIN}\nold\n{END}\n")
    old = tmp_path / FIGURES / "gone.levels.svg"
    old.parent.mkdir(parents=True)
    old.write_text("<svg/>")
    manifest = load_manifest()
    manifest.report = [one for one in manifest.report if one.id not in ("never",)]
    assert old in stale(manifest, edition)
    update(manifest, edition)
    written = (tmp_path / "README.md").read_text()
    marks = ["**Does it pay?** Cannot tell.", "- Cash: **mixed** (sums)", "Capital rose.",
             "![A line that rises from left to right.](docs/figures/front_page.levels.svg)", "<details>",
             "**What about first?** It rose.", "</details>"]
    places = [written.index(mark) for mark in marks]
    assert places == sorted(places)
    assert not old.exists() and stale(manifest, edition) == []
