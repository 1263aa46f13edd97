"""Two waves of layoffs across firms: did the firms whose capital intensity rose more cut more in the later one?

The contrast is within firms: share of staff cut in the later wave less that in the earlier. Firms are permuted within
strata, because the big spenders share shocks.
"""

import numpy as np
import pandas as pd
import statsmodels.api as sm

from analysis.errors import AnalysisError, require_known
from analysis.metrics.labour import LAST_HEADCOUNT_DAYS
from analysis.models.conventions import LEAST_FIRMS, MDE_STANDARD_ERRORS, PERMUTATIONS, SEED, TIE
from analysis.models.wave_windows import BEFORE_FIRST, FIRST_WAVE, SECOND_WAVE, Wave
from analysis.tables.decision_rules import verdict

COUNTS = {
    "missing": "no share without a count", "zero": "no count as zero", "with_estimates": "outside estimates count",
}
"""Firms that announced cuts in a wave and never gave a count: their share is missing; or zero; or that of an outside
estimate where there is one, else missing."""


def wave_panel(trade: pd.DataFrame, years: pd.DataFrame, events: pd.DataFrame, *, first: Wave = FIRST_WAVE,
               second: Wave = SECOND_WAVE, before: tuple[int, ...] = BEFORE_FIRST,
               counts: str = "missing") -> pd.DataFrame:
    """One row per firm with both waves: shares cut a year and changes of capital intensity.

    trade: frame of trade_panel; years: frame of load_panel("year"); events: frame of load_layoffs. Columns: ticker,
    group, first_cut_ratio and second_cut_ratio (counts that add up / last headcount before the wave, per year of the
    wave; no recorded event is zero, announcements without a count by the rule `counts`), cut_change_ratio (second
    less first), k_before_change_ratio (mean k of the first wave's years less that of `before`), k_change_ratio
    (second wave's years less the first's), documents. Rows lacking a part are left out. UnknownName for a rule.
    Misleads: zero means that the tracker saw nothing, and it sees large firms better.
    """
    require_known("rule for missing counts", counts, COUNTS)
    k = {name: trade[trade["calendar_year"].isin(when)].groupby("ticker")["k"].mean()
         for name, when in (("before", before), ("first", first.years), ("second", second.years))}
    panel = pd.DataFrame(k)
    panel["group"] = trade.drop_duplicates("ticker").set_index("ticker")["group"]
    for name, wave in (("first", first), ("second", second)):
        panel[f"{name}_cut_ratio"] = _cut_share(years, events, wave, counts).reindex(panel.index)
    panel["documents"] = _documents(panel.index, trade, years, events, first, second)
    panel = panel.assign(cut_change_ratio=panel["second_cut_ratio"] - panel["first_cut_ratio"],
                         k_before_change_ratio=panel["first"] - panel["before"],
                         k_change_ratio=panel["second"] - panel["first"])
    needed = ["first_cut_ratio", "second_cut_ratio", "k_before_change_ratio", "k_change_ratio"]
    kept = panel.dropna(subset=needed).rename_axis("ticker").reset_index()
    return kept[["ticker", "group", *needed, "cut_change_ratio", "documents"]]


def _cut_share(years: pd.DataFrame, events: pd.DataFrame, wave: Wave, counts: str) -> pd.Series:
    """Share of staff cut per year of the wave, by ticker; missing without a recent headcount before it."""
    start = pd.Timestamp(wave.first)
    heads = years[years["headcount_persons"].notna() & (years["period_end"] < start)
                  & (years["period_end"] >= start - pd.Timedelta(days=LAST_HEADCOUNT_DAYS))]
    last = heads.sort_values("period_end").drop_duplicates("ticker", keep="last").set_index("ticker")
    inside = events[events["announced_date"].between(start, pd.Timestamp(wave.last)) & events["within_event_id"].isna()]
    known = inside["adds_up"] | ((counts == "with_estimates") & inside["record_kind"].eq("estimate"))
    cuts = inside[known].groupby("ticker")["employees_cut_persons"].sum()
    silent = set(inside.loc[inside["record_kind"].isin(["announcement", "estimate"]), "ticker"]) - set(cuts.index)
    share = cuts.reindex(last.index).fillna(0.0) / last["headcount_persons"] / wave.length_years
    return share if counts == "zero" else share.mask(share.index.isin(silent))


def _documents(tickers: pd.Index, trade: pd.DataFrame, years: pd.DataFrame, events: pd.DataFrame, first: Wave,
               second: Wave) -> list[str]:
    """The documents of each firm's capital intensity, headcounts and counted cuts in the waves."""
    when = [*first.years, *second.years]
    parts = [trade[trade["calendar_year"].isin(when)].groupby("ticker")["documents"],
             years[years["calendar_year"].between(min(when) - 1, max(when))].dropna(
                 subset=["headcount_persons_documents"]).groupby("ticker")["headcount_persons_documents"],
             events[events["adds_up"] & events["announced_date"].between(first.first, second.last)].groupby(
                 "ticker")["document_id"]]
    texts = [part.agg(lambda ids: " ".join(ids.dropna())).reindex(tickers).fillna("") for part in parts]
    return [" ".join(dict.fromkeys(" ".join(row).split())) for row in zip(*texts, strict=True)]


def slope(panel: pd.DataFrame, outcome: str, driver: str, *, ranks: bool = False, draws: int = PERMUTATIONS,
          seed: int = SEED, fewest: int = LEAST_FIRMS) -> dict:
    """Slope of a column on another across firms, strata removed, with a stratified permutation p.

    panel: frame of `wave_panel`. `ranks` replaces both by ranks over (n - 1), against single large firms. Keys:
    term, estimate (points of staff a year per point of capital intensity), standard_error (HC3), low, high (95%),
    low_90, high_90, p_value (two-sided, studentised, driver permuted within strata), p_standard_error, detectable
    (2.8 x the deviation of the slope under permutation), top_five_share (of the driver's variance), n, firms,
    specification.
    AnalysisError with fewer than `fewest` firms, or without variation.
    """
    if len(panel) < fewest:
        raise AnalysisError(f"{len(panel)} firms are fewer than {fewest}: cannot tell")
    y, x = (panel[column].rank().sub(1).div(len(panel) - 1) if ranks else panel[column] for column in (outcome, driver))
    y, x = (part - part.groupby(panel["group"]).transform("mean") for part in (y, x))
    y, x = y.to_numpy(), x.to_numpy()
    if not (x @ x > 0 and y @ y > 0):
        raise AnalysisError(f"{outcome} or {driver} does not vary within strata")
    strata = panel["group"].nunique()
    order = np.vstack([np.arange(len(x)), _permutations(panel["group"].to_numpy(), draws, seed)])
    slopes, ts = _slopes(x[order], y)
    p = (1 + (np.abs(ts[1:]) >= abs(ts[0]) - TIE).sum()) / (1 + draws)
    dummies = pd.get_dummies(panel["group"], dtype=float).to_numpy()
    raw = panel[driver].rank().sub(1).div(len(panel) - 1) if ranks else panel[driver]
    target = panel[outcome].rank().sub(1).div(len(panel) - 1) if ranks else panel[outcome]
    fit = sm.OLS(target.to_numpy(), np.column_stack([raw, dummies])).fit(cov_type="HC3", use_t=True)
    wide, narrow = fit.conf_int(0.05)[0], fit.conf_int(0.10)[0]
    return {"term": driver, "label": outcome, "estimate": float(slopes[0]), "standard_error": float(fit.bse[0]),
            "low": wide[0], "high": wide[1], "low_90": narrow[0], "high_90": narrow[1], "p_value": float(p),
            "p_standard_error": float(np.sqrt(p * (1 - p) / draws)),
            "detectable": float(MDE_STANDARD_ERRORS * slopes[1:].std()),
            "top_five_share": float(np.sort(x**2)[-5:].sum() / (x @ x)), "n": len(panel), "firms": len(panel),
            "specification": f"{'ranks' if ranks else 'levels'}, {strata} strata"}


def wave_slopes(panel: pd.DataFrame, *, ranks: bool = False, draws: int = PERMUTATIONS) -> pd.DataFrame:
    """The three slopes of one panel: the contrast, the later wave alone, and the earlier wave on its own change.

    One row of `slope` each, with `name` (contrast, second, first). Errors as in `slope`.
    """
    asked = {"contrast": ("cut_change_ratio", "k_change_ratio"), "second": ("second_cut_ratio", "k_change_ratio"),
             "first": ("first_cut_ratio", "k_before_change_ratio")}
    return pd.DataFrame([{"name": name} | slope(panel, *pair, ranks=ranks, draws=draws)
                         for name, pair in asked.items()])


def wave_choices(trade: pd.DataFrame, years: pd.DataFrame, events: pd.DataFrame, *,
                 draws: int = PERMUTATIONS) -> pd.DataFrame:
    """The contrast of the waves under every rule for missing counts, as levels and as ranks, with its verdict.

    One row of `slope` each, and: counts, label (in words), verdict (of the decision rules, this way taken alone),
    first_p (of the earlier wave's own slope). Arguments as in `wave_panel`.
    """
    rows = []
    for counts, words in COUNTS.items():
        panel = wave_panel(trade, years, events, counts=counts)
        for ranks in (False, True):
            slopes = wave_slopes(panel, ranks=ranks, draws=draws)
            found = wave_statistics(slopes)
            more = {"counts": counts, "label": words, "verdict": verdict("waves", found),
                    "first_p": found["first_wave_p"]}
            rows.append(slopes.iloc[0].to_dict() | more)
    return pd.DataFrame(rows)


def wave_statistics(slopes: pd.DataFrame, ways_agree: float = 1.0) -> dict[str, float]:
    """The numbers that the decision rules on waves name, from a frame of `wave_slopes`.

    `ways_agree`: 1.0 for one way to count alone, `decision_rules.agreement` of all ways for the reading.
    """
    by_name = slopes.set_index("name")
    contrast = by_name.loc["contrast"]
    return {"slope_difference": contrast["estimate"], "permutation_p": contrast["p_value"],
            "high_90": contrast["high_90"], "first_wave_p": by_name.loc["first", "p_value"], "ways_agree": ways_agree}


def _permutations(groups: np.ndarray, draws: int, seed: int) -> np.ndarray:
    """Row orders that exchange firms within their group only: draws x n."""
    rng, order = np.random.default_rng(seed), np.tile(np.arange(len(groups)), (draws, 1))
    for group in np.unique(groups):
        places = np.flatnonzero(groups == group)
        order[:, places] = rng.permuted(np.tile(places, (draws, 1)), axis=1)
    return order


def _slopes(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Slope and heteroskedasticity-robust t of y on each row of x; both without strata means."""
    size = (x**2).sum(axis=1)
    slopes = x @ y / size
    left = y - slopes[:, None] * x
    return slopes, slopes * size / np.sqrt(((x * left) ** 2).sum(axis=1))


def without_each(panel: pd.DataFrame, outcome: str = "cut_change_ratio",
                 driver: str = "k_change_ratio") -> pd.DataFrame:
    """The slope with each firm left out, smallest first: ticker, estimate. Which firms carry it."""
    rows = []
    for ticker in panel["ticker"]:
        rest = panel[panel["ticker"] != ticker]
        y, x = (rest[name] - rest.groupby("group")[name].transform("mean") for name in (outcome, driver))
        rows.append({"ticker": ticker, "estimate": float((x @ y) / (x @ x))})
    return pd.DataFrame(rows).sort_values("estimate", ignore_index=True)
