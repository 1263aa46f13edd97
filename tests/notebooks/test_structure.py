"""A notebook argues and the package computes: no functions, no typed numbers, no outputs."""

import ast
import re
from pathlib import Path

import nbformat
import pytest

from analysis.paths import notebooks_dir
from analysis.publish.manifest import check_manifest, load_manifest

NOTEBOOKS = sorted(notebooks_dir().glob("*.ipynb"))
BANNED_NODES = (ast.FunctionDef, ast.ClassDef, ast.Try, ast.With, ast.While, ast.Global)
BANNED_CALLS = {"open", "read_csv", "exec", "eval", "print", "display", "read_table"}
YEAR = re.compile(r"\b(19|20)\d\d(-\d\d)?\b")


def cells(path: Path, kind: str) -> list:
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == kind]


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request) -> Path:
    return request.param


def test_the_manifest_and_the_notebooks_agree():
    assert check_manifest(load_manifest()) == []
    assert {one.notebook for one in load_manifest().report} == {path.name for path in NOTEBOOKS}


def test_no_outputs_counts_or_run_facts_are_stored(notebook):
    stored = nbformat.read(notebook, as_version=4)
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in stored.cells)
    assert set(stored.metadata) <= {"kernelspec", "language_info"}
    nbformat.validate(stored)


def test_it_opens_with_a_question_and_then_its_parameters(notebook):
    first, second = nbformat.read(notebook, as_version=4).cells[:2]
    order = [cell for cell in (first, second) if "parameters" in cell.metadata.get("tags", [])]
    assert len(order) == 1
    question = load_manifest().find(notebook.stem).question
    if first.cell_type == "markdown":
        assert first.source.split("\n")[0] == f"# {question}"


def test_the_parameters_are_literals_with_a_comment(notebook):
    (cell,) = [cell for cell in cells(notebook, "code") if "parameters" in cell.metadata.get("tags", [])]
    tree = ast.parse(cell.source)
    assert all(isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) for node in tree.body)
    assert all("#" in line for line in cell.source.splitlines())


def test_it_defines_reads_and_catches_nothing(notebook):
    for cell in cells(notebook, "code"):
        for node in ast.walk(ast.parse(cell.source)):
            assert not isinstance(node, BANNED_NODES), ast.unparse(node)
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                assert name not in BANNED_CALLS, name
        assert "://" not in cell.source


def test_its_prose_holds_no_typed_number(notebook):
    for cell in cells(notebook, "markdown"):
        assert not re.search(r"\d", YEAR.sub("", cell.source)), cell.source


def test_its_sentences_hold_no_typed_number(notebook):
    """The template of a sentence, title or limit has words and fields; digits come from the tables."""
    for cell in cells(notebook, "code"):
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value.split()) > 3:
                assert not re.search(r"\d", YEAR.sub("", node.value)), node.value


def test_it_stays_short(notebook):
    code = [cell for cell in cells(notebook, "code") if "import" not in cell.source.split("\n")[0]]
    assert len(nbformat.read(notebook, as_version=4).cells) <= 40
    assert max(len(cell.source.splitlines()) for cell in code) <= 14
    assert sum(len(cell.source.splitlines()) for cell in code) <= 180


def test_it_ends_with_what_would_change_our_mind_then_sources_and_limits(notebook):
    stored = nbformat.read(notebook, as_version=4).cells
    assert stored[-1].source.startswith("limits_and_sources(")
    assert any("What would change our mind" in cell.source for cell in stored[-3:])
