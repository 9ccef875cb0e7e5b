"""A window that is safe without the exact gradient: the bound of Aicher, Foti & Fox (2019), arXiv:1905.07473.

What a window of τ steps leaves out of the gradient are the lags k >= τ. A signal dL_t/ds_{t-k} sends at most M times
its norm into the weights, M the largest norm of ∂⁺s_t/∂w, and with N losses

    ‖g - g_τ‖ <= M N (φ_τ + φ_{τ+1} + …),    φ_k = mean of ‖dL_t/ds_{t-k}‖ over the losses

If φ_k <= φ_{τ0} β^(k - τ0) from some lag τ0 on, with β < 1, the sum has an end, E; and since ‖g‖ >= ‖g_τ‖ - E, the
relative error is at most E / (‖g_τ‖ - E). The paper counts K = τ - 1, lags 0 … K.
"""

from __future__ import annotations

import numpy as np


def most_into_weights(way) -> float:
    """M: the most that a signal of length 1 in one state sends to the weights, for an LSTM at most √2 times that.

    Every entry of a_t depends on one unit of the state, so ∂⁺s_t/∂w has a block of its own for each unit: the factors
    from its entries of the signal (h, and c in an LSTM) to its entries of dL/da, times the norm of what these read.

    Parameters
    ----------
    way : Way
    """
    T, B, m = way.own.shape
    parts, n = way.cell.parts, way.params.n_hidden
    squares, reads = way.inputs**2, way.reads
    read = squares.sum(1, keepdims=True) if reads is None else squares @ reads[::n].T  # all rows of a block read alike
    of_unit = np.zeros((T * B, n), way.own.dtype)
    for part in range(parts):
        unit = np.zeros((parts, n), way.own.dtype)
        unit[part] = 1
        signal = np.broadcast_to(unit.ravel(), (T, B, m))
        factors = way.cell.into_a(way.params, way.local, np.ascontiguousarray(signal)).reshape(T * B, -1, n)
        of_unit += (factors**2 * read[:, :, None]).sum(1)
    return float(np.sqrt(of_unit.max()))


def error_bounds(phi, lengths, most) -> np.ndarray:
    """The bound of the relative error of every window.

    What is left is taken as measured up to lag τ0 = K/4; from there on β is the smallest number for which
    φ_τ0 β^(k - τ0) lies above all that was measured later.

    Parameters
    ----------
    phi : ndarray (K,)
        N φ_k in units of ‖g‖, of the lags k = 0 … K - 1.
    lengths : ndarray (K,)
        ‖g_τ‖ / ‖g‖ of the windows τ = 1 … K.
    most : float
        M.

    Returns
    -------
    ndarray (K,)
        Of the windows τ = 1 … K; inf where ‖g_τ‖ <= E, and everywhere if there are fewer than three lags or β >= 1.
    """
    K = len(phi)
    start, none = K // 4, np.full(K, np.inf)
    if K < 3 or phi[start] == 0:
        return none
    with np.errstate(divide="ignore"):
        beta = np.exp((np.log(phi[start + 1 :] / phi[start]) / np.arange(1, K - start)).max())
    if beta >= 1:
        return none
    after = phi[start] * beta ** np.arange(1, K - start + 1) / (1 - beta)  # of the lags from τ on, τ = τ0 + 1 … K
    before = np.cumsum(phi[1 : start + 1][::-1])[::-1] + after[0]  # the same for τ = 1 … τ0
    left_out = most * np.append(before, after)
    return np.divide(left_out, lengths - left_out, out=none, where=lengths > left_out)


def safe_windows(bound, errors) -> tuple:
    """For each of `errors` the smallest window whose bound, of τ = 1 … K, is not above it; None if there is none."""
    return tuple(int((bound <= e).argmax()) + 1 if (bound <= e).any() else None for e in errors)
