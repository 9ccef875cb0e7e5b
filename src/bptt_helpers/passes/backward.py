"""Backpropagation through time: exact, or truncated to a window."""

from __future__ import annotations

import numpy as np

from ..cells.base import at, own_signals
from ..cells.params import Params
from ..numbers.validate import COMPLEX, REAL, all_finite, array, cast, choice, shape, shown, whole_number
from .forward import Made, Trace, check_trace

SCHEMES = ("sliding", "chunked")


class Gradients:
    """What the backward pass gives.

    Attributes
    ----------
    params : Params
        dL/d(parameters).
    dL_ds : ndarray (T, B, m)
        Total derivative of the loss with respect to the state after step t, of those losses that the window lets
        reach it.
    dL_dh : ndarray (T, B, n)
        Its first part, that of h.
    dL_ds0, dL_dh0 : ndarray (B, m), (B, n)
        The same for the initial state.
    dL_dx : ndarray (T, B, d)
        The same for the inputs.
    """

    __slots__ = ("_dL_ds0", "_trace", "dL_ds", "params")

    def __init__(self, params, dL_ds, trace, dL_ds0=None):
        self.params, self.dL_ds, self._trace, self._dL_ds0 = params, dL_ds, trace, dL_ds0

    @property
    def dL_dh(self) -> np.ndarray:
        return self.dL_ds[..., : self._trace.params.n_hidden]

    @property
    def dL_ds0(self) -> np.ndarray:
        if self._dL_ds0 is None:  # exact: all that reaches the first state goes one step further
            self._dL_ds0 = _before_the_first(self._trace, self.dL_ds)
        return self._dL_ds0

    @property
    def dL_dh0(self) -> np.ndarray:
        return self.dL_ds0[:, : self._trace.params.n_hidden]

    @property
    def dL_dx(self) -> np.ndarray:
        trace = self._trace
        dL_da = trace.cell.into_a(trace.params, trace.cell.local(trace), self.dL_ds)
        return trace.cell.into_inputs(trace.params, dL_da)


def bptt(trace, dL_do, *, window=None, stride=None, scheme=None, dL_ds_end=None) -> Gradients:
    """Gradient of a loss with respect to all weights, by backpropagation through time.

        dL/dh_t = W_qhᵀ dL/do_t + W_hhᵀ dL/da_{t+1},    dL/da_t = f′(a_t) ⊙ dL/dh_t
        dL/dW_hh = Σ_t dL/da_t h_{t-1}ᵀ,    dL/dW_hx = Σ_t dL/da_t x_tᵀ,    dL/db_h = Σ_t dL/da_t

    These are the equations of the elementwise cells; those of the gated ones stand in `cells.gru` and `cells.lstm`.
    The plain loop is `textbook.bptt`; this one computes the same numbers faster: only the recursion for
    dL/dh waits for the step after it, all sums over t are single matrix products.

    Parameters
    ----------
    trace : Trace
        What `forward` returned.
    dL_do : ndarray (T, B, q)
        Gradient of the loss with respect to the outputs, as `cross_entropy` returns it.
    window : int, optional
        τ, the number of steps a loss may look back on, its own included: 1 keeps the immediate term only,
        T or more is exact. Default: exact.
    stride : int, optional
        With a window: the losses of `stride` steps walk back together, `window` steps from the end of their block.
        1 is a sliding window; ``stride = window`` cuts the sequence into blocks that no signal crosses, as with
        `detach` between minibatches; in between lies BPTT(h; h′) with h = window, h′ = stride (PyTorch users' k2 and
        k1). The last block is as long as the others, though it may reach beyond the end. Default: 1.
    scheme : {"sliding", "chunked"}, optional
        The two ends by name: "sliding" for stride 1, "chunked" for ``stride = window``.
    dL_ds_end : ndarray (B, m), optional
        Signal that enters after the last step, from whatever comes later: `Gradients.dL_ds0` of the call for the
        sequence that follows. It counts as part of the last step's own loss.

    Returns
    -------
    Gradients

    Raises
    ------
    ValueError
        If `window` or `stride` is not an integer >= 1, `stride` is larger than `window`, `scheme` is unknown, a signal
        does not fit the trace, or the parts of the trace do not fit each other.
    OverflowError
        If the gradient leaves the range of the floating-point type.

    References
    ----------
    Werbos (1990), Proc. IEEE 78(10); Williams & Peng (1990), Neural Computation 2(4) (truncation).

    Examples
    --------
    >>> from bptt_helpers import cross_entropy, forward, init_params
    >>> trace = forward(init_params(2, 3, 2), np.ones((5, 1, 2)))
    >>> loss, dL_do = cross_entropy(trace.o, np.zeros((5, 1), int))
    >>> bptt(trace, dL_do).params.W_hh.shape
    (3, 3)
    """
    if type(trace) is not Made:
        check_trace(trace)
    dL_do = _as_output(trace, dL_do)
    T = len(trace.x)
    window, stride = window_and_stride(T, window, stride, scheme)
    if dL_ds_end is not None:
        dL_ds_end = _as_in("dL_ds_end", dL_ds_end, trace)
        shape("dL_ds_end", dL_ds_end, trace.states.shape[1:], "(B, m)")
    with np.errstate(over="ignore", invalid="ignore"):  # overflow is reported below
        if window >= -(-T // stride) * stride:  # even the last block reaches the start
            gradients = _exact(trace, dL_do, dL_ds_end)
        else:
            own = own_signals(trace, dL_do)
            if dL_ds_end is not None:
                own[-1] += dL_ds_end
            local = trace.cell.local(trace)
            dL_ds, dL_ds0 = windowed(trace, local, own, window, stride)
            dL_da = trace.cell.into_a(trace.params, local, dL_ds)
            gradients = Gradients(weight_gradient(trace, dL_da, dL_do), dL_ds, trace, dL_ds0)
    if not all(map(all_finite, gradients.params)):
        check_trace(Trace(*trace))  # its weights may have been written over since
        raise OverflowError(
            f"bptt: want gradients that fit {trace.o.dtype}, got overflow; use fewer steps, a window or a smaller "
            "spectral radius, or look at log10 norms with gradient_profile"
        )
    return gradients


def window_and_stride(T, window, stride, scheme):
    """Both as numbers, from what `bptt` was given; T and 1 where there is no window."""
    if scheme is not None:
        choice("scheme", scheme, SCHEMES)
        if stride is not None:
            raise ValueError(f"stride, scheme: want one of them, got stride={shown(stride)} and scheme={scheme!r}")
    if window is None:
        if stride is not None:
            raise ValueError("window: want an integer >= stride, got None; without a window the gradient is exact")
        return T, 1
    window = whole_number("window", window)
    if stride is None:
        stride = window if scheme == "chunked" else 1
    stride = whole_number("stride", stride)
    if stride > window:
        raise ValueError(
            f"stride: want at most window = {shown(window)}, got {shown(stride)}: "
            f"{shown(stride - window)} of every {shown(stride)} losses would be left out"
        )
    return window, stride


def checked_signal(trace, dL_do) -> np.ndarray:
    """`dL_do` in the trace's floating-point type, or a ValueError: it has the shape of the outputs and is finite."""
    check_trace(trace)
    return _as_output(trace, dL_do)


def _as_output(trace, dL_do):
    dL_do = _as_in("dL_do", dL_do, trace)
    if dL_do.shape != trace.o.shape:
        shape("dL_do", dL_do, trace.o.shape, "(T, B, q)")
    return dL_do


def _as_in(name, signal, trace):
    """A finite signal in the trace's floating-point type; complex only if the trace is."""
    dtype = trace.o.dtype
    signal = array(name, signal, COMPLEX if dtype.kind == "c" else REAL)
    return signal if signal.dtype == dtype else cast(name, signal, dtype)


def _exact(trace, dL_do, from_later):
    """The whole way back; batches go in segments: what one needs stays in the cache until its sums are taken."""
    T, cell = len(trace.x), trace.cell
    dL_ds = np.empty_like(trace.states[1:])
    length, gradient = cell.steps_at_once(trace), None
    if length >= T:
        dL_da = cell.walk_back(trace, dL_do, dL_ds, from_later)
        return Gradients(weight_gradient(trace, dL_da, dL_do), dL_ds, trace)
    for stop in range(T, 0, -length):
        start = max(0, stop - length)
        part = trace.part(start, stop)
        dL_da = cell.walk_back(part, dL_do[start:stop], dL_ds[start:stop], from_later)
        of_part = weight_gradient(part, dL_da, dL_do[start:stop])
        gradient = of_part if gradient is None else Params(*map(np.add, gradient, of_part))
        if start:
            from_later = _before_the_first(part, dL_ds[start:stop])
    return Gradients(gradient, dL_ds, trace)


def _before_the_first(trace, dL_ds):
    """dL/ds before the first step of a trace, (B, m), from that after it."""
    first = trace.part(0, 1)
    return trace.cell.back(trace.params, trace.cell.local(first), dL_ds[:1])[1][0]


def windowed(trace, local, own, window, stride) -> tuple[np.ndarray, np.ndarray]:
    """dL/ds of losses in blocks of `stride` steps, each of which walks `window` steps back from the block's end.

    All blocks walk side by side: p steps before their ends they stand `stride` steps apart, a strided view.

    Parameters
    ----------
    trace : Trace
    local : NamedTuple of ndarrays (T, B, …)
    own : ndarray (T, B, m)
    window, stride : int

    Returns
    -------
    dL_ds : ndarray (T, B, m)
    dL_ds0 : ndarray (B, m)
        What crosses the first step, of the losses whose windows reach that step: no cut lies before it.
    """
    params, back, (T, B, _) = trace.params, trace.cell.back, own.shape
    dL_ds, dL_ds0 = np.empty_like(own), np.zeros_like(own[0])
    if B == 1:  # two axes do: a product needs no other shape
        local, own, reached = at(local, np.s_[:, 0]), own[:, 0], dL_ds[:, 0]
    else:
        reached = dL_ds
    blocks = -(-T // stride)
    signals = np.zeros((blocks, *own.shape[1:]), own.dtype)  # what each block brings to the step where it stands
    dL_da = np.empty((*signals.shape[:-1], len(params.b_h)), own.dtype)
    for p in range(min(window, blocks * stride)):
        first = stride - 1 - p  # step of block 0
        gone = max(0, -(first // stride))  # blocks that have left the sequence at its start
        start, stop = first + gone * stride, min(T, first + (blocks - 1) * stride + 1)
        steps, count = slice(start, stop, stride), max(0, -((start - stop) // stride))
        here = signals[gone : gone + count]
        if p < stride:  # no block has been at these steps yet
            here += own[steps]
            reached[steps] = here
        else:
            reached[steps] += here
        if p + 1 < window or start == 0:
            back(params, at(local, steps), here, dL_da[:count], here)
            if start == 0 and count:
                dL_ds0 += here[0]
    return dL_ds, dL_ds0


def weight_gradient(trace, dL_da, dL_do) -> Params:
    """The sums over time and batch that turn dL/da and dL/do into the gradient of the weights.

    Parameters
    ----------
    trace : Trace
    dL_da : ndarray (T, B, biases · n)
    dL_do : ndarray (T, B, q)

    Returns
    -------
    Params
    """
    T, B, q = dL_do.shape
    seen = trace.h[1:] if trace.mask is None else trace.h[1:] * trace.mask
    do, h_after = dL_do.reshape(T * B, q).T, seen.reshape(T * B, -1)
    ones = np.ones(T * B, do.dtype)  # a sum over time and batch, several times as fast as sum(1)
    return Params(*trace.cell.into_weights(trace, dL_da), do.dot(h_after), do.dot(ones))
