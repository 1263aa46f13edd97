"""What a record of a claim must hold: the fields, their types and lengths, and what a judgement has to give.

What a claim may ask to be computed is checked in the room `analysis.claims`.
"""

import datetime
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from analysis.tables.decision_rules import VERDICTS
from analysis.tables.documents import document_ids

JUDGEMENT = "judgement"
"""The computation of a claim that no number can decide."""
Kind = Literal["article", "later fact", "copied error"]
KINDS: tuple[str, ...] = get_args(Kind)
LONGEST_TEXT = 600
"""Characters of one text: a claim is a sentence, a reason a short paragraph."""


class Article(BaseModel):
    """Where claims were made: title, publisher, the earliest day it can have been written, and its address."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    title: str = Field(min_length=1, max_length=LONGEST_TEXT)
    publisher: str = Field(min_length=1, max_length=LONGEST_TEXT)
    date: datetime.date
    url: str = ""
    kind: Kind = "article"

    @field_validator("url")
    @classmethod
    def _is_link(cls, value: str) -> str:
        return value if not value else _link(value)


class Claim(BaseModel):
    """One claim of an article, as written in its file; `settings` are the parameters of its computation."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=80)
    claim: str = Field(min_length=1, max_length=LONGEST_TEXT)
    speaker: str = Field(min_length=1, max_length=LONGEST_TEXT)
    date: datetime.date | None = None
    supported_if: str = Field(min_length=1, max_length=LONGEST_TEXT)
    contradicted_if: str = Field(min_length=1, max_length=LONGEST_TEXT)
    computation: str = Field(min_length=1)
    settings: dict[str, Any] = {}
    verdict: str | None = None
    reason: str = Field(default="", max_length=LONGEST_TEXT)
    evidence: tuple[str, ...] = ()
    missing: str = Field(default="", max_length=LONGEST_TEXT)
    note: str = Field(default="", max_length=LONGEST_TEXT)

    @property
    def is_judgement(self) -> bool:
        """Whether a person decides and no number."""
        return self.computation == JUDGEMENT

    @field_validator("verdict")
    @classmethod
    def _is_a_verdict(cls, value: str | None) -> str | None:
        if value is not None and value not in VERDICTS:
            raise ValueError(f"{value!r} is no verdict; valid: {', '.join(VERDICTS)}")
        return value

    @field_validator("evidence")
    @classmethod
    def _are_links_or_documents(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        known = document_ids()
        return tuple(one if one in known else _link(one) for one in value)

    @model_validator(mode="after")
    def _judgements_give_a_reason(self) -> "Claim":
        given = {"verdict": self.verdict is not None, "reason": bool(self.reason)}
        if self.is_judgement and not all(given.values()):
            raise ValueError("a judgement needs a verdict and the reason for it")
        if self.is_judgement and self.settings:
            raise ValueError("a judgement has no settings: nothing is computed")
        if not self.is_judgement and any(given.values()):
            raise ValueError(f"only a {JUDGEMENT} states a verdict or a reason; a computation finds its own")
        return self


def _link(text: str) -> str:
    """The text when it is an http or https address."""
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError(f"{text[:60]!r} is neither a document id of this project nor an http(s) address")
    return text
