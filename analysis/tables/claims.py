"""Claims: sentences somebody made, each with what would support it, what would contradict it and who decides.

The project's own lie in `data/claims/`, one file per source; an analyst's file has the same form (docs/CLAIMS.md).
"""

import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from analysis.errors import TableError, nearest
from analysis.paths import data_dir, root
from analysis.periods import LATEST, parse_as_of
from analysis.sources.claims_file import SUFFIX, ClaimsFile, read_claims_file
from analysis.tables.claim_records import Article, Claim
from analysis.tables.read import read_table


@dataclass(frozen=True)
class Recorded:
    """A claim with the article it stands in, the file it was read from and its place in it (from 0)."""

    claim: Claim
    article: Article
    file: ClaimsFile
    number: int

    def where(self, field: str = "") -> str:
        """File, line and field, for a message."""
        return _where(self.file, self.number, field)

    @property
    def date(self) -> datetime.date:
        """The day of the claim: its own, else the earliest day of its article."""
        return self.claim.date or self.article.date


def load_claims(article: str | Path = "", as_of: str = LATEST) -> list[Recorded]:
    """The claims of one source (an id of claim_sources), of a file, or (with "") of all sources, in their order.

    A relative path is one from the project's folder. `as_of` keeps claims made by that day.
    TableError names file, line and field of what is wrong, with the valid choices.
    """
    day = parse_as_of(as_of)
    found = [one for path in _files(article) for one in read_claims(path)]
    _unique(found)
    return [one for one in found if day is None or one.date <= day]


def _files(article: str | Path) -> list[Path]:
    """The files meant; a name without an ending is that of a source and cannot lead out of data/claims."""
    own = {source: data_dir() / "claims" / f"{source}{SUFFIX}" for source in read_table("claim_sources")["source_id"]}
    if not article:
        return list(own.values())
    if str(article) in own:
        return [own[str(article)]]
    path = root() / article
    if not path.suffix and not path.exists():
        near = ", ".join(nearest(str(article), own))
        raise TableError(f"no file and no source {str(article)!r}; sources: {near}; a file of claims ends in {SUFFIX}")
    return [path]


def read_claims(path: Path) -> list[Recorded]:
    """The claims of one file, in its order; errors as in `load_claims`."""
    file = read_claims_file(path)
    unknown = sorted(set(file.content) - {"article", "source", "claim"})
    if unknown:
        raise TableError(f"{_where(file, None, unknown[0])}: no such part; a file has [article] and [[claim]]")
    article, claims = _article(file), file.content.get("claim")
    if not isinstance(claims, list) or not claims or not all(isinstance(one, dict) for one in claims):
        raise TableError(f"{_where(file, None, 'claim')}: there is no claim; each begins with a line [[claim]]")
    return [Recorded(claim=_valid(Claim, one, file, number), article=article, file=file, number=number)
            for number, one in enumerate(claims)]


def _article(file: ClaimsFile) -> Article:
    """The card of the article: written in the file, or that of a source of this project."""
    given, source = file.content.get("article"), file.content.get("source")
    if (given is None) == (source is None):
        raise TableError(f"{_where(file, None, 'article')}: give [article] with title, publisher and date")
    if source is None:
        return _valid(Article, given, file, None)
    cards = read_table("claim_sources").set_index("source_id")
    if source not in cards.index:
        near = ", ".join(nearest(str(source), cards.index))
        raise TableError(f"{_where(file, None, 'source')}: no source {source!r}; nearest valid: {near}")
    card = cards.loc[source]
    return Article(title=card["title"], publisher=card["publisher"], date=card["earliest_date"].date(),
                   url=card["url"] if isinstance(card["url"], str) else "", kind=card["kind"])


def _valid(model: type[BaseModel], given: Any, file: ClaimsFile, number: int | None) -> Any:
    """The record, or a TableError with the line of its first mistake, its field and what would be valid."""
    try:
        return model.model_validate(given)
    except ValidationError as error:
        first = min(error.errors(), key=lambda one: one["type"] != "extra_forbidden")  # a misspelt name explains a gap
        field = str(first["loc"][0]) if first["loc"] else ""
        raise TableError(f"{_where(file, number, field)}: {_reason(model, field, first)}") from None


def _reason(model: type[BaseModel], field: str, problem: Any) -> str:
    """What is wrong with a field, in plain words."""
    if problem["type"] == "missing":
        return "is missing"
    if problem["type"] == "extra_forbidden":
        return f"no such field; nearest valid: {', '.join(nearest(field, model.model_fields))}"
    if field == "date":
        return "is not a date; write it as YYYY-MM-DD"
    return problem["msg"].removeprefix("Value error, ")


def _where(file: ClaimsFile, number: int | None, field: str) -> str:
    return f"{file.name}: line {file.line_of(number, field)}" + (f": field {field!r}" if field else "")


def _unique(found: list[Recorded]) -> None:
    seen: dict[str, Recorded] = {}
    for one in found:
        if one.claim.id in seen:
            raise TableError(f"{one.where('id')}: {one.claim.id!r} is also the id at {seen[one.claim.id].where()}")
        seen[one.claim.id] = one
