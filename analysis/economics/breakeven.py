"""Where owning and renting cost the same: hours, utilisation, volume and date, and surfaces around it.

All of it goes through the full model of `tco`. With every cost left out but the price and one running cost per
hour, the hours are capex / (cloud price - running cost), as in the published studies.
"""

import datetime
import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.economics.ranges import Range
from analysis.economics.renting import price_by_year
from analysis.economics.schedules import present_value
from analysis.economics.solve import surface
from analysis.economics.tco import DAYS_A_YEAR, HOURS_A_YEAR, MIDDLE, owned_usd, running_parts, years_within

STEPS = 200
"""Steps along each side of a surface."""


def rented_usd(*, cloud_usd_per_hour, horizon_years, price_decline_ratio=0.0, discount_ratio=0.0,
               utilisation_ratio=1.0, repeat_ratio=0.0, term_years=None):
    """Today's dollars to rent one accelerator for its share of the hours up to the horizon.

    `repeat_ratio`: hours done twice on spot. With `term_years` it is a reservation: every hour is paid, used or not,
    the price stands within a term, and a last term is charged for the part within the horizon.
    """
    years = years_within(horizon_years)
    term = 1 if term_years is None else term_years
    prices = price_by_year(cloud_usd_per_hour, price_decline_ratio, years.shape[-1], term)
    paid = utilisation_ratio * (1 + repeat_ratio) if term_years is None else 1.0
    return HOURS_A_YEAR * paid * present_value(years * prices, discount_ratio, MIDDLE)


def break_even_utilisation(*, cloud_usd_per_hour, horizon_years, price_decline_ratio=0.0, discount_ratio=0.0,
                           repeat_ratio=0.0, term_years=None, **owned):
    """The share of its hours that an owned accelerator must work to cost as much as renting those hours.

    `owned` are further keywords of `tco.owned_parts`. Above 1 there is no such share; infinite where an hour of
    rent costs less than an hour of owned use adds. Against a reservation (`term_years`) both are paid whether used
    or not: 0 where owning is cheaper even at full use, infinite where it is not.
    """
    common = dict(horizon_years=horizon_years, price_decline_ratio=price_decline_ratio, discount_ratio=discount_ratio)
    rent = rented_usd(cloud_usd_per_hour=cloud_usd_per_hour, repeat_ratio=repeat_ratio, term_years=term_years, **common)
    full = owned_usd(**common, **owned, utilisation_ratio=1.0)
    if term_years is not None:
        return np.where(full < rent, 0.0, math.inf)[()]
    fixed = owned_usd(**common, **owned, utilisation_ratio=0.0)
    saved = rent - (full - fixed)
    return np.where(saved > 0, fixed / np.where(saved > 0, saved, 1.0), math.inf)[()]


def break_even_hours(*, horizon_years, **inputs):
    """Hours of use after which owning has cost as much as renting; keywords of `break_even_utilisation`.

    Misleads: hours beyond the horizon cannot be worked; compare with it.
    """
    return break_even_utilisation(horizon_years=horizon_years, **inputs) * HOURS_A_YEAR * horizon_years


def break_even_months(hours, hours_per_month):
    """Hours of use as months. Studies count 720 or 730 hours a month, some both in one paper."""
    return hours / hours_per_month


def payback_years(purchase_usd, saving_usd_per_year, discount_ratio=0.0):
    """Years until yearly savings, discounted as they come in, have paid the purchase; infinite when they never do.

    Undiscounted it is purchase / saving. Misleads: resale, replacement and falling prices are left out.
    """
    rate = np.log1p(np.asarray(discount_ratio, float))
    saving = np.asarray(saving_usd_per_year, float)
    simple = np.where(saving > 0, purchase_usd / np.where(saving > 0, saving, 1.0), math.inf)
    left = 1 - np.where(np.isfinite(simple), simple, 0.0) * rate
    safe = np.where(rate > 0, rate, 1.0)
    discounted = np.where(left > 0, -np.log(np.where(left > 0, left, 1.0)) / safe, math.inf)
    return np.where((rate > 0) & np.isfinite(simple), discounted, simple)[()]


def break_even_date(bought: datetime.date, years: float) -> datetime.date | None:
    """The day so many years after the purchase; None when it never comes."""
    return bought + datetime.timedelta(days=years * DAYS_A_YEAR) if math.isfinite(years) else None


def owned_to_rented_ratio(*, cloud_usd_per_hour, utilisation_ratio, horizon_years, price_decline_ratio=0.0,
                          discount_ratio=0.0, repeat_ratio=0.0, term_years=None, **owned):
    """Cost of one owned accelerator over the rent of the hours it works (`rented_usd`): below 1, owning is cheaper."""
    common = dict(horizon_years=horizon_years, price_decline_ratio=price_decline_ratio, discount_ratio=discount_ratio,
                  utilisation_ratio=utilisation_ratio)
    rent = rented_usd(cloud_usd_per_hour=cloud_usd_per_hour, repeat_ratio=repeat_ratio, term_years=term_years, **common)
    return owned_usd(**common, **owned) / rent


def break_even_surface(inputs: Mapping[str, Range], up: str, low: float, high: float, lowest_utilisation: float,
                       steps: int = STEPS) -> pd.DataFrame:
    """Owned over rented cost on a grid: columns utilisation up to 1, index `up` from low to high.

    `up` is "cloud_usd_per_hour", "life_years" or any other input; the rest stand at their central values.
    """
    across = np.linspace(lowest_utilisation, 1, steps)
    return surface(owned_to_rented_ratio, inputs, "utilisation_ratio", up, across, np.linspace(low, high, steps))


def yearly_saving_usd(*, cloud_usd_per_hour, horizon_years, price_decline_ratio=0.0, utilisation_ratio=1.0,
                      repeat_ratio=0.0, term_years=None, **owned):
    """Rent less running cost of one accelerator in an average year up to the horizon, undiscounted."""
    rent = rented_usd(cloud_usd_per_hour=cloud_usd_per_hour, horizon_years=horizon_years,
                      price_decline_ratio=price_decline_ratio, utilisation_ratio=utilisation_ratio,
                      repeat_ratio=repeat_ratio, term_years=term_years)
    running = {name: owned[name] for name in running_parts.__kwdefaults__ if name in owned}
    return rent / horizon_years - sum(running_parts(utilisation_ratio=utilisation_ratio, **running).values())


def outlay_usd(*, server_usd, network_storage_ratio=0.0, facility_usd_per_kw=0.0, power_kw=0.0, **_):
    """What is paid on the first day for one accelerator: server, network and storage, building."""
    return server_usd * (1 + network_storage_ratio) + facility_usd_per_kw * power_kw


def years_to_break_even(*, discount_ratio=0.0, **inputs):
    """Years until the rent saved has paid the outlay; keywords of `owned_to_rented_ratio`."""
    return payback_years(outlay_usd(**inputs), yearly_saving_usd(**inputs), discount_ratio)
