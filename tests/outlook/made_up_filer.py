"""A filer whose depreciation is known: classes bought in fixed shares, and scrapped when written off."""

import numpy as np
import pandas as pd

from analysis.economics.schedules import straight_line
from analysis.outlook.filer import Filer
from analysis.outlook.lives import LifeTable

FIRST, OPENING, LAST = 1990, 2018, 2025
SHARES = {"servers": 0.6, "buildings": 0.3, "land": 0.1}
LIVES = {"servers": 4, "buildings": 20}
YEARS = list(range(FIRST, LAST + 1))
SPENT = {year: 1e9 * 1.2 ** (year - FIRST) for year in YEARS}


def depreciation(year: int, asset_class: str) -> float:
    """The true charge of one year."""
    return sum(float(straight_line(SPENT[bought] * SHARES[asset_class], LIVES[asset_class], year - bought + 1))
               for bought in range(FIRST, year + 1))


def kept_cost(year: int, asset_class: str) -> float:
    """Gross cost on the books: written-off assets have left, land stays."""
    life = LIVES.get(asset_class, 10 * len(YEARS))
    return sum(SPENT[bought] * SHARES[asset_class] for bought in range(FIRST, year + 1) if year - bought <= life)


def net_cost(year: int) -> float:
    """Cost less depreciation of everything ever bought."""
    charged = sum(depreciation(one, name) for name in LIVES for one in range(FIRST, year + 1))
    return sum(SPENT[one] for one in range(FIRST, year + 1)) - charged


def made_up_filer(without: tuple[str, ...] = ()) -> Filer:
    """The filer as its notes would show it, from OPENING to LAST; `without` names items left out of the notes."""
    days = {year: pd.Timestamp(year, 12, 31) for year in YEARS}
    rows = [{"kind": "balance", "item": name, "period_end": days[year], "value_usd": kept_cost(year, name)}
            for year in range(OPENING, LAST + 1) for name in SHARES]
    rows += [{"kind": "balance", "item": "construction", "period_end": days[year], "value_usd": 0.0}
             for year in range(OPENING, LAST + 1)]
    notes = pd.DataFrame(rows).assign(ticker="META", basis="reported", document_id="33fa6a18")
    panel = pd.DataFrame({
        "ticker": "META", "period_end": list(days.values()), "capex_usd": list(SPENT.values()),
        "depreciation_usd": [sum(depreciation(year, name) for name in LIVES) for year in YEARS],
        "ppe_net_usd": [net_cost(year) for year in YEARS]})
    table = pd.DataFrame([{"asset_class": name, "from_date": pd.NaT, "low_years": life, "life_years": life,
                           "high_years": life, "effect_usd": np.nan, "basis": "reported", "document_id": "33fa6a18"}
                          for name, life in LIVES.items()])
    return Filer("META", notes[~notes["item"].isin(without)], panel, LifeTable(table, days[LAST]), {})
