"""What the rows ask for: basis as line style or hatch with its key, one row per mark, names in colour."""

from collections.abc import Iterable

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.errors import AnalysisError, require_known
from analysis.figures.style import BASIS_HATCHES, BASIS_LINES, MUTED, PAPER

ROUNDED = "rounded or a ceiling, as announced"
"""What "estimated" means for a count that the company itself gave: column `<value>_is_rounded` says where it does."""


def bases(rows: pd.DataFrame, value: str) -> list[str]:
    """The basis of each row's value: from `<value>_basis`, else "reported"."""
    column = f"{value}_basis"
    return list(rows[column]) if column in rows else ["reported"] * len(rows)


def line_key(ax: Axes, frame: pd.DataFrame, y: str) -> None:
    """Name the line styles that are not "reported", above the drawing."""
    key(ax, [Line2D([], [], color=MUTED, linewidth=1.6, linestyle=BASIS_LINES[basis], label=_named(frame, y, basis))
             for basis in _soft_bases(frame, y)])


def hatch_key(ax: Axes, frame: pd.DataFrame, value: str) -> None:
    """Name the hatches, above the drawing."""
    key(ax, [Patch(facecolor=MUTED, edgecolor=PAPER, linewidth=0, hatch=BASIS_HATCHES[basis],
                   label=_named(frame, value, basis))
             for basis in _soft_bases(frame, value)])


def _soft_bases(frame: pd.DataFrame, value: str) -> list[str]:
    found = set(bases(frame, value))
    return [basis for basis in ("estimated", "scenario") if basis in found]


def _named(frame: pd.DataFrame, value: str, basis: str) -> str:
    """The basis as the key names it: in the company's own words where every such row is a rounded count of its own."""
    column = f"{value}_is_rounded"
    own = frame.loc[[one == basis for one in bases(frame, value)], column] if column in frame else pd.Series(dtype=bool)
    return basis if own.empty or not own.any() else ROUNDED if own.all() else f"{basis}, or {ROUNDED}"


def key(ax: Axes, handles: list[Line2D] | list[Patch]) -> None:
    """A key above the drawing; nothing when there is nothing to tell."""
    if handles:
        ax.legend(handles=handles, loc="lower left", bbox_to_anchor=(0, 1), ncols=4, borderpad=0.2,
                  borderaxespad=0, labelcolor=MUTED, handletextpad=0.5)


def one_row_each(frame: pd.DataFrame, *key_columns: str) -> None:
    """Raise AnalysisError when a mark has several rows, which would be drawn over each other."""
    twice = frame.loc[frame.duplicated(list(key_columns)), list(key_columns)]
    if len(twice):
        raise AnalysisError(f"more than one row for {', '.join(map(str, twice.iloc[0]))}; draw one row each")


def chosen(frame: pd.DataFrame, column: str, highlight: Iterable[str] | None) -> set[str]:
    """The names to draw in colour: all of them, or those given; UnknownName for one not in the frame."""
    names = set(frame[column])
    return names if highlight is None else {require_known(column, name, names) for name in highlight}
