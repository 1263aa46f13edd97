"""index.html: questions with their answers, then the companies."""

import pytest
from small_project import add_brief, answer, code, text

from analysis.publish.audit import audit_page
from analysis.publish.jobs import plan
from analysis.publish.manifest import load_manifest
from analysis.publish.run import run


@pytest.fixture(scope="module")
def index(project, tmp_path_factory):
    """The front page of a run with one failure."""
    project.add("second", text("# B"), code(answer("It fell to $1 & <more>.")), order=2, question="Did it <fall>?")
    project.add("first", text("# A"), code(answer("It rose.")), order=1)
    project.add("never", code("1 / 0"), order=3, question="Does it work?")
    add_brief(project, text("# Brief"), code(answer()))
    folder = tmp_path_factory.mktemp("out")
    manifest = load_manifest()
    run(manifest, plan(manifest), folder)
    return (folder / "index.html").read_text()


def test_each_question_stands_with_its_answer_in_order(index):
    marks = ['<a href="first.html">What about first?</a>', "It rose.",
             '<a href="second.html">Did it &lt;fall&gt;?</a>', "It fell to $1 &amp; &lt;more&gt;.",
             "<h2>Does it work?</h2>", "Not available: the last run failed",
             "What does each company spend?", "Hyperscalers", '<a href="company_brief-META.html">Meta Platforms</a>',
             "Internet", '<a href="company_brief-SNAP.html">Snap</a>',
             "Reports whose last run failed", "Does it work?: ZeroDivisionError: division by zero"]
    places = [index.index(mark) for mark in marks]
    assert places == sorted(places)


def test_it_promises_links_where_there_are_links(index):
    assert "On each page, every number links to its document." in index


def test_a_report_that_never_worked_is_no_link(index):
    assert 'href="never.html"' not in index


def test_it_says_how_far_the_data_reach(index):
    assert '<time datetime="2026-10-08">8 October 2026</time>' in index


def test_it_passes_the_audit_of_a_page(index):
    assert audit_page(index) == []
