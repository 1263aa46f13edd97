"""`python -m tests.bench.bench_multiverse`: what the multiverse costs, and the long form of its size test.

Prints the time of the whole grid with 999 permutations on two threads, the time a plain loop over a library's
regressions would need for the same, and their ratio; then how often the joint test rejects in worlds without any
association.
"""

import sys
import time

import numpy as np

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
WORLDS, WORLD_PERMUTATIONS = 1_000, 99


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


def size(worlds: int = WORLDS) -> tuple[np.ndarray, float]:
    """How often each joint statistic has p <= LEVEL where there is no association, and the Monte Carlo error."""
    from tests.models.made_up_panel import made_up

    cells = grid(headcounts="comparable", weights="equal", definition="capex_over_lagged_revenue", outliers="none",
                 sample="industry", controls="lagged_growth")
    p = np.array([joint_test(run_grid(made_up(seed), cells, WORLD_PERMUTATIONS))["p_value"] for seed in range(worlds)])
    return (p <= LEVEL).mean(axis=0), float(np.sqrt(LEVEL * (1 - LEVEL) / worlds))


def main() -> int:
    """Print times, their ratio and the size; exit code 1 when the grid takes longer than MOST_SECONDS."""
    found, seconds, used = vectorised()
    regressions = found.estimates.size
    each = plain_loop()
    print(f"{len(found.cells):,} specifications x {1 + PERMUTATIONS} worlds: {seconds:.0f} s on {WORKERS} threads, "
          f"{used:.0f} s of processor time")
    print(f"a loop of {regressions:,} regressions at {each * 1000:.1f} ms: {regressions * each / 3600:.1f} hours")
    print(f"loop / multiverse, in processor time: {regressions * each / used:,.0f}")
    rejected, error = size()
    print(f"share of {WORLDS} worlds without an association with p <= {LEVEL} (error {error:.3f}): "
          f"median {rejected[0]:.3f}, share significant {rejected[1]:.3f}, mean |t| {rejected[2]:.3f}")
    return int(seconds > MOST_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
