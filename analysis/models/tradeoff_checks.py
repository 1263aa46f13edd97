"""Where the trade-off differs, and where it must be nothing: subgroups, samples, leads and earlier years."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.errors import require_known
from analysis.metrics.registry import previous_year, ratio
from analysis.models.cluster import inference
from analysis.models.sample import ABSENT, OUTCOME, estimation_rows
from analysis.models.trade_panel import DEFINITIONS, HEADCOUNTS, SAMPLES, YEAR_RULES, shifted, trade_panel
from analysis.models.tradeoff import (
    PRIMARY,
    Specification,
    cumulated,
    interacted,
    or_reason,
    row_of,
    single,
    with_documents,
)
from analysis.tables.decision_rules import CANNOT_TELL

SINCE = 2023
"""First year of the present rise of capital expenditure."""
LEADS = {1: "capital intensity one year ahead", 2: "capital intensity two years ahead"}


def net_cash(panel: pd.DataFrame) -> pd.DataFrame:
    """Net cash at the end of the year before, over that year's revenue: ticker, calendar_year, net_cash_ratio.

    Cash and securities where filed, else cash and equivalents; less total debt where filed, else long-term debt.
    Misleads: the two definitions differ, and a firm without filed debt is missing, not free of debt.
    """
    cash = panel["cash_and_securities_usd"].fillna(panel["cash_and_equivalents_usd"])
    debt = panel["total_debt_usd"].fillna(panel["long_term_debt_usd"])
    rows = panel.assign(net_usd=cash - debt)
    value = ratio(previous_year(rows, "net_usd"), previous_year(rows, "revenue_usd"))
    return rows.assign(net_cash_ratio=value)[["ticker", "calendar_year", "net_cash_ratio"]].drop_duplicates(
        ["ticker", "calendar_year"], keep="last")


def heterogeneity(panel: pd.DataFrame, trade: pd.DataFrame, specification: Specification = PRIMARY) -> pd.DataFrame:
    """theta of one part less theta of the rest, one row per split (CRV3; columns as in `tradeoff.row_of`).

    Splits: hyperscalers, years from 2023, and the third of firms of a year with the least net cash (the reading of
    cash funding expects a more negative theta there). Rows of splits that fewer than twenty firms bear have no
    estimate. Exploratory: several splits, no correction.
    """
    wide = trade.merge(net_cash(panel), on=["ticker", "calendar_year"], how="left")
    rank = wide.groupby("calendar_year")["net_cash_ratio"].rank(pct=True)
    wide = wide.assign(big=wide["group"] == "hyperscaler", late=wide["calendar_year"] >= SINCE,
                       poor=(rank <= 1 / 3).where(rank.notna()))
    splits = (("big", "hyperscalers less other firms", ()), ("late", "from 2023 less before", ()),
              ("poor", "least net cash less the rest", ("poor",)))
    table = [_split(wide, name, label, extra, specification) for name, label, extra in splits]
    return with_documents(pd.DataFrame(table), trade)


def _split(wide: pd.DataFrame, name: str, label: str, extra: tuple[str, ...], specification: Specification) -> dict:
    def build() -> dict:
        rows, _ = estimation_rows(wide, (*specification.needed, *extra))
        found = inference(interacted(rows, rows[name].astype(bool), specification), "CRV3")
        return row_of(found, rows, name, label, "interaction")

    return or_reason(name, label, build)


CHOICES = {"sample": SAMPLES, "definition": DEFINITIONS, "headcounts": HEADCOUNTS, "year_rule": YEAR_RULES}
"""What a panel can be made of, with the options in words."""


def by_choice(panel: pd.DataFrame, choice: str, options: Iterable[str] | None = None,
              specification: Specification = PRIMARY, **others) -> pd.DataFrame:
    """theta under each option of one choice of `trade_panel`, one row each (CRV3); `others` are fixed choices.

    An option that too few firms bear keeps its row, without estimate and with the reason. UnknownName for a
    choice that does not exist.
    """
    words = CHOICES[require_known("choice", choice, CHOICES)]
    table = [_option(panel, {choice: option} | others, words[option], specification) for option in options or words]
    return with_documents(pd.DataFrame(table), trade_panel(panel, **others))


def all_choices(panel: pd.DataFrame, specification: Specification = PRIMARY, **chosen) -> pd.DataFrame:
    """theta under every other option of every choice, one at a time: `by_choice` with the column choice, less the
    options of `chosen` themselves (arguments of `trade_panel`).
    """
    tables = []
    for choice in CHOICES:
        others = {name: option for name, option in chosen.items() if name != choice}
        options = [option for option in CHOICES[choice] if option != chosen.get(choice, next(iter(CHOICES[choice])))]
        tables.append(by_choice(panel, choice, options, specification, **others).assign(choice=choice))
    return pd.concat(tables, ignore_index=True)


def _option(panel: pd.DataFrame, choices: dict, label: str, specification: Specification) -> dict:
    def build() -> dict:
        rows, _ = estimation_rows(trade_panel(panel, **choices), specification.needed)
        return row_of(inference(cumulated(rows, specification), "CRV3"), rows, "theta", label, specification.label)

    return or_reason("theta", label, build)


def lag_checks(panel: pd.DataFrame, specification: Specification = PRIMARY, **choices) -> pd.DataFrame:
    """Whether the pattern over years hangs on a choice: the coefficients of the same year and of the year before.

    One row per check: label, same_ratio and same_p, before_ratio and before_p (CRV3), n, firms. Exploratory.
    """
    trade = trade_panel(panel, **choices)
    past = ("d_log_headcount_lag1", "d_log_headcount_lag2")
    own_past = replace(specification, controls=(*specification.controls, *past))
    last = trade[trade[OUTCOME].notna()]["calendar_year"].max()
    checks = (("as above", trade, specification), ("own past headcount growth held fixed", trade, own_past),
              ("without the last year", trade[trade["calendar_year"] < last], specification),
              ("without semiconductors", trade[trade["peer_group"] != "semiconductors"], specification),
              ("without hyperscalers", trade[trade["group"] != "hyperscaler"], specification),
              ("nothing clipped", trade_panel(panel, winsor=None, **choices), specification),
              ("five per cent clipped", trade_panel(panel, winsor=0.05, **choices), specification))
    return pd.DataFrame([_lag_check(*check) for check in checks])


def _lag_check(label: str, trade: pd.DataFrame, specification: Specification) -> dict:
    def build() -> dict:
        rows, _ = estimation_rows(trade, specification.needed)
        same, before = (inference(single(rows, name, specification), "CRV3") for name in specification.capital[:2])
        return {"label": label, "same_ratio": same.estimate, "same_p": same.p_value, "before_ratio": before.estimate,
                "before_p": before.p_value, "n": len(rows), "firms": rows["ticker"].nunique()}

    return or_reason("lags", label, build)


def placebos(trade: pd.DataFrame, specification: Specification = PRIMARY) -> pd.DataFrame:
    """What must be nothing unless firms act ahead of their spending: coefficients of capital intensity still to come.

    One row per lead (CRV3), and one per placebo of the plan that the data cannot make, without an estimate.
    """
    table = [_lead(trade, years, label, specification) for years, label in LEADS.items()]
    lacking = [{"term": "absent", "label": model, "estimate": np.nan,
                "reason": f"{CANNOT_TELL}: no {words} in the data"}
               for model, words in ABSENT if model.startswith("Placebo")]
    return with_documents(pd.DataFrame(table + lacking), trade)


def _lead(trade: pd.DataFrame, years: int, label: str, specification: Specification) -> dict:
    name = f"k_lead{years}"
    ahead = trade.assign(**{name: shifted(trade, "k", -years)})
    with_lead = replace(specification, capital=(name, *specification.capital))

    def build() -> dict:
        rows, _ = estimation_rows(ahead, with_lead.needed)
        return row_of(inference(single(rows, name, with_lead), "CRV3"), rows, name, label, "lead")

    return or_reason(name, label, build)
