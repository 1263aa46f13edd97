"""One look for every figure: paper, ink, one colour per company, basis as line style.

Each colour is a pair, for light and for dark paper. Figures are drawn with the light one; `svg`
turns them into CSS variables, so that the picture follows the reader's setting.
"""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import matplotlib as mpl
import matplotlib.style
from matplotlib.figure import Figure

STYLE_FILE = Path(__file__).with_name("house.mplstyle")
WIDTH_INCHES = 6.4
FONTS = "'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif"
"""Shown fonts; all are narrower than the one measured with, so nothing outgrows its place."""

TONES = {
    "paper": ("#ffffff", "#14171c"),
    "ink": ("#1c2126", "#e9ecef"),
    "muted": ("#59626b", "#a9b2bb"),
    "line": ("#8b949d", "#6d7680"),
    "grid": ("#dfe3e7", "#2c323a"),
    "neutral": ("#6f7882", "#98a2ac"),
}
HUES = {
    "blue": ("#1a4fb0", "#8cb4ff"),
    "green": ("#14553a", "#22c084"),
    "cyan": ("#0a7f93", "#55d8e2"),
    "orange": ("#ad5500", "#ffc288"),
    "red": ("#8a0a12", "#d0605f"),
    "purple": ("#a83fc0", "#c072d8"),
    "olive": ("#68784f", "#a5c21f"),
}
COMPANY_HUES = {"META": "blue", "GOOGL": "green", "MSFT": "cyan", "AMZN": "orange", "ORCL": "red",
                "AAPL": "purple", "NVDA": "olive"}
GROUP_HUES = {"hyperscaler": "blue", "hyperscalers": "blue", "internet": "cyan", "software": "purple",
              "semiconductors": "olive",
              "hardware and IT services": "orange", "telecom and media": "red"}

PAPER, INK, MUTED, LINE, GRID, NEUTRAL = (light for light, _ in TONES.values())
BASIS_LINES = {"reported": "-", "derived": "-", "estimated": "--", "scenario": ":"}
BASIS_HATCHES = {"reported": "", "derived": "", "estimated": "///", "scenario": "..."}


def colour(name: str) -> str:
    """The fixed colour of a company (ticker), peer group or hue; neutral grey for any other name."""
    hue = COMPANY_HUES.get(name) or GROUP_HUES.get(name) or name
    return HUES[hue][0] if hue in HUES else NEUTRAL


def strong_colour(name: str) -> str:
    """The colour of a highlighted name: its own, or ink, so that it stands out among grey ones."""
    return INK if colour(name) == NEUTRAL else colour(name)


@contextmanager
def house_style() -> Iterator[None]:
    """Apply the house style to figures made inside the block; nothing outside changes."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.style.use(STYLE_FILE)
        yield


def svg(figure: Figure) -> str:
    """The figure as SVG text: the same bytes each time, and dark where the reader prefers dark."""
    buffer = io.StringIO()
    no_stamp = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with house_style():
        figure.savefig(buffer, format="svg", metadata=no_stamp)
    return _follow_colour_scheme(buffer.getvalue())


def _follow_colour_scheme(text: str) -> str:
    """Replace every house colour by its CSS variable and define the variables for both schemes."""
    pairs = {f"house-{name}": pair for name, pair in (TONES | HUES).items()}
    for name, (light, _) in pairs.items():
        text = text.replace(light, f"var(--{name})")
    used = {name: pair for name, pair in pairs.items() if f"var(--{name})" in text}
    light, dark = (";".join(f"--{name}:{pair[index]}" for name, pair in used.items()) for index in (0, 1))
    rules = (f":root{{{light}}}@media(prefers-color-scheme:dark){{:root{{{dark}}}}}"
             f"text{{font-family:{FONTS}}}")
    text = re.sub(r" font-family: [^;\"]+;?", "", text)
    opening, rest = text[text.index("<svg"):].split(">", 1)
    return f"{opening}>\n<style>{rules}</style>{rest}"
