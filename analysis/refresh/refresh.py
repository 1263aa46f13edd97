"""Fetch, rebuild, check: from the sources to new tables, all or nothing.

The tables are replaced only when every new row keeps the contract; what was refused is said and kept aside.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pandas as pd

from analysis.errors import AnalysisError, DataRefused, SourceUnavailable, require_known
from analysis.paths import data_dir
from analysis.refresh import changed
from analysis.refresh.connectors import CONNECTORS, ONLY_WHEN_NAMED, TAKE_A_FILE
from analysis.refresh.settings import is_address, is_set_up
from analysis.refresh.update import Asker, Update
from analysis.sources import raw_store
from analysis.sources.client import Client, Limits
from analysis.tables import read, staging
from analysis.tables.append import with_rows
from analysis.tables.descriptor import primary_key, read_text
from analysis.tables.read import read_table

GENERAL_AGENT = "compute-and-people analysis"


@dataclass
class Refreshed:
    """What a refresh did: rows added by table, notes, rows set aside, rows to review by live source, and what went
    wrong."""

    added: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    set_aside: list[dict[str, str]] = field(default_factory=list)
    review: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    problems: list[AnalysisError] = field(default_factory=list)
    rows: dict[str, pd.DataFrame] = field(default_factory=dict)


@dataclass(frozen=True)
class Wanted:
    """What to ask, and how: sources and companies by name (None for all); `offline` reads what is kept instead of
    asking; `dry_run` changes no table; `accept` takes in changes that would otherwise be asked about; `file` is read
    in place of a source's address; `universe` (`all` or a file) asks for a panel of filers."""

    sources: list[str] | None = None
    companies: list[str] | None = None
    offline: bool = False
    dry_run: bool = False
    accept: bool = False
    file: Path | None = None
    universe: str | None = None


def refresh_tables(wanted: Wanted) -> Refreshed:
    """Ask the sources and add what is new to the tables.

    One source's failure stops no other. Nothing new: nothing is written.
    UnknownName for a source or company that does not exist; AnalysisError for a file that no source asked takes.
    """
    staging.mend(data_dir())
    done = Refreshed()
    cards = _cards(wanted.sources)
    _refuse_misfit(wanted, set(cards["connector"]))
    updates = [_ask(card, wanted, done) for _, card in cards.iterrows()]
    _take_in([update for update in updates if update is not None], wanted.dry_run, done)
    return done


def _cards(wanted: list[str] | None) -> pd.DataFrame:
    cards = read_table("live_sources")
    for one in wanted or []:
        require_known("source", one, cards["live_source_id"])
    if wanted:
        return cards[cards["live_source_id"].isin(wanted)]
    return cards[~cards["connector"].isin(ONLY_WHEN_NAMED) & cards.apply(is_set_up, axis=1)]


def _refuse_misfit(wanted: Wanted, connectors: set[str]) -> None:
    if wanted.file is not None and not (len(connectors) == 1 and connectors <= TAKE_A_FILE):
        raise AnalysisError(f"--file needs one --source that takes a file: {', '.join(sorted(TAKE_A_FILE))}")
    if wanted.universe is not None and connectors != {"sec_archive"}:
        raise AnalysisError("--universe needs --source sec_archive")


def _ask(card: pd.Series, wanted: Wanted, done: Refreshed) -> Update | None:
    update = Update(accept=wanted.accept)
    try:
        at_hand = wanted.offline or wanted.file is not None
        with nullcontext() if at_hand else Client(user_agent(card), Limits()) as client:
            asker = Asker(client, date.today().isoformat(), wanted.companies, wanted.file, wanted.universe)
            CONNECTORS[card["connector"]](card, asker, update)
    except (SourceUnavailable, DataRefused) as error:
        done.problems.append(type(error)(f"{card['live_source_id']}: {error}"))
        return None
    done.problems += update.problems
    done.notes += update.notes
    done.set_aside += update.set_aside
    done.review[card["live_source_id"]] = update.review
    return update


def user_agent(card: pd.Series) -> str:
    """The User-Agent for a source; SourceUnavailable when the source asks for a contact and none is set."""
    if pd.isna(card["needs"]) or is_address(card):
        return GENERAL_AGENT
    given = os.environ.get(card["needs"], "").strip()
    if "@" not in given:
        raise SourceUnavailable(
            f"set {card['needs']} to a name and an e-mail address, such as 'Jane Doe jane@example.org': "
            "the publisher asks callers to say who they are")
    return given


def _take_in(updates: list[Update], dry_run: bool, done: Refreshed) -> None:
    for name in dict.fromkeys(table for update in updates for table in update.rows):
        parts = [part for update in updates for part in update.rows.get(name, [])]
        rows = pd.concat(parts, ignore_index=True)
        done.rows[name] = _not_there_yet(name, rows)
        done.added[name] = len(done.rows[name])
    files = {path: content for name, rows in done.rows.items() for path, content in with_rows(name, rows).items()}
    if dry_run:
        return
    if files:
        staging.stage(data_dir(), files)
        _check_staged(list(done.rows))
        changed.note(done.rows)
        staging.commit(data_dir())
        read.forget()
    for update in updates:
        for url, note in update.addresses.items():
            raw_store.remember(url, note)


def _not_there_yet(name: str, rows: pd.DataFrame) -> pd.DataFrame:
    keys = primary_key(name)
    have = set(read_text(name)[keys].itertuples(index=False, name=None))
    fresh = [key not in have for key in rows[keys].itertuples(index=False, name=None)]
    return rows[fresh].drop_duplicates(keys)


def _check_staged(names: list[str]) -> None:
    """Read the tables that gain rows as they would be; DataRefused with the failures when a contract breaks.

    Rows are only added, so the tables that refer to these cannot break.
    """
    with _as_they_would_be(data_dir()):
        lines = read.check(names)
    if lines:
        shutil.rmtree(data_dir() / staging.WRITING)
        raise DataRefused("\n".join([f"the new rows break the tables ({len(lines)} failures, e.g.):", *lines[:5]]))


@contextmanager
def _as_they_would_be(data: Path) -> Iterator[None]:
    """A folder that shows the tables with the waiting files in place; the tables are read from it inside."""
    whole = data / staging.WRITING
    waiting = {path.relative_to(whole) for path in whole.rglob("*") if path.is_file()}
    for path in data.rglob("*"):
        inside = path.relative_to(data)
        if path.is_file() and inside.parts[0] not in ("raw", staging.WRITING) and inside not in waiting:
            (whole / inside).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, whole / inside)
    before = os.environ.get("ANALYSIS_DATA")
    os.environ["ANALYSIS_DATA"] = str(whole)
    try:
        yield
    finally:
        os.environ.pop("ANALYSIS_DATA") if before is None else os.environ.update(ANALYSIS_DATA=before)
        for path in list(whole.rglob("*")):
            if path.is_file() and path.relative_to(whole) not in waiting:
                path.unlink()
