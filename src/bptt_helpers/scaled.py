"""Numbers outside the range of float64: a mantissa array and a power of two beside it.

    value = mantissa · 2^exponent

Products of a thousand Jacobians reach 10^±400. Powers of two are exact, so nothing is rounded here.
"""

from __future__ import annotations

import numpy as np

LOG10_2 = np.log10(2)
# a squared norm outside these limits may have lost digits to overflow or underflow
_SAFE = (2.0**-900, 2.0**900)


def renormalise(mantissa, exponent) -> None:
    """Bring the largest entry of every row into [½, 1), in place; rows of zeros stay.

    Parameters
    ----------
    mantissa : ndarray (..., n)
        Finite.
    exponent : ndarray of integers (...)
    """
    _, shift = np.frexp(np.abs(mantissa).max(-1))
    np.ldexp(mantissa, -shift[..., None], out=mantissa)
    exponent += shift


def log10_norm(mantissa, exponent) -> np.ndarray:
    """log10 of the Euclidean norm of every row; -inf for a row of zeros.

    Parameters
    ----------
    mantissa : ndarray (..., n)
    exponent : ndarray of integers (...)

    Returns
    -------
    ndarray (...)
    """
    squared = np.einsum("...i,...i->...", mantissa, mantissa)
    if squared.size and not (_SAFE[0] < squared.min() and squared.max() < _SAFE[1]):
        mantissa, exponent = mantissa.copy(), exponent.copy()
        renormalise(mantissa, exponent)
        squared = np.einsum("...i,...i->...", mantissa, mantissa)
    with np.errstate(divide="ignore"):  # log10(0) = -inf is the right answer for an exact zero
        return 0.5 * np.log10(squared) + exponent * LOG10_2


def steps_between(slope, W_hh) -> int:
    """How many backward steps may pass before signals must be renormalised: 8, or 1 where slopes or weights are extreme.

    Parameters
    ----------
    slope : ndarray
        All slopes f′ on the way.
    W_hh : ndarray (n, n)
    """
    slopes, weights = slope[slope > 0], np.abs(W_hh[W_hh != 0])
    smallest = slopes.min(initial=1) * weights.min(initial=1)
    largest = slopes.max(initial=1) * weights.max(initial=1) * len(W_hh)
    return 8 if smallest > 2.0**-100 and largest < 2.0**60 else 1
