"""Backpropagation through time: exact, or truncated to a window."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .cells import activation, steps_of, times
from .parameters import Params
from .validate import choice, finite, shape, whole_number

SCHEMES = ("sliding", "chunked")


class Gradients(NamedTuple):
    """What the backward pass gives.

    Attributes
    ----------
    params : Params
        dL/d(parameters).
    dL_dh : ndarray (T, B, n)
        Total derivative of the loss with respect to the state after step t, of those losses that the
        window lets reach it.
    """

    params: Params
    dL_dh: np.ndarray


def bptt(params, trace, dL_do, *, window=None, scheme="sliding") -> Gradients:
    """Gradient of a loss with respect to all weights, by backpropagation through time.

        dL/dh_t = W_qhᵀ dL/do_t + W_hhᵀ dL/da_{t+1},    dL/da_t = f′(a_t) ⊙ dL/dh_t
        dL/dW_hh = Σ_t dL/da_t h_{t-1}ᵀ,    dL/dW_hx = Σ_t dL/da_t x_tᵀ,    dL/db_h = Σ_t dL/da_t

    The plain loop is `textbook.bptt`; this one computes the same numbers faster: only the recursion for
    dL/dh waits for the step after it, all sums over t are single matrix products.

    Parameters
    ----------
    params : Params
    trace : Trace
        What `forward` returned for these parameters.
    dL_do : ndarray (T, B, q)
        Gradient of the loss with respect to the outputs, as `cross_entropy` returns it.
    window : int, optional
        τ, the number of steps a loss may look back on, its own included: 1 keeps the immediate term only,
        T or more is exact. Default: exact.
    scheme : {"sliding", "chunked"}
        "sliding": every loss looks back τ steps. "chunked": the sequence is cut into blocks of τ steps and no
        signal crosses a cut, as with `detach` between minibatches. Both keep the states of the whole sequence.

    Returns
    -------
    Gradients

    Raises
    ------
    ValueError
        If `window` is not an integer >= 1, `scheme` is unknown, or `dL_do` does not fit the trace.
    OverflowError
        If the gradient leaves the range of the floating-point type.

    References
    ----------
    Werbos (1990), Proc. IEEE 78(10); Williams & Peng (1990), Neural Computation 2(4) (truncation).

    Examples
    --------
    >>> from bptt_helpers import cross_entropy, forward, init_params
    >>> params = init_params(2, 3, 2)
    >>> trace = forward(params, np.ones((5, 1, 2)))
    >>> loss, dL_do = cross_entropy(trace.o, np.zeros((5, 1), int))
    >>> bptt(params, trace, dL_do).params.W_hh.shape
    (3, 3)
    """
    T = len(trace.x)
    window = T if window is None else min(whole_number("window", window), T)
    choice("scheme", scheme, SCHEMES)
    dL_dh = own_signals(params, trace, dL_do)
    slope = activation(trace.activation).slope_of_state(trace.h[1:])

    with np.errstate(over="ignore", invalid="ignore"):  # overflow is reported below
        if window == T:
            dL_da = add_from_later(dL_dh, slope, params.W_hh)
        elif scheme == "chunked":
            dL_dh, dL_da = chunked(dL_dh, slope, params.W_hh, window)
        else:
            dL_dh, dL_da = _sliding(dL_dh, slope, params.W_hh, window)
        gradient = weight_gradient(trace, dL_da, np.asarray(dL_do, trace.o.dtype))
        total = sum(w.sum() for w in gradient)
    if not np.isfinite(total) and not all(np.isfinite(w).all() for w in gradient):
        raise OverflowError(
            f"bptt: want gradients that fit {dL_da.dtype}, got overflow; use fewer steps, a window or a smaller "
            "spectral radius, or look at log10 norms with gradient_profile"
        )
    return Gradients(gradient, dL_dh)


def own_signals(params, trace, dL_do) -> np.ndarray:
    """W_qhᵀ dL/do_t: what each step's own loss sends into its state, ``(T, B, n)``, before time is involved.

    Parameters
    ----------
    params : Params
    trace : Trace
    dL_do : ndarray (T, B, q)

    Raises
    ------
    ValueError
        If `dL_do` has not the shape of the outputs, is not finite, or `params` has not the trace's hidden size.
    """
    dL_do = np.asarray(dL_do)
    shape("dL_do", dL_do, trace.o.shape, "(T, B, q)")
    finite("dL_do", dL_do)
    dL_do = dL_do.astype(trace.o.dtype, copy=False)
    shape("params.W_qh", params.W_qh, (trace.o.shape[2], trace.h.shape[2]), "(q, n)")
    T, B, q = dL_do.shape
    return dL_do.reshape(T * B, q).dot(params.W_qh).reshape(T, B, -1)


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


def chunked(own, slope, W_hh, window):
    """Blocks of `window` steps, side by side as a batch: a block ends where the next one is not heard."""
    T, B, n = own.shape
    blocks = -(-T // window)

    def side_by_side(steps):  # (T, B, n) -> (window, blocks · B, n); steps added to fill the last block are silent
        filled = np.zeros((blocks * window, B, n), steps.dtype)
        filled[:T] = steps
        return filled.reshape(blocks, window, B, n).swapaxes(0, 1).reshape(window, blocks * B, n)

    def in_a_row(steps):
        return steps.reshape(window, blocks, B, n).swapaxes(0, 1).reshape(blocks * window, B, n)[:T]

    dL_dh = side_by_side(own)
    dL_da = add_from_later(dL_dh, side_by_side(slope), W_hh)
    return in_a_row(dL_dh), in_a_row(dL_da)


def _sliding(own, slope, W_hh, window):
    """One round a step of the window: in each, every state hears one step further ahead."""
    dL_dh = own.copy()
    for _ in range(window - 1):
        dL_dh[:-1] = own[:-1] + (slope[1:] * dL_dh[1:]) @ W_hh
    return dL_dh, slope * dL_dh


def weight_gradient(trace, dL_da, dL_do) -> Params:
    """The sums over time and batch that turn dL/da and dL/do into the gradient of the weights.

    Parameters
    ----------
    trace : Trace
    dL_da : ndarray (T, B, n)
    dL_do : ndarray (T, B, q)

    Returns
    -------
    Params
    """
    T, B, n = dL_da.shape
    da, do = dL_da.reshape(T * B, n).T, dL_do.reshape(T * B, -1).T
    h_before, h_after = trace.h[:-1].reshape(T * B, n), trace.h[1:].reshape(T * B, n)
    return Params(
        W_hx=da.dot(trace.x.reshape(T * B, -1)),
        W_hh=da.dot(h_before),
        b_h=da.sum(1),
        W_qh=do.dot(h_after),
        b_q=do.sum(1),
    )
