"""The cliff: a network of one unit whose error has a wall in it.

    x_t = w σ(x_{t-1}) + b,    x_0 = ½,    E = (σ(x_T) - 0.7)²

On the line b = ½ - w σ(½) the state ½ is a fixed point, and for w > 4.255 it repels: with a little more bias the states
climb away, with a little less they fall. There E jumps, and its gradient grows with every step.

References
----------
Pascanu, Mikolov & Bengio (2013), arXiv:1211.5063, figure 6.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..numbers.validate import choice, finite, number, positive, whole_number

X_0, TARGET = 0.5, 0.7
MODES = ("norm", "value")


def sigmoid(x):
    """σ(x) = 1 / (1 + e^{-x}), written so that nothing overflows."""
    return 0.5 + 0.5 * np.tanh(0.5 * x)


def error_and_gradient(w, b, sequence_length=50):
    """Error of the one-unit network and its derivatives, for many weights at once.

    Forward mode: the derivatives travel with the state, which for two weights is cheaper than going back.

        dx_t/dw = σ(x_{t-1}) + w σ′(x_{t-1}) dx_{t-1}/dw,    dx_t/db = 1 + w σ′(x_{t-1}) dx_{t-1}/db

    Parameters
    ----------
    w, b : float or ndarray
        Weight and bias, of shapes that broadcast.
    sequence_length : int
        T.

    Returns
    -------
    E, dE_dw, dE_db : ndarrays
        Of the broadcast shape.

    Raises
    ------
    ValueError
        If `sequence_length` is not an integer >= 1.
    """
    T = whole_number("sequence_length", sequence_length)
    w, b = np.broadcast_arrays(np.asarray(w, float), np.asarray(b, float))
    x, dx_dw, dx_db = np.full(w.shape, X_0), np.zeros(w.shape), np.zeros(w.shape)
    for _ in range(T):
        s = sigmoid(x)
        slope = w * s * (1 - s)
        x = w * s + b
        dx_dw = s + slope * dx_dw
        dx_db = 1 + slope * dx_db
    s = sigmoid(x)
    dE_dx = 2 * (s - TARGET) * s * (1 - s)
    return (s - TARGET) ** 2, dE_dx * dx_dw, dE_dx * dx_db


def wall(w):
    """The bias at which the wall stands: ½ is then a fixed point, b = ½ - w σ(½).

    Parameters
    ----------
    w : float or ndarray
        Weight; the fixed point repels, and there is a wall, for w > 1/σ′(½) = 4.255.

    Returns
    -------
    float or ndarray
        Of the shape of w.
    """
    return X_0 - w * sigmoid(X_0)


def wall_gradient(w, sequence_length=50):
    """dE/db on the wall, in closed form: a geometric series, since every state is ½.

        dE/db = 2 (σ(½) - 0.7) σ′(½) (μᵀ - 1)/(μ - 1),    μ = w σ′(½)

    Parameters
    ----------
    w : float or ndarray
        Weight, other than 1/σ′(½).
    sequence_length : int
        T.

    Returns
    -------
    float or ndarray
        Of the shape of w.

    Raises
    ------
    ValueError
        If `sequence_length` is not an integer >= 1.
    """
    T = whole_number("sequence_length", sequence_length)
    s = sigmoid(X_0)
    slope = s * (1 - s)
    growth = w * slope
    return 2 * (s - TARGET) * slope * (growth**T - 1) / (growth - 1)


class Descent(NamedTuple):
    """Gradient descent on the cliff, start included.

    Attributes
    ----------
    w, b, error, norm : ndarrays (steps + 1, ...)
        Weights, error and norm of the unclipped gradient at each point; the other axes are those of the starts.
    turned : ndarray (steps + 1, ...)
        Angle in degrees between the gradient and the clipped one.
    """

    w: np.ndarray
    b: np.ndarray
    error: np.ndarray
    norm: np.ndarray
    turned: np.ndarray


def descend(w, b, *, learning_rate=0.1, threshold=None, mode="norm", steps=1, sequence_length=50) -> Descent:
    """Follow the gradient downhill from (w, b), clipped or not; from many starts at once, if they are arrays.

    Parameters
    ----------
    w, b : float or ndarray
        Start, of shapes that broadcast.
    learning_rate : float
        > 0.
    threshold : float, optional
        Clip the gradient (dE/dw, dE/db) to this norm, or its entries to this value. Default: no clipping.
    mode : {"norm", "value"}
    steps : int
    sequence_length : int
        T.

    Returns
    -------
    Descent

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    choice("mode", mode, MODES)
    learning_rate = positive("learning_rate", learning_rate)
    threshold = np.finfo(float).max if threshold is None else positive("threshold", threshold)
    steps = whole_number("steps", steps, 0)
    for name, value in (("w", w), ("b", b)):
        number(name, value) if np.ndim(value) == 0 else finite(name, np.asarray(value))
    at, path = np.array(np.broadcast_arrays(w, b), float), []
    for _ in range(steps + 1):
        error, *gradient = error_and_gradient(*at, sequence_length)
        gradient = np.array(gradient)
        norm = np.hypot(*gradient)
        if mode == "norm":
            clipped = gradient * (threshold / np.maximum(norm, threshold))
        else:
            clipped = np.clip(gradient, -threshold, threshold)
        turn = np.arctan2(clipped[0] * gradient[1] - clipped[1] * gradient[0], (clipped * gradient).sum(0))
        path.append((*at, error, norm, np.degrees(abs(turn))))
        at = at - learning_rate * clipped
    return Descent(*np.moveaxis(path, 1, 0))
