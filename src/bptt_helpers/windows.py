"""Truncated gradients for every window at once, and how far each is from the exact one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .backprop import SCHEMES, chunked, own_signals
from .cells import activation
from .recurrence import add_from_later
from .scaled import log10_norm, renormalise
from .validate import choice, whole_number

# Signals this much smaller than the largest contribution are treated as gone.
_GONE = 2.0**-200


class WindowCurve(NamedTuple):
    """Truncated gradients compared with the exact one, one entry a window.

    Only dL/d(W_hx, W_hh, b_h) is compared: truncation does not touch the readout, which would flatter it.

    Attributes
    ----------
    window : ndarray of int (K,)
        τ.
    log10_norm : ndarray (K,)
        log10 ‖g_τ‖; -inf for a zero gradient.
    cosine : ndarray (K,)
        Cosine of the angle between g_τ and the exact g; nan where one of them is zero.
    log10_error : ndarray (K,)
        log10 ‖g_τ - g‖ / ‖g‖, summed from the parts left out, so it is right far below the rounding of g;
        -inf where nothing is left out, or nothing above 1e-60 of the largest signal.
    """

    window: np.ndarray
    log10_norm: np.ndarray
    cosine: np.ndarray
    log10_error: np.ndarray


def gradient_by_window(params, trace, dL_do, *, scheme="sliding", windows=None) -> WindowCurve:
    """Norm, direction and error of the truncated gradient, for every window τ = 1 … T at once.

    Sliding: the losses travel back together, one matrix product a lag. What arrives at lag k,

        c_k = Σ_t dL_t/da_{t-k} [h_{t-k-1} | x_{t-k} | 1]ᵀ,

    gives every window: g_τ = c_0 + … + c_{τ-1} is a running sum, and g - g_τ = c_τ + … the running sum from
    the other end, without cancellation. The journey stops when nothing is left.

    Chunked: for each window the blocks travel side by side as a batch; the error is what crosses a cut.

    Parameters
    ----------
    params : Params
    trace : Trace
    dL_do : ndarray (T, B, q)
    scheme : {"sliding", "chunked"}
    windows : sequence of int, optional
        Windows τ wanted, each 1 … T. Default: all. `logarithmic_windows` gives two an octave.

    Returns
    -------
    WindowCurve

    Raises
    ------
    ValueError
        If `scheme` is unknown, a window is out of range, or `dL_do` does not fit the trace.
    """
    choice("scheme", scheme, SCHEMES)
    T = len(trace.x)
    windows = np.arange(1, T + 1) if windows is None else np.array([whole_number("windows", w, 1, T) for w in windows])
    if scheme == "chunked":
        return _chunked_curve(params, trace, dL_do, windows)
    parts, exponent = lag_contributions(params, trace, dL_do)
    return _curve_from_parts(parts, exponent, windows)


def logarithmic_windows(T) -> np.ndarray:
    """Windows 1, 2, 3, 4, 6, 8, 12 … up to T, T included: two an octave.

    Parameters
    ----------
    T : int
        Sequence length, >= 1.

    Examples
    --------
    >>> logarithmic_windows(20)
    array([ 1,  2,  3,  4,  6,  8, 12, 16, 20])
    """
    T = whole_number("T", T)
    powers = 2 ** np.arange(T.bit_length())
    candidates = np.concatenate([powers, 3 * powers, [T]])
    return np.unique(candidates[candidates <= T])


def lag_contributions(params, trace, dL_do) -> tuple[np.ndarray, np.ndarray]:
    """What arrives at the weights from exactly k steps ahead, for every lag k.

    Parameters
    ----------
    params : Params
    trace : Trace
    dL_do : ndarray (T, B, q)

    Returns
    -------
    parts : ndarray (K, n, n + d + 1)
        Contribution c_k to dL/d[W_hh | W_hx | b_h], a mantissa. K <= T: lags after which nothing is left are missing.
    exponent : ndarray of int (K,)
        Power of two that belongs to each part.
    """
    params = params.astype(float)  # a float32 network too: the exponents below are those of float64
    signal = own_signals(params, trace, dL_do)
    T, B, n = signal.shape
    slope = activation(trace.activation).slope_of_state(trace.h[1:].astype(float))
    slope, signal = slope.reshape(T * B, n), signal.reshape(T * B, n)
    h_before = trace.h[:-1].reshape(T * B, n)
    into_weights = np.hstack([h_before, trace.x.reshape(T * B, -1), np.ones((T * B, 1))])

    parts, exponent = np.zeros((T, n, into_weights.shape[1])), np.zeros(T, int)
    power, largest = 0, -np.inf
    dL_da, carried = signal, np.empty_like(signal)
    rows = T * B
    for lag in range(T):
        # rows lag·B … of dL_da: the loss of step t, now at state t - lag
        if lag:
            np.dot(dL_da[B:], params.W_hh, out=carried[: rows - B])
            dL_da, carried = carried[: rows - B], dL_da
            rows -= B
        np.multiply(dL_da, slope[:rows], out=dL_da)
        np.dot(dL_da.T, into_weights[:rows], out=parts[lag])
        exponent[lag] = power
        if lag % 8 == 0:
            size = max(dL_da.max(), -dL_da.min())
            if size == 0:
                return parts[: lag + 1], exponent[: lag + 1]
            shift = int(np.frexp(size)[1])
            np.ldexp(dL_da, -shift, out=dL_da)
            power += shift
            largest = max(largest, power)
            if 2.0 ** max(power - largest, -1000) < _GONE:
                return parts[: lag + 1], exponent[: lag + 1]
    return parts, exponent


def _curve_from_parts(parts, exponent, windows):
    """Running sums over the lags, from both ends."""
    parts = parts.reshape(len(parts), -1)
    renormalise(parts, exponent)
    kept, kept_power = _running_sum(parts, exponent)
    from_the_end, end_power = _running_sum(parts[:0:-1], exponent[:0:-1])
    left_out = np.concatenate([from_the_end[::-1], np.zeros_like(parts[:1])])
    left_out_power = np.append(end_power[::-1], 0)
    last = np.minimum(windows, len(parts)) - 1
    return _compare(
        windows, (kept[last], kept_power[last]), (left_out[last], left_out_power[last]), (kept[-1], kept_power[-1])
    )


def _running_sum(parts, exponent):
    """Sums of the first 1, 2, 3 … parts, with the power of two that belongs to each sum."""
    present = exponent[parts.any(1)]
    if present.size == 0 or np.ptp(present) < 800:  # one power does for all
        common = present.max(initial=-(2**30))
        return np.ldexp(parts, (exponent - common)[:, None]).cumsum(0), np.full(len(parts), common)
    sums, powers = np.empty_like(parts), np.empty_like(exponent)
    total, power = np.zeros_like(parts[0]), present.min()
    for k, part in enumerate(parts):
        common = max(power, exponent[k]) if part.any() else power
        total = np.ldexp(total, power - common) + np.ldexp(part, exponent[k] - common)
        sums[k], powers[k], power = total, common, common
    return sums, powers


def _chunked_curve(params, trace, dL_do, windows):
    """Kept and left-out part of each window: the left-out one starts at the cuts, with what would have crossed them."""
    params = params.astype(float)
    own = own_signals(params, trace, dL_do)
    slope = activation(trace.activation).slope_of_state(trace.h[1:].astype(float))
    T, B, n = own.shape
    into_weights = np.concatenate([trace.h[:-1], trace.x, np.ones((T, B, 1))], 2).reshape(T * B, -1)
    with np.errstate(over="ignore", invalid="ignore"):  # checked at the end
        exact_da = add_from_later(own.copy(), slope.copy(), params.W_hh)
        from_next = np.zeros_like(own)
        from_next[:-1] = exact_da[1:] @ params.W_hh
        exact = (exact_da.reshape(T * B, n).T @ into_weights).ravel()
        kept, left_out = (np.empty((len(windows), exact.size)) for _ in range(2))
        both_slopes = np.concatenate([slope, slope], 1)
        for k, window in enumerate(windows):
            crossing = np.zeros_like(own)
            crossing[window - 1 :: window] = from_next[window - 1 :: window]
            _, da = chunked(np.concatenate([own, crossing], 1), both_slopes, params.W_hh, window)
            kept[k] = (da[:, :B].reshape(T * B, n).T @ into_weights).ravel()
            left_out[k] = (da[:, B:].reshape(T * B, n).T @ into_weights).ravel()
    if not np.isfinite(kept.sum() + left_out.sum()):
        raise OverflowError(
            "gradient_by_window: want gradients that fit float64, got overflow; use sliding or fewer steps"
        )
    zeros = np.zeros(len(windows), int)
    return _compare(windows, (kept, zeros), (left_out, zeros), (exact, zeros[:1].sum()))


def _compare(windows, kept, left_out, exact):
    """The curve from kept, left-out and exact gradients, each a pair (mantissa, power of two)."""

    def direction(rows):
        rows = rows.copy()
        renormalise(rows, np.zeros(rows.shape[:-1], int))
        norm = np.sqrt(np.einsum("...i,...i->...", rows, rows))[..., None]
        return np.divide(rows, norm, out=np.full_like(rows, np.nan), where=norm > 0)

    log_exact = log10_norm(*exact)
    error = log10_norm(*left_out)
    return WindowCurve(
        window=windows,
        log10_norm=log10_norm(*kept),
        cosine=np.clip(direction(kept[0]) @ direction(exact[0]), -1, 1),
        log10_error=np.subtract(error, log_exact, out=error, where=error > -np.inf),
    )
