"""The long form of timing, waves and breaks: how often each test errs, and what it finds, in made-up worlds.

`python -m tests.bench.bench_timing_and_breaks` prints shares rejected at five per cent with Monte Carlo errors.
"""

import sys
from collections.abc import Callable

import numpy as np
import pandas as pd

from analysis import load_guidance, load_layoffs
from analysis.models.break_tests import persistence_p, robust_size
from analysis.models.conventions import LEVEL
from analysis.models.quarterly import distributed_lag
from analysis.models.timing import Firm, excess, prepare
from analysis.models.waves import slope
from tests.models.test_breaks import autoregression
from tests.models.test_quarterly import two_series
from tests.models.test_timing import linked, no_link
from tests.models.test_waves import CONTRAST, world


def share_rejected(p_value: Callable[[int], float], replications: int) -> dict:
    """Share of worlds (numbered by seed) with a p at or below LEVEL, and its Monte Carlo error."""
    share = float(np.mean([p_value(seed) <= LEVEL for seed in range(replications)]))
    return {"rejected": share, "error": float(np.sqrt(share * (1 - share) / replications)), "worlds": replications}


def real_calendar(ratio: float) -> Callable[[int], float]:
    """The data's own firms, quarters and raises; rounds drawn anew, `ratio` times as likely in the sixty days after."""
    firms = prepare(load_guidance(), load_layoffs(), "2026Q2").firms

    def p_value(seed: int) -> float:
        rng = np.random.default_rng(seed)
        drawn = []
        for one in firms:
            days = np.arange((one.quarters[-1].end_time - one.quarters[0].start_time).days + 1)
            after = ((days[:, None] >= one.raises) & (days[:, None] <= one.raises + 60)).any(axis=1)
            weight = np.where(after, ratio, 1.0)
            rounds = np.sort(rng.choice(days, len(one.rounds), replace=False, p=weight / weight.sum()))
            drawn.append(Firm(one.ticker, one.quarters, rounds, one.raises, one.others))
        return excess(drawn, (0, 60), draws=199, seed=seed)["p_value"]

    return p_value


def table(replications: int) -> pd.DataFrame:
    """Every test in every world."""
    asked = {
        "timing, calendar without a link": lambda seed: excess(no_link(seed), (0, 30), draws=199)["p_value"],
        "timing, a round after every raise": lambda seed: excess(linked(seed), (0, 60), draws=199)["p_value"],
        **{f"timing, the data's calendar, ratio {ratio:g}": real_calendar(ratio) for ratio in (1, 2, 4, 8)},
        **{f"waves, shared shock {shock:g}, slope {size:g}":
           lambda seed, shock=shock, size=size: slope(world(seed, size, shock), *CONTRAST, draws=199)["p_value"]
           for shock, size in ((0, 0), (0.1, 0), (0.1, 0.3), (0.1, 0.6))},
        **{f"breaks, persistence {phi:g}, no break":
           lambda seed, phi=phi: persistence_p(autoregression(phi, 73, seed), draws=199)[0] for phi in (0, 0.3, 0.6)},
        **{f"quarterly, {label}, no link": lambda seed, row=row: distributed_lag(
            two_series(0.0, 24, seed, 0.5))["p_value"].iloc[row] for row, label in enumerate(("Newey-West", "EWC"))},
    }
    rows = [{"test": name} | share_rejected(p_value, replications) for name, p_value in asked.items()]
    for phi in (0.0, 0.3, 0.6):
        refused, error = robust_size(73, phi, draws=replications)
        rows.append({"test": f"breaks, robust sup-F, persistence {phi:g}", "rejected": refused, "error": error,
                     "worlds": replications})
    return pd.DataFrame(rows)


def main() -> int:
    """Print the table; nothing is compared with a bound."""
    replications = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    print(table(replications).round(3).to_string(index=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
