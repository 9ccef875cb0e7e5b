"""Randomised truncation: cut by chance, multiply what survives, and be right on average.

    dL/ds_{t-1} += ξ_t J_tᵀ dL/ds_t,    ξ_t = 0 with chance c_t, else 1/(1 - c_t)

Since E ξ_t = 1 and the cuts are independent of the signals, the mean over many draws is the exact gradient.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..cells.base import beside, each
from ..numbers.validate import flag, items, number, positive, room, whole_number
from .hazards import above_1, draw_factors, want_hazard
from .lag_sums import way_of

MOST_STEPS = 10_000_000  # of a chain: some seconds
_AT_ONCE = 4_000_000  # signals held at one time: 32 MB


def randomized_gradients(trace, dL_do, hazard, *, n_draws=1, rng=0, compensate=True) -> np.ndarray:
    """Draw many randomly truncated gradients of the same loss, all at once.

        dL/ds_t = W_qhᵀ dL/do_t (in h) + ξ_{t+1} J_{t+1}ᵀ dL/ds_{t+1}

    All draws walk back together: one matrix product a step. In a batch all sequences are cut at the same steps.

    Parameters
    ----------
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
    ndarray (N, biases · n, n + d + 1)
        Each draw's gradient with respect to ``[W_hh | W_hx | b_h]``, as `recurrent_part` puts them.

    Raises
    ------
    ValueError
        If `hazard` is no Hazard, `n_draws` is not an integer >= 1, the gradients of all draws would not fit in memory,
        `rng` is no source of randomness, `compensate` is not True or False, or `dL_do` does not fit the trace.

    References
    ----------
    Tallec & Ollivier (2017), arXiv:1705.08209.
    """
    n_draws, compensate = whole_number("n_draws", n_draws), flag("compensate", compensate)
    want_hazard(hazard)
    way = way_of(trace, dL_do)
    T, B, _ = way.own.shape
    room("trace, n_draws", n_draws, len(way.params.b_h), way.inputs.shape[1])
    factor = draw_factors(hazard, T, n_draws, rng)
    if not compensate:
        factor = (factor > 0).astype(float)
    width, columns = len(way.params.b_h), way.inputs.shape[1]
    gradients = np.empty((n_draws, width, columns))
    step = max(1, _AT_ONCE // (T * B * width))
    for first in range(0, n_draws, step):
        chosen = slice(first, first + step)
        dL_da = _walk_back(way, factor[:, chosen])
        # (N rows, T B) times (T B, n + d + 1): one matrix product for all draws
        gradients[chosen] = (dL_da.reshape(T * B, -1).T @ way.inputs).reshape(-1, width, columns)
    if way.reads is not None:
        gradients *= way.reads
    return gradients


def _walk_back(way, factor):
    """dL/da of every draw, (T, B, N, biases · n): all draws take a step back together."""
    cell, params, own, steps = way.cell, way.params, way.own, each(beside(way.local))
    T, B, m = own.shape
    N = factor.shape[1]
    dL_da, before = np.empty((T, B, N, len(params.b_h))), np.zeros((B, N, m))
    for t in range(T - 1, -1, -1):
        if t < T - 1:
            before *= factor[t + 1][:, None]
        before += own[t][:, None]
        cell.back(params, steps[t], before, dL_da[t], before)
    return dL_da


class Moments(NamedTuple):
    """Mean and spread of a randomly truncated gradient, for K hazards.

    Attributes
    ----------
    mean : ndarray (biases · n, n + d + 1)
        The same for all of them.
    variance : ndarray (K,)
        E‖g - E g‖², the sum of the variances of all entries.
    """

    mean: np.ndarray
    variance: np.ndarray


def exact_moments(trace, dL_do, mean_lengths) -> Moments:
    """Mean and variance of the randomly truncated gradient without drawing it, for constant hazards.

    With λ_t = dL/ds_t, D_t what turns it into dL/da_t, and G_t what the weights have collected from steps t … T - 1,

        λ_t = own_t + ξ J_{t+1}ᵀ λ_{t+1},    G_t = G_{t+1} + D_t λ_t z_tᵀ,    z_t = [h_{t-1} | x_t | 1],

    E[λ], E[λλᵀ], E[λ ⊗ G], E[G] and E‖G‖² follow from those of the step after; of the cuts only E ξ = 1 and
    E ξ² = 1/(1 - c) enter. With other hazards the cuts depend on each other, and this does not hold.

    Parameters
    ----------
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
        If a mean length is not above 1, there is more than one sequence, `dL_do` does not fit the trace, or the moments
        would not fit in memory.
    """
    way, mean_lengths = way_of(trace, dL_do), items("mean_lengths", mean_lengths, "mean lengths > 1")
    cell, params, local = way.cell, way.params, way.local
    T, B, m = way.own.shape
    if B != 1:
        raise ValueError(f"trace: want one sequence, B = 1, got {B}")
    chance = np.array([1 / above_1("mean_lengths", T_0) for T_0 in mean_lengths])
    if not len(chance):
        raise ValueError("mean_lengths: want at least one mean length > 1, got none")
    square_of_factor = (1 / (1 - chance))[:, None, None]  # E ξ²
    own, A_by_step = way.own[:, 0], cell.jacobians(params, local)[:, 0].swapaxes(1, 2)
    unit = np.broadcast_to(np.eye(m), (T, 1, m, m))
    D_by_step = cell.into_a(params, beside(local), unit)[:, 0].swapaxes(1, 2)
    width, columns = D_by_step.shape[1], way.inputs.shape[1]
    reads = np.ones((width, columns)) if way.reads is None else way.reads

    K = len(chance)
    room("trace, mean_lengths", K, m, width * columns)
    mean_lam, mean_G, square_G = np.zeros(m), np.zeros((width, columns)), np.zeros(K)
    lam_lam, lam_G = np.zeros((K, m, m)), np.zeros((K, m, width * columns))
    for t in range(T - 1, -1, -1):
        A = A_by_step[t + 1] if t + 1 < T else np.zeros((m, m))
        D, z = D_by_step[t], reads * way.inputs[t]  # z as each row reads it
        carried = A @ mean_lam
        mean_lam = own[t] + carried
        # λ_t with the G of the steps after it, then with its own
        with_later = own[t][:, None] * mean_G.ravel() + A @ lam_G
        known = own[t][:, None] * mean_lam + carried[:, None] * own[t]
        lam_lam = known + square_of_factor * (A @ lam_lam @ A.T)
        Dz = D.T[:, :, None] * z  # what λ_t sends to each weight
        square_G += 2 * with_later.reshape(K, -1) @ Dz.ravel()
        square_G += lam_lam.reshape(K, -1) @ np.tensordot(Dz, Dz, ((1, 2), (1, 2))).ravel()
        lam_G = with_later + lam_lam @ Dz.reshape(m, -1)
        mean_G = mean_G + (D @ mean_lam)[:, None] * z
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
        c, what one step multiplies a signal by, between ±1e100.
    survival : float
        π, the chance of no cut, in (0, 1].
    steps : int
        T, 1 to ten million.

    Returns
    -------
    ndarray (T,)
        Variance of z after 1 … T steps; inf beyond the range of float64.

    Raises
    ------
    ValueError
        If `factor` is out of range, `survival` not in (0, 1], or `steps` out of range.
    """
    c, pi = number("factor", factor, -1e100, 1e100), number("survival", positive("survival", survival), 0, 1)
    mean, variance, out = 0.0, 0.0, []
    for _ in range(whole_number("steps", steps, 1, MOST_STEPS)):
        by_cuts = (1 / pi - 1) * (c * mean) * (c * mean) if pi < 1 else 0.0
        variance = c**2 / pi * variance + by_cuts
        mean = 1 + c * mean
        out.append(variance)
    return np.array(out)
