"""The four rates of a two-by-two: firms high or low on two blocks, and how many of each announced cuts in a wave.

One row per firm and wave, so that the exact binomial interval counts firms and not half-years. Methods ask for AI
exposure on one side; the data hold none, so that diagnostic is not built (see `driver_blocks.ABSENT`). The same split
on realised growth of productivity is a weaker one: growth is a result, exposure would be a given.
"""

import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from analysis.errors import AnalysisError
from analysis.models.conventions import LEAST_FIRMS, LEVEL
from analysis.tables.decision_rules import CANNOT_TELL


def firms_of_wave(rows: pd.DataFrame, first: str, last: str, columns: list[str]) -> pd.DataFrame:
    """One row per firm over the half-years from `first` to `last`: the blocks' means and `event`, any event in it.

    Only firms seen in at least half of the wave's half-years count. Columns: ticker, event, halves, the blocks.
    """
    inside = rows[rows["half"].between(first, last)].dropna(subset=["event", *columns])
    firms = inside.groupby("ticker").agg(event=("event", "max"), halves=("half", "size"),
                                         **{name: (name, "mean") for name in columns})
    return firms[2 * firms["halves"] >= inside["half"].nunique()].reset_index()


def two_by_two(firms: pd.DataFrame, first: str, second: str) -> pd.DataFrame:
    """Rates of firms with an event by high or low `first` and `second`, split at their medians.

    `firms`: frame of `firms_of_wave`. Four rows: first, second ("high" or "low"), events, firms, estimate, low, high
    (exact Clopper-Pearson, 95%). AnalysisError with fewer than LEAST_FIRMS firms.
    Misleads: cells of about ten firms have intervals as wide as half the scale.
    """
    if len(firms) < LEAST_FIRMS:
        raise AnalysisError(f"{len(firms)} firms remain, fewer than {LEAST_FIRMS}: {CANNOT_TELL}")
    sides = {name: (firms[name] > firms[name].median()).map({True: "high", False: "low"}) for name in (first, second)}
    table = []
    for one in ("high", "low"):
        for other in ("high", "low"):
            cell = firms[(sides[first] == one) & (sides[second] == other)]
            events = int(cell["event"].sum())
            low, high = exact_interval(events, len(cell))
            table.append({first: one, second: other, "events": events, "firms": len(cell),
                          "estimate": events / len(cell) if len(cell) else float("nan"), "low": low, "high": high})
    return pd.DataFrame(table)


def rates_by_wave(rows: pd.DataFrame, waves: dict[str, tuple[str, str]], first: str, second: str) -> pd.DataFrame:
    """`two_by_two` for each wave, with its name in the column `wave`. `waves`: name to first and last half-year."""
    return pd.concat([two_by_two(firms_of_wave(rows, *span, [first, second]), first, second).assign(wave=f"{name} wave")
                      for name, span in waves.items()], ignore_index=True)


def exact_interval(events: int, trials: int, level: float = 1 - LEVEL) -> tuple[float, float]:
    """Clopper-Pearson interval of a rate; (0, 1) when nothing was tried. AnalysisError for more events than trials."""
    if not 0 <= events <= trials:
        raise AnalysisError(f"{events} events in {trials} trials cannot be")
    if trials == 0:
        return 0.0, 1.0
    low, high = proportion_confint(events, trials, alpha=1 - level, method="beta")
    return float(low), float(high)
