"""Drawing what is not a single number: ranges with two ends, and a firm among its peers."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from analysis.figures.basis import chosen, key, one_row_each
from analysis.figures.layout import LABEL_POINTS, NOTE_POINTS, UNITS, time_axis, value_axis
from analysis.figures.style import INK, MUTED, NEUTRAL, PAPER, colour, house_style, strong_colour

UNRESOLVED = "not resolved"
NEGATIVE_ROOM = 1.05
"""A range that starts below zero keeps a little air to its left."""


@house_style()
def ranges(frame: pd.DataFrame, x: str, low: str, high: str, ax: Axes, *, actual: str | None = None,
           unit: str = "usd", shade: str | None = None, actual_label: str = "actual") -> Axes:
    """Ranges from `low` to `high`, with both ends written and an optional point for what came out.

    When `x` holds dates or years, ranges stand upright over time; when it holds names, each is a row.
    A range is never reduced to its middle. `shade` is a company, group or hue; names colour themselves.
    """
    is_rows = not (pd.api.types.is_numeric_dtype(frame[x]) or pd.api.types.is_datetime64_any_dtype(frame[x]))
    if is_rows:  # a range's words stand beyond its outcome
        outcomes = np.full(len(frame), np.nan) if actual is None else frame[actual].to_numpy(dtype=float)
        _range_rows(frame, x, low, high, ax, unit, shade, outcomes)
    else:
        _range_times(frame, x, low, high, ax, unit, shade)
    if actual is not None:
        known = frame.dropna(subset=[actual])
        names = {name: place for place, name in enumerate(frame[x])}
        places = [names[name] for name in known[x]] if is_rows else known[x]
        across, up = (known[actual], places) if is_rows else (places, known[actual])
        points = ax.plot(across, up, "D", color=INK, markersize=7, markeredgecolor=PAPER, label=actual_label,
                         zorder=4)
        key(ax, points)
    return ax


def _range_times(frame: pd.DataFrame, x: str, low: str, high: str, ax: Axes, unit: str,
                 shade: str | None) -> None:
    ax.vlines(frame[x], frame[low], frame[high], color=colour(shade or "blue"), linewidth=9, capstyle="butt")
    for at, bottom, top in zip(frame[x], frame[low], frame[high], strict=True):
        for value, side, lift in ((bottom, "top", -3), (top, "bottom", 3)):
            if pd.notna(value) and (value == top or bottom != top):
                ax.annotate(UNITS[unit](value), (at, value), (0, lift), textcoords="offset points",
                            ha="center", va=side, fontsize=NOTE_POINTS, color=INK)
    ax.margins(x=0.08, y=0.14)
    time_axis(ax, frame[x])
    value_axis(ax.yaxis, unit)


def _range_rows(frame: pd.DataFrame, x: str, low: str, high: str, ax: Axes, unit: str,
                shade: str | None, beyond: np.ndarray) -> None:
    one_row_each(frame, x)
    places = np.arange(len(frame))
    shades = [colour(shade or name) for name in frame[x]]
    ax.hlines(places, frame[low], frame[high], color=shades, linewidth=9, capstyle="butt")
    ax.set_yticks(places, [str(name) for name in frame[x]], color=INK)
    for place, bottom, top in zip(places, frame[low], frame[high], strict=True):
        is_open = pd.isna(bottom) or pd.isna(top)
        words = UNRESOLVED if is_open else "–".join(dict.fromkeys((UNITS[unit](bottom), UNITS[unit](top))))
        end = 0 if is_open else np.nanmax([top, beyond[place]])
        ax.annotate(words, (end, place), (8, 0), textcoords="offset points", va="center",
                    color=MUTED if is_open else INK, fontsize=NOTE_POINTS)
    ax.set_ylim(len(frame) - 0.5, -0.5)
    ax.set_xlim(left=min(0, NEGATIVE_ROOM * frame[low].min()))
    ax.grid(False, axis="y")
    ax.grid(True, axis="x")
    value_axis(ax.xaxis, unit)


@house_style()
def dots(frame: pd.DataFrame, x: str, by: str, ax: Axes, *, highlight: Iterable[str], name: str = "ticker",
         unit: str = "usd", labels: dict[str, str] | None = None) -> Axes:
    """A strip of dots per group, one dot per firm, with the highlighted firms coloured and named.

    `x` is the value, `by` the group, `name` the firm. Dots are moved apart so that each can be counted.
    """
    known = frame.dropna(subset=[x])
    strong = chosen(frame, name, highlight)
    groups = list(dict.fromkeys(known[by]))
    sns.swarmplot(data=known[~known[name].isin(strong)], x=x, y=by, order=groups, color=NEUTRAL, size=5,
                  alpha=0.75, ax=ax)
    for row in known[known[name].isin(strong)].to_dict("records"):
        words = (labels or {}).get(row[name], row[name])
        _strong_dot(ax, row[x], groups.index(row[by]), words, strong_colour(row[name]))
    ax.set(xlabel="", ylabel="", ylim=(len(groups) - 0.5, -0.7))
    ax.tick_params(axis="y", labelcolor=INK)
    ax.grid(False, axis="y")
    ax.grid(True, axis="x")
    value_axis(ax.xaxis, unit)
    return ax


def _strong_dot(ax: Axes, across: float, place: int, words: str, shade: str) -> None:
    """A large dot with its name on a paper ground, because other dots may lie under it."""
    ax.plot(across, place, "o", color=shade, markersize=10, markeredgecolor=PAPER, zorder=5)
    ax.annotate(words, (across, place), (0, 9), ha="center", textcoords="offset points", color=shade,
                fontsize=LABEL_POINTS, fontweight="bold", zorder=6,
                bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 0.5})
