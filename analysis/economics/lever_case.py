"""One company's inputs for the levers: facts where they exist, else the register, else the reason."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from analysis.economics.budget_case import Case, budget_case
from analysis.economics.draws import draw
from analysis.economics.fleet_inputs import implied, published
from analysis.economics.gains import DENSE, SPARSE, architecture_pairs, gain_of, precision_pairs, reserved_pairs
from analysis.economics.lever_models import published_early_effect
from analysis.economics.ranges import Range, assumed, between, exactly, span
from analysis.economics.renting import rental_price
from analysis.errors import AnalysisError, require_known
from analysis.metrics.cost_centres import BOUNDS, with_cost_centres
from analysis.numerals import date_text
from analysis.quantity import Quantity
from analysis.tables.cells import quantity_in
from analysis.tables.companies import HYPERSCALERS, company_name
from analysis.tables.compute import cost_figure
from analysis.tables.panel import load_panel

REGISTER = ("added_life_years", "added_utilisation_ratio", "ai_share_of_capital_ratio",
            "deferral_rate_ratio", "inference_share_ratio", "lowered_pue_ratio", "owned_hours_used_ratio",
            "quantised_share_ratio", "rearchitected_share_ratio", "rented_usd_per_year", "slip_years",
            "utilisation_ratio")
PUE_FIGURES = {"META": "pue_meta_average", "GOOGL": "pue_google_fleet_average", "AMZN": "pue_aws_global_average_2023",
               "MSFT": "pue_microsoft_newest_1_12_global_average_1_18", "ORCL": "pue_oracle_claimed_as_low_as"}
META_DEPRECIATION = {"servers": "meta_depreciation_on_servers_and_network_assets_2025",
                     "all": "meta_depreciation_on_property_and_equipment_2025"}
RENTED_CHIP = "b200_sxm"
"""The accelerator whose owned cost and on-demand price are compared: the newest that many offer by the hour."""
COMMITMENTS = ("reserved_1y", "reserved_3y")


@dataclass(frozen=True)
class LeverCase:
    """A company's inputs by name, and for each input that is missing the reason."""

    ticker: str
    name: str
    budget: Case
    inputs: dict[str, Range]
    missing: dict[str, str]

    @property
    def central(self) -> dict[str, float]:
        """Every known input at its central value."""
        return {name: one.value for name, one in self.inputs.items()}

    @cached_property
    def drawn(self) -> dict[str, np.ndarray]:
        """The draws of every input, the same for every lever of the case."""
        return draw(self.inputs)

    def why_not(self, names: tuple[str, ...]) -> str:
        """Why a model with these inputs cannot be computed; empty when it can."""
        return next((self.missing[name] for name in names if name in self.missing), "")


def shared_inputs() -> dict[str, Range]:
    """The inputs that are the same for every company: register, measurements, prices, published figures.

    None of them has a vintage: they serve every edition.
    """
    return {name: assumed(name) for name in REGISTER} | measured() | prices() | {
        "electricity_per_equipment_ratio": electricity_per_equipment(), "early_effect_ratio": early_effect()}


def lever_case(ticker: str, as_of: str = "latest", which_cuts: str = "all",
               shared: dict[str, Range] | None = None) -> LeverCase:
    """Assemble one hyperscaler's case. `shared`: `shared_inputs`, to spare computing them again.

    Errors: as in `budget_case`, and UnknownName for another company, because the register's shares of AI in
    spending are of companies that build data centres at scale.
    """
    require_known("hyperscaler", ticker, HYPERSCALERS)
    case = budget_case(ticker, as_of, which_cuts)
    inputs = case.inputs | (shared or shared_inputs())
    inputs["server_share_of_depreciation_ratio"] = server_share(ticker)
    missing = _missing_cuts(case)
    charge = newest_depreciation(ticker, as_of)
    if isinstance(charge, str):
        missing["depreciation_usd"] = charge
    else:
        inputs["depreciation_usd"] = charge
    inputs["pue_ratio"] = _ratio_figure(PUE_FIGURES[ticker], "PUE")
    known = {name: one for name, one in inputs.items() if name not in missing}
    return LeverCase(ticker, case.name, case, known, missing)


def hyperscaler_cases(as_of: str = "latest", shared: dict[str, Range] | None = None) -> tuple[list[LeverCase], dict]:
    """The cases of all hyperscalers that the edition can assemble, and for each other the reason, by name."""
    cases, left_out = [], {}
    for ticker in HYPERSCALERS:
        try:
            cases.append(lever_case(ticker, as_of, shared=shared))
        except AnalysisError as error:
            left_out[company_name(ticker)] = str(error)
    return cases, left_out


def _missing_cuts(case: Case) -> dict[str, str]:
    """Without a count of cuts or openings in the year the lever has no size of its own."""
    reasons = {}
    if not case.cuts.is_known:
        reasons["cuts_persons"] = f"No count of cuts for {case.step.year_label} in the data"
    if case.inputs["openings_count"].value == 0:
        reasons["openings_count"] = f"No cancelled openings for {case.step.year_label} in the data"
    return reasons


def newest_depreciation(ticker: str, as_of: str) -> Range | str:
    """Depreciation of property of the newest full year with capital spending, or why it is missing."""
    years = load_panel("year", [ticker], as_of)
    row = years[years["capex_usd"].notna()].sort_values("period_end").iloc[-1]
    if pd.isna(row["depreciation_usd"]):
        return f"Depreciation of property for the year to {date_text(row['period_end'])} is not in the data"
    return exactly(quantity_in(row, "depreciation_usd"), "depreciation of the last year")


def stock_share(ticker: str, as_of: str = "latest") -> tuple[Quantity, Quantity] | None:
    """Stock pay over the high and the low bound of people cost in the newest year that has all three: ratios.

    No cash leaves for this part of a role's cost. None when no year has all three.
    """
    centres = with_cost_centres(load_panel("year", [ticker], as_of))
    rows = centres[centres[[*BOUNDS, STOCK]].notna().all(axis=1)].sort_values("period_end")
    if rows.empty:
        return None
    low, high, stock = (quantity_in(rows.iloc[-1], column) for column in (*BOUNDS, STOCK))
    return stock / high, stock / low


STOCK = "share_based_compensation_usd"


def server_share(ticker: str) -> Range:
    """Servers and network gear in the depreciation of property: Meta reports it, for others the register's range."""
    if ticker != "META":
        return assumed("server_share_of_depreciation_ratio")
    servers, whole = (cost_figure(META_DEPRECIATION[part])[0] for part in ("servers", "all"))
    return exactly(servers / whole, "servers in depreciation")


def electricity_per_equipment() -> Range:
    """Yearly electricity per dollar of equipment at Epoch AI's stylised site: ratio."""
    parts = {"energy": published("epoch_energy", "energy"), "capital": published("epoch_gw", "capital"),
             "share": assumed("epoch_it_share_ratio")}
    return span(lambda energy, capital, share: energy / (capital * share), parts, "ratio",
                "electricity per dollar of equipment")


def early_effect() -> Range:
    """Early over long-run effect of a longer life: one in the long run, at the most what Meta's change of 2025 had."""
    parts = {name: _usd_or_years(figure_id) for name, figure_id in META_LIFE_CHANGE.items()}
    once = span(published_early_effect, parts, "ratio", "early effect of a longer life")
    return between(Quantity(1.0, "ratio", once.basis, once.documents), once.at(), once.label)


META_LIFE_CHANGE = {"cut_usd": "meta_cut_in_2025_depreciation_from_the_5_5_year_change",
                    "charge_after_usd": META_DEPRECIATION["servers"],
                    "life_before_years": "server_useful_life_meta_from_2022_q4",
                    "life_after_years": "server_useful_life_meta_from_2025_01_01_most_servers_and"}


def _usd_or_years(figure_id: str) -> Range:
    figure = cost_figure(figure_id)[0]
    return exactly(Quantity(figure.value, figure.unit.lower(), figure.basis, figure.documents), figure_id)


def measured() -> dict[str, Range]:
    """Gains in speed on the same accelerator from matched pairs of measurements: ratios."""
    return {"fp4_gain_ratio": gain_of(precision_pairs("fp8", "fp4"), "speed of FP4 over FP8"),
            "fp8_gain_ratio": gain_of(precision_pairs("bf16", "fp8"), "speed of FP8 over BF16"),
            "sparse_gain_ratio": gain_of(architecture_pairs(DENSE, SPARSE, "fp4", "fp4"),
                                         "speed of fewer active parameters over a dense model")}


def prices() -> dict[str, Range]:
    """Reserved over on-demand prices of the same offers, and of one chip the on-demand price and the cost of owning."""
    pairs = pd.concat([reserved_pairs(one) for one in COMMITMENTS], ignore_index=True)
    return {"reserved_price_ratio": gain_of(pairs, "reserved over on-demand price"),
            "owned_usd_per_hour": implied("owned_cost_per_gpu_hour", RENTED_CHIP, "usd_per_hour",
                                          "annualised cost of an owned accelerator-hour"),
            "on_demand_usd_per_hour": rental_price(RENTED_CHIP, "on_demand")}


def _ratio_figure(figure_id: str, label: str) -> Range:
    low, high = (Quantity(end.value, "ratio", end.basis, end.documents) for end in cost_figure(figure_id))
    return between(low, high, label)
