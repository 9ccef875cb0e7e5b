"""Shorten a gradient that has become too long: by its norm, or entry by entry."""

from __future__ import annotations

import numpy as np

from ..cells.params import Params, check_gradient, want_params
from ..numbers.validate import COMPLEX, REAL, plain, positive, shown


def global_norm(gradient) -> float:
    """Euclidean norm of all entries of a gradient together.

        ‖g‖ = √(Σ over all arrays and entries of g_i²)

    Parameters
    ----------
    gradient : Params
        Arrays of any shapes; entries of 1e200 do not overflow on the way.

    Returns
    -------
    float
        nan if an entry is nan, inf if one is infinite.

    Raises
    ------
    ValueError
        If `gradient` is no Params of arrays of numbers.
    """
    want_params("gradient", gradient)
    for name, g in zip(Params._fields, gradient, strict=True):
        if not isinstance(g, np.ndarray) or plain(f"gradient.{name}", g).dtype.kind not in COMPLEX:
            raise ValueError(f"gradient.{name}: want an array of numbers, got {shown(g)}")
    largest = max(np.abs(g).max() for g in gradient)
    if not 0 < largest < np.inf:
        return float(largest)
    return float(largest * np.sqrt(sum(np.square(g / largest).sum() for g in gradient)))


def clip_by_global_norm(gradient, max_norm) -> tuple[Params, float]:
    """Shorten a gradient to `max_norm` without turning it.

        g ← g · min(1, max_norm / ‖g‖)

    Parameters
    ----------
    gradient : Params
        Arrays of any shapes; ‖g‖ is taken over all of them together.
    max_norm : float
        Largest norm allowed, > 0.

    Returns
    -------
    Params
        The same direction, norm at most `max_norm`; unchanged where it was shorter.
    float
        The norm before clipping.

    Raises
    ------
    ValueError
        If `max_norm` is not positive, or the gradient is no Params or not finite: a clipped nan is still a nan.

    References
    ----------
    Pascanu, Mikolov & Bengio (2013), arXiv:1211.5063, algorithm 1.

    Examples
    --------
    >>> g = Params(*[np.array([[3.0]])], *[np.zeros(1)] * 3, np.array([4.0]))
    >>> clipped, norm = clip_by_global_norm(g, 1)
    >>> norm, clipped.W_hx.round(3), clipped.b_q.round(3)
    (5.0, array([[0.6]]), array([0.8]))
    """
    max_norm = positive("max_norm", max_norm)
    check_gradient(gradient)
    norm = global_norm(gradient)
    if norm <= max_norm:
        return gradient, norm
    return Params(*(g * (max_norm / norm) for g in gradient)), norm


def clip_by_value(gradient, max_value) -> Params:
    """Cut every entry of a gradient to ±`max_value`: this turns the gradient, towards the diagonals.

        g_i ← min(max(g_i, -max_value), max_value)

    Parameters
    ----------
    gradient : Params
    max_value : float
        Largest |entry| allowed, > 0.

    Returns
    -------
    Params

    Raises
    ------
    ValueError
        If `max_value` is not positive, or the gradient is no Params of finite real numbers.

    Examples
    --------
    >>> g = Params(np.array([[8.0]]), *[np.zeros(1)] * 3, np.array([0.5]))
    >>> [float(w[0].item()) for w in (clip_by_value(g, 1).W_hx, clip_by_value(g, 1).b_q)]
    [1.0, 0.5]
    """
    max_value = positive("max_value", max_value)
    check_gradient(gradient, REAL)
    return Params(*(np.clip(g, -max_value, max_value) for g in gradient))
