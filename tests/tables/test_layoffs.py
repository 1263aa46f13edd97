"""Layoff announcements: what adds up, what does not, and files in the public layout."""

import pandas as pd
import pytest

from analysis import load_industry_monthly, load_layoffs
from analysis.errors import AnalysisError, TableError, UnknownName
from analysis.tables.layoffs import event_quantity

HEADER = ("company,location,total_laid_off,date,percentage_laid_off,industry,source,stage,funds_raised,country,"
          "date_added\n")
ROWS = [
    "Kraken,SF Bay Area,150.0,5/15/2026,,Crypto,https://example.org/a,Unknown,134,United States,5/15/2026\n",
    "Cisco,SF Bay Area,4000.0,5/13/2026,0.05,Infrastructure,https://example.org/b,Post-IPO,2,United States,5/13/2026\n",
    "Dune,Oslo,,5/14/2026,0.25,Crypto,https://example.org/c,Series B,79,Norway,5/15/2026\n",
]


@pytest.fixture(scope="module")
def events() -> pd.DataFrame:
    return load_layoffs()


def event(events, event_id):
    return events.set_index("event_id").loc[event_id]


def test_metas_round_of_2026(events):
    cut = event(events, "2026-04-17.meta")
    assert (cut["employees_cut_persons"], cut["openings_cancelled_count"]) == (8000, 6000)
    assert cut["confirmed_date"] == pd.Timestamp("2026-04-23")
    assert cut["carried_out_date"] == pd.Timestamp("2026-05-20")
    assert event_quantity(cut).basis == "reported"


def test_state_notices_estimates_and_headcount_changes_do_not_add_up(events):
    for kind in ("state_notice", "estimate", "headcount_change"):
        rows = events[events["record_kind"] == kind]
        assert len(rows) and not rows["adds_up"].any(), kind


def test_oracles_thirty_thousand_is_an_estimate(events):
    oracle = events[(events["ticker"] == "ORCL") & (events["employees_cut_persons"] == 30_000)]
    assert oracle["record_kind"].tolist() == ["estimate"]


def test_a_count_inside_an_earlier_plan_does_not_add_up(events):
    intel = events[(events["ticker"] == "INTC") & (events["employees_cut_persons"] == 5000)]
    inside = intel[intel["within_event_id"].notna()]
    assert inside["within_basis"].tolist() == ["stated"] and not inside["adds_up"].any()
    assert event(events, inside["within_event_id"].iloc[0])["employees_cut_persons"] == 22_000


def test_a_unit_carries_its_parents_ticker_and_its_own_share(events):
    linkedin = event(events, "2026-05-13.linkedin")
    assert (linkedin["ticker"], linkedin["unit_of"], linkedin["share_scope"]) == ("MSFT", "Microsoft", "unit")


def test_no_site_share_is_left_as_a_firms_share(events):
    both = events[(events["share_scope"] == "firm") & events["workforce_before_persons"].notna()
                  & events["employees_cut_persons"].notna()]
    implied = both["employees_cut_persons"] / both["workforce_before_persons"]
    assert len(both) > 3 and ((implied / both["share_ratio"]).between(1 / 3, 3)).all()


def test_a_placeholder_day_is_marked(events):
    assert event(events, "2026-10-01.hubspot")["date_precision"] == "month"
    workday = events[(events["ticker"] == "WDAY") & (events["announced_date"] == "2026-09-29")]
    assert workday["date_precision"].tolist() == ["day"]


def test_a_missing_count_is_missing(events):
    uncounted = events[events["employees_cut_persons"].isna()]
    assert len(uncounted) > 100 and not uncounted["adds_up"].any()
    assert event_quantity(uncounted.iloc[0]).is_missing


def test_partial_months_are_marked():
    for scope in ("all_countries", "united_states", "us_listed_technology"):
        months = load_industry_monthly(scope)
        assert set(months.loc[months["partial"], "month"]) == {"2020-03", "2026-05"}


def test_an_unknown_scope_is_refused():
    with pytest.raises(UnknownName, match="all_countries"):
        load_industry_monthly("everywhere")


def test_a_file_in_the_public_layout_loads(tmp_path):
    path = tmp_path / "layoffs.csv"
    path.write_text(HEADER + "".join(ROWS) + ROWS[0] + ",Nowhere,5,5/1/2026,,,,,,,\n" + "NoDate,X,5,,,,,,,,\n")
    events = load_layoffs(path)
    assert events["company"].tolist() == ["Cisco", "Dune", "Kraken"]
    assert events["employees_cut_persons"].sum() == 4150 and events["adds_up"].sum() == 2
    assert [(row["line"], row["why"]) for row in events.attrs["dropped"]] == [
        (5, "repeats an earlier row"), (6, "no company"), (7, "no date")]
    assert events.set_index("company")["listed"].to_dict() == {"Cisco": True, "Dune": False, "Kraken": False}


@pytest.mark.parametrize(("row", "words"), [
    ("Bad,X,many,5/1/2026,,,,,,,\n", r"line 5, column total_laid_off.*many"),
    ("Bad,X,5,1 May,,,,,,,\n", r"line 5, column date.*1 May"),
    ("Bad,X,5,5/1/2026,80,,,,,,\n", r"line 5, column percentage_laid_off.*80"),
    ("Bad,X,-5,5/1/2026,,,,,,,\n", r"line 5, column total_laid_off.*-5"),
])
def test_a_malformed_file_is_refused_with_line_and_column(tmp_path, row, words):
    path = tmp_path / "layoffs.csv"
    path.write_text(HEADER + "".join(ROWS) + row)
    with pytest.raises(TableError, match=words):
        load_layoffs(path)


def test_two_files_can_be_joined_and_their_events_counted(tmp_path):
    path = tmp_path / "layoffs.csv"
    path.write_text(HEADER + "".join(ROWS))
    both = pd.concat([load_layoffs(path), load_layoffs(path)])
    assert len(both) == 6 and set(load_layoffs().columns) - set(both.columns) == set()
    counted = load_layoffs(path).query("adds_up").iloc[0]
    assert event_quantity(counted).documents == ()


def test_spaces_and_trailing_zeros_do_not_hide_a_repeat(tmp_path):
    path = tmp_path / "layoffs.csv"
    path.write_text(HEADER + ROWS[1] + ROWS[1].replace("Cisco,", "Cisco ,").replace("0.05", "0.050"))
    assert len(load_layoffs(path)) == 1


@pytest.mark.parametrize(("content", "words"), [
    (b"", "is empty"),
    (HEADER.encode() + b"Caf\xe9,X,5,5/1/2026,,,,,,,\n", "UTF-8"),
    (HEADER.encode() + b"Acme,5\n", "line 2 has 2 cells"),
    (HEADER.encode() + b'"Ac\nme",X,5,5/1/2026,,,,,,,\nBad,X,many,5/1/2026,,,,,,,\n', "line 4, column total_laid_off"),
])
def test_a_broken_file_is_refused_in_words(tmp_path, content, words):
    path = tmp_path / "layoffs.csv"
    path.write_bytes(content)
    with pytest.raises(TableError, match=words):
        load_layoffs(path)


def test_companies_cannot_be_chosen_by_ticker_in_a_file(tmp_path):
    path = tmp_path / "layoffs.csv"
    path.write_text(HEADER + "".join(ROWS))
    with pytest.raises(AnalysisError, match="no tickers"):
        load_layoffs(path, companies=["CSCO"])


def test_a_file_without_a_column_is_refused(tmp_path):
    path = tmp_path / "layoffs.csv"
    path.write_text("company,date\nMeta,5/1/2026\n")
    with pytest.raises(TableError, match="total_laid_off"):
        load_layoffs(path)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(TableError, match="no file"):
        load_layoffs(tmp_path / "none.csv")
