"""The state of the data is counted, not judged: a check that was not made is never a pass."""

import pandas as pd
import pytest

from analysis.errors import AnalysisError
from analysis.tables import health as h
from analysis.tables import health_checks as c
from analysis.tables import health_lists as lists
from analysis.tables.descriptor import read_text


def facts(*rows):
    frame = pd.DataFrame(rows, columns=["span", "period_end", "value", "basis"])
    return frame.assign(
        period_end=pd.to_datetime(frame["period_end"]), ticker="META", concept="capex", unit="usd", document_id="doc",
        fact_id=[f"META.capex.{span}.{end}.1" for span, end in zip(frame["span"], frame["period_end"], strict=True)])


def year(*quarters, value=100.0, last_basis="reported"):
    ends = ["2024-03-31", "2024-06-30", "2024-09-30", "2024-12-31"][-len(quarters):]
    rows = [("quarter", end, amount, "reported") for end, amount in zip(ends, quarters, strict=True)]
    rows[-1] = (*rows[-1][:3], last_basis)
    return facts(("year", "2024-12-31", value, "reported"), *rows)


def status(frame, tolerance=0.005):
    return c.quarter_checks(frame, tolerance)["status"].tolist()


def test_four_reported_quarters_that_add_up_pass():
    assert status(year(20.0, 25.0, 25.0, 30.0)) == ["passed"]


def test_a_sum_off_by_more_than_the_tolerance_fails():
    assert status(year(20.0, 25.0, 25.0, 31.0)) == ["failed"]
    assert status(year(20.0, 25.0, 25.0, 31.0), tolerance=0.02) == ["passed"]


def test_a_last_quarter_computed_from_the_year_proves_nothing():
    assert status(year(20.0, 25.0, 25.0, 30.0, last_basis="derived")) == ["by construction"]


def test_a_computed_last_quarter_that_does_not_add_up_still_fails():
    assert status(year(20.0, 25.0, 25.0, 40.0, last_basis="derived")) == ["failed"]


def test_three_quarters_are_no_check():
    assert status(year(25.0, 25.0, 50.0)) == ["not checkable"]


def test_a_year_without_quarters_or_of_zero_is_no_check():
    assert status(facts(("year", "2024-12-31", 100.0, "reported"))) == ["not checkable"]
    assert status(year(0.0, 0.0, 0.0, 0.0, value=0.0)) == ["not checkable"]


def test_quarters_of_another_year_do_not_count():
    frame = year(20.0, 25.0, 25.0, 30.0)
    frame.loc[frame["period_end"] == "2024-03-31", "period_end"] = pd.Timestamp("2023-12-31")
    assert status(frame) == ["not checkable"]


def test_every_status_has_a_column_even_when_nothing_has_it():
    counts = c.check_counts(c.quarter_checks(year(20.0, 25.0, 25.0, 30.0), 0.005)).iloc[0]
    assert counts.to_dict() == {"line": "capex", "passed": 1, "failed": 0, "by construction": 0, "not checkable": 0}


def readings(*rows):
    frame = pd.DataFrame(rows, columns=["period_end", "value", "filed_date", "reported_as"])
    return frame.assign(
        ticker="META", concept="capex", span="year", unit="usd", reading="xbrl", doubt=None,
        fact_id=[f"META.capex.year.{end}.{number}" for number, end in enumerate(frame["period_end"])],
        period_end=pd.to_datetime(frame["period_end"]), filed_date=pd.to_datetime(frame["filed_date"]),
        document_id=[f"doc{number}" for number in range(len(frame))])


def test_a_restatement_is_the_first_and_the_latest_value_of_one_tag():
    frame = readings(("2023-12-31", 27045e6, "2025-01-30", "Capex"), ("2023-12-31", 27266e6, "2024-02-02", "Capex"),
                     ("2024-12-31", 37256e6, "2025-01-30", "Capex"), ("2022-12-31", 5e6, "2023-02-02", "Other"),
                     ("2022-12-31", 6e6, "2024-02-02", "Another"), ("2021-12-31", 7e6, None, "Capex"),
                     ("2021-12-31", 8e6, "2022-02-02", "Capex"))
    found = c.restatements(frame, ["capex"])
    assert found["period_end"].dt.year.tolist() == [2023]
    row, first, latest = c.largest_restatement(found)
    assert (first.value, latest.value) == (27266e6, 27045e6)
    assert (first.documents, latest.documents) == (("doc1",), ("doc0",))
    assert row["change_ratio"] == pytest.approx(-0.0081, abs=1e-4)


def test_nothing_restated_says_so():
    with pytest.raises(AnalysisError, match="no fact was filed twice"):
        c.largest_restatement(c.restatements(readings(("2023-12-31", 1.0, "2024-02-02", "Capex")), ["capex"]))


def test_vintages_count_known_and_unknown():
    found = h.vintages(readings(("2023-12-31", 1.0, "2024-02-02", "Capex"), ("2024-12-31", 1.0, None, "Capex"))).iloc[0]
    assert (found["readings_count"], found["with_filed_date_count"], found["without_count"]) == (2, 1, 1)
    assert found["source"] == "SEC company facts"


def test_a_row_with_two_doubts_counts_under_both():
    frame = readings(("2023-12-31", 1.0, None, "a"), ("2024-12-31", 1.0, None, "a"), ("2025-12-31", 1.0, None, "a"))
    frame["doubt"] = ["rounded; second-hand", "rounded", None]
    found = h.doubts_by_kind(frame, "fact_id")
    assert dict(zip(found["doubt"], found["rows_count"], strict=True)) == {"rounded": 2, "second-hand": 1}
    assert found["example"].tolist()[0] == "META capex, year to 2023-12-31"


def test_a_count_of_nothing_cites_what_was_searched():
    frame = readings(("2023-12-31", 1.0, None, "a"))
    assert h.counted(frame.iloc[0:0], frame).documents == ("doc0",)
    assert h.counted(frame.iloc[0:0], frame).value == 0


def panel(**firms):
    rows = [(ticker, when, 1.0) for ticker, years in firms.items() for when in years]
    frame = pd.DataFrame(rows, columns=["ticker", "calendar_year", "capex_usd"])
    ends = pd.to_datetime(frame["calendar_year"].astype(str) + "-12-31")
    return frame.assign(capex_usd_documents="doc", period_end=ends)


def test_the_last_full_year_is_not_the_one_that_only_early_filers_closed():
    assert h.last_full_year(panel(A=[2023, 2024], B=[2024], C=[2024, 2025]), "capex_usd") == 2024
    with pytest.raises(AnalysisError, match="nobody has capex_usd"):
        h.last_full_year(panel(A=[2023]).assign(capex_usd=float("nan")), "capex_usd")


def test_coverage_by_group_counts_firms_with_facts_and_the_bare_ones_apart():
    found = h.coverage_by_group(panel(META=[2023, 2024], AMZN=[2024]), ["capex_usd"], range(2023, 2025))
    five = found.set_index("peer_group").loc["hyperscaler"]
    assert (five["firms_count"], five["bare_count"], five["capex_usd"]) == (2, 3, 0.75)


def test_missing_guidance_is_listed_by_year():
    guidance = pd.DataFrame({"ticker": ["META", "META"], "span": ["year", "quarter"],
                             "period_end": pd.to_datetime(["2025-12-31", "2024-12-31"])})
    found = lists.missing_guidance(guidance, ["META", "MSFT"], range(2024, 2026)).set_index("name")
    assert found.loc["Meta Platforms"].to_list() == ["2025", "2024", 1]
    assert found.loc["Microsoft", "guided"] == "none"


def correction(action, column, expected, new_value, key="META.capex.year.2023-12-31.1", reason="why"):
    return {"correction_id": f"{key}/{column}", "table": "facts", "key": key, "column": column, "action": action,
            "expected": expected, "new_value": new_value, "reason": reason, "document_id": "doc"}


def test_corrections_that_change_the_data_say_what_was_expected():
    records = pd.DataFrame([
        correction("replace", "value", "5", "6"), correction("keep", "value", "5", None, reason="odd but right"),
        correction("drop", "value", "0", None, key="META.capex.year.2021-12-31.1", reason="a false zero"),
        correction("drop", "value", "0", None, key="META.capex.year.2022-12-31.1", reason="a false zero")])
    found = lists.changing_corrections(records).set_index("reason")
    assert found.loc["why", "change"] == "value: 5 expected, now 6"
    assert found.loc["a false zero", "row"] == "META capex, year to 2021-12-31 and 1 more"
    assert found.loc["a false zero", "change"] == "row dropped; value expected: 0"
    assert "odd but right" not in found.index


def test_an_edition_of_a_day_lists_no_correction_of_a_later_row():
    latest, april = lists.corrections_listed(), lists.corrections_listed("2026-04-01")
    later = set(latest["key"]) - set(april["key"])
    events = {key for key in later if key[:4].isdigit()}
    assert events and all(key[:10] > "2026-04-01" for key in events)
    assert any(key[:4] == "2026" for key in april.loc[april["table"] == "layoff_events", "key"]), "earlier ones stay"
    assert len(april) + len(later) <= len(latest)


def test_layoff_cautions_count_each_kind():
    events = pd.DataFrame({
        "employees_cut_persons": [None, 5.0], "within_basis": [None, "possible"], "record_kind": ["announcement"] * 2,
        "count_kind": ["not_given", "about"], "date_precision": ["month", "day"],
        "reason_class": ["unstated", "merger"], "listed": [True, False], "document_id": ["doc", "doc"]})
    found = lists.layoff_cautions(events).set_index("what")["rows_count"]
    assert found["no count given"] == 1
    assert found["may sit inside an earlier plan, left out of sums"] == 1
    assert found["state notice, a lower bound for one state, left out of sums"] == 0


@pytest.mark.parametrize(("key", "words"), [
    ("META.capex.year.2023-12-31.1", "META capex, year to 2023-12-31"),
    ("AAPL.long_term_debt.instant.2024-09-28.2", "AAPL long term debt, on 2024-09-28"),
    ("2022-11-09.western-digital", "western digital, 2022-11-09"), ("plain", "plain"),
])
def test_keys_in_words(key, words):
    assert h.key_words(key) == words


def test_a_past_edition_lists_no_correction_of_a_row_or_day_that_it_cannot_know():
    listed = lists.corrections_listed("2026-04-01")
    assert 0 < len(listed) < len(lists.corrections_listed())
    moved = "MSFT.depreciation.quarter.2025-06-30.1"  # on file since 2025-07-30, known since 2026-04-29
    assert moved not in set(listed["key"]) and moved in set(lists.corrections_listed("2026-04-29")["key"])
    undated = read_text("facts").set_index("fact_id")["filed_date"]
    facts = listed.loc[listed["table"] == "facts", "key"]
    assert undated.reindex(facts).notna().all()
