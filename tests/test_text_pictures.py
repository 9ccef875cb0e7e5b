"""A page of text on coloured cells: letters in their places, readable, and one ink a word."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from bptt_helpers.lessons.gradient_pictures import gradient_colours
from bptt_helpers.lessons.text_pictures import Page, letters, luminance, words_of


def page_of(text, columns=10, gap=0.0):
    figure = Figure(figsize=(2, 1), dpi=100)
    return Page(figure.add_axes((0, 0, 1, 1)), text, columns, gap=gap)


def image_of(page):
    """Rows from above."""
    return page.make_image(None)[0][::-1]


def contrast(a, b):
    dark, light = sorted([luminance(a), luminance(b)])
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("gap", [0.0, 0.4])
def test_a_letter_is_printed_in_its_cell_and_nowhere_else(gap):
    ink = letters("ab\nd\u2014f x", 4, 2, 80, 60, gap)
    cells = ink.reshape(2, 30, 4, 20)
    assert (cells.max((1, 3)) > 0.5).tolist() == [[True, True, False, True], [True, True, False, True]]
    assert cells[:, : round(30 * gap)].sum() == 0


def test_a_word_has_a_number_of_its_own():
    assert words_of("to be\nor").tolist() == [0, 0, 1, 1, 1, 2, 2, 2]


def test_cells_have_the_colours_of_the_scale_and_what_has_no_value_is_grey():
    page = page_of(" " * 15)
    page.show(np.array([-9, -6, -3, 0, 2, np.nan]))
    colours = image_of(page)[10, 10::20]
    expected = np.round(255 * gradient_colours(np.array([-9, -6, -3, 0, 2.0])))
    assert np.array_equal(colours[:5], expected)
    assert (colours[5:, 0] == colours[5:, 1]).all()
    assert (colours[0] == colours[1]).all()


def test_what_is_shown_before_leaves_no_trace():
    page, fresh = page_of("abcdef"), page_of("abcdef")
    page.show(np.full(6, 2.0))
    page.show(np.array([-3.0]))
    fresh.show(np.array([-3.0]))
    assert np.array_equal(image_of(page), image_of(fresh))


def test_the_gap_above_a_line_is_free():
    page = page_of("a" * 20, gap=0.4)
    page.show(np.zeros(20))
    free = image_of(page)[..., 3] == 0
    assert free[:20].all()
    assert free[50:70].all()
    assert not free[20:50].any()
    assert not free[70:].any()


@pytest.mark.parametrize("log_norm", np.arange(-7, 4.1, 0.25))
def test_every_letter_can_be_read(log_norm):
    """4.5 is what WCAG asks of text."""
    page = page_of("abc")
    page.show(np.full(3, log_norm))
    cells, ink = page.colours()
    assert contrast(cells[0], ink[0]) >= 4.5


def test_a_word_has_one_ink_though_its_cells_differ():
    page = page_of("abcdef ghi")
    page.show(np.linspace(-5.5, -1, 10))
    cells, ink = page.colours()
    lighter = luminance(ink) > luminance(cells)
    assert len(set(lighter[:6])) == 1
    assert len(set(lighter[7:])) == 1
    assert lighter[0] != lighter[-1]


def test_forgotten_letters_fade():
    page = page_of("abc")
    page.show(np.array([-6.0, -5.0, -4.0]))
    cells, ink = page.colours()
    distances = np.abs(ink - cells).sum(1)
    assert distances[0] < distances[1] < distances[2]


@pytest.mark.parametrize("index", [0, 9, 10, 14])
def test_a_character_is_found_where_it_stands(index):
    page = page_of("a" * 15, gap=0.4)
    x, y = page.corner(index)
    assert page.character(x + 0.5, y + 0.3) == index


@pytest.mark.parametrize(("x", "y"), [(-0.1, 0.5), (10, 0.5), (3, -0.1), (3, 2), (5.5, 1.5)])
def test_beside_the_text_there_is_no_character(x, y):
    assert page_of("a" * 15).character(x, y) is None
