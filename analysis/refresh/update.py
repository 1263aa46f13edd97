"""What a source has to add, and the connectors that know how to ask it."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from analysis.errors import AnalysisError, NotThere
from analysis.refresh.replay import Notes
from analysis.sources import raw_store
from analysis.sources.client import Client


@dataclass
class Update:
    """New rows by table (text, in the table's columns), rows set aside with their reason, and notes to read.

    `review` are rows a person must decide on (table, key, reason, row).

    `addresses` is what to remember of each address once the tables are in; `problems` are what went wrong with a
    part of a source while the rest went on; `accept` says that a person has agreed to unlikely changes.
    """

    accept: bool = False
    problems: list[AnalysisError] = field(default_factory=list)
    rows: dict[str, list[pd.DataFrame]] = field(default_factory=dict)
    set_aside: list[dict[str, str]] = field(default_factory=list)
    review: list[dict[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    addresses: dict[str, dict[str, str]] = field(default_factory=dict)

    def add(self, table: str, rows: pd.DataFrame) -> None:
        """Take in new rows of a table."""
        if len(rows):
            self.rows.setdefault(table, []).append(rows)

    def took(self, source_id: str, url: str, content: bytes, retrieved: str) -> None:
        """Note that rows were read from these bytes, and on which day they came: a row of the table retrievals."""
        row = {"source_id": source_id, "url": url, "retrieved_date": retrieved,
               "sha256": hashlib.sha256(content).hexdigest(), "bytes_count": str(len(content)), "read_from": pd.NA}
        self.add("retrievals", pd.DataFrame([row], dtype="string"))


Connector = Callable[[pd.Series, "Asker", Update], None]
"""A connector reads one row of live_sources, asks for what it needs and adds to the update."""


class Asker:
    """Gives connectors the bytes of an address: from the publisher when something is new, else from the raw store.

    `companies` are the tickers to ask about; None for all that a source covers. `file` is a file at hand to read
    in place of the address; `universe` names the filers of a panel (`all` or a file). `notes` are what is remembered
    of each address, when it is not what it gave last.
    """

    def __init__(self, client: Client | None, today: str, companies: list[str] | None = None,
                 file: Path | None = None, universe: str | None = None, notes: Notes | None = None):
        self.client, self.today, self.companies = client, today, companies
        self.file, self.universe = file, universe
        self.notes = raw_store.notes() if notes is None else notes

    def bytes_of(self, url: str, update: Update) -> bytes:
        """The newest bytes of an address; without a client (offline) those kept.

        NotThere when offline and nothing is kept; SourceUnavailable when the publisher fails.
        """
        note = self.notes.get(url, {})
        known = note if note and raw_store.is_kept(note["sha256"]) else {}
        if self.client is None:
            if not known:
                raise NotThere(f"{url}: nothing whole is kept of it, and the run is offline; run without --offline")
            return raw_store.kept(known["sha256"])
        answer = self.client.ask(url, known.get("etag", ""), known.get("last_modified", ""))
        if answer.content is None:
            return raw_store.kept(known["sha256"])
        digest = raw_store.keep(answer.content)
        same = digest == known.get("sha256")
        update.addresses[url] = {"sha256": digest, "etag": answer.etag, "last_modified": answer.last_modified,
                                 "retrieved_date": note["retrieved_date"] if same else self.today}
        return answer.content

    def retrieved(self, url: str, update: Update) -> str:
        """The day the bytes that `bytes_of` gave first came from the address (YYYY-MM-DD)."""
        return (update.addresses.get(url) or self.notes[url])["retrieved_date"]

    def before(self, url: str) -> bytes | None:
        """The bytes of an address as they were taken in last time; None when they are not kept."""
        digest = self.notes.get(url, {}).get("sha256")
        return raw_store.kept(digest) if digest and raw_store.is_kept(digest) else None
