"""The outlook as a page shows it: which method stands for which target, and how it did in the tests."""

import pandas as pd

from analysis.errors import AnalysisError
from analysis.models.conventions import LEAST_FIRMS
from analysis.outlook.backtest_conformal import intervals, left_out_factors
from analysis.outlook.backtest_scores import LEVELS, coverage, league, pit_shares
from analysis.outlook.forecast_candidates import BENCHMARK, CANDIDATES, LABELS
from analysis.outlook.forecast_layoffs import rolling_layoffs

TARGET_LABELS = {"headcount": "headcount", "capital_intensity": "capital spending over revenue",
                 "layoffs": "layoffs"}
SHORT_LABELS = TARGET_LABELS | {"capital_intensity": "capital/revenue"}
"""What a target is called in the first column of a table."""
KINDS = {"normal": "kept", "corrected": "corrected", "too few": "too few"}
"""What was done to the intervals, in words."""


def layoff_league(quarters: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The back-test rows and league of the industry's layoffs; blocks are years of origin.

    quarters: frame of `forecast_layoffs.quarterly_cuts`. With fewer than 20 blocks no candidate can be supported.
    """
    rows = rolling_layoffs(quarters)
    return rows, league(rows, block="origin", least=LEAST_FIRMS)


def all_methods(leagues: dict[str, pd.DataFrame], documents: dict[str, tuple[str, ...]]) -> pd.DataFrame:
    """Every method of every target and horizon: the columns of `league` with target, what ("headcount, 1 year") and
    skill_documents. `leagues` and `documents` by target.
    """
    tables = [table.assign(target=target, skill_documents=" ".join(documents[target]))
              for target, table in leagues.items()]
    both = pd.concat(tables, ignore_index=True)
    years = both["horizon"].map(lambda ahead: f"{ahead} year" + ("s" if ahead > 1 else ""))
    return both.assign(what=both["target"].map(SHORT_LABELS) + ", " + years)


def candidate_table(methods: pd.DataFrame) -> pd.DataFrame:
    """One row per target and candidate: gain_1, gain_2, gain_3 (skill by years ahead) and `beats`, the years ahead at
    which the frozen rule is met ("1, 2" or "none"), with target_label, label and documents.

    methods: frame of `all_methods`. "worse" stands where the mirror of the rule is met.
    """
    judged = methods[methods["skill"].notna()]
    rows = []
    for (target, method), part in judged.groupby(["target", "method"], sort=False):
        met = {word: ", ".join(map(str, part.loc[part["verdict"] == word, "horizon"]))
               for word in ("supported", "contradicted")}
        beats = met["supported"] or ("worse at " + met["contradicted"] if met["contradicted"] else "none")
        rows.append({"target_label": SHORT_LABELS[target], "label": LABELS[method], "beats": beats}
                    | {f"gain_{row.horizon}": row.skill for row in part.itertuples()}
                    | {"gain_1_documents": part["skill_documents"].iloc[0]})
    return pd.DataFrame(rows)


def shown_methods(methods: pd.DataFrame, rows: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """One row per target and horizon: the method shown with its scores, the benchmark's (columns `..._benchmark`), the
    share of outcomes inside its intervals and the shares of outcomes in each fifth of its forecasts.

    `rows`: the back-tests by target. Adds to the columns of `all_methods`: mase_benchmark, rmse_benchmark,
    crps_benchmark, score_80 and score_80_benchmark (interval scores), inside_50, inside_80, inside_95 with
    `..._low`, `..._high` (Wilson) and `..._least`, `..._most` (of one origin), corrected_80 (with factors learnt from
    all other origins, missing where no correction is made), intervals (in words) and fifth_1 ... fifth_5.
    """
    table = methods[methods["shown"]].reset_index(drop=True)
    parts = [_with_benchmark(table, methods), *(_of_target(table, target, one) for target, one in rows.items())]
    return table.join(parts[0]).join(pd.concat(parts[1:]))


def _with_benchmark(table: pd.DataFrame, methods: pd.DataFrame) -> pd.DataFrame:
    bench = methods[methods["method"] == BENCHMARK].set_index(["target", "horizon"])
    key = pd.MultiIndex.from_frame(table[["target", "horizon"]])
    return pd.DataFrame({f"{name}_benchmark": bench[name].reindex(key).to_numpy() for name in ("mase", "rmse", "crps")})


def _of_target(table: pd.DataFrame, target: str, rows: pd.DataFrame) -> pd.DataFrame:
    """The coverage, interval score and shares of fifths of the methods shown for one target, by place in `table`."""
    plain = coverage(rows).set_index(["method", "horizon", "level"])
    kept = coverage(rows, left_out_factors(rows)).set_index(["method", "horizon", "level"])["coverage"]
    kinds = intervals(rows).drop_duplicates(["method", "horizon"]).set_index(["method", "horizon"])["kind"]
    fifths = pit_shares(rows).set_index(["method", "horizon", "part"])["share"]
    found = {}
    for place, row in table[table["target"] == target].iterrows():
        key = (row["method"], row["horizon"])
        cells = {"intervals": KINDS[kinds[key]], "score_80": plain.loc[(*key, 0.8), "interval_score"],
                 "score_80_benchmark": plain.loc[(BENCHMARK, row["horizon"], 0.8), "interval_score"]}
        if kinds[key] == "corrected":
            cells["corrected_80"] = kept[(*key, 0.8)]
        for level in LEVELS:
            cell, name = plain.loc[(*key, level)], f"inside_{level * 100:.0f}"
            cells |= {name: cell["coverage"], f"{name}_low": cell["coverage_low"],
                      f"{name}_high": cell["coverage_high"], f"{name}_least": cell["least_origin"],
                      f"{name}_most": cell["most_origin"]}
        found[place] = cells | {f"fifth_{part}": fifths[(*key, part)] for part in range(1, 6)}
    return pd.DataFrame.from_dict(found, orient="index")


def beaten_at(shown: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Where a candidate is shown, and where the benchmark is: one text per target with its years ahead ("headcount 1
    and 3 years ahead"; the target alone where that is every horizon).

    shown: frame of `shown_methods`. AnalysisError without rows.
    """
    if shown.empty:
        raise AnalysisError("no target was tested")
    won = shown["method"].isin(CANDIDATES)
    return tuple([_years_ahead(target, part.loc[won[part.index] == is_won, "horizon"], len(part))
                  for target, part in shown.groupby("target", sort=False) if (won[part.index] == is_won).any()]
                 for is_won in (True, False))


def _years_ahead(target: str, horizons: pd.Series, tested: int) -> str:
    if len(horizons) == tested:
        return TARGET_LABELS[target]
    return f"{TARGET_LABELS[target]} {' and '.join(map(str, horizons))} year{'s' if max(horizons) > 1 else ''} ahead"
