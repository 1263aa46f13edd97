"""Fetch, rebuild, check: from the sources to new tables, all or nothing.

The tables are replaced only when every new row keeps the contract; what was refused is said and kept aside.
"""

import os
import shutil
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from analysis.errors import AnalysisError, DataRefused, SourceUnavailable, require_known
from analysis.paths import data_dir
from analysis.periods import today
from analysis.refresh import changed
from analysis.refresh.connectors import BY_COMPANY, CONNECTORS, ONLY_WHEN_NAMED, TAKE_A_FILE
from analysis.refresh.replay import Notes, past_contents
from analysis.refresh.settings import is_address, is_set_up
from analysis.refresh.update import Asker, Update
from analysis.sources import raw_store
from analysis.sources.client import Client, Limits
from analysis.tables import read, staging
from analysis.tables.append import with_rows
from analysis.tables.descriptor import primary_key, read_text
from analysis.tables.read import read_table

GENERAL_AGENT = "compute-and-people analysis"
PLACEHOLDER = "you@example.org"
"""What a printed unit holds until its reader writes an address; no publisher is told it."""


@dataclass
class Refreshed:
    """What a refresh did: rows added by table, notes, rows set aside, rows to review by live source, and what went
    wrong."""

    added: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    set_aside: dict[str, list[dict[str, str]]] = field(default_factory=dict)
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
    UnknownName for a source or company that does not exist; AnalysisError for a file that no source asked takes;
    DataRefused when the clock of this machine is behind the tables.
    """
    staging.mend(data_dir())
    _refuse_clock(today())
    done = Refreshed()
    cards = _cards(wanted)
    _refuse_misfit(wanted, set(cards["connector"]))
    rebuild = wanted.offline and not wanted.dry_run
    for notes in past_contents() if rebuild else []:  # accepted when they came; what went wrong then was said then
        past = Refreshed(added=done.added, rows=done.rows)
        _take_in(_asked(cards, replace(wanted, accept=True), past, notes), False, past)
    _take_in(_asked(cards, wanted, done), wanted.dry_run, done)
    return done


def _refuse_clock(day: str) -> None:
    """A wrong clock would date what comes in wrongly, and take this year's filings for the future."""
    newest = read_table("sources")["retrieved_date"].max()
    if pd.Timestamp(day) < newest - pd.Timedelta(days=1):
        raise DataRefused(f"the clock of this machine says {day}, but sources were retrieved on {newest:%Y-%m-%d}; "
                          "set the clock, then run again")


def _cards(wanted: Wanted) -> pd.DataFrame:
    """The sources to ask: those named, else the usual ones; of these only those asked by company when any is named."""
    cards = read_table("live_sources")
    for one in wanted.sources or []:
        require_known("source", one, cards["live_source_id"])
    if wanted.sources:
        return cards[cards["live_source_id"].isin(wanted.sources)]
    usual = cards[~cards["connector"].isin(ONLY_WHEN_NAMED) & cards.apply(is_set_up, axis=1)]
    return usual[usual["connector"].isin(BY_COMPANY)] if wanted.companies else usual


def _refuse_misfit(wanted: Wanted, connectors: set[str]) -> None:
    if wanted.file is not None and not (len(connectors) == 1 and connectors <= TAKE_A_FILE):
        raise AnalysisError(f"--file needs one --source that takes a file: {', '.join(sorted(TAKE_A_FILE))}")
    file = wanted.file
    if file is not None and not (file.is_file() and os.access(file, os.R_OK)):
        raise AnalysisError(f"no file {file} that this user can read")
    if wanted.companies and not connectors & BY_COMPANY:
        raise AnalysisError("--company needs a source that is asked company by company: "
                            f"{', '.join(sorted(BY_COMPANY))}")
    if wanted.universe is not None and connectors != {"sec_archive"}:
        raise AnalysisError("--universe needs --source sec_archive")


def _asked(cards: pd.DataFrame, wanted: Wanted, done: Refreshed, notes: Notes | None = None) -> dict[str, Update]:
    """What each source has to add, by live_source_id; a source that failed has none."""
    updates = {card["live_source_id"]: _ask(card, wanted, done, notes) for _, card in cards.iterrows()}
    return {name: update for name, update in updates.items() if update is not None}


def _ask(card: pd.Series, wanted: Wanted, done: Refreshed, notes: Notes | None) -> Update | None:
    update, name = Update(accept=wanted.accept), card["live_source_id"]
    try:
        at_hand = wanted.offline or wanted.file is not None
        with nullcontext() if at_hand else Client(user_agent(card), Limits()) as client:
            asker = Asker(client, today(), wanted.companies, wanted.file, wanted.universe, notes)
            CONNECTORS[card["connector"]](card, asker, update)
    except (SourceUnavailable, DataRefused) as error:
        done.problems.append(type(error)(f"{name}: {error}"))
        return None
    except (AnalysisError, OSError):  # a wrong call, or no room
        raise
    except Exception as error:  # noqa: BLE001 - an answer that nobody foresaw stops no other source
        last = traceback.extract_tb(error.__traceback__)[-1]
        why = f"{type(error).__name__}: {str(error)[:200]}; {Path(last.filename).name} line {last.lineno}"
        done.problems.append(DataRefused(
            f"{name}: its answer could not be read ({why}); nothing of it was taken in; report it as a fault"))
        return None
    done.problems += update.problems
    done.notes += update.notes
    done.set_aside[name] = update.set_aside
    done.review[name] = update.review
    return update


def user_agent(card: pd.Series) -> str:
    """The User-Agent for a source; SourceUnavailable when the source asks for a contact and none is set."""
    if pd.isna(card["needs"]) or is_address(card):
        return GENERAL_AGENT
    given = os.environ.get(card["needs"], "").strip()
    if "@" not in given or PLACEHOLDER in given or not (given.isascii() and given.isprintable()):
        raise SourceUnavailable(
            f"set {card['needs']} to a name and an e-mail address in plain letters, such as "
            "'Jane Doe jane@example.org': the publisher asks callers to say who they are")
    return given


def _take_in(updates: dict[str, Update], dry_run: bool, done: Refreshed) -> None:
    """Add the rows of all sources together; when they break the tables, source by source, and leave out which do."""
    try:
        rows = _commit(list(updates.values()), dry_run)
    except DataRefused as error:
        if len(updates) > 1:
            for name, update in updates.items():
                _take_in({name: update}, dry_run, done)
        else:
            name = next(iter(updates))
            done.problems.append(DataRefused(f"{name}: {error}\nnothing of {name} was taken in; look at what it gave"))
        return
    for name, new in rows.items():
        done.rows[name] = pd.concat([done.rows[name], new], ignore_index=True) if name in done.rows else new
        done.added[name] = len(done.rows[name])


def _commit(updates: list[Update], dry_run: bool) -> dict[str, pd.DataFrame]:
    """Write what is new, all or nothing, and then what is remembered of the addresses; returns the new rows by table.

    DataRefused when the rows break a contract: nothing is written then.
    """
    rows = {}
    for name in dict.fromkeys(table for update in updates for table in update.rows):
        parts = [part for update in updates for part in update.rows.get(name, [])]
        rows[name] = _not_there_yet(name, pd.concat(parts, ignore_index=True))
    files = {path: content for name, new in rows.items() for path, content in with_rows(name, new).items()}
    if dry_run:
        return rows
    if files:
        staging.stage(data_dir(), files)
        _check_staged(list(rows))
        changed.note(rows)
        staging.commit(data_dir())
        read.forget()
    for update in updates:
        for url, note in update.addresses.items():
            raw_store.remember(url, note)
    return rows


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
