"""Write a panel of many filers from the SEC's archive, in memory that does not grow with their number.

A panel is a folder under data/raw/panels, which git ignores: the committed tables are not touched.
"""

import csv
import gzip
import json
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

from analysis.csv_cells import cell
from analysis.errors import DataRefused, NotThere
from analysis.sources.companyfacts_archive import Archive
from analysis.sources.raw_store import raw_dir
from analysis.tables.filer_panel import ASIDE_COLUMNS, PANEL_COLUMNS, FilerPart, filer_part

FILER_COLUMNS = ["cik", "ticker", "facts", "set_aside", "missing_concepts", "unknown_tags", "problem"]
SAY_EVERY = 1000
"""Filers between two lines on how far it is: an archive of all filers takes some twenty minutes."""


@dataclass
class Panel:
    """What was written: the folder, how many filers gave facts and how many facts, and each file that was refused
    or absent, by central index key."""

    folder: Path
    filers: int = 0
    facts: int = 0
    problems: dict[str, str] = field(default_factory=dict)


def panels_dir() -> Path:
    """The folder of all panels."""
    return raw_dir() / "panels"


def write_panel(archive: Archive, filers: list[tuple[str, str]], name: str) -> Panel:
    """Write the panel `name` of these filers (central index key, ticker or blank) and return what it holds.

    facts.csv.gz has one row per reading (PANEL_COLUMNS); set_aside.csv.gz the readings that are no fact, with the
    reason; filers.csv one row per filer asked for; unknown_tags.csv the tags that no row of xbrl_tags names, with
    the number of filers that use them. The folder is replaced only when the new one is whole.
    """
    panel = Panel(panels_dir() / name)
    part = panel.folder.with_name(f".{name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        _write(part, archive, filers, panel)
        _replace(panel.folder, part)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return panel


def _write(part: Path, archive: Archive, filers: list[tuple[str, str]], panel: Panel) -> None:
    unknown = Counter[str]()
    with _table(part / "facts.csv.gz", PANEL_COLUMNS) as facts, _table(part / "set_aside.csv.gz", ASIDE_COLUMNS) as \
            aside, (part / "filers.csv").open("w", newline="", encoding="utf-8") as listed:
        rows = csv.writer(listed, lineterminator="\n")
        rows.writerow(FILER_COLUMNS)
        for one in _parts(archive, filers):
            facts.write(one.fact_lines)
            aside.write(one.aside_lines)
            rows.writerow([one.cik, one.ticker, one.fact_count, one.aside_count, " ".join(one.missing_concepts),
                           len(one.unknown_tags), cell(one.problem)])
            unknown.update(one.unknown_tags)
            _count(panel, one)
    _write_unknown(part / "unknown_tags.csv", unknown)
    _describe(part / "panel.json", archive, panel, len(filers))


def _replace(folder: Path, part: Path) -> None:
    old = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.replace(old)
    part.replace(folder)
    shutil.rmtree(old, ignore_errors=True)


def _parts(archive: Archive, filers: list[tuple[str, str]]) -> Iterator[FilerPart]:
    for number, (cik, ticker) in enumerate(filers, start=1):
        if number % SAY_EVERY == 0:
            print(f"  {number:,} of {len(filers):,} filers", file=sys.stderr, flush=True)
        try:
            yield filer_part(archive.content(cik), ticker, cik)
        except (NotThere, DataRefused) as error:
            yield FilerPart(cik, ticker, problem=str(error))


def _count(panel: Panel, one: FilerPart) -> None:
    panel.facts += one.fact_count
    panel.filers += one.fact_count > 0
    if one.problem:
        panel.problems[one.cik] = one.problem


@contextmanager
def _table(path: Path, columns: list[str]) -> Iterator[TextIO]:
    """A compressed CSV file to write lines to, the same bytes for the same rows on any day."""
    with path.open("wb") as raw, gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed, TextIOWrapper(
            packed, encoding="utf-8", newline="") as stream:
        stream.write(",".join(columns) + "\n")
        yield stream


def _write_unknown(path: Path, unknown: Counter[str]) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        rows = csv.writer(stream, lineterminator="\n")
        rows.writerow(["tag", "filers"])
        most_used_first = sorted(unknown.items(), key=lambda one: (-one[1], one[0]))
        rows.writerows((cell(tag), count) for tag, count in most_used_first)


def _describe(path: Path, archive: Archive, panel: Panel, asked: int) -> None:
    facts = {"archive": archive.path.name, "archive_bytes": archive.path.stat().st_size, "filers_asked_for": asked,
             "filers_with_facts": panel.filers, "facts": panel.facts, "files_refused_or_absent": len(panel.problems)}
    path.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
