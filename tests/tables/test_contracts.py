"""Every table keeps the contract in data/datapackage.json, and a broken one is caught."""

import pytest
from frictionless import validate

from analysis.errors import TableError, UnknownName
from analysis.paths import data_dir, root
from analysis.tables.descriptor import resource, table_names
from analysis.tables.read import check, read_table


def test_the_tables_keep_their_contract():
    assert check() == []


def test_the_ordinary_tool_finds_the_package_valid():
    report = validate(str(data_dir() / "datapackage.json"))
    assert report.valid, report.flatten(["name", "rowNumber", "fieldName", "note"])[:10]


@pytest.mark.parametrize("name", table_names())
def test_every_column_is_described(name):
    for field in resource(name)["schema"]["fields"]:
        assert field["type"] and len(field["description"]) > 2, field


@pytest.mark.parametrize("name", table_names())
def test_every_value_column_names_its_unit(name):
    for field in resource(name)["schema"]["fields"]:
        unit = field.get("unit")
        if unit in ("usd", "persons", "ratio"):
            assert field["name"].endswith(f"_{unit}"), field["name"]


def test_every_further_document_of_an_assumption_exists():
    ids = set(read_table("assumptions")["further_document_ids"].dropna().str.split().explode())
    assert ids and ids <= set(read_table("documents")["document_id"])


def test_a_row_count_does_not_shrink_unnoticed():
    floors = {"companies": 330, "facts": 23_000, "guidance": 36, "layoff_events": 810, "industry_monthly": 225,
              "labour_series": 444, "statements": 25, "documents": 1_600, "accelerators": 22, "language_models": 18,
              "compute_prices": 88, "inference_throughput": 142, "inference_latency": 2_208, "cost_figures": 129,
              "published_cases": 28, "token_prices": 20, "constraints": 25, "claim_sources": 4, "property_notes": 240,
              "useful_lives": 33, "expense_guidance": 4}
    assert {name: len(read_table(name)) >= floor for name, floor in floors.items()} == dict.fromkeys(floors, True)


def test_no_tracked_table_is_over_two_megabytes():
    large = [path for path in (root() / "data").rglob("*.csv") if path.stat().st_size > 2_000_000]
    assert large == []


@pytest.mark.parametrize(("column", "value", "word"), [
    ("employees_cut_persons", "-5", "employees_cut_persons"),
    ("share_ratio", "1.5", "share_ratio"),
    ("record_kind", "rumour", "record_kind"),
    ("document_id", "ffffffff", "documents"),
    ("company", "", "company"),
])
def test_a_cell_out_of_contract_is_named(edit, column, value, word):
    edit("layoff_events.csv", "event_id", "2026-04-17.meta", **{column: value})
    lines = check(["layoff_events"])
    assert lines and any(word in line for line in lines), lines


def test_a_repeated_key_is_named(data_copy):
    path = data_copy / "guidance.csv"
    text = path.read_text()
    path.write_text(text + text.splitlines()[1] + "\n")
    assert any("guidance_id" in line for line in check(["guidance"]))


def test_a_word_where_a_number_belongs_is_refused(edit):
    edit("guidance.csv", "guidance_id", "META.year.2026-12-31.2026-04-29", low_usd="much")
    with pytest.raises(TableError, match=r"guidance.low_usd.*much"):
        read_table("guidance")


def test_an_impossible_date_is_refused(edit):
    edit("guidance.csv", "guidance_id", "META.year.2026-12-31.2026-04-29", given_date="2026-02-30")
    with pytest.raises(TableError, match="guidance.given_date"):
        read_table("guidance")


def test_an_unknown_table_names_the_nearest():
    with pytest.raises(UnknownName, match="layoff_events"):
        read_table("layoff_event")


def test_every_company_of_a_fact_has_a_peer_group():
    companies = read_table("companies").set_index("ticker")
    facts = read_table("facts")
    assert set(facts["ticker"]) <= set(companies.index)
    hyperscalers = companies.index[companies["peer_group"] == "hyperscaler"]
    assert sorted(hyperscalers) == ["AMZN", "GOOGL", "META", "MSFT", "ORCL"]
    outside = companies[companies["peer_group"].isin(["telecom_media", "other"])]
    assert not outside["in_industry"].any()
