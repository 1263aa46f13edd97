"""What is to be computed: tokens a day with their ups and downs, or accelerator-hours of training.

Years run along the last axis. The traffic of a profile has two levels, busy and quiet: it says how many
accelerators must be owned, and how many hours suffice when they are rented.
"""

import math
from dataclasses import dataclass

import numpy as np

from analysis.economics.bounds import within
from analysis.economics.ranges import Range, assumed, exactly
from analysis.economics.schedules import present_value
from analysis.economics.tco import DAYS_A_YEAR, HOURS_A_YEAR, MIDDLE, MILLION, years_within
from analysis.errors import require_known

SECONDS_A_DAY = 86_400
PROFILES = ("flat", "office_hours", "bursty")
ROUNDING = 1e-9
"""A need that exceeds a whole number by less than this is that number."""
LEAST_UTILISATION = 0.001
"""An accelerator that never works has no cost per hour of work."""


@dataclass(frozen=True)
class Load:
    """A workload by year: tokens out, accelerators at the peak, accelerator-hours if capacity follows the traffic.

    `part_of_year` is 1 for a whole year within the horizon; tokens and hours are of that part.
    """

    tokens: np.ndarray
    peak_count: np.ndarray
    hours: np.ndarray
    part_of_year: np.ndarray

    def present(self, name: str, discount_ratio):
        """Discounted sum of one of the yearly quantities: "tokens" or "hours"."""
        require_known("quantity", name, ("tokens", "hours"))
        return present_value(getattr(self, name), discount_ratio, MIDDLE)

    def utilisation(self, owned_count):
        """Hours of work over the hours of the accelerators owned, all years together."""
        return self.hours.sum(axis=-1) / (HOURS_A_YEAR * (owned_count * self.part_of_year).sum(axis=-1))


def levels(tokens_per_second, busy_hours_ratio, busy_tokens_ratio):
    """Tokens a second in busy and in quiet hours, from the average and the shares of hours and tokens that are busy."""
    busy = tokens_per_second * busy_tokens_ratio / busy_hours_ratio
    rest = 1 - np.asarray(busy_hours_ratio, float)
    quiet = tokens_per_second * (1 - busy_tokens_ratio) / np.where(rest > 0, rest, 1.0)
    return busy, quiet


def accelerators_needed(tokens_per_second, speed_tokens_per_second, group_count=1.0):
    """Whole groups of accelerators that serve the traffic; a group is what holds the model once."""
    groups = np.ceil(np.asarray(tokens_per_second / speed_tokens_per_second / group_count) - ROUNDING)
    return groups * group_count


def inference_load(*, tokens_per_day, horizon_years, benchmark_tokens_per_second, achieved_speed_ratio=1.0,
                   busy_hours_ratio=1.0, busy_tokens_ratio=1.0, group_count=1.0, workload_growth_ratio=0.0) -> Load:
    """The load of serving `tokens_per_day` output tokens in the first year, at a speed per accelerator.

    Misleads: input tokens are inside the measured speed, so the prompts must be as long as in the measurement.
    """
    within_year, growth = _growing(horizon_years, workload_growth_ratio)
    daily = _column(tokens_per_day) * growth
    speed = _column(benchmark_tokens_per_second * achieved_speed_ratio)
    hours_ratio, tokens_ratio, group = map(_column, (busy_hours_ratio, busy_tokens_ratio, group_count))
    counts = [accelerators_needed(rate, speed, group)
              for rate in levels(daily / SECONDS_A_DAY, hours_ratio, tokens_ratio)]
    hours = HOURS_A_YEAR * (hours_ratio * counts[0] + (1 - hours_ratio) * counts[1])
    return Load(daily * DAYS_A_YEAR * within_year, np.maximum(*counts), hours * within_year, within_year)


def training_load(*, accelerator_hours_per_year, accelerators_count, horizon_years, workload_growth_ratio=0.0) -> Load:
    """The load of training or fine-tuning: hours of work a year on so many accelerators at once; no tokens out."""
    within_year, growth = _growing(horizon_years, workload_growth_ratio)
    hours = _column(accelerator_hours_per_year) * growth
    fits = np.ceil(hours / HOURS_A_YEAR - ROUNDING)
    peak = np.maximum(_column(accelerators_count), fits)
    return Load(np.full(hours.shape, math.nan), np.broadcast_to(peak, hours.shape), hours * within_year, within_year)


def _growing(horizon_years, growth_ratio) -> tuple[np.ndarray, np.ndarray]:
    """The part of each year within the horizon, and the size of the workload in it against the first year."""
    part = years_within(horizon_years)
    return part, (1 + _column(growth_ratio)) ** np.arange(part.shape[-1])


def _column(value) -> np.ndarray:
    return np.asarray(value, dtype=float)[..., None]


def profile(name: str) -> dict[str, Range]:
    """`busy_hours_ratio` and `busy_tokens_ratio` of a profile; UnknownName when there is none such.

    Flat is flat by definition, the others are the reader's choice in the register.
    """
    require_known("profile", name, PROFILES)
    parts = ("busy_hours_ratio", "busy_tokens_ratio")
    if name == "flat":
        return {part: exactly(1.0, "flat traffic") for part in parts}
    return {part: assumed(f"{name.removesuffix('_hours')}_{part}") for part in parts}


def check_utilisation(utilisation_ratio: float) -> float:
    """The share of its hours an accelerator works, refused at 0 and above 1."""
    reason = ("without work there is nothing to compare" if utilisation_ratio < LEAST_UTILISATION else
              "an accelerator cannot work more hours than there are")
    return within("utilisation_ratio", utilisation_ratio, LEAST_UTILISATION, 1, reason)


def most_tokens_per_day(accelerators_count, speed_tokens_per_second):
    """Tokens a day that so many accelerators serve at most, in millions."""
    return accelerators_count * speed_tokens_per_second * SECONDS_A_DAY / MILLION
