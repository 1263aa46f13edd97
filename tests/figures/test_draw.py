"""Drawings show what the rows hold: gaps stay gaps, bars start at zero, words neither overlap nor leave."""

import itertools

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from analysis.errors import AnalysisError, UnknownName
from analysis.figures.draw import bars, columns, dots, finish, lines, mark, new_axes, ranges
from analysis.figures.layout import END_LABEL, spread
from analysis.figures.style import INK, NEUTRAL, colour

LONG_TITLE = ("Amazon, Microsoft, Alphabet and Meta spent far more on property and equipment in the latest "
              "year than in the three years before it taken together")


@pytest.fixture
def capex():
    years = range(2019, 2025)
    firms = {"META": 1.0, "GOOGL": 1.02, "MSFT": 1.04, "AMZN": 3.0, "X": 0.5}
    return pd.DataFrame([{"ticker": name, "year": year, "capex_usd": size * (year - 2010) * 1e9}
                         for name, size in firms.items() for year in years])


def end_labels(ax):
    return [text for text in ax.texts if text.get_label() == END_LABEL]


def overlaps(boxes):
    return [pair for pair in itertools.combinations(boxes, 2) if pair[0].overlaps(pair[1])]


def test_names_beside_lines_do_not_overlap_though_the_lines_end_together(capex):
    ax = lines(capex, "year", "capex_usd", "ticker", new_axes())
    finish(ax, LONG_TITLE, "Capital expenditure")
    labels = end_labels(ax)
    assert len(labels) == 5
    assert overlaps([label.get_window_extent() for label in labels]) == []


def test_names_keep_the_order_of_their_values(capex):
    ax = lines(capex, "year", "capex_usd", "ticker", new_axes())
    labels = sorted(end_labels(ax), key=lambda label: label.get_window_extent().y0)
    assert [label.get_text() for label in labels] == ["X", "META", "GOOGL", "MSFT", "AMZN"]


def test_spread_moves_as_little_as_it_takes():
    assert spread([0, 50, 100], 10, 0, 100) == [0, 50, 100]
    assert spread([50, 50], 10, 0, 100) == [45, 55]
    assert spread([99, 100], 10, 0, 100) == [90, 100]
    with pytest.raises(AnalysisError, match="names do not fit"):
        spread([1, 2, 3], 10, 0, 15)


@pytest.mark.parametrize("title", ["Short", LONG_TITLE])
def test_titles_stay_inside_the_figure_and_above_the_drawing(capex, title):
    ax = lines(capex, "year", "capex_usd", "ticker", new_axes())
    finish(ax, title, "Capital expenditure per fiscal year, billions of US dollars, fiscal years as reported")
    figure = ax.figure
    boxes = [text.get_window_extent() for text in figure.texts]
    assert len(boxes) == 2 and not overlaps(boxes)
    for box in boxes:
        assert box.x0 >= 0 and box.x1 <= figure.bbox.x1 and box.y1 <= figure.bbox.y1
        assert box.y0 >= ax.get_tightbbox().y1
    whole = ax.get_tightbbox()
    assert whole.x0 >= 0 and whole.x1 <= figure.bbox.x1 and whole.y0 >= 0


def test_a_long_title_makes_the_figure_taller_and_leaves_the_drawing_its_height(capex):
    heights = []
    for title in ("Short", LONG_TITLE):
        ax = lines(capex, "year", "capex_usd", "ticker", new_axes())
        heights.append((finish(ax, title).figure.get_figheight(), ax.get_window_extent().height))
    assert heights[1][0] > heights[0][0]
    assert heights[1][1] == pytest.approx(heights[0][1], rel=0.02)


def test_a_gap_in_the_data_is_a_gap_in_the_line(capex):
    capex.loc[(capex.ticker == "META") & (capex.year == 2021), "capex_usd"] = np.nan
    ax = lines(capex[capex.ticker == "META"], "year", "capex_usd", "ticker", new_axes())
    assert np.isnan(ax.lines[0].get_ydata()[2])


def test_a_value_without_neighbours_is_still_shown(capex):
    rows = capex[capex.ticker == "META"].copy()
    rows.loc[rows.year != 2021, "capex_usd"] = np.nan
    ax = lines(rows, "year", "capex_usd", "ticker", new_axes())
    dotted = [line for line in ax.lines if line.get_marker() == "o"]
    assert list(dotted[0].get_xdata()) == [2021]


def test_estimates_are_dashed_and_the_key_says_so(capex):
    capex["capex_usd_basis"] = np.where(capex.year == 2024, "estimated", "reported")
    ax = lines(capex[capex.ticker == "META"], "year", "capex_usd", "ticker", new_axes())
    assert [line.get_linestyle() for line in ax.lines[:2]] == ["-", "--"]
    assert list(ax.lines[1].get_xdata()) == [2023, 2024]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["estimated"]


def test_highlight_leaves_colour_and_name_to_the_chosen_only(capex):
    ax = lines(capex, "year", "capex_usd", "ticker", new_axes(), highlight=["META"])
    assert [label.get_text() for label in end_labels(ax)] == ["META"]
    assert {line.get_color() for line in ax.lines} == {colour("META"), NEUTRAL}
    with pytest.raises(UnknownName, match="META"):
        lines(capex, "year", "capex_usd", "ticker", new_axes(), highlight=["METAA"])


def test_a_highlighted_firm_without_a_colour_of_its_own_stands_out(capex):
    ax = lines(capex, "year", "capex_usd", "ticker", new_axes(), highlight=["X"])
    assert end_labels(ax)[0].get_color() == INK


def test_bars_start_at_zero_and_a_missing_value_is_said():
    frame = pd.DataFrame({"t": ["A", "B", "C"], "v": [3e9, np.nan, -1e9]})
    ax = bars(frame, "v", "t", new_axes())
    assert all(patch.get_x() == 0 for patch in ax.patches)
    assert [text.get_text() for text in ax.texts] == ["$3bn", "not disclosed", "−$1bn"]
    finish(ax, "Title")
    assert overlaps([text.get_window_extent() for text in [*ax.texts, *ax.get_yticklabels()]]) == []


@pytest.mark.parametrize(("rounded", "words"), [
    ([True, True], "rounded or a ceiling, as announced"), ([False, False], "estimated"),
    ([True, False], "estimated, or rounded or a ceiling, as announced")])
def test_the_key_tells_a_rounded_count_from_an_estimate(rounded, words):
    frame = pd.DataFrame({"t": ["B", "A"], "v": [1, 2], "v_basis": "estimated", "v_is_rounded": rounded})
    ax = bars(frame, "v", "t", new_axes(), unit="count")
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [words]


def test_bars_follow_the_rows_from_the_top_and_soft_ones_are_hatched():
    frame = pd.DataFrame({"t": ["B", "A"], "v": [1, 2], "v_basis": ["scenario", "reported"]})
    ax = bars(frame, "v", "t", new_axes(), unit="count")
    assert ax.get_ylim()[0] > ax.get_ylim()[1]
    assert [patch.get_hatch() for patch in ax.patches] == ["...", ""]
    with pytest.raises(AnalysisError, match="more than one row for A"):
        bars(frame.assign(t="A"), "v", "t", new_axes())


def test_stacks_add_up_and_refuse_a_hole(capex):
    ax = columns(capex, "year", "capex_usd", new_axes(), by="ticker")
    tops = {}
    for patch in ax.patches:
        middle = round(patch.get_x() + patch.get_width() / 2)
        tops[middle] = max(tops.get(middle, 0), patch.get_y() + patch.get_height())
    totals = capex.groupby("year").capex_usd.sum()
    assert tops == {year: pytest.approx(total) for year, total in totals.items()}
    with pytest.raises(AnalysisError, match="META has no capex_usd for 2019"):
        columns(capex.iloc[1:], "year", "capex_usd", new_axes(), by="ticker")


def test_months_do_not_overlap():
    frame = pd.DataFrame({"month": pd.date_range("2022-01-01", "2024-12-01", freq="MS"), "persons": 5.0})
    ax = columns(frame, "month", "persons", new_axes(), unit="count")
    spans = sorted((patch.get_x(), patch.get_x() + patch.get_width()) for patch in ax.patches)
    assert all(before[1] < after[0] for before, after in itertools.pairwise(spans))


def test_a_range_keeps_both_ends_and_shows_what_came_out():
    frame = pd.DataFrame({"given": pd.to_datetime(["2026-01-28", "2026-04-29"]), "low": [115e9, 125e9],
                          "high": [135e9, 145e9], "actual": [np.nan, 140e9]})
    ax = ranges(frame, "given", "low", "high", new_axes(), actual="actual", actual_label="reported")
    assert [text.get_text() for text in ax.texts] == ["$115bn", "$135bn", "$125bn", "$145bn"]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["reported"]
    assert list(ax.lines[0].get_ydata()) == [140e9]


def test_a_range_per_firm_says_when_it_is_not_resolved():
    frame = pd.DataFrame({"ticker": ["META", "X"], "low": [35e9, np.nan], "high": [75e9, 80e9]})
    ax = ranges(frame, "ticker", "low", "high", new_axes())
    assert [text.get_text() for text in ax.texts] == ["$35bn–$75bn", "not resolved"]


def test_dots_show_every_firm_once_and_name_the_highlighted():
    frame = pd.DataFrame({"ticker": [f"F{place}" for place in range(30)] + ["META"], "group": "internet",
                          "share": np.linspace(0.05, 0.06, 31)})
    ax = finish(dots(frame, "share", "group", new_axes(), highlight=["META"], unit="percent"), "Title")
    grey = ax.collections[0].get_offsets()
    assert len(grey) == 30 and len({tuple(place) for place in grey.tolist()}) == 30
    assert [text.get_text() for text in ax.texts] == ["META"]
    assert to_hex(ax.lines[0].get_color()) == colour("META")


def test_reference_lines_say_what_they_are(capex):
    ax = lines(capex, "year", "capex_usd", "ticker", new_axes())
    mark(ax, 2022, "Hiring freeze")
    mark(ax, 5e9, "Median", across=True)
    assert {"Hiring freeze", "Median"} <= {text.get_text() for text in ax.texts}
