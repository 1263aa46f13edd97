"""Each number is known from the day it was first filed, under whatever tag, and by difference until it is given."""

import json

import pandas as pd

from analysis.tables.xbrl_facts import filer_facts

OLD_TAG, NEW_TAG = "SalesRevenueNet", "RevenueFromContractWithCustomerExcludingAssessedTax"
CAPEX = "PaymentsToAcquirePropertyPlantAndEquipment"


def facts(**tags: list[tuple[str, str, int, str, str]]) -> pd.DataFrame:
    """The facts of a file with these entries by tag: first day, last day, value, filed, form."""
    entries = {tag: {"units": {"USD": [
        {"start": start, "end": end, "val": value, "filed": filed, "form": form, "accn": f"a-{filed}"}
        for start, end, value, filed, form in rows]}} for tag, rows in tags.items()}
    whole = {"cik": 1, "entityName": "Firm", "facts": {"us-gaap": entries}}
    return filer_facts(json.dumps(whole).encode(), "", "1").facts


def known(rows: pd.DataFrame, span: str) -> list[tuple[str, float]]:
    rows = rows[rows["span"] == span]
    return [(f"{day:%Y-%m-%d}", value) for day, value in zip(rows["filed_date"], rows["value"], strict=True)]


def test_a_tag_that_comes_later_does_not_take_the_first_filing_away():
    year = ("2017-01-01", "2017-12-31")
    found = facts(**{OLD_TAG: [(*year, 100, "2018-02-01", "10-K")], NEW_TAG: [(*year, 100, "2019-02-01", "10-K")]})
    assert known(found, "year") == [("2018-02-01", 100)]
    changed = facts(**{OLD_TAG: [(*year, 100, "2018-02-01", "10-K"), (*year, 99, "2020-02-01", "10-K")],
                       NEW_TAG: [(*year, 103, "2019-02-01", "10-K")]})
    assert known(changed, "year") == [("2018-02-01", 100), ("2019-02-01", 103)]  # then the better tag holds


def test_a_quarter_by_difference_is_known_until_a_filing_gives_it():
    quarter, half = ("2024-01-01", "2024-03-31"), ("2024-01-01", "2024-06-30")
    found = facts(**{CAPEX: [(*quarter, 10, "2024-05-01", "10-Q"), (*half, 30, "2024-08-01", "10-Q"),
                             ("2024-04-01", "2024-06-30", 21, "2025-08-01", "10-Q")]})
    second = found[found["period_end"] == "2024-06-30"]
    assert known(second, "quarter") == [("2024-08-01", 20), ("2025-08-01", 21)]
    assert second["basis"].tolist() == ["derived", "reported"]
