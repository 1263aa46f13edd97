"""Does the live path read the same? Recorded company facts, read as a refresh reads them, beside the snapshot.

`data/recorded/companyfacts` holds answers of the SEC as they were stored, trimmed to the tags we use. The snapshot
are the readings that were on file before any refresh. What differs is explained from the rows alone, or not at all.
"""

from pathlib import Path

import pandas as pd

from analysis.numerals import date_text
from analysis.paths import data_dir
from analysis.periods import LATEST, parse_as_of
from analysis.sources.companyfacts import read_companyfacts
from analysis.tables.companies import load_companies
from analysis.tables.descriptor import read_text
from analysis.tables.facts import FACT_KEY
from analysis.tables.read import read_table
from analysis.tables.xbrl_facts import filer_facts

RECORDED = "data/recorded/"
"""How `read_from` of a document says that its rows were read from a recorded answer."""
READING = [*FACT_KEY, "reported_as"]
SAME, OTHER_DAY, OTHER_VALUE, NOT_THERE, ONLY_THERE = (
    "same", "another filing date", "another value", "not in the snapshot", "only in the snapshot")
NOT_EXPLAINED = "not explained"
DIFFERENCES = {"6M-3M": "six months less three", "9M-6M": "nine months less six", "FY-9M": "the year less nine months"}
"""The label of a quarter that was computed from two cumulative spans, in words."""
COLUMNS = [*READING, "value", "filed_date", "value_snapshot", "filed_date_snapshot", "fact_id", "document_id"]


def recorded_filers() -> dict[str, Path]:
    """The recorded files of company facts by ticker; empty when none is kept."""
    keys = read_table("companies").dropna(subset="cik").set_index("cik")["ticker"]
    files = sorted((data_dir() / "recorded" / "companyfacts").glob("CIK*.json"))
    return {keys[path.stem.removeprefix("CIK")]: path for path in files}


def recorded_names() -> list[str]:
    """The names of the companies whose files are recorded."""
    names = load_companies().set_index("ticker")["name"]
    return [names[ticker] for ticker in recorded_filers()]


def live_beside_snapshot(as_of: str = LATEST) -> pd.DataFrame:
    """Every reading of the recorded files beside the snapshot's reading of the same fact and tag.

    Columns: READING (ticker, concept, span, period_end, reported_as), `fact` (in words), value and filed_date as read
    live and in the snapshot (missing where there is none; `_millions` besides), document_id, `kind` (same, another
    filing date, another value, not in the snapshot, only in the snapshot), `explanation` (blank when same), `now`:
    how the tables stand today (taken in, corrected, differs), and `why`, the three in one. With a date as `as_of`
    what both sides know by that day.
    Misleads: the recorded files begin in 2023 and hold few tags; what they lack is not compared.
    """
    parts = [_filer(ticker, path) for ticker, path in recorded_filers().items()]
    rows = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=[*COLUMNS, "kind", "explanation"])
    day = parse_as_of(as_of)
    if day is not None:
        rows = rows[~(rows[["filed_date", "filed_date_snapshot"]].max(axis=1) > pd.Timestamp(day))]
    now = _now(rows)
    is_other_day = rows["kind"] == OTHER_DAY
    day_there = rows["filed_date_snapshot"].map(date_text, na_action="ignore").astype("string")
    kind = rows["kind"] + (" than " + day_there).where(is_other_day, "")
    return rows.assign(
        now=now, fact=_in_words(rows), why=kind + ": " + rows["explanation"] + " (" + now + ")",
        live_millions=rows["value"] / 1e6, snapshot_millions=rows["value_snapshot"] / 1e6,
    ).sort_values(READING, ignore_index=True)


def _in_words(rows: pd.DataFrame) -> pd.Series:
    names = load_companies().set_index("ticker")["name"]
    line = rows["concept"].str.replace("_", " ") + ", " + rows["span"]
    return rows["ticker"].map(names) + ": " + line + " to " + rows["period_end"].map(date_text).astype("str")


def _filer(ticker: str, path: Path) -> pd.DataFrame:
    content, cik = path.read_bytes(), path.stem.removeprefix("CIK")
    live, readings = filer_facts(content, ticker, cik).facts, read_companyfacts(content, cik)
    rows = _paired(live, _snapshot(ticker), readings)
    both = rows["document_id"].where(rows["document_id"].notna(), "") + " " + _document(path)
    return rows.assign(document_id=both.str.strip(),
                       explanation=[_explained(row, live, readings) for row in rows.itertuples(index=False)])


def _document(path: Path) -> str:
    """The document that stands for a recorded file; blank when none does."""
    documents = read_table("documents")
    mine = documents["read_from"].fillna("").str.startswith(f"{RECORDED}companyfacts/{path.name}")
    return " ".join(documents.loc[mine, "document_id"])


def _snapshot(ticker: str) -> pd.DataFrame:
    """The tagged readings of a company that no refresh added, as they stand in the file, without corrections."""
    facts, read_from = read_text("facts"), read_text("documents").set_index("document_id")["read_from"]
    copy = facts["document_id"].map(read_from).fillna(RECORDED)
    mine = facts[(facts["ticker"] == ticker) & (facts["reading"] == "xbrl") & ~copy.str.contains(RECORDED, regex=False)]
    return mine.assign(value=pd.to_numeric(mine["value"]), period_end=pd.to_datetime(mine["period_end"]),
                       filed_date=pd.to_datetime(mine["filed_date"]))


def _paired(live: pd.DataFrame, snapshot: pd.DataFrame, readings: pd.DataFrame) -> pd.DataFrame:
    """COLUMNS and `kind`: pairs that agree in value and day, then in one of them, then what only one side has."""
    snapshot = snapshot.assign(value_snapshot=snapshot["value"], filed_date_snapshot=snapshot["filed_date"])
    parts = []
    for kind, by in ((SAME, ["value", "filed_date"]), (OTHER_DAY, ["value"]), (OTHER_VALUE, ["filed_date"])):
        on = [*READING, *by]
        both = live[[*READING, "value", "filed_date"]].merge(snapshot.drop(columns=["value", "filed_date"]).assign(
            **{name: snapshot[name] for name in by}), on=on)
        parts.append(both.assign(kind=kind))
        live, snapshot = _without(live, both, on), _without(snapshot, both, on)
    tag = snapshot.assign(tag=snapshot["reported_as"].str.split("|").str[0]).drop(columns=["value", "filed_date"])
    held = tag.merge(readings[["tag", "accession", "period_end"]].drop_duplicates())
    parts += [live.assign(kind=NOT_THERE), held.assign(kind=ONLY_THERE)]
    whole = pd.concat([part.reindex(columns=[*COLUMNS, "kind"]) for part in parts if len(part)], ignore_index=True)
    return whole.astype({"filed_date": "datetime64[ns]", "filed_date_snapshot": "datetime64[ns]"})


def _without(rows: pd.DataFrame, taken: pd.DataFrame, on: list[str]) -> pd.DataFrame:
    return rows[~pd.MultiIndex.from_frame(rows[on]).isin(pd.MultiIndex.from_frame(taken[on]))]


def _explained(row, live: pd.DataFrame, readings: pd.DataFrame) -> str:
    """Why a row differs, in words that follow from the filings in the file; NOT_EXPLAINED when nothing does."""
    tag, _, label = row.reported_as.partition("|derived:")
    if row.kind == SAME:
        return ""
    if row.kind == NOT_THERE:
        before = live[(live[READING] == pd.Series(row._asdict())[READING]).all(axis=1)
                      & (live["filed_date"] < row.filed_date)]
        if len(before):
            last = before.sort_values("filed_date").iloc[-1]
            first = f"{last['value'] / 1e6:,.0f} million on {date_text(last['filed_date'])}"
            return f"filed again with another number; the one before was {first}"
        if label:
            return f"no filing gives this quarter alone: it is {DIFFERENCES[label]}"
    if row.kind == OTHER_DAY and label and _shorter_known(row, tag, live, readings) == row.filed_date:
        return f"{DIFFERENCES[label]}; the shorter span was first filed on {date_text(row.filed_date)}"
    return NOT_EXPLAINED


def _shorter_known(row, tag: str, live: pd.DataFrame, readings: pd.DataFrame) -> pd.Timestamp:
    """The day on which the span that a quarter by difference subtracts was first filed."""
    fact = live[(live["concept"] == row.concept) & (live["period_end"] == row.period_end) & (live["span"] == row.span)]
    ended = fact["period_start"].iloc[0] - pd.Timedelta(days=1)
    spans = readings[(readings["tag"] == tag) & (readings["period_end"] == ended)]
    days = (spans["period_end"] - spans["period_start"]).dt.days
    return spans.loc[days == days.max(), "filed_date"].min()


def _now(rows: pd.DataFrame) -> pd.Series:
    """How today's tables, corrected and with what refreshes added, stand to each reading as read live."""
    facts = read_table("facts")
    keys = [*READING, "value", "filed_date"]
    there = pd.MultiIndex.from_frame(rows[keys]).isin(pd.MultiIndex.from_frame(facts[keys]))
    now = pd.Series("differs", index=rows.index).mask(there, "corrected")
    return now.mask(there & (rows["kind"] == NOT_THERE), "taken in").mask(rows["kind"] == SAME, SAME)
