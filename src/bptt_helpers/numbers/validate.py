"""Sentences for bad input: each names the argument, what was wanted and what came."""

from __future__ import annotations

import numbers

import numpy as np


def whole_number(name, value, low=1, high=None) -> int:
    """`value` as an int, if it is a whole number from `low` to `high`; else a ValueError that says so."""
    wanted = f"an integer >= {low}" if high is None else f"an integer from {low} to {high}"
    if not isinstance(value, numbers.Integral) or isinstance(value, bool):
        raise ValueError(f"{name}: want {wanted}, got {value!r}")
    if value < low or (high is not None and value > high):
        raise ValueError(f"{name}: want {wanted}, got {value}")
    return int(value)


def number(name, value, low=-np.inf, high=np.inf) -> float:
    """`value` as a float, if it is a finite number from `low` to `high`; else a ValueError that says so."""
    if not isinstance(value, numbers.Real) or isinstance(value, bool) or not np.isfinite(value):
        raise ValueError(f"{name}: want a finite number, got {value!r}")
    if not low <= value <= high:
        raise ValueError(f"{name}: want a number from {low:g} to {high:g}, got {value}")
    return float(value)


def positive(name, value) -> float:
    """`value` as a float, if it is a finite number > 0; else a ValueError that says so."""
    value = number(name, value)
    if value <= 0:
        raise ValueError(f"{name}: want a number > 0, got {value:g}")
    return value


def choice(name, value, allowed) -> str:
    """`value`, if it is one of `allowed`; else a ValueError that lists them."""
    if value not in allowed:
        raise ValueError(f"{name}: want one of {', '.join(map(repr, allowed))}, got {value!r}")
    return value


def same_shapes(a, b) -> tuple[list, list]:
    """The arrays of two gradients, each a Params or an array, or a ValueError that names what does not match."""
    a, b = ([np.asarray(w) for w in (v if isinstance(v, tuple) else (v,))] for v in (a, b))
    if len(a) != len(b):
        raise ValueError(f"a, b: want two of a kind, got {len(a)} and {len(b)} arrays")
    for u, v in zip(a, b, strict=True):
        if u.shape != v.shape:
            raise ValueError(f"a: want the shape of b, {v.shape}, got {u.shape}")
    return a, b


def all_finite(array) -> bool:
    """True if no entry is nan or infinite. Counting is the quickest way to ask, for ten numbers or a million."""
    return np.count_nonzero(np.isfinite(array)) == array.size


def finite(name, array) -> None:
    """Raise a ValueError that says where, if an entry of `array` is nan, infinite or no number at all."""
    if array.dtype.kind not in "biufc":
        raise ValueError(f"{name}: want numbers, got entries of type {array.dtype}")
    if not all_finite(array):
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise ValueError(f"{name}: want finite numbers, got {array[where]} at index {where}")


def shape(name, array, wanted, axes) -> None:
    """Raise a ValueError if ``array.shape`` differs from `wanted`; `axes` names it, for example ``(T, B, q)``."""
    if np.shape(array) != tuple(wanted):
        raise ValueError(f"{name}: want shape {axes} = {tuple(wanted)}, got {np.shape(array)}")
