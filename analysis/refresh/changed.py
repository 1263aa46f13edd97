"""What a refresh changed, for machines: `reports/latest/changes.json`.

Until the reports are made, the changes of the tables wait in `data/raw/changes_pending.json`, so that a refresh that
was cut off, or made no reports, is told of by the next one.
"""

import json
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import paths
from analysis.publish.compare import compare, is_same
from analysis.publish.vintages import keep
from analysis.sources.raw_store import raw_dir, write_whole
from analysis.tables.descriptor import read_text
from analysis.tables.facts import FACT_KEY

NAME = "changes.json"
LISTED = {
    "layoff_events": ("events", ["event_id", "company", "announced_date", "employees_cut_persons"]),
    "guidance": ("guidance", ["guidance_id", "ticker", "given_date", "low_usd", "high_usd"]),
    "statements": ("statements", ["statement_id", "ticker", "date", "says"]),
}
"""Tables whose new rows are told one by one: the name of the list and the cells it shows."""


def in_tables(rows: dict[str, pd.DataFrame]) -> dict[str, Any]:
    """What new rows of the tables mean (text rows by table, already on file).

    `rows_added`: table -> number. `filings`: ticker, form, filed_date, readings. `restatements`: fact_id, before,
    after, unit, filed_date. `events`, `guidance`, `statements`: the cells in LISTED. Values are the tables' own text.
    """
    facts = rows.get("facts")
    told = {"rows_added": {name: len(new) for name, new in rows.items() if len(new)},
            "filings": [] if facts is None else _filings(facts),
            "restatements": [] if facts is None else _restatements(facts)}
    for table, (name, cells) in LISTED.items():
        new = rows.get(table, pd.DataFrame(columns=cells))
        told[name] = new[cells].astype(object).where(new[cells].notna(), None).to_dict("records")
    return told


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
    """What earlier refreshes changed and no changes.json tells yet: `tables`, a list, and `before`, a folder or None.
    """
    path = _pending_file()
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"tables": [], "before": None}


def note(rows: dict[str, pd.DataFrame]) -> None:
    """Remember what a refresh added to the tables; nothing is written when it added nothing."""
    told = in_tables(rows)
    if told["rows_added"]:
        _write(_pending_file(), pending() | {"tables": [*pending()["tables"], told]})


def before_reports(edition: Path) -> None:
    """Keep the edition that is about to be replaced; one kept by a run that was cut off stays the one before."""
    waiting = pending()
    if waiting["before"] is None:
        kept = keep(edition)
        where = None if kept is None else kept.relative_to(paths.reports_dir()).as_posix()
        _write(_pending_file(), waiting | {"before": where})


def after_reports(edition: Path) -> Path | None:
    """Write changes.json beside the edition when there is something to tell; returns where."""
    if not _pending_file().exists() or not edition.is_dir():
        return None
    waiting = pending()
    before = waiting["before"]
    told = None if before is None else compare(paths.reports_dir() / before, edition)
    is_news = bool(waiting["tables"]) or (told is not None and not is_same(told))
    if is_news:
        _write(edition / NAME, {"tables": _joined(waiting["tables"]), "edition_before": before, "reports": told})
    _pending_file().unlink()
    return edition / NAME if is_news else None


def _joined(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """The changes of several refreshes as those of one."""
    whole = in_tables({})
    for part in parts:
        for table, number in part["rows_added"].items():
            whole["rows_added"][table] = whole["rows_added"].get(table, 0) + number
        for name in set(whole) - {"rows_added"}:
            whole[name] = whole[name] + part[name]
    return whole


def _pending_file() -> Path:
    return raw_dir() / "changes_pending.json"


def _write(path: Path, content: dict[str, Any]) -> None:
    write_whole(path, (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode())
