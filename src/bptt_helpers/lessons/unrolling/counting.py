"""Count what a program does while it runs: arrays that notice every matrix product they are part of."""

from __future__ import annotations

import numpy as np

from ...numbers.validate import function as want_function
from ...numbers.validate import items


def count_multiply_adds(function, arguments):
    """Run a function and count its multiply-adds: multiplications, each with an addition, in products written with @.

    What is done entry by entry, such as a bias or an activation, is not counted, as in `cost`; nor are products by
    other names (`np.dot`, `np.einsum`).

    Parameters
    ----------
    function : callable (*arguments) -> object
    arguments : sequence
        What it is given; arrays in it are watched, those in tuples and lists too, so that a Params is one argument.

    Returns
    -------
    count : int
    result : object
        What the function returns.

    Raises
    ------
    ValueError
        If `function` cannot be called or `arguments` is no sequence.

    Examples
    --------
    >>> W, v = np.ones((3, 4)), np.ones(4)
    >>> count, result = count_multiply_adds(lambda W, v: np.tanh(W @ v), (W, v))
    >>> count, result.shape
    (12, (3,))
    """
    want_function("function", function, "*arguments")
    tally = []
    watched = [
        _each_array(thing, lambda array: _Watching.of(array, tally))
        for thing in items("arguments", arguments, "arguments")
    ]
    result = function(*watched)
    return sum(tally), _each_array(result, np.asarray)


class _Watching(np.ndarray):
    """An array that adds to `tally`, a list it shares with all that is computed from it."""

    @classmethod
    def of(cls, array, tally):
        watching = np.asarray(array).view(cls)
        watching.tally = tally
        return watching

    def __array_finalize__(self, parent):
        self.tally = getattr(parent, "tally", None)

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **options):
        if out is not None:
            options["out"] = tuple(map(np.asarray, out))
        result = getattr(ufunc, method)(*map(np.asarray, inputs), **options)
        if ufunc is np.matmul:
            self.tally.append(np.size(result) * np.shape(inputs[0])[-1])
        return _each_array(result, lambda array: _Watching.of(array, self.tally))


def _each_array(thing, change):
    """The same thing with every array in it changed, in tuples and lists at any depth."""
    if isinstance(thing, np.ndarray):
        return change(thing)
    if isinstance(thing, list | tuple):
        parts = [_each_array(part, change) for part in thing]
        return type(thing)(*parts) if hasattr(thing, "_fields") else type(thing)(parts)
    return thing
