"""Words of a sheet: drawn as outlines, where they are told, in our own font."""

import matplotlib as mpl
import numpy as np
import pytest

from bptt_helpers.lessons.pictures import new_figure
from bptt_helpers.lessons.sheet_pictures import Word, Words, outline, sheet


def test_a_word_is_drawn_around_its_place_in_its_colour():
    _, ax = sheet(*new_figure(2, 1))
    words = Words(ax)
    words.show(
        [Word(1, 0.5, "12", "red", 20), Word(0.2, 0.5, "$x_1$", "blue", 20, ha="left"), Word(0, 0, " ", "green")]
    )
    red, blue = words.get_paths()
    box = red.get_extents()
    assert (box.x0 + box.x1) / 2 == pytest.approx(1, abs=0.02)
    assert (box.y0 + box.y1) / 2 == pytest.approx(0.5, abs=0.01)
    assert box.height == pytest.approx(0.73 * 20 / 72, rel=0.05)
    assert blue.get_extents().x0 == pytest.approx(0.2, abs=0.03)
    assert words.get_facecolor().tolist() == [[1, 0, 0, 1], [0, 0, 1, 1]]
    points, codes, width = outline("")
    assert (len(points), len(codes), width) == (0, 0, 0)


def test_words_stand_where_they_are_told():
    words, box = Words(sheet(*new_figure(4, 2))[1]), {}
    for ha in ("left", "center", "right"):
        words.show([Word(2, 1, "0", "red", 72, ha=ha)])
        (path,) = words.get_paths()
        box[ha] = path.get_extents()
    assert box["left"].x0 > 2 > box["right"].x1
    assert (box["center"].x0 + box["center"].x1) / 2 == pytest.approx(2, abs=0.01)
    assert all((each.y0 + each.y1) / 2 == pytest.approx(1, abs=0.02) for each in box.values())
    assert box["left"].height == pytest.approx(0.75, abs=0.03)  # a digit of an inch's font


def test_code_has_characters_of_one_width():
    assert outline("iiii", mono=True)[2] == pytest.approx(outline("W_n.", mono=True)[2])
    words = Words(sheet(*new_figure(4, 2))[1])
    words.show([Word(1, 1, "il", "red", ha="left", mono=True), Word(1, 1, "il", "blue", ha="left")])
    code, text = (path.get_extents().x1 for path in words.get_paths())
    assert code > text + 0.05


def test_what_was_shown_before_is_gone():
    words = Words(sheet(*new_figure(2, 1))[1])
    words.show([Word(1, 0.5, "12", "red")])
    words.show([Word(1, 0.5, " ", "red")])
    assert (words.words, words.get_paths()) == ([], [])


def test_a_formula_is_drawn_in_our_own_font_whatever_the_reader_s_settings():
    ours = outline("$W_{hh}$")[0]
    outline.cache_clear()
    with mpl.rc_context({"mathtext.fontset": "cm", "font.family": "monospace", "font.size": 30}):
        np.testing.assert_array_equal(outline("$W_{hh}$")[0], ours)
