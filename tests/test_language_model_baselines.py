"""The picture of all models side by side draws what it is given, and its rows are what the models say."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from bptt_helpers import Vocabulary, init_params, load_text
from bptt_helpers.lessons.cures.cells_picture import OF_CELL
from bptt_helpers.lessons.language_model import Model, baseline_models, draw_baselines, network_model
from bptt_helpers.lessons.language_model import baselines_picture as picture
from bptt_helpers.lessons.pictures import INK, PALE
from bptt_helpers.lessons.sheet_pictures import Shapes
from bptt_helpers.measures.bits import bits_per_character
from bptt_helpers.tasks.baselines import BASELINES, baselines
from bptt_helpers.tasks.ngrams import KneserNey

STORY = load_text()
LEARNED, HELD_OUT = STORY[:3000], STORY[3000:3400]
VOCABULARY = Vocabulary.of(LEARNED + HELD_OUT)
SMALL = {
    "counting": [Model("none", 2.0, 0, np.full(4, 0.25)), Model("three", 1.5, 3, np.array([0.1, 0.6, 0.1, 0.2]))],
    "packing": [Model("zip", 1.75, note="no chances")],
    "networks": [Model("GRU", [1.25, 1.5, 1.0], np.inf, note="stored", cell="GRU"), Model("RNN", 3.0, cell="RNN")],
}
BEFORE = "what comes next after this l"


def drawn(groups=SMALL, guess=None, right="b"):
    return draw_baselines(groups, BEFORE, right, "abcd", guess)


def boxes(figure, low, high):
    """Left, right, middle height and face of the shapes that begin in a column, from above and from the left."""
    (shapes,) = (artist for artist in figure.axes[0].collections if isinstance(artist, Shapes))
    found = []
    for shape in shapes.shapes:
        (left, bottom), (right, top) = shape.corners.min(0), shape.corners.max(0)
        if low - 1e-9 <= left < high:
            found.append((left, right, (bottom + top) / 2, to_hex(shape.face)))
    return sorted(found, key=lambda one: (-one[2], one[0]))


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def bars(figure):
    return boxes(figure, picture.BAR, picture.WIDTH)


def test_a_bar_is_as_long_as_the_mean_of_its_bits_and_a_network_has_the_colour_of_its_cell():
    found = bars(drawn())
    lengths = [(right - left) / picture.BIT for left, right, _, _ in found]
    assert lengths == pytest.approx([2.0, 1.5, 1.75, 1.25, 3.0])
    assert [colour for *_, colour in found] == ["#ffffff"] * 3 + [to_hex(OF_CELL["GRU"]), to_hex(OF_CELL["RNN"])]
    assert [text for text in texts(drawn()) if text in ("2.00", "1.50", "1.75", "1.25", "3.00")] == [
        "2.00",
        "1.50",
        "1.75",
        "1.25",
        "3.00",
    ]


def test_every_seed_is_a_dot_and_the_line_comes_down_from_the_shortest_bar_that_counts():
    figure = drawn()
    dots = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
    assert len(dots) == 1
    assert (dots[0].get_xdata() - picture.BAR) / picture.BIT == pytest.approx([1.25, 1.5, 1.0])
    of_gru = bars(figure)[3]
    assert np.mean(dots[0].get_ydata()) == pytest.approx(of_gru[2])
    (line,) = (line for line in figure.axes[0].lines if line.is_dashed())
    assert (line.get_xdata() - picture.BAR) / picture.BIT == pytest.approx([1.5, 1.5])
    assert max(line.get_ydata()) == pytest.approx(bars(figure)[1][2])


def test_what_is_read_is_shaded_up_to_the_character_that_comes():
    figure = drawn()
    found = boxes(figure, picture.TEXT - 0.1, picture.STRIP)
    shaded = [(right - left) / picture.ADVANCE for left, right, _, colour in found if colour == to_hex(PALE)]
    assert shaded == pytest.approx([3, picture.LETTERS])
    assert [colour for *_, colour in found].count(to_hex(INK)) == 3  # the RNN and the compressor show no text
    said = texts(figure)
    assert said.count("s l") == 1
    assert BEFORE[-picture.LETTERS :] in said
    assert "…" + BEFORE[1 - picture.LETTERS :] in said


def test_chances_lie_side_by_side_the_largest_first_and_that_of_the_right_character_is_black():
    figure = drawn()
    found = boxes(figure, picture.STRIP, picture.BAR)
    rows = [found[:4], found[4:]]
    widths = [[(right - left) / picture.STRIP_WIDTH for left, right, *_ in row] for row in rows]
    assert widths == [pytest.approx([0.25] * 4), pytest.approx([0.6, 0.2, 0.1, 0.1])]
    for row, black in zip(rows, (1, 0), strict=True):
        assert row[0][0] == pytest.approx(picture.STRIP)
        assert [one[1] for one in row[:-1]] == pytest.approx([one[0] for one in row[1:]])
        assert [one[3] == to_hex(INK) for one in row] == [k == black for k in range(4)]
    assert {"25%", "60%", "no chances", "stored"} <= set(texts(figure))


@pytest.mark.parametrize("guess", [None, np.nan, np.inf, 10**400, "two", [2.0]])
def test_what_is_no_guess_is_not_marked(guess):
    figure = drawn(guess=guess)
    assert not [line for line in figure.axes[0].lines if line.get_marker() == "x"]
    assert "× your guess" not in texts(figure)


@pytest.mark.parametrize(("guess", "at"), [(3, 3), (np.float32(1.0), 1), (50, picture.HIGHEST), (-1, 0)])
def test_a_guess_is_marked_in_the_row_it_is_about(guess, at):
    figure = drawn(guess=guess)
    (cross,) = (line for line in figure.axes[0].lines if line.get_marker() == "x")
    assert (np.ravel(cross.get_xdata()) - picture.BAR) / picture.BIT == pytest.approx([at])
    assert np.ravel(cross.get_ydata()) == pytest.approx([bars(figure)[1][2]])
    assert "× your guess" in texts(figure)


def test_signs_stand_for_what_cannot_be_seen_and_the_sentence_has_the_numbers():
    groups = {"counting": [Model("one", 1.0, 1, np.array([0.7, 0.3]))]}
    figure = draw_baselines(groups, "a\nb", "\n", " \n")
    assert texts(figure).count("↵") == 2
    assert "␣" in texts(figure)
    assert "one 1.00" in figure.sentence
    assert "GRU 1.25" in drawn().sentence


def test_the_rows_are_what_the_models_say():
    at = 40
    groups = baseline_models(LEARNED, HELD_OUT, VOCABULARY, at)
    assert {m.name: m.bits for group in groups.values() for m in group} == baselines(LEARNED, HELD_OUT, VOCABULARY)
    assert [m.name for m in groups["counting"]] == list(BASELINES[:6])
    assert [m.reads for m in groups["counting"]] == [0, 0, 1, 2, 3, 4]
    packed = [m.bits for m in groups["packing"]]
    assert packed == sorted(packed, reverse=True)
    chances = KneserNey(LEARNED, 4, VOCABULARY).probabilities(HELD_OUT[at - 3 : at])
    assert groups["counting"][4].chances == pytest.approx(chances)


@pytest.mark.parametrize(("cell", "name"), [("tanh", "RNN"), ("gru", "GRU"), ("lstm", "LSTM")])
def test_the_row_of_a_network_is_what_it_says_after_all_that_came_before(cell, name):
    d = len(VOCABULARY)
    params = init_params(d, 8, d, cell=cell, rng=3).astype(np.float32)
    row = network_model("mine", params, LEARNED, HELD_OUT, VOCABULARY, 40, cell)
    assert (row.name, row.cell, row.reads) == ("mine", name, np.inf)
    before = LEARNED[-200:]
    assert row.bits == bits_per_character(params, HELD_OUT, VOCABULARY, cell=cell, before=before)
    assert row.chances.sum() == pytest.approx(1)
    # the bits of one character say how likely it was
    one = bits_per_character(params, HELD_OUT[40], VOCABULARY, cell=cell, before=before + HELD_OUT[:40])
    assert -np.log2(row.chances[VOCABULARY.encode(HELD_OUT[40])[0]]) == pytest.approx(one, rel=1e-5)
