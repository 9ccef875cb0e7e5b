"""Notebook 07's pictures: what is drawn is what was drawn by lot, counted and measured."""

import numpy as np
import pytest

from bptt_helpers import bptt
from bptt_helpers.cells.params import recurrent_part
from bptt_helpers.lessons.randomized_truncation import (
    MEAN_LENGTHS,
    draw_cuts,
    draw_lengths,
    draw_training,
    drawn,
    problem,
)
from bptt_helpers.lessons.randomized_truncation.bars_picture import cuts, growth, half_height, outlines, shade
from bptt_helpers.lessons.randomized_truncation.chain_explorer import CHAIN, chain_data
from bptt_helpers.lessons.randomized_truncation.explorer import RANDOMIZED
from bptt_helpers.lessons.randomized_truncation.picture import BLOCKS, COUNTS, HIGH, LOW, ROWS, STEPS, WINDOW
from bptt_helpers.truncation.hazards import constant_hazard, draw_factors, power_law_hazard
from bptt_helpers.truncation.random_cuts import chain_variance, randomized_gradients

STARTS = [{}, {"count": 5, "draws": 3, "mean_length": 4}, {"count": 100, "spectral_radius": 1.5, "seed": 1}]
shown_at = pytest.mark.parametrize("given", STARTS, ids=["start", "five short", "another network"])


def place(ax, figure, x, y):
    """A point of an axes as fractions of the figure, which the page hands over."""
    return figure.transFigure.inverted().transform(ax.transData.transform((x, y)))


# what is computed


@pytest.mark.parametrize(("name", "hazard"), [("constant", constant_hazard), ("power law", power_law_hazard)])
def test_draws_are_the_package_s_along_the_exact_gradient(name, hazard):
    data, (run, exact) = drawn(6, 2, name, 1.2, 1), problem(1.2, 1)
    assert np.array_equal(exact, recurrent_part(bptt(*run).params))
    square = (exact**2).sum()
    draws = randomized_gradients(*run, hazard(6), n_draws=1000, rng=2)
    np.testing.assert_allclose(data.along, np.tensordot(draws, exact, 2) / square, rtol=1e-10)
    assert np.array_equal(data.factor, draw_factors(hazard(6), STEPS, 1000, 2)[:, :ROWS])
    for k, count in enumerate(COUNTS):
        assert data.mean[k] == pytest.approx(data.along[:count].mean())
        error = data.along[:count].std(ddof=1) / np.sqrt(count) if count > 1 else 0
        assert data.error[k] == pytest.approx(error, rel=1e-6, abs=1e-12)
    for scheme in ("sliding", "chunked"):
        cut = recurrent_part(bptt(*run, window=6, scheme=scheme).params)
        assert getattr(data, scheme) == pytest.approx((cut * exact).sum() / square, rel=1e-9)


def test_each_row_s_value_belongs_to_its_cuts():
    """A draw's gradient from the factors that its bar shows."""
    data, (run, exact) = drawn(7, 4, "constant", 1.4, 0), problem(1.4, 0)
    trace, dL_do = run
    for k in (0, 5, 15):
        later, total = 0.0, 0.0
        for t in reversed(range(STEPS)):
            dL_da = (1 - trace.h[t + 1] ** 2) * (dL_do[t] @ trace.params.W_qh + later)
            total = total + dL_da.T @ np.hstack([trace.h[t], trace.x[t], np.ones((1, 1))])
            later = data.factor[t, k] * (dL_da @ trace.params.W_hh)
        assert data.along[k] == pytest.approx((total * exact).sum() / (exact**2).sum(), rel=1e-9)


def test_what_survives_grows_by_its_factors_until_the_next_cut():
    factor = draw_factors(power_law_hazard(5), 30, 4, 0)
    for column, weight in zip(factor.T, growth(factor).T, strict=True):
        for t in range(30):
            later = column[t + 1 :]
            until = np.flatnonzero(later == 0)
            assert weight[t] == pytest.approx(later[: until[0] if len(until) else None].prod())


def test_a_bar_is_cut_where_its_factor_is_0_and_as_thick_as_what_survives():
    factor = np.array([0, 2, 2, 0, 3.0])
    first, second = outlines(factor, growth(factor), 7)
    assert (first[:, 0].min(), first[:, 0].max()) == (0, 3)
    assert (second[:, 0].min(), second[:, 0].max()) == (3, 5)
    for t, weight in enumerate([4, 2, 1]):  # corners of step t: left and right, above and below
        corners = first[[2 * t, 2 * t + 1, -1 - 2 * t, -2 - 2 * t]]
        np.testing.assert_allclose(corners[:, 0], [t, t + 1, t, t + 1])
        np.testing.assert_allclose(np.abs(corners[:, 1] - 7), half_height(weight))
    assert cuts(factor, 7) == [[(3, 7 - 0.42), (3, 7 + 0.42)]]
    assert (np.diff(shade([1, 3, 10, 30])[:, 3]) > 0).all()


# what is drawn


@shown_at
def test_the_picture_shows_the_data(given):
    picture, data = RANDOMIZED.shown(**given)
    count, here = min(data.count, ROWS), COUNTS.index(data.count)
    bars = [(column, growth(column), k + 0.5) for k, column in enumerate(data.factor.T[:count])]
    wanted = [polygon for bar in bars for polygon in outlines(*bar)]
    paths = picture.pieces.get_paths()
    assert len(paths) == len(wanted)
    assert all(np.array_equal(path.vertices[:-1], polygon) for path, polygon in zip(paths, wanted, strict=True))
    heaviest = np.concatenate([weight[column == 0] for column, weight, _ in bars])
    np.testing.assert_array_equal(picture.pieces.get_facecolors(), shade(heaviest))
    assert len(picture.cuts.get_segments()) == (data.factor[1:, :count] == 0).sum()
    inside = (data.along[:count] >= LOW) & (data.along[:count] <= HIGH)
    np.testing.assert_array_equal(picture.dots.get_xdata(), data.along[:count][inside])
    np.testing.assert_array_equal(picture.dots.get_ydata(), np.flatnonzero(inside) + 0.5)
    np.testing.assert_array_equal(picture.mean.get_xdata(), np.clip(data.mean[: here + 1], LOW, HIGH))
    assert picture.now.get_ydata() == [here + 0.5]
    assert f"mean {data.mean[here]:.2f} ± {data.error[here]:.2f}" == picture.mean_text.get_text()
    for line, text, value in zip(picture.lines, picture.line_texts, (data.chunked, data.sliding), strict=True):
        assert (line.get_xdata() == np.clip(value, LOW, HIGH)).all()
        assert text.get_text() == f"{value:.2f}"
    assert [segment[0][0] for segment in picture.blocks.get_segments()] == list(
        range(data.mean_length, STEPS, data.mean_length)
    )
    assert set(picture.window.get_xdata()) == {STEPS - data.mean_length, STEPS}


def test_a_draw_beyond_the_axis_stands_at_its_edge_with_its_value():
    picture, data = RANDOMIZED.shown(mean_length=5, spectral_radius=1.5, seed=1, draws=0)
    low, high = np.flatnonzero(data.along[:ROWS] < LOW), np.flatnonzero(data.along[:ROWS] > HIGH)
    assert len(low) + len(high)
    for marks, rows, edge in ((picture.left, low, LOW), (picture.right, high, HIGH)):
        np.testing.assert_array_equal(marks.get_xdata(), np.full(len(rows), edge))
        np.testing.assert_array_equal(marks.get_ydata(), rows + 0.5)
        assert not set(picture.dots.get_ydata()) & set(rows + 0.5)
    told = {k: text.get_text() for k, text in enumerate(picture.row_texts) if text.get_text()}
    assert told == {k: f"{data.along[k]:.3g}" for k in (*low, *high)}


def test_the_latest_draw_says_its_number():
    picture, data = RANDOMIZED.shown(count=5)
    assert [k for k, text in enumerate(picture.row_texts) if text.get_text()] == [4]
    assert picture.row_texts[4].get_text() == f"{data.along[4]:.3g}"
    assert "In draw 5 the longest piece has 30 steps; it grows at most 21.2 times" in RANDOMIZED.describe(data)


def test_the_blocks_of_the_picture_are_those_of_the_package():
    """No gradient crosses a mark: the loss of one block does not feel the states before it."""
    run, _ = problem(1.4, 0)
    trace, dL_do = run
    only = np.zeros_like(dL_do)
    only[20:30] = dL_do[20:30]
    felt = bptt(trace, only, window=10, scheme="chunked").dL_dh
    assert [bool(np.any(row)) for row in felt[:, 0]] == [20 <= t < 30 for t in range(STEPS)]


def test_the_pointer_on_a_row_gives_so_many_draws_and_on_a_bar_the_length():
    picture, _ = RANDOMIZED.shown()
    for row, count in ((0.5, 1), (4.9, 5), (15.5, 16), (16.5, 30), (19.5, 1000)):
        for ax, x in ((picture.bars, 20), (picture.values, 0.3)):
            assert picture.touched(*place(ax, picture.figure, x, row)) == {"count": count}
    assert picture.touched(*place(picture.bars, picture.figure, 14, BLOCKS)) == {"mean_length": pytest.approx(14)}
    assert picture.touched(*place(picture.bars, picture.figure, 28, WINDOW)) == {"mean_length": pytest.approx(12)}
    assert picture.touched(*place(picture.values, picture.figure, 0.3, BLOCKS)) == {}
    assert picture.touched(0.999, 0.001) == {}


# the chain


@pytest.mark.parametrize(("factor", "survival"), [(0.9, 0.9), (0.9, 0.5), (1.2, 0.6), (0.9, 1), (0, 0.5)])
def test_the_chain_s_picture_shows_its_data(factor, survival):
    picture, data = CHAIN.shown(factor=factor, survival=survival)
    draws = np.array([segment[:, 1] for segment in picture.draws.get_segments()])
    np.testing.assert_array_equal(draws, data.log10_draws.T)
    np.testing.assert_array_equal(picture.exact.get_ydata(), data.log10_exact)
    np.testing.assert_array_equal(picture.spread.get_ydata(), data.log10_spread[1:])
    assert picture.point.get_xydata().tolist() == [[factor, survival]]
    heights = [text.get_position()[1] for text in picture.texts]
    assert abs(heights[0] - heights[1]) > 0.45
    assert all(-0.5 < height < 6 for height in heights)


def test_the_chain_s_numbers_are_the_recursion():
    data = chain_data(0.9, 0.75)
    variance = 10 ** (2 * data.log10_spread[1:])
    np.testing.assert_allclose(variance, chain_variance(0.9, 0.75, 100)[1:], rtol=1e-9)
    np.testing.assert_allclose(10**data.log10_exact, (1 - 0.9 ** np.arange(1, 101)) / 0.1, rtol=1e-9)
    z = 10**data.log10_draws
    cut = np.isclose(z[1:], 1)
    np.testing.assert_allclose(z[1:][~cut], (1 + 0.9 / 0.75 * z[:-1])[~cut], rtol=1e-9)
    assert cut.mean() == pytest.approx(0.25, abs=0.03)
    assert np.array_equal(chain_data(0.9, 1).log10_draws[:, 0], data.log10_exact)


def test_the_pointer_on_the_map_gives_factor_and_survival():
    picture, _ = CHAIN.shown()
    assert picture.touched(*place(picture.right, picture.figure, 0.5, 0.3)) == {
        "factor": pytest.approx(0.5),
        "survival": pytest.approx(0.3),
    }
    assert picture.touched(*place(picture.left, picture.figure, 50, 3)) == {}


@pytest.mark.parametrize(
    ("factor", "survival", "verdict"),
    [
        (0.9, 0.9, "so the variance stays bounded. After 100 steps z is 10 on average and its spread 9.5"),
        (0.9, 0.81, "c²/π = 1.000, so the variance grows without end"),
        (1.2, 1.0, "nothing is ever cut: no variance at all"),
        (0.0, 0.5, "nothing is carried on: no variance at all"),
    ],
)
def test_the_sentence_about_the_chain_is_true(factor, survival, verdict):
    assert verdict in CHAIN.describe(chain_data(factor, survival))


# the stills


def test_one_text_is_drawn_once_for_every_way_to_cut_it():
    ways = {"full": np.array([0, 1, 1, 1.0]), "blocks": np.array([0, 1, 0, 1.0]), "random": np.array([0, 2, 2, 0.0])}
    figure = draw_cuts("abcd", ways)
    (ax,) = figure.axes
    assert "".join(text.get_text() for text in ax.texts if len(text.get_text()) == 1) == "abcd" * 3
    pieces, marks = ax.collections[::2], ax.collections[1::2]
    assert [len(collection.get_paths()) for collection in pieces] == [1, 2, 2]
    assert [[segment[0][0] for segment in collection.get_segments()] for collection in marks] == [[], [2], [3]]
    assert "random: pieces 2, what survives counts up to 4" in figure.sentence


def test_a_ring_stands_where_one_draw_errs_less_than_a_block():
    spread, blocks, window = np.array([3, 0.5, 0.2]), np.array([1, 0.6, 0.1]), np.array([0.9, 0.3, 0])
    figure = draw_lengths([2, 10, 40], {"here": (spread, blocks, window)}, together=4)
    (ax,) = figure.axes
    curves = {line.get_label(): line for line in ax.lines}
    np.testing.assert_array_equal(curves["random, one draw"].get_ydata(), spread)
    np.testing.assert_array_equal(curves["random, mean of 4"].get_ydata(), spread / 2)
    np.testing.assert_array_equal(curves["blocks"].get_ydata(), blocks)
    assert curves["one draw errs less than a block"].get_xydata().tolist() == [[10, 0.5]]
    assert "here: one draw errs less than a block at [10]" in figure.sentence
    assert "at no length" in draw_lengths([2, 10, 40], {"here": (spread, blocks / 9, window)}).sentence


def test_lost_runs_end_in_an_arrow_and_are_counted():
    steps = np.arange(1001)
    arrives = np.linspace(0.5, -1 / 6, 1001)
    up, down, stays = 0.5 + steps / 500, 0.5 - steps / 200, np.full(1001, 0.5)
    wanders = np.where((steps > 100) & (steps < 200), 9, arrives)
    runs = np.column_stack([arrives, wanders, up, down, stays])
    figure = draw_training({"rate 1": (runs, up)}, target=-1 / 6)
    (ax,) = figure.axes
    assert "2 of 5 arrive" in ax.get_title()
    assert "rate 1: 2 of 5 arrive, plain blocks leave" in figure.sentence
    arrows = [(line.get_marker(), *line.get_xydata()[0]) for line in ax.lines if line.get_marker() in ("^", "v")]
    assert arrows == [("^", 501, 1.5), ("v", 401, -1.5), ("^", 501, 1.5)]
    lines = [line for line in ax.lines if line.get_marker() == "None" and len(line.get_xdata()) > 2]
    colours = [line.get_color() for line in lines]
    assert colours[0] == colours[1] != colours[2]
    assert colours[2] == colours[3] == colours[4]
    assert np.isnan(lines[1].get_ydata()).any()  # a run that comes back has a gap


def test_the_slider_of_the_mean_length_ends_where_nothing_is_cut():
    assert MEAN_LENGTHS[-1] == STEPS
    data = drawn(STEPS, 0, "constant", 1.4, 0)
    assert data.sliding == pytest.approx(1)
    assert data.chunked == pytest.approx(1)
