"""The few numbers that carry the story, as they stood on a day, and two such days beside each other.

A headline of another edition can come from anywhere that gives the columns of `headlines`: `side_by_side` joins two
such frames and does not ask where they are from.
"""

import pandas as pd

from analysis.metrics.rounds import gross_cuts
from analysis.metrics.story import range_text
from analysis.numerals import count_text, usd_text
from analysis.quantity import Quantity
from analysis.tables.cells import quantity_in
from analysis.tables.companies import HYPERSCALERS
from analysis.tables.guidance import load_guidance
from analysis.tables.layoffs import load_layoffs
from analysis.tables.panel import load_panel

COLUMNS = ["headline", "label", "text", "documents"]


def headlines(ticker: str, year: int, as_of: str) -> pd.DataFrame:
    """The headline numbers about one company and calendar year, known by `as_of`.

    Columns: headline (an id), label, text (the number in words; missing when that day did not know it) and
    documents. What the cuts cover is no headline: by the dated readings alone it would differ from the number of the
    latest edition, which also rests on readings without a filed date, and two such numbers cannot be told apart.
    UnknownName for the ticker.
    """
    rows = [_guided(ticker, year, as_of), _capex_of_last_quarter(ticker, as_of), *_cuts(ticker, year, as_of)]
    return pd.DataFrame(rows, columns=COLUMNS)


def _guided(ticker: str, year: int, as_of: str) -> tuple:
    known = load_guidance([ticker], as_of)
    known = known[known["span"].eq("year") & known["period_end"].dt.year.eq(year)]
    label = f"Capital guidance for {year}"
    if known.empty:
        return "guidance", label, None, ""
    last = known.iloc[-1]
    return "guidance", label, range_text(last["low_usd"], last["high_usd"]), last["document_id"]


def _capex_of_last_quarter(ticker: str, as_of: str) -> tuple:
    quarters = load_panel("quarter", [ticker], as_of)
    known = quarters[quarters["capex_usd"].notna()].sort_values("period_end")
    label = "Capital expenditure, latest quarter filed"
    if known.empty:
        return "capex_quarter", label, None, ""
    spent = quantity_in(known.iloc[-1], "capex_usd")
    return "capex_quarter", label, usd_text(spent.value), " ".join(spent.documents)


def _cuts(ticker: str, year: int, as_of: str) -> list[tuple]:
    """Announced and counted cuts of the year so far: of the company, and of the five hyperscalers."""
    events = load_layoffs(as_of=as_of)
    events = events[events["announced_date"].dt.year == year]
    own, five = (gross_cuts(events[events["ticker"].isin(tickers)]) for tickers in ([ticker], list(HYPERSCALERS)))
    return [_persons("cuts", f"Cuts announced in {year}", own),
            _persons("five_cuts", "The same at the five hyperscalers", five)]


def _persons(headline: str, label: str, found: Quantity) -> tuple:
    return headline, label, None if found.is_missing else count_text(found.value), " ".join(found.documents)


def side_by_side(then: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """Two frames of `headlines` in one: headline, label, then, now, moved ("changed", "same", "not known"), documents.

    A headline that one side lacks keeps its row. Rows stand in the order of `now`.
    """
    joined = now.merge(then, on="headline", how="left", suffixes=("", "_then"))
    moved = (joined["text"] != joined["text_then"]).map({True: "changed", False: "same"})
    unknown = joined["text"].isna() | joined["text_then"].isna()
    documents = (joined["documents"] + " " + joined["documents_then"].fillna("")).str.split().str.join(" ")
    return pd.DataFrame({"headline": joined["headline"], "label": joined["label"], "then": joined["text_then"],
                         "now": joined["text"], "moved": moved.mask(unknown, "not known"),
                         "headline_documents": documents})
