"""The race run otherwise: each row changes one choice, and says what the capital block does then."""

import numpy as np
import pandas as pd
import statsmodels.api as sm
from statsmodels.stats.outliers_influence import variance_inflation_factor

from analysis.models.conventions import LEVEL
from analysis.models.driver_blocks import BLOCKS, CAPEX_BLOCKS, CONTROLS
from analysis.models.drivers import turned_by_estimates
from analysis.models.hazard import binary_model, hazard
from analysis.models.hazard_panel import PRIMARY_THRESHOLD, event_of, half_number
from analysis.models.multiplicity import adjusted
from analysis.models.ppml import share_cut_table
from analysis.models.race import LABELS, SPELLS, Race, race, without_quiet
from analysis.tables.companies import HYPERSCALERS, load_companies

CLIP = 3.0
"""Standard deviations at which the check on outliers clips every block."""
CHANGED_EVENTS = {
    "any announcement": (0.0, "below"),
    "cuts of at least 1%": (0.01, "below"),
    "cuts of at least 5%": (0.05, "below"),
    "unsized cuts left out": (PRIMARY_THRESHOLD, "drop"),
    "unsized cuts are events": (PRIMARY_THRESHOLD, "above"),
}
"""Checks on the event: threshold and what an unsized cut counts as. Labels are short, since a figure holds them."""
CHANGED_SAMPLES = {"without hyperscalers": HYPERSCALERS, "without Oracle": ("ORCL",), "without Amazon": ("AMZN",)}
SECOND_START = "2022H1"
"""First half-year of the check that leaves the pandemic out."""


def checks(rows: pd.DataFrame, counted: pd.DataFrame) -> pd.DataFrame:
    """One row per check, the race as it is first: specification, estimator, estimate (of capex), standard_error, low,
    high (95%), p_value, p_bh (Benjamini-Hochberg over all rows, exploratory), n, firms, periods, events.

    `rows`: frame of `driver_panel`; `counted`: the same with outside estimates of cuts counted as announcements. Firth
    rows have CRV3 limits and p-values, the others are clustered by firm.
    Misleads: PPML is in log points of the share cut, complementary log-log in log-hazards; the rest in log-odds.
    """
    found = [_firth(race(rows), "as raced")]
    changed = _changed_rows(rows) | _changed_estimates(rows, counted)
    found += [_firth(race(panel), label) for label, panel in changed.items()]
    table = pd.DataFrame(found + _changed_designs(rows) + _other_models(rows))
    return table.assign(p_bh=adjusted(table["p_value"], "bh"))


def _changed_rows(rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The same panel with another event, another capital block or fewer rows."""
    changed = {label: rows.assign(event=event_of(rows, *rule)) for label, rule in CHANGED_EVENTS.items()}
    for label, block in {"spending step alone": "step", "cash squeeze alone": "squeeze"}.items():
        changed[label] = rows.assign(capex=rows[CAPEX_BLOCKS[block]].mean(axis=1, skipna=False))
    for label, left_out in CHANGED_SAMPLES.items():
        changed[label] = rows[~rows["ticker"].isin(left_out)]
    larger = rows["log_revenue"] > rows.groupby("half")["log_revenue"].transform("median")
    return changed | {"from 2022 on": rows[rows["half"] >= SECOND_START], "larger half by revenue": rows[larger]}


def _changed_estimates(rows: pd.DataFrame, counted: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Outside estimates counted, and the half-years left out in which nothing but such an estimate makes an event."""
    turned = turned_by_estimates(rows, counted)
    keys = pd.MultiIndex.from_frame(turned[["ticker", "half"]])
    kept = rows[~pd.MultiIndex.from_frame(rows[["ticker", "half"]]).isin(keys)]
    names = load_companies().set_index("ticker")["name"]
    left_out = ", ".join(names[turned["ticker"]].to_numpy() + " " + turned["half"])
    return {"outside estimates count": counted} | ({f"without {left_out}": kept} if left_out else {})


def named(rows: pd.DataFrame) -> list[str]:
    """Firm-half-years in words: "Oracle in the first half of 2026". `rows`: columns ticker and half ("2026H1")."""
    names, order = load_companies().set_index("ticker")["name"], {"1": "first", "2": "second"}
    return [f"{names[ticker]} in the {order[half[-1]]} half of {half[:4]}"
            for ticker, half in zip(rows["ticker"], rows["half"], strict=True)]


def _firth(model: Race, label: str) -> dict:
    fit, only = hazard(model), {"capex": 1.0}
    low, high = fit.interval(only)
    return {"specification": label, "estimator": "Firth logit", "estimate": fit.estimate(only),
            "standard_error": fit.standard_error(only), "low": low, "high": high, "p_value": fit.p_value(only),
            **model.sizes()}


def _changed_designs(rows: pd.DataFrame) -> list[dict]:
    """Other samples, terms and controls on the same panel."""
    controls = [*CONTROLS, *SPELLS]
    clipped = rows.assign(**{name: rows[name].clip(-CLIP, CLIP) for name in BLOCKS})
    known = rows.dropna(subset=[*BLOCKS, *CONTROLS])
    means = known.groupby("ticker")[list(BLOCKS)].transform("mean").add_suffix("_mean")
    return [
        _firth(race(rows, ["capex", "demand"]), "with demand, all firms"),
        _firth(race(rows, ["capex"]), "alone, all firms"),
        _firth(race(clipped), "blocks clipped"),
        _firth(race(rows.join(means), controls=[*controls, *means]), "with firms' means"),
        _firth(race(rows, controls=[*CONTROLS]), "without the clock"),
        _firth(race(rows.assign(peers=peers_cut(rows)), controls=[*controls, "peers"]), "with peers' last cuts"),
    ]


def peers_cut(rows: pd.DataFrame) -> pd.Series:
    """Share of the other firms of the peer group that announced in the half-year before; none before the first."""
    group = rows["ticker"].map(load_companies().set_index("ticker")["peer_group"])
    cut = rows["announced"].astype(float).groupby([group, rows["half"]])
    others = (cut.transform("sum") - rows["announced"]) / (cut.transform("size") - 1).clip(lower=1)
    before = pd.DataFrame({"ticker": rows["ticker"], "number": half_number(rows["half"]) + 1, "share": others})
    keys = pd.DataFrame({"ticker": rows["ticker"], "number": half_number(rows["half"])})
    return keys.merge(before, on=["ticker", "number"], how="left")["share"].fillna(0.0).set_axis(rows.index)


def _other_models(rows: pd.DataFrame) -> list[dict]:
    """Other likelihoods on the half-years that hold an event; a quiet one says nothing under half-year effects."""
    model = race(without_quiet(rows.dropna(subset=["event", *BLOCKS, *CONTROLS])))
    design = pd.DataFrame(model.x, columns=list(model.names))
    tables = {link: binary_model(model.y, design, link, model.firm).table for link in ("logit", "cloglog")}
    tables["PPML"] = share_cut_table(model)
    tables["PPML with firms"] = share_cut_table(with_firm_effects(model))
    words = {"logit": "plain logit", "cloglog": "complementary log-log", "PPML": "PPML, share cut",
             "PPML with firms": "PPML, firm effects"}
    found = []
    for name, table in tables.items():
        row = table.set_index("term").loc["capex", ["estimate", "standard_error", "low", "high", "p_value"]]
        found.append({"specification": words[name], "estimator": name, **row.to_dict(), **model.sizes()})
    found[-1] |= with_firm_effects(model).sizes()
    matched = {"specification": "case-control", "estimator": "conditional logit"}
    return [*found, matched | conditional_logit(model) | model.sizes()]


def with_firm_effects(model: Race) -> Race:
    """The race of the firms that cut at all, with an effect of each firm but one; the others say nothing then."""
    cutters = model.rows.groupby("ticker")["cut_share_ratio"].transform("sum") > 0
    rows = without_quiet(model.rows[cutters])
    smaller = race(rows, model.terms)
    firms = pd.get_dummies(smaller.rows["ticker"], dtype=float).iloc[:, 1:]
    return Race(smaller.rows, np.hstack([smaller.x, firms.to_numpy()]), (*smaller.names, *firms), smaller.tested)


def collinearity(model: Race) -> pd.DataFrame:
    """Correlations of the tested terms with each other, and the variance inflation of each beside all other columns.

    One row per term: term, label, a column per term, inflation. Misleads: over all half-years; within a wave two
    blocks may be closer.
    """
    terms = list(model.terms)
    near = model.rows[terms].corr()
    inflation = [variance_inflation_factor(model.x, place, standardize=False) for place in range(len(terms))]
    return near.reset_index(names="term").assign(label=[LABELS.get(term, term) for term in terms], inflation=inflation)


def conditional_logit(model: Race) -> dict[str, float]:
    """The first term by conditional logit within half-years: estimate, standard_error, low, high, p_value.

    Compares firms of one half-year and drops its effect by conditioning. Errors are not clustered.
    """
    halves = model.rows["half"].nunique()
    fit = sm.ConditionalLogit(model.y, model.x[:, :-halves], groups=pd.factorize(model.rows["half"])[0]).fit(disp=0)
    low, high = fit.conf_int(alpha=LEVEL)[0]
    return {"estimate": float(fit.params[0]), "standard_error": float(fit.bse[0]), "low": float(low),
            "high": float(high), "p_value": float(np.asarray(fit.pvalues)[0])}
