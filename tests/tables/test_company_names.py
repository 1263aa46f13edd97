"""A name from outside means a company of ours by its spelling, or no company at all."""

import pandas as pd
import pytest

from analysis.tables.company_names import CompanyNames, spelling
from analysis.tables.read import read_table

TODAY = pd.Timestamp("2026-11-22")


@pytest.fixture(scope="module")
def names() -> CompanyNames:
    return CompanyNames()


@pytest.mark.parametrize(("name", "ticker"), [
    ("Meta", "META"), ("META PLATFORMS, INC.", "META"), ("Meta\u200b Platforms", "META"), ("Ｍｅｔａ", "META"),
    ("Facebook", "META"), ("  Micro soft", None), ("microsoft corp", "MSFT"), ("Bill.com", "BILL"),
    ("BILL COM", "BILL"),
    ("AT & T", "T"), ("at&t", "T"), ("Météa", None), ("Méta", "META"),
    ("Мета", None), ("Мeta", None),  # Cyrillic letters that look like Latin ones
    ("<script>alert(1)</script>", None), ("", None), ("   ", None), ("Inc", None), ("🚀", None), ("字节跳动", None),
])
def test_a_name_is_found_by_its_spelling_or_not_at_all(names, name, ticker):
    found = names.find(name, TODAY)
    assert (found.ticker if found else None) == ticker


def test_what_is_written_is_our_own_spelling(names):
    assert names.find('=meta"', TODAY).name == "Meta"


def test_a_unit_belongs_to_its_parent(names):
    found = names.find("linkedin", TODAY)
    assert (found.ticker, found.name, found.unit_of) == ("MSFT", "LinkedIn", "Microsoft")


def test_a_bought_firm_is_its_own_until_then_and_a_unit_from_then_on(names):
    before, after = (names.find("Splunk Inc.", pd.Timestamp(day)) for day in ("2024-02-29", "2024-03-01"))
    assert (before.ticker, before.unit_of) == ("SPLK", None)
    assert (after.ticker, after.unit_of) == ("CSCO", "Cisco")


def test_no_two_companies_share_a_spelling(names):
    companies, aliases = read_table("companies"), read_table("company_aliases")
    assert len(names.own) == len(companies) and len(names.aliases) == len(aliases)
    assert [plain for plain, (start, _) in names.aliases.items() if plain in names.own and pd.isna(start)] == []


def test_every_company_of_an_event_is_found_under_its_ticker(names):
    events = read_table("layoff_events")
    events = events[events["ticker"].notna()]
    wrong = [row.event_id for row in events.itertuples(index=False)
             if getattr(names.find(row.company, row.announced_date), "ticker", None) != row.ticker]
    assert wrong == []


def test_spelling_keeps_words_apart():
    assert spelling("N-able Technologies") == "n able technologies" != spelling("Nable")
    assert spelling("Company") == "company"
