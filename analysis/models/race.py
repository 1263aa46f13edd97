"""The design of the layoff race: complete rows, standardised terms first, then controls and half-year effects."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import AnalysisError, require_known
from analysis.models.conventions import LEAST_FIRMS
from analysis.models.driver_blocks import BLOCKS, CONTROLS
from analysis.tables.decision_rules import CANNOT_TELL

SPELLS = {"recent_cut": "announced in the half-year before", "earlier_cut": "announced in the three before that"}
"""Time since the last announcement, the hazard's clock."""
LEAST_EVENTS = 10
"""With fewer events a race says more of its penalty than of the data."""
LABELS = BLOCKS | CONTROLS | SPELLS


@dataclass(frozen=True)
class Race:
    """One design: rows sorted by firm and half-year with column `event`, x (n x k), names (k), tested terms first.

    `firm` holds codes from 0 to G-1, `tested` the number of tested columns.
    """

    rows: pd.DataFrame
    x: np.ndarray
    names: tuple[str, ...]
    tested: int

    @property
    def y(self) -> np.ndarray:
        return self.rows["event"].to_numpy(float)

    @property
    def firm(self) -> np.ndarray:
        return pd.factorize(self.rows["ticker"], sort=True)[0]

    @property
    def firms(self) -> int:
        return self.rows["ticker"].nunique()

    @property
    def terms(self) -> tuple[str, ...]:
        return self.names[:self.tested]

    def sizes(self) -> dict[str, int]:
        """n, firms, periods and events, as the result frames carry them."""
        return {"n": len(self.rows), "firms": self.firms, "periods": self.rows["half"].nunique(),
                "events": int(self.y.sum())}


def race(rows: pd.DataFrame, terms: Iterable[str] = BLOCKS, controls: Iterable[str] = (*CONTROLS, *SPELLS),
         effects: str | None = "half", fewest: int = LEAST_FIRMS) -> Race:
    """The design over the rows that have the event, every term and every control.

    `rows`: frame of `with_blocks` with column `event`. Controls are centred. `effects` names the column whose
    values each get an effect; None takes one intercept, at the end. UnknownName for a column that does not exist;
    AnalysisError with fewer than `fewest` firms or LEAST_EVENTS events, or when everything is an event.
    """
    terms, controls = list(terms), list(controls)
    for name in ["event", *terms, *controls]:
        require_known("column", name, rows.columns)
    kept = rows.dropna(subset=["event", *terms, *controls]).sort_values(["ticker", "half"], ignore_index=True)
    if kept["ticker"].nunique() < fewest:
        raise AnalysisError(f"{kept['ticker'].nunique()} firms remain, fewer than {fewest}: {CANNOT_TELL}")
    if kept["event"].sum() < LEAST_EVENTS or kept["event"].mean() == 1:
        raise AnalysisError(f"{kept['event'].sum():.0f} of {len(kept)} rows are events; a race needs {LEAST_EVENTS} "
                            f"and some without: {CANNOT_TELL}")
    columns = kept[terms].to_numpy(float)
    centred = kept[controls].astype(float)
    dummies = pd.get_dummies(kept[effects], dtype=float) if effects else pd.DataFrame({"constant": np.ones(len(kept))})
    x = np.hstack([columns, (centred - centred.mean()).to_numpy(float), dummies.to_numpy(float)])
    return Race(kept, x, (*terms, *controls, *map(str, dummies)), len(terms))


def without_quiet(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of half-years that hold both an event and none: the others say nothing under half-year effects.

    Plain maximum likelihood needs this: it would send the effect of a quiet half-year to minus infinity.
    """
    share = rows.groupby("half")["event"].transform("mean")
    return rows[(share > 0) & (share < 1)]


def steps(rows: pd.DataFrame, groups: dict[str, list[str]]) -> pd.DataFrame:
    """What each demand on the rows costs, in order: step, firm_halves_count, firms_count, events_count.

    `groups`: label to the columns that must be known by then.
    """
    table, kept = [], rows
    for label, columns in groups.items():
        kept = kept.dropna(subset=columns)
        table.append({"step": label, "firm_halves_count": len(kept), "firms_count": kept["ticker"].nunique(),
                      "events_count": int(kept["event"].sum()), "announced_count": int(kept["announced"].sum())})
    return pd.DataFrame(table)
