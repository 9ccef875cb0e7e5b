"""One look for each scheme of truncation in both lessons, told apart with any colour vision; red is what goes wrong."""

from itertools import combinations

import numpy as np
import pytest
from matplotlib.colors import same_color, to_rgb
from matplotlib.lines import Line2D

from bptt_helpers.lessons.pictures import INK
from bptt_helpers.lessons.randomized_truncation import draw_cuts, draw_lengths, draw_training
from bptt_helpers.lessons.randomized_truncation.chain_explorer import CHAIN
from bptt_helpers.lessons.randomized_truncation.explorer import RANDOMIZED
from bptt_helpers.lessons.randomized_truncation.training_picture import ARRIVES
from bptt_helpers.lessons.scheme_pictures import CHUNKED, RANDOM, SLIDING, STRIDE, STYLES, WRONG
from bptt_helpers.lessons.truncation.pushes_explorer import PUSHES
from bptt_helpers.lessons.truncation.pushes_picture import DOWN, UP, UP_INK
from bptt_helpers.lessons.truncation.reach import SCHEMES
from bptt_helpers.lessons.truncation.window_explorer import TRUNCATION

LOOKS = (SLIDING, STRIDE, CHUNKED, RANDOM)
# what is left of linear red, green and blue: Machado, Oliveira and Fernandes (2009), full strength
VISION = {
    "full": np.eye(3),
    "no red": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "no green": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "no blue": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def linear(colour):
    """Red, green and blue as light."""
    c = np.array(to_rgb(colour))
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def lab(colour, vision):
    """Where the colour lies in CIELAB, for an eye: distances there are about as large as they look."""
    xyz = TO_XYZ @ np.clip(VISION[vision] @ linear(colour), 0, 1) / TO_XYZ.sum(1)
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def has_look(line, style):
    """Whether a line of a picture is drawn as a scheme is."""
    return (
        same_color(line.get_color(), style["color"]) and line.get_linestyle() == Line2D([], [], **style).get_linestyle()
    )


@pytest.mark.parametrize("vision", VISION)
def test_they_are_told_apart_with_any_colour_vision(vision):
    lines = [style["color"] for style in LOOKS] + [WRONG]
    for a, b in [*combinations(lines, 2), (UP, DOWN), *((DOWN, line) for line in lines)]:
        assert np.linalg.norm(lab(a, vision) - lab(b, vision)) > 17, (a, b)
    # thin lines that cross, without names or dashes, have to lie further apart
    assert np.linalg.norm(lab(ARRIVES, vision) - lab(WRONG, vision)) > 35


def test_each_has_a_line_of_its_own():
    assert len({style["ls"] for style in LOOKS}) == len(LOOKS)
    assert tuple(STYLES) == SCHEMES


@pytest.mark.parametrize("colour", [SLIDING["color"], CHUNKED["color"], WRONG, UP_INK, DOWN])
def test_words_in_them_can_be_read_on_white(colour):
    assert 1.05 / (linear(colour) @ TO_XYZ[1] + 0.05) > 4.5


@pytest.mark.parametrize("explorer", [TRUNCATION, PUSHES], ids=["window", "pushes"])
def test_the_curves_of_truncation_have_the_look_of_their_scheme(explorer):
    curves = explorer.shown()[0].curves
    assert list(curves) == list(SCHEMES)
    assert all(has_look(curve, STYLES[name]) for name, curve in curves.items())


def test_the_draws_the_blocks_and_the_window_have_the_same_look():
    picture = RANDOMIZED.shown()[0]
    blocks, window = picture.lines
    assert has_look(blocks, CHUNKED)
    assert has_look(window, SLIDING)
    assert has_look(picture.window, SLIDING)
    assert has_look(picture.mean, RANDOM)
    assert same_color(picture.blocks.get_color()[0], CHUNKED["color"])


def test_errors_by_length_have_it_too():
    lines = {line.get_label(): line for line in draw_lengths([2, 40], {"here": np.ones((3, 2))}).axes[0].lines}
    looks = {"random, one draw": RANDOM, "random, mean of 16": RANDOM, "blocks": CHUNKED, "window": SLIDING}
    assert all(has_look(lines[name], style) for name, style in looks.items())


def test_cuts_of_blocks_are_brown_and_those_at_random_black():
    blocks, random = np.ones(8), np.ones(8)
    blocks[::4], random[:] = 0, (0, 2, 2, 0, 2, 2, 2, 2)
    marks = draw_cuts("a" * 8, {"blocks": blocks, "random": random}).axes[0].collections[1::2]
    assert same_color(marks[0].get_color()[0], CHUNKED["color"])
    assert same_color(marks[1].get_color()[0], INK)


def test_a_lost_run_is_red_and_lost_blocks_end_in_a_red_arrow():
    arrives, leaves = np.full(101, -1 / 6), np.linspace(0.5, 5, 101)
    ax = draw_training({"rate": (np.column_stack([arrives, leaves]), leaves)}, target=-1 / 6).axes[0]
    arrived, lost, arrow, blocks, blocks_arrow = ax.lines[:5]
    assert same_color(arrived.get_color(), ARRIVES)
    assert has_look(blocks, CHUNKED)
    assert all(same_color(line.get_color(), WRONG) for line in (lost, arrow, blocks_arrow))
    assert arrow.get_marker() == blocks_arrow.get_marker() == "^"


@pytest.mark.parametrize(
    ("factor", "survival", "colour"), [(0.9, 0.75, WRONG), (0.9, 0.95, INK), (0, 0.05, INK), (1.5, 1, INK)]
)
def test_a_spread_is_red_only_if_it_grows_without_end(factor, survival, colour):
    picture, data = CHAIN.shown(factor=factor, survival=survival)
    assert ("grows without end" in CHAIN.describe(data)) == (colour == WRONG)
    assert same_color(picture.spread.get_color(), colour)
    assert same_color(picture.texts[1].get_color(), colour)
