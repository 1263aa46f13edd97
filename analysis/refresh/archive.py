"""The connector of the SEC's archive of all company facts: one file instead of one request per filer.

It is asked only when it is named, because the archive has more than a gigabyte.
"""

import re
from pathlib import Path

import pandas as pd

from analysis.errors import AnalysisError, DataRefused, NotThere
from analysis.refresh.panel import write_panel
from analysis.refresh.sec import add_filer, filers
from analysis.refresh.tickers import known_keys
from analysis.refresh.update import Asker, Update
from analysis.sources.companyfacts_archive import Archive
from analysis.sources.download import download
from analysis.sources.raw_store import raw_dir
from analysis.tables.read import read_table

ALL = "all"
SAID = 5
"""Filers that are named one by one when something is wrong with them; the rest are counted."""


def sec_archive(card: pd.Series, asker: Asker, update: Update) -> None:
    """Add the new facts of the tables' companies from the archive and, with a universe, write a panel of it.

    A universe limits both: only its filers are read. NotThere when offline and no archive is at hand;
    DataRefused when the archive is not whole or not the SEC's.
    """
    path = asker.file or _downloaded(card, asker)
    try:
        archive = Archive(path)
    except DataRefused:
        if asker.file is None:
            path.unlink(missing_ok=True)  # the next run fetches it again
        raise
    with archive:
        only = _panel(archive, asker.universe, asker, update) if asker.universe else None
        _tables(archive, asker, update, only)


def _downloaded(card: pd.Series, asker: Asker) -> Path:
    path = raw_dir() / "archives" / "companyfacts.zip"
    if asker.client is not None:
        download(asker.client, card["url"], path)
    if not path.exists():
        raise NotThere(f"{path} is not kept, and the run is offline; name a file with --file")
    return path


def _panel(archive: Archive, universe: str, asker: Asker, update: Update) -> set[str]:
    """Write the panel of the universe; returns the central index keys of its filers."""
    keys = known_keys(asker, update)
    chosen, unknown = universe_filers(universe, archive.ciks, keys)
    if unknown:
        more = f" and {len(unknown) - SAID} more" if len(unknown) > SAID else ""
        update.problems.append(NotThere(f"no central index key is known for {', '.join(unknown[:SAID])}{more}"))
    panel = write_panel(archive, chosen, panel_name(universe))
    update.notes.append(f"panel of {panel.filers:,} filers with {panel.facts:,} readings in {panel.folder}; what "
                        "could not be mapped is listed there")
    if panel.problems:
        first = "; ".join(f"{cik}: {why}" for cik, why in list(panel.problems.items())[:SAID])
        said = f"{len(panel.problems)} filers without a usable file, e.g. {first}"
        update.notes.append(said) if universe == ALL else update.problems.append(DataRefused(said))
    return {cik for cik, _ in chosen}


def panel_name(universe: str) -> str:
    """The folder of a universe's panel: `all`, or the file's name without its ending; never a path."""
    if universe == ALL:
        return ALL
    name = re.sub(r"[^A-Za-z0-9_-]+", "_", Path(universe).stem)
    return f"{name}_list" if name in ("", ALL) else name


def universe_filers(universe: str, archived: list[str], keys: pd.DataFrame) -> tuple[list[tuple[str, str]], list[str]]:
    """The filers of a universe as (central index key, ticker or blank), and the tickers without a key.

    `universe` is `all` (every filer of the archive) or a file with one ticker or key per line, # for a comment.
    `keys` has the columns ticker and cik. AnalysisError when the file cannot be read as text or names nobody.
    """
    ticker_of = keys.drop_duplicates("cik").set_index("cik")["ticker"]
    if universe == ALL:
        return [(cik, ticker_of.get(cik, "")) for cik in archived], []
    cik_of = keys.set_index("ticker")["cik"]
    chosen, unknown = {}, []
    for name in _lines(Path(universe)):
        cik = name.zfill(10) if name.isascii() and name.isdigit() else cik_of.get(name.replace(".", "-"))
        if cik is None or len(cik) > 10:
            unknown.append(name[:20])
        else:
            chosen[cik] = ticker_of.get(cik, "")
    if not chosen:
        raise AnalysisError(f"{universe} names no known filer: write one ticker or central index key per line")
    return list(chosen.items()), unknown


def _lines(path: Path) -> list[str]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise AnalysisError(f"the universe {path} cannot be read ({error}); give a text file, or {ALL}") from None
    names = (line.split("#")[0].strip().upper() for line in text.splitlines())
    return [name for name in names if name]


def _tables(archive: Archive, asker: Asker, update: Update, only: set[str] | None) -> None:
    """Add the new facts of companies in the tables, under the address each filer's file has on its own.

    `only` these central index keys; None for every company that `filers` gives.
    """
    address = read_table("live_sources").set_index("live_source_id").loc["sec_companyfacts", "url"]
    absent = []
    for filer in filers(asker.companies).itertuples(index=False):
        if only is not None and filer.cik not in only:
            continue
        url = address.format(cik=filer.cik)
        try:
            content = archive.content(filer.cik)
            add_filer(content, asker.before(url), filer.ticker, filer.cik, url, asker.today, update)
        except NotThere:
            absent.append(filer.ticker)
        except DataRefused as error:
            update.problems.append(type(error)(f"{filer.ticker}: {error}"))
    if absent:
        update.problems.append(NotThere(f"{archive.path.name} has no file of {', '.join(absent)}"))
