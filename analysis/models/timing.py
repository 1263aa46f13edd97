"""Do layoffs follow raises of capital guidance? Counts in windows, under nulls that keep the earnings calendar.

Guidance and many cuts come with quarterly results and in January, so a null with free dates would find a link
everywhere. Every null here moves whole quarters: a layoff keeps its day within the quarter. The statistic is the
number of pairs (raise, round) of one firm with the round `first_day` to `last_day` days after the raise.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import beta, binom

from analysis.errors import AnalysisError, require_known
from analysis.models.conventions import LEVEL, POWER, SEED
from analysis.models.guidance_moves import guidance_moves, layoff_rounds, spans_seen

NULLS = {"quarters": "quarters permuted", "shift": "layoffs shifted", "labels": "guidance relabelled"}
"""quarters: each firm's quarters of layoffs in any order. shift: its layoffs moved in a circle by whole quarters.
labels: the firm's raises and its other guidance exchanged."""


@dataclass(frozen=True)
class Firm:
    """One firm's whole quarters, the rounds in them (days since the first day), its raises and its other guidance."""

    ticker: str
    quarters: pd.PeriodIndex
    rounds: np.ndarray
    raises: np.ndarray
    others: np.ndarray


@dataclass(frozen=True)
class Timing:
    """The two sides and the firms that have both: frames of guidance_moves and layoff_rounds, list of Firm."""

    moves: pd.DataFrame
    rounds: pd.DataFrame
    firms: list[Firm]


def prepare(guidance: pd.DataFrame, events: pd.DataFrame, last_quarter: str, *, rule: str = "same_period",
            merge_days: int = 30, least_persons: float = 0.0, counted_only: bool = False) -> Timing:
    """Everything the timing question needs, from the loaders' frames; arguments as in `guidance_moves`,
    `layoff_rounds` and `spans_seen`. Errors as there."""
    moves, spans = guidance_moves(guidance, rule), spans_seen(guidance, last_quarter)
    rounds = layoff_rounds(events, list(spans), merge_days=merge_days, least_persons=least_persons,
                           counted_only=counted_only)
    return Timing(moves, rounds, firms_in(moves, rounds, spans))


def firms_in(moves: pd.DataFrame, rounds: pd.DataFrame, spans: dict[str, pd.PeriodIndex]) -> list[Firm]:
    """The firms with at least one raise in their span: frames of guidance_moves and layoff_rounds, spans_seen.

    Rounds and guidance outside the firm's quarters are left out. AnalysisError when no firm has a raise.
    """
    firms = []
    for ticker, quarters in spans.items():
        start, end = quarters[0].start_time, quarters[-1].end_time
        mine = moves[(moves["ticker"] == ticker) & moves["given_date"].between(start, end)]
        raised = mine["move"] == "raise"
        own = rounds[(rounds["ticker"] == ticker) & rounds["date"].between(start, end)]
        if raised.any():
            days = [(dates - start).dt.days.to_numpy() for dates in
                    (own["date"], mine.loc[raised, "given_date"], mine.loc[~raised, "given_date"])]
            firms.append(Firm(ticker, quarters, *days))
    if not firms:
        raise AnalysisError("no firm raised its guidance in the quarters given")
    return firms


def pairs(rounds: np.ndarray, raises: np.ndarray, window: tuple[int, int]) -> int:
    """How many (raise, round) pairs have the round within the window of days after the raise."""
    lag = rounds[:, None] - raises[None, :]
    return int(((lag >= window[0]) & (lag <= window[1])).sum())


def quarter_table(firm: Firm, window: tuple[int, int]) -> np.ndarray:
    """Pairs made by each quarter's rounds (row) if they had come in each quarter (column), day in quarter kept."""
    starts = (firm.quarters.start_time - firm.quarters[0].start_time).days.to_numpy()
    lengths = (firm.quarters.end_time - firm.quarters.start_time).days.to_numpy() + 1
    home = np.searchsorted(starts, firm.rounds, side="right") - 1
    table = np.zeros((len(starts), len(starts)), dtype=int)
    for day, quarter in zip(firm.rounds, home, strict=True):
        inside = np.minimum(day - starts[quarter], lengths - 1)
        for there in range(len(starts)):
            table[quarter, there] += pairs(np.array([starts[there] + inside[there]]), firm.raises, window)
    return table


def null_pairs(firm: Firm, window: tuple[int, int], null: str, draws: int, rng: np.random.Generator) -> np.ndarray:
    """The firm's number of pairs under one null: every shift or labelling once, or `draws` permutations of quarters."""
    require_known("null", null, NULLS)
    if null == "labels":
        return _labelled(firm, window)
    table = quarter_table(firm, window)
    number = len(table)
    if null == "shift":
        return np.array([np.trace(np.roll(table, -shift, axis=1)) for shift in range(number)])
    moved = rng.permuted(np.tile(np.arange(number), (draws, 1)), axis=1)
    return table[np.arange(number), moved].sum(axis=1)


def _labelled(firm: Firm, window: tuple[int, int]) -> np.ndarray:
    """Pairs for every way to call as many of the firm's guidance days raises (drawn without order, all subsets)."""
    after = [pairs(firm.rounds, np.array([day]), window) for day in [*firm.raises, *firm.others]]
    chosen = len(firm.raises)
    counts = np.zeros((chosen + 1, sum(after) + 1))
    counts[0, 0] = 1.0
    for worth in after:  # subsets by size and total, one guidance day after the other
        for size in range(chosen, 0, -1):
            counts[size, worth:] += counts[size - 1, : counts.shape[1] - worth]
    totals = counts[chosen].round().astype(int)
    return np.repeat(np.arange(len(totals)), totals)


def pooled_null(firms: list[Firm], window: tuple[int, int], null: str, *, draws: int = 9_999,
                seed: int = SEED) -> tuple[np.ndarray, bool]:
    """Probabilities of 0, 1, 2, ... pairs over all firms under a null, and whether they are exact (enumerated).

    Firms move independently, so the pooled distribution is the convolution of the firms'.
    """
    rng, pooled = np.random.default_rng(seed), np.ones(1)
    for firm in firms:
        counts = null_pairs(firm, window, null, draws, rng)
        pooled = np.convolve(pooled, np.bincount(counts) / len(counts))
    return pooled, null != "quarters"


def excess(firms: list[Firm], window: tuple[int, int], null: str = "quarters", *, draws: int = 9_999,
           seed: int = SEED, level: float = 0.95) -> dict:
    """Observed over expected pairs in a window, with the one-sided p of at least as many.

    Keys: term, label, observed_count, expected_count, null_low_count and null_high_count (5% and 95% of the null),
    estimate (ratio, missing when nothing is expected), low, high, p_value, p_standard_error, n (rounds),
    raises_count, firms, periods (firm-quarters), detectable_ratio (missing when no ratio is), specification.
    The interval is Clopper-Pearson on the share of rounds in the window over its expectation: it takes rounds as
    independent, so it is too short. A ratio cannot exceed rounds over expected.
    """
    pooled, is_exact = pooled_null(firms, window, null, draws=draws, seed=seed)
    observed = sum(pairs(firm.rounds, firm.raises, window) for firm in firms)
    expected = float(pooled @ np.arange(len(pooled)))
    n = sum(len(firm.rounds) for firm in firms)
    p_value = float(min(1.0, pooled[observed:].sum()))
    if not is_exact:
        p_value = (1 + p_value * draws) / (1 + draws)
    size = expected if expected > 0 else float("nan")
    low, high = (end * n / size for end in _share_interval(min(observed, n), n, level))
    ends = np.searchsorted(np.cumsum(pooled), [0.05, 0.95])
    return {
        "term": window_name(window), "label": NULLS[null], "observed_count": observed, "expected_count": expected,
        "null_low_count": int(ends[0]), "null_high_count": int(ends[1]), "estimate": observed / size, "low": low,
        "high": high, "p_value": p_value, "n": n, "firms": len(firms),
        "p_standard_error": 0.0 if is_exact else float(np.sqrt(p_value * (1 - p_value) / draws)),
        "raises_count": sum(len(firm.raises) for firm in firms), "periods": sum(len(firm.quarters) for firm in firms),
        "detectable_ratio": detectable_ratio(pooled, n), "specification": f"window {window}, null {null}",
    }


def window_name(window: tuple[int, int]) -> str:
    """A window in words: "0 to 60 days after" or "1 to 60 days before"."""
    first, last = window
    return f"{-last} to {-first} days before" if last < 0 else f"{first} to {last} days after"


def _share_interval(observed: int, n: int, level: float) -> tuple[float, float]:
    """Clopper-Pearson limits of a share."""
    tail = (1 - level) / 2
    low = beta.ppf(tail, observed, n - observed + 1) if observed else 0.0
    high = beta.ppf(1 - tail, observed + 1, n - observed) if observed < n else 1.0
    return float(low), float(high)


def detectable_ratio(pooled: np.ndarray, n: int, *, level: float = LEVEL, power: float = POWER) -> float:
    """The smallest ratio of observed to expected pairs that a one-sided test would find with the given power.

    `pooled`: probabilities under the null; n rounds. Rounds fall into the windows independently with the ratio times
    their expected share. NaN when even a share of one falls short. Misleads: dependence would raise it.
    """
    tail = np.cumsum(pooled[::-1])[::-1]
    refused = np.flatnonzero(tail <= level)
    share = float(pooled @ np.arange(len(pooled))) / n if n else 0.0
    if not len(refused) or share <= 0:
        return float("nan")
    shares = np.linspace(share, 1.0, 2_001)
    enough = binom.sf(refused[0] - 1, n, shares) >= power
    return float(shares[enough][0] / share) if enough.any() else float("nan")


def disjoint_window_p(windows: int, width_days: int, total_days: int, events: int, observed: int) -> float:
    """P(at least `observed` of `events` uniform dates fall into disjoint windows): demonstration only.

    It ignores the earnings calendar, which is why no conclusion here rests on it.
    """
    return float(binom.sf(observed - 1, events, windows * width_days / total_days))
