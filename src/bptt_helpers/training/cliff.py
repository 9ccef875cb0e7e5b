"""The cliff: a network of one unit whose error has a wall in it.

    x_t = w σ(x_{t-1}) + b,    x_0 = ½,    E = (σ(x_T) - 0.7)²

On the line b = ½ - w σ(½) the state ½ is a fixed point, and for w > 4.255 it repels: with a little more bias the states
climb away, with a little less they fall. There E jumps, and its gradient grows with every step.

References
----------
Pascanu, Mikolov & Bengio (2013), arXiv:1211.5063, figure 6.
"""

from __future__ import annotations

import warnings
from typing import NamedTuple

import numpy as np

from ..numbers.validate import all_finite, array, choice, positive, room, whole_number

X_0, TARGET = 0.5, 0.7
LONGEST = 1_000_000  # steps in time, or of descent: some seconds each
NO_CLIPPING = np.finfo(float).max  # a threshold for those that are not to be clipped
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
        T, 1 to a million.

    Returns
    -------
    E, dE_dw, dE_db : ndarrays
        Of the broadcast shape.

    Raises
    ------
    ValueError
        If `sequence_length` is out of range, or `w` or `b` is not real and finite, or their shapes do not broadcast.
    OverflowError
        If a derivative leaves the range of float64.
    """
    T = whole_number("sequence_length", sequence_length, 1, LONGEST)
    w, b = _weights(w, b)
    result = _error_and_gradient(w, b, T)
    if not all(map(all_finite, result)):
        raise OverflowError("error_and_gradient: want derivatives that fit float64, got overflow; use smaller weights")
    return result


def _weights(w, b):
    """Weight and bias as arrays of one shape."""
    w, b = array("w", w).astype(float), array("b", b).astype(float)
    try:
        return np.broadcast_arrays(w, b)
    except ValueError:
        raise ValueError(f"w, b: want shapes that broadcast, got {w.shape} and {b.shape}") from None


@np.errstate(over="ignore", invalid="ignore")
def _error_and_gradient(w, b, T):
    """As `error_and_gradient`, inf or nan beyond the range of float64."""
    x, dx_dw, dx_db = np.full(w.shape, X_0), np.zeros(w.shape), np.zeros(w.shape)
    s, ws, slope, half, one = *(np.empty(w.shape) for _ in range(3)), np.array(0.5), np.array(1.0)
    for _ in range(T):  # in place: with few weights at once most of the time goes into making arrays
        np.multiply(x, half, out=s)
        np.tanh(s, out=s)
        s *= half
        s += half
        np.multiply(w, s, out=ws)
        np.subtract(one, s, out=slope)
        slope *= ws
        np.add(ws, b, out=x)
        dx_dw *= slope
        dx_dw += s
        dx_db *= slope
        dx_db += one
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

    Raises
    ------
    ValueError
        If `w` is not real and finite.
    """
    w = array("w", w)[()]
    return X_0 - w * sigmoid(X_0)


def wall_gradient(w, sequence_length=50):
    """dE/db on the wall, in closed form: a geometric series, since every state is ½.

        dE/db = 2 (σ(½) - 0.7) σ′(½) (μᵀ - 1)/(μ - 1),    μ = w σ′(½)

    Parameters
    ----------
    w : float or ndarray
        Weight, other than 1/σ′(½).
    sequence_length : int
        T, 1 to a million.

    Returns
    -------
    float or ndarray
        Of the shape of w.

    Raises
    ------
    ValueError
        If `sequence_length` is out of range, or `w` is not real and finite.
    OverflowError
        If the series leaves the range of float64, or has no closed form because μ = 1.
    """
    T, w = whole_number("sequence_length", sequence_length, 1, LONGEST), array("w", w)[()]
    s = sigmoid(X_0)
    slope = s * (1 - s)
    growth = w * slope
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        gradient = 2 * (s - TARGET) * slope * (growth**T - 1) / (growth - 1)
    if not all_finite(gradient):
        raise OverflowError("wall_gradient: want a sum that fits float64, got overflow; use a smaller w or fewer steps")
    return gradient


class Descent(NamedTuple):
    """Gradient descent on the cliff, start included; nan in all after a step that left the range of float64.

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


def _threshold(threshold):
    """A float > 0, or an array of such."""
    if not isinstance(threshold, np.ndarray):
        return positive("threshold", threshold)
    threshold = array("threshold", threshold)
    if not (threshold > 0).all():
        raise ValueError(f"threshold: want numbers > 0, got {threshold.min():g}")
    return threshold


def descend(w, b, *, learning_rate=0.1, threshold=None, mode="norm", steps=1, sequence_length=50, bits=None) -> Descent:
    """Follow the gradient downhill from (w, b), clipped or not; from many starts at once, if they are arrays.

    Parameters
    ----------
    w, b : float or ndarray
        Start, of shapes that broadcast.
    learning_rate : float
        > 0.
    threshold : float or ndarray, optional
        > 0. Clip the gradient (dE/dw, dE/db) to this norm, or its entries to this value. An array broadcasts with the
        starts. Default: no clipping.
    mode : {"norm", "value"}
    steps : int
        0 to a million.
    sequence_length : int
        T, 1 to a million.
    bits : int, optional
        Significant binary digits of what is subtracted, 1 to 53. Beside a wall the last digit of a gradient, which
        differs between two machines, decides some steps later where a path goes; with 12 it is forgotten at once.
        Default: all 53.

    Returns
    -------
    Descent
        All of the way. Where it leaves the range of float64 a RuntimeWarning says after which step, and what to do.

    Raises
    ------
    ValueError
        If an argument is out of range, or the path would not fit in memory.
    """
    choice("mode", mode, MODES)
    learning_rate = positive("learning_rate", learning_rate)
    clips_nothing = threshold is None
    threshold = NO_CLIPPING if threshold is None else _threshold(threshold)
    steps, T = whole_number("steps", steps, 0, LONGEST), whole_number("sequence_length", sequence_length, 1, LONGEST)
    bits = 53 if bits is None else whole_number("bits", bits, 1, 53)
    at, path = np.array(_weights(w, b)), []
    try:
        shape = np.broadcast_shapes(at[0].shape, np.shape(threshold))
    except ValueError:
        wanted = f"threshold: want a shape that broadcasts with {at[0].shape} of w and b"
        raise ValueError(f"{wanted}, got {np.shape(threshold)}") from None
    room("w, b, steps", 7, steps + 1, *shape)
    at = np.array([np.broadcast_to(start, shape) for start in at])
    for _ in range(steps + 1):
        error, *gradient = _error_and_gradient(*at, T)
        gradient = np.array(gradient)
        norm = np.hypot(*gradient)
        if mode == "norm":
            clipped = gradient * (threshold / np.maximum(norm, threshold))
        else:
            clipped = np.clip(gradient, -threshold, threshold)
        turn = np.arctan2(clipped[0] * gradient[1] - clipped[1] * gradient[0], (clipped * gradient).sum(0))
        path.append((*at, error, norm, np.degrees(abs(turn))))
        if bits < 53:
            fraction, exponent = np.frexp(clipped)
            clipped = np.ldexp(np.rint(np.ldexp(fraction, bits)), exponent - bits)
        with np.errstate(over="ignore", invalid="ignore"):
            at = at - learning_rate * clipped
        at[:, ~np.isfinite(at).all(0)] = np.nan
    way = Descent(*np.moveaxis(path, 1, 0))
    lost = np.flatnonzero(~np.isfinite(way.norm).reshape(steps + 1, -1).all(1))
    if lost.size:
        smaller = "a smaller learning_rate" + (", or clip with a threshold such as 1" if clips_nothing else "")
        warnings.warn(
            f"descend: step {lost[0]} of {steps} left the range of float64 at learning_rate = {learning_rate:g}; "
            f"what comes before is kept; use {smaller}",
            RuntimeWarning,
            stacklevel=2,
        )
    return way
