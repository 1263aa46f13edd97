"""Firm-half-years at risk of a layoff announcement, with the quiet ones kept as zeros.

A half-year is dated "2023H1". A firm is at risk while accounts that closed less than a year before the
half-year's start are known: bought and delisted firms stay until their last accounts age out.
"""

import numpy as np
import pandas as pd

from analysis.errors import AnalysisError, require_known
from analysis.metrics.labour import LAST_HEADCOUNT_DAYS
from analysis.metrics.registry import ratio

FIRST_HALF, LAST_HALF = "2020H1", "2026H1"
"""The tracker begins in March 2020; after the complete list ends, a quiet half-year would be no zero."""
COMPLETE_UNTIL = pd.Timestamp("2026-05-15")
"""Last day of the complete list of events: later ones are single finds and are left out."""
CLOSING_DAYS = 10
"""Accounts that close up to ten days into a half-year count as closed before it, as fiscal years do elsewhere."""
OLDEST_ACCOUNTS_DAYS = 364
THRESHOLDS = (0.01, 0.02, 0.05)
"""Shares of staff above which a half-year's announced cuts are an event; the second is the primary one."""
PRIMARY_THRESHOLD = 0.02
UNKNOWN_SIZE = {
    "below": "an event is a cut shown to reach the threshold; cuts of unknown size do not show it",
    "above": "cuts of unknown size count as reaching the threshold",
    "drop": "half-years with cuts of unknown size and none shown to reach the threshold are left out",
}
"""The first is primary: "drop" removes half-years by what happened in them, and most are those of the largest firms."""
ESTIMATES = {
    "left_out": "somebody's estimate of a firm's cuts is no announcement",
    "counted": "an outside estimate counts as an announcement of its size",
}
"""What an outside estimate that the firm never confirmed counts as. The first is primary: it is not the firm's act."""
SPELL_HALVES = 4
"""How many half-years back an earlier announcement still counts as recent."""


def half_of(days: pd.Series) -> pd.Series:
    """The half-year of each day: "2023H1"."""
    return days.dt.year.astype(str) + "H" + ((days.dt.month > 6) + 1).astype(str)


def half_number(halves: pd.Series) -> pd.Series:
    """Half-years counted from the year nought, so that one step is one half-year."""
    return halves.str[:4].astype(int) * 2 + halves.str[5].astype(int) - 1


def halves_between(first: str, last: str) -> list[str]:
    """Every half-year from `first` to `last`, both included; AnalysisError when one is not written "2023H1"."""
    spans = pd.Series([first, last])
    if not spans.str.fullmatch(r"20\d\dH[12]").all() or first > last:
        raise AnalysisError('two half-years in order are needed, such as "2020H1" and "2026H1", '
                            f"not {first!r} and {last!r}")
    start, end = half_number(spans)
    return [f"{number // 2}H{number % 2 + 1}" for number in range(start, end + 1)]


def half_start(halves: pd.Series) -> pd.Series:
    """First day of each half-year."""
    month = halves.str[5].map({"1": "-01-01", "2": "-07-01"})
    return pd.to_datetime(halves.str[:4] + month)


def risk_set(panel: pd.DataFrame, tickers: list[str], first: str = FIRST_HALF, last: str = LAST_HALF) -> pd.DataFrame:
    """The half-years in which each firm is at risk: ticker, half, half_start, accounts_end, calendar_year.

    `panel`: frame of load_panel("year"). accounts_end is the close of the newest fiscal year with revenue that
    closed before the half-year began, calendar_year its year. AnalysisError for half-years out of order.
    Misleads: a firm with accounts but outside the tracker's eye has zeros that nobody checked.
    """
    grid = pd.MultiIndex.from_product([sorted(tickers), halves_between(first, last)], names=["ticker", "half"])
    rows = grid.to_frame(index=False).assign(half_start=lambda rows: half_start(rows["half"]))
    rows["closed_by"] = rows["half_start"] + pd.Timedelta(days=CLOSING_DAYS)
    accounts = panel.loc[panel["revenue_usd"].notna(), ["ticker", "period_end", "calendar_year"]]
    accounts = accounts.rename(columns={"period_end": "accounts_end"}).sort_values("accounts_end")
    joined = pd.merge_asof(rows.sort_values("closed_by"), accounts, left_on="closed_by", right_on="accounts_end",
                           by="ticker", tolerance=pd.Timedelta(days=OLDEST_ACCOUNTS_DAYS))
    at_risk = joined[joined["accounts_end"].notna()].drop(columns="closed_by")
    return at_risk.sort_values(["ticker", "half"], ignore_index=True)


def kinds_counted(estimates: str) -> list[str]:
    """The kinds of record that count as a firm's announcement. `estimates`: one of ESTIMATES, else UnknownName."""
    require_known("rule for outside estimates", estimates, ESTIMATES)
    return ["announcement", "estimate"] if estimates == "counted" else ["announcement"]


def sized_events(events: pd.DataFrame, panel: pd.DataFrame, estimates: str = "left_out") -> pd.DataFrame:
    """Announcements outside earlier plans up to COMPLETE_UNTIL, each with `size_ratio`, its share of the firm's staff.

    `estimates` as in `kinds_counted`. The size is the count over the last headcount before the day (at most 18 months
    old), else the share of the firm that the announcement gave, else missing. A unit's share is never the firm's.
    Columns of load_layoffs and half, size_ratio.
    """
    kept = events["record_kind"].isin(kinds_counted(estimates)) & events["within_event_id"].isna()
    kept &= events["ticker"].notna() & (events["announced_date"] <= COMPLETE_UNTIL)
    rows = events[kept].sort_values("announced_date")
    heads = panel.loc[panel["headcount_persons"].notna(), ["ticker", "period_end", "headcount_persons"]]
    rows = pd.merge_asof(rows, heads.sort_values("period_end"), left_on="announced_date", right_on="period_end",
                         by="ticker", tolerance=pd.Timedelta(days=LAST_HEADCOUNT_DAYS), allow_exact_matches=False)
    counted = ratio(rows["employees_cut_persons"], rows["headcount_persons"])
    of_the_firm = rows["share_ratio"].where(rows["share_scope"].eq("firm") & rows["unit_of"].isna())
    return rows.assign(size_ratio=counted.fillna(of_the_firm), half=half_of(rows["announced_date"]))


def with_outcomes(rows: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """The risk set with what was announced: cut_share_ratio, announcements_count, unsized_count, announced, spells.

    `events`: frame of `sized_events`. cut_share_ratio is the sum over the half-year of the sizes known, zero in a
    quiet one. recent_cut marks an announcement in the half-year before, earlier_cut one in the three before that.
    """
    by_half = events.groupby(["ticker", "half"], as_index=False).agg(
        cut_share_ratio=("size_ratio", "sum"), announcements_count=("event_id", "size"),
        sized_count=("size_ratio", "count"), documents=("document_id", lambda ids: " ".join(dict.fromkeys(ids))))
    joined = rows.merge(by_half, on=["ticker", "half"], how="left")
    counts = ["cut_share_ratio", "announcements_count", "sized_count"]
    joined[counts] = joined[counts].fillna(0.0)
    joined["unsized_count"] = joined["announcements_count"] - joined.pop("sized_count")
    joined["announced"] = joined["announcements_count"] > 0
    joined = joined.rename(columns={"documents": "outcome_documents"})
    since = halves_since(joined, by_half)
    return joined.assign(recent_cut=since == 1, earlier_cut=since.between(2, SPELL_HALVES))


def halves_since(rows: pd.DataFrame, announced: pd.DataFrame) -> pd.Series:
    """Half-years since the firm's last announcement before the row's own half-year; missing when there is none."""
    last = announced.assign(number=half_number(announced["half"]))[["ticker", "number"]].sort_values("number")
    wanted = rows[["ticker"]].assign(number=half_number(rows["half"]), row=rows.index).sort_values("number")
    joined = pd.merge_asof(wanted, last.assign(last=last["number"]), on="number", by="ticker",
                           allow_exact_matches=False)
    return (joined["number"] - joined["last"]).set_axis(joined["row"]).reindex(rows.index)


def event_of(rows: pd.DataFrame, threshold: float = PRIMARY_THRESHOLD, unknown: str = "below") -> pd.Series:
    """1.0 where the half-year's announced cuts reach `threshold` of staff, 0.0 where not, missing where unknown.

    `unknown` is one of UNKNOWN_SIZE. Threshold 0 asks for any announcement at all and needs no size.
    AnalysisError for another rule or a threshold outside 0 to 1.
    """
    if unknown not in UNKNOWN_SIZE or not 0 <= threshold < 1:
        raise AnalysisError(f"threshold is a share from 0 to 1 and unknown one of {', '.join(UNKNOWN_SIZE)}, "
                            f"not {threshold!r} and {unknown!r}")
    if threshold == 0:
        return rows["announced"].astype(float)
    reached = (rows["cut_share_ratio"] >= threshold).astype(float)
    open_ones = (reached == 0) & (rows["unsized_count"] > 0)
    return reached.mask(open_ones, {"drop": np.nan, "below": 0.0, "above": 1.0}[unknown])
