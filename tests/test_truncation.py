"""Notebook 05: the numbers behind the truncation explorer, its stills, and the judge of the exercise."""

from itertools import combinations

import numpy as np
import pytest

from bptt_helpers import Params, bptt, cost, forward, gradient_by_window
from bptt_helpers.lessons.truncation.check import blocks, check_chunked, frozen_gradient, known_mistakes
from bptt_helpers.lessons.truncation.explorer import TRUNCATION, describe, network_on_text, truncation_data
from bptt_helpers.lessons.truncation.picture import draw_reach, draw_wrong_sign
from bptt_helpers.truncation.influence_balancing import sensitivities

SCHEMES = ("sliding", "chunked")


def recurrent(gradient):
    return np.concatenate([np.ravel(w) for w in gradient[:3]])


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("window", [1, 4, 17, 39, 40, 300])
def test_the_numbers_at_the_window_are_those_of_every_window_at_once(window, scheme):
    T, radius, seed = 40, 1.1, 2
    data = truncation_data(T, window, scheme, radius, seed)
    network = network_on_text(T, radius, seed)
    tau = min(window, T)
    curve = gradient_by_window(*network, scheme=scheme, windows=[tau])
    exact = np.linalg.norm(recurrent(bptt(*network).params))
    angle, norm, error, operations, stored = data.here
    assert data.window == tau
    assert angle == pytest.approx(curve.cosine[0], abs=1e-12)
    assert norm == pytest.approx(curve.log10_norm[0] - np.log10(exact), abs=1e-10)
    assert error == pytest.approx(curve.log10_error[0], abs=1e-6)  # -inf where nothing is left out
    sizes = (T, network[0].params.n_in, 16, network[0].params.n_out)
    assert data.counts == (cost.operations(*sizes, tau, scheme), cost.stored_numbers(*sizes, tau, scheme))
    assert operations == data.counts[0] / cost.operations(*sizes)
    assert stored == data.counts[1] / cost.stored_numbers(*sizes)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_curves_pass_through_the_numbers_at_the_window(scheme):
    for tau in (1, 3, 8, 48, 100):
        data = truncation_data(100, tau, scheme, 0.9, 4)
        k = data.windows.tolist().index(tau)
        curves = (data.cosine, data.log10_norm, data.log10_error, data.operations, data.stored)
        for curve, here in zip(curves, data.here, strict=True):
            if tau < 100 or curve is not data.log10_error:
                assert here == pytest.approx(curve[k], rel=1e-6, abs=1e-9)
    other = truncation_data(100, 8, SCHEMES[1 - SCHEMES.index(scheme)], 0.9, 4)
    assert np.array_equal(data.other_cosine, other.cosine)


def test_a_length_beyond_the_text_piece_is_refused():
    with pytest.raises(ValueError, match="sequence_length: want an integer from 1 to 1000, got 1001"):
        network_on_text(1001, 1.0, 0)


def test_the_text_is_read_from_the_same_place_whatever_the_length():
    long, short = network_on_text(200, 1.0, 5)[0], network_on_text(50, 1.0, 5)[0]
    assert np.array_equal(long.x[:50], short.x)
    np.testing.assert_allclose(long.h[:51], short.h, rtol=1e-12, atol=1e-13)


def test_the_picture_shows_the_data():
    values = {"sequence_length": 60, "window": 6, "scheme": "chunked", "spectral_radius": 1.2, "seed": 3}
    picture, data = TRUNCATION.shown(**values)
    curves = (picture.cosine, picture.norm, picture.other, *picture.costs)
    values = (data.cosine, data.log10_norm, data.other_cosine, data.operations, data.stored)
    for artist, curve in zip(curves, values, strict=True):
        assert np.array_equal(artist.get_xydata(), np.column_stack([data.windows, curve]))
    assert np.array_equal(picture.error.get_xydata()[:-1], np.column_stack([data.windows, data.log10_error])[:-1])
    assert np.isnan(picture.error.get_ydata()[-1])  # nothing is left out at τ = T
    assert [mark.get_xydata().tolist() for mark in picture.marks] == [[[6, value]] for value in data.here]
    assert f"cosine to the exact gradient {data.here[0]:.3f}" in describe(data)
    assert f"{data.counts[1]:,} stored numbers" in describe(data)


@pytest.mark.parametrize("radius", [0.0, 0.1, 2.0])
@pytest.mark.parametrize("T", [1, 1000])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_all_curves_lie_inside_their_axes(scheme, T, radius):
    picture, _ = TRUNCATION.shown(sequence_length=T, window=3, scheme=scheme, spectral_radius=radius)
    for ax in picture.axes:
        (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
        points = np.concatenate([line.get_xydata() for line in ax.lines])
        points = points[np.isfinite(points).all(1)]
        assert left < points[:, 0].min()
        assert points[:, 0].max() < right
        assert low <= points[:, 1].min()
        assert points[:, 1].max() <= high


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"sequence_length": 1, "window": 5}, "nothing is cut"),
        ({"sequence_length": 30, "window": 30}, "nothing is cut"),
        ({"sequence_length": 30, "window": 4, "spectral_radius": 0.0}, "relative error less than 10^-12"),
        ({"sequence_length": 100, "window": 4}, "T = 100, window τ = 4, sliding"),
    ],
)
def test_the_sentence_at_the_edges(values, words):
    assert words in describe(TRUNCATION.shown(**values)[1])


def test_a_longer_window_is_not_always_better_and_sliding_beats_blocks_on_average():
    """The claims of the notebook, over 30 seeds."""
    curves = {
        scheme: [gradient_by_window(*network_on_text(48, 1.0, seed), scheme=scheme) for seed in range(30)]
        for scheme in SCHEMES
    }
    mean = {scheme: np.mean([c.cosine for c in curves[scheme]], 0) for scheme in SCHEMES}
    assert (mean["sliding"][1:24] > mean["chunked"][1:24] + 0.01).all()
    assert mean["sliding"][0] == pytest.approx(mean["chunked"][0], abs=1e-12)  # τ = 1 is the same cut
    wild = [gradient_by_window(*network_on_text(48, 1.8, seed)) for seed in range(30)]
    worse = [(c.log10_error[1:] > c.log10_error[0]).any() for c in wild]
    assert 5 <= sum(worse) <= 25
    tame = [gradient_by_window(*network_on_text(48, 0.8, seed), scheme="chunked") for seed in range(30)]
    grows = [(np.diff(c.log10_error[:-1]) > np.log10(1.05)).any() for c in tame]  # at τ = T nothing is left out
    assert all(grows)


def test_stills_show_what_they_are_given():
    pairs = np.tril(np.ones((8, 8), bool))
    reach = draw_reach({"exact": pairs, "sliding": pairs & ~np.tril(pairs, -4)}, "A sentence.")
    drawn = [ax.collections[0].get_array() for ax in reach.axes]
    assert np.array_equal(drawn[0], pairs)
    assert drawn[1].sum() == 4 * 8 - 6
    assert reach.sentence == "A sentence."
    run = np.linspace(0.5, 1e-3, 11)
    panels = {"sliding": {"exact": run}, "chunked": {"exact": run, "window 4": 2 * run}}
    left, middle, right = draw_wrong_sign(sensitivities(60), sensitivities(60, "chunked"), -6.0, panels, "Two.").axes
    assert np.array_equal(left.lines[0].get_ydata(), sensitivities(60))
    assert np.array_equal(left.lines[1].get_ydata(), sensitivities(60, "chunked"))
    assert np.array_equal(middle.lines[0].get_ydata(), run)
    assert np.array_equal(right.lines[1].get_ydata(), 2 * run)


# The exercise -------------------------------------------------------------------------------------------------------


def by_blocks(W_hx, W_hh, x, y, window, overwrite=False, leak=False):
    """A right answer as a training loop has it, one block after the other, and by its options wrong ones."""
    gradient, state, signal = np.zeros_like(W_hh), np.zeros(len(W_hh)), 0
    for start in range(0, len(x), window):
        h = [state]
        for x_t in x[start : start + window]:
            h.append(np.tanh(W_hx @ x_t + W_hh @ h[-1]))
        gradient = np.zeros_like(W_hh) if overwrite else gradient
        signal = signal if leak else 0
        for t in range(len(h) - 1, 0, -1):
            dL_da = (1 - h[t] ** 2) * (h[t] - y[start + t - 1] + signal)
            gradient += np.outer(dL_da, h[t - 1])
            signal = W_hh.T @ dL_da
        state = h[-1]
    return gradient


def whole(
    W_hx,
    W_hh,
    x,
    y,
    window,
    cut=lambda t, window, T: t % window == 0,
    carry=True,
    line=lambda h, own, later: (1 - h**2) * (own + later),
    send=lambda W_hh, dL_da, dL_dh: W_hh.T @ dL_da,
    keep=lambda t, window: True,
):
    """A right answer in one walk back, and by its options wrong ones; t counts from 1 to T."""
    T, h = len(x), [np.zeros(len(W_hh))]
    for t, x_t in enumerate(x):
        before = h[-1] if carry or t % window else 0 * h[-1]
        h.append(np.tanh(W_hx @ x_t + W_hh @ before))
    gradient, signal = np.zeros_like(W_hh), 0
    for t in range(T, 0, -1):
        if cut(t, window, T):
            signal = 0
        own = h[t] - y[t - 1]
        dL_da = line(h[t], own, signal)
        before = h[t - 1] if carry or (t - 1) % window else 0 * h[t - 1]
        gradient += np.outer(dL_da, before) * keep(t, window)
        signal = send(W_hh, dL_da, own + signal)
    return gradient


def sliding(W_hx, W_hh, x, y, window):
    h = [np.zeros(len(W_hh))]
    for x_t in x:
        h.append(np.tanh(W_hx @ x_t + W_hh @ h[-1]))
    gradient = np.zeros_like(W_hh)
    for t in range(1, len(x) + 1):
        signal = h[t] - y[t - 1]
        for s in range(t, max(0, t - window), -1):
            dL_da = (1 - h[s] ** 2) * signal
            gradient += np.outer(dL_da, h[s - 1])
            signal = W_hh.T @ dL_da
    return gradient


def last_block_dropped(W_hx, W_hh, x, y, window):
    kept = len(x) // window * window
    return by_blocks(W_hx, W_hh, x[:kept], y[:kept], window)


def one_step_through_the_cut(W_hx, W_hh, x, y, window):
    """Each block walks back to the state before its start, and takes that state's own step along."""
    h = [np.zeros(len(W_hh))]
    for x_t in x:
        h.append(np.tanh(W_hx @ x_t + W_hh @ h[-1]))
    gradient = np.zeros_like(W_hh)
    for start in range(0, len(x), window):
        signal = 0
        for t in range(min(start + window, len(x)), max(start - 1, 0), -1):
            own = h[t] - y[t - 1] if t > start else 0
            dL_da = (1 - h[t] ** 2) * (own + signal)
            gradient += np.outer(dL_da, h[t - 1])
            signal = W_hh.T @ dL_da
    return gradient


def stub(W_hx, W_hh, x, y, window):
    raise NotImplementedError


def cut_at(rule):
    return lambda *case: whole(*case, cut=rule)


@pytest.mark.parametrize("answer", [by_blocks, whole, lambda *case: whole(*case).tolist()])
def test_check_accepts_right_answers(answer):
    assert check_chunked(answer).sentence.startswith("Right: ")


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (cut_at(lambda t, window, T: False), "nothing is cut"),
        (lambda *case: whole(*case, carry=False), "a cut stops the gradient only"),
        (sliding, "this is the sliding window"),
        (last_block_dropped, "the last block is missing"),
        (lambda *case: by_blocks(*case, overwrite=True), "overwrites"),
        (lambda *case: by_blocks(*case, leak=True), "leaks into the next block"),
        (lambda *case: whole(*case, keep=lambda t, window: t % window != 1), "ends one step early"),
        (lambda W_hx, W_hh, x, y, w: whole(W_hx, W_hh, x, np.vstack([y[1:], y[-1:]]), w), "y is one step late"),
        (lambda *case: whole(*case, line=lambda h, own, later: own + later), "slope 1 - h_t² of tanh is missing"),
        (lambda *case: whole(*case, line=lambda h, own, later: (1 - h**2) * own + later), "multiplies both signals"),
        (lambda *case: whole(*case, line=lambda h, own, later: own + (1 - h**2) * later), "own signal h_t - y_t too"),
        (lambda *case: whole(*case, send=lambda W_hh, dL_da, dL_dh: W_hh.T @ dL_dh), "not times dL/dh"),
        (lambda *case: whole(*case, send=lambda W_hh, dL_da, dL_dh: W_hh @ dL_da), "it must be the transpose"),
        (lambda *case: 2 * by_blocks(*case), "twice too large"),
        (cut_at(lambda t, window, T: (T - t) % window == 0), "counted from the end"),
        (cut_at(lambda t, window, T: t % (window + 1) == 0), "your blocks have τ + 1 steps"),
        (cut_at(lambda t, window, T: t % max(window - 1, 1) == 0), "your blocks have τ - 1 steps"),
        (one_step_through_the_cut, "keeps τ + 1 terms"),
        (cut_at(lambda t, window, T: t % window == 1), "one step late"),
        (cut_at(lambda t, window, T: (t + 1) % window == 0), "one step early"),
        (cut_at(lambda t, window, T: True), "nothing travels back inside a block"),
        (lambda W_hx, W_hh, x, y, w: by_blocks(W_hx, W_hh, x[:w], y[:w], w), "only the first block"),
        (lambda *case: by_blocks(*case) / len(case[2]), "divided by T"),
        (lambda *case: by_blocks(*case) / 3, "divided by the number of blocks"),
        (lambda *case: -by_blocks(*case), "the sign is wrong"),
        (lambda *case: by_blocks(*case).T, "transposed: the outer product"),
        (lambda *case: by_blocks(*case)[:2], "shape (2, 3), want (3, 3)"),
        (lambda *case: None, "return"),
        (lambda *case: by_blocks(*case) + 1, "moving that weight"),
        (
            lambda *case: by_blocks(*case) if case[4] < len(case[2]) else 3 * by_blocks(*case),
            "for T = 3 and blocks of 8",
        ),
        (stub, "Not attempted yet"),
    ],
)
def test_check_names_the_mistake(answer, hint):
    feedback = check_chunked(answer)
    assert not feedback.ok
    assert hint in feedback.sentence


def random_case(T, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(3, 2)), rng.normal(size=(3, 3)), rng.normal(size=(T, 2)), rng.normal(size=(T, 3))


def test_no_two_known_mistakes_look_alike():
    case = random_case(10)
    right = frozen_gradient(*case, blocks(10, 4))
    gradients = {"right": right} | known_mistakes(*case, 4, right)
    for (first, a), (second, b) in combinations(gradients.items(), 2):
        assert np.abs(a - b).max() > 1e-3 * np.abs(a).max(), (first, second)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("T", "window"), [(1, 1), (7, 3), (8, 4), (5, 9), (6, 1)])
def test_the_loss_with_frozen_states_has_the_gradient_that_bptt_truncates_to(T, window, scheme):
    W_hx, W_hh, x, y = random_case(T)
    params = Params(W_hx, W_hh, np.zeros(3), np.eye(3), np.zeros(3))
    trace = forward(params, x[:, None])
    pieces = blocks(T, window) if scheme == "chunked" else [(max(0, t - window + 1), t + 1, t) for t in range(T)]
    gradient = bptt(trace, trace.o - y[:, None], window=window, scheme=scheme).params
    np.testing.assert_allclose(frozen_gradient(W_hx, W_hh, x, y, pieces), gradient.W_hh, rtol=1e-10, atol=1e-13)
