"""The front page of an edition: every question with its computed answer, then the companies.

It describes what lies in the folder: titles and answers are read from the pages themselves.
"""

import re
from html import unescape
from pathlib import Path
from typing import Any

from analysis.publish import data_facts, edition, export
from analysis.publish.manifest import Manifest, Report

META = re.compile(r'<meta name="([a-z-]+)" content="([^"]*)">')
HEAD_LENGTH = 20_000
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
    failures = {one: facts["error"] for one, facts in published.record()["reports"].items() if facts["error"]}
    single = [_entry(published, one.id, failures, name=one.question) for one in manifest.report if not one.for_each]
    sections = [_section(one, published, failures) for one in manifest.report if one.for_each]
    everything = single + [entry for one in sections for group in one["groups"] for entry in group["entries"]]
    page = export.TEMPLATE("index.html.j2").render(
        site=export.SITE,
        data_date=max((entry["data_date"] for entry in everything), default=""),
        reports=[entry for entry in single if entry["file"] or entry["error"]],
        sections=[one for one in sections if one["groups"]],
        failures=[entry for entry in everything if entry["error"]],
    )
    path = published.folder / "index.html"
    edition.write(path, page)
    return path


def _entry(published: edition.Edition, report_id: str, failures: dict[str, str], **more: Any) -> dict[str, Any]:
    path = published.folder / f"{report_id}.html"
    head = page_facts(path) if path.exists() else {}
    return more | {
        "file": path.name if path.exists() else "",
        "answer": head.get("description", ""),
        "data_date": head.get("data-date", ""),
        "error": WHERE.sub("", failures.get(report_id, "")),
    }


def page_facts(path: Path) -> dict[str, str]:
    """What a published page says of itself: `description` (its computed answer) and `data-date`."""
    with path.open(encoding="utf-8") as stream:
        return {name: unescape(content) for name, content in META.findall(stream.read(HEAD_LENGTH))}


def _section(report: Report, published: edition.Edition, failures: dict[str, str]) -> dict[str, Any]:
    """The companies of a for_each report by peer group, each group in the order of its names."""
    prefix = f"{report.id}-"
    pages = {path.stem for path in published.folder.glob(f"{prefix}*.html")}
    ids = sorted(pages | {one for one in failures if one.startswith(prefix)})
    companies = data_facts.companies() if ids else {}
    groups: dict[str, list[dict[str, Any]]] = {}
    for report_id in ids:
        ticker = report_id.removeprefix(prefix)
        name, group = companies.get(ticker, (ticker, NO_GROUP))
        groups.setdefault(group, []).append(_entry(published, report_id, failures, ticker=ticker, name=name))
    order = {name: position for position, name in enumerate(GROUPS)}
    names = sorted(groups, key=lambda group: (order.get(group, len(order)), group))
    for entries in groups.values():
        entries.sort(key=lambda entry: entry["name"].lower())
    ordered = [{"name": GROUPS.get(group, group), "entries": groups[group]} for group in names]
    return {"id": report.id, "question": _general(report), "groups": ordered}


def _general(report: Report) -> str:
    """The question of a for_each report without its blank: "{ticker}" reads "each company"."""
    return report.question.replace("{" + str(report.each) + "}", "each company")
