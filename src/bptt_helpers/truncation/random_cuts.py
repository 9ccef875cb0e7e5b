"""Randomised truncation: cut by chance, multiply what survives, and be right on average.

    dL/dh_{t-1} += ξ_t W_hhᵀ dL/da_t,    ξ_t = 0 with chance c_t, else 1/(1 - c_t)

Since E ξ_t = 1 and the cuts are independent of the signals, the mean over many draws is the exact gradient.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..numbers.validate import number, positive, whole_number
from .hazards import constant_hazard, draw_factors
from .lag_sums import way_of

_AT_ONCE = 4_000_000  # signals held at one time: 32 MB


def recurrent_part(gradient) -> np.ndarray:
    """The part of a gradient that truncation touches, side by side: ``[W_hh | W_hx | b_h]``, (n, n + d + 1).

    Parameters
    ----------
    gradient : Params
    """
    return np.hstack([gradient.W_hh, gradient.W_hx, gradient.b_h[:, None]])


def randomized_gradients(params, trace, dL_do, hazard, *, n_draws=1, rng=0, compensate=True) -> np.ndarray:
    """Draw many randomly truncated gradients of the same loss, all at once.

        dL/da_t = f′(a_t) ⊙ (W_qhᵀ dL/do_t + ξ_{t+1} W_hhᵀ dL/da_{t+1})

    All draws walk back together: one matrix product a step. In a batch all sequences are cut at the same steps.

    Parameters
    ----------
    params : Params
    trace : Trace
    dL_do : ndarray (T, B, q)
    hazard : Hazard
    n_draws : int
        N.
    rng : numpy.random.Generator or int
    compensate : bool
        False leaves the surviving signals as they are: random truncation without the repair, which is biased.

    Returns
    -------
    ndarray (N, n, n + d + 1)
        Each draw's gradient with respect to ``[W_hh | W_hx | b_h]``, as `recurrent_part` puts them.

    Raises
    ------
    ValueError
        If `n_draws` is not an integer >= 1, or `dL_do` does not fit the trace.

    References
    ----------
    Tallec & Ollivier (2017), arXiv:1705.08209.
    """
    n_draws = whole_number("n_draws", n_draws)
    own, slope, W_hh, into_weights = way_of(params, trace, dL_do)
    T, B, n = own.shape
    factor = draw_factors(hazard, T, n_draws, rng)
    if not compensate:
        factor = (factor > 0).astype(float)
    gradients = np.empty((n_draws, n, into_weights.shape[1]))
    step = max(1, _AT_ONCE // own.size)
    for first in range(0, n_draws, step):
        chosen = slice(first, first + step)
        dL_da = _walk_back(own, slope, W_hh, factor[:, chosen])
        # (n N, T B) times (T B, n + d + 1): one matrix product for all draws
        together = dL_da.reshape(T * B, -1).T @ into_weights
        gradients[chosen] = together.reshape(n, -1, into_weights.shape[1]).swapaxes(0, 1)
    return gradients


def _walk_back(own, slope, W_hh, factor):
    """dL/da of every draw, (T, B, n, N): the draws last, so that all lie side by side in memory."""
    W_hh_T = W_hh.T.copy()
    dL_da = np.empty((*own.shape, factor.shape[1]))
    dL_da[-1] = (slope[-1] * own[-1])[..., None]
    for t in range(len(own) - 2, -1, -1):
        dL_dh = np.matmul(W_hh_T, dL_da[t + 1], out=dL_da[t])
        dL_dh *= factor[t + 1]
        dL_dh += own[t][..., None]
        dL_dh *= slope[t][..., None]
    return dL_da


class Moments(NamedTuple):
    """Mean and spread of a randomly truncated gradient, for K hazards.

    Attributes
    ----------
    mean : ndarray (n, n + d + 1)
        The same for all of them.
    variance : ndarray (K,)
        E‖g - E g‖², the sum of the variances of all entries.
    """

    mean: np.ndarray
    variance: np.ndarray


def exact_moments(params, trace, dL_do, mean_lengths) -> Moments:
    """Mean and variance of the randomly truncated gradient without drawing it, for constant hazards.

    With λ_t = dL/da_t, A_t = diag(f′(a_t)) W_hhᵀ and G_t what the weights have collected from steps t … T - 1,

        λ_t = f_t + ξ A_t λ_{t+1},    G_t = G_{t+1} + λ_t z_tᵀ,    z_t = [h_{t-1} | x_t | 1],

    E[λ], E[λλᵀ], E[λ ⊗ G], E[G] and E‖G‖² follow from those of the step after; of the cuts only E ξ = 1 and
    E ξ² = 1/(1 - c) enter. With other hazards the cuts depend on each other, and this does not hold.

    Parameters
    ----------
    params : Params
    trace : Trace
        Of a single sequence, B = 1.
    dL_do : ndarray (T, 1, q)
    mean_lengths : sequence of float
        T₀ = 1/c of each hazard, > 1.

    Returns
    -------
    Moments

    Raises
    ------
    ValueError
        If a mean length is not above 1, or there is more than one sequence.
    """
    own, slope, W_hh, z = way_of(params, trace, dL_do)
    T, B, n = own.shape
    if B != 1:
        raise ValueError(f"trace: want one sequence, B = 1, got {B}")
    chance = np.array([constant_hazard(T_0).cut(1) for T_0 in mean_lengths])
    square_of_factor = (1 / (1 - chance))[:, None, None]  # E ξ²
    f = (own * slope)[:, 0]
    A_by_step = slope[:, 0, :, None] * W_hh.T

    K, m = len(chance), z.shape[1]
    mean_lam, mean_G, square_G = np.zeros(n), np.zeros((n, m)), np.zeros(K)
    lam_lam, lam_G = np.zeros((K, n, n)), np.zeros((K, n, n * m))
    for t in range(T - 1, -1, -1):
        A = A_by_step[t]
        carried = A @ mean_lam
        mean_lam = f[t] + carried
        # λ_t with the G of the steps after it, then with its own
        with_later = f[t][:, None] * mean_G.ravel() + A @ lam_G
        known = f[t][:, None] * mean_lam + carried[:, None] * f[t]
        lam_lam = known + square_of_factor * (A @ lam_lam @ A.T)
        diagonal = with_later.reshape(K, n, n, m).trace(axis1=1, axis2=2)
        square_G += 2 * diagonal @ z[t] + lam_lam.trace(axis1=1, axis2=2) * (z[t] @ z[t])
        lam_G = with_later + (lam_lam[..., None] * z[t]).reshape(K, n, n * m)
        mean_G = mean_G + mean_lam[:, None] * z[t]
    return Moments(mean_G, square_G - (mean_G**2).sum())


def chain_variance(factor, survival, steps) -> np.ndarray:
    """Exact variance of the estimator for a scalar chain: where it stays bounded and where it does not.

        z_t = 1 + ξ_t c z_{t-1},    ξ_t = 1/π with chance π, else 0

    E z_t² = 1 + 2 c E z_{t-1} + (c²/π) E z_{t-1}², and without the square of the mean,

        Var z_t = (c²/π) Var z_{t-1} + c² (1/π - 1) (E z_{t-1})²:

    bounded as t grows only if c²/π < 1, or if nothing is ever cut, π = 1.

    Parameters
    ----------
    factor : float
        c, what one step multiplies a signal by.
    survival : float
        π, the chance of no cut, in (0, 1].
    steps : int
        T.

    Returns
    -------
    ndarray (T,)
        Variance of z after 1 … T steps.

    Raises
    ------
    ValueError
        If `factor` is not finite, `survival` not in (0, 1], or `steps` not an integer >= 1.
    """
    c, pi = number("factor", factor), number("survival", positive("survival", survival), 0, 1)
    mean, variance, out = 0.0, 0.0, []
    for _ in range(whole_number("steps", steps)):
        variance = c**2 / pi * variance + c**2 * (1 / pi - 1) * mean**2
        mean = 1 + c * mean
        out.append(variance)
    return np.array(out)
