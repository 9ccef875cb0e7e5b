"""Unroll the network over a sequence: the forward pass."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..cells.base import Cell, shape_or_type
from ..cells.catalogue import find_cell
from ..cells.params import Params
from ..numbers.validate import COMPLEX, REAL, all_finite, array, cast, shape, shown


class Trace(NamedTuple):
    """All that a forward pass leaves behind, and all that the backward pass needs.

    Attributes
    ----------
    params : Params
    cell : Cell
        What it came from.
    x : ndarray (T, B, d)
        Inputs.
    states : ndarray (T + 1, B, m)
        ``states[0]`` is the initial one, ``states[t]`` the state after t steps: h, and for an LSTM c beside it.
    o : ndarray (T, B, q)
        Outputs, ``o[t]`` from the state ``states[t + 1]``.
    kept : ndarray (T, …) or None
        What else the cell keeps of every step.
    mask : ndarray (T, B, n) or None
        What each h_t was multiplied by on its way into the output, as dropout does; None for 1.
    """

    params: Params
    cell: Cell
    x: np.ndarray
    states: np.ndarray
    o: np.ndarray
    kept: np.ndarray | None = None
    mask: np.ndarray | None = None

    @property
    def h(self) -> np.ndarray:
        """The part of the states that the readout sees, (T + 1, B, n)."""
        return self.states if self.cell.parts == 1 else self.states[..., : self.params.n_hidden]

    def part(self, start, stop) -> Trace:
        """The steps from `start` to before `stop`, as a trace that shares memory."""
        kept, mask = (None if v is None else v[start:stop] for v in (self.kept, self.mask))
        states, o = self.states[start : stop + 1], self.o[start:stop]
        return Trace(self.params, self.cell, self.x[start:stop], states, o, kept, mask)

    def astype(self, dtype) -> Trace:
        """The same trace in another floating-point type; nothing is computed again."""
        if self.o.dtype == dtype:
            return self
        if self.o.dtype.kind == "c":
            raise ValueError(f"trace: want one of real numbers, got {self.o.dtype}, whose imaginary part would be lost")
        arrays = (None if v is None else v.astype(dtype, copy=False) for v in self[2:])
        return Trace(self.params.astype(dtype), self.cell, *arrays)


class Made(Trace):
    """A trace as `forward` made it, which `bptt` need not look at again; `_replace` gives a plain one to check."""

    __slots__ = ()
    _make = Trace._make

    def __reduce__(self):
        return Trace, tuple(self)


Made.__name__ = "Trace"  # as readers know it


def check_trace(trace) -> None:
    """Raise a ValueError if `trace` is no Trace, or its parts do not belong to one network and one pass."""
    if not isinstance(trace, Trace):
        raise ValueError(f"trace: want a Trace, as forward returns it, got {type(trace).__name__}")
    if not isinstance(trace.cell, Cell):
        raise ValueError(f"trace.cell: want a Cell, got {shown(trace.cell)}")
    trace.cell.check(trace.params, "trace.params")
    for name, value in zip(Trace._fields[2:5], trace[2:5], strict=True):
        if not isinstance(value, np.ndarray) or value.ndim != 3:
            raise ValueError(f"trace.{name}: want an array with 3 axes, got {shape_or_type(value)}")
        array(f"trace.{name}", value, COMPLEX)
    (T, B), params = trace.x.shape[:2], trace.params
    shape("trace.x", trace.x, (max(T, 1), max(B, 1), params.n_in), "(T, B, d)")
    shape("trace.states", trace.states, (T + 1, B, trace.cell.parts * params.n_hidden), "(T + 1, B, m)")
    shape("trace.o", trace.o, (T, B, params.n_out), "(T, B, q)")
    if trace.cell.kept_blocks:
        if not isinstance(trace.kept, np.ndarray):
            raise ValueError(f"trace.kept: want an array, as forward leaves it, got {shape_or_type(trace.kept)}")
        shape("trace.kept", trace.kept, (T, trace.cell.kept_blocks, B, params.n_hidden), "(T, blocks, B, n)")
        array("trace.kept", trace.kept, COMPLEX)
    if trace.mask is not None:
        _check_mask("trace.mask", trace.mask, (T, B, params.n_hidden))


def _check_mask(name, mask, wanted):
    """A mask has the shape of h, T steps, and finite real numbers."""
    array(name, mask, REAL)
    shape(name, mask, wanted, "(T, B, n)")


def real_trace(trace) -> Trace:
    """`trace` in float64, if it is a Trace of real numbers; else a ValueError."""
    check_trace(trace)
    return trace.astype(float)


def forward(params, x, *, cell="tanh", h0=None, s0=None, mask=None, activation=None) -> Trace:
    """Run a recurrent network over a batch of sequences.

        s_t = step(x_t, s_{t-1}),    o_t = W_qh h_t + b_q;    tanh:  h_t = tanh(W_hx x_t + W_hh h_{t-1} + b_h)

    The plain loop is `textbook.forward`; this one computes the same numbers faster: what needs no other step is done
    for all steps at once. The equations of each cell stand in its module in `cells`.

    Parameters
    ----------
    params : Params
    x : ndarray (T, B, d)
        Inputs: T time steps, B sequences side by side.
    cell : {"tanh", "relu", "sigmoid", "identity", "gru", "lstm"} or Cell
    h0 : ndarray (B, n) or (n,), optional
        Initial h, of every sequence or the same for all. Default: zeros.
    s0 : ndarray (B, m) or (m,), optional
        The whole initial state in place of `h0`; for an LSTM (h | c), m = 2 n.
    mask : ndarray (T, B, n), optional
        Multiplies each h_t on its way into the output only: o_t = W_qh (mask_t ⊙ h_t) + b_q. `Dropout` of
        `training.dropout` draws one.
    activation : str, optional
        The older name of `cell`.

    Returns
    -------
    Trace
        In the floating-point type of `params` (float64 unless you chose another); complex if anything given is.

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
    >>> forward(init_params(3, 5, 2, cell="lstm"), np.ones((7, 4, 3)), cell="lstm").states.shape
    (8, 4, 10)
    """
    if activation is not None:
        if find_cell(cell).name != "tanh":
            came = f"cell={shown(cell)} and activation={shown(activation)}"
            raise ValueError(f"cell, activation: want one of them, got {came}")
        cell = find_cell(activation, "activation")
    cell = find_cell(cell)
    cell.check(params)
    if not isinstance(x, np.ndarray) or x.ndim != 3 or 0 in x.shape:
        raise ValueError(f"x: want an array (T, B, d) with T, B >= 1, got {shape_or_type(x)}")
    T, B, _ = x.shape
    shape("x", x, (T, B, params.n_in), "(T, B, d)")
    x = array("x", x, COMPLEX)
    given = _given(h0, s0)
    if x.dtype.kind == "c" or (given is not None and given[1].dtype.kind == "c"):  # a complex step
        params = params.astype(np.result_type(params.W_hh, np.complex64))
    n, dtype = params.n_hidden, params.W_hh.dtype
    if x.dtype != dtype:
        x = cast("x", x, dtype)

    if mask is not None:
        _check_mask("mask", mask, (T, B, n))
        mask = cast("mask", mask, dtype)
    states = np.empty((T + 1, B, cell.parts * n), dtype)
    _begin(states[0], n, given)
    with np.errstate(over="ignore", invalid="ignore"):  # overflow is reported below, with the step
        kept = cell.run(params, x, states)
        seen = states[1:, :, :n] if mask is None else states[1:, :, :n] * mask
        o = seen.reshape(T * B, n).dot(params.W_qh.T)
        o += params.b_q
    if not all_finite(o):  # any weight times an infinite state is infinite or nan: the outputs tell on the states
        _report_overflow(states, o)
    return Made(params, cell, x, states, o.reshape(T, B, -1), kept, mask)


def _given(h0, s0):
    """Which of both was given, and that as an array; None if none was."""
    if h0 is None and s0 is None:
        return None
    if h0 is not None and s0 is not None:
        raise ValueError("h0, s0: want one of them, got both: s0 is the whole state, h0 its first part")
    return ("h0", array("h0", h0, COMPLEX)) if s0 is None else ("s0", array("s0", s0, COMPLEX))


def _begin(state, n, named):
    """Write the initial state (B, m)."""
    state[:] = 0
    if named is None:
        return
    name, given = named
    axes, part = ("n", state[:, :n]) if name == "h0" else ("m", state)
    if given.ndim == 1:
        shape(name, given, part.shape[1:], f"({axes},) or (B, {axes})")
    else:
        shape(name, given, part.shape, f"(B, {axes})")
    part[:] = cast(name, given, state.dtype)


def _report_overflow(states, o):
    bad = ~np.isfinite(states[1:]).all((1, 2)) | ~np.isfinite(o.reshape(len(states) - 1, -1)).all(1)
    if bad.any():
        raise OverflowError(
            f"forward: want states that fit {states.dtype}, got overflow at step {int(bad.argmax()) + 1} of "
            f"{len(bad)}; use fewer steps, a smaller spectral radius or tanh"
        )
