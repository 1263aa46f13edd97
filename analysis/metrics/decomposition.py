"""Why the capital intensity of many firms together changed between two years.

Total capital expenditure over total revenue is the revenue-weighted mean of the firms' own ratios. Its
change falls apart, exactly, into four parts:
within: a firm's ratio moved, at its mean share of revenue;
between: a firm's share of revenue moved, at the distance of its mean ratio from the level of all;
entry, exit: a firm has data in one of the two years only.
Shares and ratios are means of the two years, so there is no cross term and swapping the years only turns
the signs. It is arithmetic: it says where the change sits, not what caused it.
"""

import pandas as pd

from analysis.errors import AnalysisError
from analysis.metrics.industry import as_columns
from analysis.metrics.registry import with_provenance
from analysis.quantity import Quantity
from analysis.tables import coverage
from analysis.tables.cells import total_of
from analysis.tables.companies import load_companies

PARTS = ("within", "between", "entry", "exit")
LEVELS = ("capex_usd", "revenue_usd")


def decompose(
    panel: pd.DataFrame, tickers: list[str], start: int, end: int, same_firms: bool = False
) -> pd.DataFrame:
    """Each firm's part in the change of total capex over total revenue from `start` to `end`.

    `panel`: frame of load_panel("year"). Returns one row per firm: ticker, role (stays, enters, leaves),
    within_ratio, between_ratio, entry_ratio, exit_ratio (zero where the part does not apply) and their
    sum contribution_ratio with basis and documents, largest first. The contributions of all firms add up
    to the change. `same_firms` keeps the firms with data in both years.
    AnalysisError when start is not before end, or no firm has both years.
    Misleads: a firm enters or leaves the data, which need not be the market; a firm's ratio also rises
    when its revenue falls.
    """
    if start >= end:
        raise AnalysisError(f"the start year {start} is not before the end year {end}")
    pairs = _both_years(panel, tickers, start, end)
    if same_firms:
        pairs = pairs[pairs["role"] == "stays"]
    if not (pairs["role"] == "stays").any():
        raise AnalysisError(f"no firm has capital expenditure and revenue in both {start} and {end}")
    parts = _parts(pairs)
    inputs = tuple(f"{name}_{when}" for name in LEVELS for when in ("start", "end"))
    rows = with_provenance(pairs.assign(**parts), "contribution_ratio", sum(parts.values()), inputs)
    return rows.drop(columns=[name for name in rows if name.startswith(inputs)]).sort_values(
        "contribution_ratio", ascending=False, ignore_index=True)


def components(rows: pd.DataFrame) -> pd.DataFrame:
    """The four parts summed over firms (frame of `decompose`): part, change_ratio, basis, documents, firms_count."""
    firms = {"within": "stays", "between": "stays", "entry": "enters", "exit": "leaves"}
    table = []
    for part in PARTS:
        there = rows[rows["role"] == firms[part]]
        table.append({"part": part, **as_columns("change_ratio", _sum(there, f"{part}_ratio")),
                      "firms_count": len(there)})
    return pd.DataFrame(table)


def contribution(rows: pd.DataFrame, tickers: list[str] | None = None, part: str = "contribution") -> Quantity:
    """What some firms (default: all) add to the change, in one part or altogether."""
    chosen = rows if tickers is None else rows[rows["ticker"].isin(tickers)]
    return _sum(chosen, f"{part}_ratio")


def extremes(rows: pd.DataFrame, most: int, least: int) -> pd.DataFrame:
    """The firms that add most and those that add least (frame of `decompose`), with their names; none twice."""
    ends = pd.concat([rows.head(most), rows.tail(least)]).drop_duplicates("ticker")
    return ends.assign(name=ends["ticker"].map(load_companies().set_index("ticker")["name"])).reset_index(drop=True)


def last_covered_year(panel: pd.DataFrame, tickers: list[str], at_most: int) -> int:
    """The newest calendar year up to `at_most` with both levels of at least half as many firms as the fullest.

    An edition of an earlier day has no later year, and a year with a few early filers is no year of the
    industry. AnalysisError when no firm has both levels by then.
    """
    known = panel[panel["ticker"].isin(tickers) & panel[list(LEVELS)].notna().all(axis=1)]
    firms = known[known["calendar_year"] <= at_most].groupby("calendar_year")["ticker"].nunique()
    return coverage.last_covered_year(firms, f"capital expenditure and revenue up to {at_most}")


def aggregate_intensity(panel: pd.DataFrame, tickers: list[str], year: int) -> Quantity:
    """Total capital expenditure over total revenue of the firms that have both in a calendar year."""
    rows = _complete(panel, tickers, year)
    return total_of(rows, "capex_usd") / total_of(rows, "revenue_usd")


def _complete(panel: pd.DataFrame, tickers: list[str], year: int) -> pd.DataFrame:
    """The firms' rows of one year with both levels; of two fiscal years in one calendar year, the later."""
    rows = panel[panel["ticker"].isin(tickers) & (panel["calendar_year"] == year)]
    rows = rows[rows[list(LEVELS)].notna().all(axis=1) & (rows["revenue_usd"] > 0)]
    return rows.sort_values("period_end").drop_duplicates("ticker", keep="last")


def _both_years(panel: pd.DataFrame, tickers: list[str], start: int, end: int) -> pd.DataFrame:
    """One row per firm with the levels of both years side by side; an absent year counts as nothing."""
    columns = ["ticker", *(f"{name}{part}" for name in LEVELS for part in ("", "_basis", "_documents"))]
    first, last = (
        _complete(panel, tickers, year)[columns].rename(columns=lambda name, when=when: _dated(name, when))
        for year, when in ((start, "start"), (end, "end"))
    )
    pairs = first.merge(last, on="ticker", how="outer", indicator="role")
    roles = {"both": "stays", "right_only": "enters", "left_only": "leaves"}
    pairs["role"] = pairs["role"].map(roles).astype(str)
    amounts = [f"{name}_{when}" for name in LEVELS for when in ("start", "end")]
    return pairs.fillna(dict.fromkeys(amounts, 0.0))


def _dated(column: str, when: str) -> str:
    """capex_usd_basis -> capex_usd_start_basis: provenance stays beside its value."""
    for part in ("_basis", "_documents"):
        if column.endswith(part):
            return column.removesuffix(part) + f"_{when}{part}"
    return column if column == "ticker" else f"{column}_{when}"


def _parts(pairs: pd.DataFrame) -> dict[str, pd.Series]:
    capex0, capex1 = pairs["capex_usd_start"], pairs["capex_usd_end"]
    revenue0, revenue1 = pairs["revenue_usd_start"], pairs["revenue_usd_end"]
    share0, share1 = revenue0 / revenue0.sum(), revenue1 / revenue1.sum()
    ratio0, ratio1 = (capex0 / revenue0).fillna(0.0), (capex1 / revenue1).fillna(0.0)
    level = (capex0.sum() / revenue0.sum() + capex1.sum() / revenue1.sum()) / 2
    role = pairs["role"]
    return {
        "within_ratio": ((share0 + share1) / 2 * (ratio1 - ratio0)).where(role == "stays", 0.0),
        "between_ratio": (((ratio0 + ratio1) / 2 - level) * (share1 - share0)).where(role == "stays", 0.0),
        "entry_ratio": (share1 * (ratio1 - level)).where(role == "enters", 0.0),
        "exit_ratio": (-share0 * (ratio0 - level)).where(role == "leaves", 0.0),
    }


def _sum(rows: pd.DataFrame, column: str) -> Quantity:
    """The sum of a column of parts, with the documents of the firms; zero over no firms is zero."""
    ids = " ".join(rows["contribution_ratio_documents"].dropna()).split()
    weak = "estimated" if (rows["contribution_ratio_basis"] == "estimated").any() else "derived"
    return Quantity(float(rows[column].sum()), "ratio", weak, tuple(dict.fromkeys(ids)))
