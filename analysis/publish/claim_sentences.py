"""One line for each decided claim, its verdict; under it what the data say with linked numbers, and who claimed it."""

from collections.abc import Iterable

from analysis.claims.finding import written
from analysis.claims.verdicts import Decided
from analysis.publish.prose import Shown, date, say
from analysis.quantity import Quantity

UNIT_KEYS = {"times": "ratio", "points": "ratio", "thousand_jobs": "count"}
"""How the key of a number ends where that is not its unit."""


def tell(decided: Iterable[Decided]) -> None:
    """Say what was found on each claim; every number carries its key `<claim>_<name>_<unit>` and its documents."""
    for one in decided:
        _tell(one)


def _tell(one: Decided) -> None:
    claim, found = one.recorded.claim, one.finding
    when = "on {claim_day}" if claim.date else "not before {claim_day}"
    template = found.words + " Claimed by {speaker_words}, " + when + "."
    title = found.verdict.capitalize() + (", by judgement" if claim.is_judgement else "") + f": {claim.claim}"
    values: dict[str, Shown | str] = {"speaker_words": claim.speaker, "claim_day": date(one.recorded.date)}
    if claim.note:
        template, values["note_words"] = template + " {note_words}", claim.note.rstrip(".") + "."
    values |= {name: _shown(claim.id, name, value) for name, value in found.values.items()}
    say(template, folded_under=title, **values)


def _shown(claim_id: str, name: str, value: Quantity | str) -> Shown | str:
    """A number of a finding with the key it gets in the numbers table; a word, or the words for a missing number."""
    if isinstance(value, str) or value.is_missing:
        return written(value)
    return Shown(written(value), value, f"{claim_id}_{name}_{UNIT_KEYS.get(value.unit, value.unit)}")
