"""What the first page says of each reading, question and verdict."""

import numpy as np
import pandas as pd

from analysis.models.reading_words import TALLY, WHETHER, evidence_words
from analysis.models.verdicts import QUESTIONS, READINGS
from analysis.tables.decision_rules import CANNOT_TELL, VERDICTS


def grid(**verdicts):
    """A grid with one estimate for every question and the verdicts given."""
    rows = [{"question": question, "reading": reading, "label": label, "confidence": confidence, "unit": unit,
             "verdict": verdicts.get(question, CANNOT_TELL)}
            for question, (reading, label, confidence, unit) in QUESTIONS.items()]
    numbers = {"estimate": 0.123, "low_90": 0.1, "high_90": 0.2}
    return pd.DataFrame(rows).assign(low=np.nan, high=np.nan, detectable=np.nan, smallest=np.nan, **numbers)


def test_each_reading_says_what_it_rests_on():
    clauses = evidence_words(grid(timing="contradicted"))
    assert list(clauses) == list(READINGS)
    assert clauses["cash_funding"] == "Payroll saved over the rise in capital spending: 12.3% (10.0% to 20.0%)"
    assert clauses["counterfactual"] == "1 of 4 tests across firms give an answer"


def test_a_missing_number_is_said_in_words():
    lacking = evidence_words(grid().assign(estimate=np.nan))
    assert lacking["cash_funding"] == "Payroll saved over the rise in capital spending: not in the data"
    assert "nan" not in " ".join(lacking.values())


def test_every_question_and_every_verdict_has_its_words():
    assert set(WHETHER) >= set(QUESTIONS) and set(TALLY) == set(VERDICTS)
