"""What must be true for a coverage, in closed form: one input at a time, the others as they stand.

Coverage in every lens is  cost x relative x (a x cuts + b x fill x openings) / (rise x share charged) = target,
with a = b = 1 at the yearly rate, a = part of the year less severance and b = part of the year in the first year,
and the share charged 1 in cash.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from analysis.economics.budget import Lens, charged_share
from analysis.economics.schedules import permanent_step, straight_line
from analysis.errors import require_known


@dataclass(frozen=True)
class Terms:
    """The parts of the equation at given inputs."""

    lens: Lens
    target: float
    inputs: Mapping[str, float]

    def __getitem__(self, name: str) -> float:
        return self.inputs[name]

    @property
    def cost(self) -> float:
        return self["cost_usd_per_person"] * self["relative_cost_ratio"]

    @property
    def rise(self) -> float:
        return self["capex_after_usd"] - self["capex_before_usd"]

    @property
    def weights(self) -> tuple[float, float]:
        """a and b: what a cut and a filled opening save, in years of cost."""
        if not self.lens.is_first_year:
            return 1.0, 1.0
        return self["part_year_ratio"] - self["severance_ratio"], self["part_year_ratio"]

    @property
    def roles(self) -> float:
        """Roles ended, each counted for the part of a year it saves."""
        a, b = self.weights
        return a * self["cuts_persons"] + b * self["fill_probability_ratio"] * self["openings_count"]

    @property
    def charged(self) -> float:
        """Share of the rise that the lens sets the saving against."""
        if self.lens.kind == "cash":
            return 1.0
        return float(charged_share(self.lens.year, self["server_share_ratio"], self["server_life_years"],
                                   self["building_life_years"], self.lens.is_kept))

    @property
    def needed_roles(self) -> float:
        return self.target * self.rise * self.charged / self.cost

    @property
    def needed_charged(self) -> float:
        return self.cost * self.roles / (self.target * self.rise)


def closed_form(lens: Lens, name: str, target: float, inputs: Mapping[str, float]) -> float:
    """The value of input `name` at which the lens gives `target`, the other inputs as in `inputs`.

    NaN when the input cannot bring the target about: it does not enter (openings that nobody would have filled),
    or the life that solves the equation has run out by then. The value may be impossible (a probability above 1,
    fewer than no cuts): `is_possible` says so. UnknownName for an input the lens does not take.
    """
    terms = Terms(lens, target, inputs)
    solve = SOLUTIONS[require_known("input", name, solvable(lens))]
    try:
        return float(solve(terms))
    except ZeroDivisionError:
        return math.nan


def solvable(lens: Lens) -> list[str]:
    """The inputs of a lens that `closed_form` solves for."""
    extra = FIRST_YEAR_ONLY if lens.is_first_year else ()
    return [*ALWAYS, *extra, *(PROFIT_ONLY if lens.kind == "profit" else ())]


def is_possible(name: str, value: float) -> bool:
    """Whether an input can have this value: shares between 0 and 1, everything else not below zero."""
    bounded = name.endswith("_ratio") and name not in UNBOUNDED_RATIOS
    return not math.isnan(value) and 0 <= value <= (1 if bounded else math.inf)


def _cuts(terms: Terms) -> float:
    a, b = terms.weights
    return (terms.needed_roles - b * terms["fill_probability_ratio"] * terms["openings_count"]) / a


def _filled(terms: Terms) -> float:
    """Openings that would have been filled."""
    a, b = terms.weights
    return (terms.needed_roles - a * terms["cuts_persons"]) / b


def _rise(terms: Terms) -> float:
    return terms.cost * terms.roles / (terms.target * terms.charged)


def _share(terms: Terms) -> float:
    servers, buildings = (_one(terms, life) for life in ("server_life_years", "building_life_years"))
    return (terms.needed_charged - buildings) / (servers - buildings)


def _one(terms: Terms, life: str) -> float:
    """Share charged of what has this life."""
    schedule = permanent_step if terms.lens.is_kept else straight_line
    return float(schedule(1.0, terms[life], terms.lens.year))


def _life(terms: Terms, name: str, weight: float, other: str) -> float:
    """The life at which its part of the rise is charged what is still missing; NaN when it would have run out."""
    rate = (terms.needed_charged - (1 - weight) * _one(terms, other)) / weight
    passed = terms.lens.year - 0.5
    first_or_full = 0.5 if terms.lens.year == 1 else 1
    counted = passed if terms.lens.is_kept else first_or_full
    life = counted / rate
    return life if life >= passed else math.nan


SOLUTIONS: dict[str, Callable[[Terms], float]] = {
    "cuts_persons": _cuts,
    "openings_count": lambda terms: _filled(terms) / terms["fill_probability_ratio"],
    "fill_probability_ratio": lambda terms: _filled(terms) / terms["openings_count"],
    "cost_usd_per_person": lambda terms: (terms.target * terms.rise * terms.charged / terms.roles
                                          / terms["relative_cost_ratio"]),
    "relative_cost_ratio": lambda terms: (terms.target * terms.rise * terms.charged / terms.roles
                                          / terms["cost_usd_per_person"]),
    "capex_after_usd": lambda terms: terms["capex_before_usd"] + _rise(terms),
    "capex_before_usd": lambda terms: terms["capex_after_usd"] - _rise(terms),
    "part_year_ratio": lambda terms: ((terms.needed_roles + terms["severance_ratio"] * terms["cuts_persons"])
                                      / (terms["cuts_persons"]
                                         + terms["fill_probability_ratio"] * terms["openings_count"])),
    "severance_ratio": lambda terms: ((terms["part_year_ratio"]
                                       * (terms["cuts_persons"] + terms["fill_probability_ratio"]
                                          * terms["openings_count"]) - terms.needed_roles) / terms["cuts_persons"]),
    "server_share_ratio": _share,
    "server_life_years": lambda terms: _life(terms, "server_life_years", terms["server_share_ratio"],
                                             "building_life_years"),
    "building_life_years": lambda terms: _life(terms, "building_life_years", 1 - terms["server_share_ratio"],
                                               "server_life_years"),
}
ALWAYS = ("cuts_persons", "openings_count", "fill_probability_ratio", "cost_usd_per_person", "relative_cost_ratio",
          "capex_after_usd", "capex_before_usd")
FIRST_YEAR_ONLY = ("part_year_ratio", "severance_ratio")
PROFIT_ONLY = ("server_share_ratio", "server_life_years", "building_life_years")
UNBOUNDED_RATIOS = ("relative_cost_ratio", "severance_ratio")


def tax_rate_for(target: float, before_tax: float, expensed: float, first_charge: float) -> float:
    """The tax rate at which `after_tax_coverage` is `target`, from the coverage before tax: ratio.

    `first_charge`: the share of the rise that depreciation charges in its first year.
    """
    deducted = expensed + (1 - expensed) * first_charge
    return (before_tax - target) / (before_tax - target * deducted)


def expensed_share_for(target: float, before_tax: float, tax_rate: float, first_charge: float) -> float:
    """The share expensed at once at which `after_tax_coverage` is `target`: ratio."""
    deducted = (1 - before_tax * (1 - tax_rate) / target) / tax_rate
    return (deducted - first_charge) / (1 - first_charge)
