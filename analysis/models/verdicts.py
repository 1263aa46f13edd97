"""The verdict grid: every reading of "capital spending is behind the cuts" with what the data say of it.

Four readings are kept apart and never joined: the cuts fund the capital (cash), they offset its charge (profit and
loss), without the rise there would have been fewer cuts (counterfactual), and the stated reason is a story
(narrative). A verdict word comes from the frozen rules (`decision_rules`) alone; this module sets rows beside each
other. A question that could not be asked keeps its row and says why.
"""

import numpy as np
import pandas as pd

from analysis.errors import AnalysisError
from analysis.models.conventions import LEAST_FIRMS, STEP
from analysis.models.driver_result import Drivers
from analysis.models.drivers import SMALLEST_LOG_ODDS
from analysis.models.equivalence import detectable_effect, smallest_effect
from analysis.models.multiplicity import adjusted
from analysis.models.sample import panel_documents
from analysis.models.tradeoff_result import TradeOff
from analysis.models.waves import agreed, wave_statistics
from analysis.tables.decision_rules import CANNOT_TELL, judged, threshold, verdict

IDENTITY, DESCRIPTIVE, ASSOCIATIONAL = "accounting identity", "descriptive", "associational"
READINGS = {
    "cash_funding": "Cash: the cuts fund the capital",
    "profit_offset": "Profit and loss: the cuts offset its charge",
    "counterfactual": "Without the rise in capital, fewer cuts",
    "narrative": "The stated reason is a story",
}
QUESTIONS = {
    "cash_funding": ("cash_funding", "Payroll saved over the rise in capital spending", IDENTITY, "percent"),
    "profit_offset": ("profit_offset", "Payroll saved over three years' added depreciation", IDENTITY, "percent"),
    "trade_off": ("counterfactual", "Headcount per ten points of capital intensity", ASSOCIATIONAL, "percent"),
    "layoff_drivers": ("counterfactual", "Odds of a cut per deviation of capital pressure", ASSOCIATIONAL, "times"),
    "timing": ("counterfactual", "Cuts after raises of guidance over the expected", ASSOCIATIONAL, "times"),
    "waves": ("counterfactual", "Later wave less earlier, per ten points of intensity", ASSOCIATIONAL, "percent"),
    "narrative": ("narrative", "Stated reasons that name capital or AI", DESCRIPTIVE, "percent"),
}
"""Question: its reading, what its estimate is, its confidence tag and how the estimate is written."""
CAPITAL_REASONS = ("ai_productivity", "capex_ai_infrastructure")
COLUMNS = ["question", "reading", "reading_label", "label", "unit", "confidence", "estimate", "estimate_basis",
           "estimate_documents", "low_90", "high_90", "low", "high", "decisive_p", "detectable", "smallest", "n",
           "firms", "verdict", "would_change"]


def row(question: str, word: str, would_change: str, documents: tuple[str, ...], **numbers: float) -> dict:
    """One row of the grid: `numbers` are those of COLUMNS that the question has; the others stay missing.

    UnknownName for a question that is not in QUESTIONS; AnalysisError for a number that has no column.
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
    """What would have to hold for each firm verdict that is not reached: the conditions unmet, in words."""
    conditions = judged(reading, statistics)
    parts = []
    for word in ("supported", "contradicted"):
        unmet = conditions[(conditions["verdict"] == word) & ~conditions["holds"]]["condition"]
        if len(unmet):
            parts.append(f"{word.capitalize()} if: " + "; ".join(text[0].lower() + text[1:] for text in unmet))
    return ". ".join(parts) + "."


def cash_row(coverages: pd.DataFrame) -> dict:
    """Reading 1 from the coverage of one company's case in cash over a full year.

    `coverages`: frame with lens, kind, year, is_kept, low, value, high (5%, 50%, 95% of the draws, ratio) and
    value_documents, of the budget arithmetic; empty when no cuts of the year are known.
    """
    mine = coverages[coverages["lens"] == "cash"]
    if mine.empty:
        return unasked("cash_funding", "no count of cuts in the year")
    statistics = {"median_coverage": mine["value"].iloc[0]}
    return _coverage_row("cash_funding", statistics, mine)


def profit_row(coverages: pd.DataFrame, margin_evidence: float = np.nan) -> dict:
    """Reading 2 from the coverage of three years' added depreciation, the rise kept up (frame as in `cash_row`).

    The median over three years is that of the saving over the charges of all three: the harmonic mean of the yearly
    medians. The ends of the range are the least and most of any year, one rise or kept up. `margin_evidence` is 1
    when guided expense grows slower than revenue; missing when no expense is guided, and then nothing is supported.
    """
    mine = coverages[coverages["kind"].eq("profit") & coverages["year"].between(1, 3)
                     & coverages["lens"].ne("profit_first_year")]
    kept = mine[mine["is_kept"].astype(bool) | (mine["year"] == 1)]
    if mine.empty:
        return unasked("profit_offset", "no count of cuts in the year")
    statistics = {"median_coverage": len(kept) / (1 / kept["value"]).sum(), "margin_evidence": margin_evidence}
    return _coverage_row("profit_offset", statistics, mine)


def _coverage_row(question: str, statistics: dict[str, float], rows: pd.DataFrame) -> dict:
    documents = tuple(dict.fromkeys(" ".join(rows["value_documents"]).split()))
    basis = "estimated" if rows["value_basis"].isin(["estimated", "scenario"]).any() else "derived"
    found = row(question, verdict(question, statistics), needed(question, statistics), documents,
                estimate=statistics["median_coverage"], low_90=rows["low"].min(), high_90=rows["high"].max(), firms=1)
    return found | {"estimate_basis": basis}


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
    detectable = detectable_effect(found.model.standard_error({"capex": 1.0}))
    odds = {name: float(np.exp(value)) for name, value in {
        "estimate": capex["estimate"], "low_90": low_90, "high_90": high_90, "low": low, "high": high,
        "detectable": detectable, "smallest": SMALLEST_LOG_ODDS}.items()}
    return row("layoff_drivers", found.verdict, needed("layoff_drivers", found.statistics), found.documents,
               decisive_p=capex["p_decisive"], n=capex["n"], firms=capex["firms"], **odds)


def timing_row(statistics: dict[str, float], ninety: dict, whole: dict, documents: tuple[str, ...]) -> dict:
    """Timing: rounds after raises over those expected. `statistics` of timing_statistics; `ninety` and `whole` of
    `timing.excess` at levels 0.90 and 0.95."""
    return row("timing", verdict("timing", statistics), needed("timing", statistics), documents,
               estimate=whole["estimate"], low_90=ninety["low"], high_90=ninety["high"], low=whole["low"],
               high=whole["high"], decisive_p=whole["p_value"], detectable=whole["detectable_ratio"],
               smallest=threshold("timing.supported.1"), n=whole["n"], firms=whole["firms"])


def waves_row(slopes: pd.DataFrame, verdicts: list[str], documents: tuple[str, ...]) -> dict:
    """Waves: the contrast per STEP of capital intensity. `slopes` of wave_slopes; `verdicts` of every defensible way to
    count (`wave_choices`): theirs when they agree, else "cannot tell"."""
    one = slopes.set_index("name").loc["contrast"]
    ends = {name: STEP * one[name] for name in ("estimate", "low_90", "high_90", "low", "high", "detectable")}
    return row("waves", agreed(verdicts), needed("waves", wave_statistics(slopes)), documents,
               decisive_p=one["p_value"], n=one["n"], firms=one["firms"], **ends)


def narrative_row(events: pd.DataFrame) -> dict:
    """Reading 4: share of announcements of listed firms with a stated reason that name capital or AI; never judged.

    `events`: frame of load_layoffs. Reasons are read once, not blind and twice, and too few firms state one of
    capital or AI for a model: the row says "cannot tell" and counts.
    """
    stated = events[events["adds_up"] & events["ticker"].notna() & events["reason_class"].ne("unstated")]
    named = stated[stated["reason_class"].isin(CAPITAL_REASONS)]
    firms = named["ticker"].nunique()
    few = f"fewer than {LEAST_FIRMS} firms name capital or AI" if firms < LEAST_FIRMS else "reasons are read once"
    return row("narrative", CANNOT_TELL, f"Told if reasons were coded blind and twice; now {few}.",
               panel_documents(stated.rename(columns={"document_id": "event_documents"})),
               estimate=len(named) / len(stated), n=len(stated), firms=firms)


def unasked(question: str, reason: str) -> dict:
    """The row of a question that the data cannot carry: its place stays, with the reason."""
    return row(question, CANNOT_TELL, f"Told once the data hold it; now: {reason}.", ())


def verdict_grid(rows: list[dict]) -> pd.DataFrame:
    """The grid in the order of QUESTIONS, one row each, with p_holm over the questions that have a decisive p.

    AnalysisError when a question is lacking or stands twice: no question leaves the grid in silence.
    """
    grid = pd.DataFrame(rows, columns=COLUMNS)
    if sorted(grid["question"]) != sorted(QUESTIONS):
        raise AnalysisError(f"the grid needs each of {', '.join(QUESTIONS)} once; it has {', '.join(grid['question'])}")
    grid = grid.set_index("question").loc[list(QUESTIONS)].reset_index()
    return grid.assign(p_holm=adjusted(grid["decisive_p"].to_numpy(float), "holm"))


def reading_verdicts(grid: pd.DataFrame) -> pd.DataFrame:
    """One row per reading: reading, label, verdict, questions_count, told_count, confidence, documents.

    A reading with one question has its verdict. One with several is "supported" or "contradicted" when every question
    says so, "mixed" when a supported one meets a contradicted or a mixed one, else "cannot tell": one question alone
    settles nothing that others leave open.
    """
    rows = []
    for reading, mine in grid.groupby("reading", sort=False):
        words = set(mine["verdict"])
        told = mine[mine["verdict"] != CANNOT_TELL]
        joint = words.pop() if len(words) == 1 else "mixed" if told["verdict"].nunique() > 1 else CANNOT_TELL
        rows.append({"reading": reading, "label": READINGS[str(reading)], "verdict": joint,
                     "questions_count": len(mine), "told_count": len(told), "confidence": mine["confidence"].iloc[0],
                     "estimate_documents": " ".join(dict.fromkeys(" ".join(mine["estimate_documents"]).split()))})
    return pd.DataFrame(rows)


def blind(grid: pd.DataFrame) -> pd.DataFrame:
    """The tested questions that cannot tell and could not have seen the smallest effect of interest.

    Where no smallest effect is laid down, or no size at all would be seen, a question counts as blind.
    """
    silent = grid["decisive_p"].notna() & grid["verdict"].eq(CANNOT_TELL)
    return grid[silent & ~(grid["detectable"] <= grid["smallest"])].reset_index(drop=True)
