"""Notebook 13: the explorer of a window over a page that five models read."""

import numpy as np
import pytest
from matplotlib.patches import Circle

from bptt_helpers import Vocabulary, bptt, cross_entropy, forward, influence, load_text
from bptt_helpers.cells.params import recurrent_part
from bptt_helpers.lessons.gradient_pictures import gradient_colours
from bptt_helpers.lessons.own_model.models import MODELS, own_model, story_batch
from bptt_helpers.lessons.own_model.window_explorer import OWN_WINDOW, measured, page_text
from bptt_helpers.lessons.own_model.window_picture import (
    CIRCLES,
    GAP,
    HIGHEST,
    LONGEST,
    LOWEST,
    MARKED,
    SHORT,
    percent,
    tips,
)
from bptt_helpers.lessons.text_pictures import luminance

SETTINGS = [{}, {"model": "LSTM, chrono", "window": 60, "loss": 150}, {"model": "RNN, trained", "window": 200}]
SETTINGS += [{"model": "GRU, untrained", "window": 1, "loss": 90}, {"loss": 1, "window": 7}]


def read(model, sequences=8):
    batch, network = story_batch(LONGEST, 8), own_model(model)
    params = network.params.__class__(*(part.astype(float) for part in network.params))
    trace = forward(params, batch.x[:, :sequences].astype(float), cell=network.cell)
    return trace, cross_entropy(trace.o, batch.y[:, :sequences])[1]


@pytest.mark.parametrize("model", MODELS)
def test_the_curves_are_those_of_windows_one_by_one(model):
    known = measured(model)
    trace, dL_do = read(model)
    g = recurrent_part(bptt(trace, dL_do).params).ravel()
    for window in (1, 2, 8, 30, LONGEST):
        h = recurrent_part(bptt(trace, dL_do, window=window, stride=1).params).ravel()
        error, length = np.linalg.norm(h - g) / np.linalg.norm(g), np.linalg.norm(h) / np.linalg.norm(g)
        k = window - 1  # the models' numbers have 24 bits
        assert known.error[k] == pytest.approx(error, rel=1e-3, abs=1e-5)
        assert known.length[k] == pytest.approx(length, abs=1e-5)
        assert known.cosine[k] == pytest.approx(h @ g / length / np.linalg.norm(g) ** 2, abs=1e-5)
    for needed, allowed in zip(known.needed, MARKED, strict=True):
        assert (known.error[needed - 1 :] <= allowed).all()
        assert needed == 1 or known.error[needed - 2] > allowed


@pytest.mark.parametrize("values", SETTINGS)
def test_the_page_shows_what_the_loss_sends_and_the_window_keeps(values):
    picture, data = OWN_WINDOW.shown(**values)
    top = picture.top
    trace, dL_do = read(data.model, 1)
    sent = influence(trace, dL_do, losses=[data.loss - 1])[0, :, 0]
    np.testing.assert_allclose(data.shares, sent - sent[data.loss - 1], atol=2e-3)
    np.testing.assert_array_equal(np.ma.getdata(top.page.get_array()).ravel(), data.shares)
    first = max(data.loss - data.window, 0)
    cells, ink = top.page.colours()
    known = ~np.isnan(data.shares)
    np.testing.assert_array_equal(cells[known], 255 * gradient_colours(data.shares[known])[:, :3])  # cut or not
    assert (cells[~known] == 255).all()
    assert len({tuple(one) for one in ink[~known]}) <= 1
    through = top.struck.get_segments()
    assert [top.page.character(*line.mean(0)) for line in through] == list(range(first))
    assert (np.abs(luminance(255 * top.struck.get_colors()[:first, :3]) - luminance(cells[:first])) > 0.04).all()
    shares = 10 ** data.shares[: data.loss]
    assert data.lost == pytest.approx(shares[:first].sum() / shares.sum())
    x, y = top.frame.get_data()
    inside = [k for k in range(LONGEST) if is_inside(top.page, k, x, y)]
    assert inside == list(range(first, data.loss))
    assert top.window.get_text().endswith(f"loss {data.loss} looks back to character {first + 1}")
    assert top.lost.get_text() == f"of this loss's signals: {percent(data.lost) if first else 'nothing'} cut"
    assert [len(artist.get_xdata()) for artist in (top.scissors, top.cut)] == ([1, 2] if first else [0, 0])
    if first:
        assert top.scissors.get_xdata()[0] == top.page.corner(first)[0]
    corner = top.page.corner(data.loss - 1)
    assert min(top.box.get_xdata()) < corner[0] < corner[0] + 1 < max(top.box.get_xdata())


def is_inside(page, index, x, y):
    column, top = page.corner(index)
    middle = column + 0.5, top + (1 - GAP) / 2
    frames = zip(np.split(x, np.flatnonzero(np.isnan(x))), np.split(y, np.flatnonzero(np.isnan(y))), strict=True)
    around = [(a[~np.isnan(a)], b[~np.isnan(b)]) for a, b in frames]
    return any(a.min() < middle[0] < a.max() and b.min() < middle[1] < b.max() for a, b in around if len(a))


@pytest.mark.parametrize("values", SETTINGS)
def test_curve_marks_and_arrows_are_the_data(values):
    picture, data = OWN_WINDOW.shown(**values)
    windows, errors = picture.curve.get_data()
    np.testing.assert_array_equal(windows, np.arange(1, len(windows) + 1))
    np.testing.assert_array_equal(errors, np.clip(data.error[: len(windows)], LOWEST, HIGHEST))
    assert len(windows) == LONGEST or data.error[len(windows) - 1] < LOWEST
    there = (data.bound >= LOWEST) & (data.bound <= HIGHEST)
    np.testing.assert_array_equal(picture.bound.get_ydata(), np.where(there, data.bound, np.nan))
    for line, found in ((picture.enough, data.needed), (picture.safe, data.safe)):
        there = [[window, error] for window, error in zip(found, MARKED, strict=True) if window is not None]
        assert line.get_xydata().tolist() == there
    assert [label.get_text() for label in picture.needed] == [str(window) for window in data.needed]
    error = data.error[data.window - 1]
    assert picture.here.get_xydata().tolist() == [[data.window, np.clip(error, LOWEST, HIGHEST)]]
    assert picture.value.get_text() == percent(error)
    tip = tips(data.cosine, data.length)
    np.testing.assert_array_equal(picture.trail.get_data(), tip)
    (shaft,) = picture.arrows.shapes
    np.testing.assert_allclose(shaft.corners[3], tip[:, data.window - 1])
    np.testing.assert_array_equal(picture.gap.get_xydata()[0], tip[:, data.window - 1])
    gap = np.linalg.norm(np.diff(picture.gap.get_xydata(), axis=0))
    assert gap == pytest.approx(error, rel=1e-3, abs=2e-3)  # what is said of the gap is what is drawn
    assert picture.between.get_text() == ("gap" if gap > SHORT else "")
    if gap > SHORT:
        x, y = picture.between.get_position()
        assert x == pytest.approx((tip[0, data.window - 1] + 1) / 2)
        assert y >= tip[1, data.window - 1] / 2
    x, y = picture.others.get_position()
    assert picture.others.get_text() == "other windows"
    assert tip[1].max() < y < tip[1].max() + 0.06
    assert picture.error.get_text() == f"gap (error): {percent(error)}"
    assert picture.cosine.get_text() == f"cosine {data.cosine[data.window - 1]:.3f}"


@pytest.mark.parametrize("model", MODELS)
def test_no_arrow_leaves_its_picture(model):
    picture, data = OWN_WINDOW.shown(model=model)
    x, y = tips(data.cosine, data.length)
    (left, right), (low, high) = picture.right.get_xlim(), picture.right.get_ylim()
    assert (left < x).all()
    assert (x < right).all()
    assert (low < y).all()
    assert (y < high).all()


def test_what_stands_still_is_named_in_the_picture():
    picture = OWN_WINDOW.picture()
    names = [text.get_text() for text in picture.left.get_legend().get_texts()]
    assert names == ["the window now", "enough", "safe bound"]
    (key,) = [text.get_text() for text in picture.figure.texts if "struck out" in text.get_text()]
    assert key == "thick box: the loss; frame: its window; struck out: cut; pale: not read yet"
    assert [circle.radius for circle in picture.right.patches if isinstance(circle, Circle)] == list(CIRCLES)
    assert "circles: 10 % and 5 %" in [text.get_text() for text in picture.right.texts]
    assert picture.left.get_ylabel() == "error"


def test_the_page_is_the_text_that_was_read():
    text, batch = page_text(), story_batch(LONGEST, 8)
    numbers = Vocabulary.of(load_text()).encode(text)
    assert numbers[1:].tolist() == batch.y[:-1, 0].tolist()  # each character is what came after the one before
    assert OWN_WINDOW.picture().top.page._text == text


def place_in(picture, ax, x, y):
    return picture.figure.transFigure.inverted().transform(ax.transData.transform((x, y)))


@pytest.mark.parametrize("loss", [200, 120])
def test_the_pointer_moves_the_window(loss):
    picture, _ = OWN_WINDOW.shown(loss=loss)
    for character in (0, 60, loss - 1):
        x, y = picture.top.page.corner(character)
        touched = picture.touched(*place_in(picture, picture.top.ax, x + 0.5, y + 0.3))
        assert touched == {"window": loss - character}
    assert picture.touched(*place_in(picture, picture.left, 30, 0.1)) == {"window": pytest.approx(30)}
    assert picture.touched(0.5, 0.999) == {}


def test_the_sentence_has_the_numbers():
    _, data = OWN_WINDOW.shown(window=5)
    says = OWN_WINDOW.describe(data)
    for part in (data.model, "τ = 5", percent(data.error[4]), f"{data.cosine[4]:.3f}", percent(data.lost)):
        assert part in says
    for needed, allowed in zip(data.needed, MARKED, strict=True):
        assert f"{needed} for {percent(allowed)}" in says


def test_what_is_looked_for():
    """The answers of the notebook, on the sliders' own grid."""
    losses = range(100, 121)
    trained, untrained = (
        [OWN_WINDOW.compute(name, 10, loss).lost for loss in losses] for name in ("GRU, trained", "GRU, untrained")
    )
    assert losses[np.argmax(trained)] == 110
    assert max(trained) == pytest.approx(0.40, abs=0.005)
    assert max(untrained) < 0.01
    known = measured("LSTM, chrono")
    window = np.flatnonzero(known.cosine < 0.99)[-1] + 2
    assert window == 62
    assert known.error[window - 1] == pytest.approx(0.17, abs=0.01)
    assert known.length[window - 1] == pytest.approx(0.88, abs=0.01)
