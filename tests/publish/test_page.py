"""The page made of an executed notebook: readable, safe, the same each time."""

import re

import nbformat
import pytest
from nbformat.v4 import new_output
from small_project import code, text

from analysis.publish import markup
from analysis.publish.audit import audit_page
from analysis.publish.export import TEMPLATES, Page, render


def executed(*cells):
    """A notebook whose code cells are given as (source, outputs)."""
    made = []
    for cell in cells:
        if isinstance(cell, tuple):
            source, outputs = cell
            cell = code(source)
            cell.outputs = list(outputs)
        made.append(cell)
    return nbformat.v4.new_notebook(cells=made)


def shown(data, kind=None, **record):
    metadata = {"analysis": {"kind": kind, **record}} if kind else {}
    return new_output("display_data", data=data, metadata=metadata)


def page(*cells, **settings):
    return render(executed(*cells), Page(**({"question": "What is asked?", "data_date": "2026-10-08"} | settings)))


ANSWER = ("answer(...)", [shown({"text/markdown": '<div class="answer">\n\nSpending rose.\n\n</div>'}, "answer",
                                text="Spending rose.")])


def test_the_reader_meets_title_answer_contents_and_then_the_rest():
    made = page(code("setup = 1"), text("# How much?"), code("more = 2"), ANSWER, text("## Levels"), ("x", []))
    places = [made.index(mark) for mark in ("<h1", 'class="answer"', "On this page</summary>", "<summary>Code", "<h2")]
    assert places == sorted(places)
    assert "setup" in made and "more" in made, "the code is folded, not gone"


def test_the_title_is_the_first_heading_or_else_the_question():
    assert "<title>How much?</title>" in page(text("# How *much*?"))
    assert '<p class="kicker">What is asked?</p>' in page(text("# How much?"))
    made = page(text("no heading"))
    assert "<title>What is asked?</title>" in made
    assert '<h1>What is asked?</h1>' in made


def test_a_computed_heading_is_a_title_and_enters_the_contents():
    made = page(("t", [shown({"text/markdown": "# Spending rose"})]), ("s", [shown({"text/markdown": "## Why?"})]))
    assert "<title>Spending rose</title>" in made
    assert '<li class="level-2"><a href="#why">Why?</a></li>' in made


def test_equal_headings_get_different_addresses():
    made = page(text("## Levels\n\n## Levels\n\n## ∑"))
    assert [part for part in ("levels", "levels-2", "section") if f'<h2 id="{part}">' in made] == [
        "levels", "levels-2", "section"]


def test_the_page_says_its_language_its_date_and_where_the_rest_is():
    made = page(text("# A"), numbers_file="a.numbers.csv", rows_files=["a.x.csv", "a.y.csv"])
    assert '<html lang="en">' in made
    assert '<time datetime="2026-10-08">8 October 2026</time>' in made
    for link in ("index.html", "a.numbers.csv", "a.x.csv", "a.y.csv"):
        assert f'<a href="{link}">' in made


def test_settings_that_differ_from_the_usual_are_told():
    assert "years = 3" in page(text("# A"), parameters={"years": 3})


HOSTILE = '<script>alert(1)</script><img src=x onerror=alert(1)>"><iframe src="https://e.com"></iframe>'


@pytest.mark.parametrize("where", ["markdown", "html", "markdown output", "text", "question", "answer", "parameters"])
def test_nothing_hostile_gets_through(where):
    cells = {
        "markdown": [text(HOSTILE)],
        "html": [("x", [shown({"text/html": HOSTILE})])],
        "markdown output": [("x", [shown({"text/markdown": HOSTILE})])],
        "text": [("x", [new_output("stream", name="stdout", text=HOSTILE)])],
        "answer": [("x", [shown({"text/markdown": "a"}, "answer", text=HOSTILE)])],
    }.get(where, [text("a")])
    made = page(*cells, **({"question": HOSTILE} if where == "question" else {}),
                **({"parameters": {"x": HOSTILE}} if where == "parameters" else {}))
    for tag in ("<script", "<iframe", "onerror=alert(1)>"):
        assert tag not in made


@pytest.mark.parametrize("address", ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "file:///etc/passwd",
                                     "//e.com/x", "vbscript:x", "mailto:a@e.com", "../up.html"])
def test_only_web_addresses_stay_links(address):
    made = page(text(f"[words]({address})"), ("x", [shown({"text/html": f'<a href="{address}">words</a>'})]))
    assert address not in made
    assert made.count(">words</a>") == 2


def test_web_addresses_stay_links():
    made = page(text("[words](https://www.sec.gov/a?b=1&c=2)"))
    assert '<a href="https://www.sec.gov/a?b=1&amp;c=2">words</a>' in made


def test_dollars_are_dollars():
    assert "from $115bn to $135bn" in page(text("from $115bn to $135bn"))


def test_a_table_scrolls_by_itself_and_a_framed_one_is_left_alone():
    made = page(text("|a|b|\n|-|-|\n|1|2|"))
    assert '<div class="table-scroll" tabindex="0" role="region" aria-label="Table"><table>' in made
    framed = '<div class="table-scroll" tabindex="0" role="region" aria-label="Spending"><table></table></div>'
    assert page(("x", [shown({"text/html": framed})])).count('<div class="table-scroll"') == 1


def test_pictures_are_inside_the_page_with_their_descriptions():
    output = new_output("display_data", data={"image/png": "AA\nAA"}, metadata={"image/png": {"alt": 'A "rise"'}})
    assert '<img src="data:image/png;base64,AAAA" alt="A &quot;rise&quot;">' in page(("x", [output]))
    drawn = page(("x", [shown({"image/svg+xml": "<svg><script>1</script></svg>"})]))
    assert "data:image/svg+xml;base64," in drawn and "<script" not in drawn


def test_what_differs_between_runs_is_left_out():
    one, other = (page(("x", [new_output("stream", name="stdout", text=printed)])) for printed in (
        "<object at 0x7fe59458ff60> /tmp/ipykernel_11/22.py:1 \x1b[31mred\x1b[0m",
        "<object at 0x7fe000000000> /var/tmp/ipykernel_9/7.py:1 \x1b[31mred\x1b[0m"))
    assert one == other


def test_cell_ids_are_places_not_accidents():
    one, other = (page(text("# A"), ("x", [shown({"text/markdown": "b"})])) for _ in range(2))
    assert one == other
    assert 'id="c001"' in one


def test_tags_remove_cells_inputs_and_outputs():
    cells = [code("gone = 1", "remove-cell"), code("hidden = 1", "remove-input"), code("kept = 1", "remove-output")]
    for cell in cells:
        cell.outputs = [new_output("stream", name="stdout", text=f"out of {cell.source}")]
    made = page(*cells)
    assert "gone" not in made and "kept</span>" in made
    assert "out of hidden" in made and "out of kept" not in made


def test_every_page_passes_its_own_audit():
    assert audit_page(page(text("# A\n\n[b](https://e.com)"), ANSWER)) == []


def test_the_style_asks_for_nothing_from_elsewhere_and_is_small():
    style = (TEMPLATES / "style.css").read_text()
    assert "url(" not in style and "@import" not in style
    assert len(style) < 12_000


def luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_text_stands_out_from_its_paper(scheme):
    blocks = re.findall(r":root \{(.*?)\}", (TEMPLATES / "style.css").read_text(), re.DOTALL)
    tones = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", blocks[scheme]))
    papers = {"alarm": ("alarm-paper",)}
    for name in ("ink", "muted", "accent", "alarm", "code-string", "code-number", "code-word"):
        for paper in papers.get(name, ("paper", "quiet")):
            high, low = sorted((luminance(tones[name]), luminance(tones[paper])), reverse=True)
            assert (high + 0.05) / (low + 0.05) >= 4.5, (name, paper)


def test_markdown_that_is_broken_html_closes_itself():
    assert markup.from_markdown("<div><b>x").count("</div>") == 1
