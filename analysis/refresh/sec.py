"""The connector of the SEC's company facts: one file per filer."""

import pandas as pd

from analysis.errors import AnalysisError, AskFirst, DataRefused, NotThere, SourceUnavailable
from analysis.refresh.asking import MOST_TIMES, ask_if_lost, is_far
from analysis.refresh.update import Asker, Update
from analysis.tables.append import document_row, new_facts
from analysis.tables.companies import require_tickers
from analysis.tables.company_names import spelling
from analysis.tables.facts import FACT_KEY, load_facts
from analysis.tables.read import read_table
from analysis.tables.xbrl_facts import MAY_BE_NEGATIVE, FilerFacts, filer_facts

MOST_IN_A_ROW = 3
"""Filers without a file of use, one after the other, before the publisher is taken to be out of order."""
MOST_TIMES_NEW = 100
"""A number for a new period may be this many times larger or smaller than all on file before a person is asked."""
EMPTY_WORDS = {"and", "communications", "global", "group", "holdings", "international", "of", "systems", "technologies",
               "technology", "the"}
"""Words of a firm's name that many firms have."""


def sec_companyfacts(card: pd.Series, asker: Asker, update: Update) -> None:
    """Add the new facts of the companies asked for, or of every one with facts on file and a central index key.

    A filer whose file cannot be had, is refused, or would change the past keeps what it has; the others go on. After
    MOST_IN_A_ROW failures in a row nobody is asked further; what came before is taken in.
    """
    absent, asked, in_a_row = [], filers(asker.companies), 0
    for place, filer in enumerate(asked.itertuples(index=False)):
        url = card["url"].format(cik=filer.cik)
        try:
            content = asker.bytes_of(url, update)
            add_filer(content, asker.before(url), filer.ticker, filer.cik, url, asker.retrieved(url, update), update)
            in_a_row = 0
        except NotThere:
            absent.append(filer.ticker)
        except (SourceUnavailable, DataRefused) as error:
            update.addresses.pop(url, None)
            update.problems.append(type(error)(f"{card['live_source_id']}: {filer.ticker}: {error}"))
            in_a_row += not isinstance(error, AskFirst)
        left = len(asked) - place - 1
        if in_a_row == MOST_IN_A_ROW and left:
            update.problems.append(SourceUnavailable(
                f"{card['live_source_id']}: {in_a_row} filers in a row failed; the {left} after them were not asked; "
                "run again later"))
            break
    if absent:
        update.problems.append(NotThere(f"no file of {', '.join(absent)} at {card['url']}; has its key changed? "
                                        "refresh --source sec_tickers says so"))


def filers(wanted: list[str] | None = None) -> pd.DataFrame:
    """The companies to ask about: those named, or all with facts on file; AnalysisError when one has no CIK."""
    companies = read_table("companies")
    if wanted:
        require_tickers(wanted)
        chosen = companies[companies["ticker"].isin(wanted)]
        without = chosen.loc[chosen["cik"].isna(), "ticker"]
        if len(without):
            raise AnalysisError(f"no central index key is known for {', '.join(without)}: enter it in companies.csv")
        return chosen
    return companies[companies["cik"].notna() & companies["ticker"].isin(read_table("facts")["ticker"])]


def add_filer(content: bytes, before: bytes | None, ticker: str, cik: str, url: str, retrieved: str,
              update: Update) -> None:
    """Add one filer's new facts; DataRefused or AskFirst when they cannot be taken as they are.

    `before` is the file as it was taken in last time, if it is kept; `retrieved` the day on which this one came, which
    no filing in it can be later than.
    """
    found = filer_facts(content, ticker, cik, retrieved)
    document = document_row("sec_companyfacts", url)
    new = new_facts(found.facts, document["document_id"])
    if not update.accept:
        if content != before:
            old = _taken_in_before(before, ticker, cik, retrieved)
            _ask_if_other_firm(found.filer_name, old, ticker)
            _ask_if_lost(found, old)
        _ask_if_far(new, ticker)
    update.set_aside += _reasons(found)
    update.add("facts", new)
    if len(new):
        update.took("sec_companyfacts", url, content, retrieved)
        update.add("documents", pd.DataFrame([document], dtype="string").replace("", pd.NA))
        lacking = ", ".join(found.missing_concepts) or "none"
        update.notes.append(f"{ticker}: {len(new)} new readings; concepts without a number: {lacking}")


def _taken_in_before(before: bytes | None, ticker: str, cik: str, day: str | None) -> FilerFacts | None:
    try:
        return None if before is None else filer_facts(before, ticker, cik, day)
    except DataRefused:  # it was taken in under other rules, or for another key
        return None


def _ask_if_other_firm(name: str, old: FilerFacts | None, ticker: str) -> None:
    companies = read_table("companies").set_index("ticker")
    ours = companies.loc[ticker, "name"]
    if not is_same_firm(name, ours) and not (old is not None and name == old.filer_name):
        raise AskFirst(f"the file is of {name[:80]!r}, companies.csv has {ours!r} under that key; if it is the same "
                       "firm run again with --accept, else look up its key (refresh --source sec_tickers)")


def is_same_firm(one: str, other: str) -> bool:
    """Whether two names may be one firm's: a word in common, one begins the other, or one is the other's initials."""
    if not spelling(one) or not spelling(other):
        return False
    words = [set(spelling(name).split()) - EMPTY_WORDS for name in (one, other)]
    joined = [spelling(name).replace(" ", "") for name in (one, other)]
    initials = ["".join(word[0] for word in spelling(name).split()) for name in (one, other)]
    return bool(words[0] & words[1] or joined[0].startswith(joined[1]) or joined[1].startswith(joined[0])
                or joined[0] == initials[1] or joined[1] == initials[0])


def _ask_if_lost(found: FilerFacts, old: FilerFacts | None) -> None:
    if old is None:
        return
    known, given = (set(one.facts[FACT_KEY].itertuples(index=False, name=None)) for one in (old, found))
    concept, span, day = min(known - given, default=("", "", "", ""))[1:]
    ask_if_lost(known, given, "facts", f", e.g. {concept}, {span} to {day:%Y-%m-%d}" if concept else "")


def _ask_if_far(new: pd.DataFrame, ticker: str) -> None:
    have = load_facts([ticker])
    new = new.assign(period_end=pd.to_datetime(new["period_end"]), value=pd.to_numeric(new["value"]))
    both = new.merge(have[[*FACT_KEY, "value"]], on=FACT_KEY, suffixes=("", "_before"))
    far = both[is_far(both["value"], both["value_before"])]
    if len(far):
        one = far.iloc[0]
        raise AskFirst(f"{len(far)} numbers would change more than {MOST_TIMES} times, e.g. {one['concept']} to "
                       f"{one['period_end']:%Y-%m-%d} from {one['value_before']:,.0f} to {one['value']:,.0f}; "
                       "look at the filing, then run again with --accept")
    far = _far_from_all(new, have)
    if len(far):
        one = far.iloc[0]
        raise AskFirst(f"{len(far)} numbers of new periods are {MOST_TIMES_NEW} times off all on file, e.g. "
                       f"{one['concept']} to {one['period_end']:%Y-%m-%d} is {one['value']:,.0f}, the largest on file "
                       f"{one['largest']:,.0f}; look at the filing, then run again with --accept")


def _far_from_all(new: pd.DataFrame, have: pd.DataFrame) -> pd.DataFrame:
    """New numbers of periods after all on file that no firm grows or shrinks to; those that may change sign are left
    out, because they may be near zero."""
    have = have[(have["value"] != 0) & ~have["concept"].isin(MAY_BE_NEGATIVE)]
    known = have.groupby(["concept", "span"]).agg(
        last=("period_end", "max"), least=("value", "min"), largest=("value", "max")).reset_index()
    both = new[new["value"] != 0].merge(known, on=["concept", "span"])
    both = both[both["period_end"] > both["last"]]
    return both[(both["value"] > MOST_TIMES_NEW * both["largest"]) | (both["value"] * MOST_TIMES_NEW < both["least"])]


def _reasons(found: FilerFacts) -> list[dict[str, str]]:
    rows = found.set_aside
    days = rows["period_end"].dt.strftime("%Y-%m-%d")
    return [{"table": "facts", "reason": row.reason,
             "key": f"{row.ticker}.{row.concept}.{row.tag}.{day}.{str(row.accession)[:40]}",
             "row": f"{str(row.value)[:40]} {row.unit[:40]}"}
            for row, day in zip(rows.itertuples(index=False), days, strict=True)]
