"""From headcounts that a filing's text gives to rows of the tables facts and documents, as text.

The sentence stands beside the number, in `reported_as` after a bar.
"""

import pandas as pd

from analysis.tables.append import document_row
from analysis.tables.descriptor import resource
from analysis.tables.facts import BREAK, FACT_KEY, SECOND_HAND, is_break, load_facts

SOURCE = "sec_filings"
COLUMNS = ["ticker", "period_end", "value", "form", "accession", "filed_date", "label", "sentence", "url", "doubt"]
"""What `headcount_rows` takes: dates as timestamps, `label` what was read (10-K text), `doubt` or missing."""
RELEASE_FORM = "8-K"
NUMBER = ["ticker", "period_end", "value"]


def headcount_rows(found: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows to append to facts, and their documents, for found headcounts with COLUMNS.

    New is a number that no dated filing or release on file gives for its day: the second filing of one number adds
    nothing, a second-hand number on file does not stand in its way. A number for a day whose reading on file cannot
    be compared with the year before cannot be either.
    """
    have = _on_file()
    rows = found.astype({"period_end": "datetime64[us]", "filed_date": "datetime64[us]"})  # where there are none, too
    rows = rows.sort_values(["ticker", "period_end", "filed_date"]).drop_duplicates(NUMBER)
    rows = rows[~_is_among(rows, NUMBER, numbers_on_file())]
    rows = rows.assign(concept="headcount", span="instant", unit="persons", basis="reported")
    rows["reading"] = rows["form"].eq(RELEASE_FORM).map({True: "press_release", False: "filing_text"})
    rows["reported_as"] = rows["label"] + " | " + rows["sentence"]
    rows["doubt"] = _with_breaks(rows, have)
    documents = [document_row(SOURCE, url) for url in rows["url"]]
    rows["document_id"] = [document["document_id"] for document in documents]
    named = pd.DataFrame(documents, columns=["document_id", "source_id", "url", "read_from"], dtype="string")
    return _text(rows, have), named.drop_duplicates().replace("", pd.NA)


def numbers_on_file() -> set[tuple[str, pd.Timestamp, float]]:
    """Ticker, day and number of the headcounts that a dated filing or release on file gives."""
    have = _on_file()
    known = have[~have["reading"].isin(SECOND_HAND) & have["filed_date"].notna()]
    return set(known[NUMBER].itertuples(index=False, name=None))


def filings_on_file() -> set[str]:
    """The accession numbers of filings that gave a headcount on file."""
    return set(_on_file()["accession"].dropna())


def _on_file() -> pd.DataFrame:
    return load_facts(concepts=["headcount"], all_readings=True)


def _with_breaks(rows: pd.DataFrame, have: pd.DataFrame) -> pd.Series:
    broken = set(have.loc[is_break(have["doubt"]), NUMBER[:2]].itertuples(index=False, name=None))
    doubt = rows["doubt"].astype("string")
    return doubt.mask(_is_among(rows, NUMBER[:2], broken), (doubt + f"; {BREAK}").fillna(BREAK))


def _is_among(rows: pd.DataFrame, columns: list[str], keys: set[tuple]) -> pd.Series:
    found = [key in keys for key in rows[columns].itertuples(index=False, name=None)]
    return pd.Series(found, index=rows.index, dtype="bool")


def _text(rows: pd.DataFrame, have: pd.DataFrame) -> pd.DataFrame:
    """The rows as the table writes them; ids go on counting where the table stops."""
    number = have["fact_id"].str.rsplit(".", n=1).str[-1].astype(int)
    last = have.assign(number=number).groupby(FACT_KEY)["number"].max()
    before = last.reindex(pd.MultiIndex.from_frame(rows[FACT_KEY])).fillna(0).astype(int).to_numpy()
    count = rows.groupby(FACT_KEY).cumcount() + 1 + before
    text = rows.assign(period_start=pd.NA, value=rows["value"].map("{:.0f}".format))
    for column in ("period_end", "filed_date"):
        text[column] = text[column].dt.strftime("%Y-%m-%d")
    text["fact_id"] = text["ticker"].str.cat(text[FACT_KEY[1:]], sep=".") + "." + count.astype("str")
    return text[[field["name"] for field in resource("facts")["schema"]["fields"]]].astype("string")
