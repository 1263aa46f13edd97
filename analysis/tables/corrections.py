"""Corrections are records with guards: each says what was there before, and fails when it is not.

A record whose expected value has gone means the publisher mended the error, or somebody edited the
table by hand. Either way a person must look, so loading stops.
"""

import pandas as pd

from analysis.errors import TableError
from analysis.tables.descriptor import primary_key, read_text


def corrected(name: str, text: pd.DataFrame) -> pd.DataFrame:
    """Apply the records for table `name` to its text frame and return the corrected frame.

    Actions: replace and clear change one cell, drop removes the row, flag adds `new_value` to the row's
    doubt, keep only guards the value.
    TableError when the row is absent or the cell does not hold the expected value.
    """
    if name == "corrections":
        return text
    records = read_text("corrections")
    records = records[records["table"] == name]
    if records.empty:
        return text
    keyed = text.set_index(text[primary_key(name)].agg("|".join, axis=1))
    dropped = []
    for record in records.itertuples(index=False):
        _guard(keyed, record)
        if record.action in ("replace", "clear"):
            keyed.loc[record.key, record.column] = record.new_value if record.action == "replace" else pd.NA
        elif record.action == "flag":
            doubt = keyed.loc[record.key, "doubt"]
            keyed.loc[record.key, "doubt"] = record.new_value if pd.isna(doubt) else f"{doubt}; {record.new_value}"
        elif record.action == "drop":
            dropped.append(record.key)
    return keyed.drop(index=dropped).reset_index(drop=True)


def _guard(keyed: pd.DataFrame, record) -> None:
    if record.key not in keyed.index:
        raise TableError(f"correction {record.correction_id}: no row {record.key!r} in {record.table}")
    if pd.isna(record.column):
        return
    found = keyed.loc[record.key, record.column]
    same = (pd.isna(found) and pd.isna(record.expected)) or found == record.expected
    if not same:
        raise TableError(
            f"correction {record.correction_id}: {record.table} {record.key} {record.column} holds {found!r}, "
            f"the record expects {record.expected!r}. If the publisher mended the error, remove the record."
        )
