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
    squares = way.inputs**2
    read = (
        squares.sum(1, keepdims=True) if way.reads is None else squares @ way.reads[::n].T
    )  # a row reads as its block
    of_unit = np.zeros((T * B, n), way.own.dtype)
    for part in range(parts):
        unit = np.zeros((parts, n), way.own.dtype)
        unit[part] = 1
        signal = np.broadcast_to(unit.ravel(), (T, B, m))
        factors = way.cell.into_a(way.params, way.local, np.ascontiguousarray(signal)).reshape(T * B, -1, n)
        of_unit += (factors**2 * read[:, :, None]).sum(1)
    return float(np.sqrt(of_unit.max()))


def safe_windows(phi, lengths, most, errors) -> tuple:
    """The windows that the bound chooses, None where it chooses none.

    Parameters
    ----------
    phi : ndarray (K,)
        φ_k summed over the losses (N φ_k), in units of ‖g‖.
    lengths : ndarray (K,)
        ‖g_τ‖ / ‖g‖ of the windows τ = 1 … K.
    most : float
        M.
    errors : sequence of float
        Relative errors that are allowed.
    """
    bound = bounds(phi, lengths, most)
    return tuple(int(np.argmax(bound <= e)) + 1 if (bound <= e).any() else None for e in errors)


def bounds(phi, lengths, most) -> np.ndarray:
    """The bound of the relative error of every window; inf where there is none. Arguments as `safe_windows`."""
    K = len(phi)
    start = K // 4
    none = np.full(K, np.inf)
    if K - start < 3 or phi[start] == 0:
        return none
    with np.errstate(divide="ignore"):
        decay = np.log(phi[start + 1 :] / phi[start]) / np.arange(1, K - start)
    beta = np.exp(decay.max())
    if beta >= 1:
        return none
    after = phi[start] * beta ** np.arange(1, K - start + 1) / (1 - beta)  # lags start + 1, start + 2 … and on
    first = np.cumsum(phi[1 : start + 1][::-1])[::-1] + after[0]  # lags 1 …, 2 … up to start, and on
    beyond = most * np.append(first, after)[:K]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(lengths > beyond, beyond / (lengths - beyond), np.inf)
