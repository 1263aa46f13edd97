"""What a page may not hold."""

import nbformat
import pytest
from nbformat.v4 import new_output
from small_project import code

from analysis.publish.audit import audit, audit_page

GOOD = '<img src="data:image/png;base64,AA" alt="Spending rises.">'


@pytest.mark.parametrize(
    ("html", "complaint"),
    [
        (GOOD.replace(' alt="Spending rises."', ""), "no description"),
        (GOOD.replace("Spending rises.", " "), "no description"),
        (GOOD.replace("Spending rises.", "No description has been provided for this image"), "no description"),
        ('<img alt="Spending rises.">', "not inside the page"),
        ('<img src="https://e.com/a.png" alt="Spending rises.">', "would load 'https://e.com/a.png'"),
        ('<link rel="stylesheet" href="a.css">', "would load 'a.css'"),
        ('<script src="https://cdn/x.js"></script>', "holds a <script>"),
        ("<script>1</script>", "holds a <script>"),
        ('<iframe src="https://e.com"></iframe>', "holds a <iframe>"),
        ('<p onclick="x()">a</p>', "script in onclick"),
        ('<img src="data:image/png;base64,AA" srcset="b.png 2x" alt="a">', "would load something"),
        ('<p style="background: url(https://e.com/a)">a</p>', "would load something"),
        ("<style>@import 'a.css';</style>", "style would load"),
        ("<style>p { background: url('a.png') }</style>", "style would load"),
    ],
)
def test_it_is_refused(html, complaint):
    assert any(complaint in problem for problem in audit_page(html)), audit_page(html)


@pytest.mark.parametrize(
    "html",
    [
        GOOD,
        '<a href="https://e.com">a</a>',
        '<link rel="icon" href="data:,">',
        "<style>p { background: url(data:image/png;base64,AA) }</style>",
        "<p>@import and url(a.png) in words</p>",
    ],
)
def test_it_is_allowed(html):
    assert audit_page(html) == []


def test_an_output_that_needs_scripts_is_refused_rather_than_shown_without_them():
    cell = code("x")
    cell.outputs = [new_output("display_data", data={"text/html": "<script>draw()</script><div></div>"})]
    assert audit(nbformat.v4.new_notebook(cells=[cell]), "") == ["cell 1: the page holds a <script>"]


def test_a_message_on_stderr_is_refused():
    cell = code("x")
    cell.outputs = [new_output("stream", name="stderr", text="FutureWarning: soon\n  x\n")]
    (problem,) = audit(nbformat.v4.new_notebook(cells=[cell]), "")
    assert problem == "cell 1: a warning or message on stderr: FutureWarning: soon"
