"""What a change of useful lives does to the charge of its year, alone, beside what the filer said it did."""

import numpy as np
import pandas as pd

from analysis.economics.draws import TAIL, draw
from analysis.errors import AnalysisError
from analysis.outlook.filer import Filer, hyperscalers
from analysis.outlook.placed import Placed, placed_in_service
from analysis.outlook.reconcile import places, provenance_of, words_of
from analysis.outlook.vintages import depreciation

CHECK, USED = "check only", "used to size the life"
DRAWS = 200


def effect_of_change(filer: Filer, placed: Placed, asset_class: str, fiscal_year: int, scope: str = "all",
                     place: dict | None = None) -> np.ndarray | float:
    """Depreciation of one class in one fiscal year with the lives as they were changed, less that without: usd.

    `scope`: "all" assets, or those "in_service" before the year. Several changes in one year count together.
    `place` holds drawn inputs, those `placed` was made with. AnalysisError when no life changes in that year.
    """
    lives = filer.lives_of(asset_class, place)
    if not lives.changed_in(fiscal_year):
        raise AnalysisError(f"{filer.ticker}: no life of {asset_class} changes in fiscal {fiscal_year}")
    cost = placed.classes[asset_class].copy()
    if scope == "in_service":
        cost[fiscal_year - placed.first_year:] = 0.0
    changed, kept = (depreciation(cost, placed.first_year, one)[fiscal_year - placed.first_year]
                     for one in (lives, lives.without_changes_from(fiscal_year)))
    return changed - kept


def life_effects(filers: list[Filer] | None = None, draws: int = DRAWS) -> pd.DataFrame:
    """Every change whose effect the filer gave, by ticker and year; all hyperscalers unless given.

    Columns: ticker, name, asset_class, fiscal_year, who (these in words), change (life before and after, in words),
    scope, computed_usd with its 5% and 95% points low_usd and high_usd, disclosed_usd (below zero: the charge fell),
    is_within, use (CHECK, or USED where the life was sized so that the effect is met), gap_ratio (computed over
    disclosed, less 1), basis, documents. Misleads: a filer may change a part of a class; the model changes all of it.
    """
    return pd.concat([_of(filer, draws) for filer in filers or hyperscalers()], ignore_index=True)


def _of(filer: Filer, draws: int) -> pd.DataFrame:
    place = draw(places(filer), draws)
    central, spread, table = placed_in_service(filer), placed_in_service(filer, place), filer.table.rows
    rows = []
    for _, row in table[table["effect_usd"].notna()].iterrows():
        year = filer.table.fiscal_year(row["from_date"])
        if not central.opening_year < year <= central.last_year:
            continue
        change = (row["asset_class"], year, row["effect_scope"])
        low, high = np.quantile(effect_of_change(filer, spread, *change, place), [TAIL, 1 - TAIL])
        value = float(effect_of_change(filer, central, *change))
        before = float(filer.lives_of(row["asset_class"]).without_changes_from(year).years[-1])
        words = words_of(row["asset_class"])
        rows.append({"ticker": filer.ticker, "name": filer.name, "asset_class": words, "fiscal_year": year,
                     "who": f"{filer.name}, {words}, {year}",
                     "change": f"{before:g} to {row['life_years']:g}", "scope": change[-1],
                     "computed_usd": value, "low_usd": low, "high_usd": high, "disclosed_usd": row["effect_usd"],
                     "is_within": low <= row["effect_usd"] <= high, "gap_ratio": value / row["effect_usd"] - 1,
                     "use": USED if row["basis"] == "estimated" else CHECK,
                     "disclosed_usd_documents": row["document_id"]})
    basis, documents = provenance_of(filer)
    return pd.DataFrame(rows).assign(computed_usd_basis=basis, computed_usd_documents=" ".join(documents),
                                     gap_ratio_basis=basis, low_usd_basis=basis, high_usd_basis=basis,
                                     disclosed_usd_basis="reported")
