"""Drawing a ratio over two inputs: on one side of its line the first thing is cheaper, on the other the second."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.errors import AnalysisError
from analysis.figures.layout import LABEL_POINTS, NOTE_POINTS, end_label, spread_end_labels, value_axis
from analysis.figures.style import INK, LINE, MUTED, PAPER, colour, house_style

STEPS = (0.5, 2.0)
"""The ratios that get a line of their own beside the line of equality."""
TINTS = (0.42, 0.2)
"""How strong the colour is beyond a step, and between the step and equality."""


@house_style()
def ratio_surface(frame: pd.DataFrame, x: str, y: str, ratio: str, ax: Axes, *, below: str, above: str,
                  x_unit: str = "percent", y_unit: str = "usd", x_label: str = "", y_label: str = "",
                  shades: tuple[str, str] = ("blue", "orange"), point: tuple[float, float] | None = None,
                  point_label: str = "", levels: Mapping[str, float] | None = None) -> Axes:
    """A field of ratios over a grid, tinted by side of the line where the ratio is 1, with lines at half and twice.

    `frame` is tidy, one row per point of a full grid; the ratio falls to the right and upward. `below` and
    `above` name the sides in words on the field.
    `point` is a place to mark, `levels` are values of `y` to name at the right edge. AnalysisError for a grid
    with holes.
    """
    table = frame.pivot(index=y, columns=x, values=ratio)
    if table.isna().any(axis=None) or min(table.shape) < 2:
        raise AnalysisError(f"{ratio} is not given at every point of the grid of {x} and {y}")
    across, up, field = table.columns.to_numpy(float), table.index.to_numpy(float), table.to_numpy(float)
    _tint(ax, across, up, field, shades)
    _lines(ax, across, up, field)
    if field[-1, -1] < 1:
        _corner(ax, (0.98, 0.96), ("right", "top"), below, colour(shades[0]))
    if field[0, 0] > 1:
        _corner(ax, (0.02, 0.04), ("left", "bottom"), above, colour(shades[1]))
    if point is not None:
        _point(ax, point, point_label)
    for words, value in (levels or {}).items():
        end_label(ax, words, value, MUTED)
    ax.set(xlim=(across[0], across[-1]), ylim=(up[0], up[-1]), xlabel=x_label, ylabel=y_label)
    ax.grid(False)
    value_axis(ax.xaxis, x_unit)
    value_axis(ax.yaxis, y_unit)
    spread_end_labels(ax)
    return ax


def _tint(ax: Axes, across: np.ndarray, up: np.ndarray, field: np.ndarray, shades: tuple[str, str]) -> None:
    low, high = STEPS
    bands = [(0, low, shades[0], TINTS[0]), (low, 1, shades[0], TINTS[1]), (1, high, shades[1], TINTS[1]),
             (high, max(high, field.max()) + 1, shades[1], TINTS[0])]
    for start, stop, shade, tint in bands:
        if ((field >= start) & (field <= stop)).any():
            ax.contourf(across, up, field, levels=[start, stop], colors=[colour(shade)], alpha=tint)


def _lines(ax: Axes, across: np.ndarray, up: np.ndarray, field: np.ndarray) -> None:
    """A strong line where both cost the same, thin ones at half and twice."""
    if field.min() < 1 < field.max():
        ax.contour(across, up, field, levels=[1.0], colors=[INK], linewidths=2)
    thin = [step for step in STEPS if field.min() < step < field.max()]
    if thin:
        drawn = ax.contour(across, up, field, levels=thin, colors=[LINE], linewidths=0.8)
        names = {STEPS[0]: "half", STEPS[1]: "twice"}
        middles = [max(segments, key=len) for segments in drawn.allsegs if segments]
        places = [tuple(segment[len(segment) // 5]) for segment in middles]
        ax.clabel(drawn, fmt=names, fontsize=NOTE_POINTS, colors=[MUTED], inline=True, manual=places)


def _corner(ax: Axes, place: tuple[float, float], align: tuple[str, str], words: str, shade: str) -> None:
    """A side's name in the corner that lies deepest in it, in fractions of the axis."""
    ax.annotate(words, place, xycoords="axes fraction", ha=align[0], va=align[1], color=shade,
                fontsize=LABEL_POINTS, fontweight="bold")


def _point(ax: Axes, point: tuple[float, float], words: str) -> None:
    ax.plot(*point, "D", color=INK, markersize=8, markeredgecolor=PAPER, zorder=5, clip_on=False)
    ax.annotate(words, point, (-9, 0), textcoords="offset points", ha="right", va="center", color=INK,
                fontsize=NOTE_POINTS, zorder=6)
