"""The two loops over time: forward from state to state, backward from signal to signal.

`textbook` has them as the equations are written. Here everything that needs no other step has been moved out of the
loop, and what is left is counted in calls: a call from Python into NumPy takes about a quarter of a microsecond, as
long as a product with 16 hidden units itself.

- A batch takes three calls a step: product, sum, activation (or slope).
- A single sequence with few units takes two: `states_of_one` and `signals_of_one` do the sum within the product.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from ..numbers.memory_pool import keep_freed_memory
from .workspace import give_back, take

keep_freed_memory()

# Up to this many weights in a step, a larger product costs less than a further call (measured).
FEW_WEIGHTS = 6000
LONG_ROW = 1024  # bytes, see `times`
KEEP_UP_TO = 10_000  # steps, whose views are kept for the next call


def one_is_small(B, n, d) -> bool:
    """Whether the two-call loops pay: one sequence of a network with n hidden units and d inputs (or outputs)."""
    return B == 1 and n * (n + d) <= FEW_WEIGHTS


def states_of_batch(params, x, h, f) -> None:
    """Fill h[1:] with the states after each step; ``h[0]`` holds the initial one.

        h_t = f(W_hh h_{t-1} + (W_hx x_t + b_h))

    The bracket needs no state: one product does it for all steps, written where the states will stand.

    Parameters
    ----------
    params : Params
    x : ndarray (T, B, d)
    h : ndarray (T + 1, B, n)
        Overwritten, but for ``h[0]``.
    f : callable (a, out)
        Activation.
    """
    T, B, d = x.shape
    rows = h[1:].reshape(T * B, -1)
    np.dot(x.reshape(T * B, d), params.W_hx.T, out=rows)
    rows += params.b_h
    steps = steps_of(h)
    carried = np.empty_like(steps[0])
    W_hh_times, add = times(params.W_hh, B), np.add
    for h_prev, h_t in pairwise(steps):
        W_hh_times(h_prev, carried)
        add(h_t, carried, h_t)
        f(h_t, h_t)


def states_of_one(params, x, h, f) -> None:
    """As `states_of_batch`, for one sequence: all that a step reads stands in one row, so one product does it.

        h_t = f([W_hh | W_hx | b_h] [h_{t-1} | x_t | 1])

    Parameters
    ----------
    params : Params
    x : ndarray (T, 1, d)
    h : ndarray (T + 1, 1, n)
        Overwritten, but for ``h[0]``.
    f : callable (a, out)
    """
    n = params.n_hidden
    key = "states", len(x), n, params.n_in, h.dtype
    rows, steps = take(key, _room_for_states)
    rows[0, :n] = h[0, 0]
    rows[:-1, n:-1] = x[:, 0]
    rows[:, -1] = 1
    weights_times = np.concatenate([params.W_hh, params.W_hx, params.b_h[:, None]], 1).dot
    for row, h_t in steps:
        weights_times(row, h_t)
        f(h_t, h_t)
    h[:, 0] = rows[:, :n]
    if len(x) <= KEEP_UP_TO:
        give_back(key, (rows, steps))


def _room_for_states(T, n, d, dtype):
    rows = np.empty((T + 1, n + d + 1), dtype)
    return rows, list(zip(rows, rows[1:, :n], strict=False))  # h_t is the start of the next row


def add_from_later(dL_dh, slope, W_hh) -> np.ndarray:
    """Send all signals back to the first step, in place: the loop at the heart of backpropagation.

        dL/da_t = f′(a_t) ⊙ dL/dh_t,    dL/dh_{t-1} += W_hhᵀ dL/da_t

    Parameters
    ----------
    dL_dh : ndarray (T, B, n)
        On entry each step's own signal, on return the total derivative.
    slope : ndarray (T, B, n)
        f′(a_t) on entry; its memory holds dL/da on return.
    W_hh : ndarray (n, n)

    Returns
    -------
    ndarray (T, B, n)
        dL/da, in the memory of `slope`.
    """
    signals, slopes = steps_of(dL_dh)[::-1], steps_of(slope)[::-1]
    carried = np.empty_like(signals[0])
    W_hh_T_times, multiply, add = times(W_hh.T, dL_dh.shape[1]), np.multiply, np.add
    for dL_dh_t, slope_t, dL_dh_before in zip(signals, slopes, signals[1:], strict=False):
        dL_da_t = multiply(slope_t, dL_dh_t, slope_t)
        W_hh_T_times(dL_da_t, carried)
        add(dL_dh_before, carried, dL_dh_before)
    multiply(slopes[-1], signals[-1], slopes[-1])
    return slope


def signals_of_one(params, dL_do, slope, dL_dh) -> np.ndarray:
    """As `add_from_later`, for one sequence: what comes from later and from the output stands in one row.

        dL/dh_t = [W_hhᵀ | W_qhᵀ] [dL/da_{t+1} | dL/do_t],    dL/da_t = f′(a_t) ⊙ dL/dh_t

    Parameters
    ----------
    params : Params
    dL_do : ndarray (T, 1, q)
    slope : ndarray (T, 1, n)
        f′(a_t).
    dL_dh : ndarray (T, 1, n)
        Written.

    Returns
    -------
    ndarray (T, 1, n)
        dL/da.
    """
    T, _, n = slope.shape
    key = "signals", T, n, params.n_out, slope.dtype
    rows, slopes, signals, steps = take(key, _room_for_signals)
    rows[-1, :n] = 0  # nothing comes back to the last step
    rows[1:, n:] = dL_do[:, 0]
    slopes[:] = slope[:, 0]
    weights_times = np.concatenate([params.W_hh.T, params.W_qh.T], 1).dot
    multiply = np.multiply
    for row, dL_dh_t, slope_t, dL_da_t in steps:
        weights_times(row, dL_dh_t)
        multiply(dL_dh_t, slope_t, dL_da_t)
    dL_dh[:, 0] = signals
    dL_da = rows[:-1, None, :n].copy()
    if T <= KEEP_UP_TO:
        give_back(key, (rows, slopes, signals, steps))
    return dL_da


def _room_for_signals(T, n, q, dtype):
    rows, slopes, dL_dh = np.empty((T + 1, n + q), dtype), np.empty((T, n), dtype), np.empty((T, n), dtype)
    backwards = zip(rows[:0:-1], dL_dh[::-1], slopes[::-1], rows[-2::-1, :n], strict=True)
    return rows, slopes, dL_dh, list(backwards)  # dL_da_t is the start of the row before


def times(W, batch) -> Callable:
    """A function (h, out) that writes ``W h`` for every row h of a batch.

    One row is a matrix–vector product, ``W.dot(h, out)``; several rows are ``h.dot(W.T, out)``, where ``W.T`` is made
    contiguous: with AVX-512, BLAS then takes 10 to 45 % less, with AVX2 as long as before. In float64 with rows of 1 kB
    and more it takes up to a third more with AVX2: there the transpose stays a view (measured).

    Parameters
    ----------
    W : ndarray (m, n)
    batch : int
        Number of rows: with 1 the function takes h as ``(n,)``, else as ``(batch, n)``.
    """
    if batch == 1:
        return np.ascontiguousarray(W).dot
    as_view = W.dtype != np.float32 and W.shape[0] * W.itemsize >= LONG_ROW
    W_T = np.ascontiguousarray(W).T if as_view else np.ascontiguousarray(W.T)
    return lambda h, out: h.dot(W_T, out)


def steps_of(array) -> list:
    """The time steps of ``(T, B, n)`` as a list of views, ``(n,)`` each if B is 1: made once, not in the loop."""
    return list(array[:, 0] if array.shape[1] == 1 else array)
