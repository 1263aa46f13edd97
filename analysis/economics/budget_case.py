"""One company's case: all inputs of the budget arithmetic from the facts, the guidance, the events, the register."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from analysis.economics.bounds import within
from analysis.economics.budget import run_rate_saving, simulated
from analysis.economics.budget_inputs import CapexStep, Cuts, RoleCost, capex_step_of, cuts_between, role_cost
from analysis.economics.draws import draw
from analysis.economics.ranges import Range, assumed, exactly, span
from analysis.errors import AnalysisError
from analysis.metrics.cost_centres import with_cost_centres
from analysis.quantity import Quantity
from analysis.tables.assumptions import load_assumptions
from analysis.tables.cells import quantity_in
from analysis.tables.companies import company_name
from analysis.tables.guidance import load_guidance
from analysis.tables.layoffs import load_layoffs
from analysis.tables.panel import load_panel

FROM_REGISTER = ("fill_probability_ratio", "severance_ratio", "building_life_years", "server_share_ratio",
                 "tax_rate_ratio", "expensed_ratio")
FILL = "fill_probability_ratio"


@dataclass(frozen=True)
class Case:
    """One company in one edition: what it cut, what it spends more, and every input of the models by name."""

    ticker: str
    name: str
    step: CapexStep
    cuts: Cuts
    role: RoleCost
    inputs: dict[str, Range]
    headcount: Quantity
    headcount_date: pd.Timestamp | None
    margins: pd.DataFrame

    @property
    def central(self) -> dict[str, float]:
        """Every input at its central value."""
        return {name: one.value for name, one in self.inputs.items()}

    @property
    def rise(self) -> Range:
        """The rise in capital expenditure: usd, its ends those of the guidance."""
        ends = {name: self.inputs[name] for name in ("capex_before_usd", "capex_after_usd")}
        return span(_rise, ends, "usd", "rise in capital expenditure")

    @property
    def saving(self) -> Range:
        """The yearly saving: usd, 5%, 50% and 95% of the draws; AnalysisError when no cuts are known."""
        if not self.cuts.is_known:
            raise AnalysisError(f"no count of cuts at {self.name} in {self.step.year_label}: no saving to compute")
        return simulated(run_rate_saving, self.inputs, self.drawn, "usd", "yearly saving")[0]

    @cached_property
    def drawn(self) -> dict[str, np.ndarray]:
        """The draws of every input, the same for every model of the case."""
        return draw(self.inputs)


def _rise(capex_before_usd, capex_after_usd):
    return capex_after_usd - capex_before_usd


def budget_case(ticker: str, as_of: str = "latest", which_cuts: str = "all",
                fill_probability_ratio: float | None = None) -> Case:
    """Assemble the case of one company.

    `which_cuts`: "all" rounds of the year that add up, or the "largest" alone. `fill_probability_ratio`: the
    register's mean, or None, keeps the register's spread; another value is held. Errors: UnknownName for the
    ticker or the choice, AnalysisError where the edition holds no rise of capital expenditure and for an
    impossible probability.
    """
    panel = load_panel("year", [ticker], as_of)
    step = capex_step_of(ticker, load_guidance([ticker], as_of), panel)
    cuts = cuts_between(load_layoffs(companies=[ticker], as_of=as_of), step.start, step.end, which_cuts)
    role = role_cost(ticker, with_cost_centres(panel))
    own_life = f"server_life_{ticker.lower()}_years"
    published = own_life in set(load_assumptions()["assumption_id"])
    inputs = {
        "cost_usd_per_person": role.cost, "relative_cost_ratio": role.relative,
        "cuts_persons": cuts.people, "openings_count": cuts.openings, "part_year_ratio": cuts.part_year,
        "capex_before_usd": step.before, "capex_after_usd": step.after,
        "server_life_years": assumed(own_life if published else "server_life_years"),
    } | {name: assumed(name) for name in FROM_REGISTER}
    inputs[FILL] = _filled(inputs[FILL], fill_probability_ratio)
    staff, day = _last_headcount(panel)
    return Case(ticker, company_name(ticker), step, cuts, role, inputs, staff, day, operating_margins(panel))


def _filled(register: Range, chosen: float | None) -> Range:
    """The register's range, or the reader's value without spread."""
    if chosen is None or within(FILL, chosen, 0, 1, "it is a probability") == register.value:
        return register
    return exactly(chosen, register.label)


def _last_headcount(panel: pd.DataFrame) -> tuple[Quantity, pd.Timestamp | None]:
    """The newest headcount and its day; missing when the edition has none."""
    rows = panel[panel["headcount_persons"].notna()].sort_values("period_end")
    if rows.empty:
        return Quantity(float("nan"), "persons", "unresolved"), None
    return quantity_in(rows.iloc[-1], "headcount_persons"), rows["period_end"].iloc[-1]


def operating_margins(panel: pd.DataFrame, years: int = 2) -> pd.DataFrame:
    """The last years with operating income and revenue: period_end, operating_margin_ratio, basis, documents."""
    rows = panel[panel[["operating_income_usd", "revenue_usd"]].notna().all(axis=1)].sort_values("period_end")
    cells = [quantity_in(row, "operating_income_usd") / quantity_in(row, "revenue_usd")
             for _, row in rows.tail(years).iterrows()]
    return pd.DataFrame({
        "period_end": list(rows["period_end"].tail(years)), "operating_margin_ratio": [one.value for one in cells],
        "operating_margin_ratio_basis": [one.basis for one in cells],
        "operating_margin_ratio_documents": [" ".join(one.documents) for one in cells]})
