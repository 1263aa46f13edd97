"""The connector of a layoff table in the layoffs.fyi/Kaggle layout, from the user's address or file.

The table is share-alike and stays outside the project: only the events of listed technology firms go in.
"""

import pandas as pd

from analysis.errors import AnalysisError, DataRefused, TableError
from analysis.refresh.asking import ask_if_lost
from analysis.refresh.settings import address, file_name, is_address_set
from analysis.refresh.update import Asker, Update
from analysis.sources import raw_store
from analysis.sources.layoffs_file import read_layoffs_file
from analysis.tables.company_names import spelling
from analysis.tables.layoff_matching import KNOWN, NEW, REVIEW, Found, as_events, match, matching_rules
from analysis.tables.layoff_rows import DECIDED, READ_FROM, cannot_be, event_rows, of_known_companies
from analysis.tables.read import check, read_table


def layoffs(card: pd.Series, asker: Asker, update: Update) -> None:
    """Add the clear new events, list what a person must decide, leave out what is on file.

    DataRefused when the file is no such table; SourceUnavailable when neither an address nor a file was given.
    """
    url, content = _content(card, asker, update)
    before, events = asker.before(url), _read(content)
    if before is not None and not update.accept:
        ask_if_lost(_announced(_read(before)), _announced(events), "layoffs")
    ours, settled, decided = of_known_companies(events), _settled(), decisions(card["live_source_id"])
    reason = cannot_be(ours, asker.today)
    good = ours[reason.isna()].reset_index(drop=True)
    found = _judged(good, settled, decided)
    rows, documents = event_rows(good, found)
    update.add("layoff_events", rows)
    if len(rows):
        asked = card["url"] if url != file_name(card) else url  # a user's own address is nobody else's business
        update.took(card["source_id"], asked, content, asker.retrieved(url, update))
    update.add("documents", documents)
    update.set_aside += _aside(events, ours.assign(why=reason)[reason.notna()])
    strangers = events[events["listed"] & (events["announced_date"] >= settled) & ~events.index.isin(ours["row"])]
    update.review += _questions(good, found) + _strangers(strangers, decided)
    update.notes.append(f"{len(events)} rows read, {len(good)} of companies in our tables, {len(rows)} new events")


def decisions(live_source_id: str) -> dict[str, str]:
    """What persons decided about rows of a source, by the key in the review file.

    AnalysisError when the table of decisions has a mistake: a decision that is none would end the question unheard.
    """
    if lines := check(["review_decisions"]):
        raise AnalysisError("; ".join(lines))
    table = read_table("review_decisions")
    mine = table[table["live_source_id"] == live_source_id]
    return dict(zip(mine["key"], mine["decision"], strict=True))


def _content(card: pd.Series, asker: Asker, update: Update) -> tuple[str, bytes]:
    """The table and where it is from: the file at hand, else the user's address, else the file given last."""
    name = file_name(card)
    if asker.file is not None:
        if not asker.file.is_file():
            raise DataRefused(f"no file {asker.file}")
        content = asker.file.read_bytes()
        digest, known = raw_store.keep(content), asker.notes.get(name, {})
        if known.get("sha256") != digest:
            update.addresses[name] = {"sha256": digest, "etag": "", "last_modified": "", "retrieved_date": asker.today}
        return name, content
    given_last = asker.before(name)
    if given_last is not None and not is_address_set(card):
        return name, given_last
    url = address(card)
    return url, asker.bytes_of(url, update)


def _read(content: bytes) -> pd.DataFrame:
    if content.startswith(b"PK"):
        raise DataRefused("a zip archive came: unpack it and give the CSV inside")
    try:
        return read_layoffs_file(raw_store.raw_path(raw_store.keep(content)), drop_bad=True)
    except TableError as error:
        raise DataRefused(f"no table in the layoffs.fyi/Kaggle layout: {error}") from None


def _announced(events: pd.DataFrame) -> set:
    return set(zip(events["company"], events["announced_date"], strict=True))


def _settled() -> pd.Timestamp:
    """The day up to which rows that are not on file were left out on purpose: the table was made by hand to then."""
    documents, known = read_table("documents"), read_table("layoff_events")
    by_hand = (documents["source_id"] == "layoffs_fyi") & ~documents["read_from"].fillna("").str.startswith(READ_FROM)
    made = known["document_id"].isin(documents.loc[by_hand, "document_id"])
    return known.loc[made, "announced_date"].max() - pd.Timedelta(days=matching_rules()["settled_days"])


def _judged(rows: pd.DataFrame, settled: pd.Timestamp, decided: dict[str, str]) -> list[Found]:
    """What each row is, after a person's decision where there is one.

    A new event of a firm that the tracker does not call listed is a question: the name may be another's.
    """
    found = match(as_events(rows), as_events(read_table("layoff_events")), matching_rules(), settled)
    for place, row in enumerate(rows.itertuples(index=False)):
        if found[place].outcome == NEW and not row.listed:
            found[place] = Found(REVIEW, "the table does not call it listed: another of that name, or not listed then")
        decision = decided.get(_key(row))
        if found[place].outcome == REVIEW and decision is not None:
            found[place] = Found(NEW if decision == "new" else KNOWN, DECIDED)
    return found


def _aside(events: pd.DataFrame, bad: pd.DataFrame) -> list[dict[str, str]]:
    entries = [(row["company"], row["date"], row["why"]) for row in events.attrs["dropped"]]
    entries += [(row.company, f"{row.announced_date:%Y-%m-%d}", row.why) for row in bad.itertuples()]
    return [{"table": "layoff_events", "key": f"{day}.{company}", "reason": why, "row": ""}
            for company, day, why in entries]


def _questions(rows: pd.DataFrame, found: list[Found]) -> list[dict[str, str]]:
    questions = []
    for row, one in zip(rows.itertuples(index=False), found, strict=True):
        if one.outcome == REVIEW:
            near = "; ".join(f"{event.event_id} ({_number(event.persons)})" for event in one.near)
            questions.append({"table": "layoff_events", "key": _key(row), "row": _shown(row),
                              "reason": f"{one.why}{': ' if near else ''}{near}"})
    return questions


def _strangers(rows: pd.DataFrame, decided: dict[str, str]) -> list[dict[str, str]]:
    return [{"table": "company_aliases", "key": _key(row), "row": _shown(row),
             "reason": "the table calls the company listed; it is not in companies or company_aliases"}
            for row in rows.itertuples(index=False) if _key(row) not in decided]


def _key(row) -> str:
    """A row of the file by day, company and count: what review_decisions names it by."""
    count = "none" if pd.isna(row.employees_cut_persons) else f"{row.employees_cut_persons:.0f}"
    return f"{row.announced_date:%Y-%m-%d}.{spelling(row.company).replace(' ', '-')}.{count}"


def _shown(row) -> str:
    share = "no share" if pd.isna(row.share_ratio) else f"{row.share_ratio:.0%}"
    return f"{row.company}, {_number(row.employees_cut_persons)}, {share}, {row.source_url or 'no address'}"


def _number(count: float) -> str:
    return "no count" if pd.isna(count) else f"{count:,.0f} people"
