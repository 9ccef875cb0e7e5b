"""Sentences for bad input: each names the argument, what was wanted and what came.

One line an argument at every entrance: a function here takes the name and the value, and gives back the value in the
form that is worked with.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Hashable

import numpy as np

LARGEST = 2**28  # numbers in one array: 2 GB, what a small computer can spare
REAL, COMPLEX = "biuf", "biufc"  # kinds of numbers as NumPy names them: booleans, integers, floats; complex ones too


def shown(value) -> str:
    """What came, for a sentence: short, whatever it is."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, tuple) and hasattr(value, "_fields"):  # Params, Trace: their arrays fill a page
        return type(value).__name__
    try:
        text = repr(value)
    except Exception:  # of anybody's class; Python itself prints no integer of more than 4300 digits
        return f"something of type {type(value).__name__} that cannot be printed"
    return text if len(text) <= 200 else f"{text[:60]}… of type {type(value).__name__}"


def whole_number(name, value, low=1, high=None) -> int:
    """`value` as an int, if it is a whole number from `low` to `high`; else a ValueError that says so."""
    wanted = f"an integer >= {low}" if high is None else f"an integer from {low} to {high}"
    if not isinstance(value, numbers.Integral) or isinstance(value, bool):
        raise ValueError(f"{name}: want {wanted}, got {shown(value)}")
    value = int(value)
    if value < low or (high is not None and value > high):
        raise ValueError(f"{name}: want {wanted}, got {shown(value)}")
    return value


def number(name, value, low=-np.inf, high=np.inf) -> float:
    """`value` as a float, if it is a finite number from `low` to `high`; else a ValueError that says so.

    A fraction is taken as the nearest float.
    """
    if high < np.inf:
        wanted = f"a number from {low:g} to {high:g}"
    else:
        wanted = "a finite number" if low == -np.inf else f"a finite number >= {low:g}"
    result = _as_float(value)
    if not (math.isfinite(result) and low <= result <= high):
        raise ValueError(f"{name}: want {wanted}, got {shown(value)}")
    return result


def positive(name, value, high=np.inf) -> float:
    """`value` as a float, if it is a finite number > 0 and at most `high`; else a ValueError that says so."""
    result = _as_float(value)
    if not (0 < result <= high and result < np.inf):
        upper = f", at most {high:g}" if high < np.inf else ""
        raise ValueError(f"{name}: want a finite number > 0{upper}, got {shown(value)}")
    return result


def _as_float(value) -> float:
    """A real number as a float: nan for what is none, inf for an integer or a fraction beyond the range of float64."""
    if not isinstance(value, numbers.Real) or isinstance(value, bool):
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.inf


def choice(name, value, allowed) -> str:
    """`value`, if it is one of `allowed`; else a ValueError that lists them."""
    if not isinstance(value, Hashable) or value not in allowed:  # an array would be compared entry by entry
        raise ValueError(f"{name}: want one of {', '.join(map(repr, allowed))}, got {shown(value)}")
    return value


def flag(name, value) -> bool:
    """`value` as a bool, if it is True or False; else a ValueError that says so."""
    if not isinstance(value, bool | np.bool_):
        raise ValueError(f"{name}: want True or False, got {shown(value)}")
    return bool(value)


def function(name, value, takes_and_gives):
    """`value`, if it can be called; else a ValueError that says what it should take and give."""
    if not callable(value):
        raise ValueError(f"{name}: want a function ({takes_and_gives}), got {shown(value)}")
    return value


def label(name, value) -> None:
    """Raise a ValueError if `value` is neither None nor an integer that a label can be."""
    whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if value is not None and not (whole and abs(value) < 2**63):
        raise ValueError(f"{name}: want an integer, such as -1, or None, got {shown(value)}")


def generator(name, rng) -> np.random.Generator:
    """A source of randomness from a Generator, which is used as it is, or from a seed; else a ValueError."""
    if isinstance(rng, np.random.Generator):
        return rng
    if not isinstance(rng, numbers.Integral) or isinstance(rng, bool) or rng < 0:
        raise ValueError(f"{name}: want a numpy.random.Generator or a seed, an integer >= 0, got {shown(rng)}")
    return np.random.default_rng(int(rng))


def items(name, values, wanted) -> list:
    """`values` as a list, if they come one after the other; else a ValueError. `wanted` says what: steps, windows."""
    try:
        if isinstance(values, str | bytes | dict):
            raise TypeError
        return list(values)
    except TypeError:
        raise ValueError(f"{name}: want a sequence of {wanted}, got {shown(values)}") from None


def room(names, *sizes, largest=LARGEST, where="at a time") -> None:
    """Raise a ValueError that says how much memory it would take, if an array of these sizes is too large."""
    count = math.prod(sizes)
    if count > largest:
        product = " × ".join(map(shown, sizes))
        memory = f": {8 * count / 1e9:.3g} GB" if count < 10**300 else ""
        raise ValueError(f"{names}: want at most {largest} numbers {where}, got {product}{memory}")


def all_finite(array) -> bool:
    """True if no entry is nan or infinite. Counting is the quickest way to ask, for ten numbers or a million."""
    return np.count_nonzero(np.isfinite(array)) == array.size


def finite(name, array) -> None:
    """Raise a ValueError that says where, if an entry of `array` is nan, infinite or no number at all."""
    if array.dtype.kind not in "biufc":
        raise ValueError(f"{name}: want numbers, got entries of type {array.dtype}")
    if not all_finite(array):
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        place = f" at index {where}" if where else ""
        raise ValueError(f"{name}: want finite numbers, got {array[where]}{place}")


def plain(name, value) -> np.ndarray:
    """`value` as an array without a mask, whatever its entries; else a ValueError."""
    if type(value) is np.ndarray:
        return value
    if np.ma.is_masked(value):
        raise ValueError(
            f"{name}: want an array without a mask, got one with {np.ma.count_masked(value)} masked entries, which "
            "would be counted like all others; put numbers there with .filled, and leave entries of a loss out by "
            "its weight"
        )
    try:
        return np.asarray(value)
    except Exception:  # rows of unequal lengths, and anybody's class
        raise ValueError(f"{name}: want an array of numbers, got {shown(value)}") from None


def array(name, value, kinds=REAL) -> np.ndarray:
    """`value` as an array of finite numbers, real ones unless `kinds` is `COMPLEX`; else a ValueError."""
    if type(value) is not np.ndarray:
        value = plain(name, value)
    if value.dtype.kind not in kinds or not all_finite(value):
        finite(name, value)
        raise ValueError(f"{name}: want real numbers, got {value.dtype}, whose imaginary part would be lost")
    return value


def cast(name, array, dtype) -> np.ndarray:
    """`array` of finite numbers in another floating-point type; a ValueError if one of them does not fit."""
    if array.dtype == dtype:
        return array
    with np.errstate(over="ignore"):
        result = array.astype(dtype)
    if not all_finite(result):
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(result))[0])
        raise ValueError(f"{name}: want numbers that fit {dtype}, got {array[where]} at index {where}")
    return result


def shape(name, array, wanted, axes) -> None:
    """Raise a ValueError if ``array.shape`` differs from `wanted`; `axes` names it, for example ``(T, B, q)``."""
    if np.shape(array) != tuple(wanted):
        raise ValueError(f"{name}: want shape {axes} = {tuple(wanted)}, got {np.shape(array)}")


def two_alike(a, b, kinds=REAL) -> tuple[list, list]:
    """The arrays of two gradients, each a Params or an array, if they are finite and of the same shapes."""
    a, b = (_parts("a", a, kinds), _parts("b", b, kinds))
    if len(a) != len(b):
        raise ValueError(f"a, b: want two of a kind, got {len(a)} and {len(b)} arrays")
    for u, v in zip(a, b, strict=True):
        if u.shape != v.shape:
            raise ValueError(f"a: want the shape of b, {v.shape}, got {u.shape}")
    return a, b


def _parts(name, gradient, kinds):
    parts = gradient if isinstance(gradient, tuple) else (gradient,)
    if not parts:
        raise ValueError(f"{name}: want a Params or an array, got an empty tuple")
    return [array(name, part, kinds) for part in parts]
