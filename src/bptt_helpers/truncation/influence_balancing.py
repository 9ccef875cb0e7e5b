"""A task on which every short window points the wrong way: influence balancing.

A row of 23 units passes its values on, each half to itself and half to its left neighbour, and one number θ pushes
all of them, the first ten up and the last thirteen down:

    s_t = A s_{t-1} + θ · sign,    A = ½ I + ½ superdiagonal,    L_t = ½ (s_t[0] − 1)²

The first unit feels the pushes nearby at once, and the more numerous opposite ones only much later.

References
----------
Tallec & Ollivier (2017), arXiv:1705.08209.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..numbers.validate import choice, generator, items, number, positive, room, whole_number
from ..passes.backward import SCHEMES
from .hazards import factors_of, want_hazard

N_UNITS = 23
N_POSITIVE = 10

A = 0.5 * np.eye(N_UNITS) + 0.5 * np.eye(N_UNITS, k=1)
SIGN = np.where(np.arange(N_UNITS) < N_POSITIVE, 1.0, -1.0)
A.flags.writeable = SIGN.flags.writeable = False  # shared by all who import them

# Steady state: s = A s + θ sign, so s[i] = s[i+1] + 2 θ sign[i]: the first unit adds up all pushes, doubled.
EXACT_SENSITIVITY = 2.0 * (N_POSITIVE - (N_UNITS - N_POSITIVE))
THETA_BEST = 1 / EXACT_SENSITIVITY  # there s[0] = 1 and the loss is zero
THETA_START = 0.5
HOPELESS = 1e6  # a θ beyond this will not come back
FASTEST = 1e100  # a learning rate: θ goes far beyond a million, and stays within the range of float64
MOST_STEPS = 10_000_000  # a minute's work, and an array of 80 MB


class Training(NamedTuple):
    """What gradient descent on θ went through.

    Attributes
    ----------
    theta : ndarray (steps + 1,)
        θ before the first step and after each; constant once it is beyond a million, where training stops.
    diverged : bool
        Whether it went beyond a million.
    """

    theta: np.ndarray
    diverged: bool


def sensitivities(max_window, scheme="sliding") -> np.ndarray:
    """What windows of 1, 2 … steps see of ds[0]/dθ in the steady state.

        sliding:  S_τ = Σ_{k<τ} (A^k sign)[0]        chunked:  (S_1 + … + S_τ) / τ

    In a block, the loss at position p looks back p steps: a chunked window sees the mean over positions.

    Parameters
    ----------
    max_window : int
        Largest window wanted, 1 to ten million.
    scheme : {"sliding", "chunked"}

    Returns
    -------
    ndarray (max_window,)
        Entry τ − 1 belongs to the window τ. Its sign is the sign of the step that descent takes: only a
        negative one, as `EXACT_SENSITIVITY`, is right.

    Raises
    ------
    ValueError
        If `max_window` is not a whole number from 1 to ten million, or `scheme` is unknown.

    Examples
    --------
    >>> sensitivities(41)[[0, 39, 40]].round(2)
    array([ 1.  ,  0.57, -0.22])
    """
    max_window = whole_number("max_window", max_window, 1, MOST_STEPS)
    choice("scheme", scheme, SCHEMES)
    arriving = np.empty(max_window)
    push = SIGN
    for k in range(max_window):
        arriving[k] = push[0]
        push = A @ push
    sliding = arriving.cumsum()
    return sliding if scheme == "sliding" else sliding.cumsum() / np.arange(1, max_window + 1)


def sensitivity(window=None, scheme="sliding") -> float:
    """What one window sees of ds[0]/dθ in the steady state, see `sensitivities`.

    Parameters
    ----------
    window : int, optional
        τ, 1 to ten million. Default: exact, −6.
    scheme : {"sliding", "chunked"}

    Returns
    -------
    float

    Raises
    ------
    ValueError
        As `sensitivities`.
    """
    choice("scheme", scheme, SCHEMES)
    if window is None:
        return EXACT_SENSITIVITY
    return float(sensitivities(whole_number("window", window, 1, MOST_STEPS), scheme)[-1])


def train(window=None, scheme="chunked", *, learning_rate=3e-5, steps=30_000, theta=THETA_START) -> Training:
    """Descend on θ while the state runs on, with a gradient that looks back `window` steps.

    z_t = ds_t/dθ is carried along forward in time, z_t = A z_{t-1} + sign: what reverse mode would add up walking back.
    Chunked: z starts from zero at every cut, and θ moves at the end of a block, by the sum of the block's gradients.
    Sliding: θ moves at every step. Exact: z is never cut, and θ moves at every step.

    Parameters
    ----------
    window : int, optional
        τ, >= 1. Default: exact.
    scheme : {"sliding", "chunked"}
    learning_rate : float
        > 0, at most 1e100.
    steps : int
        Of the state, 1 to ten million; a block at the end that is not full is still used.
    theta : float
        Where θ starts. The state starts at 1 in all units.

    Returns
    -------
    Training

    Raises
    ------
    ValueError
        If a size is not a whole number in its range, `learning_rate` is not positive, `theta` is not finite or
        beyond a million, or `scheme` is unknown.
    """
    window = None if window is None else whole_number("window", window)
    choice("scheme", scheme, SCHEMES)
    learning_rate = positive("learning_rate", learning_rate, FASTEST)
    steps = whole_number("steps", steps, 1, MOST_STEPS)
    theta = number("theta", theta, -HOPELESS, HOPELESS)
    factor, at_every_step, seen = np.ones((steps, 1)), True, None
    if window is not None and scheme == "sliding":
        # the network is linear: what a sliding window sees does not depend on θ, only on how many steps lie behind
        seen = sensitivities(min(window, steps))
    elif window is not None:
        factor[::window], at_every_step = 0, False
    history = _descend(factor, np.array([theta]), learning_rate, at_every_step, seen)[:, 0]
    return Training(history, bool(abs(history[-1]) > HOPELESS))


def train_randomized(hazard, *, learning_rate=3e-5, steps=30_000, seeds=range(20)) -> np.ndarray:
    """Descend on θ with a gradient that is cut by chance and compensated, many seeds side by side.

        z_t = sign + ξ_t A z_{t-1},    θ ← θ - η Σ_{t in the piece} (s_t[0] - 1) z_t[0]    at the end of a piece

    The recursion runs on z itself, the random one: the exact ds_{t-1}/dθ is what nobody has.

    Parameters
    ----------
    hazard : Hazard
        When to cut.
    learning_rate : float
        η > 0, at most 1e100.
    steps : int
        Of the state, 1 to ten million; a piece at the end is used wherever it stands.
    seeds : sequence of int
        One run each; the state starts at 1, θ at 0.5.

    Returns
    -------
    ndarray (steps + 1, len(seeds))
        θ at the start and after every step; a run that leaves ±10⁶ stays where it left.

    Raises
    ------
    ValueError
        If `hazard` is no Hazard, `learning_rate` or `steps` is out of range, a seed is not an integer >= 0, there is
        none, or all runs together would not fit in memory.
    """
    want_hazard(hazard)
    learning_rate = positive("learning_rate", learning_rate, FASTEST)
    steps = whole_number("steps", steps, 1, MOST_STEPS)
    seeds = [generator("seeds", seed) for seed in items("seeds", seeds, "seeds, integers >= 0")]
    if not seeds:
        raise ValueError("seeds: want at least one seed, an integer >= 0, got none")
    room("steps, seeds", steps, len(seeds))
    uniform = np.column_stack([rng.random(steps) for rng in seeds])
    factor = factors_of(hazard, uniform)
    return _descend(factor, np.full(factor.shape[1], THETA_START), learning_rate)


def _descend(factor, theta, learning_rate, at_every_step=False, seen=None):
    """θ of every run at the start and after every step, (steps + 1, runs).

    Parameters
    ----------
    factor : ndarray (steps, runs)
        ξ_t, what of z_{t-1} is carried on; 0 is a cut: the piece before it ends there.
    theta : ndarray (runs,)
        Where θ starts.
    learning_rate : float
    at_every_step : bool
        Whether θ moves at every step, or at the end of every piece by all that the piece has collected.
    seen : ndarray (window,), optional
        What stands for z_t[0], by the number of steps behind: a sliding window's sensitivity.
    """
    steps, runs = factor.shape
    ends = np.ones(steps + 1, bool)
    ends[1:-1] = (factor[1:] == 0).any(1) | at_every_step
    sign, collected = SIGN[:, None], np.zeros(runs)
    both = np.hstack([np.ones((N_UNITS, runs)), np.zeros((N_UNITS, runs))])  # s and z of all runs: one product a step
    push = np.hstack([sign * theta, sign.repeat(runs, 1)])
    s, z = both[:, :runs], both[:, runs:]
    history = np.empty((steps + 1, runs))
    history[0] = theta
    for t in range(steps):
        both[:] = A @ both
        z *= factor[t]
        both += push
        collected += (s[0] - 1) * (z[0] if seen is None else seen[min(t, len(seen) - 1)])
        if ends[t + 1]:
            ended = np.ones(runs, bool) if at_every_step or t + 1 == steps else factor[t + 1] == 0
            moves = ended & (np.abs(theta) < HOPELESS)  # beyond, a run stays where it is
            theta = np.where(moves, theta - learning_rate * collected, theta)
            push[:, :runs] = sign * theta
            collected[ended] = 0
            if not (np.abs(theta) < HOPELESS).any():
                history[t + 1 :] = theta
                return history
        history[t + 1] = theta
    return history
