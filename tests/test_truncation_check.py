"""The check of notebook 06: right answers pass, each mistake is named, and no two mistakes look alike."""

from itertools import combinations

import numpy as np
import pytest

from bptt_helpers import Params, bptt, forward
from bptt_helpers.lessons.truncation.check import CASES, check_windowed
from bptt_helpers.lessons.truncation.mistakes import frozen_gradient, known_mistakes, walks


def right_answer(W_hx, W_hh, x, y, window, stride):
    """As the solution in the notebook has it: the whole way forward, then one walk a block."""
    return walking(W_hx, W_hh, x, y, window, stride)


def walking(
    W_hx,
    W_hh,
    x,
    y,
    window,
    stride,
    first=lambda end, window, stride: end - window,  # the walk visits the steps after this one
    own_from=lambda end, window, stride: end - stride,  # and collects the losses after this one
    ends=None,
    leak=False,
    overwrite_walk=False,
    overwrite_step=False,
    line=lambda h, own, later: (1 - h**2) * (own + later),
    send=lambda W_hh, dL_da, dL_dh: W_hh.T @ dL_da,
    pile=False,
    slope_before=0,
    y_restarts=False,
):
    """A right answer, and by its options wrong ones; steps count from 1."""
    T, h = len(x), [np.zeros(len(W_hh))]
    for x_t in x:
        h.append(np.tanh(W_hx @ x_t + W_hh @ h[-1]))
    gradient, later = np.zeros_like(W_hh), 0
    for end in range(stride, T + stride, stride) if ends is None else ends(T, window, stride):
        later = later if leak else 0
        gradient = np.zeros_like(W_hh) if overwrite_walk else gradient
        start = max(0, first(end, window, stride))
        for s in range(min(end, T), start, -1):
            row = s - 1 - start if y_restarts else s - 1
            own = h[s] - y[row] if s > own_from(end, window, stride) else 0 * h[s]
            dL_da = line(h[s - slope_before], own, later)
            gradient = np.outer(dL_da, h[s - 1]) + gradient * (not overwrite_step)
            later = send(W_hh, dL_da, own + later) + later * pile
    return gradient


def wrong(**options):
    return lambda *case: walking(*case, **options)


def per_loss(W_hx, W_hh, x, y, window, stride):
    """Another right answer: every loss walks on its own, to where the window of its block ends."""
    h = [np.zeros(len(W_hh))]
    for x_t in x:
        h.append(np.tanh(W_hx @ x_t + W_hh @ h[-1]))
    gradient = np.zeros_like(W_hh)
    for t in range(1, len(x) + 1):
        signal, end = h[t] - y[t - 1], -(-t // stride) * stride
        for s in range(t, max(0, end - window), -1):
            dL_da = (1 - h[s] ** 2) * signal
            gradient += np.outer(dL_da, h[s - 1])
            signal = W_hh.T @ dL_da
    return gradient


def from_zero(W_hx, W_hh, x, y, window, stride):
    """Every walk has a forward pass of its own, which starts from zero."""
    gradient = np.zeros_like(W_hh)
    for end in range(stride, len(x) + stride, stride):
        start, stop = max(0, end - window), min(end, len(x))
        h, later = [np.zeros(len(W_hh))], 0
        for x_t in x[start:stop]:
            h.append(np.tanh(W_hx @ x_t + W_hh @ h[-1]))
        for s in range(stop, start, -1):
            own = h[s - start] - y[s - 1] if s > end - stride else 0
            dL_da = (1 - h[s - start] ** 2) * (own + later)
            gradient += np.outer(dL_da, h[s - start - 1])
            later = W_hh.T @ dL_da
    return gradient


def stride_is(rule):
    return lambda W_hx, W_hh, x, y, w, s: walking(W_hx, W_hh, x, y, w, rule(w, s))


def too_many_rows(W_hx, W_hh, x, y, window, stride):
    return x[len(x) + 1]


def wrong_product(W_hx, W_hh, x, y, window, stride):
    return W_hh @ W_hx.T


def in_place(W_hx, W_hh, x, y, window, stride):
    gradient = walking(W_hx, W_hh, x, y, window, stride)
    W_hh -= 0.1 * gradient
    return gradient


def stub(W_hx, W_hh, x, y, window, stride):
    raise NotImplementedError


def in_single(W_hx, W_hh, x, y, window, stride):
    return walking(*(a.astype(np.float32) for a in (W_hx, W_hh, x, y)), window, stride)


@pytest.mark.parametrize("answer", [right_answer, per_loss, lambda *case: right_answer(*case).tolist(), in_single])
def test_check_accepts_right_answers(answer):
    assert check_windowed(answer).sentence.startswith("Right: ")


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda W_hx, W_hh, x, y, w, s: walking(W_hx, W_hh, x, y, len(x), len(x)), "nothing is cut"),
        (from_zero, "a cut stops the gradient only"),
        (stride_is(lambda w, s: 1), "this is the sliding window"),
        (stride_is(lambda w, s: w), "these are blocks of τ steps"),
        (wrong(first=lambda end, w, s: end - s), "your walks end where their blocks begin"),
        (wrong(own_from=lambda end, w, s: end - w), "losses are counted again"),
        (wrong(first=lambda end, w, s: end - s + 1 - w), "counted from the first loss of a block"),
        (wrong(first=lambda end, w, s: end - s - w), "goes τ steps beyond its block"),
        (wrong(first=lambda end, w, s: end - w - 1), "your walks visit τ + 1 states"),
        (wrong(first=lambda end, w, s: end - w + 1), "your walks visit τ - 1 states"),
        (stride_is(lambda w, s: s + 1), "your blocks have h′ + 1 losses"),
        (lambda W_hx, W_hh, x, y, w, s: walking(W_hx, W_hh, x, y, s, w), "τ and h′ are exchanged"),
        (wrong(ends=lambda T, w, s: range(s, T + 1, s)), "the last block is missing"),
        (
            wrong(first=lambda end, w, s: min(end, 11) - w if end == 12 else end - w),
            "counted from the end of the sequence",
        ),
        (wrong(ends=lambda T, w, s: range(T, 0, -s)), "blocks are counted from the end"),
        (wrong(own_from=lambda end, w, s: min(end, 11) - 1), "only the last loss of each block"),
        (wrong(overwrite_walk=True), "the gradient of each walk overwrites"),
        (wrong(ends=lambda T, w, s: [s]), "only the first block counts"),
        (wrong(send=lambda W_hh, dL_da, dL_dh: 0), "nothing travels back"),
        (wrong(leak=True), "leaks into the next walk"),
        (wrong(overwrite_step=True), "the gradient of each step overwrites"),
        (wrong(pile=True), "piles up"),
        (wrong(slope_before=1), "the slope is taken from h_{t-1}"),
        (wrong(y_restarts=True), "y begins again with row 0"),
        (wrong(line=lambda h, own, later: (1 - np.tanh(h) ** 2) * (own + later)), "tanh is taken twice"),
        (wrong(line=lambda h, own, later: own + later), "slope 1 - h_t² of tanh is missing"),
        (wrong(line=lambda h, own, later: (1 - h**2) * own + later), "multiplies both signals"),
        (wrong(line=lambda h, own, later: own + (1 - h**2) * later), "own signal h_t - y_t too"),
        (wrong(send=lambda W_hh, dL_da, dL_dh: W_hh.T @ dL_dh), "not times dL/dh"),
        (wrong(send=lambda W_hh, dL_da, dL_dh: W_hh @ dL_da), "it must be the transpose"),
        (
            lambda W_hx, W_hh, x, y, w, s: walking(W_hx, W_hh, x, np.vstack([y[1:], y[-1:]]), w, s),
            "y is one step late",
        ),
        (lambda *case: 2 * right_answer(*case), "twice too large"),
        (lambda *case: -right_answer(*case), "the sign is wrong"),
        (lambda *case: right_answer(*case).T, "transposed: the outer product"),
        (lambda *case: right_answer(*case) / len(case[2]), "divided by T"),
        (lambda *case: right_answer(*case) / 4, "divided by the number of walks"),
        (lambda *case: right_answer(*case) / len(case[1]), "divided by n: the loss is the sum over the units"),
        (lambda *case: right_answer(*case) / case[3].size, "divided by T n"),
        (lambda *case: right_answer(*case) / case[4], "divided by τ"),
        (lambda *case: right_answer(*case) / case[5], "divided by h′"),
        (lambda *case: right_answer(*case)[:2], "shape (2, 6), want (6, 6)"),
        (lambda *case: None, "return"),
        (lambda *case: right_answer(*case) + 1, "moving that weight"),
        (
            lambda *case: right_answer(*case) if case[4] < len(case[2]) else 7 * right_answer(*case),
            "for T = 5, τ = 9 and h′ = 2",
        ),
        (in_place, "your function changed W_hh, which it was given"),
        (
            too_many_rows,
            "with IndexError: index 12 is out of bounds for axis 0 with size 11 (here T = 11, τ = 5, h′ = 3, n = 6,",
        ),
        (wrong_product, "(here T = 11, τ = 5, h′ = 3, n = 6, d = 2)"),
        (lambda *case: (g for g in [right_answer(*case)]), "with shape (6, 6), got a generator"),
        (lambda *case: "gradient", "your gradient: want an array of numbers with shape (6, 6), got the text"),
        (lambda *case: [[1], [1, 2]], "got a list of length 2"),
        (lambda *case: 1.5, "with shape (6, 6), got one number, 1.5"),
        (np.ones((6, 6)), "hand over your function itself"),
        (stub, "Not attempted yet"),
    ],
)
def test_check_names_the_mistake(answer, hint):
    feedback = check_windowed(answer)
    assert not feedback.ok
    assert hint in feedback.sentence


def random_case(T, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(6, 2)), rng.normal(size=(6, 6)), rng.normal(size=(T, 2)), rng.normal(size=(T, 6))


def test_no_two_known_mistakes_look_alike():
    (T, window, stride), *_ = CASES
    case = random_case(T)
    right = frozen_gradient(*case, walks(T, window, stride))
    gradients = {"right": right} | known_mistakes(*case, window, stride, right)
    for (first, a), (second, b) in combinations(gradients.items(), 2):
        assert np.abs(a - b).max() > 1e-3 * np.abs(a).max(), (first, second)


@pytest.mark.parametrize(("T", "window", "stride"), [*CASES, (7, 3, 2), (8, 4, 3), (6, 5, 5)])
def test_the_loss_with_frozen_states_has_the_gradient_that_bptt_truncates_to(T, window, stride):
    W_hx, W_hh, x, y = random_case(T)
    params = Params(W_hx, W_hh, np.zeros(6), np.eye(6), np.zeros(6))
    trace = forward(params, x[:, None])
    gradient = bptt(trace, trace.o - y[:, None], window=window, stride=stride).params
    frozen = frozen_gradient(W_hx, W_hh, x, y, walks(T, window, stride))
    np.testing.assert_allclose(frozen, gradient.W_hh, rtol=1e-10, atol=1e-13)


def test_a_tensor_that_carries_a_gradient_is_named(torch):
    feedback = check_windowed(lambda *case: torch.tensor(right_answer(*case), requires_grad=True))
    assert "want an array of numbers with shape (6, 6), got an object of type Tensor" in feedback.sentence
    assert check_windowed(lambda *case: torch.tensor(right_answer(*case))).ok
