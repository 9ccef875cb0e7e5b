"""Influence balancing trained with randomised truncation, many seeds side by side."""

from __future__ import annotations

import numpy as np

from .hazards import draw_factors
from .influence_balancing import HOPELESS, N_UNITS, SIGN, THETA_START, A
from .validate import positive, whole_number


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
    """
    learning_rate, steps = positive("learning_rate", learning_rate), whole_number("steps", steps)
    seeds = list(seeds)
    factor = np.hstack([draw_factors(hazard, steps, 1, seed) for seed in seeds])
    runs = len(seeds)
    s, z = np.ones((N_UNITS, runs)), np.zeros((N_UNITS, runs))
    theta, collected, sign = np.full(runs, THETA_START), np.zeros(runs), SIGN[:, None]
    history = np.empty((steps + 1, runs))
    history[0] = theta
    for t in range(steps):
        cut = factor[t] == 0
        if cut.any():
            theta = np.where(cut & (np.abs(theta) < HOPELESS), theta - learning_rate * collected, theta)
            collected[cut] = 0
        s = A @ s + sign * theta
        z = sign + factor[t] * (A @ z)
        collected += (s[0] - 1) * z[0]
        history[t + 1] = theta
    return history
