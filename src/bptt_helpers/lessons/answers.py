"""What comes back from a reader's function: asked for in words, so that no judge stops on a strange answer."""

from __future__ import annotations

import numbers
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from .feedback import Wrong


@contextmanager
def sizes(text):
    """Add the sizes at hand to an error about shapes or indices in the reader's code, which stays that error."""
    try:
        yield
    except (IndexError, ValueError) as error:
        error.args = (f"{error} (here {text})",)
        raise


def came(value) -> str:
    """What came back; of an array its shape."""
    return f"an array of shape {value.shape}" if isinstance(value, np.ndarray) else described(value)


def as_numbers(value):
    """`value` as an array of numbers; None if it is no such thing."""
    try:
        array = np.asarray(value)
    except Exception:  # whatever a ragged list, a tensor with a gradient … raises
        return None
    return array if array.dtype.kind in "biufc" else None


def want_number(name, value) -> float:
    """`value` as a finite float; a `Wrong` with `name` for anything else."""
    if value is None:
        raise Wrong(f"{name} is None; does your function end with `return`?")
    try:
        number = value.item() if np.shape(value) == () and hasattr(value, "item") else value
        if np.shape(number) != () or isinstance(number, str | bytes):
            raise TypeError
        number = float(number)
    except Exception:  # whatever a ragged list, a dict … raises
        raise Wrong(f"{name}: want one real number, got {came(value)}.") from None
    if not np.isfinite(number):
        raise Wrong(f"{name} is {number}.")
    return number


def want_unchanged(**pairs):
    """Refuse a function that wrote into what it was given; each argument is (as it was, as it is now)."""
    changed = [name for name, (before, now) in pairs.items() if not np.array_equal(before, now)]
    if changed:
        raise Wrong(f"your function changed {', '.join(changed)}, which it was given; leave it as it was.")


def want_array(name, value, shape) -> np.ndarray:
    """`value` as an array, or a `Wrong` that says what `name` is instead, and which shape was wanted."""
    shape = tuple(shape)
    if value is None:
        raise Wrong(f"{name} is None; does your function end with `return`?")
    array = as_numbers(value)
    if array is None or (array.ndim == 0 and shape):
        why = " whose entries differ in shape, or are no numbers" if isinstance(value, list) else ""
        raise Wrong(f"{name}: want an array of numbers with shape {shape}, got {described(value)}{why}.")
    if array.shape != shape:
        turned = "; it is transposed" if array.ndim > 1 and array.shape == shape[::-1] else ""
        raise Wrong(f"{name} has shape {array.shape}, want {shape}{turned}.")
    if not np.isfinite(array).all():
        raise Wrong(f"{name} holds a number that is not finite.")
    return array


def described(value) -> str:
    """What a reader returned in place of something else, in a few words."""
    if value is None:
        return "None"
    if isinstance(value, str):
        return f"the text {value!r:.40}"
    if isinstance(value, (tuple, list)):
        return f"a {type(value).__name__} of length {len(value)}"
    if isinstance(value, Iterator):
        return "a generator; make a list or an array of what it yields"
    if isinstance(value, (numbers.Number, np.ndarray, np.generic)) and np.ndim(value) == 0:
        return f"one number, {value!s:.20}"
    if callable(value):
        return "a function that was never called"
    return f"an object of type {type(value).__name__}"


def same(a, b, tolerance=1e-6) -> bool:
    """Whether two arrays agree to `tolerance` relative to the second one's largest entry."""
    return bool(np.abs(np.asarray(a) - b).max() <= tolerance * max(np.abs(b).max(), 1e-300))
