"""Cost levers on one scale: what each would be worth in dollars a year, under two lenses that are never mixed.

Cash: what is not paid. For levers on the AI fleet that is equipment not bought from this year's capital budget.
Profit and loss: what is not charged in a full year. For the same levers, the depreciation of what is not bought: one
part in as many as its life has years. A lever is a turned input (points, a share, years) times other factors.

Misleads: "the same work with less" saves only if demand does not grow into the room that is freed.
"""

import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from analysis.economics import lever_models as of
from analysis.economics.ranges import Model
from analysis.errors import require_known

Values = Mapping[str, float]
LENSES = ("cash", "profit_and_loss")


def parameters(model: Callable) -> tuple[str, ...]:
    """The names of a model's inputs."""
    return tuple(inspect.signature(model).parameters)


def applied(model: Model, values: Values):
    """The model on those of the values that it takes."""
    return model(**{name: values[name] for name in parameters(model)})


@dataclass(frozen=True)
class Effect:
    """One lens of a lever: a turned factor, its inverse in the turned input, and the factors beside it.

    `inverse(needed, values)` gives the turned input at which the turned factor is `needed`; NaN when none does.
    """

    turned: Model
    inverse: Callable[[float, Values], float]
    others: tuple[Model, ...] = ()

    @property
    def inputs(self) -> tuple[str, ...]:
        """Every input of the effect, once each."""
        return tuple(dict.fromkeys(name for part in (self.turned, *self.others) for name in parameters(part)))

    def __call__(self, **values):
        outcome = applied(self.turned, values)
        for factor in self.others:
            outcome = outcome * applied(factor, values)
        return outcome

    def needed(self, target: float, values: Values) -> float:
        """The turned input at which the effect is `target`, in closed form; NaN when none is."""
        rest = math.prod(float(applied(factor, values)) for factor in self.others)
        return self.inverse(target / rest, values)


def _hyperbola(scale: str) -> Callable[[float, Values], float]:
    """Inverse of x / (scale + x): no x frees the whole."""
    return lambda needed, values: values[scale] * needed / (1 - needed) if needed < 1 else math.nan


def _speed(gain: str) -> Callable[[float, Values], float]:
    """Inverse of `freed_by_speed` in the share moved; what is not faster frees nothing."""
    def share(needed: float, values: Values) -> float:
        freed = values["inference_share_ratio"] * (1 - 1 / values[gain])
        return needed / freed if freed > 0 else math.nan
    return share


def _rent(saved: Model) -> Callable[[float, Values], float]:
    return lambda needed, values: needed / applied(saved, {**values, "rented_usd_per_year": 1.0})


def _delay(needed: float, _: Values) -> float:
    """Inverse of `charge_delayed`: at most half a year's charge can fall out of the first year."""
    return 1 - math.sqrt(1 - 2 * needed) if needed <= 1 / 2 else math.nan


def _same(needed: float, _: Values) -> float:
    return needed


@dataclass(frozen=True)
class Lever:
    """A lever: what is turned and how far it can go, its effect in each lens, what it acts on.

    An effect of None is none at all, by accounting and not for want of data. `is_yearly`: the effect returns every
    year, else it comes once. `most` is the bound of the turned input, given the values. `one_off` is paid once in
    both lenses. `scale` says what the effect is for: the company, or a round amount where its own is not known.
    """

    lever: str
    label: str
    acts_on: str
    turned: str
    unit: str
    cash: Effect | None
    profit_and_loss: Effect | None
    most: Callable[[Values], float]
    is_yearly: bool = True
    one_off: Model | None = None
    scale: str = "company"

    def effect(self, lens: str) -> Effect | None:
        """The effect in one of LENSES."""
        require_known("lens", lens, LENSES)
        return self.cash if lens == "cash" else self.profit_and_loss

    @property
    def in_sentence(self) -> str:
        """The label inside a sentence: lower case, but for an abbreviation at its start."""
        return self.label if self.label[1].isupper() else self.label[0].lower() + self.label[1:]

    @property
    def moves_cash(self) -> bool:
        return self.cash is not None


def _on_fleet(freed: Model, inverse: Callable[[float, Values], float]) -> dict[str, Effect]:
    """Both lenses of a lever that frees a share of the AI fleet."""
    return {"cash": Effect(freed, inverse, (of.ai_purchases,)),
            "profit_and_loss": Effect(freed, inverse, (of.ai_charge,))}


def _both(effect: Effect) -> dict[str, Effect]:
    return {"cash": effect, "profit_and_loss": effect}


def _whole(_: Values) -> float:
    return 1.0


def _no_limit(_: Values) -> float:
    return math.inf


PAYROLL, FLEET, POWER, ACCOUNTS, RENT, TIMING = ("payroll", "AI fleet", "electricity", "accounts", "rented compute",
                                                 "timing")
OVERLAPS = {
    PAYROLL: "Cuts and cancelled openings are different roles: they add up",
    FLEET: "Acts on the same machines as the other AI-fleet levers: they must not be added",
    POWER: "Fewer machines need less power: shrinks with the AI-fleet levers",
    ACCOUNTS: "Lowers the yearly charge on which the AI-fleet levers act in the accounts; no cash",
    RENT: "Reserving and owning are alternatives for the same hours; owning needs the purchase first",
    TIMING: "Comes back: what is not paid or charged now is paid and charged later",
}
"""What a lever overlaps with, by the dollars it acts on."""
LEVERS = (
    Lever("cut_roles", "Cutting roles, as announced", PAYROLL, "cuts_persons", "persons",
          **_both(Effect(of.cut_persons, _same, (of.role_cost,))), most=_no_limit, one_off=of.severance),
    Lever("cancel_openings", "Cancelling openings, as announced", PAYROLL, "openings_count", "count",
          **_both(Effect(of.filled_openings, lambda needed, values: needed / values["fill_probability_ratio"],
                         (of.role_cost,))), most=_no_limit),
    Lever("utilisation", "Ten more points of utilisation", FLEET, "added_utilisation_ratio", "points",
          **_on_fleet(of.freed_by_utilisation, _hyperbola("utilisation_ratio")),
          most=lambda values: 1 - values["utilisation_ratio"]),
    Lever("fp4", "FP4 for part of inference", FLEET, "quantised_share_ratio", "ratio",
          **_on_fleet(of.freed_by_fp4, _speed("fp4_gain_ratio")), most=_whole),
    Lever("fp8", "FP8 for part of inference", FLEET, "quantised_share_ratio", "ratio",
          **_on_fleet(of.freed_by_fp8, _speed("fp8_gain_ratio")), most=_whole),
    Lever("architecture", "Fewer active parameters", FLEET, "rearchitected_share_ratio", "ratio",
          **_on_fleet(of.freed_by_sparsity, _speed("sparse_gain_ratio")), most=_whole),
    Lever("pue", "A lower PUE", POWER, "lowered_pue_ratio", "pue",
          **_both(Effect(of.saved_by_pue, lambda needed, values: needed * values["pue_ratio"],
                         (of.electricity_bill,))), most=lambda values: values["pue_ratio"] - 1),
    Lever("longer_life", "Another year of server life", ACCOUNTS, "added_life_years", "years", cash=None,
          profit_and_loss=Effect(of.charge_saved_by_life, _hyperbola("server_life_years"),
                                 (of.server_depreciation, of.early_effect)), most=_no_limit),
    Lever("slip", "A delay of two quarters", TIMING, "slip_years", "years",
          cash=Effect(of.worth_of_delay, lambda needed, values: needed / values["deferral_rate_ratio"],
                      (of.budget,)),
          profit_and_loss=Effect(of.charge_delayed, _delay, (of.yearly_charge,)), most=_whole, is_yearly=False),
    Lever("reserve", "Reserving instead of on demand", RENT, "rented_usd_per_year", "usd_per_year",
          **_both(Effect(of.saved_by_reserving, _rent(of.saved_by_reserving))), most=_no_limit, scale="each rented"),
    Lever("own", "Owning, annualised, instead of on demand", RENT, "rented_usd_per_year", "usd_per_year",
          **_both(Effect(of.saved_by_owning, _rent(of.saved_by_owning))), most=_no_limit, scale="each rented"),
)


def lever_named(name: str) -> Lever:
    """One lever of LEVERS; UnknownName with the nearest names."""
    known = {one.lever: one for one in LEVERS}
    return known[require_known("lever", name, known)]
