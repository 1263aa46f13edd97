"""Property notes of the hyperscalers' yearly reports: cost by class, construction, leases, useful lives.

Neither table has a vintage: the notes were read without their filing days, so no past edition can use them.
"""

import pandas as pd

from analysis.tables.companies import require_tickers
from analysis.tables.read import read_table


def load_property_notes(companies: list[str] | None = None) -> pd.DataFrame:
    """One row a number: note_id, ticker, period_end, kind (balance, flow), item, value_usd, basis, document_id, doubt.

    UnknownName for an unknown ticker. Misleads: filers cut their classes differently and change the cut; rows
    with basis "estimated" carry a share or a growth over, and their doubt says which.
    """
    return _of(read_table("property_notes"), companies).sort_values(["ticker", "item", "period_end"], ignore_index=True)


def load_useful_lives(companies: list[str] | None = None) -> pd.DataFrame:
    """One row per filer, class and day from which a life holds: low_years, life_years, high_years, effect_usd, scope.

    `from_date` is missing for the life at the start. UnknownName for an unknown ticker. Misleads: a filer gives a
    range over the assets of a class, not their average; the middle of it is taken where no single life is given.
    """
    rows = _of(read_table("useful_lives"), companies)
    return rows.sort_values(["ticker", "asset_class", "from_date"], na_position="first", ignore_index=True)


def _of(frame: pd.DataFrame, companies: list[str] | None) -> pd.DataFrame:
    require_tickers(companies)
    return frame if companies is None else frame[frame["ticker"].isin(companies)]
