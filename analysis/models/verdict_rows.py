"""One row of the verdict grid per question, made from the results of the budget arithmetic and of the models.

A verdict word comes from the rules laid down (`decision_rules`) alone; here numbers are set beside it.
"""

import numpy as np
import pandas as pd

from analysis.economics.margin import MarginOutlook
from analysis.errors import AnalysisError
from analysis.models.conventions import LEAST_FIRMS
from analysis.models.description import CostShift
from analysis.models.driver_result import Drivers
from analysis.models.drivers import SMALLEST_LOG_ODDS
from analysis.models.equivalence import smallest_effect
from analysis.models.sample import panel_documents
from analysis.models.timing_result import Timed
from analysis.models.tradeoff_result import TradeOff
from analysis.models.wave_result import WaveContrast
from analysis.quantity import weakest
from analysis.tables.decision_rules import CANNOT_TELL, judged, threshold, verdict

IDENTITY, DESCRIPTIVE, ASSOCIATIONAL = "accounting identity", "descriptive", "associational"
PREMISE = "description"
"""Not a reading of the sentence but what all of them take for granted."""
READINGS = {
    PREMISE: "Premise: compute takes a larger share of the cost base",
    "cash_funding": "Cash: the cuts fund the capital",
    "profit_offset": "Profit and loss: the cuts offset its charge",
    "counterfactual": "Without the rise in capital, fewer cuts",
    "narrative": "It is only the reason companies give",
}
QUESTIONS = {
    "description": (PREMISE, "Compute's share of cost: change at the median firm", DESCRIPTIVE, "points"),
    "cash_funding": ("cash_funding", "Payroll saved over the rise in capital spending", IDENTITY, "percent"),
    "profit_offset": ("profit_offset", "Payroll saved in three years over added depreciation", IDENTITY, "percent"),
    "trade_off": ("counterfactual", "Headcount per ten points of capital intensity", ASSOCIATIONAL, "percent"),
    "layoff_drivers": ("counterfactual", "Odds of a cut per deviation of capital pressure", ASSOCIATIONAL, "times"),
    "timing": ("counterfactual", "Cuts after raises of guidance over the expected", ASSOCIATIONAL, "times"),
    "waves": ("counterfactual", "Later wave less earlier, per ten points of intensity", ASSOCIATIONAL, "points"),
    "narrative_capital": ("narrative", "Stated reasons that name capital spending", DESCRIPTIVE, "percent"),
    "narrative_ai": ("narrative", "Stated reasons that name AI doing the work", DESCRIPTIVE, "percent"),
}
"""Question: its reading, what its estimate is, its confidence tag and how the estimate is written."""
NAMED = {"narrative_capital": "capex_ai_infrastructure", "narrative_ai": "ai_productivity"}
"""The class of stated reason that each question on reasons counts."""
COLUMNS = ["question", "reading", "reading_label", "label", "unit", "confidence", "estimate", "estimate_basis",
           "estimate_documents", "low_90", "high_90", "low", "high", "decisive_p", "detectable", "smallest", "n",
           "firms", "verdict", "would_change"]


def row(question: str, word: str, would_change: str, documents: tuple[str, ...], **numbers: float | str) -> dict:
    """One row of the grid: `numbers` are those of COLUMNS that the question has; the others stay missing.

    AnalysisError for a question that is not in QUESTIONS, and for a number that has no column.
    """
    unknown = set(numbers) - set(COLUMNS)
    if question not in QUESTIONS or unknown:
        raise AnalysisError(f"no question {question!r} or no column {', '.join(unknown)} in the verdict grid")
    reading, label, confidence, unit = QUESTIONS[question]
    empty = dict.fromkeys(COLUMNS, np.nan)
    return empty | {"question": question, "reading": reading, "reading_label": READINGS[reading], "label": label,
                    "unit": unit, "confidence": confidence, "verdict": word, "would_change": would_change,
                    "estimate_documents": " ".join(documents), "estimate_basis": "derived"} | numbers


def needed(reading: str, statistics: dict[str, float]) -> str:
    """What would have to hold for each firm verdict that is not reached: the conditions unmet, in words.

    Where a condition speaks of "the threshold", its number stands there.
    """
    conditions = judged(reading, statistics)
    conditions["condition"] = [text.replace("the threshold", f"{limit:g}") for text, limit in
                               zip(conditions["condition"], conditions["threshold"], strict=True)]
    parts = []
    for word in ("supported", "contradicted"):
        unmet = conditions[(conditions["verdict"] == word) & ~conditions["holds"]]["condition"]
        if len(unmet):
            parts.append(f"{word.capitalize()} if: " + "; ".join(text[0].lower() + text[1:] for text in unmet))
    return ". ".join(parts) + "."


def unasked(question: str, reason: str) -> dict:
    """The row of a question that the data cannot carry: its place stays, with the reason."""
    return row(question, CANNOT_TELL, f"Told once the data hold it; now: {reason}.", ())


def description_row(found: CostShift) -> dict:
    """The premise: change of compute's share of the cost base at the median firm, at the bound more firms have."""
    statistics, changes = found.statistics, found.main
    if changes.empty:
        return unasked("description", f"no firm with both bounds in {found.start} and {found.end}")
    few = f" Now {found.few}; a test needs {LEAST_FIRMS}." if found.few else ""
    return row("description", found.verdict, needed("description", statistics) + few, found.documents,
               estimate=float(changes["change"].median()), estimate_basis="estimated", firms=len(changes),
               n=len(changes), decisive_p=statistics["sign_flip_p"])


def cash_row(coverages: pd.DataFrame) -> dict:
    """Reading 1 from the coverage of one company's case in cash over a full year.

    `coverages`: frame of `budget_results.judged_coverages`, with low, value, high as 5%, 50% and 95% of the draws;
    empty when no cuts of the year are known.
    """
    mine = coverages[coverages["lens"] == "cash"]
    if mine.empty:
        return unasked("cash_funding", "no count of cuts in the year")
    return _coverage_row("cash_funding", mine.iloc[0], {})


def profit_row(coverages: pd.DataFrame, margin: MarginOutlook) -> dict:
    """Reading 2 from three years' saving over three years' added depreciation, the rise kept up (frame as above).

    `margin`: guided expense beside revenue; where nothing is guided, nothing is supported.
    """
    mine = coverages[coverages["lens"] == "profit_all_kept"]
    if mine.empty:
        return unasked("profit_offset", "no count of cuts in the year")
    return _coverage_row("profit_offset", mine.iloc[0], {"margin_evidence": margin.evidence}, margin.documents)


def _coverage_row(question: str, found: pd.Series, more: dict[str, float], documents: tuple[str, ...] = ()) -> dict:
    statistics = {"median_coverage": found["value"]} | more
    ids = tuple(dict.fromkeys((*found["value_documents"].split(), *documents)))
    return row(question, verdict(question, statistics), needed(question, statistics), ids, estimate=found["value"],
               low_90=found["low"], high_90=found["high"], firms=1,
               estimate_basis=weakest("derived", found["value_basis"]))


def trade_off_row(found: TradeOff) -> dict:
    """The trade-off: log change of headcount per ten points of capital intensity."""
    (low_90, high_90), (low, high) = found.crv3.interval(0.90), found.crv3.interval()
    return row("trade_off", found.verdict, needed("trade_off", found.statistics), panel_documents(found.rows),
               estimate=found.estimate, low_90=low_90, high_90=high_90, low=low, high=high,
               decisive_p=found.decisive_p, detectable=found.detectable, smallest=smallest_effect(), n=len(found.rows),
               firms=found.rows["ticker"].nunique())


def drivers_row(found: Drivers) -> dict:
    """The race: odds of an announcement per standard deviation of capital pressure, as a multiple."""
    capex = found.row("capex")
    low_90, high_90 = found.model.interval({"capex": 1.0}, 0.90)
    low, high = found.model.interval({"capex": 1.0})
    odds = {name: float(np.exp(value)) for name, value in {
        "estimate": capex["estimate"], "low_90": low_90, "high_90": high_90, "low": low, "high": high,
        "smallest": SMALLEST_LOG_ODDS}.items()}
    return row("layoff_drivers", found.verdict, needed("layoff_drivers", found.statistics), found.documents,
               decisive_p=capex["p_decisive"], detectable=found.detectable, n=capex["n"], firms=capex["firms"], **odds)


def timing_row(found: Timed) -> dict:
    """Timing: rounds after raises over those expected."""
    whole, ninety = found.whole, found.ninety
    return row("timing", found.verdict, needed("timing", found.statistics), found.documents,
               estimate=whole["estimate"], low_90=ninety["low"], high_90=ninety["high"], low=whole["low"],
               high=whole["high"], decisive_p=whole["p_value"], detectable=found.detectable,
               smallest=threshold("timing.supported.1"), n=whole["n"], firms=whole["firms"])


def waves_row(found: WaveContrast) -> dict:
    """Waves: the contrast in share of staff a year per STEP of capital intensity."""
    one = found.main
    ends = {name: one[name] for name in ("estimate", "low_90", "high_90", "low", "high")}
    return row("waves", found.verdict, needed("waves", found.statistics), found.documents, decisive_p=one["p_value"],
               detectable=found.detectable, n=one["n"], firms=one["firms"], **ends)


def stated_reasons(events: pd.DataFrame) -> pd.DataFrame:
    """How many announcements of listed firms state a reason, and how many name capital spending or AI.

    `events`: frame of load_layoffs; those whose count adds up. One row per question of NAMED: question, named_count,
    firms_count (firms that name it), stated_count (with any stated reason that was read), all_count, documents.
    Misleads: no reason read is not none given; each was read once, by one reader. A reason taken from the words of a
    page's address alone is not among those read.
    """
    mine = events[events["adds_up"] & events["ticker"].notna()]
    stated = mine[(mine["reason_class"] != "unstated") & (mine["reason_basis"] == "read")]
    documents = " ".join(panel_documents(stated.rename(columns={"document_id": "event_documents"})))
    rows = []
    for question, reason in NAMED.items():
        named = stated[stated["reason_class"] == reason]
        rows.append({"question": question, "named_count": len(named), "firms_count": named["ticker"].nunique(),
                     "stated_count": len(stated), "all_count": len(mine), "documents": documents})
    return pd.DataFrame(rows)


def reason_rows(reasons: pd.DataFrame) -> list[dict]:
    """Reading 4, one row per kind of stated reason (frame of `stated_reasons`): share of those stated, never judged."""
    found = []
    for _, one in reasons.iterrows():
        share = one["named_count"] / one["stated_count"] if one["stated_count"] else np.nan
        text = (f"Told if reasons were coded blind and twice for most cuts; now {one['stated_count']} of "
                f"{one['all_count']} announcements have one that was read; {one['firms_count']} firms name this one.")
        found.append(row(one["question"], CANNOT_TELL, text, tuple(one["documents"].split()), estimate=share,
                         n=one["stated_count"], firms=one["firms_count"]))
    return found
