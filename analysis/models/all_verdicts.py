"""Everything behind the verdict grid, assembled once: any page that shows the grid shows the same rows."""

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from analysis.economics.budget_case import budget_case
from analysis.economics.budget_results import coverages, judged_coverages
from analysis.economics.margin import MarginOutlook, margin_outlook
from analysis.metrics.cost_centres import with_cost_centres
from analysis.metrics.industry import industry_tickers
from analysis.models.description import CostShift, cost_shift
from analysis.models.driver_result import Drivers, layoff_drivers
from analysis.models.drivers import Settings
from analysis.models.sample import estimation_rows
from analysis.models.timing import prepare
from analysis.models.timing_result import Timed
from analysis.models.trade_panel import trade_panel
from analysis.models.tradeoff_result import REPLICATIONS, TradeOff, trade_off
from analysis.models.verdict_rows import (
    cash_row,
    description_row,
    drivers_row,
    profit_row,
    reason_rows,
    stated_reasons,
    timing_row,
    trade_off_row,
    waves_row,
)
from analysis.models.verdicts import reading_verdicts, verdict_grid
from analysis.models.wave_result import WaveContrast, wave_contrast
from analysis.tables.guidance import load_guidance
from analysis.tables.layoffs import load_layoffs
from analysis.tables.panel import load_panel

LAST_QUARTER, WINDOW_DAYS = "2026Q2", 60
"""Last whole quarter of the timing question, and the days after a raise of guidance that count."""
PERMUTATIONS, BOOTSTRAP_DRAWS = 1_999, 999
"""Exchanges of whole paths, as on the pages of the trade-off and of the race; the bootstrap is not in the grid."""
SAMPLE, DEFINITION = "industry", "capex_over_lagged_revenue"


@dataclass(frozen=True)
class AllVerdicts:
    """The results behind the grid. `coverage`: frame of `coverages`; `judged`: of `judged_coverages`, both of one
    company; `reasons`: of `stated_reasons`."""

    ticker: str
    coverage: pd.DataFrame
    judged: pd.DataFrame
    margin: MarginOutlook
    shift: CostShift
    within: TradeOff
    race: Drivers
    timed: Timed
    waves: WaveContrast
    reasons: pd.DataFrame

    @cached_property
    def grid(self) -> pd.DataFrame:
        """Frame of `verdict_grid`, one row per question."""
        return verdict_grid([
            description_row(self.shift), cash_row(self.judged), profit_row(self.judged, self.margin),
            trade_off_row(self.within), drivers_row(self.race), timing_row(self.timed), waves_row(self.waves),
            *reason_rows(self.reasons)])

    @cached_property
    def readings(self) -> pd.DataFrame:
        """Frame of `reading_verdicts`, one row per reading and one for the premise."""
        return reading_verdicts(self.grid)


def all_verdicts(ticker: str = "META", *, sample: str = SAMPLE, definition: str = DEFINITION,
                 last_quarter: str = LAST_QUARTER, window_days: int = WINDOW_DAYS,
                 permutations: int = PERMUTATIONS, replications: int = REPLICATIONS) -> AllVerdicts:
    """Ask every question. `ticker`: whose budget; the rest as in trade_panel, Settings, prepare, Timed, trade_off and
    layoff_drivers.

    `replications`: made-up worlds per row of the power of the trade-off and of the race, as on their pages.
    No edition of a past day: most headcounts have no filed date. UnknownName for an unknown choice; AnalysisError
    where the company's spending does not rise, or fewer than twenty firms remain.
    """
    panel, events = load_panel("year"), load_layoffs()
    case = budget_case(ticker)
    trade = trade_panel(panel, sample=sample, definition=definition)
    unclipped = trade_panel(panel, sample=sample, definition=definition, winsor=None)
    return AllVerdicts(
        ticker=ticker, coverage=coverages(case), judged=judged_coverages(case), margin=margin_outlook(ticker),
        shift=cost_shift(with_cost_centres(panel), industry_tickers()),
        within=trade_off(trade, estimation_rows(trade)[0], permutations=permutations, bootstrap_draws=BOOTSTRAP_DRAWS,
                         replications=replications),
        race=layoff_drivers(panel, events, Settings(sample=sample, definition=definition), permutations,
                            replications),
        timed=Timed(prepare(load_guidance(), events, last_quarter), window_days),
        waves=wave_contrast(unclipped, panel, events), reasons=stated_reasons(events))


def verdict_grid_of(ticker: str = "META", **choices: object) -> pd.DataFrame:
    """The verdict grid of one company, as every page shows it: frame of `verdict_grid`; arguments of `all_verdicts`."""
    return all_verdicts(ticker, **choices).grid
