"""A word made of shapes stands where matplotlib would write it, and says what it was given."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from bptt_helpers.lessons.pictures import house_style, new_figure
from bptt_helpers.lessons.word_pictures import Word

ROOM = 6  # pixels at 200 dpi, of some 100: a text has room at its sides, and its letters stand on whole pixels


@house_style()
def page():
    figure, ax = new_figure()
    figure.set_layout_engine("none")
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return ax, canvas


def box(artist, canvas):
    return np.array(artist.get_window_extent(canvas.get_renderer()).extents)


@pytest.mark.parametrize("ha", ["left", "center", "right"])
@pytest.mark.parametrize(("va", "there"), [("bottom", "baseline"), ("center", "center_baseline"), ("top", "top")])
@pytest.mark.parametrize(("text", "weight"), [("1,235", "bold"), ("norm 0.3", "normal"), ("20", "normal")])
def test_a_word_stands_where_a_text_would(text, weight, ha, va, there):
    ax, canvas = page()
    word = Word(ax, 0.4, 0.6, text, size=14, weight=weight, ha=ha, va=va)
    written = ax.text(0.4, 0.6, text, fontsize=14, weight=weight, ha=ha, va=there)
    left, bottom, right, top = box(word, canvas)
    low, _, high, _ = box(written, canvas)
    assert abs(left - low) < ROOM
    assert abs(right - high) < ROOM
    y = ax.transData.transform((0.4, 0.6))[1]
    digit = 0.729 * 14 * 200 / 72
    foot = {"bottom": 0, "center": -digit / 2, "top": -digit}[va]
    assert y + foot - 7 < bottom < y + foot + 1  # a comma goes below
    assert top == pytest.approx(y + foot + digit, abs=2 if text != "norm 0.3" else 3)


def test_a_word_can_be_put_elsewhere_and_taken_away():
    ax, canvas = page()
    word = Word(ax, 0.5, 0.5, "12", transform=ax.transAxes)
    first = box(word, canvas)
    word.put("12", (0.6, 0.7))
    moved = ax.transAxes.transform((0.6, 0.7)) - ax.transAxes.transform((0.5, 0.5))
    np.testing.assert_allclose(box(word, canvas) - first, [*moved, *moved])
    assert (word.get_text(), word.get_position()) == ("12", (0.6, 0.7))
    canvas.draw()
    with_word = np.asarray(canvas.buffer_rgba()).copy()
    word.put("")
    canvas.draw()
    without = np.asarray(canvas.buffer_rgba())
    assert (with_word != without).any()
    word.remove()
    assert np.array_equal(np.asarray(canvas.buffer_rgba()), without)
