"""The decided claims as a page lists them: by source, by who decides, by what is missing."""

import pandas as pd

from analysis.claims.finding import CONTRADICTED, MIXED, SUPPORTED
from analysis.quantity import Quantity
from analysis.tables.claim_records import KINDS
from analysis.tables.decision_rules import CANNOT_TELL

ORDER = (SUPPORTED, CONTRADICTED, MIXED, CANNOT_TELL)
"""Verdicts in the order in which they are listed."""
MOST_NAMED = 5
"""Claims that one sentence names."""


def of_kind(claims: pd.DataFrame, kind: str) -> pd.DataFrame:
    """The claims of one kind ("article", "later fact", "copied error"); empty when there are none."""
    return claims[claims["kind"] == kind].reset_index(drop=True)


def first_kind(claims: pd.DataFrame) -> str:
    """The kind a page opens with: articles where there are any, else the first there is."""
    return next(kind for kind in KINDS if (claims["kind"] == kind).any())


def source_words(claims: pd.DataFrame) -> str:
    """Where the claims stand, for a sentence: the title of one source, the number of several."""
    titles = list(dict.fromkeys(claims["article"]))
    return f"“{titles[0]}”" if len(titles) == 1 else f"{NUMBERS.get(len(titles), len(titles))} articles"


NUMBERS = {2: "two", 3: "three", 4: "four", 5: "five"}


def by_judgement(claims: pd.DataFrame) -> pd.DataFrame:
    """The claims that a person decides, with the reason in `finding`."""
    return claims[claims["is_judgement"]].reset_index(drop=True)


def with_gaps(claims: pd.DataFrame) -> pd.DataFrame:
    """The claims for which something is missing, the open ones first."""
    place = claims["verdict"].map({word: -number for number, word in enumerate(ORDER)})
    lacking = claims.assign(place=place)[claims["missing"].notna()]
    return lacking.sort_values("place", kind="stable").drop(columns="place").reset_index(drop=True)


def verdict_counts(claims: pd.DataFrame) -> pd.DataFrame:
    """How many claims have each verdict: verdict, claims_count with its documents, all four words always there."""
    rows = [{"verdict": word, "claims_count": number.value, "claims_count_basis": number.basis,
             "claims_count_documents": " ".join(number.documents)}
            for word, number in ((word, number_with(claims, word)) for word in ORDER)]
    return pd.DataFrame(rows)


def number_with(claims: pd.DataFrame, verdict: str) -> Quantity:
    """How many claims have a verdict; its documents are those behind the claims counted."""
    return number_of_claims(claims[claims["verdict"] == verdict], claims)


def number_of_claims(chosen: pd.DataFrame, among: pd.DataFrame | None = None) -> Quantity:
    """How many claims are chosen; none among some rests on the documents of all of them.

    A scenario, the reader's own, where no document of this project stands behind any claim.
    """
    counted = among if chosen.empty and among is not None else chosen
    documents = tuple(dict.fromkeys(" ".join(counted["claim_documents"]).split()))
    return Quantity(float(len(chosen)), "count", "derived" if documents else "scenario", documents)


def named(claims: pd.DataFrame, verdict: str) -> list[str]:
    """The claims with a verdict as quotations for a sentence, at most MOST_NAMED; "no claim" when there is none."""
    texts = [f"“{text.rstrip('.')}”" for text in claims.loc[claims["verdict"] == verdict, "claim"]]
    more = len(texts) - MOST_NAMED
    return texts[:MOST_NAMED] + ([f"{more} more"] if more > 0 else []) if texts else ["no claim"]
