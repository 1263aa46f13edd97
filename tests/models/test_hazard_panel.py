"""Firm-half-years at risk, zeros kept, nothing dated after the half-year it explains."""

import numpy as np
import pandas as pd
import pytest

from analysis import load_guidance, load_layoffs, load_panel
from analysis.errors import AnalysisError, UnknownName
from analysis.models.driver_blocks import (
    ABSENT,
    COMPONENTS,
    coverage,
    firm_years,
    scales,
    with_blocks,
)
from analysis.models.drivers import Settings, driver_panel
from analysis.models.hazard_panel import (
    COMPLETE_UNTIL,
    event_of,
    half_start,
    halves_between,
    risk_set,
    sized_events,
    with_outcomes,
)
from analysis.models.trade_panel import PRIMARY


def accounts(*ends: str, ticker: str = "META") -> pd.DataFrame:
    days = pd.to_datetime(list(ends))
    return pd.DataFrame({"ticker": ticker, "period_end": days, "calendar_year": days.year, "revenue_usd": 1.0,
                         "headcount_persons": 1000.0})


def announced(day: str, count: float = np.nan, share: float = np.nan, **changes) -> dict:
    row = {"event_id": day, "ticker": "META", "record_kind": "announcement", "announced_date": pd.Timestamp(day),
           "employees_cut_persons": count, "share_ratio": share, "share_scope": "firm", "unit_of": None,
           "within_event_id": None, "document_id": f"doc-{day}"}
    return row | changes


def outcomes(*events: dict, estimates: str = "left_out") -> pd.DataFrame:
    panel = accounts("2021-12-31", "2022-12-31", "2023-12-31")
    rows = risk_set(panel, ["META"], "2022H1", "2024H1")
    frame = pd.DataFrame(events).astype({"unit_of": object, "within_event_id": object})
    return with_outcomes(rows, sized_events(frame, panel, estimates)).set_index("half")


def test_half_years_run_in_order_and_are_checked():
    assert halves_between("2024H2", "2026H1") == ["2024H2", "2025H1", "2025H2", "2026H1"]
    with pytest.raises(AnalysisError, match="2020H1"):
        halves_between("2024", "2026H1")


def test_a_firm_leaves_the_risk_set_when_its_accounts_age_out():
    rows = risk_set(accounts("2021-12-31"), ["META"], "2021H1", "2023H1")
    assert rows["half"].tolist() == ["2022H1", "2022H2"]


def test_accounts_that_close_in_the_first_days_of_a_half_year_count_as_closed_before_it():
    rows = risk_set(accounts("2022-01-03"), ["META"], "2022H1", "2022H2")
    assert rows["half"].tolist() == ["2022H1", "2022H2"]


def test_quiet_half_years_are_zeros_and_cuts_of_one_half_year_add_up():
    rows = outcomes(announced("2023-02-01", 15), announced("2023-05-01", 10))
    assert event_of(rows, 0.02).tolist() == [0, 0, 1, 0, 0]
    assert rows.loc["2023H1", "cut_share_ratio"] == pytest.approx(0.025)


def test_an_outside_estimate_is_a_round_only_when_asked():
    estimate = announced("2023-02-01", 100, record_kind="estimate")
    assert event_of(outcomes(announced("2022-08-01", 1), estimate)).tolist() == [0, 0, 0, 0, 0]
    counted = outcomes(announced("2022-08-01", 1), estimate, estimates="counted")
    assert event_of(counted).tolist() == [0, 0, 1, 0, 0]
    assert counted.loc["2023H1", "cut_share_ratio"] == pytest.approx(0.1)
    with pytest.raises(UnknownName, match="counted"):
        outcomes(estimate, estimates="count")


def test_a_cut_of_unknown_size_follows_the_rule_chosen():
    rows = outcomes(announced("2023-02-01"))
    assert [event_of(rows, 0.02, rule)["2023H1"] for rule in ("below", "above")] == [0, 1]
    assert np.isnan(event_of(rows, 0.02, "drop")["2023H1"])
    assert event_of(rows, 0.0)["2023H1"] == 1
    with pytest.raises(AnalysisError, match="unknown one of"):
        event_of(rows, 0.02, "guess")


def test_a_unit_s_share_is_not_the_firm_s_and_rounds_inside_a_plan_do_not_count():
    rows = outcomes(announced("2022-09-01", share=0.3, unit_of="Meta"), announced("2023-02-01", share=0.05),
                    announced("2023-09-01", 500, within_event_id="x"))
    assert rows.loc["2022H2", "unsized_count"] == 1
    assert rows.loc["2023H1", "cut_share_ratio"] == pytest.approx(0.05)
    assert not rows.loc["2023H2", "announced"]


def test_the_clock_counts_half_years_since_the_last_announcement():
    rows = outcomes(announced("2022-09-01", 100))
    assert rows["recent_cut"].tolist() == [False, False, True, False, False]
    assert rows["earlier_cut"].tolist() == [False, False, False, True, True]


def test_the_size_of_a_cut_uses_the_headcount_before_it():
    panel = accounts("2022-12-31", "2023-12-31").assign(headcount_persons=[1000.0, 100.0])
    sized = sized_events(pd.DataFrame([announced("2023-12-31", 50)]), panel)
    assert sized["size_ratio"].tolist() == [0.05]


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    return load_panel("year")


@pytest.fixture(scope="module")
def rows(panel) -> pd.DataFrame:
    return driver_panel(panel, load_layoffs())


def test_changing_the_accounts_of_a_later_year_changes_no_block_of_an_earlier_half_year(panel, rows):
    later = panel["period_end"] >= pd.Timestamp("2025-01-11")
    money = ["capex_usd", "operating_cash_flow_usd", "operating_income_usd", "headcount_persons"]
    moved = panel.assign(**{name: panel[name].mask(later, panel[name] * 3) for name in money},
                         revenue_usd=panel["revenue_usd"].mask(later, panel["revenue_usd"] * 7))
    before = rows["half"] <= "2025H1"
    again = driver_panel(moved, load_layoffs())
    for name in ("capex", "productivity", "hiring", "demand", "margin", "log_revenue"):
        changed = again.loc[before, name].compare(rows.loc[before, name], keep_shape=True).notna().any(axis=1)
        early_accounts = rows.loc[before, "accounts_end"] < pd.Timestamp("2025-01-11")
        # winsorising and peer medians go by calendar year, so a year that late closers share may move a little
        late_years = panel.loc[later, "calendar_year"].min()
        assert not (changed & early_accounts & (rows.loc[before, "calendar_year"] < late_years)).any(), name


def test_blocks_rest_on_accounts_closed_before_the_half_year(rows):
    closed = (half_start(rows["half"]) - rows["accounts_end"]).dt.days
    assert closed.min() >= -10
    assert closed.max() < 365


def test_no_event_after_the_complete_list_enters(rows):
    events = sized_events(load_layoffs(), load_panel("year"))
    assert events["announced_date"].max() <= COMPLETE_UNTIL
    assert rows["announcements_count"].sum() == events["ticker"].isin(rows["ticker"]).sum() - _outside(rows, events)


def _outside(rows: pd.DataFrame, events: pd.DataFrame) -> int:
    """Announcements of half-years in which the firm was not at risk."""
    mine = events[events["ticker"].isin(rows["ticker"])]
    at_risk = pd.MultiIndex.from_frame(rows[["ticker", "half"]])
    return int((~pd.MultiIndex.from_frame(mine[["ticker", "half"]]).isin(at_risk)).sum())


def test_blocks_do_not_move_with_the_unit_of_money(panel, rows):
    money = [name for name in panel.columns if name.endswith("_usd")]
    again = driver_panel(panel.assign(**{name: panel[name] * 1000 for name in money}), load_layoffs())
    for name in ("capex", "productivity", "hiring", "demand", "margin"):
        pd.testing.assert_series_equal(again[name], rows[name])


def test_over_hiring_is_none_at_its_base_and_missing_without_headcounts(rows):
    base = rows[(rows["half"] == "2020H1") & (rows["calendar_year"] == 2019) & rows["hiring"].notna()]
    assert len(base) > 20
    assert (base["hiring"] == 0).all()
    years = firm_years(load_panel("year").assign(headcount_persons=np.nan), ["META", "MSFT"], PRIMARY)
    assert years["excess_hiring"].isna().all()


def test_over_hiring_halves_every_two_years(panel):
    years = pd.DataFrame({"ticker": "META", "calendar_year": [2022], "period_end": pd.to_datetime(["2022-12-31"]),
                          **{name: 0.0 for name in COMPONENTS}, "excess_hiring": 0.4, "hiring_before": 0.0,
                          "log_revenue": 1.0, "margin": 0.1, "documents": "d"})
    early = pd.concat([years.assign(ticker=f"T{n}", calendar_year=2018, **{name: float(n) for name in COMPONENTS},
                                    hiring_before=float(n)) for n in range(25)])
    grid = pd.DataFrame({"ticker": "META", "half": ["2024H1", "2026H1"], "calendar_year": [2023, 2025],
                         "half_start": pd.to_datetime(["2024-01-01", "2026-01-01"])})
    found = with_blocks(grid, pd.concat([years, early]), "step")["hiring"]
    assert found[1] / found[0] == pytest.approx(0.5, rel=1e-3)


def test_scales_come_from_years_up_to_2019_only(panel):
    years = firm_years(panel, ["META", "MSFT", "AAPL"], PRIMARY)
    moved = years.assign(capex_step=years["capex_step"].mask(years["calendar_year"] > 2019, 9.0))
    pd.testing.assert_frame_equal(scales(years), scales(moved))
    assert scales(years)["sd"].isna().all()  # three firms are too few for a scale


def test_coverage_names_what_is_missing_and_why(panel):
    table = coverage(firm_years(panel, Settings().tickers(), PRIMARY), panel, load_guidance()).set_index("component")
    dropped = table[~table["used"]]
    assert set(dropped.index) == set(ABSENT)
    assert (dropped["firms_count"] < 20).all()
    assert (table.loc[table["used"], "firms_count"] >= 20).all()
    assert table.loc["six-month stock return", "standing"] == "not in the data"
