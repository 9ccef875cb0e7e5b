"""What windowed gradients come out as when one thing in them is wrong, each with the hint that names it."""

from __future__ import annotations

import numpy as np


def walks(T, window, stride) -> list[tuple[int, int, int]]:
    """The walks back, one for every `stride` losses: (steps before the first state heard, last step, losses before).

    Examples
    --------
    >>> walks(8, 4, 3)
    [(0, 3, 0), (2, 6, 3), (5, 8, 6)]
    """
    return _walks(T, range(stride, T + stride, stride), window, stride)


def _walks(T, ends, window, stride):
    pieces = [(max(0, end - window), min(end, T), max(0, end - stride)) for end in ends]
    return [(start, stop, before) for start, stop, before in pieces if start < stop]


def states(W_hx, W_hh, x, h):
    """The states after each step, from the state `h` on."""
    out = [h]
    for x_t in x:
        out.append(np.tanh(W_hx @ x_t + W_hh @ out[-1]))
    return np.array(out)


def frozen_gradient(W_hx, W_hh, x, y, pieces, reset=False):
    """Derivative, by complex steps, of the loss in which the state at the start of every piece does not move.

    Parameters
    ----------
    W_hx, W_hh, x, y : ndarrays (n, d), (n, n), (T, d), (T, n)
    pieces : list of (int, int, int)
        Start, stop and the first step whose loss counts; steps count from 0.
    reset : bool
        Start each piece from zero instead of from the state that the forward pass has there.
    """
    frozen = states(W_hx, W_hh, x, np.zeros(len(W_hh))) * (not reset)
    gradient, eps = np.zeros_like(W_hh), 1e-30
    for i in np.ndindex(W_hh.shape):
        moved = W_hh.astype(complex)
        moved[i] += 1j * eps
        for start, stop, counted in pieces:
            counted = max(start, counted)
            h = states(W_hx, moved, x[start:stop], frozen[start])[1 + counted - start :]
            gradient[i] += (0.5 * (h - y[counted:stop]) ** 2).sum().imag / eps
    return gradient


def known_mistakes(W_hx, W_hh, x, y, window, stride, right):
    """What each mistake the check knows would return, by its hint."""
    T, case, pieces = len(x), (W_hx, W_hh, x, y), walks(len(x), window, stride)
    last_start = max(0, T - window)  # if the last window were counted from the end of the sequence

    def numeric(pieces, **options):
        return frozen_gradient(*case, pieces, **options)

    def started(move):
        return numeric([(max(0, move(start, counted)), stop, counted) for start, stop, counted in full_starts])

    ends = range(stride, T + stride, stride)
    full_starts = [
        (end - window, stop, counted) for end, (_, stop, counted) in zip(ends, pieces, strict=True)
    ]  # below 0 too
    return {
        "nothing is cut: a walk ends τ steps from the last loss of its block.": numeric([(0, T, 0)]),
        "the state is reset: a cut stops the gradient only, every state is that of the whole forward pass.": (
            numeric(pieces, reset=True)
        ),
        "this is the sliding window, where every loss looks back τ steps: here the window is counted from the last "
        "loss of a block.": numeric(walks(T, window, 1)),
        "these are blocks of τ steps: a walk starts every h′ steps, not every τ.": numeric(walks(T, window, window)),
        "your walks end where their blocks begin: they go on until τ steps are done.": numeric(
            walks(T, stride, stride)
        ),
        "losses are counted again: before its own block a walk only carries its signal on; those losses have had their "
        "walk.": numeric([(start, stop, start) for start, stop, _ in pieces]),
        "the window is counted from the first loss of a block; count it from the last one.": started(
            lambda start, counted: counted + 1 - window
        ),
        "a walk goes τ steps beyond its block; the steps of the block are among the τ.": started(
            lambda start, counted: counted - window
        ),
        "off by one in τ: your walks visit τ + 1 states.": started(lambda start, counted: start - 1),
        "off by one in τ: your walks visit τ - 1 states.": started(lambda start, counted: start + 1),
        "off by one in h′: your blocks have h′ + 1 losses.": numeric(walks(T, window, stride + 1)),
        "τ and h′ are exchanged: h′ losses walk back together, over τ states.": numeric(walks(T, stride, window)),
        "the last block is missing: it is shorter than the others, and it counts too.": numeric(
            [(start, stop, counted) for start, stop, counted in pieces if stop - counted == stride]
        ),
        "the window of the last block is counted from the end of the sequence; count it from where the block would "
        "end if it were full.": numeric([*pieces[:-1], (last_start, *pieces[-1][1:])]),
        "blocks are counted from the end; the first one starts at the first step, and the last one may be short.": (
            numeric(_walks(T, range(T, 0, -stride), window, stride))
        ),
        "only the last loss of each block counts; every step has one.": numeric(
            [(start, stop, stop - 1) for start, stop, _ in pieces]
        ),
        "the gradient of each walk overwrites that of the one before; add them up.": numeric(pieces[-1:]),
        "only the first block counts; go on to the end of the sequence.": numeric(pieces[:1]),
        "nothing travels back: add W_hh transposed times the signal of the step after.": numeric(
            [(t, t + 1, t) for t in range(T)]
        ),
        "divided by T: the loss is the sum over the steps.": right / T,
        "divided by n: the loss is the sum over the units.": right / len(W_hh),
        "divided by T n: the loss is the sum over steps and units.": right / y.size,
        "divided by the number of walks: add their gradients up.": right / len(pieces),
        "divided by τ: the loss is the sum over the steps.": right / window,
        "divided by h′: the loss is the sum over the steps.": right / stride,
        "twice too large: the derivative of ½ ‖h_t - y_t‖² is h_t - y_t.": 2 * right,
        "the sign is wrong: dL/dh_t of the step's own loss is h_t - y_t.": -right,
        "transposed: the outer product has the row of dL/da and the column of h.": right.T,
    } | wrong_algebra(*case, pieces)


def wrong_algebra(W_hx, W_hh, x, y, pieces):
    """What a backward pass returns that is cut in the right places and wrong in one line, by its hint."""

    def slope(h):
        return 1 - h**2

    def walk_back(y=y, **wrong_line):
        return _walk_back(W_hx, W_hh, x, y, pieces, **wrong_line)

    return {
        "a signal leaks into the next walk: start every one with no signal from later.": walk_back(leaks=True),
        "h_t stands where h_{t-1} should: W_hh met the state before the step.": walk_back(meets=1),
        "y is one step late: row t of x and row t of y, counted from 0, belong to the same step.": walk_back(
            np.vstack([y[1:], y[-1:]])
        ),
        "y begins again with row 0 in every walk: count its rows from the start of the sequence.": walk_back(
            restarts=True
        ),
        "the gradient of each step overwrites that of the one before; add them up.": walk_back(overwrites=True),
        "the signal from later piles up: what goes back from a step replaces what came to it.": walk_back(piles=True),
        "the slope is taken from h_{t-1}; it belongs to h_t, the state that the step makes.": walk_back(slope_at=1),
        "tanh is taken twice: h_t is already a tanh, its slope is 1 - h_t².": walk_back(
            at_sum=lambda h, own, later: slope(np.tanh(h)) * (own + later)
        ),
        "the slope 1 - h_t² of tanh is missing.": walk_back(at_sum=lambda h, own, later: own + later),
        "the slope 1 - h_t² multiplies both signals, that of the step's own loss and the one from later.": walk_back(
            at_sum=lambda h, own, later: slope(h) * own + later
        ),
        "the slope 1 - h_t² multiplies the step's own signal h_t - y_t too.": walk_back(
            at_sum=lambda h, own, later: own + slope(h) * later
        ),
        "what goes back is W_hh transposed times dL/da, not times dL/dh: the slope of the step comes first.": walk_back(
            send=lambda W_hh, dL_da, dL_dh: W_hh.T @ dL_dh
        ),
        "on its way back the signal is multiplied by W_hh; it must be the transpose.": walk_back(
            send=lambda W_hh, dL_da, dL_dh: W_hh @ dL_da
        ),
    }


def _walk_back(
    W_hx,
    W_hh,
    x,
    y,
    pieces,
    *,
    at_sum=lambda h, own, later: (1 - h**2) * (own + later),  # dL/da_t
    send=lambda W_hh, dL_da, dL_dh: W_hh.T @ dL_da,  # what goes back to h_{t-1}
    meets=0,  # 1: h_t in place of h_{t-1}
    slope_at=0,  # 1: the slope of h_{t-1}
    restarts=False,  # whether y is counted from the start of the walk
    leaks=False,  # whether the next walk hears the last signal of this one
    overwrites=False,  # whether a step's gradient replaces the sum
    piles=False,  # whether the signal from later is never put down
):
    """A right answer, unless an option replaces one of its lines."""
    h = states(W_hx, W_hh, x, np.zeros(len(W_hh)))
    gradient, later = np.zeros_like(W_hh), np.zeros(len(W_hh))
    for start, stop, counted in pieces:
        later = later * leaks
        for t in range(stop, start, -1):
            own = (h[t] - y[t - 1 - start * restarts]) * (t > counted)
            dL_da = at_sum(h[t - slope_at], own, later)
            gradient = gradient * (not overwrites) + np.outer(dL_da, h[t - 1 + meets])
            later = send(W_hh, dL_da, own + later) + later * piles
    return gradient
