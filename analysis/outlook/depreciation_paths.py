"""Depreciation to come: what is locked in by the capital already bought, and what each path of spending adds.

A path is capital expenditure by fiscal year. Property is acquired in the ratio to it of the last years, goes through
construction at their pace and is placed in service in their class shares; every one of these habits is a range.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.economics.draws import TAIL, draw
from analysis.economics.ranges import assumed
from analysis.outlook.filer import Filer, hyperscaler
from analysis.outlook.placed import SERVERS, Placed, placed_in_service
from analysis.outlook.reconcile import places, provenance_of
from analysis.outlook.spending import GUIDED, habits, open_guidance, path_words, spending_paths
from analysis.outlook.vintages import HALF, depreciation

END_YEAR = 2030
DRAWS = 300


@dataclass(frozen=True)
class Outlook:
    """One filer on its paths: by path, arrays of years (from `first_year`) by draws; the last draw is the central case.

    `charge_usd`, `capex_usd`, `placed_usd` (in service, land left out) and `live_usd` (cost within its life).
    """

    filer: Filer
    first_year: int
    charge_usd: dict[str, np.ndarray]
    capex_usd: dict[str, np.ndarray]
    placed_usd: dict[str, np.ndarray]
    live_usd: dict[str, np.ndarray]
    shares: dict[str, np.ndarray]
    documents: tuple[str, ...]

    @property
    def years(self) -> list[int]:
        """The fiscal years shown, from the last reported one."""
        return list(range(self.first_year, END_YEAR + 1))

    def label(self, path: str) -> str:
        """A path of this filer in words; UnknownName for one that does not exist."""
        return path_words(path, GUIDED in self.charge_usd)


def outlook(ticker: str, as_of: str = "latest", draws: int = DRAWS) -> Outlook:
    """One filer's depreciation on every path to END_YEAR, from draws; UnknownName unless it is a hyperscaler."""
    return outlook_of(hyperscaler(ticker), as_of, draws)


def outlook_of(filer: Filer, as_of: str = "latest", draws: int = DRAWS) -> Outlook:
    """The same for inputs already loaded."""
    guided = open_guidance(filer, as_of)
    ranges = places(filer) | habits(filer, placed_in_service(filer)) | (
        {} if guided is None else {"guided_usd": guided})
    inputs = {name: np.append(values, ranges[name].value) for name, values in draw(ranges, draws).items()}
    placed = placed_in_service(filer, inputs)
    shares, bought = _shares(placed, inputs), _carried(filer, placed.classes, placed.first_year, inputs)
    ran = {name: _run(filer, placed, inputs, spend) for name, spend in spending_paths(filer, as_of).items()}
    both = {name: _with_new(filer, bought, {one: share * put[1:] for one, share in shares.items()}, inputs)
            for name, (_, put) in ran.items()}
    documents = (*provenance_of(filer)[1], *(guided.documents if guided else ()))
    return Outlook(
        filer, filer.last_year, shares=shares, documents=documents,
        charge_usd={name: charge for name, (charge, _) in both.items()},
        live_usd={name: live for name, (_, live) in both.items()},
        capex_usd={name: spent for name, (spent, _) in ran.items()},
        placed_usd={name: put for name, (_, put) in ran.items()})


def _shares(placed: Placed, inputs: dict) -> dict[str, np.ndarray]:
    """Class shares of what is placed from now on: servers as drawn, the rest as in the last years."""
    last = placed.last_year - placed.first_year + 1
    recent = {name: cost[last - int(assumed("carried_years").value):last].sum(axis=0)
              for name, cost in placed.classes.items()}
    rest = sum(value for name, value in recent.items() if name != SERVERS)
    return {name: inputs["servers_ratio"] if name == SERVERS else (1 - inputs["servers_ratio"]) * value / rest
            for name, value in recent.items()}


def _run(filer: Filer, placed: Placed, inputs: dict, spend: Callable) -> tuple[np.ndarray, np.ndarray]:
    """Spending and placements on one path: years from the last reported one by draws."""
    size = len(inputs["pace_ratio"])
    building = placed.construction[placed.last_year] + np.zeros(size)
    put = [sum(placed.in_year(placed.last_year).values())]
    spent = [np.full(size, filer.capex[filer.last_year])] + [
        spend(year, inputs) + np.zeros(size) for year in range(filer.last_year + 1, END_YEAR + 1)]
    for bought in spent[1:]:
        ready = building + bought * inputs["acquired_ratio"]
        put.append(ready * inputs["pace_ratio"])
        building = ready - put[-1]
    return np.array(spent), np.array(put)


def _carried(filer: Filer, classes: dict[str, np.ndarray], first_year: int, inputs: dict) -> tuple:
    """Depreciation and live cost of vintages that start in `first_year`, to END_YEAR: years from the last reported."""
    size = next(iter(classes.values())).shape[-1]
    charge, live = np.zeros((2, END_YEAR - first_year + 1, size))
    for name, cost in classes.items():
        padded = np.zeros_like(charge)
        padded[:len(cost)] = cost
        lives = filer.lives_of(name, inputs)
        charge = charge + depreciation(padded, first_year, lives)
        live = live + _live(padded, lives.at(END_YEAR))
    since = max(filer.last_year - first_year, 0)
    return charge[since:], live[since:]


def _with_new(filer: Filer, bought: tuple, classes: dict[str, np.ndarray], inputs: dict) -> tuple:
    """What is carried of the old vintages and of those after the last reported year, together."""
    new = _carried(filer, classes, filer.last_year + 1, inputs)
    return tuple(np.concatenate([old[:1], old[1:] + added]) for old, added in zip(bought, new, strict=True))


def _live(cost: np.ndarray, life) -> np.ndarray:
    """Cost that is still within its life at the end of each year."""
    age = np.arange(len(cost))[:, None] - np.arange(len(cost))
    alive = (age[..., None] >= 0) & (age[..., None] + HALF < np.asarray(life) + np.zeros(cost.shape[-1]))
    return np.einsum("yvd,vd->yd", alive, cost)


def paths_table(ticker: str, as_of: str = "latest") -> pd.DataFrame:
    """The frame of `path_rows` for one filer, with the guidance known on a day."""
    return path_rows(outlook(ticker, as_of))


def path_rows(one: Outlook) -> pd.DataFrame:
    """One row per path and fiscal year, from the last reported year.

    Columns: ticker, name, path, label, fiscal_year, depreciation_usd with low_usd and high_usd (5% and 95% of the
    draws), capex_usd, basis and documents. Misleads: the ends leave out what the model misses of past years.
    """
    rows = []
    for path, charge in one.charge_usd.items():
        for index, year in enumerate(one.years):
            low, high = np.quantile(charge[index, :-1], [TAIL, 1 - TAIL])
            rows.append({"ticker": one.filer.ticker, "name": one.filer.name, "path": path, "label": one.label(path),
                         "fiscal_year": year, "depreciation_usd": float(charge[index, -1]), "low_usd": float(low),
                         "high_usd": float(high), "capex_usd": float(one.capex_usd[path][index, -1])})
    return pd.DataFrame(rows).assign(depreciation_usd_basis="scenario", capex_usd_basis="scenario",
                                     depreciation_usd_documents=" ".join(one.documents))
