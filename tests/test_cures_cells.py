"""Notebook 09: the explorer of three cells on one text."""

import numpy as np
import pytest

from bptt_helpers import Vocabulary, cross_entropy, forward, influence, init_params, load_text
from bptt_helpers.lessons.cures.cells_explorer import CELLS, CELLS_EXPLORER, cells_data
from bptt_helpers.lessons.cures.cells_picture import STEPS
from bptt_helpers.lessons.gradient_pictures import leaving, power
from bptt_helpers.lessons.inputs import sequence
from bptt_helpers.lessons.text_pictures import LEVELS, Page, luminance


def test_the_maps_are_those_of_the_package_divided_by_their_diagonal():
    data = cells_data(2.0, 81, 31, 4)
    x, y = sequence("text", 4).x[:STEPS], sequence("text", 4).y[:STEPS]
    for name, values in zip(("tanh", "gru", "lstm"), data.maps, strict=True):
        params = init_params(60, 32, 60, cell=name, init="pytorch", rng=4)
        if name != "tanh":
            params.b_h.reshape(4, 32)[1] = 2
        trace = forward(params, x, cell=name)
        sent = influence(trace, cross_entropy(trace.o, y)[1])[:, :, 0]
        np.testing.assert_allclose(values, sent - np.diag(sent)[:, None], rtol=1e-9, atol=1e-9)
    assert data.text == Vocabulary.of(load_text()).decode(x[:, 0].argmax(1))


@pytest.mark.parametrize(
    "values", [{}, {"bias": 6.0, "loss": 100, "state": 7, "seed": 3}, {"loss": 1, "state": 1}, {"bias": 0.0}]
)
def test_lines_maps_and_curves_are_the_data(values):
    picture, data = CELLS_EXPLORER.shown(**values)
    t, s = data.loss, data.state
    for image, one in zip(picture.images, data.maps, strict=True):
        np.testing.assert_array_equal(image.get_array(), one)
    np.testing.assert_array_equal(picture.lines.get_array(), data.maps[:, t - 1])
    words = [word.text for word in picture.words.words]
    for curve, dot, one in zip(picture.curves, picture.dots, data.maps, strict=True):
        np.testing.assert_array_equal(curve.get_xdata(), np.arange(t))
        np.testing.assert_array_equal(curve.get_ydata(), leaving(one[t - 1, t - 1 :: -1]))
        assert dot.get_xydata().tolist() == [[t - s, np.clip(one[t - 1, s - 1], -6, 3)]]
        assert dot.get_marker() == ("v" if one[t - 1, s - 1] < -6 else "o")
    values = [word for word in words if word.startswith("state")]
    assert values == [f"state {s}: {power(one[t - 1, s - 1])}" for one in data.maps]
    assert [word for word in words if word in data.names] == list(data.names)
    assert f"loss {t}" in words
    assert [spot.get_xydata().tolist() for spot in picture.spots] == [[[s, t]]] * 3


@pytest.mark.parametrize("values", [{}, {"bias": 0.0, "loss": 20}, {"loss": 1}, {"bias": 6.0, "seed": 9}])
def test_the_frames_hold_the_characters_that_stay_above_a_thousandth(values):
    picture, data = CELLS_EXPLORER.shown(**values)
    t = data.loss
    for one, reach, frame in zip(data.maps, data.reach, picture.frames, strict=True):
        by_lag = one[t - 1, :t][::-1]
        assert (by_lag[:reach] >= -3).all()
        assert reach == t or by_lag[reach] < -3
        inches = picture.lines.axes.get_position().x0 * 9 + np.array([t - reach, t]) * 0.08
        np.testing.assert_allclose([min(frame.get_xdata()), max(frame.get_xdata())], inches)
    felt = ", ".join(f"{cell} {reach}" for cell, reach in zip(CELLS, data.reach, strict=True))
    assert any(word.text.endswith(felt) for word in picture.words.words)


def test_a_state_after_the_loss_has_no_effect():
    picture, data = CELLS_EXPLORER.shown(loss=30, state=31)
    words = [word.text for word in picture.words.words]
    assert words.count("state 31: no effect") == 3
    assert not any(len(dot.get_xdata()) for dot in picture.dots)
    assert "does not depend on state 31" in CELLS_EXPLORER.describe(data)


def test_the_text_is_printed_once_for_each_cell_as_a_page_prints_it():
    picture, data = CELLS_EXPLORER.shown(seed=2)
    lines = picture.lines
    assert lines._text == data.text * 3
    height, width = 150, 1600
    ours = lines._print(height, width)
    theirs = Page._print(lines, height, width)
    apart = (ours != theirs).mean()  # each line is rounded to pixels for itself
    assert apart < 0.1
    np.testing.assert_array_equal(ours < 0, theirs < 0)
    np.testing.assert_array_equal((ours // (LEVELS + 1))[ours >= 0], (theirs // (LEVELS + 1))[ours >= 0])
    picture.show(cells_data(2.0, 81, 31, 5))
    assert lines._text == cells_data(2.0, 81, 31, 5).text * 3 != data.text * 3
    assert not np.array_equal(lines._print(height, width), ours)


@pytest.mark.parametrize("values", [{}, {"bias": 6.0, "seed": 3, "loss": 100}, {"bias": 0.0}])
def test_every_letter_can_be_read(values):
    picture, _ = CELLS_EXPLORER.shown(**values)
    dark, light = np.sort([luminance(colours) for colours in picture.lines.colours()], axis=0)
    assert ((light + 0.05) / (dark + 0.05)).min() >= 4.5  # what WCAG asks of text


def place_in(picture, ax, x, y):
    return picture.figure.transFigure.inverted().transform(ax.transData.transform((x, y)))


def test_the_pointer_moves_loss_and_state():
    picture, _ = CELLS_EXPLORER.shown(loss=70)
    for ax in picture.maps:
        touched = picture.touched(*place_in(picture, ax, 12, 34))
        assert touched == {"state": pytest.approx(12), "loss": pytest.approx(34)}
    # the middle of character 51, which is from 50 to 51 across
    assert picture.touched(*place_in(picture, picture.top, 50.5, 1)) == {"state": pytest.approx(51)}
    assert picture.touched(*place_in(picture, picture.right, 20, 1)) == {"state": pytest.approx(50)}
    assert picture.touched(0.99, 0.01) == {}


def test_what_is_looked_for():
    """The answers of the notebook, on the slider's own grid."""
    stops = CELLS_EXPLORER.controls["bias"].stops
    felt = np.array([[cells_data(b, 81, 31, seed).reach for seed in range(5)] for b in stops[:7]])
    assert (felt[0] <= 16).all()
    assert (felt[0] >= 11).all()
    whole = (felt == 81).sum(1)
    assert whole[:, 1].tolist() == [0, 0, 0, 0, 0, 5, 5]
    assert whole[:, 2].tolist() == [0, 0, 0, 0, 5, 5, 5]
