"""Drawing: a frame and an axis in, the axis out. Nothing here fetches, saves or shows.

Usage: `ax = new_axes(); lines(frame, "year", "capex_usd", "ticker", ax); finish(ax, title, subtitle)`.
Frames are tidy, one mark per row. `unit` is "usd", "percent", "count" or "times". A column
`<value>_basis` decides between solid, dashed and dotted lines, or hatches.
A missing value is never drawn as zero: a line breaks, a bar reads "not disclosed".
"""

from collections.abc import Iterable
from itertools import groupby

import matplotlib.dates as mdates
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.errors import AnalysisError
from analysis.figures.basis import bases, chosen, hatch_key, line_key, one_row_each
from analysis.figures.layout import (
    LABEL_POINTS,
    UNITS,
    end_label,
    finish,
    mark,
    new_axes,
    spread_end_labels,
    time_axis,
    value_axis,
    zero_base,
)
from analysis.figures.spreads import dots, ranges
from analysis.figures.style import (
    BASIS_HATCHES,
    BASIS_LINES,
    INK,
    LINE,
    MUTED,
    NEUTRAL,
    PAPER,
    colour,
    house_style,
    strong_colour,
)

__all__ = ["bars", "columns", "dots", "finish", "lines", "mark", "new_axes", "ranges", "value_axis"]

NOT_DISCLOSED = "not disclosed"


@house_style()
def lines(frame: pd.DataFrame, x: str, y: str, by: str, ax: Axes, *, unit: str = "usd",
          labels: dict[str, str] | None = None, highlight: Iterable[str] | None = None) -> Axes:
    """One line per value of `by`, named at its right end.

    `labels` maps a name to the words shown. With `highlight`, the other lines turn grey and thin, and
    lose their name unless `labels` gives one. A gap in the data is a gap in the line.
    """
    names = labels or {}
    strong = chosen(frame, by, highlight)
    paint = colour if highlight is None else strong_colour
    for name, rows in frame.sort_values(x).groupby(by, sort=True):
        is_strong = name in strong
        shade = paint(name) if is_strong else NEUTRAL
        _line(ax, rows, x, y, color=shade, linewidth=2.2 if is_strong else 1, zorder=3 if is_strong else 2)
        known = rows[y].dropna()
        if len(known) and (is_strong or name in names):
            end_label(ax, names.get(name, str(name)), known.iloc[-1], shade)
    ax.margins(x=0.02)
    time_axis(ax, frame[x])
    value_axis(ax.yaxis, unit)
    zero_base(ax, frame[y])
    line_key(ax, frame, y)
    spread_end_labels(ax)
    return ax


def _line(ax: Axes, rows: pd.DataFrame, x: str, y: str, **look) -> None:
    """One name's line in stretches of one basis, each starting at the end of the one before."""
    across, up = rows[x].to_numpy(), rows[y].to_numpy(dtype=float)
    start = 0
    for basis, stretch in groupby(bases(rows, y)):
        stop = start + len(list(stretch))
        part = slice(max(0, start - 1), stop)
        ax.plot(across[part], up[part], linestyle=BASIS_LINES.get(basis, "-"), **look)
        start = stop
    padded = np.concatenate([[np.nan], up, [np.nan]])
    # a value without neighbours has no line; a dot shows that it exists
    alone = ~np.isnan(up) & np.isnan(padded[:-2]) & np.isnan(padded[2:])
    ax.plot(across[alone], up[alone], "o", markersize=4, color=look["color"])


@house_style()
def bars(frame: pd.DataFrame, x: str, y: str, ax: Axes, *, unit: str = "usd",
         highlight: Iterable[str] | None = None, colour_by: str | None = None) -> Axes:
    """Horizontal bars from zero with their values, in the order of the rows, first on top.

    `x` is the value, `y` the name (one row each). `colour_by` names the column whose company or group
    sets the colour, else `y` does. With `highlight`, other bars are grey.
    """
    one_row_each(frame, y)
    shades = _shades(frame, y, colour_by or y, highlight)
    places = np.arange(len(frame))
    ax.barh(places, frame[x].fillna(0), height=0.68, color=shades, edgecolor=PAPER, linewidth=0,
            hatch=[BASIS_HATCHES.get(basis, "") for basis in bases(frame, x)])
    for place, value in zip(places, frame[x], strict=True):
        _bar_value(ax, place, value, unit)
    ax.axvline(0, color=LINE, linewidth=0.8)
    ax.set_yticks(places, [str(name) for name in frame[y]], color=INK)
    ax.set_ylim(len(frame) - 0.5, -0.5)
    ax.margins(x=0.22 if (frame[x] < 0).any() else 0.02)  # room for values to the left of zero
    hatch_key(ax, frame, x)
    ax.xaxis.set_visible(False)
    ax.spines["bottom"].set_visible(False)
    ax.grid(False)
    return ax


def _bar_value(ax: Axes, place: int, value: float, unit: str) -> None:
    """The value just beyond the end of its bar."""
    is_missing = pd.isna(value)
    words = NOT_DISCLOSED if is_missing else UNITS[unit](value)
    end, is_left = (0, False) if is_missing else (value, value < 0)
    ax.annotate(words, (end, place), (-4 if is_left else 4, 0), textcoords="offset points", va="center",
                ha="right" if is_left else "left", fontsize=LABEL_POINTS, color=MUTED if is_missing else INK)


@house_style()
def columns(frame: pd.DataFrame, x: str, y: str, ax: Axes, *, by: str | None = None, unit: str = "usd",
            shade: str = "blue", labels: dict[str, str] | None = None) -> Axes:
    """Upright columns over time from zero, stacked when `by` is given, first name at the bottom.

    `shade` is a company, group or hue and colours a single series. A stack names its parts beside its
    last column. A missing value leaves a gap, but in a stack a missing or negative part raises AnalysisError.
    """
    if by is None:
        _column(ax, frame, x, y, 0, colour(shade))
    else:
        _stack(ax, frame, x, y, by, labels or {})
    ax.axhline(0, color=LINE, linewidth=0.8)
    ax.margins(x=0.02)
    hatch_key(ax, frame, y)
    time_axis(ax, frame[x])
    value_axis(ax.yaxis, unit)
    spread_end_labels(ax)
    return ax


def _stack(ax: Axes, frame: pd.DataFrame, x: str, y: str, by: str, labels: dict[str, str]) -> None:
    table = _whole_stack(frame, x, y, by)
    base = np.zeros(len(table))
    for name in table:
        part = frame[frame[by] == name].sort_values(x)
        _column(ax, part, x, y, base, colour(name))
        top = part[y].iloc[-1]
        if top > 0:
            end_label(ax, labels.get(name, str(name)), base[-1] + top / 2, colour(name))
        base = base + part[y].to_numpy()


def _whole_stack(frame: pd.DataFrame, x: str, y: str, by: str) -> pd.DataFrame:
    """Times by names. A hole would pass for zero and a negative part would hide others: both raise."""
    one_row_each(frame, by, x)
    table = frame.pivot(index=x, columns=by, values=y)[list(dict.fromkeys(frame[by]))]
    for name in table:
        if table[name].isna().any():
            raise AnalysisError(f"{name} has no {y} for {table.index[table[name].isna()][0]}: the total "
                                "would be too small; keep the names that have every period")
        if (table[name] < 0).any():
            raise AnalysisError(f"{y} of {name} is negative, which cannot be stacked")
    return table


def _column(ax: Axes, rows: pd.DataFrame, x: str, y: str, base: float | np.ndarray, shade: str) -> None:
    if pd.api.types.is_numeric_dtype(rows[x]):
        places = rows[x]
    else:  # names such as "2026Q1" stand one step apart
        is_time = pd.api.types.is_datetime64_any_dtype(rows[x])
        places = mdates.date2num(rows[x]) if is_time else np.arange(len(rows))
    apart = np.diff(np.unique(places))
    width = 0.78 * (apart.min() if len(apart) else 1)
    ax.bar(rows[x], rows[y], width=width, bottom=base, color=shade, edgecolor=PAPER, linewidth=0.4,
           hatch=[BASIS_HATCHES.get(basis, "") for basis in bases(rows, y)])


def _shades(frame: pd.DataFrame, name: str, colour_by: str, highlight: Iterable[str] | None) -> list[str]:
    strong = chosen(frame, name, highlight)
    paint = colour if highlight is None else strong_colour
    return [paint(key) if label in strong else NEUTRAL
            for label, key in zip(frame[name], frame[colour_by], strict=True)]
