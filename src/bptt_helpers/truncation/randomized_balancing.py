"""Influence balancing trained with randomised truncation, many seeds side by side."""

from __future__ import annotations

import numpy as np

from ..numbers.validate import positive, whole_number
from .hazards import factors_of
from .influence_balancing import HOPELESS, N_UNITS, SIGN, THETA_START, A


def train_randomized(hazard, *, learning_rate=3e-5, steps=30_000, seeds=range(20)) -> np.ndarray:
    """Descend on θ with a gradient that is cut by chance and compensated.

        z_t = sign + ξ_t A z_{t-1},    θ ← θ - η Σ_{t in the piece} (s_t[0] - 1) z_t[0]    at every cut

    The recursion runs on z itself, the random one: the exact ds_{t-1}/dθ is what nobody has.

    Parameters
    ----------
    hazard : Hazard
        When to cut.
    learning_rate : float
        η > 0.
    steps : int
        Of the state.
    seeds : sequence of int
        One run each; the state starts at 1, θ at 0.5.

    Returns
    -------
    ndarray (steps + 1, len(seeds))
        θ at the start and after every step; a run that leaves ±10⁶ stays where it left.

    Raises
    ------
    ValueError
        If `learning_rate` or `steps` is out of range.
    """
    learning_rate, steps = positive("learning_rate", learning_rate), whole_number("steps", steps)
    uniform = np.column_stack([np.random.default_rng(seed).random(steps) for seed in seeds])
    factor = factors_of(hazard, uniform)
    any_cut = (factor == 0).any(1)
    runs, sign = factor.shape[1], SIGN[:, None]
    theta, collected = np.full(runs, THETA_START), np.zeros(runs)
    both = np.hstack([np.ones((N_UNITS, runs)), np.zeros((N_UNITS, runs))])  # s and z of all runs: one product a step
    push = np.hstack([sign * theta, sign.repeat(runs, 1)])
    s, z = both[:, :runs], both[:, runs:]
    history = np.empty((steps + 1, runs))
    history[0] = theta
    for t in range(steps):
        if any_cut[t]:
            cut = factor[t] == 0
            theta = np.where(cut & (np.abs(theta) < HOPELESS), theta - learning_rate * collected, theta)
            push[:, :runs] = sign * theta
            collected[cut] = 0
        both[:] = A @ both
        z *= factor[t]
        both += push
        collected += (s[0] - 1) * z[0]
        history[t + 1] = theta
    return history
