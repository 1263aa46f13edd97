"""A fan opens at the last known value, one panel per name, and shows what it is given to mark."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from analysis.errors import AnalysisError
from analysis.figures.draw import finish, new_axes
from analysis.figures.fans import fans
from analysis.figures.style import INK, colour

BANDS = {"bands": (("low_80", "high_80"), ("low_50", "high_50")), "names": ("wide", "narrow")}


@pytest.fixture
def frame() -> pd.DataFrame:
    years = list(range(2022, 2029))
    ahead = np.array([np.nan] * 4 + [1.0, 2.0, 3.0])
    parts = [pd.DataFrame({"name": name, "year": years, "value": 10.0, "low_80": 10 - ahead, "high_80": 10 + ahead,
                           "low_50": 10 - ahead / 2, "high_50": 10 + ahead / 2, "said": np.where(
                               np.array(years) == 2026, 15.0, np.nan)}) for name in ("META", "AMZN", "Median firm")]
    return pd.concat(parts, ignore_index=True)


def draw(frame, **options):
    return fans(frame, "year", "value", "name", new_axes(6), **BANDS, **options)


def test_every_name_has_a_panel_in_order_and_the_rest_is_empty(frame):
    ax = finish(draw(frame, labels={"META": "Meta Platforms"}), "Finding", "measure")
    shown = [one for one in ax.figure.axes if one.get_visible()]
    assert [one.get_title(loc="left") for one in shown] == ["Meta Platforms", "AMZN", "Median firm"]
    assert len(ax.figure.axes) == 4 and [text.get_text() for text in ax.figure.texts] == ["Finding", "measure"]


def test_bands_open_at_the_last_known_value(frame):
    ax = draw(frame)
    for band, width in zip(ax.collections, (3.0, 1.5), strict=True):
        corners = band.get_paths()[0].vertices
        start, end = corners[corners[:, 0] == 2025][:, 1], corners[corners[:, 0] == 2028][:, 1]
        assert set(start) == {10.0} and (end.min(), end.max()) == (10 - width, 10 + width)
    past = [line for line in ax.lines if to_hex(line.get_color()) == INK and line.get_linestyle() == "-"]
    assert past[0].get_xdata().tolist() == [2022, 2023, 2024, 2025]
    middle = [line for line in ax.lines if to_hex(line.get_color()) == colour("blue")]
    assert middle[0].get_xdata().tolist() == [2025, 2026, 2027, 2028] and middle[0].get_linestyle() == "--"


def test_marks_lie_inside_the_panel_and_are_named(frame):
    ax = draw(frame, mark="said", mark_label="guided", shared=False)
    points = [line for line in ax.lines if line.get_marker() == "D"][0]
    assert np.nanmax(points.get_ydata()) == 15 < ax.get_ylim()[1] and ax.get_ylim()[0] == 0
    words = [text.get_text() for text in ax.figure.legends[0].get_texts()]
    assert words == ["known", "middle of the forecast", "wide", "narrow", "guided"]


def test_panels_share_a_scale_unless_told_otherwise(frame):
    taller = frame.assign(high_80=frame["high_80"].where(frame["name"] != "AMZN", frame["high_80"] * 5))
    one, other = draw(taller).figure.axes[:2]
    assert one.get_ylim() == other.get_ylim()
    one, other = draw(taller, shared=False).figure.axes[:2]
    assert one.get_ylim()[1] < other.get_ylim()[1]


def test_a_name_without_past_or_with_two_rows_a_year_is_refused(frame):
    with pytest.raises(AnalysisError, match="AMZN has no known value"):
        draw(frame[~((frame["name"] == "AMZN") & (frame["year"] < 2026))])
    with pytest.raises(AnalysisError, match="more than one row"):
        draw(pd.concat([frame, frame.head(1)]))
