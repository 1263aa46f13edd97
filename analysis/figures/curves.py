"""Drawing many specifications of one estimate: the curve of all of them, and what each choice does to it."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.errors import AnalysisError
from analysis.figures.basis import key, one_row_each
from analysis.figures.layout import NOTE_POINTS, value_axis
from analysis.figures.style import GRID, INK, LINE, MUTED, NEUTRAL, PAPER, colour, house_style

SIGNIFICANT, PLAIN, BAND = "significant", "not", "permuted"


@house_style()
def specification_curve(frame: pd.DataFrame, x: str, y: str, ax: Axes, *, band: tuple[str, str], p_value: str,
                        level: float = 0.05, primary: str | None = None, unit: str = "percent") -> Axes:
    """Estimates in rising order over their rank, on the band they would lie in if nothing were there.

    `x` is the rank, `y` the estimate, `band` the two columns of the band, `p_value` decides the colour of a point at
    `level`, `primary` a column of True for the cell to ring and name. Rows may be a selection of the ranks.
    AnalysisError when the estimates do not rise with the rank.
    """
    rows = frame.sort_values(x)
    if (rows[y].diff() < 0).any():
        raise AnalysisError(f"{y} does not rise with {x}: a specification curve is drawn in order")
    ax.fill_between(rows[x], rows[band[0]], rows[band[1]], color=GRID, linewidth=0, zorder=1)
    ax.axhline(0, color=LINE, linewidth=0.8)
    strong = rows[p_value] < level
    for mask, shade in ((~strong, NEUTRAL), (strong, colour("blue"))):
        ax.plot(rows.loc[mask, x], rows.loc[mask, y], "o", markersize=3.2, color=shade, zorder=3)
    if primary is not None and rows[primary].any():
        _ringed(ax, rows[rows[primary]].iloc[0], x, y)
    ax.margins(x=0.02)
    ax.xaxis.set_visible(False)
    ax.spines["bottom"].set_visible(False)
    value_axis(ax.yaxis, unit)
    key(ax, [Patch(facecolor=GRID, label=BAND), _dot(colour("blue"), SIGNIFICANT), _dot(NEUTRAL, PLAIN)])
    return ax


def _ringed(ax: Axes, row: pd.Series, x: str, y: str) -> None:
    """The primary cell: a ring, and its name with a thin line to it."""
    ax.plot(row[x], row[y], "o", markersize=9, color="none", markeredgecolor=INK, markeredgewidth=1.6, zorder=5)
    ax.annotate("primary", (row[x], row[y]), (0, 26), textcoords="offset points", ha="center", fontsize=NOTE_POINTS,
                color=INK, arrowprops={"arrowstyle": "-", "color": MUTED, "linewidth": 0.8})


def _dot(shade: str, label: str) -> Line2D:
    return Line2D([], [], marker="o", linestyle="", markersize=5, color=shade, label=label)


@house_style()
def choice_rows(frame: pd.DataFrame, y: str, value: str, low: str, high: str, ax: Axes, *, by: str,
                primary: str, unit: str = "percent") -> Axes:
    """One row per choice: the median of its cells as a dot on the line from `low` to `high`, grouped by `by`.

    `y` names the choice (one row each within `by`), `primary` is a column of True for each group's first choice,
    whose dot is dark. The group's name stands above its rows.
    """
    one_row_each(frame, by, y)
    rows = frame.reset_index(drop=True)
    new_group = rows[by].ne(rows[by].shift())
    places = np.arange(len(rows)) + 1.15 * new_group.cumsum().to_numpy()
    ax.axvline(0, color=LINE, linewidth=0.8)
    ax.hlines(places, rows[low], rows[high], color=NEUTRAL, linewidth=3, capstyle="butt")
    for place, row in zip(places, rows.to_dict("records"), strict=True):
        ax.plot(row[value], place, "o", markersize=8, color=INK if row[primary] else colour("blue"),
                markeredgecolor=PAPER, zorder=4)
    for place, name in zip(places[new_group], rows.loc[new_group, by], strict=True):
        ax.annotate(str(name), (0, place - 0.75), (2, 0), xycoords=("axes fraction", "data"),
                    textcoords="offset points", color=MUTED, fontsize=NOTE_POINTS, va="center")
    ax.set_yticks(places, [str(name) for name in rows[y]], color=INK)
    ax.set_ylim(places[-1] + 0.7, -0.2)
    ax.grid(False, axis="y")
    ax.grid(True, axis="x")
    value_axis(ax.xaxis, unit)
    return ax
