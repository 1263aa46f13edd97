"""Which company a name from outside means: by its spelling, in the tables companies and company_aliases.

Nothing is guessed: a name that is in neither table is no company of ours.
"""

import re
import unicodedata
from dataclasses import dataclass

import pandas as pd

from analysis.tables.read import read_table

LEGAL_FORMS = {"inc", "incorporated", "corp", "corporation", "co", "company", "ltd", "limited", "plc", "llc", "sa",
               "ag", "nv", "se", "spa", "gmbh"}
"""Last words of a name that say nothing about which company it is."""


@dataclass(frozen=True)
class Named:
    """A company: ticker (its own or its parent's), the name as our tables write it, and the parent of a unit."""

    ticker: str
    name: str
    unit_of: str | None = None


def spelling(name: str) -> str:
    """A name without what differs between two spellings of it: case, accents, signs, spaces, legal form."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold())
    kept = "".join(sign for sign in plain if not unicodedata.combining(sign) and unicodedata.category(sign) != "Cf")
    words = re.sub(r"[\W_]+", " ", kept.replace("&", " and ")).split()
    while len(words) > 1 and words[-1] in LEGAL_FORMS:
        words.pop()
    return " ".join(words)


class CompanyNames:
    """The companies by every spelling on file; an alias may hold from a day on (a firm that was bought)."""

    def __init__(self) -> None:
        companies, aliases = read_table("companies"), read_table("company_aliases")
        self.own = {spelling(row.name): Named(row.ticker, row.name) for row in companies.itertuples(index=False)}
        self.aliases = {
            spelling(row.alias): (row.from_date, Named(row.ticker, row.alias, row.unit_of if row.is_unit else None))
            for row in aliases.assign(is_unit=aliases["unit_of"].notna()).itertuples(index=False)}

    def find(self, name: str, day: pd.Timestamp) -> Named | None:
        """The company that a name meant on a day; None when the tables do not know it."""
        plain = spelling(name)
        start, named = self.aliases.get(plain, (pd.NaT, None))
        if named is not None and not day < start:  # a missing start is always before
            return named
        return self.own.get(plain)
