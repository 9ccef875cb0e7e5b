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

from ..numbers.validate import choice, number, positive, whole_number
from ..passes.backward import SCHEMES

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
        τ, >= 1. Default: exact, −6.
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
    return EXACT_SENSITIVITY if window is None else float(sensitivities(window, scheme)[-1])


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
        > 0.
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
    learning_rate = positive("learning_rate", learning_rate)
    steps = whole_number("steps", steps, 1, MOST_STEPS)
    theta = number("theta", theta, -HOPELESS, HOPELESS)
    blocks = window is not None and scheme == "chunked"
    # the network is linear: what a sliding window sees does not depend on θ, only on how many steps there are behind
    seen = sensitivities(min(window, steps)) if window is not None and scheme == "sliding" else None

    s, z, block_gradient = np.ones(N_UNITS), np.zeros(N_UNITS), 0.0
    history = np.empty(steps + 1)
    history[0] = theta
    for t in range(1, steps + 1):
        s = A @ s + theta * SIGN
        if seen is None:
            z = A @ z + SIGN
            gradient = (s[0] - 1) * z[0]
        else:
            gradient = (s[0] - 1) * seen[min(t, len(seen)) - 1]
        if not blocks:
            theta -= learning_rate * gradient
        else:
            block_gradient += gradient
            if t % window == 0 or t == steps:
                theta -= learning_rate * block_gradient
                z, block_gradient = np.zeros(N_UNITS), 0.0
        history[t] = theta
        if abs(theta) > HOPELESS:
            history[t:] = theta
            return Training(history, True)
    return Training(history, False)
