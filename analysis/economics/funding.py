"""What paid for the capital spending: sources and uses of cash per firm and year, with the part the facts leave open.

Identity: operating cash flow - capital expenditure + change in debt - change in cash = what went elsewhere. That
remainder holds buybacks, dividends, acquisitions, equity raised, lease principal and the rest; it is shown, never
spread over them. A change is taken only where both year-ends use one definition, and the definition is a column.
"""

import pandas as pd

from analysis.errors import AnalysisError, require_known
from analysis.metrics.registry import with_provenance
from analysis.quantity import Quantity
from analysis.tables.cells import quantity_in

YEAR_DAYS = (350, 380)
DEBT = {"total": ("total_debt_usd",), "long-term": ("long_term_debt_usd",)}
CASH = {"with securities": ("cash_and_securities_usd",),
        "with current securities": ("cash_and_equivalents_usd", "marketable_securities_current_usd"),
        "alone": ("cash_and_equivalents_usd",)}
"""Definitions of a balance, the fullest first, and the columns each adds up."""
OTHER_USES = {"share_repurchases_usd": -1, "dividends_paid_usd": -1, "acquisitions_usd": -1, "equity_issued_usd": 1}
"""Concepts that may come with a refresh, as positive amounts: uses of cash -1, sources 1."""
FLOWS = ("operating_cash_flow", "capex", "debt_change", "cash_change", "remainder", "raised_outside")
PARTS = ("", "_basis", "_documents")


def sources_and_uses(panel: pd.DataFrame) -> pd.DataFrame:
    """One row per firm-year with operating cash flow and capital expenditure, oldest first.

    `panel`: yearly. Columns: ticker, period_end, calendar_year, operating_cash_flow_usd, capex_usd,
    debt_change_usd, debt_definition, cash_change_usd, cash_definition, remainder_usd (positive: went elsewhere;
    negative: came from elsewhere), raised_outside_usd (debt and equity raised, net of all that was paid out: known
    without the debt), those of OTHER_USES that the panel has, each with basis and documents.
    A missing change leaves the remainder unresolved. Misleads: debt also changes by exchange rates and discount,
    cash may hold restricted cash, and securities held for longer than a year are absent from the second definition.
    """
    rows = panel.sort_values(["ticker", "period_end"], ignore_index=True)
    rows = _with_change(_with_change(rows, DEBT, "debt"), CASH, "cash")
    spent = rows["operating_cash_flow_usd"] - rows["capex_usd"]
    remainder = spent + rows["debt_change_usd"] - rows["cash_change_usd"]
    amounts = ["operating_cash_flow_usd", "capex_usd", "debt_change_usd", "cash_change_usd"]
    rows = with_provenance(rows, "remainder_usd", remainder, tuple(amounts))
    raised = rows["cash_change_usd"] - spent
    rows = with_provenance(rows, "raised_outside_usd", raised, (*amounts[:2], "cash_change_usd"))
    amounts += ["remainder_usd", "raised_outside_usd", *known_uses(panel)]
    columns = ["ticker", "period_end", "calendar_year", "debt_definition", "cash_definition",
               *(name + part for name in amounts for part in PARTS)]
    return rows.loc[rows[["operating_cash_flow_usd", "capex_usd"]].notna().all(axis=1), columns].reset_index(drop=True)


def _with_change(rows: pd.DataFrame, definitions: dict[str, tuple[str, ...]], name: str) -> pd.DataFrame:
    """Add <name>_change_usd over the year and <name>_definition, by the first definition both year-ends have."""
    found = pd.DataFrame({f"{name}_change_usd{part}": None for part in PARTS} | {f"{name}_definition": None},
                         index=rows.index, dtype=object)
    for definition, columns in definitions.items():
        change = _change(rows, columns).set_axis([f"{name}_change_usd{part}" for part in PARTS], axis=1)
        change[f"{name}_definition"] = definition
        known = change[f"{name}_change_usd"].notna() & found[f"{name}_change_usd"].isna()
        found[known] = change[known]
    found[f"{name}_change_usd"] = found[f"{name}_change_usd"].astype(float)
    found[f"{name}_change_usd_basis"] = found[f"{name}_change_usd_basis"].fillna("unresolved")
    return rows.join(found)


def _change(rows: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    """The change of a sum of balances since the year-end before: value, basis and documents of both ends."""
    earlier = rows.groupby("ticker").shift(1)
    is_year = (rows["period_end"] - earlier["period_end"]).dt.days.between(*YEAR_DAYS)
    ends = pd.concat([rows[[column + part for column in columns for part in PARTS]],
                      earlier[[column + part for column in columns for part in PARTS]].add_prefix("before_")], axis=1)
    change = sum(ends[column] - ends[f"before_{column}"] for column in columns)
    inputs = tuple(name for column in columns for name in (column, f"before_{column}"))
    found = with_provenance(ends, "change", change.where(is_year), inputs)
    return found[[f"change{part}" for part in PARTS]]


def latest_flows(funding: pd.DataFrame) -> dict[str, Quantity]:
    """The amounts of the last row of `sources_and_uses` by name without unit; all missing when there is no row."""
    if funding.empty:
        return {name: Quantity(float("nan"), "usd", "unresolved") for name in FLOWS}
    return {name: quantity_in(funding.iloc[-1], f"{name}_usd") for name in FLOWS}


def known_uses(panel: pd.DataFrame) -> list[str]:
    """The concepts of OTHER_USES that the panel has values for."""
    return [name for name in OTHER_USES if name in panel and panel[name].notna().any()]


def can_rank(panel: pd.DataFrame) -> bool:
    """Whether the margins can be ranked: only with every concept of OTHER_USES."""
    return known_uses(panel) == list(OTHER_USES)


def ranked_margins(funding: pd.DataFrame, ticker: str, first_year: int, last_year: int) -> pd.DataFrame:
    """What absorbed the change in capital expenditure between two calendar years, largest first: margin, change_usd.

    `funding`: frame of `sources_and_uses`. The changes add up to the change in capital expenditure: more from
    operations, debt and equity, less to buybacks, dividends, acquisitions and cash, and the rest.
    AnalysisError while a concept of OTHER_USES is not in the data.
    """
    if not can_rank(funding):
        absent = ", ".join(name for name in OTHER_USES if name not in known_uses(funding))
        raise AnalysisError(f"the margins cannot be ranked: {absent} not in the data")
    rows = funding[funding["ticker"] == ticker].set_index("calendar_year")
    for year in (first_year, last_year):
        require_known("calendar year", str(year), [str(one) for one in rows.index])
    signs = {"operating_cash_flow_usd": 1, "debt_change_usd": 1, "cash_change_usd": -1} | OTHER_USES
    changes = {name: sign * (rows.loc[last_year, name] - rows.loc[first_year, name]) for name, sign in signs.items()}
    spent = rows.loc[last_year, "capex_usd"] - rows.loc[first_year, "capex_usd"]
    changes["rest_usd"] = spent - sum(changes.values())
    frame = pd.DataFrame(list(changes.items()), columns=["margin", "change_usd"])
    return frame.sort_values("change_usd", ascending=False, ignore_index=True)
