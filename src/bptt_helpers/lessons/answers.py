"""What comes back from a reader's function: asked for in words, so that no judge stops on a strange answer."""

from __future__ import annotations

from contextlib import contextmanager

import numpy as np

from .feedback import Wrong, described


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
