"""The record: every firm-year has its error, Meta's last three are within the bound, large errors name a cause."""

import pytest

from analysis.economics.ranges import assumed
from analysis.errors import AnalysisError, UnknownName
from analysis.outlook.filer import HYPERSCALERS, hyperscaler
from analysis.outlook.life_effects import CHECK, effect_of_change, life_effects
from analysis.outlook.placed import placed_in_service
from analysis.outlook.reconcile import computed, reconciled
from analysis.outlook.wave_tables import early_retirements, large_errors, last_errors


@pytest.fixture(scope="module")
def errors():
    return reconciled(draws=100)


@pytest.fixture(scope="module")
def changes():
    return life_effects(draws=100)


def test_meta_comes_within_a_tenth_in_the_last_three_years(errors):
    mine = last_errors(errors, "META")
    assert list(mine["fiscal_year"]) == [2023, 2024, 2025]
    assert mine["error_ratio"].abs().max() <= 0.1 and not mine["is_large"].any()


def test_every_reported_year_after_the_opening_has_an_error(errors):
    for ticker in HYPERSCALERS:
        filer = hyperscaler(ticker)
        expected = [year for year in sorted(filer.reported) if filer.opening_year < year <= filer.last_year]
        assert list(errors.loc[errors["ticker"] == ticker, "fiscal_year"]) == expected
    assert errors.groupby("ticker").size().min() >= 5


def test_large_errors_name_what_is_missing(errors):
    large = large_errors(errors)
    assert (errors["error_ratio"].abs() > assumed("error_to_name_ratio").value).equals(errors["is_large"])
    assert len(large) == errors["is_large"].sum() and large["error_ratio"].abs().is_monotonic_decreasing
    assert (large["missing"] != "").all()


def test_servers_retired_early_are_named_among_the_missing(errors):
    mine = errors[errors["ticker"] == "AMZN"].set_index("fiscal_year")["missing"]
    assert mine.str.contains("servers retired early").to_dict() == {year: year in (2024, 2025) for year in mine.index}
    told = early_retirements([hyperscaler("AMZN")])
    assert list(told["value_usd"]) == [0.92e9, 0.6e9] and list(told["value_usd_basis"]) == ["reported", "estimated"]


def test_the_lever_never_makes_an_error_worse(errors):
    assert (errors["lever_error_ratio"].abs() <= errors["error_ratio"].abs() + 1e-9).all()


def test_nothing_is_fitted_to_the_reported_charge():
    """Other reported charges leave every computed one as it was."""
    filer = hyperscaler("META")
    before = computed(filer)
    filer.panel["depreciation_usd"] *= 2
    filer.notes.loc[filer.notes["item"] == "depreciation", "value_usd"] *= 3
    assert computed(filer) == before


def test_disclosed_effects_stand_beside_computed_ones(changes):
    assert (changes["computed_usd"] * changes["disclosed_usd"] > 0).all()
    meta = changes[(changes["ticker"] == "META") & (changes["fiscal_year"] == 2025)].iloc[0]
    assert meta["disclosed_usd"] == pytest.approx(-2.92e9)
    assert meta["low_usd"] < meta["disclosed_usd"] < meta["high_usd"]
    assert (changes["use"] != CHECK).sum() == 1


def test_a_year_without_a_change_has_no_effect_to_isolate():
    filer = hyperscaler("META")
    with pytest.raises(AnalysisError, match="no life of servers changes in fiscal 2019"):
        effect_of_change(filer, placed_in_service(filer), "servers", 2019)


def test_assets_in_service_make_less_of_the_effect_than_all():
    filer = hyperscaler("GOOGL")
    placed = placed_in_service(filer)
    held, every = (effect_of_change(filer, placed, "servers", 2023, scope) for scope in ("in_service", "all"))
    assert every < held < 0


def test_a_company_whose_notes_were_not_read_is_refused():
    with pytest.raises(UnknownName):
        hyperscaler("AAPL")
