"""Capital guidance as a sequence of moves, and layoff announcements as rounds: the two sides of the timing question."""

import pandas as pd

from analysis.errors import AnalysisError, require_known
from analysis.metrics.guidance import same_measure
from analysis.models.hazard_panel import kinds_counted

MOVES = ("raise", "hold", "cut", "first")
RAISE_RULES = ("same_period", "with_step_up")
"""same_period: higher than the firm's last guidance for the same period. with_step_up: also a first guidance for a
new year above the last guidance for the year before."""
DATED_BY = ("largest", "first")
"""Which announcement gives a merged round its day. first: the first one. largest: as in `_day_of_largest`. A few
hundred people some weeks ahead of eight thousand are not the round; nor are a hundred after a round without a count."""
LARGE_PERSONS, LARGE_SHARE = 1_000, 0.5
"""From how many people, and from what share of all people counted in the round, a count re-dates a round that also
holds an announcement without one. Firms and the press as a rule say how many when thousands go; below a thousand the
uncounted announcement may well be the larger. Our choice."""


def guidance_moves(guidance: pd.DataFrame, rule: str = "same_period") -> pd.DataFrame:
    """One row per firm and day on which guidance was given: ticker, given_date, move, change_ratio, documents.

    Guidance: frame of load_guidance. The move compares the ends that both statements name: their mean rose (raise),
    fell (cut) or stayed (hold); a period's first guidance, and one on a new measure, is "first". `change_ratio`: change
    of that mean.
    Where a firm spoke about two periods on one day, a raise counts before the rest. UnknownName for a rule.
    Misleads: a guidance that the data lack makes the next one look like a larger move, or hides it.
    """
    require_known("raise rule", rule, RAISE_RULES)
    rows = []
    for (ticker, span), mine in guidance.groupby(["ticker", "span"], sort=True):
        for end, same in mine.groupby("period_end", sort=True):
            earlier = mine[(mine["period_end"] < end) & (mine["given_date"] <= same["given_date"].min())]
            rows += _moves(same.sort_values("given_date"), earlier, rule, str(ticker), str(span))
    columns = ["ticker", "given_date", "move", "change_ratio", "documents", "span"]
    moves = pd.DataFrame(rows, columns=columns)
    moves["order"] = moves["move"].map(MOVES.index)
    ordered = moves.sort_values(["ticker", "given_date", "order"]).drop_duplicates(["ticker", "given_date"])
    return ordered.drop(columns="order").reset_index(drop=True)


def _moves(same: pd.DataFrame, earlier: pd.DataFrame, rule: str, ticker: str, span: str) -> list[dict]:
    """The moves of one firm's guidance for one period, oldest first."""
    before = earlier.sort_values(["given_date", "period_end"]).iloc[-1] if len(earlier) else None
    rows = []
    for _, now in same.iterrows():
        is_first = not rows
        change = float("nan") if before is None else _change(before, now)
        move = "first" if pd.isna(change) else "raise" if change > 0 else "cut" if change < 0 else "hold"
        if is_first and not (rule == "with_step_up" and move == "raise"):
            move, change = "first", float("nan")
        rows.append({"ticker": ticker, "given_date": now["given_date"], "move": move, "change_ratio": change,
                     "documents": now["document_id"], "span": span})
        before = now
    return rows


def _change(before: pd.Series, now: pd.Series) -> float:
    """Relative change of the mean of the ends that both statements name; NaN when they share none or the measure."""
    if not same_measure(before, now):
        return float("nan")
    shared = [end for end in ("low_usd", "high_usd") if pd.notna(before[end]) and pd.notna(now[end])]
    if not shared:
        return float("nan")
    return float(now[shared].mean() / before[shared].mean() - 1)


def layoff_rounds(events: pd.DataFrame, tickers: list[str], *, merge_days: int = 30, least_persons: float = 0.0,
                  counted_only: bool = False, dated_by: str = "largest", estimates: str = "left_out") -> pd.DataFrame:
    """The firms' own announcements outside any earlier plan, those within `merge_days` of a round's start merged.

    Events: frame of load_layoffs. Columns: ticker, date, employees_cut_persons (sum of the counts; missing when none
    gave one), announcements_count, documents. `least_persons` drops smaller merged rounds and those without a count.
    `dated_by` is one of DATED_BY, `estimates` one of hazard_panel.ESTIMATES; UnknownName otherwise.
    State notices, falls in headcount and rounds known to the month only stay out.
    Misleads: announcements without a count may be small; the tracker covers large firms better than small ones.
    """
    require_known("announcement that dates a round", dated_by, DATED_BY)
    own = events["record_kind"].isin(kinds_counted(estimates)) & events["within_event_id"].isna()
    rows = events[own & events["ticker"].isin(tickers) & events["date_precision"].eq("day")]
    if counted_only:
        rows = rows[rows["employees_cut_persons"].notna()]
    rows = rows.sort_values("announced_date", kind="stable")
    parts = [_merged(mine, merge_days, dated_by) for _, mine in rows.groupby("ticker")]
    if not parts:
        raise AnalysisError(f"no layoff announcement of {', '.join(tickers[:5])} in the events given")
    rounds = pd.concat(parts, ignore_index=True)
    return rounds[rounds["employees_cut_persons"].fillna(0) >= least_persons].reset_index(drop=True)


def _merged(mine: pd.DataFrame, merge_days: int, dated_by: str) -> pd.DataFrame:
    """One firm's announcements, oldest first, as rounds that start more than `merge_days` apart."""
    starts: list[pd.Timestamp] = []
    for day in mine["announced_date"]:
        is_new = not starts or (day - starts[-1]).days > merge_days
        starts.append(day if is_new else starts[-1])
    groups = mine.assign(start=starts).groupby("start")
    rounds = groups.agg(ticker=("ticker", "first"), date=("announced_date", "first"),
                        employees_cut_persons=("employees_cut_persons", lambda counts: counts.sum(min_count=1)),
                        announcements_count=("event_id", "size"), documents=("document_id", " ".join))
    if dated_by == "largest":
        rounds["date"] = [_day_of_largest(one) for _, one in groups]
    return rounds.reset_index(drop=True)


def _day_of_largest(one: pd.DataFrame) -> pd.Timestamp:
    """The day of the largest announcement of a round, the first of equal ones; `one`: its announcements, oldest first.

    Announcements of a unit date no round of the parent's. Where an announcement has no count its size is not known:
    the round then keeps its first day, unless the largest count is large (LARGE_PERSONS and LARGE_SHARE).
    """
    own = one[one["unit_of"].isna()]
    own = one if own.empty else own
    counts, counted = own["employees_cut_persons"], one["employees_cut_persons"].sum()
    is_large = counts.max() >= LARGE_PERSONS and counts.max() >= LARGE_SHARE * counted
    place = counts.idxmax() if counts.notna().all() or is_large else own.index[0]
    return own.loc[place, "announced_date"]


def spans_seen(guidance: pd.DataFrame, last_quarter: str) -> dict[str, pd.PeriodIndex]:
    """Per firm the whole calendar quarters from its first guidance to `last_quarter` ("2026Q2").

    Before its first guidance in the data a firm may have raised without our knowing, so those quarters stay out.
    """
    last = pd.Period(last_quarter, "Q")
    first = guidance.groupby("ticker")["given_date"].min().dt.to_period("Q")
    return {str(ticker): pd.period_range(start, last, freq="Q") for ticker, start in first.items() if start <= last}
