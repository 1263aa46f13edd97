"""Layoff rounds: announcements compared, and never added to what counts something else."""

from dataclasses import dataclass

import pandas as pd

from analysis.errors import AnalysisError, require_known
from analysis.quantity import Quantity, total
from analysis.tables.layoffs import event_quantity

COUNT_WORDS = {"as_reported": "as reported", "about": "a rounded count", "ceiling": "at most",
               "lower_bound": "at least", "estimate": "an outside estimate", "not_given": "not given"}
"""How firm a count is, in words; the keys are those of layoff_events.count_kind."""


def round_of(events: pd.DataFrame, event_id: str) -> pd.Series:
    """One round by its id; UnknownName with the nearest ids when the table (or the edition) lacks it."""
    require_known("layoff event", event_id, events["event_id"])
    return events[events["event_id"] == event_id].iloc[0]


def described(rounds: pd.DataFrame) -> pd.DataFrame:
    """Add `label` ("Meta, 9 Nov 2022"), `firmness` in words and the basis of the count.

    A count that no company stated is "an outside estimate", however exact it looks; employees_cut_persons_is_rounded
    is true where the estimate is the company's own rounding.
    """
    is_estimate = rounds["record_kind"] == "estimate"
    bases = pd.Series([event_quantity(row).basis for _, row in rounds.iterrows()], index=rounds.index, dtype=object)
    days = [_day(*pair) for pair in zip(rounds["announced_date"], rounds["date_precision"], strict=True)]
    return rounds.assign(
        label=[f"{company}, {day}" for company, day in zip(rounds["company"], days, strict=True)],
        firmness=rounds["count_kind"].map(COUNT_WORDS).mask(is_estimate, COUNT_WORDS["estimate"]),
        employees_cut_persons_basis=bases.mask(is_estimate, "estimated"),
        employees_cut_persons_is_rounded=bases.eq("estimated") & ~is_estimate,
    )


def _day(day: pd.Timestamp, precision: str) -> str:
    """The day in short; the month alone where the day is a placeholder."""
    month = f"{day.month_name()[:3]} {day.year}"
    return month if precision == "month" else f"{day.day} {month}"


def largest_rounds(events: pd.DataFrame, tickers: list[str], number: int = 12) -> pd.DataFrame:
    """The `number` largest rounds that add up, of the listed companies given, largest first, `described`.

    Events: frame of load_layoffs. Counts inside an earlier plan, state notices and falls in headcount stay
    out. AnalysisError when no round is left. Misleads: rounds without a count cannot be ranked.
    """
    rounds = events[events["adds_up"] & events["listed"] & events["ticker"].isin(tickers)]
    if rounds.empty:
        raise AnalysisError(f"no counted round of {', '.join(tickers[:5])} in the layoff events given")
    ordered = rounds.sort_values(["employees_cut_persons", "announced_date"], ascending=[False, True])
    return described(ordered.head(number)).reset_index(drop=True)


def company_rounds(events: pd.DataFrame, ticker: str) -> pd.DataFrame:
    """All announcements of one company itself, oldest first: not its units, not state notices; `described`."""
    announced = events["record_kind"].isin(["announcement", "estimate"]) & events["unit_of"].isna()
    rounds = events[announced & (events["ticker"] == ticker)]
    return described(rounds.sort_values("announced_date")).reset_index(drop=True)


@dataclass(frozen=True)
class SinceClaim:
    """"The largest since": one round, the earlier round it is set against, and every round after that one.

    `rivals` gave a count; `uncounted` gave none and cannot be ranked.
    """

    round: pd.Series
    reference: pd.Series
    rivals: pd.DataFrame
    uncounted: pd.DataFrame

    @property
    def verdict(self) -> str:
        """"supported", "contradicted" (a rival is as large or larger) or "cannot tell" (no count)."""
        size = self.round["employees_cut_persons"]
        if pd.isna(size):
            return "cannot tell"
        return "supported" if (self.rivals["employees_cut_persons"] < size).all() else "contradicted"

    @property
    def words(self) -> str:
        """The verdict as the middle of a sentence that ends in the day of the reference."""
        return {"supported": "is its largest counted round since", "cannot tell": "cannot be ranked since",
                "contradicted": "is not its largest counted round since"}[self.verdict]

    @property
    def largest_rival(self) -> pd.Series:
        """The largest other round after the reference; AnalysisError when there is none."""
        if self.rivals.empty:
            raise AnalysisError(f"no other counted round after {self.reference['event_id']}")
        return self.rivals.loc[self.rivals["employees_cut_persons"].idxmax()]


def largest_since(events: pd.DataFrame, event_id: str, reference_id: str) -> SinceClaim:
    """Check that a round is the largest of its company since an earlier round.

    Compares with every other announcement of the company after the day of the earlier round, later ones and
    those that may sit inside another plan included. UnknownName for an event that is not in the frame.
    """
    checked, reference = round_of(events, event_id), round_of(events, reference_id)
    rounds = company_rounds(events, checked["ticker"])
    others = rounds[(rounds["announced_date"] > reference["announced_date"]) & (rounds["event_id"] != event_id)]
    has_count = others["employees_cut_persons"].notna()
    return SinceClaim(checked, reference, others[has_count], others[~has_count])


def outside_estimates(events: pd.DataFrame, tickers: list[str]) -> pd.DataFrame:
    """Counts that nobody at the company stated, largest first, `described`: never ranked, never added."""
    rows = events[(events["record_kind"] == "estimate") & events["ticker"].isin(tickers)]
    return described(rows.sort_values("employees_cut_persons", ascending=False)).reset_index(drop=True)


def doubtful(*rounds: pd.DataFrame) -> pd.DataFrame:
    """The rounds of several `described` frames that carry a doubt, in the order given."""
    rows = pd.concat(rounds, ignore_index=True)
    return rows[rows["doubt"].notna()].reset_index(drop=True)


def state_notices(events: pd.DataFrame, tickers: list[str]) -> pd.DataFrame:
    """State notices of the companies given, newest first: each a lower bound for one state, never summed."""
    rows = events[(events["record_kind"] == "state_notice") & events["ticker"].isin(tickers)]
    return described(rows.sort_values(["announced_date", "company"], ascending=[False, True])).reset_index(drop=True)


def cancelled_openings(events: pd.DataFrame) -> pd.DataFrame:
    """Rounds that also cancelled a stated number of openings, oldest first. Openings are not people."""
    return described(events[events["openings_cancelled_count"].notna()]).reset_index(drop=True)


def announced_between(events: pd.DataFrame, ticker: str, after: pd.Timestamp, until: pd.Timestamp) -> pd.DataFrame:
    """Announcements of one company and its units after one day and up to another, with or without a count."""
    inside = (events["announced_date"] > after) & (events["announced_date"] <= until)
    kinds = events["record_kind"].isin(["announcement", "estimate"])
    return events[inside & kinds & (events["ticker"] == ticker)]


def gross_cuts(events: pd.DataFrame) -> Quantity:
    """The sum of the counts that add up. Zero counted rounds give a missing number, not zero people."""
    return _sum(events[events["adds_up"]])


def estimated_cuts(events: pd.DataFrame) -> Quantity:
    """The sum of outside estimates, shown beside the announced cuts and never added to them; missing when none."""
    return _sum(events[events["record_kind"] == "estimate"])


def _sum(rounds: pd.DataFrame) -> Quantity:
    counts = [event_quantity(row) for _, row in rounds.iterrows()]
    return total(counts) if counts else Quantity(float("nan"), "persons")
