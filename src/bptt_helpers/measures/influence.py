"""How far a gradient travels: the influence of every state on every loss, and its profile over the lag.

All results are log10 of Euclidean norms, kept as mantissa and exponent on the way, so that no product of Jacobians
overflows or underflows.
"""

from __future__ import annotations

import numpy as np

from ..cells.activations import activation
from ..numbers.scaled import log10_norm, renormalise, steps_between
from ..numbers.validate import whole_number
from ..passes.backward import own_signals
from ..passes.forward import preactivation

# Exponent of a row of zeros: it must not set the scale that a sum of two rows is written in.
_NOTHING = -(2**30)


def influence(params, trace, dL_do, *, losses=None) -> np.ndarray:
    """How strongly does the state at step s act on the loss at step t?

        log10 ‖dL_t/dh_s‖,    dL_t/dh_s = J_{s+1}ᵀ … J_tᵀ W_qhᵀ dL_t/do_t,    J_t = diag(f′(a_t)) W_hh

    All losses travel back together: one matrix product a step.

    Parameters
    ----------
    params : Params
    trace : Trace
    dL_do : ndarray (T, B, q)
    losses : sequence of int, optional
        Steps t (counted from 0, in rising order) whose rows are wanted; default all. A picture needs no more
        rows than it has pixels.

    Returns
    -------
    ndarray (T, T, B), or (len(losses), T, B)
        Row t, column s; nan for s > t, -inf only where the derivative is exactly zero.

    Raises
    ------
    ValueError
        If `dL_do` does not fit the trace, or `losses` is not a rising sequence of steps.
    """
    params = params.astype(float)  # a float32 network too: the exponents below are those of float64
    own = own_signals(params, trace, dL_do)
    T, B, _ = own.shape
    losses = loss_steps(losses, T)
    log_norm = np.full((T, len(losses), B), np.nan)  # step s first: each round writes one contiguous row
    for s, rows, signal, exponent in travel_back(
        own[losses][:, :, None], losses, true_slope(params, trace), params.W_hh
    ):
        log_norm[s, rows:] = log10_norm(signal[:, :, 0], exponent)
    return log_norm.swapaxes(0, 1)


def gradient_profile(params, trace, dL_do) -> np.ndarray:
    """How much of the gradient is left after travelling back `lag` steps?

        log10 ‖dL/dh_{T-lag}‖,    lag = 0 … T - 1

    With a loss at the last step only (``weight="last"``) this is the way of one signal back in time.

    Parameters
    ----------
    params : Params
    trace : Trace
    dL_do : ndarray (T, B, q)

    Returns
    -------
    ndarray (T, B)
        Entry ``lag``; lag 0 is the state after the last step. -inf only where the derivative is exactly zero.

    Raises
    ------
    ValueError
        If `dL_do` does not fit the trace.
    """
    params = params.astype(float)
    own = own_signals(params, trace, dL_do)
    slope = true_slope(params, trace)
    every = steps_between(slope, params.W_hh)
    T, B, _ = own.shape
    own_exponent = np.zeros((T, B), int)
    renormalise(own, own_exponent)
    own_exponent[~own.any(2)] = _NOTHING
    has_own = own.any((1, 2))

    mantissa, exponent = np.empty_like(own), np.empty_like(own_exponent)
    signal, power = own[-1].copy(), own_exponent[-1].copy()
    mantissa[-1], exponent[-1] = signal, power
    for t in range(T - 2, -1, -1):
        signal *= slope[t + 1]
        signal = signal.dot(params.W_hh)
        if has_own[t]:
            power[~signal.any(1)] = _NOTHING
            common = np.maximum(power, own_exponent[t])
            signal = np.ldexp(signal, (power - common)[:, None])
            signal += np.ldexp(own[t], (own_exponent[t] - common)[:, None])
            power = common
        if t % every == 0:
            renormalise(signal, power)
        mantissa[t], exponent[t] = signal, power
    return log10_norm(mantissa, exponent)[::-1]


def travel_back(signal, losses, slope, W_hh):
    """Send signals from many steps t back together, one step s a round.

        signal_t ← signal_t J_{s+1},    J_{s+1} = diag(f′(a_{s+1})) W_hh

    Parameters
    ----------
    signal : ndarray (len(losses), B, m, n)
        m row vectors that start at each step t of `losses`; overwritten.
    losses : ndarray of int
        The steps t, rising.
    slope : ndarray (T, B, n)
        f′(a_t).
    W_hh : ndarray (n, n)

    Yields
    ------
    s : int
        The step reached: from the last of `losses` down to 0.
    first : int
        Rows from here on are on their way: those of the losses at t >= s.
    mantissa : ndarray (len(losses) - first, B, m, n)
        Their signals at s; a view, valid until the next round.
    exponent : ndarray of int (len(losses) - first, B)
        Power of two that belongs to each.
    """
    n = len(W_hh)
    every = steps_between(slope, W_hh)
    exponent = np.zeros(signal.shape[:2], int)
    as_rows = (*signal.shape[:2], -1)
    renormalise(signal.reshape(as_rows), exponent)
    first_row_of = np.searchsorted(losses, np.arange(len(slope) + 1))  # rows from here on have t >= s
    for s in range(losses[-1], -1, -1):
        sent, here = first_row_of[s + 1], first_row_of[s]
        if sent < len(losses):
            later = signal[sent:]
            later *= slope[s + 1][:, None]
            later[:] = later.reshape(-1, n).dot(W_hh).reshape(later.shape)
            if s % every == 0:
                renormalise(later.reshape(*later.shape[:2], -1), exponent[sent:])
        yield s, here, signal[here:], exponent[here:]


def true_slope(params, trace) -> np.ndarray:
    """f′(a_t) from the pre-activations, ``(T, B, n)``: right even where the state has been rounded to ±1."""
    return activation(trace.activation).slope(preactivation(params, trace))


def cosine(a, b) -> float:
    """Cosine of the angle between two gradients: 1 the same direction, 0 a right angle, -1 opposite.

    Parameters
    ----------
    a, b : Params or ndarray
        Of the same shapes, and not zero.

    Raises
    ------
    ValueError
        If the shapes differ or one of them is zero, which has no direction.
    """
    a, b = (np.concatenate([np.ravel(w) for w in (v if isinstance(v, tuple) else (v,))]) for v in (a, b))
    if a.shape != b.shape:
        raise ValueError(f"b: want as many entries as a, {a.size}, got {b.size}")
    norms = np.linalg.norm(a) * np.linalg.norm(b)
    if norms == 0:
        raise ValueError("cosine: want two gradients that are not zero, got a zero one")
    return float(a @ b / norms)


def loss_steps(losses, T) -> np.ndarray:
    """`losses` as an array of steps, if it is a rising sequence of them; all steps for None; else a ValueError."""
    if losses is None:
        return np.arange(T)
    losses = [whole_number("losses", t, 0, T - 1) for t in losses]
    if not losses or sorted(set(losses)) != losses:
        raise ValueError(f"losses: want steps in rising order without repetition, got {losses[:10]}")
    return np.array(losses)
