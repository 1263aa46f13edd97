"""Two published editions beside each other: reports, answers, the numbers of the answers, verdict words.

Only what the editions themselves hold is read (`run.json` and the numbers beside each page), so that an edition whose
data are long gone can still be compared.
"""

import csv
import json
from pathlib import Path
from typing import Any

from analysis.errors import AnalysisError
from analysis.publish.edition import RECORD

MOST_NAMED = 8
"""Ids in one line of text."""


def compare(before: Path, after: Path) -> dict[str, Any]:
    """What changed from one edition to another; every list is empty when nothing did.

    `data_dates`: the days the two reach. `added`, `gone`: ids of reports. `answers`: report, before, after.
    `numbers` (of the answers alone): report, key, before, after, unit, both texts; None where an edition lacks the key.
    `verdicts`: report, what, before, after. `not_compared`: reports without a kept answer in one of the editions.
    AnalysisError for a folder that is no edition. Misleads: a change of code or of a correction shows like one of data.
    """
    old, new = _reports(before), _reports(after)
    both = [one for one in new if one in old]
    told = [one for one in both if old[one].get("said") and new[one].get("said")]
    pairs = [(one, old[one]["said"], new[one]["said"]) for one in told]
    return {
        "data_dates": [_data_date(old), _data_date(new)],
        "added": sorted(set(new) - set(old)),
        "gone": sorted(set(old) - set(new)),
        "answers": [{"report": one, "before": was["answer"], "after": now["answer"]}
                    for one, was, now in pairs if was["answer"] != now["answer"]],
        "numbers": [row for one, was, now in pairs for row in _numbers(one, was, now, before, after)],
        "verdicts": [row for one, was, now in pairs for row in _verdicts(one, was["verdicts"], now["verdicts"])],
        "not_compared": sorted(set(both) - set(told)),
    }


def is_same(changes: dict[str, Any]) -> bool:
    """Whether nothing that a reader meets changed."""
    return not any(changes[name] for name in ("added", "gone", "answers", "numbers", "verdicts"))


def in_words(changes: dict[str, Any]) -> list[str]:
    """The comparison as lines of text."""
    first, last = (day or "unknown" for day in changes["data_dates"])
    lines = [f"data to {first} -> data to {last}"]
    lines += [f"{word}: {_some(changes[word])}" for word in ("added", "gone") if changes[word]]
    lines += [f"{row['report']}: {row['key']} {row['before_text'] or 'none'} -> {row['after_text'] or 'none'} "
              f"({row['unit']})" for row in changes["numbers"]]
    lines += [f"{row['report']}: {row['what']}: {row['before'] or 'none'} -> {row['after'] or 'none'}"
              for row in changes["verdicts"]]
    lines += [f"{row['report']}:\n  - {row['before']}\n  + {row['after']}" for row in changes["answers"]]
    if changes["not_compared"]:
        lines.append(f"not compared, one of the editions keeps no answer of it: {_some(changes['not_compared'])}")
    return lines if len(lines) > 1 else [*lines, "no answer, number of an answer or verdict changed"]


def _some(ids: list[str]) -> str:
    """The first ids and how many more there are."""
    rest = len(ids) - MOST_NAMED
    return ", ".join(ids[:MOST_NAMED]) + (f" and {rest} more" if rest > 0 else "")


def _reports(folder: Path) -> dict[str, dict[str, Any]]:
    """The entries of the reports in `run.json`; AnalysisError when there is none or it is broken."""
    path = folder / RECORD
    try:
        reports = json.loads(path.read_text(encoding="utf-8"))["reports"]
        return {str(one): dict(entry) for one, entry in reports.items()}
    except FileNotFoundError:
        raise AnalysisError(f"{folder} is no edition: it holds no {RECORD}") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise AnalysisError(f"{path} is no record of an edition ({type(error).__name__})") from None


def _data_date(reports: dict[str, dict[str, Any]]) -> str:
    return max((one.get("said", {}).get("data_date", "") for one in reports.values()), default="")


def _numbers(report: str, was: dict, now: dict, before: Path, after: Path) -> list[dict[str, Any]]:
    keys = dict.fromkeys([*now["answer_numbers"], *was["answer_numbers"]])
    old, new = ({} if not keys else _numbers_of(folder, report) for folder in (before, after))
    rows = []
    for key in keys:
        first, last = old.get(key, {}), new.get(key, {})
        if first.get("value") != last.get("value"):
            rows.append({"report": report, "key": key, "before": _value(first), "after": _value(last),
                         "unit": (last or first).get("unit", ""), "before_text": first.get("text", ""),
                         "after_text": last.get("text", "")})
    return rows


def _numbers_of(folder: Path, report: str) -> dict[str, dict[str, str]]:
    path = folder / f"{report}.numbers.csv"
    if path.parent != folder or not path.is_file():
        raise AnalysisError(f"{folder} is no whole edition: its record names {report}, {path.name} is not there")
    with path.open(encoding="utf-8", newline="") as stream:
        return {row["key"]: row for row in csv.DictReader(stream)}


def _value(row: dict[str, str]) -> float | None:
    return float(row["value"]) if row.get("value") else None


def _verdicts(report: str, was: dict[str, str], now: dict[str, str]) -> list[dict[str, str | None]]:
    return [{"report": report, "what": what, "before": was.get(what), "after": now.get(what)}
            for what in dict.fromkeys([*was, *now]) if was.get(what) != now.get(what)]
