"""Labour series keep every retrieval: the newest counts, and an as-of edition knows only what was retrieved."""

import pandas as pd
import pytest

from analysis import load_labour
from analysis.tables.labour import labour_vintage_unknown, newest_reading
from analysis.tables.labour_rows import new_values, series_values
from analysis.tables.read import forget, read_table

JOBS = "bls_ces_information_employment_USINFO"
FEED = pd.Series({"series": JOBS, "unit": "thousand_jobs", "preliminary_months": 2})


def given(*pairs: tuple[str, str]) -> pd.DataFrame:
    return pd.DataFrame(pairs, columns=["date", "value"])


def test_every_series_a_refresh_takes_in_is_one_of_the_table():
    feeds = read_table("labour_feeds").set_index("series")
    labour = load_labour(list(feeds.index))
    assert set(labour["series"]) == set(feeds.index)
    assert set(feeds["live_source_id"]) <= set(read_table("live_sources")["live_source_id"])
    assert (labour["unit"] == labour["series"].map(feeds["unit"])).all()


def test_of_several_readings_the_last_retrieved_counts_and_the_unknown_vintage_comes_before_all():
    rows = pd.DataFrame({"reading_id": [f"x.2026-01-01.{number}" for number in (1, 2, 10, 9)], "series": "x",
                         "date": "2026-01-01", "value": [1, 2, 4, 3],
                         "retrieved_date": pd.to_datetime([None, "2026-02-01", "2026-03-01", "2026-03-01"])})
    assert newest_reading(rows)["value"].tolist() == [4]
    assert newest_reading(rows[:2])["value"].tolist() == [2]
    assert newest_reading(rows[:1])["value"].tolist() == [1]


def test_an_as_of_edition_knows_what_was_retrieved_by_that_day(data_copy):
    path = data_copy / "labour_series.csv"
    row = path.read_text().splitlines()[1].split(",")
    further = [",".join([f"{JOBS}.2015-01-01.{number}", JOBS, "2015-01-01", value, *row[4:7], day, *row[8:]])
               for number, value, day in ((2, "2741", "2026-05-02"), (3, "2750", "2026-06-02"))]
    path.write_text(path.read_text() + "\n".join(further) + "\n")
    forget()
    editions = {day: load_labour([JOBS], day)["value"].tolist() for day in ("2026-05-01", "2026-05-31", "2026-06-02")}
    assert editions == {"2026-05-01": [], "2026-05-31": [2741], "2026-06-02": [2750]}
    assert load_labour([JOBS])["value"].iloc[0] == 2750
    assert labour_vintage_unknown([JOBS]) == len(load_labour([JOBS])) - 1


def test_values_are_of_the_first_day_of_a_month_and_a_missing_one_is_no_row():
    found = series_values(given(("2026-03-01", "12"), ("2026-02-01", "."), ("2026-01-01", " 10 "), ("2026-01-02", "11"),
                                ("2026-04-01", "")), "2026-05-01")
    assert found.values["value"].tolist() == [10, 12] and found.set_aside.empty


@pytest.mark.parametrize(("date", "value", "reason"), [
    ("2026-06-01", "5", "a date in the future"),
    ("2026-02-30", "5", "not a date"),
    ("01/02/2026", "5", "not a date"),
    ("2026-02-01", "many", "not a number"),
    ("2026-02-01", "nan", "not a number"),
    ("2026-02-01", "1e999", "not a number"),
    ("2026-02-01", "-5", "a value below zero"),
    ("2026-02-01", '=HYPERLINK("http://x")', "not a number"),
])
def test_a_row_that_cannot_be_is_set_aside_with_the_reason(date, value, reason):
    found = series_values(given(("2026-01-01", "10"), (date, value)), "2026-05-20")
    assert found.values["value"].tolist() == [10]
    assert found.set_aside[["date", "value", "reason"]].values.tolist() == [[date, value, reason]]


def test_a_date_that_stands_twice_counts_once_when_its_values_agree_and_not_at_all_when_they_differ():
    found = series_values(given(("2026-01-01", "10"), ("2026-01-01", "10"), ("2026-02-01", "11"), ("2026-02-01", "12")),
                          "2026-05-20")
    assert found.values["value"].tolist() == [10]
    assert found.set_aside["reason"].tolist() == ["the date stands twice, with different values"] * 2


def append(data, rows: pd.DataFrame) -> None:
    path = data / "labour_series.csv"
    path.write_text(path.read_text() + rows.to_csv(index=False, header=False))


def test_only_what_changed_since_the_last_retrieval_is_new(data_copy):
    values = series_values(given(("2026-05-01", "2782"), ("2026-06-01", "2769"), ("2026-07-01", "2780")), "2026-08-09")
    first = new_values(values.values, FEED, "2026-08-09", "7e00521b")
    assert first["reading_id"].tolist() == [f"{JOBS}.2026-0{month}-01.2" for month in (5, 6, 7)]
    assert first["preliminary"].tolist() == ["false", "true", "true"]
    append(data_copy, first)
    assert new_values(values.values, FEED, "2026-08-10", "7e00521b").empty
    later = series_values(given(("2026-05-01", "2782"), ("2026-06-01", "2769"), ("2026-07-01", "2771"),
                                ("2026-08-01", "2765")), "2026-09-09")
    second = new_values(later.values, FEED, "2026-09-09", "7e00521b")
    assert dict(zip(second["reading_id"], second["value"], strict=True)) == {
        f"{JOBS}.2026-06-01.3": "2769",  # no longer preliminary
        f"{JOBS}.2026-07-01.3": "2771", f"{JOBS}.2026-08-01.1": "2765"}


def test_a_value_that_goes_back_to_what_it_was_is_a_reading_of_its_own(data_copy):
    for day, value in (("2026-08-09", "2780"), ("2026-08-10", "2790")):
        append(data_copy, new_values(series_values(given(("2026-07-01", value)), day).values, FEED, day, "7e00521b"))
    back = new_values(series_values(given(("2026-07-01", "2780")), "2026-08-10").values, FEED, "2026-08-10", "7e00521b")
    assert back["reading_id"].tolist() == [f"{JOBS}.2026-07-01.4"]


def test_days_before_the_first_one_on_file_stay_out():
    values = series_values(given(("1970-01-01", "2064"), ("2015-01-01", "2740")), "2026-08-09").values
    assert new_values(values, FEED, "2026-08-09", "7e00521b")["date"].tolist() == ["2015-01-01"]
