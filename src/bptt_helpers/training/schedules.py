"""Learning rates that change while a network learns."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..numbers.validate import number, positive, whole_number


def cosine(highest, updates, *, warm_up=0, lowest=0.0) -> Callable:
    """A learning rate that falls along half a cosine, after it has risen along a line if wanted.

        η_k = lowest + (highest - lowest) (1 + cos(π (k - w) / (K - w))) / 2    for k ≥ w

    Parameters
    ----------
    highest : float
        η at the end of the rise, > 0.
    updates : int
        K, after which η stays at `lowest`.
    warm_up : int
        w, updates of the rise from `highest` / w to `highest`.
    lowest : float
        η after K updates, >= 0.

    Returns
    -------
    callable (int) -> float
        η of the k-th update, counted from 0, as `train` takes it.

    Raises
    ------
    ValueError
        If an argument is out of range.

    References
    ----------
    Loshchilov & Hutter (2017), arXiv:1608.03983, equation 5, without restarts.

    Examples
    --------
    >>> rate = cosine(0.1, 100)
    >>> [round(rate(k), 3) for k in (0, 50, 100, 200)]
    [0.1, 0.05, 0.0, 0.0]
    """
    highest, lowest = positive("highest", highest), number("lowest", lowest, 0)
    updates = whole_number("updates", updates, 1, 10**12)
    warm_up = whole_number("warm_up", warm_up, 0, updates - 1)

    def rate(update) -> float:
        if update < warm_up:
            return highest * (update + 1) / warm_up
        share = min(1.0, (update - warm_up) / (updates - warm_up))
        return lowest + (highest - lowest) * (1 + float(np.cos(np.pi * share))) / 2

    return rate
