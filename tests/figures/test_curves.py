"""The specification curve rises, rings its primary cell, and choices stand on rows of their own."""

import pandas as pd
import pytest
from matplotlib.colors import to_hex

from analysis.errors import AnalysisError
from analysis.figures.curves import choice_rows, specification_curve
from analysis.figures.draw import finish, new_axes
from analysis.figures.style import INK, NEUTRAL, colour


@pytest.fixture
def curve():
    return pd.DataFrame({"rank": range(1, 7), "estimate": [-0.03, -0.01, 0.0, 0.01, 0.02, 0.05], "low": -0.02,
                         "high": 0.02, "p": [0.01, 0.5, 0.9, 0.4, 0.2, 0.001],
                         "first": [False, False, True] + [False] * 3})


def draw(frame, **options):
    return specification_curve(frame, "rank", "estimate", new_axes(), band=("low", "high"), p_value="p", **options)


def test_every_specification_is_a_point_and_colour_means_significance(curve):
    ax = draw(curve)
    points = {to_hex(line.get_color()): list(line.get_ydata()) for line in ax.lines if line.get_marker() == "o"}
    assert points == {NEUTRAL: [-0.01, 0.0, 0.01, 0.02], colour("blue"): [-0.03, 0.05]}
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["permuted", "significant", "not"]


def test_the_primary_cell_is_named_where_it_lies(curve):
    ax = draw(curve, primary="first")
    named = [text for text in ax.texts if text.get_text() == "primary"]
    assert named[0].xy == (3, 0.0)
    assert not [text for text in draw(curve.assign(first=False), primary="first").texts]


def test_a_curve_out_of_order_is_refused(curve):
    with pytest.raises(AnalysisError, match="does not rise"):
        draw(curve.assign(rank=[1, 2, 3, 4, 6, 5]))


@pytest.fixture
def rows():
    return pd.DataFrame({"of": ["Years", "Years", "Firms", "Firms"], "choice": ["one", "two", "all", "without"],
                         "middle": [0.01, 0.03, 0.02, -0.01], "low": [0.0, 0.0, -0.01, -0.05],
                         "high": [0.02, 0.05, 0.03, 0.0], "first": [True, False, True, False]})


def test_choices_stand_apart_by_group_and_the_first_is_dark(rows):
    ax = finish(choice_rows(rows, "choice", "middle", "low", "high", new_axes(4), by="of", primary="first"), "Title")
    assert [text.get_text() for text in ax.get_yticklabels()] == ["one", "two", "all", "without"]
    assert [text.get_text() for text in ax.texts] == ["Years", "Firms"]
    dots = [line for line in ax.lines if line.get_marker() == "o"]
    assert [line.get_color() for line in dots] == [INK, colour("blue")] * 2
    places = [line.get_ydata()[0] for line in dots]
    assert places[2] - places[1] > places[1] - places[0]
    boxes = [text.get_window_extent() for text in [*ax.texts, *ax.get_yticklabels()]]
    assert not any(one.overlaps(other) for place, one in enumerate(boxes) for other in boxes[place + 1:])


def test_a_choice_with_two_rows_is_refused(rows):
    with pytest.raises(AnalysisError, match="more than one row"):
        choice_rows(rows.assign(choice="one"), "choice", "middle", "low", "high", new_axes(), by="of", primary="first")
