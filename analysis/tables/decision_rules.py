"""The rules that turn statistics into a verdict, read from `data/decision_rules.csv`.

A verdict holds when every one of its conditions holds. Supported and contradicted at once is "mixed"; no verdict
at all is "cannot tell", which is a result. A statistic that is missing meets no condition.
"""

import math
import operator

import pandas as pd

from analysis.errors import AnalysisError, require_known
from analysis.tables.read import read_table

CANNOT_TELL = "cannot tell"
VERDICTS = ("supported", "contradicted", "mixed", CANNOT_TELL)
"""Every verdict word there is."""
COMPARISONS = {"below": operator.lt, "at_most": operator.le, "at_least": operator.ge, "above": operator.gt}


def rules_of(reading: str) -> pd.DataFrame:
    """The conditions of one reading (columns as in the table decision_rules); UnknownName when it has none."""
    rules = read_table("decision_rules")
    require_known("reading", reading, rules["reading"].unique())
    return rules[rules["reading"] == reading].reset_index(drop=True)


def judged(reading: str, statistics: dict[str, float]) -> pd.DataFrame:
    """Each condition of a reading with the value found and whether it holds: `rules_of` plus value and holds.

    `statistics` gives every number the rules name, by name; NaN says that it could not be estimated.
    AnalysisError naming the statistics that are lacking, so that none is passed over in silence.
    """
    rules = rules_of(reading)
    lacking = sorted(set(rules["statistic"]) - set(statistics))
    if lacking:
        raise AnalysisError(f"the rules of {reading} also need {', '.join(lacking)}; NaN says it cannot be estimated")
    values = [float(statistics[name]) for name in rules["statistic"]]
    holds = [not math.isnan(value) and COMPARISONS[comparison](value, threshold)
             for value, comparison, threshold in zip(values, rules["comparison"], rules["threshold"], strict=True)]
    return rules.assign(value=values, holds=holds)


def verdict(reading: str, statistics: dict[str, float]) -> str:
    """The verdict word on one reading: "supported", "contradicted", "mixed" or "cannot tell". Errors as in `judged`."""
    met = judged(reading, statistics).groupby("verdict")["holds"].all()
    firm = [word for word in ("supported", "contradicted") if met.get(word, False)]
    if len(firm) == 1:
        return firm[0]
    return "mixed" if len(firm) == 2 or met.get("mixed", False) else CANNOT_TELL


def agreement(words: list[str]) -> float:
    """1.0 when every way of asking gives the same word, else 0.0: the statistic `ways_agree` of the rules.

    Each way is judged with `ways_agree` at 1.0 first, then the reading with what this returns.
    """
    return float(len(set(words)) == 1)


def threshold(rule_id: str) -> float:
    """The threshold of one rule; UnknownName when there is no such rule."""
    rules = read_table("decision_rules").set_index("rule_id")["threshold"]
    return float(rules[require_known("decision rule", rule_id, rules.index)])
