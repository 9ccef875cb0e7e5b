"""Numbers outside the range of float64: a mantissa array and a power of two beside it.

    value = mantissa · 2^exponent

Products of a thousand Jacobians reach 10^±400. Powers of two are exact, so nothing is rounded here.
"""

from __future__ import annotations

import math

import numpy as np

LOG10_2 = np.log10(2)
# a squared norm outside these limits may have lost digits to overflow or underflow
_SMALLEST, _LARGEST = 2.0**-900, 2.0**900
# Exponent of zero: it must not set the scale of a sum or of a row.
NOTHING = np.iinfo(np.int64).min // 2


def times_power_of_two(mantissa, shift) -> None:
    """mantissa ← mantissa · 2^shift, row by row, in place: seven times as fast as ``np.ldexp``, and as exact.

    Parameters
    ----------
    mantissa : ndarray (..., n)
    shift : ndarray of integers (...)
    """
    if shift.max(initial=0) > 1000:  # 2^1024 is infinite, though a tiny mantissa times it need not be
        mantissa *= np.ldexp(1.0, shift // 2)[..., None]
        shift = shift - shift // 2
    mantissa *= np.ldexp(1.0, shift)[..., None]


def renormalise(mantissa, exponent) -> None:
    """Bring the norm of every row near 1, in place; rows of zeros stay.

    Parameters
    ----------
    mantissa : ndarray (..., n)
        Finite.
    exponent : ndarray of integers (...)
    """
    squared = np.einsum("...i,...i->...", mantissa, mantissa)
    shift = np.frexp(squared)[1] // 2
    unsafe = _unsafe(squared, mantissa)
    if unsafe is not None:
        shift[unsafe] = np.frexp(np.abs(mantissa[unsafe]).max(-1))[1]
    times_power_of_two(mantissa, -shift)
    exponent += shift


def squared_norm(mantissa, exponent) -> tuple[np.ndarray, np.ndarray]:
    """Squared Euclidean norm of every row, and the power of two that belongs to its root.

    Parameters
    ----------
    mantissa : ndarray (..., n)
    exponent : ndarray of integers (...)

    Returns
    -------
    squared, exponent : ndarray (...)
    """
    squared = np.einsum("...i,...i->...", mantissa, mantissa)
    unsafe = _unsafe(squared, mantissa)
    if unsafe is not None:
        rows, power = mantissa[unsafe], np.zeros(np.count_nonzero(unsafe), int)
        renormalise(rows, power)
        squared[unsafe] = np.einsum("...i,...i->...", rows, rows)
        exponent = exponent.copy()
        exponent[unsafe] += power
    return squared, exponent


def length(*arrays) -> tuple[float, int]:
    """Euclidean norm of all entries of some arrays together, real or complex: a number and its power of two.

    Where no square leaves the range of float64 the power is 0, and the number is the norm itself; nan if an entry is
    nan, inf if one is infinite.
    """
    flat = np.concatenate([np.ravel(v) for v in arrays], dtype=np.result_type(float, *arrays)).view(float)
    with np.errstate(over="ignore", invalid="ignore"):  # found out on the next line
        quick = float(flat.dot(flat))
    if _SMALLEST < quick < _LARGEST:
        return math.sqrt(quick), 0
    squared, exponent = squared_norm(flat[None], np.zeros(1, int))
    return float(np.sqrt(squared[0])), int(exponent[0])


def shifted(array, shift) -> np.ndarray:
    """array · 2^shift, whatever the shift; the array itself for 0."""
    if shift == 0:
        return array
    half = shift // 2  # 2^1074, which the smallest number needs, is infinite itself
    return array * 2.0**half * 2.0 ** (shift - half)


def times_own_powers(mantissa, own, exponent) -> None:
    """Multiply every entry by a power of two of its own, in place; the largest sets the exponent of its row.

    Entries more than 2^-1074 below the largest of their row are lost.

    Parameters
    ----------
    mantissa : ndarray (..., n)
    own : ndarray of integers (..., n), or what can be broadcast to it
    exponent : ndarray of integers
        Of as many axes as come first: one exponent for whatever the axes after them hold.
    """
    size = np.where(mantissa == 0, NOTHING, np.frexp(mantissa)[1] + own)
    common = size.max(tuple(range(exponent.ndim, size.ndim)), keepdims=True)
    common[common == NOTHING] = 0
    mantissa[:] = np.ldexp(mantissa, np.clip(own - common, -2200, 2200))
    exponent += common.reshape(exponent.shape)


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
    squared, exponent = squared_norm(mantissa, exponent)
    with np.errstate(divide="ignore"):  # log10(0) = -inf is the right answer for an exact zero
        return 0.5 * np.log10(squared) + exponent * LOG10_2


def steps_between(smallest, largest) -> int:
    """How many backward steps may pass between renormalisations: 8, or 1 where the factors of a step are extreme.

    Parameters
    ----------
    smallest, largest : float
        Bounds of what one step multiplies an entry by, as `Cell.reach` gives them.
    """
    return 8 if smallest > 2.0**-100 and largest < 2.0**60 else 1


def _unsafe(squared, mantissa):
    """Which squared norms may have lost digits, as a mask; None, much quicker, if none has.

    A row of zeros has none to lose.
    """
    if squared.size == 0 or (squared.min() > _SMALLEST and squared.max() < _LARGEST):
        return None
    unsafe = ~((squared > _SMALLEST) & (squared < _LARGEST))
    unsafe[unsafe] = mantissa[unsafe].any(-1)
    return unsafe if unsafe.any() else None
