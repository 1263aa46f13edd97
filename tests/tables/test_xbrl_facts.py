"""Tagged numbers become facts by the rows of xbrl_tags; what does not fit is set aside, never guessed."""

import json

import pandas as pd
import pytest

from analysis.paths import root
from analysis.tables.append import new_facts, with_rows
from analysis.tables.descriptor import read_text
from analysis.tables.facts import load_facts
from analysis.tables.xbrl_facts import filer_facts

RECORDED = root() / "data" / "recorded" / "companyfacts"
FILERS = {"META": "0001326801", "MSFT": "0000789019"}
KEY = ["concept", "span", "period_end", "value", "filed_date", "reported_as", "form", "accession"]


def recorded(ticker: str):
    cik = FILERS[ticker]
    return filer_facts((RECORDED / f"CIK{cik}.json").read_bytes(), ticker, cik)


def made(tag: str, *entries: dict, unit: str = "USD", cik: int = 1) -> bytes:
    usual = {"form": "10-K", "accn": "a-1", "filed": "2025-02-01", "start": "2024-01-01", "end": "2024-12-31"}
    return json.dumps({"cik": cik, "entityName": "Firm", "facts": {
        "us-gaap": {tag: {"units": {unit: [usual | one for one in entries]}}}}}).encode()


def capex_of_year(day: str, as_of: str = "latest") -> list[float]:
    facts = load_facts(["META"], ["capex"], as_of=as_of)
    return facts.loc[(facts["span"] == "year") & (facts["period_end"] == pd.Timestamp(day)), "value"].tolist()


@pytest.mark.parametrize("ticker", FILERS)
def test_every_reading_of_the_live_path_stands_in_the_tables_tag_by_tag(ticker):
    have, live = load_facts([ticker], all_readings=True), recorded(ticker).facts
    both = live.merge(have[KEY], on=KEY, how="left", indicator=True)
    assert len(live) > 100
    assert both.loc[both["_merge"] == "left_only", KEY].values.tolist() == []
    assert len(new_facts(live, "1febfd8f")) == 0


def test_restated_capex_and_quarters_by_difference_add_up_to_their_years():
    facts = load_facts(["META"], ["capex", "depreciation_amortization"])
    flows = facts[facts["calendar_year"].between(2023, 2025)].groupby(["concept", "calendar_year", "span"])["value"]
    sums = flows.sum().unstack("span")
    assert (flows.size().unstack("span")["quarter"] == 4).all() and len(sums) == 6
    assert (sums["quarter"] == sums["year"]).all()


def test_taking_in_twice_adds_nothing_the_second_time(data_copy):
    live = recorded("META").facts.drop_duplicates(["concept", "span", "period_end"])
    live = live.assign(value=live["value"] + 1, filed_date=pd.Timestamp("2026-11-01"))
    rows = new_facts(live, "1febfd8f")
    assert len(rows) == len(live)
    for path, content in with_rows("facts", rows).items():
        (data_copy / path).write_bytes(content)
    assert len(new_facts(live, "1febfd8f")) == 0


def test_a_restated_number_is_one_more_reading_and_the_newest_is_chosen(data_copy):
    cik = FILERS["META"]
    content = made("PaymentsToAcquirePropertyPlantAndEquipment", {
        "start": "2025-01-01", "end": "2025-12-31", "val": 70_000_000_000, "filed": "2027-01-30"}, cik=int(cik))
    rows = new_facts(filer_facts(content, "META", cik, "2027-02-01").facts, "1febfd8f")
    for path, text in with_rows("facts", rows).items():
        (data_copy / path).write_bytes(text)
    assert capex_of_year("2025-12-31") == [70_000_000_000]
    assert capex_of_year("2025-12-31", as_of="2026-12-31") == [69_691_000_000]


def test_an_older_filing_found_late_does_not_displace_a_newer_one(data_copy):
    cik = FILERS["META"]
    content = made("PaymentsToAcquirePropertyPlantAndEquipment", {
        "start": "2023-01-01", "end": "2023-12-31", "val": 27_000_000_000, "filed": "2024-03-01"}, cik=int(cik))
    rows = new_facts(filer_facts(content, "META", cik).facts, "1febfd8f")
    assert len(rows) == 1
    for path, text in with_rows("facts", rows).items():
        (data_copy / path).write_bytes(text)
    assert capex_of_year("2023-12-31") == [27_045_000_000]
    assert capex_of_year("2023-12-31", as_of="2024-06-30") == [27_000_000_000]


@pytest.mark.parametrize(("entry", "unit", "reason"), [
    ({"val": 1}, "EUR", "unit EUR"), ({"val": -5}, "USD", "below zero"), ({"val": None}, "USD", "not a number"),
    ({"val": "many"}, "USD", "not a number"), ({"val": 1, "filed": "2024-06-01"}, "USD", "after the filing"),
    ({"val": 1, "filed": None}, "USD", "no filing date"), ({"val": 1, "end": "soon"}, "USD", "no last day"),
])
def test_a_number_that_cannot_be_a_fact_is_set_aside_with_the_reason(entry, unit, reason):
    found = filer_facts(made("PaymentsToAcquirePropertyPlantAndEquipment", entry, unit=unit), "META", "1")
    assert len(found.facts) == 0
    assert found.set_aside["reason"].str.contains(reason).tolist() == [True]


def test_a_loss_is_a_fact():
    assert filer_facts(made("NetIncomeLoss", {"val": -5}), "META", "1").facts["value"].tolist() == [-5]


def test_a_filer_nobody_prepared_is_mapped_by_the_general_rows_or_listed():
    content = made("CapitalSpendingOfOurOwn", {"val": 1})
    found = filer_facts(content, "ZZZ", "1")
    assert len(found.facts) == 0 and found.unknown_tags == ["CapitalSpendingOfOurOwn"]
    assert "capex" in found.missing_concepts


def test_of_two_tags_for_one_period_the_first_in_order_counts():
    whole = json.loads(made("Revenues", {"val": 120}))
    first = "RevenueFromContractWithCustomerExcludingAssessedTax"
    whole["facts"]["us-gaap"] |= json.loads(made(first, {"val": 100}))["facts"]["us-gaap"]
    facts = filer_facts(json.dumps(whole).encode(), "ZZZ", "1").facts
    assert facts[["value", "reported_as"]].values.tolist() == [[100, first]]


def test_writing_no_rows_changes_no_byte(data_copy):
    nothing = read_text("facts").head(0)
    assert with_rows("facts", nothing) == {}
    first = read_text("facts", only="facts/annual.csv").head(1)
    path, content = next(iter(with_rows("facts", first.assign(fact_id="ZZZ.capex.year.2030-01-01.1")).items()))
    assert content.startswith((data_copy / path).read_bytes()) and pd.notna(path)
