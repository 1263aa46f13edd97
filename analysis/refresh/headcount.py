"""What an analyst sees of the headcounts in a filing: each with its sentence, its confidence and what is on file.

Nothing is written: a number from text enters the tables by hand, after its sentence was read.
"""

from datetime import date
from pathlib import Path

import pandas as pd

from analysis.errors import AnalysisError
from analysis.sources.headcount_text import Candidate, headcount_candidates, headcount_of
from analysis.tables.companies import require_ticker
from analysis.tables.facts import load_facts

MOST_CHANGE = 0.25
"""Share by which a headcount may differ from the last one on file before it goes to review."""
MOST_BYTES = 100_000_000
LONGEST_SHOWN = 600
"""Characters of a sentence that a table keeps."""


def headcount_report(file: Path, ticker: str, period_end: str) -> str:
    """The candidates of a filing (HTML or text) as lines to read, the surest first.

    `period_end` is the day the count is for (YYYY-MM-DD). UnknownName for an unknown ticker, AnalysisError for a day
    or file that cannot be read. Misleads as `headcount_candidates` does.
    """
    day, last = _day(period_end), last_headcount(require_ticker(ticker), period_end)
    text = _text(file)
    found = headcount_candidates(text)
    lines = [f"{ticker} on {day}: {len(found)} numbers of people in {file.name}; on file: {_on_file(last)}"]
    for one in found:
        lines += [f"  {one.employees_persons:>9,}  confidence {one.confidence_ratio:.0%}  {', '.join(one.kinds)}"
                  f"{_change(one, last)}", f"             {shown(one.sentence)}"]
    return "\n".join([*lines, _outcome(found, headcount_of(text), last)])


def last_headcount(ticker: str, period_end: str) -> pd.Series | None:
    """The row of the newest headcount on file up to a day, or None; columns as `load_facts` gives them."""
    facts = load_facts([ticker], ["headcount"])
    known = facts[facts["period_end"] <= pd.Timestamp(period_end)].sort_values("period_end")
    return None if known.empty else known.iloc[-1]


def needs_review(persons: float, last_persons: float | None) -> bool:
    """True when a headcount differs from the last one by more than MOST_CHANGE, or there is none to compare."""
    return last_persons is None or abs(persons / last_persons - 1) > MOST_CHANGE


def _outcome(found: list[Candidate], surest: Candidate | None, last: pd.Series | None) -> str:
    if not found:
        return "no number of people was found: is it the filing's text? Nothing was written"
    if surest is None:
        return "no number is surer than the others: read the filing; nothing was written"
    told = f"surest: {surest.employees_persons:,}"
    if needs_review(surest.employees_persons, None if last is None else last["value"]):
        why = "no headcount is on file" if last is None else f"more than {MOST_CHANGE:.0%} from the one on file"
        return f"{told}, for review ({why}): let a second person read the filing; nothing was written"
    return f"{told}; nothing was written"


def _on_file(last: pd.Series | None) -> str:
    return "none" if last is None else f"{last['value']:,.0f} on {last['period_end']:%Y-%m-%d} ({last['reading']})"


def _change(one: Candidate, last: pd.Series | None) -> str:
    return "" if last is None else f"  {one.employees_persons / last['value'] - 1:+.1%}"


def shown(sentence: str, persons: int | None = None) -> str:
    """The sentence without characters that would steer a terminal or hide what it says.

    With `persons` a long one is cut to LONGEST_SHOWN characters around that number.
    """
    place = sentence.find(f"{persons:,}") if persons is not None and len(sentence) > LONGEST_SHOWN else -1
    if place >= 0:
        first = max(place - LONGEST_SHOWN // 2, 0)
        cut = sentence[first:first + LONGEST_SHOWN]
        sentence = f"{'… ' if first else ''}{cut}{' …' if first + LONGEST_SHOWN < len(sentence) else ''}"
    return "".join(letter if letter.isprintable() else " " for letter in sentence)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise AnalysisError(f"{text!r} is no day: write it as 2026-06-30") from None


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > MOST_BYTES:
            raise AnalysisError(f"{file}: more than {MOST_BYTES:,} bytes; give the one document of the filing")
        return file.read_bytes().decode("utf-8", errors="replace")
    except OSError as error:
        raise AnalysisError(f"{file} cannot be read ({error.strerror})") from None
