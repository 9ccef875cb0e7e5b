"""Shorten a gradient that has become too long: by its norm, or entry by entry."""

from __future__ import annotations

import math

import numpy as np

from ..cells.params import Params, check_gradient, want_params
from ..numbers.scaled import length, shifted
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
        nan if an entry is nan, inf if one is infinite or the norm is above 1.8e308.

    Raises
    ------
    ValueError
        If `gradient` is no Params of arrays of numbers.
    """
    want_params("gradient", gradient)
    for name, g in zip(Params._fields, gradient, strict=True):
        if not isinstance(g, np.ndarray) or plain(f"gradient.{name}", g).dtype.kind not in COMPLEX:
            raise ValueError(f"gradient.{name}: want an array of numbers, got {shown(g)}")
    return _in_range(*length(*gradient))


def _in_range(norm, power) -> float:
    with np.errstate(over="ignore"):
        return float(np.ldexp(norm, power))


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
        The norm before clipping; inf if it is above 1.8e308, where the clipped gradient is right all the same.

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
    want_params("gradient", gradient)
    numbers = all(type(g) is np.ndarray and g.dtype.kind in COMPLEX for g in gradient)
    mantissa, power = length(*gradient) if numbers else (np.nan, 0)
    if not math.isfinite(mantissa):  # the norm tells on the entries, which are looked at only then
        check_gradient(gradient)
        mantissa, power = length(*gradient)
    norm = _in_range(mantissa, power)
    if norm <= max_norm:
        return gradient, norm
    factor = max_norm / mantissa
    if power == 0 and factor > 1e-30:
        return Params(*(g * factor for g in gradient)), norm
    # one after the other and in float64: the factor alone may be too small a number
    clipped = (shifted(g.astype(float), -power) / mantissa * max_norm for g in gradient)
    return Params(*(c.astype(g.dtype) for c, g in zip(clipped, gradient, strict=True))), norm


def clip_by_value(gradient, max_value) -> Params:
    """Cut every entry of a gradient to ± `max_value`: this turns the gradient, towards the diagonals.

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
