"""Values of PyTorch, JAX and NumPy as JSON holds them, and back as NumPy: what a library gave, without the library."""

from __future__ import annotations

import numpy as np

from ...cells.params import Params
from ...numbers.validate import shown

MARKS = {"array", "shape", "dtype"}, {"tuple"}, {"params"}


def frozen(name, value):
    """`value` as JSON holds it; `name` is for the sentence if it cannot.

    Numbers, text, None, arrays and tensors, `Params`, and lists, tuples and dicts of these. A float64 keeps all digits.
    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value) or set(value) in MARKS:
            raise ValueError(f"{name}: want a dict with names as keys, got the keys {shown(list(value))}")
        return {key: frozen(name, part) for key, part in value.items()}
    if isinstance(value, Params):
        return {"params": [frozen(name, part) for part in value]}
    if isinstance(value, tuple | list):
        parts = [frozen(name, part) for part in value]
        return parts if isinstance(value, list) else {"tuple": parts}
    if hasattr(value, "detach"):  # a tensor, on whatever device
        value = value.detach().cpu()
    array = np.asarray(value)
    if array.dtype.kind not in "biufU":
        raise ValueError(f"{name}: want numbers, text, arrays, and lists or dicts of them, got {shown(value)}")
    if array.ndim == 0:
        return array.item()
    return {"array": array.ravel().tolist(), "shape": list(array.shape), "dtype": str(array.dtype)}


def thawed(value):
    """What was handed to `frozen`, with every tensor as a NumPy array and what had no axis as a plain number."""
    if isinstance(value, list):
        return [thawed(part) for part in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"array", "shape", "dtype"}:
        return np.array(value["array"], value["dtype"]).reshape(value["shape"])
    if set(value) == {"tuple"}:
        return tuple(thawed(part) for part in value["tuple"])
    if set(value) == {"params"}:
        return Params(*map(thawed, value["params"]))
    return {key: thawed(part) for key, part in value.items()}
