"""Backpropagation through time: exact, or truncated to a window."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..cells.activations import activation
from ..cells.params import Params
from ..numbers.validate import all_finite, choice, finite, shape, whole_number
from .forward import Trace
from .loops import add_from_later, one_is_small, signals_of_one

SCHEMES = ("sliding", "chunked")

# Numbers in one segment of the way back: 256 kB each for states, slopes and signals, which a core keeps close.
SEGMENT = 2**15


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
    dL_do = _checked(params, trace, dL_do)
    with np.errstate(over="ignore", invalid="ignore"):  # overflow is reported below
        if window == T:
            gradient, dL_dh = _exact(params, trace, dL_do)
        else:
            dL_dh = own_signals(params, trace, dL_do)
            slope = activation(trace.activation).slope_of_state(trace.h[1:])
            truncated = chunked if scheme == "chunked" else _sliding
            dL_dh, dL_da = truncated(dL_dh, slope, params.W_hh, window)
            gradient = weight_gradient(trace, dL_da, dL_do)
    if not all(map(all_finite, gradient)):
        raise OverflowError(
            f"bptt: want gradients that fit {dL_dh.dtype}, got overflow; use fewer steps, a window or a smaller "
            "spectral radius, or look at log10 norms with gradient_profile"
        )
    return Gradients(gradient, dL_dh)


def _exact(params, trace, dL_do):
    """The whole way back; batches go in segments: what one needs stays in the cache until its sums are taken."""
    T, B, q = dL_do.shape
    slope_of_state = activation(trace.activation).slope_of_state
    if one_is_small(B, params.n_hidden, q):
        dL_dh, dL_da = signals_of_one(params, dL_do, slope_of_state(trace.h[1:]))
        return weight_gradient(trace, dL_da, dL_do), dL_dh

    dL_dh = np.empty_like(trace.h[1:])
    length = max(16, SEGMENT // dL_dh[0].size)
    gradient, later = None, None  # later: dL/da at the first step of the segment before, which is the next in time
    for stop in range(T, 0, -length):
        start = max(0, stop - length)
        part = Trace(trace.x[start:stop], trace.h[start : stop + 1], trace.o, trace.activation)
        signals, dl_do = dL_dh[start:stop], dL_do[start:stop]
        np.dot(dl_do.reshape(-1, q), params.W_qh, out=signals.reshape(-1, params.n_hidden))
        if later is not None:
            signals[-1] += later.dot(params.W_hh)
        dL_da = add_from_later(signals, slope_of_state(part.h[1:]), params.W_hh)
        later = dL_da[0]
        of_part = weight_gradient(part, dL_da, dl_do)
        gradient = of_part if gradient is None else Params(*map(np.add, gradient, of_part))
    return gradient, dL_dh


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
    dL_do = _checked(params, trace, dL_do)
    T, B, q = dL_do.shape
    return dL_do.reshape(T * B, q).dot(params.W_qh).reshape(T, B, -1)


def _checked(params, trace, dL_do):
    dL_do = np.asarray(dL_do)
    shape("dL_do", dL_do, trace.o.shape, "(T, B, q)")
    finite("dL_do", dL_do)
    shape("params.W_qh", params.W_qh, (trace.o.shape[2], trace.h.shape[2]), "(q, n)")
    return dL_do.astype(trace.o.dtype, copy=False)


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
        b_h=da.dot(np.ones(T * B, da.dtype)),  # a sum over time and batch, several times as fast as sum(1)
        W_qh=do.dot(h_after),
        b_q=do.sum(1),
    )
