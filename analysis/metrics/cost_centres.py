"""The two cost centres side by side: depreciation and capital expenditure against the people-cost range.

Depreciation is the profit-and-loss lens, capital expenditure the cash lens; neither is computers alone.
"""

import pandas as pd

from analysis.errors import AnalysisError
from analysis.metrics.industry import as_columns
from analysis.metrics.people_cost import add_people_cost, unresolved_people_cost
from analysis.metrics.registry import add_metrics
from analysis.quantity import Quantity
from analysis.tables.cells import quantity_in, total_of
from analysis.tables.companies import GROUP_LABELS, load_companies

BOUNDS = ("people_cost_low_usd", "people_cost_high_usd")
CHARGES = ("depreciation_usd", "depreciation_amortization_usd")
SHARES = ("compute_share_low_ratio", "compute_share_high_ratio")
ALONE = "property alone"
COLUMNS = {
    "capex_usd": ("Capital expenditure", "usd"), "depreciation_charge_usd": ("Depreciation", "usd"),
    BOUNDS[0]: ("People, low", "usd"), BOUNDS[1]: ("People, high", "usd"),
    SHARES[0]: ("Share, low", "percent"), SHARES[1]: ("Share, high", "percent"),
}
"""The columns of a table of the two cost centres: label and format of each."""
LEAST_FIRMS = 3
"""A group with fewer resolved firms is not summed: it would be one firm under another name."""


def with_cost_centres(panel: pd.DataFrame) -> pd.DataFrame:
    """The yearly panel with the people-cost range, one depreciation series per firm and the compute share.

    Adds the columns of `add_people_cost`, depreciation_charge_usd, compute_share_low_ratio,
    compute_share_high_ratio, the company's name and firm_year ("Meta Platforms, 2025"). Of several fiscal
    years in one calendar year the latest is kept.
    """
    panel = panel.sort_values(["ticker", "period_end"]).drop_duplicates(["ticker", "calendar_year"], keep="last")
    panel = one_depreciation(add_people_cost(panel.reset_index(drop=True)))
    name = panel["ticker"].map(load_companies().set_index("ticker")["name"])
    panel = panel.assign(name=name, firm_year=name + ", " + panel["calendar_year"].astype(str))
    return add_metrics(panel, *SHARES)


def one_depreciation(panel: pd.DataFrame) -> pd.DataFrame:
    """Add depreciation_charge_usd on one definition per firm, so that its path has no break of definition.

    Depreciation of property alone where the firm's newest year with a people-cost range has it, else
    with amortisation. Years that lack the chosen definition stay missing, and so does their share.
    """
    ranged = panel[panel[list(BOUNDS)].notna().all(axis=1) & panel[list(CHARGES)].notna().any(axis=1)]
    known = pd.concat([panel[panel[list(CHARGES)].notna().any(axis=1)], ranged])  # ranged years count last
    newest = known.drop_duplicates("ticker", keep="last").set_index("ticker")
    alone = panel["ticker"].map(newest[CHARGES[0]].notna()).eq(True)
    for part in ("", "_basis", "_documents"):
        chosen = panel[CHARGES[0] + part].where(alone, panel[CHARGES[1] + part])
        panel = panel.assign(**{f"depreciation_charge_usd{part}": chosen})
    definition = pd.Series("with amortisation", index=panel.index).mask(alone, ALONE)
    return panel.assign(depreciation_definition=definition)


def resolved(panel: pd.DataFrame) -> pd.DataFrame:
    """The firm-years that have both people-cost bounds and depreciation (frame of `with_cost_centres`)."""
    return panel[panel[[*BOUNDS, *SHARES]].notna().all(axis=1)].reset_index(drop=True)


def latest_resolved(panel: pd.DataFrame, tickers: list[str], not_before: int) -> pd.DataFrame:
    """Each firm's newest resolved year from `not_before` on, highest compute share first; others are absent.

    Adds firm_year_marked, with an asterisk where depreciation includes amortisation.
    """
    years = resolved(panel)
    years = years[years["ticker"].isin(tickers) & (years["calendar_year"] >= not_before)]
    newest = years.sort_values("calendar_year").drop_duplicates("ticker", keep="last")
    is_alone = newest["depreciation_definition"] == ALONE
    newest["firm_year_marked"] = newest["firm_year"].where(is_alone, newest["firm_year"] + " *")
    return newest.sort_values(SHARES[1], ascending=False, ignore_index=True)


def resolved_years(panel: pd.DataFrame, ticker: str) -> pd.DataFrame:
    """One firm's resolved years, oldest first; AnalysisError when it has none, as in an early edition."""
    years = resolved(panel[panel["ticker"] == ticker])
    if years.empty:
        raise AnalysisError(f"the people cost of {ticker} is resolved in no year of these data: a range needs "
                            "headcount, operating expense, cost of revenue and depreciation of one year")
    return years


def place_in_range(value: Quantity, low: Quantity, high: Quantity) -> str:
    """Where a number lies: "below the whole of", "inside" or "above the whole of" the range, or "unresolved"."""
    if value.is_missing or low.is_missing or high.is_missing:
        return "unresolved"
    if value.value < low.value:
        return "below the whole of"
    return "above the whole of" if value.value > high.value else "inside"


def firms_placed(rows: pd.DataFrame, column: str, place: str) -> list[str]:
    """Tickers whose `column` lies at `place` of its people-cost range (words of `place_in_range`)."""
    return [row["ticker"] for _, row in rows.iterrows()
            if place_in_range(quantity_in(row, column), *(quantity_in(row, bound) for bound in BOUNDS)) == place]


def by_group(latest: pd.DataFrame) -> pd.DataFrame:
    """The cost centres summed per peer group over each firm's newest resolved year (frame of `latest_resolved`).

    Columns: peer_group, group (its label), firms_count, firms (tickers), capex_usd, both people-cost bounds,
    depreciation_charge_usd and both compute shares, each with basis and documents. Groups under LEAST_FIRMS
    keep the count only; depreciation and shares also need every firm to file depreciation of property alone.
    Misleads: the firms that resolve are not a sample of their group, and their years may differ.
    """
    rows = []
    for group, firms in latest.groupby("peer_group", sort=True):
        row = {"peer_group": group, "group": GROUP_LABELS[group], "firms_count": len(firms),
               "firms": ", ".join(sorted(firms["ticker"]))}
        for name, quantity in _group_sums(firms).items():
            row |= as_columns(name, quantity)
        rows.append(row)
    return pd.DataFrame(rows)


def _group_sums(firms: pd.DataFrame) -> dict[str, Quantity]:
    none = firms.iloc[0:0]
    enough = firms if len(firms) >= LEAST_FIRMS else none
    alike = enough if (firms["depreciation_definition"] == ALONE).all() else none
    sums = {name: total_of(enough, name) for name in ("capex_usd", *BOUNDS)}
    charge = total_of(alike, "depreciation_charge_usd")
    shares = {share: charge / (charge + sums[bound]) for share, bound in zip(SHARES, reversed(BOUNDS), strict=True)}
    return sums | {"depreciation_charge_usd": charge} | shares


METHOD = "people_cost_low_from"


def share_paths(panel: pd.DataFrame, tickers: list[str], first_year: int, last_from: int) -> pd.DataFrame:
    """How each firm's compute-share range moved from its first resolved year (`first_year` or later) to its last.

    One row per firm whose last resolved year is `last_from` or later and not its first: ticker,
    first_calendar_year, calendar_year, both shares then (first_...) and now, both changes, and moved: "up" or
    "down" when both bounds moved that way, else "unclear"; unclear too where the low bound of people cost rests
    on another method then and now.
    """
    years = resolved(panel)
    years = years[years["ticker"].isin(tickers) & (years["calendar_year"] >= first_year)].sort_values("calendar_year")
    parts = [f"{share}{part}" for share in SHARES for part in ("", "_basis", "_documents")] + [METHOD]
    now = years.drop_duplicates("ticker", keep="last").set_index("ticker")[["name", "calendar_year", *parts]]
    then = years.drop_duplicates("ticker").set_index("ticker")[["calendar_year", *parts]]
    paths = now.join(then.add_prefix("first_")).reset_index()
    for share in SHARES:
        paths[f"{share}_change"] = paths[share] - paths[f"first_{share}"]
    has_path = (paths["first_calendar_year"] < paths["calendar_year"]) & (paths["calendar_year"] >= last_from)
    paths = paths.assign(moved=_moved(paths))[has_path]
    return paths.sort_values(f"{SHARES[1]}_change", ascending=False, ignore_index=True)


def _moved(paths: pd.DataFrame) -> pd.Series:
    changes = paths[[f"{share}_change" for share in SHARES]]
    moved = pd.Series("unclear", index=paths.index)
    changes = changes.where(paths[METHOD] == paths[f"first_{METHOD}"])
    return moved.mask((changes > 0).all(axis=1), "up").mask((changes < 0).all(axis=1), "down")


def unresolved_reasons(panel: pd.DataFrame, tickers: list[str], latest: pd.DataFrame) -> pd.DataFrame:
    """Firms without a resolved recent year, by what their newest year lacks: missing, firms_count, firms, documents.

    `latest`: frame of `latest_resolved`. The newest year is the last with revenue.
    """
    absent = [ticker for ticker in tickers if ticker not in set(latest["ticker"])]
    years = panel[panel["ticker"].isin(absent) & panel["revenue_usd"].notna()].sort_values("calendar_year")
    newest = years.drop_duplicates("ticker", keep="last")
    lacking = unresolved_people_cost(newest)
    lacking["missing"] = lacking["missing"].str.split(", ")
    named = lacking.explode("missing").drop_duplicates(["ticker", "missing"])
    named["missing"] = named["missing"].map(lambda name: INPUT_WORDS.get(name, name))
    words = named.sort_values("missing").groupby("ticker")["missing"].agg("; ".join)
    words = words.reindex(newest["ticker"]).fillna("a recent year on one definition of depreciation")
    reasons = words.rename("missing").reset_index().groupby("missing").agg(
        firms_count=("ticker", "size"), firms=("ticker", lambda names: ", ".join(sorted(names))))
    return reasons.reset_index().sort_values(["firms_count", "missing"], ascending=[False, True], ignore_index=True)


INPUT_WORDS = {
    "headcount_persons": "headcount", "research_development": "research and development",
    "cost_of_revenue": "cost of revenue", "selling": "selling and administrative expense",
    "depreciation_any": "depreciation",
}
