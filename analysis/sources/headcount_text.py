"""How many people a filer says it employs: the numbers in its text, each with its sentence and a confidence.

Rules, not a model: a number counts when the text ties it to employees, people or the like. What is only a part
(a country, a segment, part-time staff) or a plan is marked; who was hired, trained or laid off is left out. A
person reads the sentence before a number is entered.
"""

import re
from dataclasses import dataclass

from analysis.sources import headcount_rules as rules
from analysis.sources.filing_text import filing_sentences

CERTAIN, POSSIBLE = 0.9, 0.5
"""A statement of the whole with its day; a number tied to people, and nothing more."""
AT_MOST = {"segment": 0.3, "employees_and_contractors": 0.4, "average": 0.4, "planned": 0.2, "bound": 0.7}
"""The most confidence in a number of this kind, for it is not the headcount of the filer on a day."""
SCALES = {"": 1, "thousand": 1_000, "million": 1_000_000}
MOST_PERSONS = 3_000_000
LONGEST = 2_000
"""Characters of a sentence; what is longer is a table or a list."""


@dataclass(frozen=True)
class Candidate:
    """A number of people that a sentence gives. `kinds` are marks of what it is: whole, full_time,
    full_time_equivalent, part_time, approximately, bound (more than, nearly), rounded_to_thousands, segment,
    employees_and_contractors, average, planned."""

    employees_persons: int
    sentence: str
    confidence_ratio: float
    kinds: tuple[str, ...]


def headcount_candidates(text: str) -> list[Candidate]:
    """Every number of employees in a filing's HTML or text, the most certain first; one for each number.

    Misleads: full-time, total and full-time-equivalent counts are different things, and a filer may change which
    it gives. Numbers in words, in tables and in groups other than thousands are not read.
    """
    found: dict[int, Candidate] = {}
    for sentence in filing_sentences(text):
        for one in _in_sentence(sentence) if len(sentence) <= LONGEST else []:
            known = found.get(one.employees_persons)
            if known is None or one.confidence_ratio > known.confidence_ratio:
                found[one.employees_persons] = one
    return sorted(found.values(), key=lambda one: -one.confidence_ratio)


def headcount_of(text: str) -> Candidate | None:
    """The one candidate that is surer than every other; None when there is none, or two are equally sure."""
    ranked = headcount_candidates(text)
    if not ranked or ranked[0].confidence_ratio < POSSIBLE:
        return None
    tied = len(ranked) > 1 and ranked[1].confidence_ratio == ranked[0].confidence_ratio
    return None if tied else ranked[0]


def _in_sentence(sentence: str) -> list[Candidate]:
    matches = [*rules.BEFORE_PEOPLE.finditer(sentence), *rules.AFTER_PEOPLE.finditer(sentence)]
    return [one for match in matches if (one := _candidate(sentence, match)) is not None]


def _candidate(sentence: str, match: re.Match[str]) -> Candidate | None:
    before, after = sentence[:match.start("number")], sentence[match.end():]
    persons = _persons(sentence, match)
    if persons is None or rules.MOVED.search(before) or rules.MOVED_AFTER.search(after):
        return None
    kinds = _kinds(match, before, after, persons)
    signs = 2 * bool(rules.DAY.search(sentence)) + bool(rules.EMPLOYS.search(sentence)) + bool(
        "full_time" not in kinds or rules.COUNTRIES.search(after))
    limit = min([AT_MOST[kind] for kind in kinds if kind in AT_MOST], default=CERTAIN)
    return Candidate(persons, sentence, round(min(POSSIBLE + signs / 10, limit), 2), kinds)


def _persons(sentence: str, match: re.Match[str]) -> int | None:
    """The number of people; of several for several years the latest year's. None for what can be no headcount."""
    texts = [match[name] for name in ("number", "second", "third") if match[name]]
    years = rules.YEAR.findall(sentence)
    text = texts[-1 if len(years) > 1 and years[0] < years[1] else 0]
    value = float(text.replace(",", "")) * SCALES[(match["scale"] or "").lower()]
    a_year = "," not in text and 1900 <= value <= 2100
    if a_year or not value.is_integer() or not 0 < value <= MOST_PERSONS:
        return None
    return int(value)


def _kinds(match: re.Match[str], before: str, after: str, persons: int) -> tuple[str, ...]:
    said = f"{match.groupdict().get('qualifiers') or ''} {match['people']}".lower()
    full = rules.FULL.search(said) or rules.FULL_TIME_BASIS.match(after)
    part = rules.PART.search(said) is not None
    marks = {
        "segment": _is_part(before, after) or (part and not full),
        "part_time": part,
        "full_time": full and not part,
        "full_time_equivalent": "equivalent" in said or "equivalent" in after[:35],
        "employees_and_contractors": rules.OUTSIDERS.match(after),
        "approximately": rules.NEAR.search(before),
        "bound": rules.BOUND.search(before),
        "rounded_to_thousands": persons >= 10_000 and persons % 1_000 == 0,
        "average": rules.AVERAGE.search(f"{before[-30:]} {said}"),
        "planned": rules.PLANNED.search(before[-60:]),
    }
    kinds = tuple(name for name, holds in marks.items() if holds)
    return kinds if set(kinds) & {"segment", "employees_and_contractors"} else ("whole", *kinds)


def _is_part(before: str, after: str) -> bool:
    clause = rules.CLAUSE_END.split(after, maxsplit=1)[0]
    here = rules.PART_AFTER.search(clause) and not rules.COUNTRIES.search(clause)
    return bool(rules.PART_BEFORE.search(before) or here or rules.SEGMENT.search(clause))
