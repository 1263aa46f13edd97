"""From a tracker's table to rows of layoff_events: the listed firms' rows, and the form new events are written in.

Names, countries and addresses come from outside. A company is written as our own tables write it; of the rest only
what looks like a country or an address is kept, as text.
"""

import re

import pandas as pd

from analysis.tables.append import document_row
from analysis.tables.company_names import CompanyNames
from analysis.tables.descriptor import read_text, resource
from analysis.tables.layoff_matching import NEW, Found

ADDRESS = re.compile(r"https?://[^\s\"'<>\\^`{|}]{1,2000}")
COUNTRY = re.compile(r"[^\W\d_][^\W\d_ .'()-]*(?:[ .'()-]+[^\W\d_]+)*\)?", re.UNICODE)
READ_FROM = "layoff table, row of"
"""How the documents of events begin that a refresh took in, in their column read_from."""
UNSEEN = "taken in by a refresh from the tracker's table; no person has looked at it"
DECIDED = "taken in from the tracker's table after a person's decision, see review_decisions"


def of_known_companies(events: pd.DataFrame) -> pd.DataFrame:
    """The events whose company is in our tables, with ticker, unit_of and the name as we write it.

    Events: frame of `read_layoffs_file`, whose index is the column `row`. `listed` stays the tracker's word for a firm
    and is True for a unit of one.
    """
    names = CompanyNames()
    found = [names.find(row.company, row.announced_date) for row in events.itertuples(index=False)]
    ours = events.assign(named=pd.Series(found, index=events.index, dtype="object"), row=events.index)
    ours = ours[ours["named"].notna()]
    for column, field in (("ticker", "ticker"), ("company", "name"), ("unit_of", "unit_of")):
        ours[column] = [getattr(named, field) for named in ours["named"]]
    ours["listed"] = ours["listed"] | ours["unit_of"].notna()
    return ours.drop(columns="named").assign(event_id=_ids(ours)).reset_index(drop=True)


def cannot_be(events: pd.DataFrame, today: str) -> pd.Series:
    """Why an event cannot be on file as it stands; missing where it can."""
    fields = {field["name"]: field.get("constraints", {}) for field in resource("layoff_events")["schema"]["fields"]}
    count = events["employees_cut_persons"]
    most = fields["employees_cut_persons"]["maximum"]
    reason = pd.Series(pd.NA, index=events.index, dtype="string")
    reason = reason.mask(count > most, f"more than {most:,} people").mask(count % 1 > 0, "no whole number of people")
    return reason.mask(events["announced_date"] > pd.Timestamp(today), "a date in the future")


def event_rows(events: pd.DataFrame, found: list[Found]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The new events in the columns of layoff_events, and their rows of the table documents; text, as written."""
    new = [place for place, one in enumerate(found) if one.outcome == NEW]
    rows, documents = events.iloc[new].copy(), []
    for place, row in zip(new, rows.itertuples(), strict=True):
        address = row.source_url if isinstance(row.source_url, str) and ADDRESS.fullmatch(row.source_url) else ""
        read_from = f"{READ_FROM} {row.company} {_day(row.announced_date)}"
        documents.append(document_row("layoffs_fyi", address, read_from))
        inside, seen = found[place].inside, DECIDED if found[place].why == DECIDED else UNSEEN
        rows.loc[row.Index, ["document_id", "doubt"]] = [documents[-1]["document_id"], seen]
        if inside is not None:
            part = f"small count soon after the {inside.persons:.0f} of {_day(inside.days[0][0])}: may be part of it"
            rows.loc[row.Index, ["within_event_id", "within_basis", "doubt"]] = [
                inside.event_id, "possible", f"{part}; {seen}"]
    rows["share_scope"] = rows["unit_of"].map(lambda unit: "unit" if isinstance(unit, str) else "firm").where(
        rows["share_ratio"].notna())
    rows["country"] = rows["country"].where(rows["country"].fillna("").map(lambda text: bool(COUNTRY.fullmatch(text))))
    return _text(rows), pd.DataFrame(documents, dtype="string").replace("", pd.NA)


def _text(rows: pd.DataFrame) -> pd.DataFrame:
    text = rows[[field["name"] for field in resource("layoff_events")["schema"]["fields"]]].copy()
    for column in ("announced_date", "confirmed_date", "carried_out_date"):
        text[column] = text[column].dt.strftime("%Y-%m-%d")
    for column in ("employees_cut_persons", "share_ratio", "workforce_before_persons", "openings_cancelled_count"):
        text[column] = text[column].map("{:.10g}".format, na_action="ignore")
    text["listed"] = "true"
    return text.astype("string")


def _ids(ours: pd.DataFrame) -> list[str]:
    """Day and name, numbered on where the table or an earlier row has the same."""
    taken, ids = set(read_text("layoff_events")["event_id"]), []
    for row in ours.itertuples(index=False):
        front = f"{_day(row.announced_date)}.{re.sub(r'[^a-z0-9]+', '-', row.company.lower()).strip('-')}"
        number = next(n for n in range(1, len(taken) + 2) if (front if n == 1 else f"{front}.{n}") not in taken)
        ids.append(front if number == 1 else f"{front}.{number}")
        taken.add(ids[-1])
    return ids


def _day(day: pd.Timestamp) -> str:
    return f"{day:%Y-%m-%d}"
