"""The verdict grid: every reading of "capital spending is behind the cuts" with what the data say of it.

Four readings are kept apart and never joined: the cuts fund the capital (cash), they offset its charge (profit and
loss), without the rise there would have been fewer cuts (counterfactual), and it is only the reason companies give
(narrative). A premise stands before them. Words come from the rules laid down (`decision_rules`) alone. A question
that could not be asked keeps its row and says why.
"""

import numpy as np
import pandas as pd

from analysis.errors import AnalysisError
from analysis.models.multiplicity import adjusted
from analysis.models.verdict_rows import COLUMNS, PREMISE, QUESTIONS, READINGS, needed
from analysis.tables.decision_rules import CANNOT_TELL, verdict

JOINT = "counterfactual"
"""The reading that is asked in several ways and has rules for all of them together; its p-values are corrected."""


def verdict_grid(rows: list[dict]) -> pd.DataFrame:
    """The grid in the order of QUESTIONS, one row each, with p_holm over the tested questions of JOINT.

    AnalysisError when a question is lacking or stands twice: no question leaves the grid in silence.
    """
    grid = pd.DataFrame(rows, columns=COLUMNS)
    if sorted(grid["question"]) != sorted(QUESTIONS):
        raise AnalysisError(f"the grid needs each of {', '.join(QUESTIONS)} once; it has {', '.join(grid['question'])}")
    grid = grid.set_index("question").loc[list(QUESTIONS)].reset_index()
    p = grid["decisive_p"].where(grid["reading"] == JOINT).to_numpy(float)
    return grid.assign(p_holm=adjusted(p, "holm"))


def joint_statistics(words: list[str]) -> dict[str, float]:
    """The numbers that the rules on JOINT name, from the verdict words of its questions; truths are 1.0."""
    told = {word for word in words if word != CANNOT_TELL}
    return {"all_supported": float(set(words) == {"supported"}),
            "all_contradicted": float(set(words) == {"contradicted"}),
            "words_differ": float(len(told) > 1 or set(words) == {"mixed"})}


def reading_verdicts(grid: pd.DataFrame) -> pd.DataFrame:
    """One row per reading, and the premise: reading, label, is_premise, verdict, would_change, questions_count,
    told_count, confidence, documents.

    A reading with one question has its verdict; JOINT has that of its rules over all questions; a reading with several
    that no rule joins has none. would_change is what the rules lack, missing where the questions say it themselves.
    """
    rows = []
    for reading, mine in grid.groupby("reading", sort=False):
        words = list(mine["verdict"])
        joint = joint_statistics(words)
        word = verdict(JOINT, joint) if reading == JOINT else words[0] if len(words) == 1 else CANNOT_TELL
        rows.append({"reading": reading, "label": READINGS[str(reading)], "is_premise": reading == PREMISE,
                     "verdict": word, "would_change": needed(JOINT, joint) if reading == JOINT else None,
                     "questions_count": len(mine), "told_count": sum(one != CANNOT_TELL for one in words),
                     "confidence": mine["confidence"].iloc[0],
                     "estimate_documents": " ".join(dict.fromkeys(" ".join(mine["estimate_documents"]).split()))})
    return pd.DataFrame(rows)


def silent(grid: pd.DataFrame) -> pd.DataFrame:
    """The questions of JOINT that cannot tell, with `sight`: "sees", "blind" or "no size".

    blind: the smallest size it would find four times in five is larger than the smallest that matters, or there is
    none. no size: no smallest size that matters is laid down, so whether it sees enough cannot be said.
    """
    rows = grid[grid["reading"].eq(JOINT) & grid["verdict"].eq(CANNOT_TELL)]
    sees = np.where(rows["detectable"] <= rows["smallest"], "sees", "blind")
    return rows.assign(sight=np.where(rows["smallest"].isna(), "no size", sees)).reset_index(drop=True)
