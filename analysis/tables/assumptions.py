"""The register of assumptions: no parameter lives in a function body."""

import pandas as pd

from analysis.errors import require_known
from analysis.quantity import Quantity
from analysis.tables.read import read_table


def load_assumptions() -> pd.DataFrame:
    """The whole register, one row per assumption, with value, low, high, unit, shape, basis, caveat and document."""
    return read_table("assumptions")


def assumption(assumption_id: str, end: str = "value") -> Quantity:
    """One assumption as a Quantity; `end` is "value", "low" or "high".

    UnknownName for an assumption that is not in the register, or an end that does not exist.
    """
    row = assumption_row(assumption_id)
    require_known("end", end, ("value", "low", "high"))
    ids = [row[name] for name in ("document_id", "further_document_ids") if isinstance(row[name], str)]
    return Quantity(float(row[end]), row["unit"], row["basis"], tuple(" ".join(ids).split()))


def assumption_row(assumption_id: str) -> pd.Series:
    """One row of the register; UnknownName when there is none."""
    register = read_table("assumptions").set_index("assumption_id")
    require_known("assumption", assumption_id, register.index)
    return register.loc[assumption_id]
