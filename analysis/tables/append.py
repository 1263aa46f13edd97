"""Tables that grow: what is new in a source's rows, and how it is written without touching what is there.

Rows of facts are never changed. A restated number is one more reading with its own filing date.
"""

import hashlib

import pandas as pd

from analysis.tables.descriptor import primary_key, read_text, resource
from analysis.tables.facts import FACT_KEY
from analysis.tables.xbrl_facts import COLUMNS


def document_row(source_id: str, url: str, read_from: str = "") -> dict[str, str]:
    """The row of the table documents for one address; its id is a hash of where it is and who published it."""
    key = hashlib.blake2b(f"{source_id}|{url}|{read_from}".encode(), digest_size=4).hexdigest()
    return {"document_id": key, "source_id": source_id, "url": url, "read_from": read_from}


def new_facts(live: pd.DataFrame, document_id: str) -> pd.DataFrame:
    """The rows to append to the table facts, as text in its columns, for facts as `filer_facts` gives them.

    A number is new when no earlier filing of the same fact holds it last: repeats by later filings are not, and
    neither is a number on file with the same filing date. A number on file without a filing date is new once
    its filing is known. Ids go on counting where the table stops.
    """
    have = read_text("facts")
    have = have[have["ticker"].isin(live["ticker"].unique())]
    number = have["fact_id"].str.rsplit(".", n=1).str[-1].astype(int)
    last = have.assign(number=number).groupby(FACT_KEY)["number"].max()
    rows = _changed(live, have).sort_values([*FACT_KEY, "filed_date"])
    keys = pd.MultiIndex.from_frame(_text(rows)[FACT_KEY])
    count = rows.groupby(FACT_KEY).cumcount() + 1 + last.reindex(keys).fillna(0).astype(int).to_numpy()
    text = _text(rows)
    fact = text["ticker"].str.cat(text[FACT_KEY[1:]], sep=".")
    text.insert(0, "fact_id", fact + "." + count.astype("string"))
    return text.assign(document_id=document_id, doubt=pd.NA)


def _changed(live: pd.DataFrame, have: pd.DataFrame) -> pd.DataFrame:
    """The live rows whose number differs from the one on file at their filing."""
    reading = [*FACT_KEY, "filed_date", "value"]
    dated = have[have["filed_date"].notna()]
    dated = dated.assign(**{column: pd.to_datetime(dated[column]) for column in ("period_end", "filed_date")},
                         value=pd.to_numeric(dated["value"]), is_live=False)
    there = pd.MultiIndex.from_frame(live[reading]).isin(pd.MultiIndex.from_frame(dated[reading]))
    both = pd.concat([dated[[*reading, "is_live"]], live[~there].assign(is_live=True)])
    both = both.sort_values([*FACT_KEY, "filed_date", "is_live"], kind="stable")
    before = both.groupby(FACT_KEY)["value"].shift()
    return both[both["is_live"] & (both["value"] != before)][live.columns]


def _text(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows as the table writes them: plain whole dollars, dates as YYYY-MM-DD."""
    text = rows[COLUMNS].copy()
    for column in ("period_start", "period_end", "filed_date"):
        text[column] = text[column].dt.strftime("%Y-%m-%d")
    whole = pd.to_numeric(text["value"])
    text["value"] = [f"{value:.0f}" if value == round(value) else repr(value) for value in whole]
    return text.astype("string")


def with_rows(name: str, rows: pd.DataFrame) -> dict[str, bytes]:
    """The content of a table's files with these rows added, by path relative to the data folder.

    Only files that change are given. Rows go to the file of their kind (facts by span), in the order of the key.
    """
    paths = resource(name)["path"]
    files = {paths: rows} if isinstance(paths, str) else {path: rows[rows["span"] == SPANS[path]] for path in paths}
    return {path: _file(name, path, added) for path, added in files.items() if len(added)}


SPANS = {"facts/annual.csv": "year", "facts/quarterly.csv": "quarter", "facts/instant.csv": "instant"}


def _file(name: str, path: str, added: pd.DataFrame) -> bytes:
    old = read_text(name, only=path)
    both = pd.concat([old, added[list(old.columns)]], ignore_index=True)
    order = ["source_id", "url", "read_from"] if name == "documents" else primary_key(name)
    both = both.sort_values(order, kind="stable", na_position="first")
    return both.to_csv(index=False, lineterminator="\n").encode()
