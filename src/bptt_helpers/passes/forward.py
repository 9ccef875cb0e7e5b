"""Unroll the network over a sequence: the forward pass."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..cells.activations import activation as find_activation
from ..cells.params import Params
from ..numbers.validate import all_finite, finite, shape
from .loops import one_is_small, states_of_batch, states_of_one


class Trace(NamedTuple):
    """All that a forward pass leaves behind, and all that the backward pass needs.

    Attributes
    ----------
    x : ndarray (T, B, d)
        Inputs.
    h : ndarray (T + 1, B, n)
        States; ``h[0]`` is the initial one, ``h[t]`` the state after t steps.
    o : ndarray (T, B, q)
        Outputs, ``o[t]`` from the state ``h[t + 1]``.
    activation : str
        Name of f.
    """

    x: np.ndarray
    h: np.ndarray
    o: np.ndarray
    activation: str


def forward(params, x, *, h0=None, activation="tanh") -> Trace:
    """Run a recurrent network over a batch of sequences.

        h_t = f(W_hx x_t + W_hh h_{t-1} + b_h),    o_t = W_qh h_t + b_q

    The plain loop is `textbook.forward`; this one computes the same numbers faster, with the loops of `loops`:
    what needs no other step is done for all steps at once.

    Parameters
    ----------
    params : Params
    x : ndarray (T, B, d)
        Inputs: T time steps, B sequences side by side.
    h0 : ndarray (B, n), optional
        Initial state. Default: zeros.
    activation : {"tanh", "relu", "sigmoid", "identity"}

    Returns
    -------
    Trace
        In the floating-point type of `params` (float64 unless you chose another).

    Raises
    ------
    ValueError
        If a shape does not fit, or a weight, input or initial state is not finite.
    OverflowError
        If the state leaves the range of the floating-point type, as a linear network with a large radius can.

    Examples
    --------
    >>> from bptt_helpers import init_params
    >>> trace = forward(init_params(3, 5, 2), np.ones((7, 4, 3)))
    >>> trace.h.shape, trace.o.shape
    ((8, 4, 5), (7, 4, 2))
    """
    f = find_activation(activation).f
    _check(params, x, h0)
    T, B, d = x.shape
    n, dtype = params.n_hidden, params.W_hh.dtype
    x = x.astype(dtype, copy=False)

    h = np.empty((T + 1, B, n), dtype)
    h[0] = 0 if h0 is None else h0
    with np.errstate(over="ignore", invalid="ignore"):  # overflow is reported below, with the step
        fill = states_of_one if one_is_small(B, n, d) else states_of_batch
        fill(params, x, h, f)
        o = h[1:].reshape(T * B, n).dot(params.W_qh.T)
        o += params.b_q
    if not all_finite(o):  # any weight times an infinite state is infinite or nan: the outputs tell on the states
        _report_overflow(h, o)
    return Trace(x, h, o.reshape(T, B, -1), activation)


def preactivation(params, trace) -> np.ndarray:
    """The sums a_t = W_hx x_t + W_hh h_{t-1} + b_h of a finished forward pass, all steps at once.

    Parameters
    ----------
    params : Params
    trace : Trace

    Returns
    -------
    ndarray (T, B, n)
    """
    return trace.x @ params.W_hx.T + trace.h[:-1] @ params.W_hh.T + params.b_h


def _check(params, x, h0):
    if not isinstance(params, Params):
        raise ValueError(f"params: want a Params, as init_params makes it, got {type(params).__name__}")
    for name, w in zip(Params._fields, params, strict=True):
        ndim = 1 if name[0] == "b" else 2
        if not isinstance(w, np.ndarray) or w.ndim != ndim:
            axes = "1 axis" if ndim == 1 else "2 axes"
            raise ValueError(f"params.{name}: want an array with {axes}, got {_shape_or_type(w)}")
        if w.dtype.kind not in "fc" or w.dtype != params.W_hh.dtype:
            raise ValueError(f"params.{name}: want floating-point numbers, of one type in all weights, got {w.dtype}")
    n, d, q = params.n_hidden, params.n_in, params.n_out
    for name, w, wanted, axes in [
        ("W_hx", params.W_hx, (n, d), "(n, d)"),
        ("W_hh", params.W_hh, (n, n), "(n, n)"),
        ("b_h", params.b_h, (n,), "(n,)"),
        ("W_qh", params.W_qh, (q, n), "(q, n)"),
        ("b_q", params.b_q, (q,), "(q,)"),
    ]:
        shape(f"params.{name}", w, wanted, axes)
        finite(f"params.{name}", w)
    if not isinstance(x, np.ndarray) or x.ndim != 3 or 0 in x.shape:
        raise ValueError(f"x: want an array (T, B, d) with T, B >= 1, got {_shape_or_type(x)}")
    shape("x", x, (*x.shape[:2], d), "(T, B, d)")
    finite("x", x)
    if h0 is not None:
        h0 = np.asarray(h0)
        shape("h0", h0, (x.shape[1], n), "(B, n)")
        finite("h0", h0)


def _shape_or_type(x):
    return f"shape {x.shape}" if isinstance(x, np.ndarray) else type(x).__name__


def _report_overflow(h, o):
    bad = ~np.isfinite(h[1:]).all((1, 2)) | ~np.isfinite(o.reshape(len(h) - 1, -1)).all(1)
    if bad.any():
        raise OverflowError(
            f"forward: want states that fit {h.dtype}, got overflow at step {int(bad.argmax()) + 1} of {len(bad)}; "
            "use fewer steps, a smaller spectral radius or tanh"
        )
