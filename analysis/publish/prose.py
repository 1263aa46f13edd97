"""Sentences with numbers: `say`, `answer`, `finding`, `heading`, and `phrase` for titles and alternative texts.

A template holds words and named fields only. A field takes a Shown (a number with its source) or a
string (a word computed elsewhere). A bare number is refused, because it would have no source.
"""

from string import Formatter

from analysis.errors import AnalysisError, nearest
from analysis.publish.citing import emit, fold, inert, limits_and_sources, number_link, number_records
from analysis.publish.shown import (
    Shown,
    count,
    date,
    if_disclosed,
    month,
    out_of,
    percent,
    persons,
    points,
    signed,
    times,
    unsigned,
    usd,
    usd_range,
    year,
)
from analysis.publish.words import (
    and_list,
    direction,
    more_or_less,
    number_word,
    ordinal,
    plural,
    rank_word,
    rose_or_fell,
    tally,
)

__all__ = [
    "Phrase", "Shown", "and_list", "answer", "count", "date", "direction", "finding", "heading", "if_disclosed",
    "limits_and_sources", "month", "more_or_less", "number_word", "ordinal", "out_of", "percent", "persons",
    "phrase", "plural", "points", "rank_word", "rose_or_fell", "say", "signed", "tally", "times", "unsigned", "usd",
    "usd_range", "year",
]


class Phrase(str):
    """Plain text that remembers its numbers; use it anywhere a string goes."""

    numbers: list[dict]
    documents: list[str]


def say(template: str, /, *, kind: str = "sentence", folded_under: str = "", **values: Shown | str) -> None:
    """Display a sentence whose numbers link to their documents.

    The output's metadata records each number (key, value, unit, text, basis, source ids, urls).
    `folded_under` is a title that shows alone until a reader opens it; the record's text holds both.
    Raises AnalysisError for an unknown or unused name, a bare number, or a missing value.
    """
    plain = phrase(template, **values)
    markdown = template.format(**{name: _linked(value) for name, value in values.items()})
    if kind == "answer":
        markdown = f'<div class="answer">\n\n{markdown}\n\n</div>'
    record = _record(kind, plain)
    if folded_under:
        markdown, record = fold(folded_under, markdown), record | {"text": f"{folded_under} {plain}"}
    emit({"text/markdown": markdown}, record)


def answer(template: str, /, **values: Shown | str) -> None:
    """Display the page's answer: a sentence, set prominently under the title."""
    say(template, kind="answer", **values)


def finding(template: str, /, **values: Shown | str) -> None:
    """Display a sentence that stands for the page elsewhere too: it is repeated in the page's head for other pages."""
    say(template, kind="finding", **values)


def heading(template: str, /, *, level: int = 1, **values: Shown | str) -> None:
    """Display a computed title; its numbers are recorded, and nothing in it is markup."""
    if level not in range(1, 7):
        raise AnalysisError(f"a heading has a level from 1 to 6, not {level!r}")
    plain = phrase(template, **values)
    emit({"text/markdown": f"{'#' * level} {inert(plain)}"}, _record("heading", plain) | {"level": level})


def phrase(template: str, /, **values: Shown | str) -> Phrase:
    """The sentence as plain text, for a figure's title, an alternative text or a limit."""
    _check_names(template, values)
    for name, value in values.items():
        _check_value(name, value)
    texts = {name: value.text if isinstance(value, Shown) else value for name, value in values.items()}
    result = Phrase(template.format(**texts))
    shown = {name: value for name, value in values.items() if isinstance(value, Shown)}
    result.numbers = [row for name, value in shown.items() for row in number_records(name, value)]
    for value in values.values():
        result.numbers += getattr(value, "numbers", [])
    result.documents = _documents(values.values())
    return result


def _documents(values) -> list[str]:
    """Every document behind the values, once each, in order."""
    found: list[str] = []
    for value in values:
        if isinstance(value, Shown):
            for quantity in value.named("").values():
                found += quantity.documents
        found += getattr(value, "documents", [])
    return list(dict.fromkeys(found))


def _record(kind: str, plain: Phrase) -> dict:
    return {"kind": kind, "text": str(plain), "numbers": plain.numbers, "documents": plain.documents}


def _linked(value: Shown | str) -> str:
    return number_link(value) if isinstance(value, Shown) else inert(value)


def _check_names(template: str, values: dict) -> None:
    """Every field is a plain name that is given, and every given name is used."""
    fields = set()
    for _, field, spec, conversion in Formatter().parse(template):
        if field is None:
            continue
        if not field.isidentifier() or spec or conversion:
            raise AnalysisError(f"only plain names go in braces, not {{{field}}}; format the value outside")
        fields.add(field)
    for name in sorted(fields - set(values)):
        raise AnalysisError(f"the sentence names {{{name}}}, which is not given; "
                            f"given: {', '.join(nearest(name, values)) or 'nothing'}")
    for name in sorted(set(values) - fields):
        raise AnalysisError(f"{name!r} is given but the sentence does not use it; "
                            f"it names: {', '.join(nearest(name, fields)) or 'nothing'}")


def _check_value(name: str, value: object) -> None:
    """Only written numbers and non-empty words may enter a sentence."""
    if isinstance(value, Shown):
        if any(quantity.is_missing for quantity in value.named(name).values()):
            raise AnalysisError(f"{name!r} is missing; use if_disclosed() to say so in words")
    elif not isinstance(value, str):
        raise AnalysisError(f"{name!r} is {value!r}, which carries no source; "
                            "show it with usd(), percent(), persons(), count(), times(), date() or year()")
    elif not value.strip() or value.strip().lower() in ("nan", "none", "nat", "<na>"):
        raise AnalysisError(f"{name!r} is {value!r}: a missing value is not a word; use if_disclosed()")
