"""Do many sequences want the same change of one state? Their gradients, compared with the mean."""

from __future__ import annotations

import numpy as np


def agreement(gradients) -> float:
    """How much of the gradients is left in their mean.

        ‖mean g‖ ÷ √(mean ‖g‖²)

    Parameters
    ----------
    gradients : ndarray (N, n)
        One of each sequence.

    Returns
    -------
    float
        1 if all are the same; about 1/√N if each has a direction of its own.

    Examples
    --------
    >>> agreement(np.array([[3.0, 0], [3, 0]])), agreement(np.array([[3.0, 0], [-3, 0]]))
    (1.0, 0.0)
    """
    return float(np.linalg.norm(gradients.mean(0)) / np.sqrt((gradients**2).sum(1).mean()))


def angles_to_mean(gradients) -> np.ndarray:
    """Angle between each gradient and their mean.

    Parameters
    ----------
    gradients : ndarray (N, n)
        None of them 0, nor their mean.

    Returns
    -------
    ndarray (N,)
        In radians, from -π to π. The sign is the side, in the direction in which they differ most.
    """
    units = gradients / np.linalg.norm(gradients, axis=1, keepdims=True)
    mean = gradients.mean(0) / np.linalg.norm(gradients.mean(0))
    along = units @ mean
    beside = units - along[:, None] * mean
    side = beside @ np.linalg.svd(beside, full_matrices=False)[2][0]
    return np.where(side < 0, -1, 1) * np.arctan2(np.linalg.norm(beside, axis=1), along)
