"""A label that moves: the same letters as matplotlib's, at the same place, and nothing is left behind."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from bptt_helpers.lessons.label_pictures import Label


def canvas_with(make, dpi=200):
    figure = Figure(figsize=(3, 0.5), dpi=dpi)
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, 3), ylim=(0, 1))
    ax.axis("off")
    artist = make(ax)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[:, :, :3].astype(int), artist


def label(text, place=(0.2, 0.5), **looks):
    def make(ax):
        made = Label(ax, **looks)
        made.set_text(text)
        made.set_position(place)
        return made

    return make


def text(text, place=(0.2, 0.5), color="#1a1a1a", **looks):
    return lambda ax: ax.text(*place, text, color=color, weight="bold", size=10.5, va="center", **looks)


def inked(image):
    """Columns, then rows, from the first to the last with ink."""
    dark = image.sum(2) < 500
    return [(line.argmax(), len(line) - line[::-1].argmax()) for line in (dark.any(0), dark.any(1))]


@pytest.mark.parametrize("said", ["gone after 215", "your guess: 1000 →", "gradient 3×10¹² at the first"])
@pytest.mark.parametrize("align", ["left", "center", "right"])
def test_it_takes_the_place_of_matplotlibs_text(said, align):
    place = ({"left": 0.2, "center": 1.5, "right": 2.8}[align], 0.5)
    ours, theirs = (
        inked(canvas_with(label(said, place, align=align))[0]),
        inked(canvas_with(text(said, place, ha=align))[0]),
    )
    np.testing.assert_allclose(ours[0], theirs[0], atol=len(said) / 2)  # parts are whole pixels wide
    np.testing.assert_allclose(ours[1], theirs[1], atol=4)


@pytest.mark.parametrize("va", ["baseline", "bottom", "center", "top"])
@pytest.mark.parametrize("weight", ["normal", "bold"])
def test_it_stands_as_high_as_matplotlibs_text(va, weight):
    def place(ax):
        return {"x": 0.1, "y": 0.4, "va": va, "weight": weight, "transform": ax.transAxes}

    ours = canvas_with(lambda ax: Label(ax, size=12, text="gap 12", **place(ax)))[0]
    theirs = canvas_with(lambda ax: ax.text(s="gap 12", fontsize=12, color="#1a1a1a", **place(ax)))[0]
    (left, right), rows = inked(ours)
    x, y = inked(theirs)
    np.testing.assert_allclose(left, x[0], atol=2)
    np.testing.assert_allclose(right - left, x[1] - x[0], atol=3)
    np.testing.assert_allclose(rows, y, atol=4)


def test_the_letters_are_those_of_matplotlib():
    ours = canvas_with(label("gone"))[0]
    (left, right), (top, bottom) = inked(ours)

    def difference(other):
        theirs = canvas_with(text(other))[0]
        (x, _), (y, _) = inked(theirs)
        return np.abs(ours[top:bottom, left:right] - theirs[y : y + bottom - top, x : x + right - left]).mean()

    assert difference("gone") < 0.5 * difference("gave")


def test_a_space_between_two_parts_is_kept():
    one, two = (canvas_with(label(said))[1].get_window_extent().width for said in ("after 2", "after2"))
    assert one - two == pytest.approx(0.35 * 10.5 * 200 / 72, abs=2)


def test_its_colour_is_the_one_asked_for_and_the_plate_is_white():
    image, made = canvas_with(label("HHH", colour="#ff0000"))
    assert (image[:, :, 0] == 255).all()
    assert image[:, :, 1].min() < 30
    box = made.get_window_extent()
    assert image[50, round(box.x1) :].min() == 255


def test_a_plate_hides_what_is_under_it():
    def make(ax):
        ax.axhspan(0, 1, color="black")
        return label(".")(ax)

    image, made = canvas_with(make)
    box = made.get_window_extent()
    assert image[100 - round(box.y1) + 2, round(box.x0) + 1].min() == 255
    assert image[50, round(box.x1) + 3].max() == 0


def test_nothing_is_drawn_of_no_text():
    image, made = canvas_with(label(""))
    assert image.min() == 255
    assert made.get_window_extent().width == 0


def test_the_first_and_last_letters_are_whole():
    """Nothing reaches beyond its plate."""
    image, made = canvas_with(label("jf Wy"))
    (left, right), (low, high) = inked(image)
    box = made.get_window_extent()
    assert box.x0 <= left < right <= box.x1
    assert box.y0 < 100 - high < 100 - low < box.y1


def test_without_a_plate_only_its_letters_cover_what_lies_under_it():
    def over_a_curve(plate):
        def make(ax):
            ax.axhspan(0, 1, color="#f8e8e4", lw=0)
            return label("gone after 215", plate=plate)(ax)

        return canvas_with(make)[0]

    plated, bare = over_a_curve(True), over_a_curve(False)
    white = (255, 255, 255)
    assert (plated == white).all(2).any()
    assert not (bare == white).all(2).any()
    np.testing.assert_array_equal((plated < 30).all(2), (bare < 30).all(2))
