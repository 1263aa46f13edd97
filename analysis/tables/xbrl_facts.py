"""From a filer's tagged numbers to facts: which tag counts is data (`xbrl_tags`), nothing is guessed.

A number that cannot be a fact (another currency, a filing in the future, a payment below zero, two values in one
filing) is set aside with the reason. Tags that no row names are listed, so that a person can decide.
"""

from dataclasses import dataclass

import pandas as pd

from analysis.periods import today
from analysis.sources.companyfacts import read_filer
from analysis.sources.spans import quarters_by_difference, with_spans
from analysis.tables.read import read_table

EARLIEST = pd.Timestamp("2014-12-01")
"""Facts before the panel's first quarter are not taken in."""
MAY_BE_NEGATIVE = ("operating_income", "net_income", "operating_cash_flow", "restructuring_charges",
                   "share_based_compensation")
TAXONOMY = "us-gaap"
MOST_USD = 1e15
"""More than the yearly output of the world: no number of one firm."""
FORM, ACCESSION = r"[A-Za-z0-9][A-Za-z0-9/ .-]{0,19}", r"[A-Za-z0-9-]{1,25}"
ONE_NUMBER = ["concept", "taxonomy", "tag", "unit", "period_start", "period_end", "accession", "filed_date"]
FACT = ["concept", "span", "period_end"]
COLUMNS = ["ticker", "concept", "span", "period_start", "period_end", "value", "unit", "form", "accession",
           "filed_date", "reported_as", "reading", "basis"]


@dataclass(frozen=True)
class FilerFacts:
    """What one company-facts file gave: facts (columns of the table, without id and document), the readings
    set aside with `reason`, the concepts without any number, the tags that no row of xbrl_tags names, and the name of
    the filer in the file."""

    facts: pd.DataFrame
    set_aside: pd.DataFrame
    missing_concepts: list[str]
    unknown_tags: list[str]
    filer_name: str = ""


def tags_of(ticker: str) -> pd.DataFrame:
    """The rows of xbrl_tags for a filer: its own where it has some for a concept, else those for all."""
    tags = read_table("xbrl_tags")
    own = tags[tags["ticker"] == ticker]
    general = tags[(tags["ticker"] == "*") & ~tags["concept"].isin(own["concept"])]
    return pd.concat([own, general])[["concept", "preference", "tag"]]


def filer_facts(content: bytes, ticker: str, cik: str, day: str | None = None) -> FilerFacts:
    """The facts in one company-facts file, as the SEC gives it; DataRefused when it is not such a file.

    Each change of a number is a reading with its filing; later filings that repeat it are dropped. A quarter
    that no filing gives is the difference of two cumulative spans (basis derived). `day`: what was filed after it lies
    in the future (YYYY-MM-DD; today if none).
    """
    tags = tags_of(ticker)
    filer = read_filer(content, cik, set(tags["tag"]))
    readings = filer.readings.merge(tags, on="tag")
    value = _numbers(readings["value"])
    reason = _why_not(readings.assign(value=value), pd.Timestamp(day or today()))
    good = with_spans(readings.assign(value=value)[reason.isna()])
    kept = good.assign(derived=pd.NA) if good.empty else _changes(_preferred(_with_quarters(good)))
    facts = _in_table_form(kept, ticker)
    return FilerFacts(
        facts, readings.assign(ticker=ticker, reason=reason)[reason.notna()],
        sorted(set(tags["concept"]) - set(facts["concept"])), sorted(filer.tags - set(tags["tag"])), filer.name)


def _numbers(values: pd.Series) -> pd.Series:
    """The values that are numbers; text that looks like one is none."""
    numbers = [value if type(value) in (int, float) and abs(value) < MOST_USD else None for value in values]
    return pd.Series(numbers, index=values.index, dtype="float64")


def _why_not(readings: pd.DataFrame, day: pd.Timestamp) -> pd.Series:
    """Why a reading is no fact; missing where it is one."""
    reason = pd.Series(pd.NA, index=readings.index, dtype="string")
    value, filed, end = readings["value"], readings["filed_date"], readings["period_end"]
    concepts = read_table("concepts")
    is_flow = readings["concept"].isin(concepts.loc[concepts["kind"] == "flow", "concept"])
    may_be_negative = readings["concept"].isin(MAY_BE_NEGATIVE)
    reason = reason.mask((value < 0) & ~may_be_negative, "a payment, cost or balance below zero")
    values_given = readings.groupby(ONE_NUMBER, dropna=False)["value"].transform("nunique")
    reason = reason.mask(values_given > 1, "two values in one filing")
    reason = reason.mask(_is_odd(readings["form"], FORM) | _is_odd(readings["accession"], ACCESSION),
                         "its form or accession number is none")
    reason = reason.mask(is_flow & readings["period_start"].isna(), "no first day")
    reason = reason.mask(filed.isna(), "no filing date").mask(filed > day, "filed in the future")
    reason = reason.mask(end > filed, "the period ends after the filing").mask(end.isna(), "no last day")
    reason = reason.mask(readings["unit"] != "USD", "unit " + readings["unit"].astype("string").str[:40])
    reason = reason.mask(readings["taxonomy"] != TAXONOMY, f"not of the taxonomy {TAXONOMY}")
    return reason.mask(value.isna(), "not a number")


def _is_odd(text: pd.Series, pattern: str) -> pd.Series:
    return text.notna() & ~text.astype("string").str.fullmatch(pattern).fillna(True)


def _with_quarters(spans: pd.DataFrame) -> pd.DataFrame:
    """Years, quarters and balances, and the quarters by difference.

    A payment below zero is none by difference either: the longer span was corrected and the shorter not, or not yet.
    """
    made = quarters_by_difference(spans)
    made = made[(made["value"] >= 0) | made["concept"].isin(MAY_BE_NEGATIVE)]
    given = spans[spans["span"].isin(["year", "quarter", "instant"])].assign(derived=pd.NA)
    return pd.concat([given, made], ignore_index=True)


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
