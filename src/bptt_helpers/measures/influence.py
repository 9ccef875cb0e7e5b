"""How far a gradient travels: the influence of every state on every loss, and its profile over the lag.

All results are log10 of Euclidean norms, kept as mantissa and exponent on the way, so that no product of Jacobians
overflows or underflows.
"""

from __future__ import annotations

import numpy as np

from ..cells.base import each, own_signals
from ..cells.elementwise import Elementwise
from ..numbers.scaled import NOTHING, length, log10_norm, renormalise, shifted, steps_between, times_own_powers
from ..numbers.validate import choice, room, two_alike
from ..passes.backward import checked_signal
from ..passes.forward import real_trace
from .travel import loss_steps, travel_back

PARTS = ("all", "h")


def influence(trace, dL_do, *, losses=None, part="all") -> np.ndarray:
    """How strongly does the state at step s act on the loss at step t?

        log10 ‖dL_t/ds_s‖,    dL_t/ds_s = J_{s+1}ᵀ … J_tᵀ W_qhᵀ dL_t/do_t,    J_t = ds_t/ds_{t-1}

    All losses travel back together: one matrix product a step. The state is h, and for an LSTM (h | c).

    Parameters
    ----------
    trace : Trace
    dL_do : ndarray (T, B, q)
    losses : sequence of int, optional
        Steps t (counted from 0, in rising order) whose rows are wanted; default all. A picture needs no more
        rows than it has pixels.
    part : {"all", "h"}
        The norm of the whole derivative, or of the part of h alone.

    Returns
    -------
    ndarray (T, T, B), or (len(losses), T, B)
        Row t, column s; nan for s > t, -inf only where the derivative is exactly zero (in a gated cell also where
        every path leads through a gate at 1e-308 or less).

    Raises
    ------
    ValueError
        If `dL_do` does not fit the trace, `losses` is not a rising sequence of steps, or the map would not fit in
        memory: ask for fewer losses.
    """
    choice("part", part, PARTS)
    trace, own = _own(trace, dL_do)
    T, B, m = own.shape
    losses, width = loss_steps(losses, T), m if part == "all" else trace.params.n_hidden
    room("trace, losses", T, len(losses), B)
    log_norm = np.full((T, len(losses), B), np.nan)  # step s first: each round writes one contiguous row
    for s, rows, signal, exponent in travel_back(trace, own[losses][:, :, None], losses):
        log_norm[s, rows:] = log10_norm(signal[:, :, 0, :width], exponent)
    return log_norm.swapaxes(0, 1)


def gradient_profile(trace, dL_do) -> np.ndarray:
    """How much of the gradient is left after travelling back `lag` steps?

        log10 ‖dL/ds_{T-lag}‖,    lag = 0 … T - 1

    With a loss at the last step only (``weight="last"``) this is the way of one signal back in time. The state is h,
    and for an LSTM (h | c).

    Parameters
    ----------
    trace : Trace
    dL_do : ndarray (T, B, q)

    Returns
    -------
    ndarray (T, B)
        Entry ``lag``; lag 0 is the state after the last step. -inf where `influence` says so.

    Raises
    ------
    ValueError
        If `dL_do` does not fit the trace.
    """
    trace, own = _own(trace, dL_do)
    cell, params = trace.cell, trace.params
    local, powers = cell.scaled_local(trace)
    every, steps = steps_between(*cell.reach(params, local)), each(local)
    T, B, _ = own.shape
    own_exponent = np.zeros((T, B), int)
    renormalise(own, own_exponent)
    own_exponent[~own.any(2)] = NOTHING
    has_own = own.any((1, 2))

    mantissa, exponent = np.empty_like(own), np.empty_like(own_exponent)
    signal, power, dL_da = own[-1].copy(), own_exponent[-1].copy(), np.empty((B, len(params.b_h)))
    mantissa[-1], exponent[-1] = signal, power
    for t in range(T - 2, -1, -1):
        if powers is not None:
            times_own_powers(signal, powers[t + 1], power)
        cell.back(params, steps[t + 1], signal, dL_da, signal)
        if has_own[t]:
            if np.count_nonzero(signal) < signal.size:  # else no row is all zeros, and asking for rows takes longer
                power[~signal.any(1)] = NOTHING
            common = np.maximum(power, own_exponent[t])
            signal = np.ldexp(signal, (power - common)[:, None])
            signal += np.ldexp(own[t], (own_exponent[t] - common)[:, None])
            power = common
        if t % every == 0:
            renormalise(signal, power)
        mantissa[t], exponent[t] = signal, power
    return log10_norm(mantissa, exponent)[::-1]


def _own(trace, dL_do):
    """The trace, and what each step's own loss sends into its state, in float64, which the exponents are made for."""
    dL_do = checked_signal(trace, dL_do)
    trace = trace.astype(float)
    return trace, own_signals(trace, dL_do.astype(float))


def true_slope(trace) -> np.ndarray:
    """f′(a_t) of an elementwise cell from the pre-activations, ``(T, B, n)``: right even where h is rounded to ±1."""
    trace = real_trace(trace)
    if not isinstance(trace.cell, Elementwise):
        raise ValueError(f"trace: want an elementwise cell, which has one slope a unit, got {trace.cell.name!r}")
    return trace.cell.local(trace, precise=True).slope


def cosine(a, b) -> float:
    """Cosine of the angle between two gradients: 1 the same direction, 0 a right angle, -1 opposite.

    Parameters
    ----------
    a, b : Params or ndarray
        Of the same shapes, and not zero.

    Raises
    ------
    ValueError
        If one of them is not real and finite, the shapes differ, or one is zero, which has no direction.
    """
    a, b = (np.concatenate([part.ravel() for part in parts]) for parts in two_alike(a, b))
    (norm_a, power_a), (norm_b, power_b) = length(a), length(b)
    if norm_a == 0 or norm_b == 0:
        raise ValueError("cosine: want two gradients that are not zero, got a zero one")
    return float(shifted(a, -power_a) @ shifted(b, -power_b) / (norm_a * norm_b))
