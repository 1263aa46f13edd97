"""The manifest is the only list, and it agrees with the notebooks."""

import pytest
from small_project import PARAMS, code, parameters, write_notebook

from analysis.errors import AnalysisError
from analysis.publish.manifest import check_manifest, load_manifest


@pytest.fixture
def fresh(project):
    """The project, emptied."""
    for path in project.folder.iterdir():
        path.unlink()
    project.entries.clear()
    return project


def test_a_manifest_that_agrees_has_no_problems(fresh):
    fresh.add("first", code("1"))
    assert check_manifest(load_manifest()) == []


def test_reports_come_in_the_order_the_manifest_gives(fresh):
    fresh.add("late", order=2)
    fresh.add("early", order=1)
    assert [one.id for one in load_manifest().report] == ["early", "late"]


def test_two_reports_cannot_share_an_id(fresh):
    fresh.add("first")
    fresh.entry("first")
    with pytest.raises(AnalysisError, match="ids used twice: first"):
        load_manifest()


@pytest.mark.parametrize(
    ("keys", "complaint"),
    [
        ({"colour": "red"}, "colour: Extra inputs"),
        ({"id": "../up"}, "report.0.id"),
        ({"notebook": "../../up.ipynb"}, "report.0.notebook"),
        ({"time_limit_seconds": 0}, "greater than 0"),
        ({"for_each": "companies_with_enough_data"}, "needs a parameter of type 'ticker'"),
    ],
)
def test_an_entry_that_is_not_valid_is_named(fresh, keys, complaint):
    fresh.entry("first", **keys)
    with pytest.raises(AnalysisError, match=complaint):
        load_manifest()


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ('years = { type = "int", default = 5, minimum = 6 }', "default lies outside"),
        ('years = { type = "float", default = 5.0, maximum = 4 }', "default lies outside"),
        ('years = { type = "str", default = "a", minimum = 1 }', "only an int or a float has a minimum"),
    ],
)
def test_bounds_that_do_not_fit_are_named(fresh, line, complaint):
    fresh.entry("first", params=f"[report.params]\n{line}\n")
    with pytest.raises(AnalysisError, match=complaint):
        load_manifest()


def test_a_syntax_error_and_a_missing_file_are_messages(fresh):
    with pytest.raises(AnalysisError, match="no manifest"):
        load_manifest()
    (fresh.folder / "reports.toml").write_text("[[report]\n")
    with pytest.raises(AnalysisError, match="reports.toml: "):
        load_manifest()


def test_every_notebook_is_listed_and_every_entry_has_its_notebook(fresh):
    fresh.entry("ghost")
    write_notebook(fresh.folder / "draft.ipynb", parameters())
    problems = check_manifest(load_manifest())
    assert "draft.ipynb is in notebooks/ but not in the manifest" in problems
    assert "ghost: ghost.ipynb is in the manifest but not in notebooks/" in problems


def test_a_draft_does_not_hold_up_a_report_asked_for_by_name(fresh):
    fresh.add("first")
    write_notebook(fresh.folder / "draft.ipynb", parameters())
    assert check_manifest(load_manifest(), ["first"]) == []


@pytest.mark.parametrize(
    ("cell", "complaint"),
    [
        ('as_of = "latest"', "parameter years is not in the notebook"),
        ('as_of = "latest"\nyears = 5\nfirms = 3', "parameter firms is not in the manifest"),
        ('as_of = "latest"\nyears = 6', "default of years: 5 in the manifest, 6 in the notebook"),
        ('as_of = "latest"\nyears = 5.0', "default of years: 5 in the manifest, 5.0 in the notebook"),
        ('as_of = "latest"\nyears = 2 + 3', "more than literals"),
    ],
)
def test_parameters_agree_by_name_type_and_default(fresh, cell, complaint):
    fresh.add("first", params=PARAMS, start=cell)
    (problem,) = check_manifest(load_manifest())
    assert complaint in problem


def test_a_notebook_that_is_no_notebook_is_named(fresh):
    fresh.entry("first")
    (fresh.folder / "first.ipynb").write_text("not json")
    (problem,) = check_manifest(load_manifest())
    assert "first.ipynb cannot be read as a notebook" in problem
