"""A field of ratios: whole grids only, names on the sides that exist, the mark where the workload is."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import AnalysisError
from analysis.figures.layout import END_LABEL, finish, new_axes
from analysis.figures.style import INK, svg
from analysis.figures.surfaces import ratio_surface

NAMES = {"below": "owning is cheaper", "above": "renting is cheaper"}


def grid(scale=1.0):
    across, up = np.meshgrid(np.linspace(0.1, 1, 11), np.linspace(1, 9, 9))
    return pd.DataFrame({"use": across.ravel(), "rent": up.ravel(), "ratio": scale * 2 / (across * up).ravel()})


def drawn(frame, **options):
    return ratio_surface(frame, x="use", y="rent", ratio="ratio", ax=new_axes(), **NAMES, **options)


def words(ax):
    return {text.get_text() for text in ax.texts}


def test_both_sides_are_named_and_the_line_of_equality_is_drawn():
    ax = drawn(grid())
    assert set(NAMES.values()) <= words(ax)
    strong = [one for one in ax.collections if np.allclose(one.get_linewidth(), 2)]
    assert len(strong) == 1
    # use times rent is 2 all along it, up to the straight pieces between the points of the grid
    points = np.vstack([path.vertices for path in strong[0].get_paths()])
    assert points[:, 0] * points[:, 1] == pytest.approx(2, rel=0.25)


@pytest.mark.parametrize(("scale", "side"), [(0.01, "below"), (100, "above")])
def test_a_field_on_one_side_has_one_name_and_no_line(scale, side):
    ax = drawn(grid(scale))
    assert words(ax) & set(NAMES.values()) == {NAMES[side]}
    assert not [one for one in ax.collections if np.allclose(one.get_linewidth(), 2)]


def test_a_hole_in_the_grid_is_refused():
    with pytest.raises(AnalysisError, match="every point of the grid"):
        drawn(grid().iloc[:-1])
    with pytest.raises(AnalysisError, match="every point of the grid"):
        drawn(grid().query("rent == 1"))


def test_the_point_and_the_levels_are_named():
    ax = drawn(grid(), point=(0.5, 4.0), point_label="this workload", levels={"Ada": 3.0, "Bob": 3.1})
    finish(ax, "Owning is cheaper in most of the field", "Rent by use")
    ends = [text for text in ax.texts if text.get_label() == END_LABEL]
    assert {text.get_text() for text in ends} == {"Ada", "Bob"} and "this workload" in words(ax)
    boxes = [text.get_window_extent() for text in ends]
    assert not boxes[0].overlaps(boxes[1])
    mark = next(line for line in ax.lines if line.get_marker() == "D")
    assert (mark.get_xdata()[0], mark.get_ydata()[0], mark.get_color()) == (0.5, 4.0, INK)


def test_tints_follow_the_readers_colour_scheme():
    text = svg(finish(drawn(grid()), "A title", "A subtitle").figure)
    assert "var(--house-blue)" in text and "var(--house-orange)" in text
