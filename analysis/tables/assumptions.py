"""The register of assumptions: no parameter lives in a function body."""

from analysis.errors import require_known
from analysis.quantity import Quantity
from analysis.tables.read import read_table


def assumption(assumption_id: str, end: str = "value") -> Quantity:
    """One assumption as a Quantity; `end` is "value", "low" or "high".

    UnknownName for an assumption that is not in the register, or an end that does not exist.
    """
    register = read_table("assumptions").set_index("assumption_id")
    require_known("assumption", assumption_id, register.index)
    require_known("end", end, ("value", "low", "high"))
    row = register.loc[assumption_id]
    documents = (row["document_id"],) if isinstance(row["document_id"], str) else ()
    return Quantity(float(row[end]), row["unit"], row["basis"], documents)
