"""Figures and tables say what they show to every reader, and carry their rows."""

import base64
import datetime
import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup

from analysis.errors import AnalysisError, UnknownName
from analysis.figures.draw import bars, finish, new_axes
from analysis.publish import citing, display, prose
from analysis.quantity import Quantity

ALT = "Bar chart: META spent $2bn in 2025, twice as much as its closest peer, which spent $1bn."


@pytest.fixture(autouse=True)
def page(monkeypatch):
    shown = []
    names = {"10-K": "SEC EDGAR", "tracker": "A <tracker>"}
    monkeypatch.setattr(citing.register, "citation", lambda document: SimpleNamespace(
        source_id=document, publisher=names[document], title=document, licence="", url="https://example.org/"))
    monkeypatch.setattr(citing, "display",
                        lambda data, raw, metadata: shown.append((data, metadata["analysis"])))
    citing.forget()
    return shown


@pytest.fixture
def frame():
    return pd.DataFrame({
        "firm": ["Meta <script>", "Other"], "capex_usd": [2e9, np.nan],
        "staff": pd.array([78865, pd.NA], "Int64"), "day": pd.to_datetime(["2026-04-29", None]),
        "url": ["https://example.org/?a=1&b=2", "javascript:alert(1)"],
        "capex_usd_basis": ["estimated", "unresolved"], "staff_basis": ["reported", "reported"],
    })


COLUMNS = {"firm": ("Firm", "text"), "capex_usd": ("Capital expenditure", "usd"), "staff": ("Staff", "count"),
           "day": ("Said on", "date")}


def figure(frame):
    return finish(bars(frame, "capex_usd", "firm", new_axes()), "Title").figure


def soup(page):
    return BeautifulSoup(page[0][0]["text/html"], "html.parser")


def show(frame, **changes):
    display.show(figure(frame), **{"id": "capex", "title": "Meta spent most", "alt": ALT, "frame": frame,
                                   "documents": ["10-K", "tracker", "10-K"]} | changes)


def table(frame, **changes):
    display.table(frame, **{"id": "capex", "caption": "Who spent what", "columns": COLUMNS,
                            "documents": ["10-K"]} | changes)


# --- figures

def test_a_figure_is_a_picture_with_a_real_description_and_its_sources(page, frame):
    show(frame, note="Fiscal years")
    picture = soup(page).find("figure").find("img")
    assert picture["alt"] == ALT
    head, data = picture["src"].split(",")
    assert head == "data:image/svg+xml;base64" and base64.b64decode(data).startswith(b"<svg")
    assert soup(page).find("figcaption").get_text() == "Sources: A <tracker>; SEC EDGAR. Fiscal years."


def test_a_figure_carries_the_rows_it_drew_as_plain_values(page, frame):
    show(frame)
    record = json.loads(json.dumps(page[0][1], allow_nan=False))
    assert {key: record[key] for key in ("kind", "id", "title", "alt")} == {
        "kind": "figure", "id": "capex", "title": "Meta spent most", "alt": ALT}
    assert record["columns"] == list(frame.columns) and record["documents"] == ["10-K", "tracker"]
    assert record["rows"][0] == {
        "firm": "Meta <script>", "capex_usd": 2e9, "staff": 78865, "day": "2026-04-29",
        "url": "https://example.org/?a=1&b=2", "capex_usd_basis": "estimated", "staff_basis": "reported"}
    assert record["rows"][1]["capex_usd"] is None and record["rows"][1]["day"] is None


def test_the_same_figure_is_the_same_output(page, frame):
    show(frame)
    show(frame)
    assert page[0] == page[1]


@pytest.mark.parametrize("changes", [
    {"alt": ""}, {"alt": "capex"}, {"alt": "A chart of capex."}, {"alt": ALT + " None"}, {"alt": " " * 60},
    {"title": ""}, {"title": "Meta spent nan"}, {"id": "Cap Ex"}, {"id": "../capex"}, {"id": ""},
])
def test_a_poor_description_title_or_id_is_refused(page, frame, changes):
    with pytest.raises(AnalysisError):
        show(frame, **changes)
    assert page == []


def test_an_id_is_no_description_however_long(page, frame):
    name = "a" * 50
    with pytest.raises(AnalysisError):
        show(frame, id=name, alt=name)


def test_numbers_in_a_title_or_description_are_recorded_and_cited(page, frame):
    spent = prose.usd(Quantity(2e9, "usd", "reported", ("tracker",)))
    title = prose.phrase("Meta spent {capex}", capex=spent)
    show(frame, title=title, alt=prose.phrase(ALT + " {again}", again=title), documents=["10-K"])
    assert {row["key"] for row in page[0][1]["numbers"]} == {"capex"}
    assert page[0][1]["documents"] == ["10-K", "tracker"]


def test_shown_figures_and_tables_reach_the_list_of_sources(page, frame):
    show(frame, documents=["10-K"])
    table(frame, documents=["tracker"])
    prose.limits_and_sources()
    assert page[-1][1]["documents"] == ["10-K", "tracker"]


# --- tables

def test_a_table_names_its_rows_and_columns(page, frame):
    table(frame)
    found = soup(page)
    assert found.find("caption").get_text() == "Who spent what"
    assert [cell.get_text() for cell in found.select('thead th[scope="col"]')] == [
        "Firm", "Capital expenditure", "Staff", "Said on"]
    assert [cell.get_text() for cell in found.select('tbody th[scope="row"]')] == ["Meta <script>", "Other"]
    assert found.find("script") is None
    box = found.find("div", class_="table-scroll")
    assert (box["tabindex"], box["role"], box["aria-label"]) == ("0", "region", "Who spent what")


def test_a_missing_cell_says_so_and_is_never_blank_or_zero(page, frame):
    table(frame)
    cells = [cell.get_text() for cell in soup(page).select("tbody tr")[1].find_all("td")]
    assert cells == ["not disclosed"] * 3
    page.clear()
    table(frame, missing="no event recorded")
    assert "no event recorded" in page[0][0]["text/html"] and "not disclosed" not in page[0][0]["text/html"]


def test_soft_numbers_are_marked_and_the_mark_is_explained(page, frame):
    table(frame, note="Fiscal years")
    first = soup(page).select("tbody tr")[0].find_all("td")
    assert first[0].get_text() == "$2bn†" and first[1].get_text() == "78,865"
    assert soup(page).find("p").get_text() == "Source: SEC EDGAR. † estimated. Fiscal years."
    page.clear()
    table(frame.assign(capex_usd_basis="reported"))
    assert "†" not in page[0][0]["text/html"]


def test_a_count_the_company_rounded_is_not_called_an_estimate(page, frame):
    rows = frame.assign(capex_usd_is_rounded=True)
    table(rows)
    text = soup(page).get_text()
    assert "$2bn≈" in text and "≈ rounded or a ceiling, as announced" in text and "estimated" not in text
    page.clear()
    table(rows.assign(capex_usd_is_rounded=False))
    assert "$2bn†" in soup(page).get_text() and "≈" not in soup(page).get_text()


def test_a_folded_table_shows_its_caption_alone_until_it_is_opened(page, frame):
    table(frame, caption="Who <spent> $1", folded=True)
    found = soup(page)
    assert found.select_one("details:not([open]) > summary").get_text() == "Who <spent> $1"
    assert found.select_one("details table") and page[0][1]["rows"]


def test_jupyterlab_finds_no_formula_between_two_dollar_signs(page, frame):
    table(frame.assign(firm="From $1 to $2"), caption="From $1 to $2", note="From $1 to $2")
    for text in soup(page).find_all(string=True):
        assert text.count("$") < 2


def test_numbers_stand_to_the_right_and_words_to_the_left(page, frame):
    table(frame)
    sides = [cell["style"].split(";")[0] for cell in soup(page).select("thead th")]
    assert sides == ["text-align:left", "text-align:right", "text-align:right", "text-align:left"]
    assert "tabular-nums" in soup(page).select("tbody td")[0]["style"]


def test_only_web_addresses_link_the_first_column(page, frame):
    table(frame, link="url")
    assert [(link["href"], link.get_text()) for link in soup(page).find_all("a")] == [
        ("https://example.org/?a=1&b=2", "Meta <script>")]


def test_a_table_carries_its_rows(page, frame):
    table(frame)
    record = json.loads(json.dumps(page[0][1], allow_nan=False))
    assert record["kind"] == "table" and record["id"] == "capex" and record["title"] == "Who spent what"
    assert record["rows"][0]["staff"] == 78865 and record["rows"][1]["staff"] is None


def test_a_wrong_column_or_formatter_names_the_nearest(frame):
    with pytest.raises(UnknownName, match="capex_usd"):
        table(frame, columns={"capx_usd": ("Capex", "usd")})
    with pytest.raises(UnknownName, match="percent"):
        table(frame, columns={"capex_usd": ("Capex", "percentage")})
    with pytest.raises(UnknownName, match="url"):
        table(frame, link="urls")


def test_a_function_can_write_a_cell(page, frame):
    table(frame, columns={"firm": ("Firm", "text"), "capex_usd": ("Capex", lambda value: f"{value:.0e}")})
    assert "2e+09" in soup(page).get_text()


def test_plain_values():
    assert display.plain_value(pd.Timestamp("2026-04-29 10:30")) == "2026-04-29T10:30:00"
    assert display.plain_value(datetime.date(2026, 4, 29)) == "2026-04-29"
    assert display.plain_value(np.int64(3)) == 3 and display.plain_value(np.bool_(True)) is True
    assert [display.plain_value(gap) for gap in (None, pd.NA, pd.NaT, np.nan)] == [None] * 4
    with pytest.raises(AnalysisError, match="list"):
        display.plain_value([1])
