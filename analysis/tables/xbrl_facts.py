"""From a filer's tagged numbers to facts: which tag counts is data (`xbrl_tags`), nothing is guessed.

A number that cannot be a fact (another currency, a period after its filing, a payment below zero) is set
aside with the reason. Tags that no row names are listed, so that a person can decide.
"""

from dataclasses import dataclass

import pandas as pd

from analysis.sources.companyfacts import read_filer
from analysis.sources.spans import quarters_by_difference, with_spans
from analysis.tables.read import read_table

EARLIEST = pd.Timestamp("2014-12-01")
"""Facts before the panel's first quarter are not taken in."""
MAY_BE_NEGATIVE = ("operating_income", "net_income", "operating_cash_flow", "restructuring_charges",
                   "share_based_compensation")
FACT = ["concept", "span", "period_end"]
COLUMNS = ["ticker", "concept", "span", "period_start", "period_end", "value", "unit", "form", "accession",
           "filed_date", "reported_as", "reading", "basis"]


@dataclass(frozen=True)
class FilerFacts:
    """What one company-facts file gave: facts (columns of the table, without id and document), the readings
    set aside with `reason`, the concepts without any number, and the tags that no row of xbrl_tags names."""

    facts: pd.DataFrame
    set_aside: pd.DataFrame
    missing_concepts: list[str]
    unknown_tags: list[str]


def tags_of(ticker: str) -> pd.DataFrame:
    """The rows of xbrl_tags for a filer: its own where it has some for a concept, else those for all."""
    tags = read_table("xbrl_tags")
    own = tags[tags["ticker"] == ticker]
    general = tags[(tags["ticker"] == "*") & ~tags["concept"].isin(own["concept"])]
    return pd.concat([own, general])[["concept", "preference", "tag"]]


def filer_facts(content: bytes, ticker: str, cik: str) -> FilerFacts:
    """The facts in one company-facts file, as the SEC gives it; DataRefused when it is not such a file.

    Each change of a number is a reading with its filing; later filings that repeat it are dropped. A quarter
    that no filing gives is the difference of two cumulative spans (basis derived).
    """
    tags = tags_of(ticker)
    readings, names = read_filer(content, cik, set(tags["tag"]))
    readings = readings.merge(tags, on="tag")
    reason = _why_not(readings)
    good = with_spans(readings[reason.isna()])
    kept = good.assign(derived=pd.NA) if good.empty else _changes(_preferred(_with_quarters(good)))
    facts = _in_table_form(kept, ticker)
    return FilerFacts(
        facts, readings.assign(ticker=ticker, reason=reason)[reason.notna()],
        sorted(set(tags["concept"]) - set(facts["concept"])), sorted(names - set(tags["tag"])))


def _why_not(readings: pd.DataFrame) -> pd.Series:
    """Why a reading is no fact; missing where it is one."""
    reason = pd.Series(pd.NA, index=readings.index, dtype="string")
    value = pd.to_numeric(readings["value"], errors="coerce")
    reason = reason.mask(value < 0, "a payment, cost or balance below zero")
    reason = reason.mask((value < 0) & readings["concept"].isin(MAY_BE_NEGATIVE), pd.NA)
    reason = reason.mask(readings["filed_date"].isna(), "no filing date")
    reason = reason.mask(readings["period_end"] > readings["filed_date"], "the period ends after the filing")
    reason = reason.mask(readings["period_end"].isna(), "no last day")
    reason = reason.mask(readings["unit"] != "USD", "unit " + readings["unit"].astype("string"))
    return reason.mask(value.isna(), "not a number")


def _with_quarters(spans: pd.DataFrame) -> pd.DataFrame:
    """Years, quarters and balances, and the quarters by difference."""
    given = spans[spans["span"].isin(["year", "quarter", "instant"])].assign(derived=pd.NA)
    return pd.concat([given, quarters_by_difference(spans)], ignore_index=True)


def _preferred(rows: pd.DataFrame) -> pd.DataFrame:
    """Of several numbers for one fact those that were the best known when they were filed: by the first tag in order,
    and of one tag as filed before by difference. A better one counts from its own filing, not before."""
    rows = rows[rows["period_end"] >= EARLIEST]
    rows = rows.assign(rank=2 * rows["preference"] + rows["derived"].notna())
    rows = rows.sort_values([*FACT, "filed_date", "rank"], kind="stable")
    return rows[rows["rank"] == rows.groupby(FACT)["rank"].cummin()]


def _changes(rows: pd.DataFrame) -> pd.DataFrame:
    """The first filing of each number, and each later filing that changed it."""
    rows = rows.sort_values([*FACT, "filed_date", "accession"], kind="stable")
    rows = rows.drop_duplicates([*FACT, "value", "filed_date"])
    return rows[rows["value"] != rows.groupby(FACT)["value"].shift()]


def _in_table_form(rows: pd.DataFrame, ticker: str) -> pd.DataFrame:
    derived = rows["derived"].notna()
    label = rows["tag"].mask(derived, rows["tag"] + "|derived:" + rows["derived"].astype("string"))
    basis = pd.Series("reported", index=rows.index).mask(derived, "derived")
    return rows.assign(ticker=ticker, unit="usd", reported_as=label, reading="xbrl", basis=basis)[COLUMNS]
