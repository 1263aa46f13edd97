"""The day for which a sentence counts people: written out, or only by its year."""

import re

import pandas as pd

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH = (r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
         r"nov(?:ember)?|dec(?:ember)?)")
MONTH_FIRST = re.compile(rf"\b{MONTH}\.?\s+(\d{{1,2}}),?\s+((?:19|20)\d\d)\b", re.IGNORECASE)
DAY_FIRST = re.compile(rf"\b(\d{{1,2}})\s+{MONTH}\.?,?\s+((?:19|20)\d\d)\b", re.IGNORECASE)
YEAR = re.compile(r"\b(?:19|20)\d\d\b")


def days_in(sentence: str) -> list[pd.Timestamp]:
    """Every day that a sentence writes out (June 30, 2026; 30 June 2026), in order of time."""
    written = [(year, month, day) for month, day, year in MONTH_FIRST.findall(sentence)]
    written += [(year, month, day) for day, month, year in DAY_FIRST.findall(sentence)]
    texts = [f"{year}-{_number(month):02d}-{int(day):02d}" for year, month, day in written]
    return sorted(set(pd.to_datetime(pd.Series(texts, dtype="str"), format="%Y-%m-%d", errors="coerce").dropna()))


def years_in(sentence: str) -> set[int]:
    """Every year that a sentence names."""
    return {int(year) for year in YEAR.findall(sentence)}


def _number(month: str) -> int:
    return MONTHS.index(month[:3].lower()) + 1
