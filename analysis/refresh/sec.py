"""The connector of the SEC's company facts: one file per filer."""

import pandas as pd

from analysis.errors import AnalysisError, AskFirst, DataRefused, NotThere
from analysis.refresh.update import Asker, Update
from analysis.tables.append import document_row, new_facts
from analysis.tables.companies import require_tickers
from analysis.tables.facts import FACT_KEY, load_facts
from analysis.tables.read import read_table
from analysis.tables.xbrl_facts import FilerFacts, filer_facts

MOST_LOST = 0.02
"""Share of a filer's known facts that may be absent from a newer file before a person is asked."""
MOST_TIMES = 10
"""A number may change, or differ from the one on file, by at most this factor before a person is asked."""


def sec_companyfacts(card: pd.Series, asker: Asker, update: Update) -> None:
    """Add the new facts of the companies asked for, or of every one with facts on file and a central index key.

    A filer whose file is refused, or would change the past, keeps what it has; the others go on.
    SourceUnavailable when the publisher does not answer for one filer: then nobody is asked further.
    """
    absent = []
    for filer in filers(asker.companies).itertuples(index=False):
        url = card["url"].format(cik=filer.cik)
        try:
            add_filer(asker.bytes_of(url, update), asker.before(url), filer.ticker, filer.cik, url, update)
        except NotThere:
            absent.append(filer.ticker)
        except DataRefused as error:
            update.addresses.pop(url, None)
            update.problems.append(type(error)(f"{filer.ticker}: {error}"))
    if absent:
        update.problems.append(NotThere(f"no file of {', '.join(absent)} at {card['url']}"))


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


def add_filer(content: bytes, before: bytes | None, ticker: str, cik: str, url: str, update: Update) -> None:
    """Add one filer's new facts; DataRefused or AskFirst when they cannot be taken as they are.

    `before` is the file as it was taken in last time, if it is kept.
    """
    found = filer_facts(content, ticker, cik)
    document = document_row("sec_companyfacts", url)
    new = new_facts(found.facts, document["document_id"])
    if not update.accept:
        _ask_if_lost(found.facts, before, ticker, cik)
        _ask_if_far(new, ticker)
    update.set_aside += _reasons(found)
    update.add("facts", new)
    if len(new):
        update.add("documents", pd.DataFrame([document], dtype="string").replace("", pd.NA))
        lacking = ", ".join(found.missing_concepts) or "none"
        update.notes.append(f"{ticker}: {len(new)} new readings; concepts without a number: {lacking}")


def _ask_if_lost(live: pd.DataFrame, before: bytes | None, ticker: str, cik: str) -> None:
    if before is None:
        return
    known, given = (set(frame[FACT_KEY].itertuples(index=False, name=None))
                    for frame in (filer_facts(before, ticker, cik).facts, live))
    lost = len(known - given)
    if lost > MOST_LOST * len(known):
        raise AskFirst(f"the new file lacks {lost} of the {len(known)} facts of the file before it; "
                       "look at it, then run again with --accept")


def _ask_if_far(new: pd.DataFrame, ticker: str) -> None:
    have = load_facts([ticker])
    both = new.assign(period_end=pd.to_datetime(new["period_end"]), value=pd.to_numeric(new["value"]))
    both = both.merge(have[[*FACT_KEY, "value"]], on=FACT_KEY, suffixes=("", "_before"))
    times = (both["value"] / both["value_before"].where(both["value_before"] != 0)).abs()
    far = both[(times > MOST_TIMES) | (times < 1 / MOST_TIMES)]
    if len(far):
        one = far.iloc[0]
        raise AskFirst(f"{len(far)} numbers would change more than {MOST_TIMES} times, e.g. {one['concept']} to "
                       f"{one['period_end']:%Y-%m-%d} from {one['value_before']:,.0f} to {one['value']:,.0f}; "
                       "look at the filing, then run again with --accept")


def _reasons(found: FilerFacts) -> list[dict[str, str]]:
    rows = found.set_aside
    return [{"source_id": "sec_companyfacts", "table": "facts", "reason": row.reason,
             "key": f"{row.ticker}.{row.concept}.{row.tag}.{row.period_end:%Y-%m-%d}.{row.accession}",
             "row": f"{row.value} {row.unit}"} for row in rows.itertuples(index=False)]
