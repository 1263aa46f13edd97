"""The look: legible on light and dark paper, the same bytes each time, nothing leaks out."""

import itertools
import re
import subprocess
import sys

import matplotlib as mpl
import numpy as np
import pytest

from analysis.figures import style
from analysis.figures.draw import finish, new_axes
from analysis.figures.style import HUES, TONES, colour, house_style, svg

# How a colour looks without green-sensitive or red-sensitive cones (Machado and others, 2009)
BLINDNESS = {
    "none": np.eye(3),
    "deuteranopia": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                              [-0.01182, 0.04294, 0.968881]]),
    "protanopia": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                            [-0.003882, -0.048116, 1.051998]]),
}
TO_CONES = np.array([[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
                     [0.0883024619, 0.2817188376, 0.6299787005]])
TO_LAB = np.array([[0.2104542553, 0.793617785, -0.0040720468], [1.9779984951, -2.428592205, 0.4505937099],
                   [0.0259040371, 0.7827717662, -0.808675766]])


def light(hexadecimal: str) -> np.ndarray:
    channels = np.array([int(hexadecimal[start:start + 2], 16) / 255 for start in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    dark, bright = sorted(float(light(tone) @ [0.2126, 0.7152, 0.0722]) for tone in (one, other))
    return (bright + 0.05) / (dark + 0.05)


def seen(hexadecimal: str, blindness: str) -> np.ndarray:
    return TO_LAB @ np.cbrt(TO_CONES @ np.clip(BLINDNESS[blindness] @ light(hexadecimal), 0, 1))


@pytest.mark.parametrize("side", [0, 1])
def test_names_in_colour_are_legible_on_their_paper(side):
    paper = TONES["paper"][side]
    for tone in [*HUES.values(), TONES["ink"], TONES["muted"]]:
        assert contrast(tone[side], paper) >= 4.5
    for tone in (TONES["neutral"], TONES["line"]):
        assert contrast(tone[side], paper) >= 3


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("blindness", BLINDNESS)
def test_hyperscalers_differ_for_colour_blind_readers(side, blindness):
    tones = [HUES[style.COMPANY_HUES[name]][side] for name in ("META", "GOOGL", "MSFT", "AMZN", "ORCL")]
    apart = [np.linalg.norm(seen(one, blindness) - seen(other, blindness))
             for one, other in itertools.combinations(tones, 2)]
    assert min(apart) > 0.06


def test_each_company_and_group_keeps_one_colour_and_others_are_grey():
    for hues in (style.COMPANY_HUES, style.GROUP_HUES):
        assert len({colour(name) for name in hues}) == len(set(hues) - {"hyperscalers"})
    assert colour("XYZ") == style.NEUTRAL
    assert style.strong_colour("XYZ") == style.INK


def test_the_style_file_uses_only_the_house_colours():
    text = style.STYLE_FILE.read_text()
    used = {f"#{tone}" for tone in re.findall(r": ([0-9a-f]{6})$", text, re.MULTILINE)}
    assert used and used <= {tone for tone, _ in TONES.values()}


def test_the_style_ends_with_its_block():
    before = dict(mpl.rcParams)
    with house_style():
        assert mpl.rcParams["axes.spines.top"] is False
    assert dict(mpl.rcParams) == before


def test_dollar_signs_in_a_title_are_not_a_formula():
    ax = new_axes()
    finish(ax, "From $70bn to $145bn")
    assert ">From $70bn to $145bn</text>" in svg(ax.figure)


def test_every_colour_follows_the_reader_and_nothing_is_fetched():
    ax = new_axes()
    ax.plot([0, 1], [0, 1], color=colour("META"))
    text = svg(finish(ax, "Title", "Subtitle").figure)
    drawn = text.split("</style>", 1)[1]
    assert not re.search(r"(fill|stroke): #", drawn)
    assert "prefers-color-scheme:dark" in text and HUES["blue"][1] in text
    assert "var(--house-blue)" in drawn and "url(http" not in text and "DOCTYPE" not in text


DRAW = """
import sys
import pandas as pd
from analysis.figures.draw import bars, finish, new_axes
from analysis.figures.style import svg
frame = pd.DataFrame({"t": ["META", "X"], "v": [2e9, 1e9], "v_basis": ["reported", "estimated"]})
ax = new_axes()
bars(frame, "v", "t", ax)
sys.stdout.write(svg(finish(ax, "Title", "Subtitle").figure))
"""


def test_two_processes_draw_the_same_bytes():
    runs = [subprocess.run([sys.executable, "-c", DRAW], capture_output=True, check=True).stdout
            for _ in range(2)]
    assert runs[0] == runs[1] and b"<svg" in runs[0]
    assert b"dc:date" not in runs[0] and b"Matplotlib" not in runs[0]
