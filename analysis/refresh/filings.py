"""The connector of filings: the SEC's list of each filer's filings, then the headcount in the text of the new ones.

Read are annual reports (10-K, 10-K/A) and the releases of results (exhibit 99.1 of an 8-K with item 2.02). A filing
that was read is not asked for again: what it said about people is kept beside its bytes.
"""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import TypeVar

import pandas as pd

from analysis.errors import DataRefused, NotThere, SourceUnavailable
from analysis.refresh.filing_lists import lists_of
from analysis.refresh.headcount_verdict import Filing, Verdict, as_found, question, verdicts
from analysis.refresh.layoffs import decisions
from analysis.refresh.review import review_file, rows_in
from analysis.refresh.update import Asker, Update
from analysis.sources import raw_store
from analysis.sources.headcount_text import Candidate, headcount_candidates
from analysis.sources.submissions import document_text, folder_address, release_name
from analysis.tables.headcount_rows import COLUMNS, filings_on_file, headcount_rows, numbers_on_file

MOST_FILINGS = 150
"""Filings read in one run, the newest first; the others wait for the next."""
MOST_CANDIDATES = 5
"""Numbers kept of one filing, the surest."""
SAID = 8
"""Filings without a number that are named; the rest are counted."""
NEW = "new"
Result = TypeVar("Result")


def sec_filings(card: pd.Series, asker: Asker, update: Update) -> None:
    """Add the headcounts that new filings clearly give, list those a person must decide on.

    SourceUnavailable when the lists cannot be had; once documents are asked for, what was read stays.
    """
    settled, decided = filings_on_file(), decisions(card["live_source_id"])
    listed, tickers = lists_of(card, asker, update)
    filings = [one for one in listed if one.accession not in settled and one.key not in decided]
    fresh = [one for one in filings if asker.before(_name(one)) is None]
    read = _read(fresh, asker, update)
    found = [one for filing in filings for one in _judged(filing, read, asker)]
    for url in {one.filing.url for one in _take_in(found, decided, update)}:
        note = update.addresses.get(url) or asker.notes[url]
        update.took(card["source_id"], url, raw_store.kept(note["sha256"]), note["retrieved_date"])
    update.review += _of_others(card["live_source_id"], tickers)
    if fresh and asker.client is not None:
        _tell(fresh, read, found, update)


def _read(fresh: list[Filing], asker: Asker, update: Update) -> dict[str, dict]:
    """What the filings say, by `_name`; stops where the publisher does not answer."""
    read = {}
    for filing in fresh[:MOST_FILINGS]:
        try:
            read[_name(filing)] = said = _said(filing, asker, update)
        except (SourceUnavailable, DataRefused) as error:
            if asker.client is not None:  # offline, what is not kept waits
                update.problems.append(type(error)(f"{filing.key} ({filing.form}): {error}"))
            if isinstance(error, NotThere | DataRefused):
                continue
            break
        digest = raw_store.keep(json.dumps(said, ensure_ascii=False).encode())
        update.addresses[_name(filing)] = {"sha256": digest, "etag": "", "last_modified": "",
                                           "retrieved_date": asker.today}
    return read


def _said(filing: Filing, asker: Asker, update: Update) -> dict:
    """The document of a filing that was read (blank when it has none to read) and the numbers of people in it."""
    name = filing.document
    if filing.is_release:
        page = folder_address(filing.cik, filing.accession) + f"{filing.accession}-index.htm"
        name = _good(page, asker, update, lambda content: release_name(content, filing.cik, filing.accession))
    if name is None:
        return {"url": "", "candidates": []}
    url = folder_address(filing.cik, filing.accession) + name
    text = _good(url, asker, update, lambda content: document_text(content, not filing.is_release))
    return {"url": url, "candidates": [asdict(one) for one in headcount_candidates(text)[:MOST_CANDIDATES]]}


def _good(url: str, asker: Asker, update: Update, use: Callable[[bytes], Result]) -> Result:
    """What `use` makes of an address; bytes it refuses are not remembered, so that the next run asks again."""
    content = asker.before(url) or asker.bytes_of(url, update)
    try:
        return use(content)
    except DataRefused:
        update.addresses.pop(url, None)
        raise


def _name(filing: Filing) -> str:
    """The name under which what a filing said is remembered among the addresses."""
    return f"headcount:{filing.key}"


def _judged(filing: Filing, read: dict[str, dict], asker: Asker) -> list[Verdict]:
    """The surest numbers of a filing that was read, in this run or an earlier one."""
    kept = asker.before(_name(filing))
    said = read.get(_name(filing)) or (json.loads(kept) if kept else None)
    if said is None:
        return []
    candidates = [Candidate(**one | {"kinds": tuple(one["kinds"])}) for one in said["candidates"]]
    return verdicts(filing._replace(url=said["url"]), candidates)


def _take_in(found: list[Verdict], decided: dict[str, str], update: Update) -> list[Verdict]:
    """The clear numbers and those a person took in go to the tables and are returned; the others are asked about."""
    known = numbers_on_file()
    news = [one for one in found
            if (one.filing.ticker, one.period_end, one.candidate.employees_persons) not in known]
    taken = [one for one in news if decided.get(one.key, NEW if not one.why else "") == NEW]
    rows, documents = headcount_rows(pd.DataFrame(list(map(as_found, taken)), columns=COLUMNS))
    update.add("facts", rows)
    update.add("documents", documents)
    closed = {one.filing for one in taken}
    update.review += [question(one) for one in news if one.key not in decided and one.filing not in closed]
    return taken


def _of_others(live_source_id: str, tickers: set[str]) -> list[dict[str, str]]:
    """The open questions about companies whose list was not read in this run: they stay."""
    read = tuple(f"{ticker}." for ticker in tickers)
    return [row for row in rows_in(review_file()) if row["live_source_id"] == live_source_id
            and not row["key"].startswith(read)]


def _tell(fresh: list[Filing], read: dict[str, dict], found: list[Verdict], update: Update) -> None:
    """Notes on what this run read for the first time."""
    with_number = {_name(one.filing) for one in found}
    without = [f"{one.ticker} {one.form} of {one.filed_date:%Y-%m-%d}" for one in fresh
               if _name(one) in read and _name(one) not in with_number]
    waiting = len(fresh) - len(read)
    parts = [f"{len(read)} filings read for headcount, {len(read) - len(without)} with a number"]
    if without:
        more = f" and {len(without) - SAID} more" if len(without) > SAID else ""
        parts.append(f"without: {', '.join(without[:SAID])}{more}")
    if waiting:
        parts.append(f"{waiting} wait for the next run")
    update.notes.append("; ".join(parts))
