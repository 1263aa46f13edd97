"""Drawing forecasts: the known past as a line, what may come as bands, one panel per name on a common scale."""

import math

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from analysis.errors import AnalysisError
from analysis.figures.basis import one_row_each
from analysis.figures.layout import LABEL_POINTS, NOTE_POINTS, value_axis
from analysis.figures.style import INK, LINE, MUTED, colour, house_style

SHADES = (0.22, 0.4)
"""How dark the bands are, from the widest to the narrowest."""
ROOM = 0.12
"""Air above the highest mark, over the height of the panel."""


@house_style()
def fans(frame: pd.DataFrame, x: str, value: str, by: str, ax: Axes, *, bands: tuple[tuple[str, str], ...],
         names: tuple[str, ...], unit: str = "percent", across: int = 2, shade: str = "blue",
         mark: str | None = None, mark_label: str = "", labels: dict[str, str] | None = None,
         base: float | None = None, shared: bool = True) -> Axes:
    """One panel per value of `by`, in the order of the rows: a line where the bands are missing, bands after it.

    `bands` names pairs of columns, the widest first, and `names` what each is called. The forecast's middle is dashed.
    `mark` is a column of points to set in, `base` a value to draw a thin line at. Panels share one scale unless
    `shared` is False, then each starts at zero.
    AnalysisError when a name has two rows at one x, or no known row to start its bands at.
    """
    one_row_each(frame, by, x)
    panels = list(dict.fromkeys(frame[by]))
    figure = ax.figure
    ax.remove()
    grid = figure.subplots(math.ceil(len(panels) / across), across, sharex=True, sharey=shared, squeeze=False)
    for place, axes in zip(panels, grid.flat, strict=False):
        rows = frame[frame[by] == place].sort_values(x)
        _fan(axes, place, rows, x, value, bands, colour(shade))
        if mark is not None:
            axes.plot(rows[x], rows[mark], "D", color=INK, markersize=6, zorder=5)
        if base is not None:
            axes.axhline(base, color=LINE, linewidth=0.8, zorder=1)
        axes.set_title((labels or {}).get(place, str(place)), loc="left", fontsize=LABEL_POINTS, color=INK)
        value_axis(axes.yaxis, unit)
        axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))
        axes.tick_params(labelbottom=True)
        axes.margins(y=ROOM)
        if not shared:
            axes.set_ylim(bottom=0)
    for axes in grid.flat[len(panels):]:
        axes.set_visible(False)
    _key(figure, colour(shade), names, mark_label)
    return grid[0, 0]


def _fan(axes: Axes, name: str, rows: pd.DataFrame, x: str, value: str, bands: tuple[tuple[str, str], ...],
         shade: str) -> None:
    """One name's past and its bands, which open at the last known value."""
    ahead = rows[bands[0][0]].notna()
    known = rows[~ahead & rows[value].notna()]
    if known.empty:
        raise AnalysisError(f"{name} has no known value to start from")
    start, future = known.iloc[-1], rows[ahead]
    across = np.r_[start[x], future[x]]
    for (low, high), dark in zip(bands, SHADES, strict=False):
        axes.fill_between(across, np.r_[start[value], future[low]], np.r_[start[value], future[high]], color=shade,
                          alpha=dark, linewidth=0, zorder=2)
    axes.plot(across, np.r_[start[value], future[value]], linestyle="--", color=shade, linewidth=1.6, zorder=3)
    axes.plot(known[x], known[value], color=INK, linewidth=2, zorder=4)


def _key(figure, shade: str, names: tuple[str, ...], mark_label: str) -> None:
    """One key under all panels."""
    handles: list[Line2D | Patch] = [
        Line2D([], [], color=INK, linewidth=2, label="known"),
        Line2D([], [], color=shade, linewidth=1.6, linestyle="--", label="middle of the forecast")]
    handles += [Patch(facecolor=shade, alpha=dark, linewidth=0, label=name)
                for name, dark in zip(names, SHADES, strict=False)]
    if mark_label:
        handles.append(Line2D([], [], marker="D", linestyle="", color=INK, markersize=6, label=mark_label))
    figure.legend(handles=handles, loc="outside lower left", ncols=3, fontsize=NOTE_POINTS, labelcolor=MUTED,
                  frameon=False)
