"""The check of notebook 06: right answers pass, each mistake is named, and no two mistakes look alike."""

from itertools import combinations

import numpy as np
import pytest

from bptt_helpers import Params, bptt, forward
from bptt_helpers.lessons.truncation.check import blocks, check_chunked, frozen_gradient, known_mistakes

SCHEMES = ("sliding", "chunked")


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


def block_loop(
    W_hx, W_hh, x, y, window, each_step=False, y_from_0=False, x_from_0=False, slope_before=False, piles=False
):
    """A training loop with the slips that such loops have."""
    gradient, state, signal = np.zeros_like(W_hh), np.zeros(len(W_hh)), 0
    for start in range(0, len(x), window):
        h = [state]
        for t in range(min(window, len(x) - start)):
            h.append(np.tanh(W_hx @ x[t + start * (not x_from_0)] + W_hh @ h[-1]))
        signal = 0
        for t in range(len(h) - 1, 0, -1):
            own = h[t] - y[t - 1 + start * (not y_from_0)]
            dL_da = (1 - h[t - slope_before] ** 2) * (own + signal)
            gradient = np.outer(dL_da, h[t - 1]) + gradient * (not each_step)
            signal = W_hh.T @ dL_da + signal * piles
        state = h[-1]
    return gradient


def slip(**which):
    return lambda *case: block_loop(*case, **which)


def first_rows_only(W_hx, W_hh, x, y, window):
    """Every block is given x[0:window] and y[0:window], and so the last one is as long as the others."""
    rows = np.arange(-(-len(x) // window) * window) % window
    return by_blocks(W_hx, W_hh, x[rows % len(x)], y[rows % len(x)], window)


def mean_over_each_block(W_hx, W_hh, x, y, window):
    """The blocks of ten steps have four, four and two."""
    parts, before = [], np.zeros_like(W_hh)
    for stop in (*range(window, len(x), window), len(x)):
        upto = by_blocks(W_hx, W_hh, x[:stop], y[:stop], window)
        parts.append((upto - before) / (stop - window * len(parts)))
        before = upto
    return sum(parts)


def too_many_rows(W_hx, W_hh, x, y, window):
    return x[len(x) + 1]


def wrong_product(W_hx, W_hh, x, y, window):
    return W_hh @ W_hx.T


def in_place(W_hx, W_hh, x, y, window):
    gradient = by_blocks(W_hx, W_hh, x, y, window)
    W_hh -= 0.1 * gradient
    return gradient


def stub(W_hx, W_hh, x, y, window):
    raise NotImplementedError


def cut_at(rule):
    return lambda *case: whole(*case, cut=rule)


def in_single(W_hx, W_hh, x, y, window):
    return by_blocks(*(a.astype(np.float32) for a in (W_hx, W_hh, x, y)), window)


@pytest.mark.parametrize("answer", [by_blocks, whole, lambda *case: whole(*case).tolist(), slip(), in_single])
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
        (lambda *case: by_blocks(*case)[:2], "shape (2, 5), want (5, 5)"),
        (lambda *case: None, "return"),
        (lambda *case: by_blocks(*case) + 1, "moving that weight"),
        (
            lambda *case: by_blocks(*case) if case[4] < len(case[2]) else 7 * by_blocks(*case),
            "for T = 3 and blocks of 8",
        ),
        (lambda *case: by_blocks(*case) / len(case[1]), "divided by n: the loss is the sum over the units"),
        (lambda *case: by_blocks(*case) / case[3].size, "divided by T n"),
        (lambda *case: by_blocks(*case) / case[4], "divided by τ"),
        (mean_over_each_block, "the gradient of each block is divided by its length"),
        (slip(each_step=True), "the gradient of each step overwrites"),
        (slip(y_from_0=True), "y begins again with row 0 in every block"),
        (slip(x_from_0=True), "x begins again with row 0 in every block"),
        (slip(x_from_0=True, y_from_0=True), "x and y begin again with row 0"),
        (first_rows_only, "every block reads the first τ rows"),
        (slip(slope_before=True), "the slope is taken from h_{t-1}"),
        (slip(piles=True), "piles up"),
        (
            lambda *case: whole(*case, line=lambda h, own, later: (1 - np.tanh(h) ** 2) * (own + later)),
            "tanh is taken twice",
        ),
        (in_place, "your function changed W_hh, which it was given"),
        (
            too_many_rows,
            "with IndexError: index 11 is out of bounds for axis 0 with size 10 (here T = 10, τ = 4, n = 5,",
        ),
        (wrong_product, "(here T = 10, τ = 4, n = 5, d = 2)"),
        (lambda *case: (g for g in [by_blocks(*case)]), "with shape (5, 5), got a generator"),
        (lambda *case: "gradient", "your gradient: want an array of numbers with shape (5, 5), got the text"),
        (lambda *case: [[1], [1, 2]], "got a list of length 2"),
        (lambda *case: 1.5, "with shape (5, 5), got one number, 1.5"),
        (np.ones((5, 5)), "hand over your function itself"),
        (stub, "Not attempted yet"),
    ],
)
def test_check_names_the_mistake(answer, hint):
    feedback = check_chunked(answer)
    assert not feedback.ok
    assert hint in feedback.sentence


def random_case(T, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(5, 2)), rng.normal(size=(5, 5)), rng.normal(size=(T, 2)), rng.normal(size=(T, 5))


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
    params = Params(W_hx, W_hh, np.zeros(5), np.eye(5), np.zeros(5))
    trace = forward(params, x[:, None])
    pieces = blocks(T, window) if scheme == "chunked" else [(max(0, t - window + 1), t + 1, t) for t in range(T)]
    gradient = bptt(trace, trace.o - y[:, None], window=window, scheme=scheme).params
    np.testing.assert_allclose(frozen_gradient(W_hx, W_hh, x, y, pieces), gradient.W_hh, rtol=1e-10, atol=1e-13)


def test_a_tensor_that_carries_a_gradient_is_named(torch):
    feedback = check_chunked(lambda *case: torch.tensor(by_blocks(*case), requires_grad=True))
    assert "want an array of numbers with shape (5, 5), got an object of type Tensor" in feedback.sentence
    assert check_chunked(lambda *case: torch.tensor(by_blocks(*case))).ok
