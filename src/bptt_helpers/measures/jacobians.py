"""How far products of Jacobians stretch: norms of J_t … J_{s+1}, whatever signal travels through them.

    J_t = ds_t/ds_{t-1},    ds_t/ds_s = J_t J_{t-1} … J_{s+1};    elementwise cells:  J_t = diag(f′(a_t)) W_hh

All results are log10 of norms, right where the products have left the range of float64.
"""

from __future__ import annotations

import numpy as np

from ..numbers.scaled import log10_norm, renormalise
from ..numbers.validate import choice, room
from ..passes.forward import real_trace
from .travel import loss_steps, travel_back

NORMS = ("spectral", "frobenius")


def jacobian_product_norms(trace, *, norm="spectral") -> np.ndarray:
    """How much can the last `lag` steps stretch a change of the state?

        log10 ‖J_T J_{T-1} … J_{T-lag+1}‖,    lag = 0 … T - 1

    Parameters
    ----------
    trace : Trace
    norm : {"spectral", "frobenius"}
        "spectral": the largest singular value, the most that any direction is stretched.
        "frobenius": root of the sum of all squared singular values.

    Returns
    -------
    ndarray (T, B)
        Entry ``lag``. Lag 0 is the identity: 0 for "spectral", ½ log10 m for "frobenius". -inf where
        `influence` says so.

    Raises
    ------
    ValueError
        If `norm` is unknown, `trace` is no trace of real numbers, or its products would not fit in memory.

    Examples
    --------
    >>> from bptt_helpers import forward, init_params
    >>> params = init_params(2, 3, 1, init="orthogonal", spectral_radius=10)
    >>> trace = forward(params, np.zeros((4, 1, 2)), activation="identity")
    >>> print(jacobian_product_norms(trace)[:, 0].round(9) + 0)
    [0. 1. 2. 3.]
    """
    choice("norm", norm, NORMS)
    trace = real_trace(trace)
    if norm == "frobenius":
        return frobenius_map(trace, losses=[len(trace.x) - 1])[0, ::-1]
    T, B, m = trace.states[1:].shape
    room("trace", T, B, m, m)
    mantissa, exponent = np.empty((T, B, m, m)), np.empty((T, B), int)
    start = np.tile(np.eye(m), (1, B, 1, 1))
    for s, _, product, power in travel_back(trace, start, np.array([T - 1])):
        mantissa[s], exponent[s] = product[0], power[0]
    renormalise(mantissa.reshape(T, B, m * m), exponent)
    stretch = np.linalg.svd(mantissa, compute_uv=False)[..., :1]
    return log10_norm(stretch, exponent)[::-1]


def frobenius_map(trace, *, losses=None) -> np.ndarray:
    """How strongly does the state at step s act on the state at step t, over all directions?

        log10 ‖J_t … J_{s+1}‖_F

    `influence` with the identity in place of a loss; all t travel back together.

    Parameters
    ----------
    trace : Trace
    losses : sequence of int, optional
        Steps t (counted from 0, in rising order) whose rows are wanted; default all.

    Returns
    -------
    ndarray (T, T, B), or (len(losses), T, B)
        Row t, column s; ½ log10 m for s = t, nan for s > t, -inf where `influence` says so.

    Raises
    ------
    ValueError
        If `losses` is not a rising sequence of steps, `trace` is no trace of real numbers, or the map would not fit in
        memory.
    """
    trace = real_trace(trace)
    T, B, m = trace.states[1:].shape
    losses = loss_steps(losses, T)
    room("trace, losses", len(losses), B, max(T, m * m))
    log_norm = np.full((T, len(losses), B), np.nan)
    start = np.tile(np.eye(m), (len(losses), B, 1, 1))
    for s, first, product, exponent in travel_back(trace, start, losses):
        log_norm[s, first:] = log10_norm(product.reshape(*exponent.shape, m * m), exponent)
    return log_norm.swapaxes(0, 1)
