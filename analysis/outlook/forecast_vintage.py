"""What was known at an origin: the readings filed by then, where a filed date says so.

Most facts carry no filed date. They may have been revised since, so that a back-test with them is kinder than life;
`vintage_counts` says how many.
"""

import pandas as pd

from analysis.metrics.industry import industry_tickers
from analysis.tables.facts import FACT_KEY, choose_reading, load_facts

CONCEPTS = {"headcount": "headcount_persons", "capex": "capex_usd", "revenue": "revenue_usd"}
"""The concepts a forecast uses, and their columns in the panel."""
KNOWN_BY = "09-30"
"""The day of the year after the origin by which every fiscal year with its midpoint in the origin year is filed."""


def readings() -> pd.DataFrame:
    """Every reading of the inputs, restatements included (columns as in load_facts), yearly values and balances."""
    facts = load_facts(industry_tickers(), list(CONCEPTS), all_readings=True)
    return facts[facts["span"].isin(["year", "instant"])]


def as_known(panel: pd.DataFrame, facts: pd.DataFrame, origin: int) -> pd.DataFrame:
    """The panel with every input that has been restated since set back to what was filed for the year `origin`.

    `panel`: frame of load_panel("year"); `facts`: frame of `readings`. A fact whose readings are all undated, or all
    filed later, keeps its newest value: leaving it out would leave no history.
    """
    day = pd.Timestamp(f"{origin + 1}-{KNOWN_BY}")
    several = facts[facts.duplicated(FACT_KEY, keep=False)]  # a single reading cannot have been restated
    then, now = choose_reading(several[several["filed_date"] <= day]), choose_reading(several)
    both = then.merge(now[[*FACT_KEY, "value"]], on=FACT_KEY, suffixes=("", "_now"))
    moved = both[both["value"] != both["value_now"]]
    table = panel.copy()
    for row in moved.itertuples():
        cell = (table["ticker"] == row.ticker) & (table["period_end"] == row.period_end)
        table.loc[cell, CONCEPTS[row.concept]] = row.value
    return table


def vintage_counts(facts: pd.DataFrame) -> pd.DataFrame:
    """Per concept: facts_count, dated_count (some reading has a filed date), restated_count (readings that differ).

    `facts`: frame of `readings`.
    """
    one = facts.groupby(FACT_KEY).agg(dated=("filed_date", "count"), low=("value", "min"), high=("value", "max"))
    one = one.reset_index()
    table = one.assign(dated=one["dated"] > 0, restated=one["low"] != one["high"]).groupby("concept")
    return table.agg(facts_count=("dated", "size"), dated_count=("dated", "sum"),
                     restated_count=("restated", "sum")).reset_index()
