"""The first page of an edition: the front page's content, then every report by question and by company.

It describes what lies in the folder: the front page, titles and answers are read from the pages themselves, dates and
health from the record of the run.
"""

import datetime
import re
from html import unescape
from pathlib import Path
from typing import Any

from analysis.publish import data_facts, edition, export
from analysis.publish.manifest import Manifest, Report

FRONT = "front_page"
"""The report whose content opens the index."""
META = re.compile(r'<meta name="([a-z-]+)" content="([^"]*)">')
HEAD_LENGTH = 20_000
CODE = re.compile(r'<details class="code".*?</details>\n?', re.DOTALL)
SOURCES = re.compile(r'<section class="output" id="[^"]*">\s*<h2 id="sources-and-limits">')
OTHER_SETTINGS = "<li>Made with other settings than usual:"
"""How a page says that it is an experiment, or an edition of a day (template/report.html.j2)."""
OWN_ERRORS = "AnalysisError|UnknownName|TableError"
"""The errors whose message says all there is to say; their names mean nothing to a reader."""
WHERE = re.compile(rf"^(cell \d+: |({OWN_ERRORS}): )+")
NO_GROUP = "other"
GROUPS = {
    "hyperscaler": "Hyperscalers",
    "internet": "Internet",
    "software": "Software",
    "semiconductors": "Semiconductors",
    "hardware_it_services": "Hardware and IT services",
    "telecom_media": "Telecom and media",
    NO_GROUP: "Other",
}
"""Peer groups as readers see them, in the order of the page."""


def write(manifest: Manifest, published: edition.Edition) -> Path:
    """Write `index.html` for what is in the folder; returns its path."""
    record = published.record()["reports"]
    single = {one.id: _entry(published, one.id, record, name=one.question) for one in manifest.report
              if not one.for_each}
    sections = [_section(one, published, record) for one in manifest.report if one.for_each]
    groups = [group for one in sections for group in one["groups"]]
    everything = [*single.values(), *(entry for group in groups for entry in group["entries"])]
    first = single.pop(FRONT, None)
    page = export.TEMPLATE("index.html.j2").render(
        site=export.SITE,
        data_date=max((entry["data_date"] for entry in everything), default=""),
        front=_front(published) if first else None,
        first=first,
        parts_of_argument=_parts(manifest, single),
        sections=[one for one in sections if one["groups"]],
        failures=[entry for entry in everything if entry["error"]],
    )
    path = published.folder / "index.html"
    edition.write(path, page)
    return path


def _front(published: edition.Edition) -> dict[str, str] | None:
    """The front page without its code, cut into lead, body and sources; None when there is none to stand first.

    A page made with other settings than usual is no front page of an edition.
    """
    path = published.folder / f"{FRONT}.html"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    if not text or OTHER_SETTINGS in text:
        return None
    lead, body = (CODE.sub("", text.split(f"<!-- {name} -->")[1].split(f"<!-- {name} ends -->")[0])
                  for name in ("lead", "body"))
    cut = SOURCES.search(body)
    place = cut.start() if cut else len(body)
    return {"lead": lead, "body": body[:place], "sources": body[place:]}


def _parts(manifest: Manifest, entries: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """The reports that are there by part of the argument; those without a part come last, without a heading."""
    known = {name: entry for name, entry in entries.items() if entry["file"] or entry["error"]}
    groups = [(one.id, one.title) for one in manifest.part] + [(None, "")]
    parts = [{"id": part, "title": title, "entries": [known[one.id] for one in manifest.report
                                                      if one.id in known and one.part == part]}
             for part, title in groups]
    return [one for one in parts if one["entries"]]


def _entry(published: edition.Edition, report_id: str, record: dict[str, Any], **more: Any) -> dict[str, Any]:
    path = published.folder / f"{report_id}.html"
    head = page_facts(path) if path.exists() else {}
    run = record.get(report_id, {})
    behind = run.get("behind", {})
    return more | {
        "id": report_id,
        "file": path.name if path.exists() else "",
        "answer": head.get("description", ""),
        "data_date": head.get("data-date", ""),
        "newest": behind.get("newest", ""),
        "days": _days(behind.get("newest", ""), head.get("data-date", "")),
        "health": health(behind),
        "behind": behind,
        "error": WHERE.sub("", run.get("error", "")),
    }


def _days(newest: str, data_date: str) -> int | None:
    """How many days the newest datum of a page lies before the day the edition's data reach; never below zero."""
    if not newest or not data_date:
        return None
    first, last = (datetime.date.fromisoformat(day) for day in (newest, data_date))
    return max((last - first).days, 0)


def health(behind: dict[str, Any]) -> str:
    """What is known to be doubtful behind a page, in words; empty when nothing was recorded."""
    if not behind.get("rows"):
        return ""
    doubts, failed = behind["doubts"], behind["failed_checks"]
    words = f"{doubts:,} of {behind['rows']:,} rows in doubt" if doubts else f"none of {behind['rows']:,} rows in doubt"
    return words + (f", {failed} failed check{'s' if failed > 1 else ''}" if failed else "")


def page_facts(path: Path) -> dict[str, str]:
    """What a published page says of itself: `description` (its computed answer) and `data-date`."""
    return {name: unescape(content) for name, content in _metas(path)}


def findings(path: Path) -> list[str]:
    """The findings that a published page hands on, in its order."""
    return [unescape(content) for name, content in _metas(path) if name == "finding"]


def _metas(path: Path) -> list[tuple[str, str]]:
    with path.open(encoding="utf-8") as stream:
        return META.findall(stream.read(HEAD_LENGTH))


def _section(report: Report, published: edition.Edition, record: dict[str, Any]) -> dict[str, Any]:
    """The companies of a for_each report by peer group, each group in the order of its names."""
    prefix = f"{report.id}-"
    pages = {path.stem for path in published.folder.glob(f"{prefix}*.html")}
    ids = sorted(pages | {name for name, one in record.items() if one["error"] and name.startswith(prefix)})
    companies = data_facts.companies() if ids else {}
    groups: dict[str, list[dict[str, Any]]] = {}
    for report_id in ids:
        ticker = report_id.removeprefix(prefix)
        name, group = companies.get(ticker, (ticker, NO_GROUP))
        groups.setdefault(group, []).append(_entry(published, report_id, record, ticker=ticker, name=name))
    order = {name: position for position, name in enumerate(GROUPS)}
    names = sorted(groups, key=lambda group: (order.get(group, len(order)), group))
    for entries in groups.values():
        entries.sort(key=lambda entry: entry["name"].lower())
    ordered = [{"name": GROUPS.get(group, group), "entries": groups[group]} for group in names]
    return {"id": report.id, "question": _general(report), "groups": ordered}


def _general(report: Report) -> str:
    """The question of a for_each report without its blank: "{ticker}" reads "each company"."""
    return report.question.replace("{" + str(report.each) + "}", "each company")
