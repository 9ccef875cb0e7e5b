"""The two layouts of a text: the pictures show what the batches do, and a state goes on only where the letters do."""

import numpy as np
import pytest
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_rgba

from bptt_helpers import bptt, cross_entropy, forward, init_params, load_text
from bptt_helpers.lessons.language_model import WRONG_WAYS, bits_by_layout, draw_layout_prices, draw_layouts
from bptt_helpers.lessons.language_model.layout_picture import LEFT, follows
from bptt_helpers.lessons.language_model.layout_runs import WAYS
from bptt_helpers.lessons.pictures import INK
from bptt_helpers.lessons.scheme_pictures import WRONG
from bptt_helpers.tasks.stored import load_results
from bptt_helpers.tasks.text_layouts import LAYOUTS, text_batches

T, B = 12, 4
PAGE = load_text()[3000:3154]
STARTS = {layout: np.array([text_batches(PAGE, T, B, layout=layout).starts(k) for k in (0, 1)]) for layout in LAYOUTS}


def drawn(figure):
    """Letters (x, y, letter) of the batches, from above, and the faces of all shapes."""
    (ax,) = figure.axes
    (shapes,) = (artist for artist in ax.collections if isinstance(artist, PolyCollection))
    letters = [(*text.get_position(), text.get_text()) for text in ax.texts if len(text.get_text()) == 1]
    return letters, shapes


def test_the_letters_in_the_picture_are_those_of_the_batches():
    letters, _ = drawn(draw_layouts(PAGE, STARTS, T))
    batch_letters = "".join(letter for _, _, letter in letters)
    wanted = PAGE  # the text itself stands above
    for layout in LAYOUTS:
        draw = text_batches(PAGE, T, B, layout=layout)
        for k in (0, 1):
            codes = draw(k).x.argmax(2)
            wanted += "".join(np.array(sorted(set(PAGE)))[codes].T.ravel())
    assert batch_letters == "".join(wanted.split())


def test_rows_are_sequences_and_the_second_update_is_to_the_right_of_the_first():
    figure = draw_layouts(PAGE, {"streams": STARTS["streams"]}, T)
    letters, _ = drawn(figure)
    own = letters[len("".join(PAGE.split())) :]
    heights = sorted({round(y, 6) for _, y, _ in own}, reverse=True)
    assert len(heights) == B
    for row, y in enumerate(heights):
        line = sorted((x, letter) for x, height, letter in own if round(height, 6) == y)
        start = STARTS["streams"][0, row]
        assert "".join(letter for _, letter in line) == "".join(PAGE[start : start + 2 * T].split())
        assert line[0][0] > LEFT


def arrows_of(figure):
    """Colours of the arrows, from above: the outlines with seven corners."""
    _, shapes = drawn(figure)
    faces = shapes.get_facecolor()
    return [tuple(face) for path, face in zip(shapes.get_paths(), faces, strict=True) if len(path.vertices) == 8]


def test_an_arrow_is_red_where_the_letters_do_not_go_on():
    arrows = arrows_of(draw_layouts(PAGE, STARTS, T))
    assert arrows == [to_rgba(INK)] * B + [to_rgba(WRONG)] * 2 * B
    mixed = {"mixed": np.array([[0, 36, 72, 108], [12, 48, 30, 120]])}
    assert arrows_of(draw_layouts(PAGE, mixed, T)) == [to_rgba(c) for c in (INK, INK, WRONG, INK)]
    (says,) = (text for text in draw_layouts(PAGE, mixed, T).axes[0].texts if "another place" in text.get_text())
    assert says.get_color() == WRONG


def test_the_sentence_counts_the_sequences_that_go_on():
    sentence = draw_layouts(PAGE, {"Streams": STARTS["streams"], "Two\nlines": STARTS["shuffled"]}, T).sentence
    assert "Streams: 4 of 4; Two lines: 0 of 4." in sentence


def test_one_place_in_the_text_has_one_colour_wherever_it_is_read():
    figure = draw_layouts(PAGE, STARTS, T)
    _, shapes = drawn(figure)
    faces = [
        tuple(face)
        for path, face in zip(shapes.get_paths(), shapes.get_facecolor(), strict=True)
        if len(path.vertices) == 5
    ]
    of_text, of_batches = faces[: len(PAGE)], faces[len(PAGE) :]
    assert len(set(of_text)) == len(PAGE)
    places = np.concatenate([STARTS[name].ravel() for name in LAYOUTS])[:, None] + np.arange(T)
    assert of_batches == [of_text[place] for place in places.ravel()]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_follows_says_of_places_what_the_letters_say(layout):
    draw = text_batches(load_text(), 10, 32, layout=layout)
    places = follows([draw.starts(0), draw.starts(1)], 10)
    before, after = draw(0), draw(1)
    letters = after.x[0].argmax(1) == before.y[-1]
    assert places.all() == letters.all() == (layout == "streams")
    assert letters[places].all()


BITS = {
    "T = 5": {"streams, carried": [2.0, 2.1, 2.2], "in order, carried": [2.5, 2.6, 2.6]},
    "T = 35": {"streams, carried": [2.0, 2.0, 2.3], "in order, carried": [2.4, 2.4, 2.4]},
}


LEARNED = {title: {name: np.array(seeds) - 0.3 for name, seeds in of.items()} for title, of in BITS.items()}


def test_prices_are_drawn_where_they_are_and_the_mistakes_in_red():
    figure = draw_layout_prices(BITS, LEARNED, ["in order, carried"])
    assert len(figure.axes) == 2
    assert len({ax.get_xlim() for ax in figure.axes}) == 1
    for ax, (title, of_layout) in zip(figure.axes, BITS.items(), strict=True):
        assert ax.get_title() == title
        between, squares, dots, means = (ax.lines[k::4] for k in range(4))
        for row, (name, seeds) in enumerate(of_layout.items()):
            colour = WRONG if name == "in order, carried" else INK
            known = np.mean(LEARNED[title][name])
            np.testing.assert_array_equal(dots[row].get_xdata(), seeds)
            np.testing.assert_array_equal(dots[row].get_ydata(), row)
            np.testing.assert_allclose(means[row].get_xdata(), np.mean(seeds))
            np.testing.assert_allclose(squares[row].get_xydata(), [[known, row]])
            np.testing.assert_allclose(between[row].get_xdata(), [known, np.mean(seeds)])
            assert dots[row].get_markeredgecolor() == squares[row].get_color() == means[row].get_color() == colour
            assert ax.texts[row].get_text() == f"{np.mean(seeds):.2f}"
            low, high = ax.get_xlim()
            assert low < min(LEARNED[title][name])
            assert max(seeds) < high
    wanted = "T = 5: streams, carried 2.10 (learned text 1.80), in order, carried 2.57 (learned text 2.27); T = 35"
    assert wanted in figure.sentence


@pytest.mark.parametrize("cell", ["tanh", "gru", "lstm"])
def test_a_carried_state_without_its_gradient_gives_the_blocks_of_one_long_sequence(cell):
    draw = text_batches(load_text(), 6, 3)
    params = init_params(60, 5, 60, cell=cell, rng=1)
    first, after = draw(0), draw(1)

    def gradient(x, y, s0=None, **blocks):
        trace = forward(params, x, cell=cell, s0=s0)
        g = bptt(trace, cross_entropy(trace.o, y)[1], **blocks).params
        return np.concatenate([w.ravel() for w in g]), trace.states[-1]

    one, state = gradient(first.x, first.y)
    whole = np.concatenate([first.x, after.x]), np.concatenate([first.y, after.y])
    blocks = gradient(*whole, window=6, scheme="chunked")[0]
    np.testing.assert_allclose((one + gradient(after.x, after.y, state)[0]) / 2, blocks, atol=1e-12)
    assert np.abs((one + gradient(after.x, after.y)[0]) / 2 - blocks).max() > 1e-3
    assert np.abs(gradient(*whole)[0] - blocks).max() > 1e-3


def stored_run(window, way, seed, **more):
    layout, carried = way
    alike = {"cell": "gru", "scheme": "full", "clip_norm": 1.0, "updates": 50 * window}
    bits = window + 0.1 * list(WAYS).index(way) + 0.01 * seed
    return alike | {"window": window, "layout": layout, "carried": carried, "seed": seed, "bits": bits} | more


def test_stored_runs_are_compared_where_nothing_but_the_layout_differs():
    runs = [stored_run(T, way, seed) for T in (35, 5) for way in WAYS for seed in (1, 0, 2)]
    others = [
        stored_run(10, ("streams", True), 0),  # a window without the other layouts
        stored_run(5, ("streams", True), 0, updates=1000, bits=0.0),
        stored_run(5, ("streams", True), 0, clip_norm=None, bits=0.0),
        stored_run(5, ("streams", True), 0, scheme="chunked", bits=0.0),
        *(stored_run(20, way, 0, cell="tanh") for way in WAYS),
    ]
    found = bits_by_layout(others + runs)
    assert list(found) == [5, 35]
    for T, by_layout in found.items():
        assert list(by_layout) == list(WAYS.values())
        for number, bits in enumerate(by_layout.values()):
            np.testing.assert_allclose(bits, T + 0.1 * number + 0.01 * np.arange(3))
    assert list(bits_by_layout(others + runs, "tanh")) == [20]
    updates = bits_by_layout(runs, measure=lambda run: run["updates"])
    assert all((bits == 50 * T).all() for T, by_layout in updates.items() for bits in by_layout.values())


def test_wrong_are_the_layouts_in_which_a_carried_state_comes_from_elsewhere():
    for (layout, carried), name in WAYS.items():
        draw = text_batches(PAGE, T, B, layout=layout, carried=carried)
        goes_on = follows([draw.starts(0), draw.starts(1)], T).all()
        assert (name in WRONG_WAYS) == (draw(1).goes_on and not goes_on)


def test_what_the_notebook_says_of_the_stored_runs():
    """At a short window a state of one's own text helps and a wrong one harms; at a long one the order turns round."""
    runs = load_results("language_model")["runs"]
    held_out = bits_by_layout(runs)
    assert list(held_out) == [5, 35]
    learned = bits_by_layout(runs, measure=lambda run: run["learned"])
    least = bits_by_layout(runs, measure=lambda run: min(run["tested"]))
    own, *zero, wrong, other = WAYS.values()
    for T, by_layout in held_out.items():
        assert all(len(bits) == 3 for bits in by_layout.values())
        order = [by_layout[own], *(by_layout[name] for name in zero), np.minimum(by_layout[wrong], by_layout[other])]
        low, *middle, high = order if T == 5 else order[::-1]
        assert all(low.max() < bits.min() and bits.mean() < high.mean() for bits in middle)
        means = [learned[T][name].mean() for name in (own, *zero, wrong, other)]
        assert means[0] < min(means[1:3]) <= max(means[1:3]) < min(means[3:])  # in learning, the order never turns
    assert (held_out[35][own] - least[35][own]).mean() > 0.02
    assert all((held_out[35][name] - least[35][name]).mean() < 0.02 for name in (*zero, wrong, other))
