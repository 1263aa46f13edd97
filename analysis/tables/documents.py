"""From a document id to what a reader can click."""

from dataclasses import dataclass
from pathlib import Path

from analysis.errors import require_known
from analysis.paths import data_dir
from analysis.tables.read import read_table, until_forgotten


@dataclass(frozen=True)
class Citation:
    """One document: its publisher card and its address (blank where no address was kept)."""

    document_id: str
    source_id: str
    publisher: str
    title: str
    url: str
    licence: str


def citation(document_id: str) -> Citation:
    """The citation of a document; UnknownName when the id is not in the table documents."""
    known = _citations(data_dir())
    require_known("document", document_id, known)
    return known[document_id]


def document_ids() -> frozenset[str]:
    """The ids of every document in the table."""
    return frozenset(_citations(data_dir()))


@until_forgotten
def _citations(folder: Path) -> dict[str, Citation]:
    cards = read_table("documents").merge(read_table("sources"), on="source_id", suffixes=("", "_card"))
    cards["url"] = cards["url"].fillna("")
    return {
        row.document_id: Citation(row.document_id, row.source_id, row.publisher, row.title, row.url, row.licence)
        for row in cards.itertuples(index=False)
    }
