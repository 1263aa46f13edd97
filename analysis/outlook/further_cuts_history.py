"""Which yardstick a company has in fact held, year by year: margin, operating income, free cash flow, compute share."""

import pandas as pd

from analysis.economics.ranges import assumed
from analysis.metrics.registry import ratio, with_provenance
from analysis.outlook.further_cuts import YARDSTICKS
from analysis.quantity import Quantity
from analysis.tables.cells import joined, quantity_in
from analysis.tables.decision_rules import CANNOT_TELL

SHORT = {"margin": "margin", "income": "income", "free_cash": "free cash", "share": "compute share"}
LABELS = {one.yardstick: one.label for one in YARDSTICKS}
SHARES = ("compute_share_low_ratio", "compute_share_high_ratio")
FLOWS = ("revenue_usd", "operating_income_usd", "operating_cash_flow_usd", "capex_usd")
MARGINS = {"operating_margin_ratio": "operating_income_usd", "free_cash_margin_ratio": "free_cash_flow_usd"}
WEEK_DAYS = 7


def yardstick_history(panel: pd.DataFrame, ticker: str, first_year: int,
                      capex_column: str = "capex_usd") -> pd.DataFrame:
    """One row per year of one company, oldest first: the yardsticks, and whether each held.

    `panel`: frame of `with_cost_centres`; `capex_column` names the definition of capital expenditure, and years without
    it take purchases of property and equipment. Columns:
    period_end, calendar_year, operating_margin_ratio, operating_income_usd, free_cash_flow_usd,
    free_cash_margin_ratio, compute_share_low_ratio, compute_share_high_ratio (basis and documents beside each), and
    margin_held, income_held, free_cash_held, share_held: True, False, or missing where a year or the one before is not
    known. Held: not worse than the year before by more than the register's slack (of the ratio, or of revenue for
    dollars). The compute share is held when neither bound rises by more than the slack.
    """
    rows = panel[panel["ticker"] == ticker].sort_values("period_end", ignore_index=True)
    spent = rows[capex_column].fillna(rows["capex_usd"])
    free = rows["operating_cash_flow_usd"] - spent
    rows = with_provenance(rows, "free_cash_flow_usd", free, ("operating_cash_flow_usd", "capex_usd"))
    for name, over in MARGINS.items():
        rows = with_provenance(rows, name, ratio(rows[over], rows["revenue_usd"]), (over, "revenue_usd"))
    rows = _with_held(rows)
    shown = ["operating_margin_ratio", "operating_income_usd", "free_cash_flow_usd", "free_cash_margin_ratio", *SHARES]
    columns = ["period_end", "calendar_year", *(f"{name}_held" for name in LABELS),
               *(f"{name}{part}" for name in shown for part in ("", "_basis", "_documents"))]
    rows = rows[(rows["calendar_year"] >= first_year) & rows["operating_margin_ratio"].notna()]
    return rows[columns].reset_index(drop=True)


def _with_held(rows: pd.DataFrame) -> pd.DataFrame:
    slack = assumed("yardstick_tolerance_ratio").value
    before = rows.shift(1).where(rows["calendar_year"].diff() == 1)
    worse = {
        "margin": before["operating_margin_ratio"] - rows["operating_margin_ratio"],
        "income": (before["operating_income_usd"] - rows["operating_income_usd"]) / rows["revenue_usd"],
        "free_cash": (before["free_cash_flow_usd"] - rows["free_cash_flow_usd"]) / rows["revenue_usd"],
        "share": pd.concat([rows[one] - before[one] for one in SHARES], axis=1).max(axis=1, skipna=False),
    }
    for name, fall in worse.items():
        fall = fall.astype(float)
        rows[f"{name}_held"] = (fall <= slack).astype(object).where(fall.notna())
    return rows


def held_counts(history: pd.DataFrame) -> pd.DataFrame:
    """Per yardstick how often it was held: yardstick, label, held_count, years_count, held_ratio, last_held, documents.

    last_held ("yes" or "no") is of the last year known. held_ratio is missing where no two years are known. Sorted by
    the share of years held, most first.
    """
    sources = {"margin": "operating_margin_ratio", "income": "operating_income_usd",
               "free_cash": "free_cash_flow_usd", "share": SHARES[1]}
    rows = []
    for name, label in LABELS.items():
        known = history[history[f"{name}_held"].notna()]
        held, years = int(known[f"{name}_held"].astype(bool).sum()), len(known)
        rows.append({"yardstick": name, "label": label, "held_count": held, "years_count": years,
                     "held_ratio": held / years if years else float("nan"),
                     "last_held": {True: "yes", False: "no"}[bool(known[f"{name}_held"].iloc[-1])] if years else None,
                     "held_ratio_basis": "derived" if years else "unresolved",
                     "held_ratio_documents": joined(known[f"{sources[name]}_documents"])})
    return pd.DataFrame(rows).sort_values("held_ratio", ascending=False, kind="stable", ignore_index=True)


def most_held(counts: pd.DataFrame) -> pd.DataFrame:
    """The rows of `held_counts` with the highest share of years held; several when they tie, none when unknown."""
    return counts[counts["held_ratio"] == counts["held_ratio"].max()]


def held_words(counts: pd.DataFrame) -> str:
    """Which yardsticks were held most often, for a table cell: "margin, income (9 of 10)"."""
    best = most_held(counts)
    if best.empty:
        return CANNOT_TELL
    names = [SHORT[name] for name in best["yardstick"]]
    return f"{', '.join(names)} ({best['held_count'].iloc[0]} of {best['years_count'].iloc[0]})"


def margins_long(history: pd.DataFrame) -> pd.DataFrame:
    """The two margins under each other for a figure: calendar_year, shade ("blue": operating margin; "orange": free
    cash flow over revenue), margin_ratio with basis and documents.
    """
    parts = [history[["calendar_year"]].assign(shade=shade, **{
        f"margin_ratio{part}": history[f"{name}{part}"] for part in ("", "_basis", "_documents")})
        for shade, name in zip(("blue", "orange"), MARGINS, strict=True)]
    return pd.concat(parts, ignore_index=True)


def year_so_far(quarters: pd.DataFrame, ticker: str, base_end: pd.Timestamp) -> dict[str, tuple[Quantity, Quantity]]:
    """The quarters known since the last full year against the same quarters of the year before: name: (before, now).

    Names: revenue_usd, operating_income_usd, operating_cash_flow_usd, capex_usd, operating_margin_ratio and
    free_cash_flow_usd; only those known for all of the quarters in both years. Empty when no quarter has followed.
    """
    mine = quarters[quarters["ticker"] == ticker].sort_values("period_end")
    now = mine[(mine["period_end"] > base_end) & mine["revenue_usd"].notna()]
    found = {}
    for name in FLOWS:
        pair = [_summed(mine, list(now["period_end"] - pd.DateOffset(years=back)), name) for back in (1, 0)]
        if len(now) and not any(one is None for one in pair):
            found[name] = (pair[0], pair[1])
    if {"revenue_usd", "operating_income_usd"} <= set(found):
        found["operating_margin_ratio"] = tuple(income / revenue for income, revenue in zip(
            found["operating_income_usd"], found["revenue_usd"], strict=True))
    if {"operating_cash_flow_usd", "capex_usd"} <= set(found):
        found["free_cash_flow_usd"] = tuple(cash - spent for cash, spent in zip(
            found["operating_cash_flow_usd"], found["capex_usd"], strict=True))
    return found


def _summed(rows: pd.DataFrame, ends: list[pd.Timestamp], name: str) -> Quantity | None:
    """The sum over quarters that end within a week of `ends`; None when one of them lacks the number."""
    cells = []
    for end in ends:
        near = rows[(rows["period_end"] - end).dt.days.abs() <= WEEK_DAYS]
        if near.empty or near[name].isna().all():
            return None
        row = near.iloc[-1]
        cells.append(quantity_in(row, name))
    result = cells[0] if cells else None
    for one in cells[1:]:
        result = result + one
    return result
