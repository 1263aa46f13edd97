"""What a refresh changed: `reports/latest/changes.json` for machines, lines of text for people.

The keys of new rows are noted in `data/raw/changes_pending.json` before the rows enter the tables, and stay there
until reports are made. So a refresh that was cut off, or made no reports, is told of by the next one, and rows that
never came in, or were taken out again, are told of by none.
"""

import json
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import paths
from analysis.publish.compare import compare, in_words, is_same
from analysis.publish.vintages import keep
from analysis.sources.raw_store import raw_dir, write_whole
from analysis.tables.descriptor import primary_key, read_text
from analysis.tables.facts import FACT_KEY

NAME = "changes.json"
LISTED = {
    "layoff_events": ("events", ["event_id", "company", "announced_date", "employees_cut_persons"]),
    "guidance": ("guidance", ["guidance_id", "ticker", "given_date", "low_usd", "high_usd"]),
    "statements": ("statements", ["statement_id", "ticker", "date", "says"]),
}
"""Tables whose new rows are told one by one: the name of the list and the cells it shows."""


MOST_LINES = 5
"""How many rows of one kind are told to people one by one."""
Keys = dict[str, list[list[str]]]


def in_tables(keys: Keys) -> dict[str, Any]:
    """What new rows of the tables mean; `keys` are their primary keys by table, and those not on file are left out.

    `rows_added`: table -> number. `filings`: ticker, form, filed_date, readings. `restatements`: fact_id, before,
    after, unit, filed_date. `events`, `guidance`, `statements`: the cells in LISTED. Values are the tables' own text.
    """
    rows = {name: _on_file(name, listed) for name, listed in keys.items()}
    facts = rows.get("facts", pd.DataFrame())
    told = {"rows_added": {name: len(new) for name, new in rows.items() if len(new)},
            "filings": [] if facts.empty else _filings(facts),
            "restatements": [] if facts.empty else _restatements(facts)}
    for table, (name, cells) in LISTED.items():
        new = rows.get(table, pd.DataFrame(columns=cells))
        told[name] = new[cells].astype(object).where(new[cells].notna(), None).to_dict("records")
    return told


def _on_file(name: str, keys: list[list[str]]) -> pd.DataFrame:
    text, wanted = read_text(name), {tuple(key) for key in keys}
    return text[[key in wanted for key in text[primary_key(name)].itertuples(index=False, name=None)]]


def _filings(new: pd.DataFrame) -> list[dict[str, Any]]:
    by_filing = new.fillna({"form": "", "filed_date": ""}).groupby(["ticker", "form", "filed_date"]).size()
    return [{"ticker": ticker, "form": form, "filed_date": day, "readings": int(number)}
            for (ticker, form, day), number in by_filing.items()]


def _restatements(new: pd.DataFrame) -> list[dict[str, Any]]:
    """New readings whose value differs from the one filed before for the same fact and tag."""
    have = read_text("facts")
    have = have.assign(tag=have["reported_as"].fillna("").str.split("|").str[0])
    have = have.sort_values("filed_date", na_position="first", kind="stable")
    before = have.groupby([*FACT_KEY, "tag"])["value"].shift()
    is_restated = before.notna() & have["fact_id"].isin(new["fact_id"])
    is_restated &= pd.to_numeric(before) != pd.to_numeric(have["value"])
    rows = have.assign(before=before)[is_restated].rename(columns={"value": "after"})
    return rows[["fact_id", "before", "after", "unit", "filed_date"]].astype(object).to_dict("records")


def pending() -> dict[str, Any]:
    """What no changes.json tells yet: `rows`, the primary keys of new rows by table, and `before`, a folder or None."""
    path = _pending_file()
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"rows": {}, "before": None}


def note(rows: dict[str, pd.DataFrame]) -> None:
    """Remember the rows that are about to enter the tables (text rows by table); without any nothing is written."""
    new = {name: frame[primary_key(name)].to_numpy().tolist() for name, frame in rows.items() if len(frame)}
    if new:
        waiting = pending()
        _write(_pending_file(), waiting | {"rows": waiting["rows"] | {
            name: waiting["rows"].get(name, []) + keys for name, keys in new.items()}})


def before_reports(edition: Path) -> None:
    """Keep the edition that is about to be replaced; one kept by a run that was cut off stays the one before."""
    waiting = pending()
    if waiting["before"] is None:
        kept = keep(edition)
        where = None if kept is None else kept.relative_to(paths.reports_dir()).as_posix()
        _write(_pending_file(), waiting | {"before": where})


def after_reports(edition: Path) -> list[str]:
    """Write changes.json beside the edition when there is something to tell; returns it as lines of text."""
    if not _pending_file().exists() or not edition.is_dir():
        return []
    waiting = pending()
    before, tables = waiting["before"], in_tables(waiting["rows"])
    told = None if before is None else compare(paths.reports_dir() / before, edition)
    lines = _tables_in_words(tables) + ([] if told is None or is_same(told) else in_words(told))
    if lines:
        _write(edition / NAME, {"tables": tables, "edition_before": before, "reports": told})
    _pending_file().unlink()
    return lines


def _tables_in_words(tables: dict[str, Any]) -> list[str]:
    lines = [f"{number} new rows of {name}" for name, number in tables["rows_added"].items()]
    kinds = {
        "filings": [f"{one['ticker']} {one['form'] or 'unknown form'} filed {one['filed_date'] or 'some day'}: "
                    f"{one['readings']} readings" for one in tables["filings"]],
        "values filed again with another number": [f"{one['fact_id']}: {one['before']} -> {one['after']} {one['unit']}"
                                                   for one in tables["restatements"]]}
    kinds |= {name: [", ".join(str(cell) for cell in one.values() if cell is not None) for one in tables[name]]
              for name, _ in LISTED.values()}
    for name, told in kinds.items():
        lines += [f"{name}: {one}" for one in told[:MOST_LINES]]
        lines += [f"{name}: and {len(told) - MOST_LINES} more"] * (len(told) > MOST_LINES)
    return lines


def _pending_file() -> Path:
    return raw_dir() / "changes_pending.json"


def _write(path: Path, content: dict[str, Any]) -> None:
    write_whole(path, (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode())
