"""Company facts, as of a date: every reading is kept, one reading per fact is chosen.

A restatement is a second reading with a later filed date. The chosen reading is the one whose tag is
preferred for the concept and filer, from the firmest kind of source, and the newest of those.
"""

from pathlib import Path

import pandas as pd

from analysis.errors import require_known
from analysis.paths import data_dir
from analysis.periods import LATEST, calendar_quarter, calendar_year, calendar_year_of_quarter, parse_as_of
from analysis.tables.companies import require_tickers
from analysis.tables.read import read_table, until_forgotten

SECOND_HAND = ("list", "profile", "public_page", "vendor")
BREAK = "not comparable with the year before"
"""The doubt of a value whose definition or perimeter changed: no growth is computed across it."""

RANKS = ["tag_rank", "second_hand", "filed", "reading_number"]
FACT_KEY = ["ticker", "concept", "span", "period_end"]


def load_facts(
    companies: list[str] | None = None,
    concepts: list[str] | None = None,
    as_of: str = LATEST,
    all_readings: bool = False,
) -> pd.DataFrame:
    """Company facts in long form, one row per (ticker, concept, span, period_end).

    Columns as in the table facts (value in `unit`: usd, persons or usd_per_person) and calendar_year, the
    year that holds the period's midpoint; for a balance the year of its day (the panel sets a year-end
    balance beside its fiscal year instead). `as_of` a date keeps what was filed by that day: facts of
    unknown vintage stay out, so an as-of frame is much smaller. `all_readings` keeps every restatement.
    UnknownName for a ticker or concept that does not exist.
    Misleads: readings marked list, profile or public_page are second-hand; see `doubt`.
    """
    require_tickers(companies)
    valid = read_table("concepts")["concept"]
    for concept in concepts or []:
        require_known("concept", concept, valid)
    facts = _facts(data_dir(), str(as_of), all_readings)
    if companies is not None:
        facts = facts[facts["ticker"].isin(companies)]
    if concepts is not None:
        facts = facts[facts["concept"].isin(concepts)]
    return facts.reset_index(drop=True)


@until_forgotten
def _facts(folder: Path, as_of: str, all_readings: bool) -> pd.DataFrame:
    facts = read_table("facts")
    day = parse_as_of(as_of)
    if day is not None:
        facts = facts[facts["filed_date"] <= pd.Timestamp(day)]
    ends = facts["period_end"]
    year = calendar_year(ends).mask(facts["span"] == "quarter", calendar_year_of_quarter(ends))
    facts = facts.assign(calendar_year=year.mask(facts["span"] == "instant", ends.dt.year))
    facts["calendar_quarter"] = calendar_quarter(facts["period_end"])
    return facts if all_readings else choose_reading(facts)


def choose_reading(facts: pd.DataFrame) -> pd.DataFrame:
    """Keep one reading per fact: preferred tag, then first-hand, then the newest reading.

    The newest is the last filed. A reading of unknown vintage stands where it was entered: after the dated
    readings that were there before it.
    """
    number = facts["fact_id"].str.rsplit(".", n=1).str[-1].astype(int)
    entered = facts.assign(reading_number=number).sort_values("reading_number", kind="stable")
    day = entered["filed_date"].astype("datetime64[us]")
    latest = day.fillna(NEVER).groupby([entered[name] for name in FACT_KEY]).cummax()
    filed = day.fillna(latest).reindex(facts.index)
    ranked = facts.assign(
        tag_rank=tag_preference(facts), second_hand=facts["reading"].isin(SECOND_HAND),
        filed=filed, reading_number=number,
    ).sort_values([*FACT_KEY, *RANKS], ascending=[True] * 6 + [False, False])
    return ranked.drop_duplicates(FACT_KEY).drop(columns=RANKS)


def tag_preference(facts: pd.DataFrame) -> pd.Series:
    """Rank of each row's tag in the table concept_tags (1 is preferred); unlisted tags rank last."""
    base = facts["reported_as"].fillna("").str.split("|").str[0]
    rank = pd.Series(UNLISTED, index=facts.index)
    tags = read_table("concept_tags").sort_values("preference", ascending=False)
    own = set(tags.loc[tags["ticker"] != "*", ["concept", "ticker"]].itertuples(index=False, name=None))
    for tag in tags.itertuples(index=False):
        rows = facts["concept"] == tag.concept
        if tag.ticker != "*":
            rows &= facts["ticker"] == tag.ticker
        else:
            rows &= ~facts["ticker"].isin([ticker for concept, ticker in own if concept == tag.concept])
        same = base.str.startswith(tag.tag[:-1]) if tag.tag.endswith("*") else base == tag.tag
        rank[rows & same] = tag.preference
    return rank


UNLISTED = 99
NEVER = pd.Timestamp("1900-01-01").as_unit("us")


def is_break(doubt: pd.Series) -> pd.Series:
    """True where a doubt says that the value cannot be compared with the one before it."""
    return doubt.fillna("").str.contains(BREAK, regex=False)


def vintage_unknown(companies: list[str] | None = None) -> int:
    """How many readings have no filed date: they serve the current edition only."""
    facts = load_facts(companies, all_readings=True)
    return int(facts["filed_date"].isna().sum())
