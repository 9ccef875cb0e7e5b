"""A sequence as a bar that is cut: every piece as thick as what survives in it has grown on the way back."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import to_rgba, to_rgba_array

from ..scheme_pictures import RANDOM

THIN, FULL, AT_FULL = 0.07, 0.45, 30  # half the thickness of a signal that counts once, and of one that counts × 30


def growth(factor) -> np.ndarray:
    """What the oldest signal of each piece counts when it has come back to step t: the product of its factors.

    Parameters
    ----------
    factor : ndarray (T,) or (T, N)
        ξ_t between step t and the step before; 0 is a cut.

    Returns
    -------
    ndarray
        As `factor`; 1 at the last step of every piece.

    Examples
    --------
    >>> growth(np.array([0, 2, 2, 0, 2.0]))
    array([4., 2., 1., 2., 1.])
    """
    weight = np.ones(factor.shape)
    for t in range(len(factor) - 2, -1, -1):
        weight[t] = np.where(factor[t + 1] > 0, weight[t + 1] * factor[t + 1], 1)
    return weight


def half_height(weight):
    """Half the thickness of a bar, a row being 1: in proportion to the logarithm, up to × 30."""
    return np.minimum(THIN + (FULL - THIN) * np.log(weight) / np.log(AT_FULL), FULL)


def shade(weight) -> np.ndarray:
    """The same as colours (k, 4): the more a signal counts, the fuller."""
    alpha = 0.12 + 0.5 * (half_height(np.asarray(weight)) - THIN) / (FULL - THIN)
    return to_rgba_array([to_rgba(RANDOM["color"], a) for a in alpha])


def outlines(factor, weight, row) -> list:
    """The pieces of one bar as polygons (k, 2), from the left.

    Parameters
    ----------
    factor, weight : ndarray (T,)
        ξ_t, and their `growth`.
    row : float
        Height of the middle of the bar.
    """
    half, starts = half_height(weight), np.flatnonzero(factor == 0)
    upper, x = np.empty((2 * len(factor), 2)), np.arange(len(factor))
    upper[::2, 0], upper[1::2, 0], upper[:, 1] = x, x + 1, half.repeat(2)  # a stair: two corners a step
    lower = upper * (1, -1)
    upper[:, 1] += row
    lower[:, 1] += row
    ends = [*starts[1:], len(factor)]
    return [
        np.concatenate([upper[2 * a : 2 * b], lower[2 * a : 2 * b][::-1]]) for a, b in zip(starts, ends, strict=True)
    ]


def cuts(factor, row, half=0.42) -> list:
    """An upright mark (2, 2) at every cut but the one before the first step."""
    return [[(t, row - half), (t, row + half)] for t in np.flatnonzero(factor == 0) if t]
