"""Results that are kept for the next move of a slider, and that nobody who gets them can overwrite."""

from __future__ import annotations

from functools import lru_cache, wraps

import numpy as np


def kept(count):
    """Decorator: keep the results for the `count` arguments last asked for, with all arrays in them read-only.

    Whoever wants to change one takes a copy of it.
    """

    def decorate(function):
        @lru_cache(maxsize=count)
        @wraps(function)
        def keeping(*args, **kwargs):
            return read_only(function(*args, **kwargs))

        return keeping

    return decorate


def read_only(result):
    """The result itself, after every array in it, in tuples and dicts at any depth, has been closed for writing."""
    if isinstance(result, np.ndarray):
        result.flags.writeable = False
    elif isinstance(result, tuple | dict):
        for part in result.values() if isinstance(result, dict) else result:
            read_only(part)
    return result
