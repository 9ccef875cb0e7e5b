"""A run's history as curves of few points."""

from __future__ import annotations

import numpy as np

from .view import POINTS

AROUND = 20  # updates whose mean is one point, at most


def curves(history) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Number of the update, bits a character and gradient norm, at most `POINTS` each.

    The bits are means over the updates around, since one batch is easier than another.

    Parameters
    ----------
    history : History
        Its loss in nats.

    Returns
    -------
    updates : ndarray (k,) of int
        Counted from 1; the last update of the history is among them.
    bits, norms : ndarray (k,)
    """
    count = len(history.loss)
    if not count:
        return np.empty(0, int), np.empty(0), np.empty(0)
    places = np.unique(np.linspace(0, count - 1, min(count, POINTS)).astype(int))
    summed = np.append(0, np.cumsum(history.loss))
    first, stop = np.maximum(places - AROUND // 2, 0), np.minimum(places + AROUND // 2, count)
    bits = (summed[stop] - summed[first]) / (stop - first) / np.log(2)
    return places + 1, bits, history.norm[places]


def few(points) -> np.ndarray:
    """A list of pairs as an array ``(2, m)``, at most `POINTS` of them, the first and the last included."""
    places = np.unique(np.linspace(0, len(points) - 1, min(len(points), POINTS)).astype(int))
    return np.array(points, float).T[:, places]
