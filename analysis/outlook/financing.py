"""Who pays: cash cover of the spending, debt and leases, and what revenue the capital must bring."""

import numpy as np
import pandas as pd

from analysis.economics.draws import TAIL, draw
from analysis.economics.funding import sources_and_uses
from analysis.economics.ranges import Range, assumed
from analysis.economics.schedules import yearly_payment
from analysis.economics.solve import must_be
from analysis.metrics.registry import with_provenance
from analysis.outlook.depreciation_paths import END_YEAR, Outlook
from analysis.outlook.filer import HYPERSCALERS, Filer, by_year, hyperscalers
from analysis.outlook.spending import SPENT
from analysis.tables.cells import joined
from analysis.tables.companies import company_name
from analysis.tables.panel import load_panel

RETURN, MARGIN = "owner_discount_ratio", "incremental_margin_ratio"
WIDEST = (-0.9, 9.0)
"""Yearly growth is sought between these bounds."""
DRAWS = 5_000


def cash_cover(first_year: int = 2019) -> pd.DataFrame:
    """Cash from operations against the spending, by firm and fiscal year from `first_year` on.

    Columns: ticker, name, fiscal_year, cover_ratio (cash from operations over capital expenditure and, where reported,
    finance-lease principal), capex_to_cash_ratio, debt_change_usd and debt_definition, each with basis and documents.
    Misleads: stock pay is added back to cash from operations, and leases not yet commenced are nowhere in it.
    """
    panel = load_panel("year", list(HYPERSCALERS))
    rows = sources_and_uses(panel).merge(panel[["ticker", "period_end", *_parts("finance_lease_principal_usd")]],
                                         on=["ticker", "period_end"], how="left")
    spent = rows["capex_usd"] + rows["finance_lease_principal_usd"].fillna(0.0)
    pair = ("operating_cash_flow_usd", "capex_usd")
    rows = with_provenance(rows, "cover_ratio", rows[pair[0]] / spent, pair)
    rows = with_provenance(rows, "capex_to_cash_ratio", rows["capex_usd"] / rows[pair[0]], pair)
    rows["fiscal_year"], rows["name"] = rows["period_end"].dt.year, rows["ticker"].map(company_name)
    kept = ["ticker", "name", "fiscal_year", *_parts("cover_ratio"), *_parts("capex_to_cash_ratio"), "debt_definition",
            *_parts("debt_change_usd")]
    return rows.loc[rows["fiscal_year"] >= first_year, kept].reset_index(drop=True)


def _parts(name: str) -> list[str]:
    return [name, f"{name}_basis", f"{name}_documents"]


def lease_burden(filers: list[Filer] | None = None) -> pd.DataFrame:
    """Per filer, the last known assets obtained by finance lease and leases signed but not yet commenced.

    All hyperscalers unless `filers` are given. Columns: ticker, name, fiscal_year, leases_obtained_usd,
    leases_obtained_to_capex_ratio, leases_not_commenced_usd, not_commenced_to_capex_ratio, basis and documents;
    missing where not found.
    Misleads: leases not commenced are undiscounted, run for decades, and become operating leases in part, whose cost
    is rent and never depreciation.
    """
    return pd.DataFrame([_leases(filer) for filer in filers or hyperscalers()])


def _leases(filer: Filer) -> dict:
    obtained, ahead = (filer.noted(item) for item in ("leases_obtained", "leases_not_commenced"))
    year = filer.last_year
    spent = filer.capex[year]
    rows = filer.notes[filer.notes["item"].isin(["leases_obtained", "leases_not_commenced"])]
    found: dict = {"ticker": filer.ticker, "name": filer.name, "fiscal_year": year,
             "leases_obtained_usd": obtained.get(year, np.nan), "leases_not_commenced_usd": ahead.get(year, np.nan)}
    found["leases_obtained_to_capex_ratio"] = found["leases_obtained_usd"] / spent
    found["not_commenced_to_capex_ratio"] = found["leases_not_commenced_usd"] / spent
    return found | {f"{name}_basis": "reported" if name.endswith("usd") else "derived" for name in list(found)[3:]} | {
        "leases_not_commenced_usd_documents": joined(rows["document_id"])}


def cash_needed(one: Outlook) -> pd.DataFrame:
    """Per path with spending, the yearly growth of cash from operations at which it just pays the last year's capex.

    Columns: ticker, path, label, capex_usd (END_YEAR), growth_ratio_per_year needed and the same of the last years
    (past_ratio_per_year), basis. Misleads: dividends, buybacks, interest and leases come on top.
    """
    cash = by_year(one.filer.panel, "operating_cash_flow_usd")
    start, years = cash[one.first_year], END_YEAR - one.first_year
    past = _past_growth(cash, one.first_year)
    rows = []
    for path, capex in one.capex_usd.items():
        if path == SPENT:
            continue
        level = float(capex[-1, -1])
        growth = must_be(lambda growth_ratio: start * (1 + growth_ratio) ** years,
                         {"growth_ratio": Range(0.0, 0.0, 0.0, "ratio", shape="point")}, "growth_ratio", level, *WIDEST)
        rows.append({"ticker": one.filer.ticker, "path": path, "label": one.label(path), "capex_usd": level,
                     "growth_ratio": growth, "past_ratio": past})
    documents = joined(one.filer.panel["operating_cash_flow_usd_documents"])
    return pd.DataFrame(rows).assign(growth_ratio_basis="scenario", past_ratio_basis="derived",
                                     growth_ratio_documents=documents, past_ratio_documents=documents)


def revenue_per_dollar(shares: dict, lives: dict, rate, margin, land_ratio=0.0):
    """Revenue a year that one dollar of property must bring, for its life, to return `rate`: dollars, before tax.

    Each class needs the level yearly payment that returns its cost with `rate` over its life; land needs the rate
    alone. `margin` is the part of added revenue left for it. Works on arrays. Misleads: revenue comes after the
    spending and not level, which asks for more; tax asks for more, too.
    """
    needed = sum(share * yearly_payment(1.0, rate, lives[name]) for name, share in shares.items())
    return ((1 - land_ratio) * needed + land_ratio * rate) / margin


def must_bring(one: Outlook, draws: int = DRAWS) -> Range:
    """Revenue a year per dollar of the filer's mix of property, at the register's cost of capital: a range of draws."""
    inputs = {name: assumed(name) for name in (RETURN, MARGIN)}
    drawn = draw(inputs, draws)
    central = {name: row.value for name, row in inputs.items()}
    lives = {name: float(one.filer.lives_of(name).at(END_YEAR)) for name in one.shares}
    shares = {name: float(share[-1]) for name, share in one.shares.items()}
    outcome = revenue_per_dollar(shares, lives, drawn[RETURN], drawn[MARGIN])
    low, high = np.quantile(outcome, [TAIL, 1 - TAIL])
    value = float(revenue_per_dollar(shares, lives, central[RETURN], central[MARGIN]))
    documents = tuple(dict.fromkeys((*one.documents, *inputs[RETURN].documents)))
    return Range(float(low), value, float(high), "usd", "scenario", documents, "uniform", "revenue a dollar must bring")


def revenue_needed(one: Outlook, per_dollar: Range) -> pd.DataFrame:
    """Per path with spending, the revenue that the growth of live property asks for by END_YEAR.

    Live property is cost within its life: what replaces the old asks for no new revenue. Columns: ticker, path,
    label, added_usd (low, value, high), growth_ratio a year it means, past_ratio of the last years, basis, documents.
    Misleads: the revenue of the past was not all brought by property, nor will that of the future be.
    """
    revenue = by_year(one.filer.panel, "revenue_usd")
    start, years, past = revenue[one.first_year], END_YEAR - one.first_year, _past_growth(revenue, one.first_year)
    rows = []
    for path, live in one.live_usd.items():
        if path == SPENT:
            continue
        growth = float(live[-1, -1] - live[0, -1])
        added = {end: growth * getattr(per_dollar, end) for end in ("low", "value", "high")}
        rows.append({"ticker": one.filer.ticker, "name": one.filer.name, "path": path, "label": one.label(path),
                     "live_growth_usd": growth, "added_low_usd": added["low"], "added_usd": added["value"],
                     "added_high_usd": added["high"], "past_ratio": past} | {
            f"growth_{end}_ratio".replace("value_", ""): (1 + value / start) ** (1 / years) - 1
            for end, value in added.items()})
    asked = ("added_usd", "growth_ratio", "growth_low_ratio", "growth_high_ratio")
    return pd.DataFrame(rows).assign(**{f"{name}_basis": "scenario" for name in asked},
                                     past_ratio_basis="derived", added_usd_documents=" ".join(per_dollar.documents))


def side_by_side_needs(outlooks: list[Outlook], paths: dict[str, str]) -> pd.DataFrame:
    """Rows of `revenue_needed` on one path per filer (`paths`: by ticker), with what a dollar must bring.

    Further columns: dollar_low_usd, dollar_high_usd, with basis.
    """
    found = []
    for one in outlooks:
        dollar = must_bring(one)
        rows = revenue_needed(one, dollar)
        found.append(rows[rows["path"] == paths[one.filer.ticker]].assign(
            dollar_low_usd=dollar.low, dollar_high_usd=dollar.high))
    return pd.concat(found, ignore_index=True).assign(dollar_low_usd_basis="scenario", dollar_high_usd_basis="scenario")


def _past_growth(amounts: dict[int, float], last: int) -> float:
    """Yearly growth over the register's number of carried years."""
    years = int(assumed("carried_years").value)
    return (amounts[last] / amounts[last - years]) ** (1 / years) - 1
