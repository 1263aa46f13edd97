"""What one company's budget arithmetic is made of: the rise in spending, the cuts of that year, a role's cost."""

from dataclasses import dataclass, replace

import pandas as pd

from analysis.economics.ranges import Range, assumed, between, exactly
from analysis.errors import AnalysisError, require_known
from analysis.metrics.cost_centres import BOUNDS
from analysis.metrics.guidance import guidance_against_actual, latest_open_guidance
from analysis.numerals import month_text
from analysis.quantity import Quantity, total
from analysis.tables.cells import quantity_in
from analysis.tables.companies import load_companies
from analysis.tables.facts import load_facts
from analysis.tables.layoffs import event_quantity

DAYS_A_YEAR = 365
WHICH_CUTS = ("all", "largest")
PLAIN, WITH_LEASES = "capex_usd", "capex_with_finance_leases_usd"
LAST_MONTH = 12
GUIDED, CEILING, ACTUAL = "guided", "guided by a ceiling, with the low end of earlier guidance", "reported"
"""Where the second of the two years comes from."""


@dataclass(frozen=True)
class CapexStep:
    """Capital expenditure of the last full year and of the year compared with it, on one definition.

    `basis_of_step` says where the second figure comes from; `column` is the definition of both.
    """

    before: Range
    after: Range
    start: pd.Timestamp
    end: pd.Timestamp
    column: str
    basis_of_step: str
    given: pd.Timestamp | None = None

    @property
    def is_guided(self) -> bool:
        return self.basis_of_step != ACTUAL

    @property
    def year_label(self) -> str:
        """"2026", or "the year to May 2026" for a year that does not end in December."""
        return str(self.end.year) if self.end.month == LAST_MONTH else f"the year to {month_text(self.end)}"


def capex_step_of(ticker: str, guidance: pd.DataFrame, panel: pd.DataFrame) -> CapexStep:
    """The rise in capital expenditure of the latest guided year that is still open, else of the last full year.

    `guidance` and `panel` as loaded. The base is the last full year before, on the definition the guidance names.
    A ceiling without a floor takes the low end last guided for that year. AnalysisError when two years are missing
    or spending does not rise: then there is nothing to pay for.
    """
    years = panel[(panel["ticker"] == ticker) & panel[PLAIN].notna()].sort_values("period_end")
    step = guided_step(ticker, guidance, panel) or _actual_step(ticker, years)
    if step.after.low <= step.before.value:
        raise AnalysisError(f"capital expenditure of {ticker} does not rise for certain in {step.year_label}: "
                            "there is no rise to set the cuts against")
    return step


def guided_step(ticker: str, guidance: pd.DataFrame, panel: pd.DataFrame) -> CapexStep | None:
    """The step from the last full year to the latest guided year that is still open; None when none is guided.

    AnalysisError when the base, or the low end of a ceiling, is not in the data.
    """
    mine = guidance[guidance["ticker"] == ticker]
    rows = latest_open_guidance(guidance_against_actual(mine, panel))
    years = panel[(panel["ticker"] == ticker) & panel[PLAIN].notna()].sort_values("period_end")
    rows = rows[rows["high_usd"].notna() & ~(rows["period_end"] <= years["period_end"].max())]
    return _guided_step(rows.iloc[-1], mine, years) if len(rows) else None


def _guided_step(row: pd.Series, guidance: pd.DataFrame, years: pd.DataFrame) -> CapexStep:
    column = WITH_LEASES if row["definition"] == WITH_LEASES.removesuffix("_usd") else PLAIN
    known = years[years[column].notna() & (years["period_end"] < row["period_start"])]
    if known.empty:
        raise AnalysisError(f"no {column} of {row['ticker']} before {row['period_start']:%Y-%m-%d}")
    low, kind = row, GUIDED
    if pd.isna(row["low_usd"]):
        low, kind = _last_low(row, guidance), CEILING
    ends = [Quantity(float(one[name]), "usd", "reported", (one["document_id"],))
            for one, name in ((low, "low_usd"), (row, "high_usd"))]
    before = exactly(quantity_in(known.iloc[-1], column), "capital expenditure of the year before")
    after = between(*ends, "guided capital expenditure", shape="triangular")
    return CapexStep(before, after, row["period_start"], row["period_end"], column, kind, row["given_date"])


def _last_low(row: pd.Series, guidance: pd.DataFrame) -> pd.Series:
    """The latest guidance for the same year that gave a low end, not above the ceiling."""
    same = guidance[(guidance["period_end"] == row["period_end"]) & (guidance["low_usd"] <= row["high_usd"])]
    if same.empty:
        raise AnalysisError(f"{row['ticker']} gave a ceiling for {row['period_end']:%Y-%m-%d} and never a low end")
    return same.sort_values("given_date").iloc[-1]


def _actual_step(ticker: str, years: pd.DataFrame) -> CapexStep:
    if len(years) < 2:
        raise AnalysisError(f"fewer than two years of capital expenditure of {ticker} in this edition")
    before, after = (exactly(quantity_in(row, PLAIN), label) for (_, row), label in zip(
        years.tail(2).iterrows(), ("capital expenditure of the year before", "capital expenditure"), strict=True))
    start, end = years["period_end"].iloc[-2:]
    return CapexStep(before, after, start + pd.Timedelta(days=1), end, PLAIN, ACTUAL)


@dataclass(frozen=True)
class Cuts:
    """The cuts of one year: the rounds counted, and what they come to.

    kind: "announced" (counts that add up), "estimate" (an outside estimate, none announced) or "none".
    """

    rounds: pd.DataFrame
    kind: str
    people: Range
    openings: Range
    part_year: Range

    @property
    def is_known(self) -> bool:
        return self.kind != "none"


def cuts_between(events: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp, which: str = "all") -> Cuts:
    """One company's cuts announced from `start` to `end`: all rounds that add up, or the largest alone.

    Where nothing announced adds up, outside estimates of the year stand in, marked as such. Openings that no
    round mentions count as none. Part of the year: from the day the cuts were carried out, else announced.
    """
    require_known("choice of cuts", which, WHICH_CUTS)
    inside = events[events["announced_date"].between(start, end)]
    announced = inside[inside["adds_up"]]
    guessed = inside[(inside["record_kind"] == "estimate") & inside["employees_cut_persons"].notna()]
    kind = "announced" if len(announced) else "estimate" if len(guessed) else "none"
    rounds = (announced if len(announced) else guessed).sort_values("employees_cut_persons", ascending=False)
    rounds = rounds.head(1) if which == "largest" else rounds
    people = [event_quantity(row) for _, row in rounds.iterrows()]
    nobody = Quantity(0.0, "persons", "scenario")
    return Cuts(rounds.sort_values("announced_date", ignore_index=True), kind,
                exactly(total(people) if people else nobody, "people cut"), _openings(rounds),
                part_year_left(rounds, end))


def _openings(rounds: pd.DataFrame) -> Range:
    counts = [event_quantity(row, "openings_cancelled_count") for _, row in rounds.iterrows()]
    known = [one for one in counts if not one.is_missing]
    return exactly(total(known) if known else Quantity(0.0, "count", "scenario"), "openings cancelled")


def part_year_left(rounds: pd.DataFrame, end: pd.Timestamp) -> Range:
    """Share of the year left after the cuts, each round by its people, from the day carried out or announced.

    Estimated: people leave at different days, often weeks after the announcement. Whole year without rounds.
    """
    if rounds.empty:
        return exactly(1.0, "part of the year left after the cuts")
    day = rounds["carried_out_date"].fillna(rounds["announced_date"])
    left = (end - day).dt.days.clip(0) / DAYS_A_YEAR
    weights = rounds["employees_cut_persons"]
    share = float((left * weights).sum() / weights.sum())
    documents = tuple(dict.fromkeys(rounds["document_id"].dropna()))
    return exactly(Quantity(share, "ratio", "estimated", documents), "part of the year left after the cuts")


@dataclass(frozen=True)
class RoleCost:
    """What an average employee costs a year: a range, the year it is of (0 when a group's), and whose it is."""

    cost: Range
    relative: Range
    year: int
    is_own: bool
    is_other_staff: bool


def role_cost(ticker: str, centres: pd.DataFrame) -> RoleCost:
    """Loaded cost per employee: the people-cost bounds over headcount of the newest year that has both.

    `centres`: frame of `with_cost_centres`. A company without such a year takes its own low bound, if it has one,
    and the high end of its group's filed median pay. Draws put the bounds at 5% and 95%: neither is certain. Where
    the low bound is far under the group's pay, the average is over other staff than those cut, and the relative
    cost is wider.
    """
    rows = centres[(centres["ticker"] == ticker) & centres[[*BOUNDS, "headcount_persons"]].notna().all(axis=1)]
    group = _group_pay(ticker)
    if rows.empty:
        return RoleCost(_half_own(ticker, centres, group), assumed("relative_cost_ratio"), 0, False, False)
    row = rows.sort_values("period_end").iloc[-1]
    staff = quantity_in(row, "headcount_persons")
    low, high = (quantity_in(row, bound) / staff for bound in BOUNDS)
    is_other = low.value < group.low * assumed("other_staff_cutoff_ratio").value
    middle = Quantity((low.value * high.value) ** 0.5, low.unit, low.basis, low.documents)
    cost = between(low, high, "cost of an average employee", middle, "lognormal")
    relative = assumed("relative_cost_office_ratio" if is_other else "relative_cost_ratio")
    return RoleCost(cost, relative, int(row["calendar_year"]), True, is_other)


def _half_own(ticker: str, centres: pd.DataFrame, group: Range) -> Range:
    """The company's own low bound per head, up to the high end of its group; the group's range where it has none."""
    rows = centres[(centres["ticker"] == ticker) & centres[[BOUNDS[0], "headcount_persons"]].notna().all(axis=1)]
    if rows.empty:
        return group
    row = rows.sort_values("period_end").iloc[-1]
    low = quantity_in(row, BOUNDS[0]) / quantity_in(row, "headcount_persons")
    if low.value >= group.high:
        return group
    middle = Quantity((low.value * group.high) ** 0.5, low.unit, low.basis, low.documents)
    return between(low, group.at("high"), group.label, middle, "lognormal")


def _group_pay(ticker: str) -> Range:
    """The register's range of median pay in a company's group, with the documents of the pay it is computed from."""
    companies = load_companies()
    group = companies.set_index("ticker").loc[ticker, "peer_group"]
    members = sorted(companies.loc[companies["peer_group"] == group, "ticker"])
    filed = load_facts(members, concepts=["median_employee_pay"])
    documents = tuple(dict.fromkeys(filed["document_id"]))
    return replace(assumed(f"median_pay_{group}_usd_per_person"), documents=documents)
