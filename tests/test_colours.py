"""Colours survive colour blindness and a projector: in numbers. The stills of all tests are judged in `conftest.py`."""

from itertools import product

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from bptt_helpers.lessons.catalogue import EXPLORERS
from bptt_helpers.lessons.chain_rule.step_size_picture import METHODS
from bptt_helpers.lessons.cures import cells_picture, scale_picture
from bptt_helpers.lessons.gradient_pictures import COLD, FADE, HIGH, LOW, WARM
from bptt_helpers.lessons.language_model import windows_picture
from bptt_helpers.lessons.pictures import COLOURS, GREY, INK, INKS
from bptt_helpers.lessons.scheme_pictures import RANDOM, STYLES, WRONG
from bptt_helpers.lessons.text_pictures import Page
from bptt_helpers.widgets.painter import painter_of
from tools.colour_vision import (
    APART,
    BLIND,
    READ,
    VISIONS,
    ciede2000,
    close_marks,
    contrast,
    difference,
    pale_words,
    palette_of,
    seen,
    sheet,
)

GROUNDS = ("white", "#fdf1e6", "#ebf2f9")  # of a sheet, and the tints of `gradient_axis`
MARK = 3  # WCAG's contrast for what has to be seen


@pytest.mark.parametrize(("colour", "ink"), list(zip(COLOURS, INKS, strict=True)))
def test_marks_and_words_stand_out_from_what_they_are_on(colour, ink):
    assert contrast(colour, "white") >= MARK
    assert min(contrast(ink, ground) for ground in GROUNDS) >= READ
    assert contrast(ink, "white") >= contrast(colour, "white")


@pytest.mark.parametrize("ink", [INK, GREY, COLD, WARM])
def test_other_words_do_too(ink):
    assert min(contrast(ink, ground) for ground in GROUNDS) >= READ


def test_letters_of_a_page_are_read_on_every_cell():
    ax = Figure().add_subplot()
    page = Page(ax, "a b " * 50, columns=20)  # a word has one ink: here every letter is a word
    page.show([*np.linspace(LOW, HIGH, 150), *[np.nan] * 20])
    letters = [k for k in range(170) if k % 2 == 0]
    cells, ink = (colours / 255 for colours in page.colours())
    assert min(contrast(tuple(cells[k]), tuple(ink[k])) for k in letters) >= MARK  # as large as they are
    assert min(contrast(tuple(cells[k]), tuple(ink[k])) for k in letters if k >= 150) >= READ


@pytest.mark.parametrize("vision", BLIND)
def test_what_vanishes_and_what_explodes_look_different(vision):
    for power in (1, 2, 3):
        cold, warm = (FADE((sign * power - LOW) / (HIGH - LOW)) for sign in (-1, 1))
        assert difference(cold, warm, vision) >= 3 * APART
    steps = np.array([[FADE(place) for place in np.linspace(*ends, 7)] for ends in ((2 / 3, 0), (2 / 3, 1))])
    assert all(difference(a, b, vision) > APART / 4 for way in steps for a, b in zip(way[1:], way, strict=False))


@pytest.mark.parametrize("vision", BLIND)
def test_schemes_and_what_goes_wrong_look_different(vision):
    colours = [style["color"] for style in (*STYLES.values(), RANDOM)] + [WRONG]
    assert min(difference(a, b, vision) for a, b in product(colours, colours) if a != b) >= APART


def test_curves_are_told_apart_without_any_colour():
    schemes = [style["ls"] for style in (*STYLES.values(), RANDOM)]
    cells = [style["ls"] for style in cells_picture.LOOKS]
    methods = [(marker, style) for _, _, marker, _, style in METHODS]
    windows = list(windows_picture.MARKERS.values())
    biases = [marker for _, marker in scale_picture.LOOKS.values()]
    for looks in (schemes, cells, methods, windows, biases):
        assert len(set(looks)) == len(looks)


@pytest.mark.parametrize("name", EXPLORERS)
def test_an_explorer_can_be_read_and_its_colours_told_apart(name):
    explorer = EXPLORERS[name]
    painter = painter_of(explorer.picture)
    for end in (None, -1):
        ends = {n: control.start if end is None else control.ends[end] for n, control in explorer.controls.items()}
        painter.pixels(explorer.compute(**ends))
        assert pale_words(painter.picture.figure) == []
        assert close_marks(painter.picture.figure) == []


def test_pale_words_and_close_marks_are_found():
    figure = Figure()
    ax = figure.add_subplot()
    ax.text(0, 0, "light blue", color=COLOURS[0])
    ax.text(0, 0, "on a dark ground", color="white")
    assert pale_words(figure) == [("light blue", COLOURS[0])]
    ax.plot([0, 1], color=COLOURS[1])
    assert close_marks(figure) == []
    ax.plot([1, 0], color=INKS[1])
    assert close_marks(figure) == []  # two shades of one meaning
    ax.fill([0, 1, 1], [0, 0, 1], color=COLOURS[6], lw=0)
    assert palette_of(figure) == {COLOURS[1]: 1, INKS[1]: 1, COLOURS[6]: 6}
    assert (COLOURS[1], COLOURS[6], "deuteranopia") in close_marks(figure)


def test_the_simulation_does_what_is_known_of_it():
    for vision in (*BLIND, "grey"):
        np.testing.assert_allclose(seen(np.full(3, 0.5), vision), 0.5, atol=2e-4)  # no grey is coloured
    red, green, blue, cyan = "#d62728", "#2ca02c", "#0000ff", "#00a0a0"
    assert max(difference(red, green, vision) for vision in BLIND if vision != "tritanopia") < difference(
        red, green, "tritanopia"
    )
    assert difference(blue, cyan, "protanopia") > difference("#1f77b4", "#17becf", "tritanopia")
    assert contrast("black", "white") == pytest.approx(21)
    washed_out = seen(np.array([[0, 0, 0], [1, 1, 1]]), "projector")
    np.testing.assert_allclose(washed_out, [[0.537] * 3, [1] * 3], atol=1e-3)


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, -1, 2), (50, 0, 0), 2.3669),
        ((50, 2.5, 0), (58, 24, 15), 19.4535),
        ((22.7233, 20.0904, -46.6940), (23.0331, 14.9730, -42.5619), 2.0373),
    ],
)
def test_differences_are_those_that_sharma_wu_and_dalal_print(one, other, wanted):
    assert ciede2000(one, other) == pytest.approx(wanted, abs=5e-5)
    assert ciede2000(other, one) == pytest.approx(wanted, abs=5e-5)


def test_a_sheet_shows_the_picture_and_every_vision_of_it():
    made = sheet(Image.new("RGB", (10, 4), COLOURS[4]))
    assert made.size == (2 * (10 + 6), (1 + len(VISIONS)) // 2 * (4 + 6))
    assert made.getpixel((2, 2)) == (131, 45, 182)
    assert made.getpixel((18, 2)) == tuple(np.round(255 * seen(np.array([131, 45, 182]) / 255, "deuteranopia")))
