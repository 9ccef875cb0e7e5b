"""Truncated gradients for every window at once, and how far each is from the exact one."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from ..numbers.scaled import LOG10_2, log10_norm, renormalise, times_power_of_two
from ..numbers.validate import choice, items, room, whole_number
from ..passes.backward import SCHEMES
from .chunk_sums import chunked_sums
from .lag_sums import sums_by_doubling, sums_by_lag, way_of


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
        log10 ‖g_τ - g‖ / ‖g‖, summed from the parts left out, so it is right far below the rounding of g: to 1e-28;
        -inf where nothing is left out, or nothing that comes from signals above 1e-38 of the largest.
    """

    window: np.ndarray
    log10_norm: np.ndarray
    cosine: np.ndarray
    log10_error: np.ndarray


def gradient_by_window(trace, dL_do, *, scheme="sliding", windows=None) -> WindowCurve:
    """Norm, direction and error of the truncated gradient, for every window τ = 1 … T at once.

    Sliding: the losses travel back together, one matrix product a lag. What arrives at lag k,

        c_k = Σ_t dL_t/da_{t-k} [h_{t-k-1} | x_{t-k} | 1]ᵀ,

    gives every window: g_τ = c_0 + … + c_{τ-1} is a running sum, and g - g_τ = c_τ + … the running sum from
    the other end, without cancellation. The journey stops when nothing is left. For `logarithmic_windows` of a
    small network, doubling is faster still (`lag_sums`).

    Chunked: one journey back, with a signal for each window that starts anew at its cuts, and one that the cuts
    take from it: the error (`chunk_sums`).

    Parameters
    ----------
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
        If `scheme` is unknown, a window is out of range, `dL_do` does not fit the trace, or the gradients of all
        windows would not fit in memory.
    """
    choice("scheme", scheme, SCHEMES)
    way = way_of(trace, dL_do)
    T = len(way.own)
    if windows is None:
        windows = np.arange(1, T + 1)
    else:
        windows = items("windows", windows, f"windows from 1 to {T}")
        if not windows:
            raise ValueError(f"windows: want at least one window from 1 to {T}, got none")
        windows = np.array([whole_number("windows", w, 1, T) for w in windows])
    room("trace, windows", len(windows), len(way.params.b_h), way.inputs.shape[1])
    return _sliding(way, windows) if scheme == "sliding" else _compare(windows, *chunked_sums(way, windows))


def logarithmic_windows(T) -> np.ndarray:
    """Windows 1, 2, 3, 4, 6, 8, 12 … up to T, T included: two an octave.

    Parameters
    ----------
    T : int
        Sequence length, 1 to 10^15.

    Raises
    ------
    ValueError
        If `T` is not such a whole number.

    Examples
    --------
    >>> logarithmic_windows(20)
    array([ 1,  2,  3,  4,  6,  8, 12, 16, 20])
    """
    T = whole_number("T", T, 1, 10**15)
    powers = 2 ** np.arange(T.bit_length())
    candidates = np.concatenate([powers, 3 * powers, [T]])
    return np.unique(candidates[candidates <= T])


def lag_contributions(trace, dL_do) -> tuple[np.ndarray, np.ndarray]:
    """What arrives at the weights from exactly k steps ahead, for every lag k.

    Parameters
    ----------
    trace : Trace
    dL_do : ndarray (T, B, q)

    Returns
    -------
    parts : ndarray (K, biases · n, n + d + 1)
        Contribution c_k to dL/d[W_hh | W_hx | b_h], a mantissa. K <= T: lags after which nothing is left are missing.
    exponent : ndarray of int (K,)
        Power of two that belongs to each part.

    Raises
    ------
    ValueError
        If `dL_do` does not fit the trace, or the parts of all lags would not fit in memory.
    """
    way = way_of(trace, dL_do)
    room("trace", len(way.own), len(way.params.b_h), way.inputs.shape[1])
    return sums_by_lag(way, np.arange(1, len(way.own) + 1))


def _sliding(way, windows):
    """The curve of the windows, from sums over the lags between them."""
    T, B, m = way.own.shape
    edges = logarithmic_windows(T)
    sums = None
    few = len(windows) <= len(edges)  # if not, they need not be looked at one by one
    if few and m <= 32 and T * B * m * m <= 2**22 and set(windows) <= set(edges):
        sums = sums_by_doubling(way)
    if sums is None:
        edges = np.union1d(windows, [T])
        sums = sums_by_lag(way, edges)
    parts, exponent = sums
    if len(parts) == 0:  # no loss, no gradient
        parts, exponent = np.zeros((1, 1, 1)), np.zeros(1, int)
    parts = parts.reshape(len(parts), -1)
    renormalise(parts, exponent)
    kept, left_out = _running_sums(parts, exponent)
    exact = kept[0][-1:].copy(), kept[1][-1:].copy()
    curve = _compare(edges[: len(parts)], kept, left_out, exact)
    last = len(parts) - 1
    return WindowCurve(windows, *(values[np.minimum(np.searchsorted(edges, windows), last)] for values in curve[1:]))


def _running_sums(parts, exponent):
    """Sums of the first 1, 2, 3 … parts, and of those that each leaves out, as (mantissa, power of two)."""
    present = exponent[parts.any(1)]
    if present.size == 0 or np.ptp(present) < 800:  # one power does for all
        common = np.full(len(parts), present.max() if present.size else 0)
        times_power_of_two(parts, np.clip(exponent - common, -2000, 0))
        kept = _add_up(parts.copy())
        _add_up(parts[::-1])  # in place: now what each part and those after it add up to
        return (kept, common), (np.concatenate([parts[1:], np.zeros_like(parts[:1])]), common.copy())
    kept = _scaled_sums(parts, exponent)
    left_out = _scaled_sums(np.concatenate([np.zeros_like(parts[:1]), parts[:0:-1]]), np.append(0, exponent[:0:-1]))
    return kept, (left_out[0][::-1], left_out[1][::-1])


def _add_up(rows):
    """rows[k] ← rows[0] + … + rows[k]. `cumsum` goes down one column after the other: slow where rows are wide."""
    if rows.shape[1] < 64:
        return np.cumsum(rows, 0, out=rows)
    for before, row in pairwise(rows):
        row += before
    return rows


def _scaled_sums(parts, exponent):
    """Running sums, each with its own power of two: the parts lie further apart than float64 reaches."""
    sums, powers = np.empty_like(parts), np.empty_like(exponent)
    total, power = np.zeros_like(parts[0]), exponent.min()
    for k, part in enumerate(parts):
        common = max(power, exponent[k]) if part.any() else power
        total = np.ldexp(total, power - common) + np.ldexp(part, exponent[k] - common)
        sums[k], powers[k], power = total, common, common
    return sums, powers


def _compare(windows, kept, left_out, exact):
    """The curve from kept, left-out and exact gradients, each a pair (mantissas, powers of two); overwrites them."""
    for mantissa, exponent in (kept, exact):
        renormalise(mantissa, exponent)
    error, of_exact = log10_norm(*left_out), log10_norm(*exact)
    length = np.sqrt(np.vecdot(kept[0], kept[0]))  # near 1, or 0
    lengths = length * np.sqrt(np.vecdot(exact[0], exact[0]))
    with np.errstate(divide="ignore"):
        norm = np.log10(length) + kept[1] * LOG10_2
    along = kept[0] @ exact[0][0]
    return WindowCurve(
        window=windows,
        log10_norm=norm,
        cosine=np.clip(np.divide(along, lengths, out=np.full(len(windows), np.nan), where=lengths > 0), -1, 1),
        log10_error=np.subtract(error, of_exact, out=error, where=error > -np.inf),
    )
