"""Do layoffs follow raises of capital guidance? Counts in windows, under nulls that keep the earnings calendar.

Guidance and many cuts come with quarterly results and in January, so a null with free dates would find a link
everywhere. Every null here moves whole quarters: a layoff keeps its day within the quarter. The statistic is the
number of pairs (raise, round) of one firm with the round `first_day` to `last_day` days after the raise.
"""

from dataclasses import dataclass
from functools import reduce

import numpy as np
import pandas as pd
from scipy.stats import beta, binom, t

from analysis.errors import AnalysisError, require_known
from analysis.models.conventions import LEVEL, PERMUTATIONS, POWER, SEED
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
            merge_days: int = 30, least_persons: float = 0.0, counted_only: bool = False,
            dated_by: str = "largest", estimates: str = "left_out") -> Timing:
    """Everything the timing question needs, from the loaders' frames; arguments as in `guidance_moves`,
    `layoff_rounds` and `spans_seen`. Errors as there."""
    moves, spans = guidance_moves(guidance, rule), spans_seen(guidance, last_quarter)
    rounds = layoff_rounds(events, list(spans), merge_days=merge_days, least_persons=least_persons,
                           counted_only=counted_only, dated_by=dated_by, estimates=estimates)
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


def firm_nulls(firms: list[Firm], window: tuple[int, int], null: str, draws: int, seed: int) -> list[np.ndarray]:
    """Per firm the probabilities of 0, 1, 2, ... pairs under a null; exact but for permuted quarters."""
    rng = np.random.default_rng(seed)
    counts = [null_pairs(firm, window, null, draws, rng) for firm in firms]
    return [np.bincount(one) / len(one) for one in counts]


def pooled_null(firms: list[Firm], window: tuple[int, int], null: str, *, draws: int = PERMUTATIONS,
                seed: int = SEED) -> tuple[np.ndarray, bool]:
    """Probabilities of 0, 1, 2, ... pairs over all firms under a null, and whether they are exact (enumerated).

    Firms move independently, so the pooled distribution is the convolution of the firms'.
    """
    return reduce(np.convolve, firm_nulls(firms, window, null, draws, seed)), null != "quarters"


def excess(firms: list[Firm], window: tuple[int, int], null: str = "quarters", *, draws: int = PERMUTATIONS,
           seed: int = SEED, level: float = 0.95) -> dict:
    """Observed over expected pairs in a window, with the one-sided p of at least as many.

    Keys: term, label, observed_count, expected_count, null_low_count and null_high_count (5% and 95% of the null),
    estimate (ratio, missing when nothing is expected), low, high, low_rounds, high_rounds, low_firms, high_firms,
    p_value, p_standard_error, n (rounds), raises_count, firms, periods (firm-quarters), detectable_ratio (missing when
    no ratio is), specification.
    Two intervals: low_rounds to high_rounds takes rounds as independent (Clopper-Pearson on the share of rounds in the
    window, over its expectation), low_firms to high_firms takes firms as the draws (`firms_interval`; missing for one
    firm). low and high are the outer end on either side. A ratio cannot exceed rounds over expected.
    """
    nulls = firm_nulls(firms, window, null, draws, seed)
    pooled, is_exact = reduce(np.convolve, nulls), null != "quarters"
    by_firm = np.array([pairs(firm.rounds, firm.raises, window) for firm in firms])
    expected_by_firm = np.array([one @ np.arange(len(one)) for one in nulls])
    observed, expected = int(by_firm.sum()), float(expected_by_firm.sum())
    n = sum(len(firm.rounds) for firm in firms)
    p_value = float(min(1.0, pooled[observed:].sum()))
    if not is_exact:
        p_value = (1 + p_value * draws) / (1 + draws)
    size = expected if expected > 0 else float("nan")
    rounds = [end * n / size for end in _share_interval(min(observed, n), n, level)]
    apart = firms_interval(by_firm, expected_by_firm, level)
    ends = np.searchsorted(np.cumsum(pooled), [0.05, 0.95])
    return {
        "term": window_name(window), "label": NULLS[null], "observed_count": observed, "expected_count": expected,
        "null_low_count": int(ends[0]), "null_high_count": int(ends[1]), "estimate": observed / size,
        "low": float(np.fmin(rounds[0], apart[0])), "high": float(np.fmax(rounds[1], apart[1])),
        "low_rounds": rounds[0], "high_rounds": rounds[1], "low_firms": apart[0], "high_firms": apart[1],
        "p_value": p_value, "n": n, "firms": len(firms),
        "p_standard_error": 0.0 if is_exact else float(np.sqrt(p_value * (1 - p_value) / draws)),
        "raises_count": sum(len(firm.raises) for firm in firms), "periods": sum(len(firm.quarters) for firm in firms),
        "detectable_ratio": detectable_ratio(pooled, n), "specification": f"window {window}, null {null}",
    }


def window_name(window: tuple[int, int]) -> str:
    """A window in words: "0 to 60 days after" or "1 to 60 days before"."""
    first, last = window
    return f"{-last} to {-first} days before" if last < 0 else f"{first} to {last} days after"


def firms_interval(observed: np.ndarray, expected: np.ndarray, level: float) -> tuple[float, float]:
    """Interval of the sum of observed over the sum of expected, from leaving out each firm: jackknife (CRV3), t(G-1).

    observed, expected: pairs by firm. Rounds of one firm may hang together as they like. G counts the firms that
    have or expect a pair; missing when that is one. Misleads: with a handful of firms the t is wide, and rough.
    """
    told = (observed > 0) | (expected > 0)
    observed, expected = observed[told], expected[told]
    firms, rest = len(observed), expected.sum() - expected
    if firms < 2 or (rest <= 0).any():
        return float("nan"), float("nan")
    ratio = observed.sum() / expected.sum()
    apart = (observed.sum() - observed) / rest - ratio
    reach = t.ppf((1 + level) / 2, firms - 1) * np.sqrt((firms - 1) / firms * (apart**2).sum())
    return float(max(0.0, ratio - reach)), float(ratio + reach)


def _share_interval(observed: int, n: int, level: float) -> tuple[float, float]:
    """Clopper-Pearson limits of a share."""
    tail = (1 - level) / 2
    low = beta.ppf(tail, observed, n - observed + 1) if observed else 0.0
    high = beta.ppf(1 - tail, observed + 1, n - observed) if observed < n else 1.0
    return float(low), float(high)


def detectable_ratio(pooled: np.ndarray, n: int, *, level: float = LEVEL, power: float = POWER) -> float:
    """The smallest ratio of observed to expected pairs that a one-sided test would find with the given power.

    `pooled`: probabilities under the null; n rounds. Rounds fall into the windows independently with the ratio times
    their expected share. NaN when even a share of one falls short. Misleads: rounds that hang together would raise it.
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
