"""The four blocks of the layoff race, each dated before the half-year it is set against.

Every component comes from fiscal years that closed before the half-year began. It is centred and scaled by its
firm-years up to 2019, before the spending and the waves that the race is about. What the data cannot carry is
named in ABSENT and counted in `coverage`; nothing stands in for it.
"""

import numpy as np
import pandas as pd

from analysis.metrics.registry import ratio
from analysis.models.conventions import LEAST_FIRMS, LEAST_FIRMS_A_CELL
from analysis.models.hazard_panel import COMPLETE_UNTIL
from analysis.models.trade_panel import REPEATS, capital_intensity, shifted, winsorised
from analysis.tables.companies import load_companies
from analysis.tables.facts import is_break

SCALED_UNTIL = 2019
HIRING_BASE, HIRING_END = 2019, 2022
"""Over-hiring is measured from the first of these years, and no later than to the second."""
HIRING_HALF_LIFE_YEARS = 2.0
"""Over-hiring counts half as much for every two years that pass after its first; a convention, not an estimate."""
BLOCKS = {"capex": "capital pressure", "productivity": "productivity", "hiring": "over-hiring", "demand": "demand"}
COMPONENTS = {
    "capex_step": ("capex", "change of capital expenditure over last year's revenue"),
    "cash_flow_squeeze": ("capex", "fall of free cash flow over revenue"),
    "productivity_growth": ("productivity", "two-year log growth of revenue per employee, less the peers' median"),
    "excess_hiring": ("hiring", "log growth of staff less that of revenue since 2019, up to 2022 and decaying"),
    "growth_change": ("demand", "log growth of revenue less that of the year before"),
}
"""Component: its block and its definition. A block is the mean of its components."""
CAPEX_BLOCKS = {"both": ["capex_step", "cash_flow_squeeze"], "step": ["capex_step"], "squeeze": ["cash_flow_squeeze"]}
"""What capex pressure may be made of; free cash flow also falls when operations bring in less."""
ABSENT = {
    "depreciation step": ("capex", "depreciation_usd"),
    "capital guidance raised": ("capex", "guidance"),
    "exposure of tasks to AI": ("productivity", None),
    "revenue surprise against forecasts": ("demand", None),
    "six-month stock return": ("demand", None),
}
"""Components that methods ask for: block, and the input there is some of (None: the data hold none)."""
CONTROLS = {"log_revenue": "size, log of revenue", "margin": "operating margin"}


def firm_years(panel: pd.DataFrame, tickers: list[str], definition: str) -> pd.DataFrame:
    """Components and controls per firm and fiscal year, in their own units, with documents; missing values kept.

    `panel`: frame of load_panel("year"); `definition`: one of trade_panel.DEFINITIONS. Growth is not computed across
    a break of headcount. UnknownName for a definition that does not exist.
    """
    rows = panel[panel["ticker"].isin(tickers)].sort_values(["ticker", "period_end"])
    rows = rows.drop_duplicates(["ticker", "calendar_year"], keep="last").reset_index(drop=True)
    rows = rows.assign(log_revenue=_log(rows["revenue_usd"]), intensity=capital_intensity(rows, definition),
                       free=ratio(rows["operating_cash_flow_usd"] - rows["capex_usd"], rows["revenue_usd"]))
    rows["growth"] = rows["log_revenue"] - shifted(rows, "log_revenue", 1)
    return rows[["ticker", "calendar_year", "period_end", "log_revenue"]].assign(
        capex_step=rows["intensity"] - shifted(rows, "intensity", 1),
        cash_flow_squeeze=shifted(rows, "free", 1) - rows["free"],
        productivity_growth=_against_peers(rows, _productivity_growth(rows, 2)),
        excess_hiring=_excess_hiring(rows), hiring_before=-_productivity_growth(rows, HIRING_END - HIRING_BASE),
        growth_change=rows["growth"] - shifted(rows, "growth", 1),
        margin=ratio(rows["operating_income_usd"], rows["revenue_usd"]), documents=_documents(rows))


def _log(values: pd.Series) -> pd.Series:
    return np.log(values.where(values > 0))


def _documents(rows: pd.DataFrame) -> pd.Series:
    names = ("revenue_usd", "capex_usd", "operating_cash_flow_usd", "operating_income_usd", "headcount_persons")
    ids = rows[f"{names[0]}_documents"].fillna("")
    for name in names[1:]:
        ids = ids + " " + rows[f"{name}_documents"].fillna("")
    return ids.map(lambda text: " ".join(dict.fromkeys(text.split())))


def _productivity_growth(rows: pd.DataFrame, years: int) -> pd.Series:
    """Log growth of revenue per employee over some years; missing across a break and where either headcount repeats.

    A headcount that repeats the year before may be a list not updated.
    """
    doubt = rows["headcount_persons_doubt"]
    heads = rows["headcount_persons"].mask(doubt.fillna("").str.contains(REPEATS, regex=False))
    rows = rows.assign(level=rows["log_revenue"] - _log(heads), broken=is_break(doubt).astype(float))
    broken = sum(shifted(rows, "broken", lag).fillna(0.0) for lag in range(years))
    return (rows["level"] - shifted(rows, "level", years)).mask(broken > 0)


def _against_peers(rows: pd.DataFrame, growth: pd.Series) -> pd.Series:
    """Growth less the median of the peer group in that year; of all firms where the group has too few."""
    group = rows["ticker"].map(load_companies().set_index("ticker")["peer_group"])
    own = growth.groupby([group, rows["calendar_year"]])
    every = growth.groupby(rows["calendar_year"])
    peers = own.transform("median").where(own.transform("count") >= LEAST_FIRMS_A_CELL, every.transform("median"))
    return growth - peers


def _excess_hiring(rows: pd.DataFrame) -> pd.Series:
    """Log growth of staff less that of revenue from HIRING_BASE to each year up to HIRING_END; none at the base."""
    known = rows["log_revenue"].notna() & rows["headcount_persons"].notna()
    excess = pd.Series(np.nan, index=rows.index).mask(known & (rows["calendar_year"] <= HIRING_BASE), 0.0)
    for year in range(HIRING_BASE + 1, HIRING_END + 1):
        excess = excess.mask(rows["calendar_year"] == year, -_productivity_growth(rows, year - HIRING_BASE))
    return excess


def scales(years: pd.DataFrame) -> pd.DataFrame:
    """Mean and standard deviation of each component over the firm-years up to SCALED_UNTIL: component, firms, mean, sd.

    `years`: frame of `firm_years`, winsorised. Over-hiring starts from none, so its mean is nought, and its scale is
    that of growth over three years by then. Missing where fewer than LEAST_FIRMS firms are known by then.
    """
    early, rows = years[years["calendar_year"] <= SCALED_UNTIL], []
    for name in COMPONENTS:
        known = early.dropna(subset="hiring_before" if name == "excess_hiring" else name)
        values = known["hiring_before"] if name == "excess_hiring" else known[name]
        centre = 0.0 if name == "excess_hiring" else values.mean()
        enough = known["ticker"].nunique() >= LEAST_FIRMS
        rows.append({"component": name, "firms": known["ticker"].nunique(), "firm_years": len(known),
                     "mean": centre if enough else np.nan, "sd": values.std() if enough else np.nan})
    return pd.DataFrame(rows)


def with_blocks(rows: pd.DataFrame, years: pd.DataFrame, capex_block: str = "both",
                half_life: float = HIRING_HALF_LIFE_YEARS) -> pd.DataFrame:
    """The risk set with components and blocks in standard deviations of the years up to 2019, and the controls.

    `rows`: frame of `risk_set`; `years`: frame of `firm_years`. Components of staff may rest on the fiscal year before
    the newest one, since fewer firms tell their headcount each year. Misleads: over-hiring up to 2022 and
    productivity growth are two faces of one ratio then, so they cannot be told apart in the first wave.
    """
    years = years.assign(**{name: winsorised(years, name) for name in [*COMPONENTS, "hiring_before", "margin"]})
    units = scales(years).set_index("component")
    scaled = years.assign(**{name: (years[name] - units.loc[name, "mean"]) / units.loc[name, "sd"]
                             for name in COMPONENTS})
    of_the_year = ["capex_step", "cash_flow_squeeze", "growth_change", "log_revenue", "margin", "documents"]
    joined = rows.merge(scaled[["ticker", "calendar_year", *of_the_year]], on=["ticker", "calendar_year"], how="left")
    joined["productivity_growth"] = _newest(joined, scaled, "productivity_growth", joined["calendar_year"])["value"]
    hiring = _newest(joined, scaled, "excess_hiring", joined["calendar_year"].clip(upper=HIRING_END))
    joined["excess_hiring"] = hiring["value"] * 0.5 ** ((hiring["age_years"] - 1).clip(lower=0) / half_life)
    return joined.assign(capex=joined[CAPEX_BLOCKS[capex_block]].mean(axis=1, skipna=False),
                         productivity=joined["productivity_growth"], hiring=joined["excess_hiring"],
                         demand=joined["growth_change"])


def _newest(rows: pd.DataFrame, years: pd.DataFrame, name: str, wanted: pd.Series) -> pd.DataFrame:
    """Per row of the risk set, a component of the fiscal year wanted or of the one before: value and age in years."""
    found = pd.DataFrame({"value": np.nan, "age_years": np.nan}, index=rows.index)
    known = years.loc[years[name].notna(), ["ticker", "calendar_year", "period_end", name]]
    for lag in (1, 0):
        keys = pd.DataFrame({"ticker": rows["ticker"], "calendar_year": wanted - lag})
        there = keys.merge(known, on=["ticker", "calendar_year"], how="left").set_axis(rows.index)
        age = (rows["half_start"] - there["period_end"]).dt.days / 365.25
        new = pd.DataFrame({"value": there[name], "age_years": age})
        found = new.where(there[name].notna(), found)
    return found


def coverage(years: pd.DataFrame, panel: pd.DataFrame, guidance: pd.DataFrame) -> pd.DataFrame:
    """What each component can stand on: component, block, firms_count (known after 2019), used (True or False) and
    standing ("used", "too few firms" or "not in the data").
    """
    after = years[years["calendar_year"] > SCALED_UNTIL]
    known = {name: after.loc[after[name].notna(), "ticker"].nunique() for name in COMPONENTS}
    rows = [{"component": words, "block": BLOCKS[block], "firms_count": known[name], "used": True,
             "standing": "used"} for name, (block, words) in COMPONENTS.items()]
    mine = panel[panel["ticker"].isin(years["ticker"]) & (panel["calendar_year"] > SCALED_UNTIL)]
    found = {"depreciation_usd": mine.loc[mine["depreciation_usd"].notna(), "ticker"].nunique(),
             "guidance": guidance.loc[guidance["given_date"] <= COMPLETE_UNTIL, "ticker"].nunique(), None: 0}
    for words, (block, source) in ABSENT.items():
        rows.append({"component": words, "block": BLOCKS[block], "firms_count": found[source], "used": False,
                     "standing": "not in the data" if source is None else "too few firms"})
    return pd.DataFrame(rows)
