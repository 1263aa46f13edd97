"""What the command line asks for is refused before anything runs, with the valid choices."""

import pytest
from small_project import add_brief

from analysis.errors import AnalysisError
from analysis.publish.jobs import check_as_of, parse_parameters, plan
from analysis.publish.manifest import load_manifest

TYPES = """[report.params]
as_of = { type = "date", default = "latest" }
whole = { type = "int", default = 5, minimum = 1 }
part = { type = "float", default = 0.5, minimum = 0, maximum = 1 }
words = { type = "str", default = "a" }
switch = { type = "bool", default = true }
"""


@pytest.fixture(scope="module")
def manifest(project):
    project.add("capex_cycle", params=TYPES)
    project.add("undated", params="")
    add_brief(project)
    return load_manifest()


def refused(manifest, ids=(), **given):
    with pytest.raises(AnalysisError) as error:
        plan(manifest, ids, given)
    return str(error.value)


def test_without_ids_everything_is_planned(manifest):
    ids = [job.id for job in plan(manifest)]
    assert ids == ["capex_cycle", "undated", "company_brief-META", "company_brief-SNAP"]


def test_one_company_can_be_named_in_two_ways(manifest):
    (one,) = plan(manifest, ["company_brief-SNAP"])
    (other,) = plan(manifest, ["company_brief"], {"ticker": "snap"})
    assert one.id == other.id == "company_brief-SNAP"
    assert one.parameters["ticker"] == other.parameters["ticker"] == "SNAP"
    assert one.question == "What does SNAP spend?"


def test_an_id_asked_for_twice_runs_once(manifest):
    assert len(plan(manifest, ["company_brief", "company_brief-META", "company_brief"])) == 2


def test_an_unknown_report_names_the_nearest(manifest):
    message = refused(manifest, ["capex_cycel"])
    assert "unknown report 'capex_cycel'" in message
    assert "capex_cycle" in message


def test_a_report_without_members_has_no_members(manifest):
    assert "unknown report 'capex_cycle-META'" in refused(manifest, ["capex_cycle-META"])


@pytest.mark.parametrize("name", ["Facebook", "facebook", "meta platforms", "Meta", "FB"])
def test_a_company_is_found_by_its_name(manifest, name):
    assert "nearest valid: META" in refused(manifest, [f"company_brief-{name}"])
    assert "nearest valid: META" in refused(manifest, ["company_brief"], ticker=f"{name}x")


@pytest.mark.parametrize("member", ["MSFT", "../../etc", "", "META.html"])
def test_a_company_without_a_brief_names_those_that_have_one(manifest, member):
    assert "META" in refused(manifest, [f"company_brief-{member}"])


def test_a_company_the_data_do_not_know_is_refused(manifest):
    message = refused(manifest, ["company_brief"], ticker="MTA")
    assert "unknown ticker 'MTA'; nearest valid: META" in message


def test_an_unknown_parameter_names_the_nearest(manifest):
    message = refused(manifest, ["capex_cycle"], whol="3")
    assert "unknown parameter of capex_cycle 'whol'; nearest valid: whole" in message


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("whole", "5.5", "'5.5' is not a whole number; the default is 5"),
        ("whole", "0", "0 is not at least 1; the default is 5"),
        ("part", "nan", "'nan' is not a number"),
        ("part", "1.5", "1.5 is not at least 0 and at most 1"),
        ("switch", "yes", "'yes' is not true or false"),
        ("as_of", "2026-02-30", r"'2026-02-30' is not a date \(YYYY-MM-DD\) or latest"),
        ("as_of", "20260401", "is not a date"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused(manifest, name, text, complaint):
    with pytest.raises(AnalysisError, match=complaint):
        plan(manifest, ["capex_cycle"], {name: text})


def test_values_arrive_with_their_types(manifest):
    given = {"whole": " 7 ", "part": "0.25", "words": "b=c", "switch": "False", "as_of": "2026-04-01"}
    (job,) = plan(manifest, ["capex_cycle"], given)
    assert job.parameters == {"whole": 7, "part": 0.25, "words": "b=c", "switch": False, "as_of": "2026-04-01"}
    assert job.as_of == "2026-04-01"


def test_a_date_before_the_data_begin_is_refused_with_the_first_valid_one():
    with pytest.raises(AnalysisError, match="lies before the data begin; the first valid date is 2015-01-28"):
        check_as_of("2015-01-27")
    assert check_as_of("2015-01-28") == "2015-01-28"


def test_a_date_after_the_data_end_is_refused_with_the_last_valid_one():
    with pytest.raises(AnalysisError, match="lies after the data end; the last valid date is 2026-10-08"):
        check_as_of("2026-10-09")
    assert check_as_of("2026-10-08") == "2026-10-08"


def test_an_edition_of_a_day_is_made_of_the_reports_that_know_a_date(manifest):
    assert "undated" not in [job.id for job in plan(manifest, given={"as_of": "2026-04-01"})]
    assert "unknown parameter of undated 'as_of'" in refused(manifest, ["undated"], as_of="2026-04-01")


def test_parameters_are_pairs_given_once():
    assert parse_parameters(["a=1", "b=x=y"]) == {"a": "1", "b": "x=y"}
    for pairs in (["a"], ["=1"], ["a=1", "a=2"]):
        with pytest.raises(AnalysisError):
            parse_parameters(pairs)
