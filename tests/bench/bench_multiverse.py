"""`python -m tests.bench.bench_multiverse`: what the multiverse costs, and the long form of its size test.

Prints the time of the whole grid with 999 permutations on two threads, the time a plain loop over a library's
regressions would need for the same, and their ratio; then how often the joint test rejects in worlds without any
association, and in worlds where one firm has one but can exchange its path with nobody, which moves all draws.
"""

import sys
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from analysis import load_panel
from analysis.models.conventions import LEVEL
from analysis.models.grid import grid
from analysis.models.multiverse import Multiverse, run_grid
from analysis.models.multiverse_tests import joint_test
from analysis.models.sample import estimation_rows
from analysis.models.trade_panel import trade_panel
from analysis.models.tradeoff import PRIMARY

PERMUTATIONS, WORKERS, MOST_SECONDS = 999, 2, 180
LOOP_REGRESSIONS = 30
WORLDS, WORLD_PERMUTATIONS = 1_000, 199
SIZE = (0.03, 0.07)
"""Where the size of a sound test must lie."""


def vectorised() -> tuple[Multiverse, float, float]:
    """The whole grid with PERMUTATIONS permutations; the seconds it took, and those of processor time."""
    begin, used = time.perf_counter(), time.process_time()
    found = run_grid(load_panel("year"), permutations=PERMUTATIONS, workers=WORKERS)
    return found, time.perf_counter() - begin, time.process_time() - used


def plain_loop() -> float:
    """Processor seconds of one regression of the primary cell by pyfixest, the mean of LOOP_REGRESSIONS."""
    import pyfixest

    rows, _ = estimation_rows(trade_panel(load_panel("year")))
    formula = f"{PRIMARY.outcome} ~ {' + '.join((*PRIMARY.capital, *PRIMARY.controls))} | ticker + cell"
    options = {"vcov": {"CRV1": "ticker"}, "ssc": pyfixest.ssc(k_fixef="none")}  # pinned: the default is not stable
    pyfixest.feols(formula, rows, **options)  # compiles what it compiles once
    begin = time.process_time()
    for _ in range(LOOP_REGRESSIONS):
        pyfixest.feols(formula, rows, **options)
    return (time.process_time() - begin) / LOOP_REGRESSIONS


def with_a_lone_firm(panel: pd.DataFrame) -> pd.DataFrame:
    """One firm's staff follows its capital, and years that others have are missing from its path: it keeps the path."""
    lone = panel["ticker"] == panel["ticker"].iloc[-1]
    mine = panel[lone]
    intensity = mine["capex_usd"] / mine["revenue_usd"].shift().fillna(mine["revenue_usd"])
    staff = mine["headcount_persons"] * np.exp(-3 * intensity.cumsum())
    early = mine["capex_usd"].where(mine["calendar_year"] > mine["calendar_year"].min() + 3)
    return panel.assign(headcount_persons=panel["headcount_persons"].where(~lone, staff),
                        capex_usd=panel["capex_usd"].where(~lone, early))


def size(worlds: int = WORLDS, change: Callable[[pd.DataFrame], pd.DataFrame] = lambda panel: panel) -> pd.Series:
    """How often each joint statistic has p <= LEVEL where no path that changes hands matters: by term.

    `change`: done to each made-up panel first.
    """
    from tests.models.made_up_panel import made_up

    cells = grid(headcounts="comparable", weights="equal", definition="capex_over_lagged_revenue", outliers="none",
                 sample="industry", controls="lagged_growth")
    tests = (joint_test(run_grid(change(made_up(seed)), cells, WORLD_PERMUTATIONS)) for seed in range(worlds))
    return (pd.DataFrame([one.set_index("term")["p_value"] for one in tests]) <= LEVEL).mean()


def main() -> int:
    """Print times, their ratio and the size; exit code 1 when the grid takes too long or a size is off."""
    found, seconds, used = vectorised()
    regressions = found.estimates.size
    each = plain_loop()
    print(f"{len(found.cells):,} specifications x {1 + PERMUTATIONS} worlds: {seconds:.0f} s on {WORKERS} threads, "
          f"{used:.0f} s of processor time")
    print(f"a loop of {regressions:,} regressions at {each * 1000:.1f} ms: {regressions * each / 3600:.1f} hours")
    print(f"loop / multiverse, in processor time: {regressions * each / used:,.0f}")
    error = float(np.sqrt(LEVEL * (1 - LEVEL) / WORLDS))
    sound = True
    for words, change in (("no association", lambda panel: panel), ("a lone firm's", with_a_lone_firm)):
        rejected = size(WORLDS, change)
        sound &= bool(rejected.between(*SIZE).all())
        print(f"share of {WORLDS} worlds ({words}) with p <= {LEVEL} (error {error:.3f}): "
              + ", ".join(f"{term} {share:.3f}" for term, share in rejected.items()))
    return int(seconds > MOST_SECONDS or not sound)


if __name__ == "__main__":
    sys.exit(main())
