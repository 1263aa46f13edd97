"""What a reader asks of a timing result: each firm, without each firm, other windows, other days, all lags."""

from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.errors import require_known
from analysis.models.conventions import PERMUTATIONS, SEED
from analysis.models.timing import Firm, excess, pairs, pooled_null, prepare
from analysis.numerals import fixed
from analysis.tables.decision_rules import verdict

PLACEBOS = {"other_guidance": "Days of guidance that was no raise", "peers": "Days on which only peers raised"}
APART_DAYS = 10
"""A peer's raise this close to the firm's own belongs to the same results season and is no placebo."""


def by_window(firms: list[Firm], windows: list[tuple[int, int]], nulls: list[str], *, draws: int = PERMUTATIONS,
              seed: int = SEED) -> pd.DataFrame:
    """One row of `excess` per window and null."""
    return pd.DataFrame([excess(firms, window, null, draws=draws, seed=seed) for window in windows for null in nulls])


def by_firm(firms: list[Firm], window: tuple[int, int], *, draws: int = PERMUTATIONS, seed: int = SEED) -> pd.DataFrame:
    """One row of `excess` per firm, with its ticker: which firms carry the count."""
    rows = [{"ticker": firm.ticker} | excess([firm], window, draws=draws, seed=seed) for firm in firms]
    return pd.DataFrame(rows)


def without_each(firms: list[Firm], window: tuple[int, int], *, draws: int = PERMUTATIONS,
                 seed: int = SEED) -> pd.DataFrame:
    """The pooled row of `excess` with each firm left out in turn; empty for one firm."""
    rows = [{"ticker": firm.ticker} | excess([other for other in firms if other is not firm], window, draws=draws,
                                             seed=seed) for firm in firms if len(firms) > 1]
    return pd.DataFrame(rows)


def placebo_firms(firms: list[Firm], kind: str) -> list[Firm]:
    """The firms with other days in the place of their raises; firms without such a day drop out.

    other_guidance: the firm's guidance that was no raise. peers: raises of the other firms more than APART_DAYS from
    any of the firm's own guidance. UnknownName for a kind.
    """
    require_known("placebo", kind, PLACEBOS)
    moved = []
    for firm in firms:
        days = firm.others if kind == "other_guidance" else _peer_days(firm, firms)
        if len(days):
            moved.append(replace(firm, raises=days, others=np.array([], dtype=int)))
    return moved


def placebo_table(firms: list[Firm], window: tuple[int, int], *, draws: int = PERMUTATIONS,
                  seed: int = SEED) -> pd.DataFrame:
    """The row of `excess` after raises, and after each kind of PLACEBOS that the firms have, named in `day`."""
    kinds = {"Raises": firms} | {name: placebo_firms(firms, kind) for kind, name in PLACEBOS.items()}
    return pd.DataFrame([{"day": day} | excess(chosen, window, draws=draws, seed=seed)
                         for day, chosen in kinds.items() if chosen])


def _peer_days(firm: Firm, firms: list[Firm]) -> np.ndarray:
    """Days since the firm's first day on which a peer raised and the firm itself said nothing near."""
    own = np.concatenate([firm.raises, firm.others])
    start, end = firm.quarters[0].start_time, firm.quarters[-1].end_time
    days = {(other.quarters[0].start_time - start).days + day for other in firms if other is not firm
            for day in other.raises}
    inside = sorted(day for day in days if 0 <= day <= (end - start).days)
    return np.array([day for day in inside if np.abs(own - day).min() > APART_DAYS], dtype=int)


CHOICES = {
    "as above": {}, "a first guidance above last year's also raises": {"rule": "with_step_up"},
    "announcements not merged": {"merge_days": 0}, "announcements within sixty days merged": {"merge_days": 60},
    "merged rounds dated by their first announcement": {"dated_by": "first"},
    "outside estimates are rounds": {"estimates": "counted"},
    "only rounds with a count": {"counted_only": True},
    "only rounds of a thousand people or more": {"least_persons": 1_000},
    "one quarter fewer": {"quarters": -1}, "one quarter more": {"quarters": 1},
}
"""Each defensible other choice, as arguments of `prepare`; `quarters` moves the last quarter."""


def by_choice(guidance: pd.DataFrame, events: pd.DataFrame, last_quarter: str, width_days: int, *,
              draws: int = PERMUTATIONS, seed: int = SEED, **base: object) -> pd.DataFrame:
    """The row of `excess` under each of CHOICES, one changed at a time from `base`, with its name as `choice`.

    The window is days 0 to `width_days`; `verdict` is what the decision rules make of the choice.
    """
    rows = []
    for choice, changed in CHOICES.items():
        options = base | {name: value for name, value in changed.items() if name != "quarters"}
        last = str(pd.Period(last_quarter, "Q") + changed.get("quarters", 0))
        firms = prepare(guidance, events, last, **options).firms
        word = verdict("timing", timing_statistics(firms, width_days, draws=draws, seed=seed))
        rows.append({"choice": choice, "verdict": word} | excess(firms, (0, width_days), draws=draws, seed=seed))
    return pd.DataFrame(rows)


def timing_statistics(firms: list[Firm], width_days: int, *, draws: int = PERMUTATIONS,
                      seed: int = SEED) -> dict[str, float]:
    """The numbers that the decision rules on timing name, for a window of `width_days` on either side of a raise.

    Keys: excess_ratio, calendar_p, backward_p, least_ratio_without_one_firm (NaN for one firm), high_90_ratio.
    """
    after = excess(firms, (0, width_days), draws=draws, seed=seed, level=0.9)
    before = excess(firms, (-width_days, -1), draws=draws, seed=seed)
    rest = without_each(firms, (0, width_days), draws=draws, seed=seed)
    least = float(rest["estimate"].min()) if len(rest) else float("nan")
    return {"excess_ratio": after["estimate"], "calendar_p": after["p_value"], "backward_p": before["p_value"],
            "least_ratio_without_one_firm": least, "high_90_ratio": after["high"]}


def with_intervals(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of `excess` with both intervals in words: by_rounds and by_firms ("0.18 to 2.11"; missing for one firm)."""
    words = {name: [None if pd.isna(low) else f"{fixed(low, 2)} to {fixed(high, 2)}" for low, high in
                    zip(table[f"low_{side}"], table[f"high_{side}"], strict=True)]
             for name, side in (("by_rounds", "rounds"), ("by_firms", "firms"))}
    return table.assign(**words)


def cross_k(firms: list[Firm], days: list[int], *, draws: int = 1_999, seed: int = SEED) -> pd.DataFrame:
    """Pairs with the round up to d days after the raise, beside the null of permuted quarters, for each d.

    Columns: days_count, observed_count, expected_count, low_count, high_count (pointwise 5% and 95% of the null), n.
    Misleads: the curve adds up, so neighbouring points are no separate evidence.
    """
    rows = []
    for last in days:
        pooled, _ = pooled_null(firms, (0, last), "quarters", draws=draws, seed=seed)
        total = np.cumsum(pooled)
        rows.append({"days_count": last, "observed_count": sum(pairs(f.rounds, f.raises, (0, last)) for f in firms),
                     "expected_count": float(pooled @ np.arange(len(pooled))),
                     "low_count": int(np.searchsorted(total, 0.05)), "high_count": int(np.searchsorted(total, 0.95)),
                     "n": sum(len(firm.rounds) for firm in firms)})
    return pd.DataFrame(rows)


def k_curves(table: pd.DataFrame) -> pd.DataFrame:
    """The frame of `cross_k` in long form for a drawing: days_count, line, rounds_count."""
    names = {"observed_count": "observed", "expected_count": "expected", "low_count": "lower end",
             "high_count": "upper end"}
    long = table.melt("days_count", list(names), "line", "rounds_count")
    return long.assign(line=long["line"].map(names))


def coverage(firms: list[Firm]) -> pd.DataFrame:
    """What the question stands on, by firm: ticker, first_quarter, last_quarter, quarters_count, raises_count,
    others_count (other guidance), rounds_count; the last row is the sum."""
    rows = [{"ticker": firm.ticker, "first_quarter": str(firm.quarters[0]), "last_quarter": str(firm.quarters[-1]),
             "quarters_count": len(firm.quarters), "raises_count": len(firm.raises), "others_count": len(firm.others),
             "rounds_count": len(firm.rounds)} for firm in firms]
    table = pd.DataFrame(rows)
    total = table.sum(numeric_only=True).to_dict()
    edges = {"first_quarter": table["first_quarter"].min(), "last_quarter": table["last_quarter"].max()}
    return pd.concat([table, pd.DataFrame([{"ticker": "All"} | edges | total])], ignore_index=True)


def listed_pairs(firms: list[Firm], moves: pd.DataFrame, rounds: pd.DataFrame, window: tuple[int, int]) -> pd.DataFrame:
    """Each raise with the firm's nearest round before and after it: what the counts are made of.

    Columns: ticker, given_date, change_ratio, before_date, before_days_count, after_date, after_days_count, is_inside
    (the next round lies in the window), documents. Missing where the data have no such round.
    """
    rows = []
    for firm in firms:
        start, end = firm.quarters[0].start_time, firm.quarters[-1].end_time
        raised = moves[(moves["ticker"] == firm.ticker) & (moves["move"] == "raise")]
        own = rounds[(rounds["ticker"] == firm.ticker) & rounds["date"].between(start, end)].sort_values("date")
        for _, move in raised[raised["given_date"].between(start, end)].iterrows():
            earlier, later = own[own["date"] < move["given_date"]], own[own["date"] >= move["given_date"]]
            row = {"ticker": firm.ticker, "given_date": move["given_date"], "change_ratio": move["change_ratio"]}
            for name, near in (("before", earlier.tail(1)), ("after", later.head(1))):
                day = near["date"].iloc[0] if len(near) else pd.NaT
                row |= {f"{name}_date": day, f"{name}_days_count": abs((day - move["given_date"]).days)}
            inside = window[0] <= row["after_days_count"] <= window[1]  # False where there is none
            near = pd.concat([earlier.tail(1), later.head(1)])["documents"]
            rows.append(row | {"is_inside": bool(inside), "documents": " ".join([move["documents"], *near])})
    return pd.DataFrame(rows)
