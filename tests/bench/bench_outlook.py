"""How often the rule of publication errs where the truth is made up, and how the intervals do there.

Run as a module. A candidate's true gain in a kind of world is its mean gain over many; publishing one whose true
gain is not above zero is an error. Shocks that all firms share in a year are what could fool a test that redraws firms.
"""

import time

import numpy as np
import pandas as pd

from analysis.outlook.backtest import compared, scored
from analysis.outlook.backtest_scores import coverage, league
from analysis.outlook.forecast_candidates import BENCHMARK, forecasts
from analysis.outlook.forecast_series import Series

FIRMS, YEARS, ORIGINS, WORLDS = 60, 12, range(2019, 2025), 40
DRAWS = 399


def world(seed: int, *, shared: float = 0.0, drift: float = 0.05, fading: float = 1.0, noise: float = 0.1) -> Series:
    """Log headcounts of FIRMS firms over YEARS years: own drift, own and shared shocks; `fading` below one lets growth
    die out and shocks reverse."""
    rng = np.random.default_rng(seed)
    pace = drift * rng.standard_normal((FIRMS, 1)) * fading ** np.arange(YEARS)
    change = 0.05 * fading ** np.arange(YEARS) + pace + noise * rng.standard_normal((FIRMS, YEARS))
    change += shared * rng.standard_normal(YEARS)
    level = np.cumsum(change, axis=1)
    never = np.zeros(level.shape, bool)
    tickers = np.array([f"F{one:02d}" for one in range(FIRMS)])
    flat = rng.standard_normal(level.shape)
    return Series("headcount", tickers, np.arange(2014, 2014 + YEARS), level, never, never, flat, flat,
                  np.full(FIRMS, ""))


def tested(series: Series) -> pd.DataFrame:
    """The back-test of one world: rows as of `backtest.rolling`."""
    parts = [compared(method, one, series.until(origin), series, origin)
             for origin in ORIGINS for method, one in forecasts(series.until(origin)).items()]
    return scored(pd.concat(parts, ignore_index=True))


KINDS = {
    "strong drifts of their own": {"drift": 0.15, "noise": 0.05},
    "the same, a sixth of the movement shared": {"drift": 0.15, "noise": 0.05, "shared": 0.0225},
    "the same, half of it shared": {"drift": 0.15, "noise": 0.05, "shared": 0.05},
    "the same, four fifths of it shared": {"drift": 0.15, "noise": 0.05, "shared": 0.1},
    "weak drifts of their own": {"drift": 0.02},
    "growth fades": {"fading": 0.7},
}


def judged(name: str, options: dict[str, float]) -> None:
    """Print what the rule does in one kind of world."""
    start, tables, inside = time.process_time(), [], []
    for seed in range(WORLDS):
        rows = tested(world(seed, **options))
        tables.append(league(rows, draws=DRAWS).assign(seed=seed))
        cover = coverage(rows[rows["method"] == BENCHMARK])
        inside.append(cover[cover["level"] == 0.8].set_index("horizon")["coverage"])
    both = pd.concat(tables)
    true_gain = both.groupby(["horizon", "method"])["skill"].mean()
    shown = both[both["shown"] & (both["method"] != BENCHMARK)]
    wrong = true_gain.reindex(pd.MultiIndex.from_frame(shown[["horizon", "method"]])).to_numpy() <= 0
    print(f"{name}: best true gain {texts(true_gain.groupby('horizon').max())}; publishes a candidate "
          f"{texts(shown.groupby('horizon').size() / WORLDS)}, wrongly "
          f"{texts(shown[wrong].groupby('horizon').size() / WORLDS)}; the benchmark's 80% interval holds "
          f"{texts(pd.DataFrame(inside).mean())}; {time.process_time() - start:.0f} s")


def texts(values: pd.Series) -> str:
    """Three numbers, by horizon; none counts as zero."""
    return ", ".join(f"{values.get(ahead, 0.0):.2f}" for ahead in (1, 2, 3))


def main() -> None:
    """Print each kind of world."""
    print(f"{WORLDS} worlds of {FIRMS} firms at 1, 2, 3 years; a share's standard error is at most "
          f"{0.5 / np.sqrt(WORLDS):.3f}")
    for name, options in KINDS.items():
        judged(name, options)


if __name__ == "__main__":
    main()
