"""The dated story of one company: cuts, openings, guidance, results, headcount and statements in one order."""

from dataclasses import dataclass

import pandas as pd

from analysis.errors import AnalysisError
from analysis.metrics.guidance import ends_of
from analysis.numerals import count_text, date_text, usd_text
from analysis.quantity import Quantity
from analysis.tables.guidance import load_guidance, load_statements
from analysis.tables.layoffs import load_layoffs
from analysis.tables.panel import load_panel


def timeline(ticker: str, since: str, as_of: str = "latest") -> pd.DataFrame:
    """Everything dated about one company from day `since`, oldest first.

    Columns: date, kind (layoff, guidance, results, headcount, statement), what (a plain sentence built
    from the tables), document_id. A headcount stands on its day, not on the day it was published.
    """
    start = pd.Timestamp(since)
    parts = [_layoffs(ticker, as_of), _guidance(ticker, as_of), _results(ticker, as_of), _statements(ticker, as_of)]
    rows = pd.concat([part for part in parts if len(part)], ignore_index=True)
    rows = rows[rows["date"] >= start]
    if rows.empty:
        raise AnalysisError(f"nothing is dated about {ticker} from {since} on in the edition {as_of}")
    return rows.sort_values(["date", "kind", "what"], ignore_index=True)


def _layoffs(ticker: str, as_of: str) -> pd.DataFrame:
    events = load_layoffs(companies=[ticker], as_of=as_of)
    rows = []
    for event in events.to_dict("records"):
        rows.append((event["announced_date"], f"{event['company']}: {cut_words(event)}", event["document_id"]))
        if pd.notna(event["confirmed_date"]):
            rows.append((event["confirmed_date"], f"{event['company']}: {_confirmed_words(event)}",
                         event["confirmed_document_id"] or event["document_id"]))
        if pd.notna(event["carried_out_date"]):
            rows.append((event["carried_out_date"], f"{event['company']}: the cuts are carried out",
                         event["document_id"]))
    return _rows(rows, "layoff")


def cut_words(event: dict) -> str:
    """What one layoff record tells, in words: "8,000 cuts reported", or that no count was given."""
    people = event["employees_cut_persons"]
    words = "cuts without a count" if pd.isna(people) else f"{count_text(people)} cuts"
    if event["record_kind"] == "state_notice":
        words += " in one state's notice"
    return words + " reported"


def _confirmed_words(event: dict) -> str:
    openings = event["openings_cancelled_count"]
    also = f", with {count_text(openings)} open positions cancelled" if pd.notna(openings) else ""
    return "the company confirms the cuts" + also


def _guidance(ticker: str, as_of: str) -> pd.DataFrame:
    guidance = load_guidance([ticker], as_of)
    rows = [(row.given_date, f"Capital expenditure guided for the {SPAN_WORDS[row.span]} to "
             f"{date_text(row.period_end)}: {range_text(row.low_usd, row.high_usd)}", row.document_id)
            for row in guidance.itertuples(index=False)]
    return _rows(rows, "guidance")


SPAN_WORDS = {"year": "year", "quarter": "quarter", "other_year": "twelve months"}
"""Spans of guidance as a reader knows them; twelve months are a year that is not the company's fiscal year."""


def range_text(low: float, high: float) -> str:
    """A guided range in words; a missing end reads "from" or "up to"."""
    if pd.isna(low):
        return f"up to {usd_text(high)}"
    if pd.isna(high):
        return f"from {usd_text(low)}"
    return usd_text(low) if low == high else f"{usd_text(low)}–{usd_text(high)}"


def _results(ticker: str, as_of: str) -> pd.DataFrame:
    quarters = load_panel("quarter", [ticker], as_of)
    rows = []
    for row in quarters.to_dict("records"):
        if pd.notna(row["capex_usd"]):
            rows.append((row["period_end"], f"Quarter ends: capital expenditure {usd_text(row['capex_usd'])}",
                         str(row["capex_usd_documents"]).split()[0]))
        if pd.notna(row["headcount_persons"]):
            rows.append((row["period_end"], f"Headcount on the day: {count_text(row['headcount_persons'])}"
                         + (" (day inferred)" if row["headcount_persons_basis"] == "estimated" else ""),
                         row["headcount_persons_documents"]))
    return _rows(rows, "results")


def _statements(ticker: str, as_of: str) -> pd.DataFrame:
    said = load_statements([ticker], as_of)
    said = said[said["topic"] != "results"]  # the tables of guidance and facts say it already
    rows = [(row["date"], statement_words(row), row["document_id"]) for row in said.to_dict("records")]
    return _rows(rows, "statement")


def statement_words(said: dict) -> str:
    """Who said it, and what, in our words (a row of load_statements)."""
    return f"{said['speaker'][0].upper()}{said['speaker'][1:]}: {said['says']}"


def _rows(rows: list[tuple], kind: str) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["date", "what", "document_id"]).assign(kind=kind)


def change_word(before: pd.Series, after: pd.Series) -> str:
    """How a guided range moved: raised, lowered, narrowed, widened, repeated, or moved."""
    low, high = after["low_usd"] - before["low_usd"], after["high_usd"] - before["high_usd"]
    words = {(1, 1): "raised", (-1, -1): "lowered", (1, 0): "narrowed", (0, -1): "narrowed", (1, -1): "narrowed",
             (0, 1): "widened", (-1, 0): "widened", (-1, 1): "widened", (0, 0): "repeated"}
    return words.get((_sign(low), _sign(high)), "moved")


def _sign(change: float) -> int:
    return 0 if pd.isna(change) or change == 0 else (1 if change > 0 else -1)


def biggest_round(events: pd.DataFrame, since: str) -> pd.Series:
    """The largest announcement that adds up from day `since` on; AnalysisError when there is none."""
    rows = events[events["adds_up"] & (events["announced_date"] >= pd.Timestamp(since))]
    if rows.empty:
        raise AnalysisError(f"no announcement with a count from {since} on")
    return rows.sort_values("employees_cut_persons").iloc[-1]


def last_before(rows: pd.DataFrame, date_column: str, day: pd.Timestamp, value: str) -> pd.Series:
    """The latest row on or before `day` that has a `value`; AnalysisError when there is none."""
    known = rows[(rows[date_column] <= day) & rows[value].notna()]
    if known.empty:
        raise AnalysisError(f"no {value} on or before {day:%Y-%m-%d}")
    return known.sort_values(date_column).iloc[-1]


@dataclass(frozen=True)
class Move:
    """One change of guidance: the day, how it moved, and the range before and after."""

    day: pd.Timestamp
    word: str
    before: tuple[Quantity, Quantity]
    after: tuple[Quantity, Quantity]

    @property
    def ends(self) -> str:
        """What each end did: "bottom raised, top unchanged"."""
        words = {1: "raised", 0: "unchanged", -1: "lowered"}
        moves = [words[_sign(new.value - old.value)] for old, new in zip(self.before, self.after, strict=True)]
        return f"bottom {moves[0]}, top {moves[1]}"

    @property
    def key(self) -> str:
        """The day as a key part: "2026_04_29"."""
        return f"{self.day:%Y_%m_%d}"


def moves_of(path: pd.DataFrame) -> list[Move]:
    """The changes along a path of guidance with both ends known (frame of `guidance_path`)."""
    rows = path.dropna(subset=["low_usd", "high_usd"]).to_dict("records")
    return [Move(after["given_date"], change_word(before, after), ends_of(before), ends_of(after))
            for before, after in zip(rows, rows[1:], strict=False)]
