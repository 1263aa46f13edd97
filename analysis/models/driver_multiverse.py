"""The race of the layoff drivers in every specification of its grid: what the capital block does in each.

The statistic is one Newton step from the fit without the block, as in `path_permutation`, so that all permutations
of one cell share one fit. The same permutation of whole firm paths is used in every cell.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.models.conventions import SEED
from analysis.models.driver_blocks import BLOCKS
from analysis.models.drivers import SAMPLES, Settings, driver_panel
from analysis.models.firth import FirthFit, firth
from analysis.models.grid import grid
from analysis.models.hazard_panel import event_of
from analysis.models.multiverse import Multiverse, collected
from analysis.models.path_permutation import null_design
from analysis.models.paths import swapping, swaps
from analysis.models.race import race
from analysis.models.terminal import tracked
from analysis.tables.companies import HYPERSCALERS

MODEL, TERM = "layoff_drivers", "capex"
THRESHOLDS = {"at_least_1": 0.01, "at_least_2": 0.02, "at_least_5": 0.05, "any": 0.0}
RACED = {"all": tuple(BLOCKS), "capex_alone": (TERM,)}


def run_driver_grid(panel: pd.DataFrame, events: pd.DataFrame, cells: pd.DataFrame | None = None,
                    permutations: int = 999, seed: int = SEED) -> Multiverse:
    """The capital block's log-odds per standard deviation in every cell, observed and permuted.

    `panel`: frame of load_panel("year"); `events`: frame of load_layoffs; `cells`: of `grid("layoff_drivers")`.
    Estimates are one-step log-odds, errors clustered by firm; n counts firm-half-years. Shows a progress bar on a
    terminal. AnalysisError when a cell keeps fewer than 20 firms. Misleads: one step falls short of the penalised
    fit where an association is large.
    """
    cells = grid(MODEL) if cells is None else cells
    keys = list(cells.groupby(["capex_block", "estimates"], sort=False))
    rows = {key: driver_panel(panel, events, Settings(capex_block=key[0], estimates=key[1])) for key, _ in keys}
    tickers, halves, stratum = _shared(rows)
    carried = swaps(stratum, permutations, seed)
    parts = [part for key, mine in tracked(keys, len(keys), "Layoff drivers")
             for part in _cells(rows[key], tickers, halves, carried, mine)]
    return collected(cells, parts, swapping(stratum))


def _wide(rows: pd.DataFrame, tickers: list[str], halves: list[str]) -> np.ndarray:
    wide = rows.pivot(index="ticker", columns="half", values=TERM)
    return wide.reindex(index=tickers, columns=halves).to_numpy(float)


def _shared(rows: dict[tuple[str, str], pd.DataFrame]) -> tuple[list[str], list[str], np.ndarray]:
    """All firms, all half-years, and the strata: group and where the block is known, in every panel."""
    tickers = sorted(set().union(*(one["ticker"] for one in rows.values())))
    halves = sorted(set().union(*(one["half"] for one in rows.values())))
    known = np.concatenate([~np.isnan(_wide(one, tickers, halves)) for one in rows.values()], axis=1)
    group = np.where(np.isin(tickers, HYPERSCALERS), "hyperscaler", "other")
    pattern = ["".join("x" if flag else "." for flag in row) for row in known]
    return tickers, halves, np.array([f"{name} {row}" for name, row in zip(group, pattern, strict=True)])


def _cells(rows: pd.DataFrame, tickers: list[str], halves: list[str], carried: np.ndarray,
           cells: pd.DataFrame) -> Iterator[dict]:
    """Every cell of one panel: scales and peers are those of the whole industry, so a sample is a filter."""
    wide = _wide(rows, tickers, halves)
    for place, cell in cells.iterrows():
        inside = rows[~rows["ticker"].isin(SAMPLES[cell["sample"]]) & (rows["half"] >= cell["first_half"])]
        event = event_of(inside, THRESHOLDS[cell["threshold"]], cell["unknown"])
        model = race(inside.assign(event=event), RACED[cell["blocks"]])
        firm, half = (pd.Index(names).get_indexer(model.rows[column])
                      for names, column in ((tickers, "ticker"), (halves, "half")))
        null = null_design(model, TERM)
        estimate, error = one_step(null, firth(null, model.y), wide[carried[firm], half[:, None]], model.firm)
        yield {"place": place, "estimate": estimate, "error": error, "n": len(model.rows), "firms": model.firms,
               "periods": model.rows["half"].nunique()}


def one_step(null: np.ndarray, fit: FirthFit, values: np.ndarray, firm: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """One Newton step from the fit without a term, and its firm-clustered error, per draw (D each).

    null (n x q) and fit: design and fit without the term; values (n x D): its paths; firm (n): codes.
    """
    order = np.argsort(firm, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(firm[order]) > 0])
    weight = fit.chances * (1 - fit.chances)
    apart = values - null @ (fit.covariance @ (null.T @ (weight[:, None] * values)))
    scores = np.add.reduceat((apart * fit.residuals[:, None])[order], starts, axis=0)
    size = (weight[:, None] * apart**2).sum(axis=0)
    return scores.sum(axis=0) / size, np.sqrt((scores**2).sum(axis=0)) / size
