"""From claims to verdicts: each claim is decided by its computation or by the judgement it states."""

from dataclasses import dataclass

import pandas as pd

from analysis.claims import accounts, announced, guided, machines, owning, said  # noqa: F401  (registers computations)
from analysis.claims.finding import NOT_KNOWN, Finding
from analysis.claims.known import Known
from analysis.claims.registry import COMPUTATIONS, checked
from analysis.errors import AnalysisError
from analysis.periods import LATEST
from analysis.quantity import Quantity
from analysis.tables.claims import Recorded, load_claims
from analysis.tables.decision_rules import CANNOT_TELL
from analysis.tables.documents import citation


@dataclass(frozen=True)
class Decided:
    """A claim with what was found; a judgement's finding has its stated verdict and no number."""

    recorded: Recorded
    finding: Finding


def decide(claim: Recorded, known: Known) -> Finding:
    """The finding on one claim in the edition of `known`.

    Where the data lack what the computation needs, the verdict is "cannot tell" and the sentence says what is
    lacking. TableError when its settings do not fit.
    """
    if claim.claim.is_judgement:
        return Finding(str(claim.claim.verdict), "{reason}", {"reason": claim.claim.reason})
    settings = checked(claim)
    try:
        return COMPUTATIONS[claim.claim.computation].decide(known, **settings)
    except AnalysisError as error:
        return Finding(CANNOT_TELL, "The data cannot decide: {why}.", {"why": str(error).rstrip(".")})


def readable(article: str = "", as_of: str = LATEST) -> list[Recorded]:
    """The claims of a source, a file or (with "") all sources, each with settings that fit. Errors as in `checked`."""
    claims = load_claims(article, as_of)
    for one in claims:
        checked(one)
    return claims


def decide_all(article: str = "", as_of: str = LATEST, known: Known | None = None) -> list[Decided]:
    """Every claim of a source, a file or (with "") all sources, decided. Errors as in `load_claims` and `checked`."""
    claims = readable(article, as_of)  # a file is refused before anything is computed
    if not claims:
        raise AnalysisError(f"no claim of {article or 'any source'} had been made by {as_of}")
    known = known or Known(as_of)
    return [Decided(one, decide(one, known)) for one in claims]


def decided_of(decided: list[Decided], kind: str, judged: bool | None = None) -> list[Decided]:
    """The decided claims of a kind; with `judged` only the judgements, or only the others."""
    return [one for one in decided if one.recorded.article.kind == kind
            and judged in (None, one.recorded.claim.is_judgement)]


def claims_frame(decided: list[Decided]) -> pd.DataFrame:
    """One row per claim, in their order.

    Columns: claim_id, claim, kind, article, speaker, date, verdict, is_judgement, finding (the sentence), deciding
    (what was measured, as written), deciding_value (the lower end of a range) with unit, basis, documents
    and deciding_is_rounded,
    evidence_url (the first address that can be opened), claim_documents (what decides and what is listed),
    supported_if, contradicted_if, missing, note.
    """
    return pd.DataFrame([_row(one) for one in decided])


def _row(one: Decided) -> dict:
    claim, found = one.recorded.claim, one.finding
    number: Quantity = found.deciding
    documents, links = documents_and_links(one)
    return {"claim_id": claim.id, "claim": claim.claim, "kind": one.recorded.article.kind,
            "article": one.recorded.article.title, "speaker": claim.speaker, "date": pd.Timestamp(one.recorded.date),
            "verdict": found.verdict, "is_judgement": claim.is_judgement, "finding": found.text,
            "deciding": _measured(one), "deciding_value": number.value, "deciding_unit": number.unit,
            "deciding_basis": number.basis, "deciding_is_rounded": found.is_rounded,
            "deciding_documents": " ".join(number.documents),
            "evidence_url": links[0] if links else "", "claim_documents": " ".join(documents),
            "supported_if": claim.supported_if, "contradicted_if": claim.contradicted_if,
            "missing": claim.missing or None, "note": claim.note or None}


def _measured(one: Decided) -> str | None:
    """What was measured in a few words: "8,000 people"; None for a judgement and where nothing could be."""
    number = one.finding.deciding_text
    if number in ("", NOT_KNOWN) or one.recorded.claim.is_judgement:
        return None
    names = {name: value for name, value in one.finding.values.items() if isinstance(value, str)}
    measure = COMPUTATIONS[one.recorded.claim.computation].measure.format(**names)
    return f"{number} {measure}".replace(" ,", ",")


def documents_and_links(one: Decided) -> tuple[list[str], list[str]]:
    """The documents behind a claim, and the addresses of all its evidence: what decides comes first."""
    listed = one.recorded.claim.evidence
    documents = list(dict.fromkeys([*one.finding.documents, *(name for name in listed if "://" not in name)]))
    addresses = [citation(name).url for name in documents] + [name for name in listed if "://" in name]
    return documents, list(dict.fromkeys(filter(None, addresses)))
