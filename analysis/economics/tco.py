"""What it costs to own an accelerator over a horizon: every part in today's dollars.

Every cost is a keyword that is nothing unless given, so the full model with the price alone is the simple,
undiscounted account of the published studies. All functions take numbers or arrays.
"""

import math
from collections.abc import Iterator

import numpy as np

from analysis.economics.ranges import assumed
from analysis.economics.schedules import by_table, present_value, straight_line, yearly_payment
from analysis.errors import AnalysisError, nearest, require_known

HOURS_A_YEAR, DAYS_A_YEAR = 8760, 365
MONTHS_A_YEAR = 12
WATTS_A_KILOWATT = 1000
RESALE_QUOTED_AFTER_YEARS = 3
"""Resale values are published for 36 months; the price in between falls by the same share each month."""
MIDDLE = 0.5
"""What is paid through a year is discounted from its middle."""


def years_within(horizon_years, start_years=0.0, count: int | None = None) -> np.ndarray:
    """For each year from now, the part of it that lies between start and horizon; years along the last axis."""
    horizon = np.asarray(horizon_years, float)[..., None]
    first = np.arange(count or math.ceil(horizon.max()))
    return np.clip(np.minimum(first + 1, horizon) - np.maximum(first, np.asarray(start_years, float)[..., None]), 0, 1)


def discounted_years(horizon_years, discount_ratio=0.0, start_years=0.0):
    """Years from start to horizon, each worth less the later it is: what a yearly cost is multiplied by."""
    return present_value(years_within(horizon_years, start_years), discount_ratio, MIDDLE)


def priced_years(horizon_years, life_years=None, start_years=0.0, price_decline_ratio=0.0, discount_ratio=0.0):
    """Years as in `discounted_years`, each times the price paid for the machine then in service over today's price.

    What a yearly share of the price (upkeep) is multiplied by: a replacement bought cheaper is cheaper to keep.
    """
    bought = purchases(1.0, horizon_years, life_years, start_years, price_decline_ratio)
    return sum(price * discounted_years(later, discount_ratio, when) for when, price, later, _ in bought)


def running_parts(*, server_usd=0.0, power_kw=0.0, utilisation_ratio=1.0, idle_power_ratio=0.0, pue_ratio=1.0,
                  electricity_usd_per_kwh=0.0, cooling_usd_per_kwh=0.0, colocation_usd_per_kw_month=0.0,
                  maintenance_ratio=0.0, failure_ratio=0.0, failures_not_covered_ratio=1.0, operator_usd_per_person=0.0,
                  accelerators_per_person_count=1.0, running_usd_per_hour=0.0) -> dict:
    """Dollars a year to run one accelerator, by part; maintenance and failures (UPKEEP) at today's price.

    `power_kw` is that of the accelerator with its share of the server. Cooling is what the site draws beyond
    the computers, plus a charge per kWh where one is made. `running_usd_per_hour` is any further cost of an
    hour of use. Misleads: power follows use in a straight line from idle.
    """
    kwh = HOURS_A_YEAR * power_kw * (idle_power_ratio + (1 - idle_power_ratio) * utilisation_ratio)
    return {
        "power": kwh * electricity_usd_per_kwh,
        "cooling": kwh * ((pue_ratio - 1) * electricity_usd_per_kwh + cooling_usd_per_kwh),
        "space": MONTHS_A_YEAR * power_kw * colocation_usd_per_kw_month,
        "maintenance": server_usd * maintenance_ratio,
        "failures": server_usd * failure_ratio * failures_not_covered_ratio,
        "staff": operator_usd_per_person / accelerators_per_person_count,
        "other": HOURS_A_YEAR * utilisation_ratio * running_usd_per_hour,
    }


def purchases(server_usd, horizon_years, life_years=None, start_years=0.0, price_decline_ratio=0.0,
              resale_ratio=0.0) -> Iterator[tuple]:
    """Each purchase of one accelerator kept from start to horizon and replaced at the end of its life.

    Yields (years from now, price, years from now of the sale, sale price); the prices are zero where the
    replacement is not due. A replacement costs what the price has fallen to.
    """
    span = np.asarray(horizon_years, float) - start_years
    life = span if life_years is None else np.asarray(life_years, float)
    rounds = np.ceil(np.max(np.where(span > 0, span, 0) / np.where(life > 0, life, 1)))
    for number in range(max(1, int(rounds))):
        since = number * life
        age = np.clip(np.minimum(life, span - since), 0, None)
        price = np.where(since < span, server_usd * (1 - price_decline_ratio) ** (start_years + since), 0.0)
        sale = price * np.asarray(resale_ratio, float) ** (age / RESALE_QUOTED_AFTER_YEARS)
        yield start_years + since, price, start_years + since + age, sale


def capital_parts(*, horizon_years, server_usd, life_years=None, network_storage_ratio=0.0, facility_usd_per_kw=0.0,
                  facility_years=None, power_kw=0.0, resale_ratio=0.0, price_decline_ratio=0.0, discount_ratio=0.0,
                  start_years=0.0, capital_ratio=1.0, tax_ratio=0.0) -> dict:
    """Today's dollars of what is bought for one accelerator from `start_years` to `horizon_years`, by part.

    The building is charged for the part of its life that is used (all of it without `facility_years`): the rest
    is worth what it cost. The part used is deducted from tax in equal shares a year. Network and storage are bought
    once, outlast the horizon and are then worth nothing.
    `capital_ratio` is what a dollar of equipment costs after financing and tax (`capital_cost_ratio`).
    """
    bought = sold = 0.0
    events = purchases(server_usd, horizon_years, life_years, start_years, price_decline_ratio, resale_ratio)
    for when, price, later, sale in events:
        bought = bought + price / (1 + discount_ratio) ** when
        sold = sold + sale / (1 + discount_ratio) ** later
    network = server_usd * network_storage_ratio * ((1 - price_decline_ratio) / (1 + discount_ratio)) ** start_years
    years = np.asarray(horizon_years, float) - start_years
    left = _unused(years, facility_years)
    building = (1 + discount_ratio) ** -start_years - left * (1 + discount_ratio) ** -np.asarray(horizon_years, float)
    life = years if facility_years is None else facility_years
    deducted = discounted_years(start_years + np.minimum(years, life), discount_ratio, start_years) / life
    return {
        "servers": bought * capital_ratio,
        "network and storage": network * capital_ratio,
        "building": facility_usd_per_kw * power_kw * (building - tax_ratio * deducted),
        "resale": -sold * (1 - tax_ratio),
    }


def owned_parts(*, horizon_years, discount_ratio=0.0, start_years=0.0, tax_ratio=0.0, **inputs) -> dict:
    """Today's dollars to own one accelerator from `start_years` to `horizon_years`, by part.

    `inputs` are further keywords of `capital_parts` and `running_parts`.
    """
    common = {"horizon_years": horizon_years, "discount_ratio": discount_ratio, "start_years": start_years}
    capital = {name: value for name, value in inputs.items() if name in CAPITAL_NAMES}
    running = {name: value for name, value in inputs.items() if name in RUNNING_NAMES}
    unknown = sorted(set(inputs) - {*capital, *running})
    if unknown:
        raise AnalysisError(f"no input of owning: {unknown[0]!r}; "
                            f"nearest: {', '.join(nearest(unknown[0], [*CAPITAL_NAMES, *RUNNING_NAMES]))}")
    years = {name: discounted_years(**common) for name in running_parts()}
    replaced = {name: capital[name] for name in REPLACED if name in capital}
    years |= dict.fromkeys(UPKEEP, priced_years(**common, **replaced))
    yearly = {name: cost * years[name] * (1 - tax_ratio) for name, cost in running_parts(**running).items()}
    return capital_parts(tax_ratio=tax_ratio, **common, **capital) | yearly


RUNNING_NAMES = tuple(running_parts.__kwdefaults__)
CAPITAL_NAMES = ("server_usd", *(name for name in capital_parts.__kwdefaults__
                                 if name not in ("discount_ratio", "start_years", "tax_ratio")))
"""What `owned_parts` passes on, and to whom."""
UPKEEP = ("maintenance", "failures")
"""Running costs that are a share of the price of the machine in service."""
REPLACED = ("life_years", "price_decline_ratio")
"""What sets the price of the machine in service."""


def _unused(years, facility_years):
    """The part of a building's life that is left after some years; none when its life is not given."""
    return 0.0 if facility_years is None else np.clip(1 - years / np.asarray(facility_years, float), 0, 1)


def owned_usd(**inputs):
    """Today's dollars to own one accelerator over the horizon: the sum of `owned_parts`, same keywords."""
    return sum(owned_parts(**inputs).values())


def cost_per_hour(**inputs):
    """Dollars per hour that one owned accelerator is there, used or not: cost over (discounted) hours."""
    hours = HOURS_A_YEAR * discounted_years(inputs["horizon_years"], inputs.get("discount_ratio", 0.0))
    return owned_usd(**inputs) / hours


def cost_per_used_hour(*, utilisation_ratio, **inputs):
    """Dollars per hour in which an owned accelerator works; the idle hours are paid by the busy ones."""
    return cost_per_hour(utilisation_ratio=utilisation_ratio, **inputs) / utilisation_ratio


def cost_per_million_tokens(usd_per_hour, tokens_per_second):
    """Dollars per million tokens at a cost per hour and a speed. Misleads: nothing runs at full speed all day."""
    return usd_per_hour / SECONDS_AN_HOUR / tokens_per_second * MILLION


SECONDS_AN_HOUR, MILLION = 3600, 1e6


def capital_cost_ratio(discount_ratio, loan_ratio=0.0, loan_rate_ratio=0.0, loan_years=1.0, tax_ratio=0.0,
                       deductions=(1.0,)):
    """What a dollar of equipment costs in today's dollars after financing and tax.

    A loan pays `loan_ratio` of the price and costs its payments, discounted; at a loan rate equal to the
    discount rate it changes nothing. `deductions` are the yearly shares deducted for tax. Misleads: tax relief
    on interest is left out, and profits must be there to deduct from.
    """
    borrowed = yearly_payment(1.0, loan_rate_ratio, loan_years) / yearly_payment(1.0, discount_ratio, loan_years)
    shield = tax_ratio * present_value(np.asarray(deductions), discount_ratio, MIDDLE)
    return 1 - loan_ratio + loan_ratio * borrowed - shield


def depreciation_usd(cost_usd: float, life_years: float, method: str = "straight_line") -> np.ndarray:
    """Yearly depreciation of one purchase: "straight_line" over its life (half a year first and last) or "macrs".

    It moves no cash: the accounts use the first, US tax the second, whose life is the law's.
    """
    require_known("depreciation", method, METHODS)
    if method == "macrs":
        return by_table(cost_usd, macrs_shares())
    return straight_line(cost_usd, life_years, np.arange(1, math.ceil(life_years + MIDDLE) + 1))


def macrs_shares() -> list[float]:
    """The yearly shares of cost deducted for tax in the five-year class, from the register."""
    return [assumed(f"macrs_five_year_class_year_{year}_ratio").value for year in MACRS_YEARS]


METHODS, MACRS_YEARS = ("straight_line", "macrs"), range(1, 7)
