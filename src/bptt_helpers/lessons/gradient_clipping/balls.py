"""Twenty balls beside the wall: where each starts, where it leaves the map, and its steepest place so far."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...training.cliff import NO_CLIPPING, Descent, descend, error_and_gradient, sigmoid, wall
from ..kept import kept

W_LIMITS, B_LIMITS = (3.7, 6.7), (-3.9, -1.5)  # of the map: whoever leaves it has flown out
BALLS = 20
START_W = np.linspace(4.75, 6.25, BALLS)
# Arrived is who has an error below LOW left of VALLEY_W. There the bottom, b = log(7/3) - 0.7 w, lies above the wall;
# further right it is below, where all states fall, and the error is low on the wall only, which the next step leaves.
LOW, VALLEY_W = 0.02, (np.log(7 / 3) - 0.5) / (0.7 - sigmoid(0.5))
BITS = 12  # of each step: else the last digit, which differs between machines, decides where a ball flies


class Balls(NamedTuple):
    """All balls after some steps of descent.

    Attributes
    ----------
    w, b : ndarrays (steps + 1, 20)
        Their ways, at least as far as the step shown.
    out : ndarray (20,)
        The step that takes each out of the map; `steps` + 1 for those that stay.
    gone, arrived : ndarrays (20,) of bool
        Who has left by now; who lies in the valley and never left.
    far : ndarray (20,)
        Length of the step that took it out, 0 for those still here.
    """

    w: np.ndarray
    b: np.ndarray
    out: np.ndarray
    gone: np.ndarray
    arrived: np.ndarray
    far: np.ndarray


class Steepest(NamedTuple):
    """The longest gradient that one ball has met so far, and what each way of clipping makes of it.

    Attributes
    ----------
    step : int
    at, gradient, by_norm, by_value : ndarrays (2,)
        The place, and (dE/dw, dE/db) there: as it is, shortened as a whole, and cut entry by entry.
    norm, turned : float
        Of the gradient; degrees by which `by_value` is turned.
    """

    step: int
    at: np.ndarray
    gradient: np.ndarray
    by_norm: np.ndarray
    by_value: np.ndarray
    norm: float
    turned: float


def starts(distance, nudge=0.0) -> tuple[np.ndarray, np.ndarray]:
    """Weights and biases of the balls, in a row along the wall, so far above it.

    Parameters
    ----------
    distance : float
        In b, all alike.
    nudge : float or ndarray (..., 20)
        Added to b.

    Returns
    -------
    w, b : ndarrays (..., 20)
    """
    b = wall(START_W) + distance + nudge
    return np.broadcast_to(START_W, b.shape), b


def leaving(path) -> np.ndarray:
    """The step that takes each ball out of the map; the count of steps + 1 for those that stay.

    Parameters
    ----------
    path : Descent
        Its axes: steps + 1, then those of the starts.

    Returns
    -------
    ndarray of int
        The axes of the starts.
    """
    inside = (W_LIMITS[0] <= path.w) & (path.w <= W_LIMITS[1]) & (B_LIMITS[0] <= path.b) & (path.b <= B_LIMITS[1])
    return np.where(inside.all(0), len(inside), inside.argmin(0))


def in_valley(w, error) -> np.ndarray:
    """Whether a place is at the bottom, away from the wall; arguments of one shape."""
    return (error < LOW) & (w < VALLEY_W)


@kept(16)
def roll(distance, learning_rate, sequence_length, thresholds, mode="norm", steps=200) -> tuple:
    """The ways of all balls, without clipping and for each of the `thresholds`, at once.

    So a new threshold need not be waited for, and twelve of them take hardly longer than one.

    Parameters
    ----------
    distance : float
        As in `starts`.
    learning_rate, sequence_length, mode, steps
        As in `descend`.
    thresholds : tuple of float

    Returns
    -------
    dict of (float or None) to tuple
        For each threshold, None for no clipping, a Descent and what `leaving` says of it.
    """
    each = np.array([NO_CLIPPING, *thresholds])[:, None]
    options = {"learning_rate": learning_rate, "sequence_length": sequence_length, "steps": steps, "bits": BITS}
    paths = descend(*starts(distance), threshold=each, mode=mode, **options)
    ways = [Descent(*(np.ascontiguousarray(part[:, k]) for part in paths)) for k in range(len(each))]
    return {threshold: (way, leaving(way)) for threshold, way in zip((None, *thresholds), ways, strict=True)}


def after(step, path, out) -> Balls:
    """The balls after `step` steps of the ways that `roll` found."""
    gone = out <= step
    before = np.maximum(out - 1, 0)
    last = np.minimum(out, len(path.w) - 1)
    each = np.arange(BALLS)
    far = np.hypot(path.w[last, each] - path.w[before, each], path.b[last, each] - path.b[before, each])
    return Balls(path.w, path.b, out, gone, ~gone & in_valley(path.w[step], path.error[step]), np.where(gone, far, 0.0))


def steepest(step, ball, path, out, threshold, sequence_length) -> Steepest:
    """Where `ball` had its longest gradient in `step` steps, on the map, and what clipping makes of it."""
    k = int(path.norm[: min(step + 1, out[ball]), ball].argmax())
    at = np.array([path.w[k, ball], path.b[k, ball]])
    gradient = np.array(error_and_gradient(*at, sequence_length)[1:])
    norm = float(np.hypot(*gradient))
    by_norm, by_value = gradient * (threshold / max(norm, threshold)), np.clip(gradient, -threshold, threshold)
    across, along = by_value[0] * gradient[1] - by_value[1] * gradient[0], by_value @ gradient
    return Steepest(k, at, gradient, by_norm, by_value, norm, float(np.degrees(abs(np.arctan2(across, along)))))
