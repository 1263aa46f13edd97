"""The files beside a page: numbers, and the rows of figures and tables."""

import csv
import io

import nbformat
import pytest
from nbformat.v4 import new_output
from small_project import code, number

from analysis.errors import AnalysisError
from analysis.publish import records
from analysis.publish.audit import audit


def notebook(*contents):
    """A notebook with one output per record."""
    cell = code("x")
    cell.outputs = [new_output("display_data", data={"text/markdown": "a"}, metadata={"analysis": one})
                    for one in contents]
    return nbformat.v4.new_notebook(cells=[cell])


def sentence(*numbers):
    return {"kind": "sentence", "text": "s", "numbers": list(numbers)}


def read(text):
    return list(csv.DictReader(io.StringIO(text)))


def numbers_of(*contents):
    return read(records.numbers_csv(records.records(notebook(*contents))))


def test_numbers_stand_in_the_order_of_the_page_each_once():
    rows = numbers_of(sentence(number("b"), number("a")), sentence(number("b"), number("c")))
    assert [row["key"] for row in rows] == ["b", "a", "c"]


def test_lists_are_joined_by_a_space_and_lines_end_with_a_line_feed():
    made = records.numbers_csv(records.records(notebook(sentence(number(source_ids=["a", "b"], urls=["u", "v"])))))
    assert made == ("key,value,unit,text,basis,source_ids,urls\n"
                    "capex_usd,72200000000,usd,$72.2bn,reported,a b,u v\n")


def test_a_page_without_numbers_has_only_the_names_of_the_columns():
    assert records.numbers_csv([]) == "key,value,unit,text,basis,source_ids,urls\n"


@pytest.mark.parametrize(
    ("value", "written"),
    [("=1+1", "'=1+1"), ("+4.1 pp", "'+4.1 pp"), ("@SUM(A1)", "'@SUM(A1)"),
     ("-cmd|' /C calc'!A0", "'-cmd|' /C calc'!A0"),
     ("\t=1", "'\t=1"), ("\n=1", "'\n=1"), ("＝1+1", "'＝1+1"), ("＠x", "'＠x"),
     ("-12.5", "-12.5"), ("+3", "+3"), (-12.5, -12.5), ("a=1", "a=1"), (None, ""), (0, 0),
     (False, False)],
)
def test_a_text_is_never_a_live_formula_and_a_number_stays_one(value, written):
    assert records.cell(value) == written


def test_rows_of_a_figure_keep_their_columns_and_gaps():
    content = {"kind": "figure", "id": "levels", "columns": ["year", "who"],
               "rows": [{"year": 2025, "who": "a,b"}, {"year": None, "who": 'say "x"'}]}
    assert records.row_tables(records.records(notebook(content))) == {
        "levels": 'year,who\n2025,"a,b"\n,"say ""x"""\n'}


@pytest.mark.parametrize("name", ["../up", "a/b", "numbers", "", "A", ".x", "a.b"])
def test_an_id_that_cannot_name_a_file_is_refused(name):
    content = {"kind": "table", "id": name, "columns": ["a"], "rows": []}
    with pytest.raises(AnalysisError, match="cannot name a file"):
        records.row_tables(records.records(notebook(content)))


def test_two_figures_cannot_share_an_id():
    content = {"kind": "figure", "id": "a", "columns": ["a"], "rows": []}
    with pytest.raises(AnalysisError, match="names one twice"):
        records.row_tables(records.records(notebook(content, content)))


def test_the_answer_is_the_first_one_as_plain_text():
    found = records.records(notebook(sentence(), {"kind": "answer", "text": " It\nrose. "},
                                     {"kind": "answer", "text": "x"}))
    assert records.answer(found) == "It rose."
    assert records.answer([]) == ""


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        (number(basis=None), "has no basis"),
        (number(basis="guess"), "has no basis"),
        (number(source_ids=[]), "has no source"),
        (number(value=None), "has no value"),
        (number(value=float("nan")), "has no value"),
        (number(value="72"), "has no value"),
    ],
)
def test_a_number_without_basis_source_or_value_is_refused(row, complaint):
    (problem,) = audit(notebook(sentence(row)), "")
    assert complaint in problem


def test_a_scenario_is_the_readers_choice_and_needs_no_source():
    assert audit(notebook(sentence(number(basis="scenario", source_ids=[], urls=[]))), "") == []


def test_one_key_has_one_value():
    assert audit(notebook(sentence(number("a")), sentence(number("a"))), "") == []
    (problem,) = audit(notebook(sentence(number("a")), sentence(number("a", 5))), "")
    assert problem == "cell 1: number 'a' is 5 here and 72200000000 before; give one of them another key"
