"""One company's case for further cuts: its last full year, the paths of its capital spending, who works there now."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from analysis.economics.bounds import within
from analysis.economics.budget_inputs import (
    LAST_MONTH,
    PLAIN,
    CapexStep,
    Cuts,
    RoleCost,
    cuts_between,
    guided_step,
    role_cost,
)
from analysis.economics.draws import draw
from analysis.economics.ranges import Range, assumed, between, exactly
from analysis.errors import AnalysisError, require_known
from analysis.metrics.cost_centres import with_cost_centres
from analysis.metrics.guidance import ends_of
from analysis.numerals import month_text
from analysis.outlook.further_cuts import ACCOUNTS, GROWTH, GUIDED, Yardstick
from analysis.outlook.further_cuts_paths import Ahead, ahead_of, modelled_now, vintage_charges
from analysis.quantity import Quantity, total
from analysis.tables.assumptions import load_assumptions
from analysis.tables.cells import quantity_in
from analysis.tables.companies import company_name
from analysis.tables.guidance import load_expense_guidance, load_guidance
from analysis.tables.layoffs import load_layoffs
from analysis.tables.panel import load_panel

FROM_GUIDANCE, WITH_REVENUE = "guided", "with_revenue"
OTHER_COSTS = (FROM_GUIDANCE, WITH_REVENUE)
YEARS_OF_GROWTH = 3
QUARTERS_A_YEAR = 4
TWO_YEARS_DAYS = 660
"""The last of eight quarter-ends in a row lies at most this long after the first."""
FROM_REGISTER = {"pay_growth_ratio": "median_pay_growth_ratio", "other_cost_growth_ratio": "other_cost_growth_ratio"}
NEEDED = {
    "revenue_usd": "revenue", "operating_income_usd": "operating income",
    "operating_cash_flow_usd": "operating cash flow", "capex_usd": "capital expenditure",
    "depreciation_usd": "depreciation", "staff_persons": "headcount",
}
"""Inputs read from the last full year, and their words."""


@dataclass(frozen=True)
class CutsCase:
    """One company in one edition: every input of the yardsticks, by path and year, and what is missing.

    `base_end` closes the last full year with capital expenditure. `lacks` names inputs that are not in the edition.
    `ahead` holds capital expenditure and depreciation by (path, years after the base). `expense` is its guidance of
    total expense, where other costs start from it. `cuts` are those announced since `base_end`; `still_counted` are
    people cut who are in `headcount`.
    """

    ticker: str
    name: str
    base_end: pd.Timestamp
    step: CapexStep | None
    inputs: dict[str, Range]
    lacks: dict[str, str]
    ahead: dict[tuple[str, int], Ahead]
    expense: dict[str, Range]
    headcount: Quantity
    headcount_date: pd.Timestamp | None
    still_counted: Quantity
    cuts: Cuts
    role: RoleCost

    def year_label(self, years: int) -> str:
        """The year `years` after the base: "2026", or "the year to June 2027"."""
        return label_of(self.base_end + pd.DateOffset(years=years))

    def inputs_for(self, yardstick: Yardstick, path: str, years: int) -> dict[str, Range]:
        """The inputs a yardstick takes on one path in one year, as far as they are known."""
        known = self.inputs | (self.ahead[path, years].inputs if (path, years) in self.ahead else {})
        taken = {name: known[name] for name in yardstick.needs if name in known}
        if yardstick.follows_guidance and self.expense:
            taken |= {name: known[name] for name in ACCOUNTS if name in known} | self.expense
        return taken

    def without_guided_expense(self) -> "CutsCase":
        """The same case with other costs that move with revenue."""
        return replace(self, expense={})

    @cached_property
    def drawn(self) -> dict[str, np.ndarray]:
        """Draws of the inputs that no path touches."""
        return draw(self.inputs | self.expense)

    @property
    def capex_column(self) -> str:
        """The definition of capital expenditure: that of the guidance, else purchases of property and equipment."""
        return self.step.column if self.step else PLAIN

    @property
    def openings(self) -> Range:
        """Openings cancelled with the cuts since the base."""
        return self.cuts.openings


def label_of(end: pd.Timestamp) -> str:
    """A year by its end: "2026", or "the year to June 2027"."""
    return str(end.year) if end.month == LAST_MONTH else f"the year to {month_text(end)}"


def cuts_case(ticker: str, as_of: str = "latest", growth_ratio: float | None = None,
              other_costs: str = FROM_GUIDANCE) -> CutsCase:
    """Assemble the case of one company. `growth_ratio`: yearly growth of revenue; None takes that of the last years.

    `other_costs`: "guided" starts them from the company's guidance of total expense, where it gives one; "with_revenue"
    never does. Errors: UnknownName for the ticker or the choice; AnalysisError where the edition has no full year of
    capital expenditure, or guidance without one, and for a growth that would leave no revenue. Any other gap is listed
    in `lacks`, and only what needs it stays open.
    """
    require_known("choice of other costs", other_costs, OTHER_COSTS)
    panel, quarters = with_cost_centres(load_panel("year", [ticker], as_of)), load_panel("quarter", [ticker], as_of)
    step = guided_step(ticker, load_guidance([ticker], as_of), panel)
    row = _base_row(ticker, panel, step)
    end, role = row["period_end"], role_cost(ticker, panel)
    charges = vintage_charges(ticker, as_of, end)
    inputs, lacks = _base_inputs(row, step.column if step else PLAIN, modelled_now(charges))
    inputs |= {"cost_usd_per_person": role.cost, "relative_cost_ratio": role.relative}
    inputs |= {name: assumed(one) for name, one in FROM_REGISTER.items()}
    growth = _growth(panel, quarters, end, growth_ratio)
    inputs, lacks = (inputs, lacks | {GROWTH: "revenue of two years"}) if growth is None else (
        inputs | {GROWTH: growth}, lacks)
    staff, day = _last_headcount(panel, quarters)
    ahead = ahead_of(charges, panel, end, inputs, step)
    expense = _expense(ticker, as_of, end, ahead, staff) if other_costs == FROM_GUIDANCE else {}
    events = load_layoffs(companies=[ticker], as_of=as_of)
    since = cuts_between(events, end + pd.Timedelta(days=1), events["announced_date"].max())
    return CutsCase(ticker, company_name(ticker), end, step, inputs, lacks, ahead, expense, staff, day,
                    _still_counted(ticker, day), since, role)


def _expense(ticker: str, as_of: str, end: pd.Timestamp, ahead: dict[tuple[str, int], Ahead],
             staff: Quantity) -> dict[str, Range]:
    """Guided total expense of the first year after the base, with the depreciation and the staff in it; or nothing."""
    guided = expense_range(ticker, as_of, end)
    charge = next((ahead[path, 1].depreciation for path in ("guided", "flat") if (path, 1) in ahead), None)
    if guided is None or charge is None or staff.is_missing:
        return {}
    return dict(zip(GUIDED, (guided, charge, exactly(staff, "present staff")), strict=True))


def expense_range(ticker: str, as_of: str, end: pd.Timestamp) -> Range | None:
    """The latest guidance of total expense for the year after `end`: usd; None without any."""
    rows = load_expense_guidance([ticker], as_of)
    rows = rows[rows["period_end"] == end + pd.DateOffset(years=1)]
    return between(*ends_of(rows.iloc[-1]), "guided total expense") if len(rows) else None


def _base_row(ticker: str, panel: pd.DataFrame, step: CapexStep | None) -> pd.Series:
    years = panel[panel[PLAIN].notna()].sort_values("period_end")
    if step is not None:
        years = years[years["period_end"] < step.start]
    if years.empty:
        raise AnalysisError(f"no full year of capital expenditure of {ticker} in this edition")
    return years.iloc[-1]


def _base_inputs(row: pd.Series, capex_column: str,
                 modelled: Range | None) -> tuple[dict[str, Range], dict[str, str]]:
    """The last full year's numbers, and the words for those that are missing.

    Depreciation that is not reported is that of the vintage model, else what is reported with amortisation.
    """
    cells = {name: quantity_in(row, column) for name, column in (
        ("revenue_usd", "revenue_usd"), ("operating_income_usd", "operating_income_usd"),
        ("operating_cash_flow_usd", "operating_cash_flow_usd"), ("capex_usd", capex_column),
        ("depreciation_usd", "depreciation_charge_usd"), ("staff_persons", "headcount_persons"))}
    if cells["depreciation_usd"].is_missing:
        cells["depreciation_usd"] = (quantity_in(row, "depreciation_amortization_usd") if modelled is None
                                     else modelled.at())
    when = label_of(row["period_end"])
    known = {name: exactly(one, f"{NEEDED[name]} of {when}") for name, one in cells.items() if not one.is_missing}
    return known, {name: f"{NEEDED[name]} of {when}" for name in cells if name not in known}


def _growth(years: pd.DataFrame, quarters: pd.DataFrame, end: pd.Timestamp, chosen: float | None) -> Range | None:
    """Yearly growth of revenue: the reader's, else from the least to the most of the last years and four quarters."""
    label = "yearly growth of revenue"
    if chosen is not None:
        return exactly(within("growth_ratio", chosen, -0.9, 5, "revenue must stay above zero"), label)
    found = _yearly_growth(years[years["period_end"] <= end]) + _trailing_growth(quarters, end)
    if not found:
        return None
    low, high = (pick(found, key=lambda one: one.value) for pick in (min, max))
    return between(low, high, label)


def _yearly_growth(years: pd.DataFrame) -> list[Quantity]:
    rows = years[years["revenue_usd"].notna()].sort_values("period_end").tail(YEARS_OF_GROWTH + 1)
    cells = [quantity_in(row, "revenue_usd") for _, row in rows.iterrows()]
    return [(after - before) / before for before, after in zip(cells, cells[1:], strict=False)]


def _trailing_growth(quarters: pd.DataFrame, end: pd.Timestamp) -> list[Quantity]:
    """Growth of the last four quarters over the four before, when all eight are known and they end after `end`."""
    rows = quarters[quarters["revenue_usd"].notna()].sort_values("period_end").tail(2 * QUARTERS_A_YEAR)
    span = (rows["period_end"].iloc[-1] - rows["period_end"].iloc[0]).days if len(rows) else 0
    if len(rows) < 2 * QUARTERS_A_YEAR or span > TWO_YEARS_DAYS or rows["period_end"].iloc[-1] <= end:
        return []
    cells = [quantity_in(row, "revenue_usd") for _, row in rows.iterrows()]
    before, after = (total(part) for part in (cells[:QUARTERS_A_YEAR], cells[QUARTERS_A_YEAR:]))
    return [(after - before) / before]


def _last_headcount(years: pd.DataFrame, quarters: pd.DataFrame) -> tuple[Quantity, pd.Timestamp | None]:
    """The newest headcount of all year-ends and quarter-ends, and its day."""
    both = pd.concat([years, quarters], ignore_index=True)
    rows = both[both["headcount_persons"].notna()].sort_values("period_end")
    if rows.empty:
        return Quantity(float("nan"), "persons", "unresolved"), None
    return quantity_in(rows.iloc[-1], "headcount_persons"), rows["period_end"].iloc[-1]


def _still_counted(ticker: str, day: pd.Timestamp | None) -> Quantity:
    """People already cut who are still in the headcount of `day`; none known unless the register says so."""
    row = f"still_counted_{ticker.lower()}_{day:%Y_%m_%d}_persons" if day is not None else ""
    if row in set(load_assumptions()["assumption_id"]):
        return assumed(row).at()
    return Quantity(0.0, "persons", "scenario")

