"""What predicts layoffs: the race of the four blocks, put together and judged by the rules."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import AnalysisError, require_known
from analysis.metrics.industry import industry_tickers
from analysis.models.conventions import LEVEL
from analysis.models.driver_blocks import BLOCKS, CAPEX_BLOCKS, HIRING_HALF_LIFE_YEARS, firm_years, with_blocks
from analysis.models.equivalence import equivalence
from analysis.models.hazard import Hazard, hazard, hazard_table
from analysis.models.hazard_panel import (
    ESTIMATES,
    FIRST_HALF,
    LAST_HALF,
    PRIMARY_THRESHOLD,
    UNKNOWN_SIZE,
    event_of,
    risk_set,
    sized_events,
    with_outcomes,
)
from analysis.models.multiplicity import adjusted
from analysis.models.path_permutation import permuted
from analysis.models.race import Race, race
from analysis.models.trade_panel import PRIMARY
from analysis.models.wave_windows import HALVES
from analysis.tables.companies import HYPERSCALERS, load_companies

READING = "layoff_drivers"
"""The reading whose rules judge the race."""
SMALLEST_LOG_ODDS = float(np.log(1.25))
"""Smallest log-odds of interest per standard deviation: a quarter more or less of the odds."""
WAVES = HALVES
"""The two waves of layoffs, in half-years; the second ends with the complete list of events."""
SAMPLES: dict[str, tuple[str, ...]] = {
    "industry": (), "without_hyperscalers": HYPERSCALERS, "without_amazon": ("AMZN",), "without_oracle": ("ORCL",),
}
"""Samples by who is left out of the industry; "all" adds the companies outside it."""


@dataclass(frozen=True)
class Settings:
    """The choices of one race: definitions of event, capex pressure and sample. Errors for a choice that is not one."""

    sample: str = "industry"
    definition: str = PRIMARY
    capex_block: str = "both"
    threshold: float = PRIMARY_THRESHOLD
    unknown: str = "below"
    first_half: str = FIRST_HALF
    last_half: str = LAST_HALF
    half_life: float = HIRING_HALF_LIFE_YEARS
    estimates: str = "left_out"

    def __post_init__(self) -> None:
        require_known("sample", self.sample, [*SAMPLES, "all"])
        require_known("capex block", self.capex_block, CAPEX_BLOCKS)
        require_known("rule for cuts of unknown size", self.unknown, UNKNOWN_SIZE)
        require_known("rule for outside estimates", self.estimates, ESTIMATES)

    def tickers(self) -> list[str]:
        """The firms of the sample, sorted."""
        if self.sample == "all":
            return sorted(load_companies()["ticker"])
        return [ticker for ticker in industry_tickers() if ticker not in SAMPLES[self.sample]]


def driver_panel(panel: pd.DataFrame, events: pd.DataFrame, settings: Settings | None = None) -> pd.DataFrame:
    """Firm-half-years with outcomes, blocks, `event` and the windows first_wave, second_wave and other_time (0 or 1).

    `panel`: frame of load_panel("year"); `events`: frame of load_layoffs. Rows at risk stay although a block is
    missing; `race` drops them. Scales and peer medians are those of the whole industry.
    Documents of events stand in outcome_documents, of the accounts in documents.
    """
    chosen = settings or Settings()
    rows = risk_set(panel, chosen.tickers(), chosen.first_half, chosen.last_half)
    rows = with_outcomes(rows, sized_events(events, panel, chosen.estimates))
    years = firm_years(panel, sorted({*industry_tickers(), *chosen.tickers()}), chosen.definition)
    rows = with_blocks(rows, years, chosen.capex_block, chosen.half_life)
    waves = {f"{name}_wave": rows["half"].between(*span).astype(float) for name, span in WAVES.items()}
    rows = rows.assign(event=event_of(rows, chosen.threshold, chosen.unknown), **waves)
    return rows.assign(other_time=1 - rows["first_wave"] - rows["second_wave"])


def turned_by_estimates(rows: pd.DataFrame, counted: pd.DataFrame) -> pd.DataFrame:
    """The firm-half-years whose event turns when outside estimates count: ticker, half, event (without them).

    Both are frames of `driver_panel` that differ in `Settings.estimates` alone. Rows that lack a block are left out:
    they are in no race.
    """
    beside = rows.dropna(subset=["event", *BLOCKS]).merge(
        counted[["ticker", "half", "event"]], on=["ticker", "half"], suffixes=("", "_counted"))
    return beside.loc[beside["event"] != beside["event_counted"], ["ticker", "half", "event"]].reset_index(drop=True)


def block_tests(model: Hazard, draws: int) -> pd.DataFrame:
    """The table of `hazard_table` with p_permutation and its p_standard_error, firms_moved, p_decisive (the larger of
    that and CRV3's), p_holm over the blocks, p_equivalence and is_equivalent.

    Equivalence: two one-sided tests of the log-odds against +/- SMALLEST_LOG_ODDS, CRV3 and t with G-1 degrees.
    """
    table, rows = hazard_table(model), []
    for _, row in table.iterrows():
        test = permuted(model.race, row["term"], draws)
        same = equivalence(row["estimate"], row["standard_error"], row["firms"] - 1, -SMALLEST_LOG_ODDS,
                           SMALLEST_LOG_ODDS)
        rows.append({"p_permutation": test.p_value, "p_standard_error": test.p_standard_error, "draws": test.draws,
                     "firms_moved": test.firms_moved, "p_decisive": max(test.p_value, row["p_value"]),
                     "p_equivalence": same.p_value, "is_equivalent": same.p_value < LEVEL})
    tested = pd.concat([table, pd.DataFrame(rows)], axis=1)
    return tested.assign(p_holm=adjusted(tested["p_decisive"], "holm"))


def difference(model: Hazard, first: str, second: str) -> dict[str, float]:
    """Coefficient of `first` less that of `second`: estimate, standard_error, low, high (95%, CRV3), p_value."""
    weights = {first: 1.0, second: -1.0}
    low, high = model.interval(weights)
    return {"estimate": model.estimate(weights), "standard_error": model.standard_error(weights), "low": low,
            "high": high, "p_value": model.p_value(weights)}


WINDOWS = ["first_wave", "second_wave", "other_time"]


def wave_race(rows: pd.DataFrame, term: str = "capex", others: list[str] | None = None) -> Race:
    """The race with `term` split by window: <term>_first_wave, <term>_second_wave, <term>_other_time.

    `rows`: frame of `driver_panel`; `others` are the other blocks, all three unless given.
    """
    split = rows.assign(**{f"{term}_{window}": rows[term] * rows[window] for window in WINDOWS})
    rest = [name for name in BLOCKS if name != term] if others is None else others
    return race(split, [f"{term}_{window}" for window in WINDOWS] + rest)


def wave_table(rows: pd.DataFrame, draws: int, term: str = "capex", others: list[str] | None = None) -> pd.DataFrame:
    """The association of a block with events in each wave, and the second less the first: the specificity test.

    Rows first_wave, second_wave and difference: estimate, standard_error, low, high (95%, CRV3), p_value (CRV3),
    p_permutation, p_standard_error, events and firms of the window. AnalysisError when a wave holds too few firms.
    Misleads: two waves are two events that every firm shares; the half-year effects take out only what is common.
    """
    model = hazard(wave_race(rows, term, others))
    rest = [name for name in BLOCKS if name != term] if others is None else others
    whole, table = race(rows, [term, *rest]), []
    weights = {"first_wave": [1.0, 0.0, 0.0], "second_wave": [0.0, 1.0, 0.0], "difference": [-1.0, 1.0, 0.0]}
    for window, weight in weights.items():
        chosen = {f"{term}_{name}": value for name, value in zip(WINDOWS, weight, strict=True) if value}
        low, high = model.interval(chosen)
        test = permuted(whole, term, draws, WINDOWS, weight)
        inside = whole.rows if window == "difference" else whole.rows[whole.rows[window] == 1]
        table.append({"term": window, "estimate": model.estimate(chosen),
                      "standard_error": model.standard_error(chosen), "low": low, "high": high,
                      "p_value": model.p_value(chosen), "p_permutation": test.p_value,
                      "p_standard_error": test.p_standard_error, "firms": inside["ticker"].nunique(),
                      "periods": inside["half"].nunique(), "n": len(inside), "events": int(inside["event"].sum()),
                      "specification": "Firth logit, split by wave"})
    return pd.DataFrame(table)


def statistics(model: Hazard, tests: pd.DataFrame, waves: pd.DataFrame) -> dict[str, float]:
    """The numbers that the rules of READING ask for, by name. Blocks that were not raced give NaN."""
    by_term, wave = tests.set_index("term"), waves.set_index("term")
    if "capex" not in by_term.index:
        raise AnalysisError("the race holds no block named capex: its rules cannot be applied")
    capex, has_rival = by_term.loc["capex"], "productivity" in by_term.index
    ahead = difference(model, "capex", "productivity") if has_rival else {"low": np.nan, "high": np.nan}
    rival_is_null = bool(by_term.loc["productivity", "is_equivalent"]) if has_rival else False
    return {"capex_log_odds": capex["estimate"], "capex_p_holm": capex["p_holm"],
            "capex_marginal_effect": capex["marginal_effect"],
            "productivity_null_or_smaller": float(rival_is_null or ahead["low"] > 0),
            "second_less_first_wave": wave.loc["difference", "estimate"],
            "capex_null_or_smaller": float(bool(capex["is_equivalent"]) or ahead["high"] < 0)}
