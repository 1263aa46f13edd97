"""The race as one result: blocks, waves, verdict and what the panel could have seen; and its tables for a reader."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from analysis.models.conventions import p_text
from analysis.models.drivers import READING, Settings, block_tests, difference, driver_panel, statistics, wave_table
from analysis.models.hazard import Hazard, hazard
from analysis.models.hazard_power import HazardWorld, hazard_power
from analysis.models.power import detectable
from analysis.models.race import Race, race
from analysis.models.sample import panel_documents
from analysis.numerals import fixed
from analysis.quantity import Quantity
from analysis.tables.companies import load_companies
from analysis.tables.decision_rules import judged, verdict

SHARED_SHOCK = 0.5
"""Log-odds spread of the shock that the made-up worlds let the hyperscalers share."""
ODDS_TRIED = (1.25, 1.5, 2.0, 2.5, 3.0)
"""Odds ratios per standard deviation at which power is simulated; the first is the smallest of interest."""
WORLDS, WORLD_DRAWS = 200, 199
"""Made-up worlds per row of the power table, and exchanges of paths in each; with fewer draws a p of a twentieth is
out of an equal-tailed test's reach."""


@dataclass(frozen=True)
class Drivers:
    """One race, whole: `rows` of `driver_panel`, the fit, `tests` of `block_tests` and `waves` of `wave_table`.

    `replications`: made-up worlds per row of `power`, which is simulated when first asked for.
    """

    rows: pd.DataFrame
    model: Hazard
    tests: pd.DataFrame
    waves: pd.DataFrame
    replications: int = WORLDS

    @cached_property
    def documents(self) -> tuple[str, ...]:
        """The documents of the accounts and events that the race rests on, once each."""
        return panel_documents(self.model.race.rows)

    @property
    def statistics(self) -> dict[str, float]:
        """Every number the rules of this reading name."""
        return statistics(self.model, self.tests, self.waves)

    @property
    def verdict(self) -> str:
        return verdict(READING, self.statistics)

    @property
    def conditions(self) -> pd.DataFrame:
        """Each condition of the rules, the value found and whether it holds."""
        return judged(READING, self.statistics)

    @cached_property
    def power(self) -> pd.DataFrame:
        """Size and power of the decisive test on the real blocks: see `power_table`."""
        return power_table(self.model.race, self.replications)

    @property
    def detectable(self) -> float:
        """The smallest odds ratio of capital pressure that the decisive test finds four times in five; NaN if none."""
        return seen_from(self.power)

    @property
    def capex_less_productivity(self) -> dict[str, float]:
        """The two log-odds set against each other: see `drivers.difference`."""
        return difference(self.model, "capex", "productivity")

    def row(self, term: str) -> pd.Series:
        """The tests of one block."""
        return self.tests.set_index("term").loc[term]

    def quantity(self, value: float, unit: str = "ratio") -> Quantity:
        """A number of this result, derived from the documents of its rows."""
        return Quantity(float(value), unit, "derived", self.documents)

    def odds(self, log_odds: float) -> Quantity:
        """A log-odds as a multiple of the odds."""
        return self.quantity(np.exp(log_odds))


def layoff_drivers(panel: pd.DataFrame, events: pd.DataFrame, settings: Settings | None = None,
                   permutations: int = 1999, replications: int = WORLDS) -> Drivers:
    """Build the panel, race the four blocks and test the waves. Arguments as in `driver_panel` and `Drivers`.

    AnalysisError ("cannot tell") when fewer than twenty firms hold every block.
    """
    rows = driver_panel(panel, events, settings)
    model = hazard(race(rows))
    return Drivers(rows, model, block_tests(model, permutations), wave_table(rows, permutations), replications)


def with_odds(table: pd.DataFrame) -> pd.DataFrame:
    """A table of log-odds with odds_ratio, odds_low_ratio and odds_high_ratio: multiples of the odds per deviation.

    Where the table has a permutation p, permutation holds it in words with its Monte Carlo error; where it has profile
    limits, profile holds them in words.
    """
    table = table.assign(odds_ratio=np.exp(table["estimate"]), odds_low_ratio=np.exp(table["low"]),
                         odds_high_ratio=np.exp(table["high"]))
    if "low_profile" in table:
        ends = zip(np.exp(table["low_profile"]), np.exp(table["high_profile"]), strict=True)
        table = table.assign(profile=[f"{fixed(low, 2)} to {fixed(high, 2)}" for low, high in ends])
    if "p_permutation" not in table:
        return table
    pairs = zip(table["p_permutation"], table["p_standard_error"], strict=True)
    return table.assign(permutation=[f"{p_text(p)} ± {p_text(error)}" for p, error in pairs])


def carried_by(model: Hazard, term: str = "capex", most: int = 8) -> pd.DataFrame:
    """The firms whose absence moves a block most, first the largest move: ticker, name, events, odds_ratio (without the
    firm) and move (log-odds with all firms less without it).
    """
    rows = model.race.rows
    tickers, place = np.sort(rows["ticker"].unique()), model.race.names.index(term)
    without = model.without[:, place]
    events = rows.groupby("ticker")["event"].sum().astype(int)
    names = load_companies().set_index("ticker")["name"]
    table = pd.DataFrame({"ticker": tickers, "name": names.loc[tickers].to_numpy(),
                          "events": events.loc[tickers].to_numpy(), "odds_ratio": np.exp(without),
                          "move": model.fit.coefficients[place] - without})
    return table.sort_values("move", key=abs, ascending=False, ignore_index=True).head(most)


def power_table(model: Race, replications: int, draws: int = WORLD_DRAWS) -> pd.DataFrame:
    """Size and power of the decisive test of the capital block on the real panel, world by world.

    `hazard_power` with label and odds_ratio: first two worlds without an association, then the odds of ODDS_TRIED.
    """
    worlds = {"nothing": HazardWorld(0.0), "a shock hyperscalers share": HazardWorld(0.0, shock_sd=SHARED_SHOCK),
              **{f"{odds:g} times the odds": HazardWorld(float(np.log(odds))) for odds in ODDS_TRIED}}
    table = hazard_power(model, "capex", list(worlds.values()), replications, draws)
    return table.assign(label=list(worlds), odds_ratio=np.exp(table["log_odds"]))


def seen_from(power: pd.DataFrame) -> float:
    """The smallest odds ratio seen four times in five, interpolated in a frame of `power_table`; NaN beyond it."""
    curve = power[power["shock_sd"] == 0].rename(columns={"log_odds": "theta", "rejection_ratio": "power_ratio"})
    return float(np.exp(detectable(curve)))
