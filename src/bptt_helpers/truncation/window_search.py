"""Every window of a network in its own precision, one after the other, until nothing is left that could matter.

`gradient_by_window` knows errors far below the rounding of the gradient, and holds all its parts for that. Here the
exact gradient g comes first, and what is left of it, g - c_0 - … - c_{τ-1}, is the error of the window τ: a few arrays
of its size, right to the precision of the network's numbers.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..numbers.scaled import length, shifted
from .lag_sums import journey
from .safe_window import most_into_weights


class Found(NamedTuple):
    """One window against the exact gradient.

    Attributes
    ----------
    error : float
        ‖g_τ - g‖ / ‖g‖.
    cosine : float
        Of the angle between g_τ and g; nan for a zero g_τ.
    length : float
        ‖g_τ‖ / ‖g‖.
    total : float
        Σ ‖dL_t/ds_{t-k}‖ / ‖g‖ over the losses, at the last lag inside the window, k = τ - 1.
    """

    error: float
    cosine: float
    length: float
    total: float


def search(way, exact, finest):
    """Compare the gradient of every window with the exact one, the shortest first.

    It ends before a lag k where M · (T - k) · growth · Σ ‖dL_t/ds_{t-k}‖ is at most a tenth of what `finest` allows:
    M is the most that a signal sends to the weights, T - k lags are still to come, and growth is the most by which the
    sum has grown again so far. All that is still to come must then be as small too, and it is what is left of g; where
    it is not, signals that had all but died come back. The errors of all longer windows stay below that.

    Parameters
    ----------
    way : Way
        In the floating-point type that is to be used.
    exact : ndarray (biases · n, n + d + 1)
        The exact gradient as `recurrent_part` lays it out, in that type; not zero.
    finest : float
        Smallest relative error of interest.

    Yields
    ------
    Found
        Of the windows τ = 1, 2 … T, or as far as something is left.
    """
    T, most = len(way.own), most_into_weights(way)
    norm, power_of_norm = length(exact)
    exact = shifted(exact, -power_of_norm) / norm
    kept, whole = np.zeros_like(exact), exact.ravel()
    error, total, lowest, growth = 1.0, 0.0, np.inf, 1.0

    def in_norms(power):
        return float(np.ldexp(1 / norm, power - power_of_norm))

    def nothing_left(lag, signal, power):
        nonlocal total, lowest, growth
        total = float(np.sqrt(np.vecdot(signal, signal)).sum(dtype=float)) * in_norms(power)
        lowest = min(lowest, total)
        growth = max(growth, total / lowest)
        return max(error, most * (T - lag) * growth * total) <= finest / 10

    for _, dL_da, power in journey(way, nothing_left):
        part = way.into_weights(dL_da)
        part *= in_norms(power)
        kept += part
        left_out, so_far = np.subtract(exact, kept, out=part).ravel(), kept.ravel()
        size = float(np.sqrt(so_far.dot(so_far)))
        cosine = float(so_far.dot(whole)) / size if size > 0 else np.nan
        error = float(np.sqrt(left_out.dot(left_out)))
        yield Found(error, min(cosine, 1.0), size, total)


def window_needed(error, allowed) -> int | None:
    """The smallest window from which on no window has a larger error than `allowed`; None if the last one has.

    `error` has the errors of the windows 1, 2, …

    Examples
    --------
    >>> window_needed(np.array([0.9, 0.04, 0.2, 0.03, 0.0]), 0.05)
    4
    """
    too_wrong = np.flatnonzero(error > allowed)
    window = int(too_wrong[-1]) + 2 if len(too_wrong) else 1
    return window if window <= len(error) else None
