"""How far products of Jacobians stretch: norms of J_t … J_{s+1}, whatever signal travels through them.

    J_t = dh_t/dh_{t-1} = diag(f′(a_t)) W_hh,    dh_t/dh_s = J_t J_{t-1} … J_{s+1}

All results are log10 of norms, right where the products have left the range of float64.
"""

from __future__ import annotations

import numpy as np

from ..numbers.scaled import log10_norm, renormalise
from ..numbers.validate import choice
from .influence import loss_steps, travel_back, true_slope

NORMS = ("spectral", "frobenius")


def jacobian_product_norms(params, trace, *, norm="spectral") -> np.ndarray:
    """How much can the last `lag` steps stretch a change of the state?

        log10 ‖J_T J_{T-1} … J_{T-lag+1}‖,    lag = 0 … T - 1

    Parameters
    ----------
    params : Params
    trace : Trace
    norm : {"spectral", "frobenius"}
        "spectral": the largest singular value, the most that any direction is stretched.
        "frobenius": root of the sum of all squared singular values.

    Returns
    -------
    ndarray (T, B)
        Entry ``lag``. Lag 0 is the identity: 0 for "spectral", ½ log10 n for "frobenius". -inf only where the
        product is exactly zero.

    Raises
    ------
    ValueError
        If `norm` is unknown.

    Examples
    --------
    >>> from bptt_helpers import forward, init_params
    >>> params = init_params(2, 3, 1, init="orthogonal", spectral_radius=10)
    >>> trace = forward(params, np.zeros((4, 1, 2)), activation="identity")
    >>> print(jacobian_product_norms(params, trace)[:, 0].round(9) + 0)
    [0. 1. 2. 3.]
    """
    choice("norm", norm, NORMS)
    if norm == "frobenius":
        return frobenius_map(params, trace, losses=[len(trace.x) - 1])[0, ::-1]
    params = params.astype(float)
    T, B, n = trace.x.shape[0], trace.x.shape[1], params.n_hidden
    mantissa, exponent = np.empty((T, B, n, n)), np.empty((T, B), int)
    start = np.tile(np.eye(n), (1, B, 1, 1))
    for s, _, product, power in travel_back(start, np.array([T - 1]), true_slope(params, trace), params.W_hh):
        mantissa[s], exponent[s] = product[0], power[0]
    renormalise(mantissa.reshape(T, B, n * n), exponent)
    stretch = np.linalg.svd(mantissa, compute_uv=False)[..., :1]
    return log10_norm(stretch, exponent)[::-1]


def frobenius_map(params, trace, *, losses=None) -> np.ndarray:
    """How strongly does the state at step s act on the state at step t, over all directions?

        log10 ‖J_t … J_{s+1}‖_F

    `influence` with the identity in place of a loss; all t travel back together.

    Parameters
    ----------
    params : Params
    trace : Trace
    losses : sequence of int, optional
        Steps t (counted from 0, in rising order) whose rows are wanted; default all.

    Returns
    -------
    ndarray (T, T, B), or (len(losses), T, B)
        Row t, column s; ½ log10 n for s = t, nan for s > t, -inf only where the product is exactly zero.

    Raises
    ------
    ValueError
        If `losses` is not a rising sequence of steps.
    """
    params = params.astype(float)
    T, B, n = trace.x.shape[0], trace.x.shape[1], params.n_hidden
    losses = loss_steps(losses, T)
    log_norm = np.full((T, len(losses), B), np.nan)
    start = np.tile(np.eye(n), (len(losses), B, 1, 1))
    for s, first, product, exponent in travel_back(start, losses, true_slope(params, trace), params.W_hh):
        log_norm[s, first:] = log10_norm(product.reshape(*exponent.shape, n * n), exponent)
    return log_norm.swapaxes(0, 1)
