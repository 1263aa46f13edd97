"""What the economics cost: 100,000 draws of a comparison and a full break-even surface, beside plain numpy.

Each is set against arithmetic of the same size in the same run, so that the ratio holds on any machine.
"""

import sys
import time
from collections.abc import Callable

import numpy as np

from analysis.economics.breakeven import STEPS, break_even_surface
from analysis.economics.comparison import inference
from analysis.economics.draws import DRAWS
from analysis.economics.options import simulate
from analysis.economics.owned_or_rented import one_accelerator

ROUNDS, MILLISECONDS = 5, 1000
POWERS = 20
"""Powers of an array taken by the plain baseline: about what discounting a few flows needs."""


def seconds(act: Callable[[], object]) -> float:
    """The shortest of ROUNDS runs."""
    taken = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        act()
        taken.append(time.perf_counter() - begin)
    return min(taken)


def plain(size: int) -> float:
    """Seconds for POWERS powers of an array of random numbers."""
    numbers = np.random.default_rng(0).random(size) + 1
    return seconds(lambda: sum(numbers**-power for power in np.linspace(0.5, 9.5, POWERS)))


def main() -> int:
    """Print both times and their ratio to the baseline; exit code 0, because time is not a test."""
    comparison = inference("llama_3_1_70b", "h200_sxm", "fp8", 2000.0)
    one = one_accelerator(comparison, "on_demand")
    found = {
        f"{DRAWS:,} draws of {len(comparison.inputs)} inputs, {len(comparison.options())} options":
            (seconds(lambda: simulate(comparison)), plain(DRAWS)),
        f"break-even surface {STEPS} x {STEPS}, utilisation by rent":
            (seconds(lambda: break_even_surface(one, "cloud_usd_per_hour", 1.0, 12.0, 0.1)), plain(STEPS**2)),
        f"break-even surface {STEPS} x {STEPS}, utilisation by years in service":
            (seconds(lambda: break_even_surface(one, "life_years", 2.0, 6.0, 0.1)), plain(STEPS**2)),
    }
    for name, (taken, baseline) in found.items():
        print(f"{name}: {taken * MILLISECONDS:.0f} ms, {taken / baseline:.1f} times {POWERS} powers of such an array")
    return 0


if __name__ == "__main__":
    sys.exit(main())
