"""The trade-off in every specification of the grid, observed and under permuted capital paths.

Fixed effects and controls of a sample are projected out once; all permutations and all sets of lags share that
work (`path_algebra`). The same permutation is used in every specification, so that the whole grid can be tested.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import stats

from analysis.errors import AnalysisError
from analysis.models.conventions import LEVEL, SEED, STEP
from analysis.models.grid import grid
from analysis.models.path_algebra import cumulated, drawn_moments, projection, wardrobe
from analysis.models.paths import Paths, paths_of, strata, swapping, swaps
from analysis.models.permutation import STRATUM
from analysis.models.sample import CAPITAL, CONTROL, OUTCOME, estimation_rows
from analysis.models.terminal import tracked
from analysis.models.trade_panel import trade_panel
from analysis.models.tradeoff import EFFECTS, PRIMARY, firm_codes

WORLD = ["definition", "headcounts", "outliers"]
ROWS = ["sample", "controls"]
CHUNK = 250
"""Draws worked on at once: few enough to stay in the processor's own memory."""
CLIPPED = {"clip_1": 0.01, "none": None, "clip_5": 0.05, "without_jumps": 0.01}
JUMP = 0.30
"""A larger change of log headcount in one year is taken for a merger or a sale under "without_jumps"."""
CONTROLS = {"none": [], "lagged_growth": [CONTROL], "lagged_growth_and_size": [CONTROL, "log_revenue_lag1"]}
LAG_SETS = {"0": [0], "0-1": [0, 1], "0-2": [0, 1, 2]}
LEFT_OUT = {"without_amazon": ("ticker", ["AMZN"]), "without_oracle": ("ticker", ["ORCL"]),
            "without_hyperscalers": ("group", ["hyperscaler"])}
FIRST_OUTCOME = {"from_2019": 2019}


@dataclass(frozen=True)
class Multiverse:
    """The grid estimated: one row of `cells` per specification, and both statistics per draw (C x (1 + B)).

    cells: the columns of `grid`, estimate, standard_error (CRV1), t, low, high (95%), p_value, n, firms, periods;
    estimates are for a step of ten points of capital intensity, in log headcount. Column 0 of `estimates` and `t`
    is the observed world. `swapping_firms` carry another firm's path under permutation.
    """

    cells: pd.DataFrame
    estimates: np.ndarray
    t: np.ndarray
    swapping_firms: int

    @property
    def permutations(self) -> int:
        return self.estimates.shape[1] - 1

    @property
    def critical(self) -> np.ndarray:
        """The |t| from which each specification is significant at LEVEL (C)."""
        return stats.t.ppf(1 - LEVEL / 2, self.cells["firms"].to_numpy() - 1)


def run_grid(panel: pd.DataFrame, cells: pd.DataFrame | None = None, permutations: int = 999, seed: int = SEED,
             workers: int = 1, by: str = STRATUM) -> Multiverse:
    """Estimate every specification, observed and permuted. `panel`: frame of load_panel("year"); `cells`: of `grid`.

    Firms swap paths within `by` ("group" or "peer_group"). The bounds of clipping are those of the whole industry's
    year, also where a sample leaves firms out. Shows a progress bar on a terminal; `workers` threads share the work
    and change no digit. AnalysisError when a specification keeps fewer than 20 firms.
    Misleads: CRV1 is too small with a few large spenders; the joint permutation test is what decides.
    """
    cells = grid() if cells is None else cells
    worlds = list(cells.groupby(WORLD, sort=False))
    trades = {key: _trade(panel, *key) for key, _ in worlds}
    paths, stratum = _shared_paths(trades, by)
    carried, codes = swaps(stratum, permutations, seed), np.unique(stratum, return_inverse=True)[1]
    with ThreadPoolExecutor(workers) as pool:
        done = pool.map(lambda world: list(_world(trades[world[0]], paths[world[0]], carried, codes, world[1])), worlds)
        parts = [part for found in tracked(done, len(worlds), "Specifications") for part in found]
    return collected(cells, parts, swapping(stratum))


def _trade(panel: pd.DataFrame, definition: str, headcounts: str, outliers: str) -> pd.DataFrame:
    trade = trade_panel(panel, definition=definition, headcounts=headcounts, winsor=CLIPPED[outliers])
    if outliers == "without_jumps":
        raw = trade_panel(panel, definition=definition, headcounts=headcounts, winsor=None)
        trade[OUTCOME] = trade[OUTCOME].mask(raw[OUTCOME].abs() > JUMP)
    return trade


def _shared_paths(trades: dict[tuple, pd.DataFrame], by: str) -> tuple[dict[tuple, Paths], np.ndarray]:
    """The paths of every world over the same firms and years, and the strata in which firms may swap in all of them."""
    rows = pd.concat([estimation_rows(trade, (OUTCOME, *CAPITAL))[0] for trade in trades.values()])
    rows = rows[["ticker", "calendar_year", by]].drop_duplicates()
    tickers = tuple(sorted(rows["ticker"].unique()))
    first, last = int(rows["calendar_year"].min()), int(rows["calendar_year"].max())
    paths = {key: paths_of(trade, tickers, first, last) for key, trade in trades.items()}
    return paths, strata(rows.drop_duplicates("ticker").set_index("ticker")[by], list(paths.values()))


def _world(trade: pd.DataFrame, paths: Paths, carried: np.ndarray, stratum: np.ndarray,
           cells: pd.DataFrame) -> Iterator[dict]:
    """Every specification of one definition, headcount rule and outlier rule."""
    for (sample, controls), mine in cells.groupby(ROWS, sort=False):
        base = replace(PRIMARY, controls=tuple(CONTROLS[str(controls)]))
        rows, _ = estimation_rows(_inside(trade, str(sample)), base.needed)
        tables = [paths.worn(rows, lag) for lag in range(len(CAPITAL))]
        firms = paths.codes(rows)
        may = stratum[firms][:, None] == stratum
        if any(np.isnan(table[may]).any() for table in tables):
            raise AnalysisError("a permuted path lacks a year that its new firm needs")
        columns = {effects: _columns(rows, str(effects), base.controls) for effects in mine["effects"].unique()}
        for weights, same in mine.groupby("weights", sort=False):
            weight = rows["log_headcount_lag1"].to_numpy() if weights == "log_headcount" else np.ones(len(rows))
            yield from _weighted(rows, weight, columns, tables, carried[np.unique(firms)], same)


def _inside(trade: pd.DataFrame, sample: str) -> pd.DataFrame:
    column, values = LEFT_OUT.get(sample, ("ticker", []))
    first = FIRST_OUTCOME.get(sample, 0)
    return trade[~trade[column].isin(values) & (trade["calendar_year"] >= first)]


def _columns(rows: pd.DataFrame, effects: str, controls: tuple[str, ...]) -> np.ndarray:
    cell = rows.groupby(list(EFFECTS[effects])).ngroup()
    return np.column_stack([np.eye(cell.max() + 1)[cell], rows[list(controls)].to_numpy(float)])


def _weighted(rows: pd.DataFrame, weight: np.ndarray, columns: dict[str, np.ndarray], tables: list[np.ndarray],
              worn: np.ndarray, cells: pd.DataFrame) -> Iterator[dict]:
    """One sample with one set of weights: all effects and all sets of lags.

    `columns`: what each set of effects takes out; `worn`: whose path each firm of the sample carries (F x (1 + B)).
    """
    firms, outcome = firm_codes(rows), rows[OUTCOME].to_numpy()
    designs = {name: projection(firms, column, weight) for name, column in columns.items()}
    boxes = {name: design.boxed(design.residual(outcome)) for name, design in designs.items()}
    clothes = wardrobe(projection(firms, np.empty((len(rows), 0)), weight), tables)
    parts: dict[int, list] = {place: [] for place in cells.index}
    for start in range(0, worn.shape[1], CHUNK):
        drawn = clothes.draw(worn[:, start:start + CHUNK])
        for effects, same in cells.groupby("effects", sort=False):
            found = drawn_moments(designs[effects], boxes[effects], drawn)
            taken = designs[effects].basis.shape[1]
            for place, lags in same["lags"].items():
                parts[place].append(cumulated(found, LAG_SETS[lags], taken, len(rows)))
    size = {"n": len(rows), "firms": len(np.unique(firms)), "periods": rows["calendar_year"].nunique()}
    for place, part in parts.items():
        estimate, error = np.concatenate(part, axis=1)
        yield {"place": place, "estimate": STEP * estimate, "error": STEP * error} | size


def collected(cells: pd.DataFrame, parts: list[dict], swapping_firms: int) -> Multiverse:
    """The parts of a run as a Multiverse: place (row label in `cells`), estimate, error (1 + B), n, firms, periods."""
    parts = sorted(parts, key=lambda part: part["place"])
    estimates, errors = (np.array([part[name] for part in parts]) for name in ("estimate", "error"))
    counts = pd.DataFrame({name: [part[name] for part in parts] for name in ("n", "firms", "periods")})
    half = stats.t.ppf(1 - LEVEL / 2, counts["firms"] - 1) * errors[:, 0]
    found = cells.assign(
        estimate=estimates[:, 0], standard_error=errors[:, 0], t=estimates[:, 0] / errors[:, 0],
        low=estimates[:, 0] - half, high=estimates[:, 0] + half, **counts.set_index(cells.index))
    found["p_value"] = 2 * stats.t.sf(found["t"].abs(), found["firms"] - 1)
    return Multiverse(found, estimates, estimates / errors, swapping_firms)
