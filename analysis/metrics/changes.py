"""What became known between two days: filings, restated values, guidance, layoff announcements, statements.

Nothing is remembered from run to run. Every list is the difference of two `as_of` days, so a reading without a
filed date is in none of them: when it became known is not recorded.
"""

import pandas as pd

from analysis.errors import AnalysisError
from analysis.metrics.guidance import same_measure
from analysis.metrics.story import SPAN_WORDS, change_word, cut_words, range_text, statement_words
from analysis.numerals import count_text, date_text, usd_text
from analysis.periods import LATEST, parse_as_of
from analysis.quantity import Quantity
from analysis.tables.cells import joined
from analysis.tables.companies import load_companies
from analysis.tables.coverage import data_date
from analysis.tables.facts import FACT_KEY, load_facts
from analysis.tables.guidance import load_guidance, load_statements
from analysis.tables.layoffs import load_layoffs

QUARTER_END = "quarter_end"
KINDS = {"filing": "Filing", "restated": "Restated value", "guidance": "Guidance", "layoff": "Layoffs",
         "statement": "Statement"}
"""Kinds of change, in the order in which they are told."""
NOUNS = {"filing": ("filing", "filings"), "restated": ("restated value", "restated values"),
         "guidance": ("piece of guidance", "pieces of guidance"),
         "layoff": ("layoff announcement of a listed firm", "layoff announcements of listed firms"),
         "statement": ("other statement", "other statements")}
"""What a kind is called, for one and for several."""
COLUMNS = ["date", "kind", "ticker", "name", "what", "document_id"]


def previous_day(previous: str, until: str = LATEST) -> str:
    """The day to compare with, as ISO text: itself, or for "quarter_end" the last quarter end before the newest filing.

    AnalysisError for anything else and for a day that is not before the end of the data.
    """
    if previous == QUARTER_END:
        newest = data_date(until, "facts")
        return (newest.to_period("Q").start_time - pd.Timedelta(days=1)).date().isoformat()
    try:
        day = parse_as_of(previous)
    except AnalysisError:  # told below in the words of this parameter
        day = None
    if day is None or pd.Timestamp(day) >= data_date(until):
        raise AnalysisError(f'previous must be "{QUARTER_END}" or a day before {data_date(until):%Y-%m-%d}, '
                            f"not {previous!r}")
    return day.isoformat()


def changes_between(previous: str, until: str = LATEST) -> pd.DataFrame:
    """Everything that became known after day `previous`, up to `until`, oldest first within each kind.

    Columns: date (when it became known), kind (of KINDS), kind_label, ticker, name (of the company), what (company and
    what it did, built from the tables), document_id. Announcements of listed companies only; state notices are left
    out, because each tells of one state. Misleads: what has no date is absent, and the list of layoffs is no census.
    """
    limit = data_date(until).date().isoformat()
    parts = [_filings(previous, limit), restated_between(previous, limit), _guidance(previous, limit),
             _layoffs(previous, limit), _statements(previous, limit)]
    rows = pd.concat([part[COLUMNS] for part in parts if len(part)] or [pd.DataFrame(columns=COLUMNS)])
    place = {kind: position for position, kind in enumerate(KINDS)}
    rows["what"] = rows["what"].mask(~rows["kind"].eq("layoff"), rows["name"] + ": " + rows["what"])
    ordered = rows.sort_values(["kind", "date", "name", "what"], key=lambda one: one.map(place) if one.name == "kind"
                               else one)
    return ordered.assign(kind_label=ordered["kind"].map(KINDS)).reset_index(drop=True)


def _after(rows: pd.DataFrame, column: str, previous: str) -> pd.DataFrame:
    return rows[rows[column] > pd.Timestamp(previous)]


def _named(rows: list[dict], kind: str) -> pd.DataFrame:
    names = load_companies().set_index("ticker")["name"]
    frame = pd.DataFrame(rows, columns=["date", "ticker", "what", "document_id"])
    return frame.assign(kind=kind, name=frame["ticker"].map(names))


def _filings(previous: str, until: str) -> pd.DataFrame:
    """One row per company, form and day: how many figures came, and up to which day they reach."""
    facts = _after(load_facts(as_of=until, all_readings=True), "filed_date", previous)
    facts = facts.assign(form=facts["form"].fillna("Filing"))
    rows = []
    for (ticker, form, day), mine in facts.groupby(["ticker", "form", "filed_date"]):
        figures = "one figure" if len(mine) == 1 else f"{count_text(len(mine))} figures"
        what = f"{form} with {figures} of these data, up to {date_text(mine['period_end'].max())}"
        rows.append({"date": day, "ticker": ticker, "what": what, "document_id": joined(mine["document_id"])})
    return _named(rows, "filing")


def restated_between(previous: str, until: str = LATEST) -> pd.DataFrame:
    """Facts whose value under the same tag differs between what was filed by `previous` and by `until`.

    Columns of `changes_between` and before_value, after_value, period_end, concept. A change may be a new
    definition under the old tag, not a correction.
    """
    old, new = (_last_readings(as_of) for as_of in (previous, until))
    pairs = old.merge(new, on=[*FACT_KEY, "tag"], suffixes=("_before", ""))
    is_new = pairs["filed_date"] > pd.Timestamp(previous)
    changed = pairs[is_new & (pairs["value_before"] != pairs["value"])]
    rows = _named([{"date": row["filed_date"], "ticker": row["ticker"], "what": _restated_words(row),
                    "document_id": f"{row['document_id_before']} {row['document_id']}"}
                   for row in changed.to_dict("records")], "restated")
    cells = {"before_value": "value_before", "after_value": "value", "period_end": "period_end", "concept": "concept"}
    return rows.assign(**{name: changed[column].to_numpy() for name, column in cells.items()})


def _last_readings(as_of: str) -> pd.DataFrame:
    """The newest filed reading of each fact and tag by a day."""
    readings = load_facts(as_of=as_of, all_readings=True)
    readings = readings[readings["filed_date"].notna()].assign(
        tag=lambda frame: frame["reported_as"].fillna("").str.split("|").str[0])
    columns = [*FACT_KEY, "tag", "value", "unit", "filed_date", "document_id"]
    newest = readings.sort_values(["filed_date", "fact_id"]).drop_duplicates([*FACT_KEY, "tag"], keep="last")
    return newest[columns]


def _restated_words(row: dict) -> str:
    write = usd_text if row["unit"] == "usd" else count_text
    line = row["concept"].replace("_", " ")
    span = "on" if row["span"] == "instant" else f"{row['span']} to"
    return (f"{line[0].upper()}{line[1:]}, {span} {date_text(row['period_end'])}: {write(row['value'])}, "
            f"filed before as {write(row['value_before'])}")


def _guidance(previous: str, until: str) -> pd.DataFrame:
    """Each guidance given in the time, beside what was guided before for the same period."""
    known = load_guidance(as_of=until)
    rows = []
    for row in _after(known, "given_date", previous).to_dict("records"):
        same = known[(known["ticker"] == row["ticker"]) & (known["span"] == row["span"])
                     & (known["period_end"] == row["period_end"]) & (known["given_date"] < row["given_date"])]
        moved = _moved_words(same.iloc[-1] if len(same) else None, pd.Series(row))
        rows.append({"date": row["given_date"], "ticker": row["ticker"], "document_id": row["document_id"],
                     "what": f"Capital expenditure for the {SPAN_WORDS[row['span']]} to "
                             f"{date_text(row['period_end'])}: {moved}"})
    return _named(rows, "guidance")


def _moved_words(before: pd.Series | None, after: pd.Series) -> str:
    """How guidance for one period moved; where the measure changed, both sums without a direction."""
    now = range_text(after["low_usd"], after["high_usd"])
    if before is None:
        return f"{now}, given for the first time"
    was = range_text(before["low_usd"], before["high_usd"])
    if not same_measure(before, after):
        return f"{now}, on another measure than the {was} before"
    return f"{change_word(before, after)} from {was} to {now}"


def _layoffs(previous: str, until: str) -> pd.DataFrame:
    """Announcements of listed companies; those of a unit name it."""
    events = load_layoffs(as_of=until)
    events = _after(events[events["listed"] & events["record_kind"].eq("announcement")], "announced_date", previous)
    events = events[events["ticker"].notna()]
    rows = [{"date": row["announced_date"], "ticker": row["ticker"], "document_id": row["document_id"],
             "what": f"{row['company']}: {cut_words(row)}{_inside(row)}"} for row in events.to_dict("records")]
    return _named(rows, "layoff")


def _inside(event: dict) -> str:
    """A count that sits, or may sit, inside an earlier plan is not to be added, and says so."""
    words = {"stated": ", inside an earlier plan", "possible": ", perhaps inside an earlier plan"}
    return "" if pd.isna(event["employees_cut_persons"]) else words.get(event["within_basis"], "")


def _statements(previous: str, until: str) -> pd.DataFrame:
    said = _after(load_statements(as_of=until), "date", previous)
    said = said[said["topic"] != "results"]  # the tables of guidance and facts say it already
    rows = [{"date": row["date"], "ticker": row["ticker"], "document_id": row["document_id"],
             "what": statement_words(row)} for row in said.to_dict("records")]
    return _named(rows, "statement")


def counts_by_kind(changes: pd.DataFrame) -> dict[str, Quantity]:
    """How many changes of each kind there are (0 included), citing their documents or, for none, every change's."""
    counts = {}
    for kind in KINDS:
        mine = changes[changes["kind"] == kind]
        documents = joined((mine if len(mine) else changes)["document_id"])
        counts[kind] = Quantity(float(len(mine)), "count", "derived", tuple(documents.split()))
    return counts
