"""Guided expense beside revenue: which guidance counts, which quarters, and what is no evidence."""

import math

import pandas as pd
import pytest

from analysis.economics.margin import margin_outlook, outlook_of
from analysis.errors import UnknownName
from analysis.tables.guidance import load_expense_guidance


def accounts(revenue: list[float], income: list[float], ends: pd.DatetimeIndex) -> pd.DataFrame:
    """Revenue and operating income by period end."""
    rows = pd.DataFrame({"period_end": ends, "revenue_usd": revenue, "operating_income_usd": income})
    rows["calendar_quarter"] = rows["period_end"].dt.to_period("Q").astype(str)
    for column in ("revenue_usd", "operating_income_usd"):
        rows[f"{column}_basis"], rows[f"{column}_documents"] = "reported", f"doc.{column}"
    return rows


YEARS = accounts([400.0], [200.0], pd.to_datetime(["2025-12-31"]))
QUARTERS = accounts([80.0] * 2 + [100.0] * 4 + [110.0] * 2 + [130.0] * 2, [40.0] * 2 + [50.0] * 6 + [60.0] * 2,
                    pd.date_range("2024-03-31", periods=10, freq="QE"))


def said(*rows: tuple[str, str, float, float]) -> pd.DataFrame:
    """(given, period end, low, high)."""
    return pd.DataFrame([{"given_date": pd.Timestamp(given), "period_end": pd.Timestamp(end),
                          "period_start": pd.Timestamp(end) - pd.DateOffset(years=1) + pd.Timedelta(days=1),
                          "low_usd": low, "high_usd": high, "document_id": f"doc.{given}"}
                         for given, end, low, high in rows])


def test_the_latest_guidance_of_the_open_year_is_set_against_the_last_four_quarters():
    found = outlook_of(said(("2025-07-30", "2025-12-31", 190.0, 195.0), ("2026-01-28", "2026-12-31", 240.0, 300.0),
                            ("2026-04-29", "2026-12-31", 280.0, 290.0)), YEARS, QUARTERS)
    assert (found.expense_low.value, found.expense_high.value) == pytest.approx((0.40, 0.45))
    assert found.revenue.value == pytest.approx(480 / 400 - 1)  # to June 2026, over the four quarters before
    assert found.revenue_so_far.value == pytest.approx(0.30)
    assert found.expense_so_far.value == pytest.approx(140 / 100 - 1)
    assert (found.evidence, str(found.revenue_to.date())) == (0.0, "2026-06-30")
    assert "doc.2026-04-29" in found.documents and "doc.revenue_usd" in found.documents


@pytest.mark.parametrize(("low", "high", "evidence"), [
    (220.0, 230.0, 1.0), (230.0, 300.0, math.nan), (290.0, 300.0, 0.0)])
def test_a_range_around_the_growth_of_revenue_is_no_evidence(low, high, evidence):
    """Revenue grows by a fifth: expense of 200 would grow to 240."""
    found = outlook_of(said(("2026-04-29", "2026-12-31", low, high)), YEARS, QUARTERS).evidence
    assert found == pytest.approx(evidence, nan_ok=True)


def test_what_is_missing_stays_missing():
    now = said(("2026-04-29", "2026-12-31", 280.0, 290.0))
    closed = said(("2025-07-30", "2025-12-31", 190.0, 195.0))
    gap = QUARTERS.drop(index=3)
    for found in (outlook_of(closed, YEARS, QUARTERS), outlook_of(now, YEARS, QUARTERS.tail(5)),
                  outlook_of(now, YEARS, gap), outlook_of(now, YEARS.iloc[:0], QUARTERS)):
        assert math.isnan(found.evidence)
    assert margin_outlook("GOOGL").given_date is None


def test_the_guidance_known_on_a_day_is_the_one_used():
    early, late = margin_outlook("META", "2026-02-15"), margin_outlook("META")
    assert (str(early.given_date.date()), str(late.given_date.date())) == ("2026-01-28", "2026-07-29")
    assert early.expense_low.value < late.expense_low.value
    assert load_expense_guidance(["META"], "2026-02-15")["given_date"].max() == pd.Timestamp("2026-01-28")
    with pytest.raises(UnknownName, match="META"):
        load_expense_guidance(["MTEA"])
