"""How an exercise is judged: run the reader's code, name the mistake, never give away the answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import NamedTuple

import numpy as np


class Feedback(NamedTuple):
    """The verdict on an exercise; a notebook shows the sentence.

    Attributes
    ----------
    ok : bool
    sentence : str
    """

    ok: bool
    sentence: str

    def __repr__(self) -> str:
        return self.sentence


class Wrong(Exception):
    """Raised by a judge; the message tells the reader which mistake was recognised."""


def exercise(judge: Callable) -> Callable:
    """Turn a judge into a check that a reader can run on anything.

    Parameters
    ----------
    judge : callable (answer) -> str
        Returns the sentence for a right answer; raises `Wrong` with a hint for a wrong one.

    Returns
    -------
    callable (answer) -> Feedback
        Says "Not attempted yet" while the stub raises NotImplementedError, and reports any other error of the
        reader's code in one sentence.
    """

    @wraps(judge)
    def check(answer):
        try:
            return Feedback(True, f"Right: {judge(answer)}")
        except NotImplementedError:
            return Feedback(False, "Not attempted yet: replace the line that raises NotImplementedError.")
        except Wrong as mistake:
            return Feedback(False, f"Not yet: {mistake}")
        except Exception as error:
            return Feedback(False, f"Your code stopped with {type(error).__name__}: {error}")

    return check


def want_array(name, value, shape) -> np.ndarray:
    """`value` as an array, or a `Wrong` that names `name` and the shape that was wanted."""
    if value is None:
        raise Wrong(f"{name} is None; does your function end with `return`?")
    value = np.asarray(value)
    if value.shape != tuple(shape):
        raise Wrong(f"{name} has shape {value.shape}, want {tuple(shape)}.")
    if not np.isfinite(value).all():
        raise Wrong(f"{name} holds a number that is not finite.")
    return value


def same(a, b, tolerance=1e-6) -> bool:
    """Whether two arrays agree to `tolerance` relative to the second one's largest entry."""
    return bool(np.abs(np.asarray(a) - b).max() <= tolerance * max(np.abs(b).max(), 1e-300))
