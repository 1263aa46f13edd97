"""Where things go on the page: the axis, its units, names beside lines, the title above.

Text is measured, so that no title leaves the figure and no two names overlap.
"""

from collections.abc import Callable, Sequence

import matplotlib.dates as mdates
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.text import Annotation, Text
from matplotlib.ticker import FuncFormatter, MaxNLocator

from analysis import numerals
from analysis.errors import AnalysisError, require_known
from analysis.figures.style import INK, LINE, MUTED, WIDTH_INCHES, house_style

UNITS: dict[str, Callable[[float], str]] = {
    "usd": numerals.usd_text, "percent": numerals.percent_text, "count": numerals.count_text,
    "times": lambda value: numerals.fixed(value, 1) + "×",
    "points": lambda value: numerals.points_text(value, words=False),
}
TITLE_POINTS, SUBTITLE_POINTS, LABEL_POINTS, NOTE_POINTS = 15, 12, 12, 11
LINE_SPACING = 1.25
MARGIN_INCHES = 0.08
LABEL_GAP_POINTS = 6
END_LABEL = "end-label"
"""The mark by which a name beside a line is found again when the layout moves."""


@house_style()
def new_axes(height_inches: float = 3.2) -> Axes:
    """An empty axis on house paper; the height is that of the drawing, without its title."""
    return Figure(figsize=(WIDTH_INCHES, height_inches)).add_subplot()


@house_style()
def finish(ax: Axes, title: str, subtitle: str = "") -> Axes:
    """Write the finding above the figure and the measure and unit below it; call once, last.

    Long titles wrap, and the figure grows by what they need.
    """
    figure = ax.figure
    head = [(title, TITLE_POINTS, "bold", INK), (subtitle, SUBTITLE_POINTS, "normal", MUTED)]
    texts = [_left_text(figure, *line) for line in head if line[0].strip()]
    heights = [_inches(text)[1] + MARGIN_INCHES for text in texts]
    drawing = figure.get_figheight()
    figure.set_figheight(drawing + sum(heights) + MARGIN_INCHES)
    _arrange(figure, drawing / figure.get_figheight())
    down = MARGIN_INCHES  # from the upper edge
    for text, height in zip(texts, heights, strict=True):
        text.set_position((MARGIN_INCHES / WIDTH_INCHES, 1 - down / figure.get_figheight()))
        down += height
    for axis in figure.axes:
        spread_end_labels(axis)
    return ax


def _arrange(figure: Figure, top: float) -> None:
    """Fit all axes and what hangs on them into the figure below `top`, then leave them there."""
    figure.set_layout_engine("constrained", rect=(0, 0, 1, top), w_pad=MARGIN_INCHES, h_pad=MARGIN_INCHES)
    figure.draw_without_rendering()
    figure.set_layout_engine("none")


def _left_text(figure: Figure, words: str, size: float, weight: str, shade: str) -> Text:
    """A text of the figure, wrapped to its width; finish() sets its place."""
    text = figure.text(0, 1, "", fontsize=size, fontweight=weight, color=shade, ha="left", va="top",
                       linespacing=LINE_SPACING)
    text.set_in_layout(False)
    lines = [""]
    for word in words.split():
        text.set_text(f"{lines[-1]} {word}".strip())
        if _inches(text)[0] > WIDTH_INCHES - 2 * MARGIN_INCHES and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = text.get_text()
    text.set_text("\n".join(lines))
    return text


def _inches(text: Text) -> tuple[float, float]:
    """Width and height of a text."""
    box = text.get_window_extent()
    return box.width / text.figure.dpi, box.height / text.figure.dpi


def end_label(ax: Axes, words: str, value: float, shade: str) -> Annotation:
    """A name at the right edge, level with a value; spread_end_labels() keeps names apart."""
    return ax.annotate(words, (1, value), (LABEL_GAP_POINTS, 0), xycoords=("axes fraction", "data"),
                       textcoords="offset points", color=shade, fontsize=LABEL_POINTS, fontweight="bold",
                       va="center", annotation_clip=False, label=END_LABEL)


def spread_end_labels(ax: Axes) -> None:
    """Move the names beside the lines up or down, as little as it takes, until none overlap."""
    labels = [text for text in ax.texts if isinstance(text, Annotation) and text.get_label() == END_LABEL]
    if not labels:
        return
    ax.get_ylim()  # settles the limits; until then data have no place on the page
    labels.sort(key=lambda label: label.xy[1])
    points = 72 / ax.figure.dpi
    wanted = [ax.transData.transform((0, label.xy[1]))[1] * points for label in labels]
    gaps = [label.get_window_extent().height * points + 1 for label in labels]
    box = ax.get_window_extent()
    places = spread(wanted, max(gaps), box.y0 * points, box.y1 * points)
    for label, want, place in zip(labels, wanted, places, strict=True):
        label.set_position((LABEL_GAP_POINTS, place - want))


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places at least `gap` apart between `low` and `high`, near those wanted (in rising order)."""
    if (len(wanted) - 1) * gap > high - low:
        raise AnalysisError(f"{len(wanted)} names do not fit beside the figure: make it taller or name fewer")
    blocks: list[list[float]] = []  # members and their mean place once each is set back by its rank
    for rank, want in enumerate(wanted):
        block = [want - rank * gap]
        while blocks and sum(blocks[-1]) / len(blocks[-1]) >= sum(block) / len(block):
            block = blocks.pop() + block
        blocks.append(block)
    level = [sum(block) / len(block) for block in blocks for _ in block]
    ceiling = high - (len(wanted) - 1) * gap
    return [min(max(place, low), ceiling) + rank * gap for rank, place in enumerate(level)]


@house_style()
def value_axis(axis: Axis, unit: str) -> None:
    """Write an axis in "usd" ($100bn), "percent" (40%), "count" (80,000) or "times" (2.0×)."""
    write = UNITS[require_known("unit", unit, UNITS)]
    if unit == "percent":
        def write(value: float) -> str:
            return numerals.percent_text(value, 0 if abs(value * 100 - round(value * 100)) < 1e-6 else 1)
    axis.set_major_locator(MaxNLocator(4 if axis.axis_name == "x" else 6, steps=[1, 2, 2.5, 5, 10],
                                       integer=unit == "count"))  # a count is written whole
    axis.set_major_formatter(FuncFormatter(lambda value, _: write(value)))


def zero_base(ax: Axes, values: pd.Series) -> None:
    """Start a value axis at zero where that costs little; a line crosses zero where values do."""
    if (values.dropna() < 0).any():
        ax.axhline(0, color=LINE, linewidth=0.8)
    elif values.min() < values.max() / 2:
        ax.set_ylim(bottom=0)


def time_axis(ax: Axes, values: pd.Series) -> None:
    """Whole years for numbers, short dates for dates."""
    if pd.api.types.is_datetime64_any_dtype(values):
        locator = mdates.AutoDateLocator(minticks=3, maxticks=7)
        ax.xaxis.set_major_locator(locator)
        ax.xaxis.set_major_formatter(mdates.ConciseDateFormatter(locator, show_offset=False))
    elif pd.api.types.is_numeric_dtype(values):
        ax.xaxis.set_major_locator(MaxNLocator(7, integer=True))
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f}"))


@house_style()
def mark(ax: Axes, at: object, words: str, *, across: bool = False) -> Axes:
    """A thin reference line with a few words: upright at a date, or `across` at a value."""
    if across:
        ax.axhline(at, color=LINE, linewidth=0.8, linestyle=(0, (4, 3)))
        ax.annotate(words, (0, at), (2, 3), xycoords=("axes fraction", "data"), textcoords="offset points",
                    color=MUTED, fontsize=NOTE_POINTS)
    else:
        ax.axvline(at, color=LINE, linewidth=0.8, linestyle=(0, (4, 3)))
        ax.annotate(words, (at, 1), (0, 3), xycoords=("data", "axes fraction"), textcoords="offset points",
                    color=MUTED, fontsize=NOTE_POINTS, ha="center", annotation_clip=False)
    return ax
