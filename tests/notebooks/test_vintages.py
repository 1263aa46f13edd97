"""The edition of a day holds nothing of later: no document, date, guidance or statement, on a page or beside it."""

import csv
import re
from pathlib import Path

import pandas as pd
import pytest

from analysis.metrics.story import range_text
from analysis.numerals import date_text
from analysis.publish.jobs import plan
from analysis.publish.manifest import load_manifest
from analysis.tables.coverage import DAY_COLUMNS
from analysis.tables.read import read_table
from tests.notebooks.conftest import command, words

DAY = pd.Timestamp("2026-04-01")
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
WRITTEN = re.compile(rf"\b\d{{1,2}} (?:{MONTHS}) \d{{4}}\b")
ISO = re.compile(r"\b20\d\d-\d\d-\d\d\b")


def later_addresses() -> set[str]:
    """Addresses of documents that only rows of later days cite; a row without a day counts as known."""
    known, later = set(), set()
    for table, day in DAY_COLUMNS.items():
        rows = read_table(table)
        for column in [name for name in rows.columns if name.endswith("document_id")]:
            is_later = rows[day] > DAY
            later |= set(rows.loc[is_later, column].dropna())
            known |= set(rows.loc[~is_later, column].dropna())
    documents = read_table("documents")
    is_later = documents["document_id"].isin(later - known)
    return set(documents.loc[is_later, "url"]) - set(documents.loc[~is_later, "url"])


def later_words() -> set[str]:
    """Ranges guided and sentences said later, unless the same words were known."""
    guidance, said = read_table("guidance"), read_table("statements")
    ranges = pd.Series([range_text(*pair) for pair in zip(guidance["low_usd"], guidance["high_usd"], strict=True)])
    is_range = ranges.str.contains("–")  # a single amount such as $4bn can stand for anything
    later = set(ranges[is_range & (guidance["given_date"] > DAY)]) - set(ranges[guidance["given_date"] <= DAY])
    return later | set(said.loc[said["date"] > DAY, "says"]) - set(said.loc[said["date"] <= DAY, "says"])


def guided_days() -> set[str]:
    """The days to come that guidance known by then speaks of (ISO)."""
    guidance = read_table("guidance")
    return set(guidance.loc[guidance["given_date"] <= DAY, "period_end"].dt.strftime("%Y-%m-%d"))


def later_days(page: Path) -> set[str]:
    """Days after the edition's that stand on a page, but for days guided for and those in titles of sources."""
    titles, text = read_table("sources")["title"], words(page)
    for title in titles[titles.str.contains(WRITTEN)]:
        text = text.replace(title, " ")
    allowed = {date_text(day) for day in guided_days()}
    return {one for one in WRITTEN.findall(text) if pd.Timestamp(one) > DAY} - allowed


def later_days_in_rows(path: Path) -> set[tuple[str, str]]:
    """(column, day) of days after the edition's in the rows beside a page, but for days guided for."""
    with path.open(encoding="utf-8", newline="") as stream:
        found = {(name, day) for row in csv.DictReader(stream) for name, cell in row.items()
                 for day in ISO.findall(cell) if pd.Timestamp(day) > DAY}
    return {(name, day) for name, day in found if not (name in ("period_end", "guidance_id") and day in guided_days())}


def later_amounts() -> set[float]:
    """Dollar amounts of facts filed later, unless the same amount was filed by then; round ones can be anything."""
    facts = read_table("facts")
    usd = facts[(facts["unit"] == "usd") & (facts["value"].abs() >= 1e8) & (facts["value"] % 1e8 != 0)]
    return set(usd.loc[usd["filed_date"] > DAY, "value"]) - set(usd.loc[~(usd["filed_date"] > DAY), "value"])


def amounts(path: Path) -> set[float]:
    """Every number of the rows beside a page."""
    with path.open(encoding="utf-8", newline="") as stream:
        cells = {cell for row in csv.reader(stream) for cell in row}
    return set(pd.to_numeric(pd.Series(sorted(cells), dtype="str"), errors="coerce").dropna())


def squeezed(text: str) -> str:
    """Without blanks: a dollar sign stands in an element of its own on a page."""
    return "".join(text.split())


def leaks(folder: Path) -> dict[str, set]:
    """What of later stands in each file of an edition; files without any are left out."""
    addresses, sentences, later, found = later_addresses(), later_words(), later_amounts(), {}
    for path in [*folder.glob("*.html"), *folder.glob("*.csv")]:
        text = path.read_text(encoding="utf-8").replace("&amp;", "&")
        seen = squeezed(words(path) if path.suffix == ".html" else text)
        found[path.name] = {one for one in addresses if re.search(re.escape(one) + r"[\"' ,)<\n]", text)}
        found[path.name] |= {one for one in sentences if squeezed(one) in seen}
        found[path.name] |= later_days(path) if path.suffix == ".html" else later_days_in_rows(path) | (
            amounts(path) & later)
    return {name: one for name, one in found.items() if one}


def test_nothing_of_later_stands_in_any_file_of_the_edition(edition_of_april):
    dated = {job.id for job in plan(load_manifest(), given={"as_of": "2026-04-01"})}
    assert {path.stem for path in edition_of_april.glob("*.html")} - {"index"} == dated and len(dated) > 10
    assert leaks(edition_of_april) == {}


def test_meta_in_april_knows_the_guidance_of_january_and_how_much_is_left_out(edition_of_april):
    text = words(edition_of_april / "meta_2026.html")
    assert squeezed("$115bn–$135bn") in squeezed(text)
    assert "29 April" not in text and squeezed("$125bn–$145bn") not in squeezed(text)
    undated = read_table("facts")["filed_date"].isna().sum()
    for page in edition_of_april.glob("*.html"):
        assert page.stem == "index" or f"{undated:,} readings of company facts" in words(page), page.name


@pytest.fixture(scope="module")
def latest(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("latest")
    assert command("report", "meta_2026", "what_changed", "--out", folder).returncode == 0
    return folder


def test_the_check_would_see_a_leak(latest):
    found = leaks(latest)
    for name in ("meta_2026.html", "meta_2026.guidance_path.csv", "what_changed.html", "what_changed.layoffs.csv"):
        assert name in found, name
    everything = set().union(*found.values())
    assert "$130bn–$145bn" in found["what_changed.html"]
    assert {"29 July 2026", ("given_date", "2026-07-29")} <= everything
    assert any(str(one).startswith("http") for one in everything)
    assert any(isinstance(one, float) for one in everything)


def test_changes_are_told_between_the_two_days_and_nothing_outside_them(tmp_path):
    done = command("report", "what_changed", "--as-of", "2026-05-01", "--param", "previous=2026-04-28",
                   "--out", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    text = words(tmp_path / "what_changed.html")
    assert re.search("Guidance of capital spending came from [^.]*Meta Platforms", text)
    assert squeezed("raised from $115bn–$135bn to $125bn–$145bn") in squeezed(text)
    assert squeezed("$130bn–$145bn") not in squeezed(text)
    for path in tmp_path.glob("what_changed.*.csv"):
        with path.open(encoding="utf-8", newline="") as stream:
            days = [row["date"] for row in csv.DictReader(stream) if "date" in row]
        assert all("2026-04-28" < day <= "2026-05-01" for day in days), path.name


def test_readings_of_unknown_vintage_stay_out_and_are_counted(latest):
    with (latest / "what_changed.numbers.csv").open(encoding="utf-8", newline="") as stream:
        numbers = {row["key"]: int(row["value"]) for row in csv.DictReader(stream)}
    facts = read_table("facts")
    assert numbers["readings_without_filed_date_count"] == facts["filed_date"].isna().sum() > 0
    assert numbers["readings_count"] == len(facts)


@pytest.mark.parametrize("day", ["soon", "2031-01-01", "latest"])
def test_a_day_that_cannot_be_compared_with_is_refused(tmp_path, day):
    done = command("report", "what_changed", "--param", f"previous={day}", "--out", tmp_path)
    assert done.returncode == 1 and "previous must be" in done.stdout + done.stderr
