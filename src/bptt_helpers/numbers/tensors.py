"""Tensors of any framework as arrays of NumPy, without importing that framework."""

from __future__ import annotations

import numpy as np

from .validate import plain, shown


def as_array(name, value) -> np.ndarray:
    """`value` as an array: a tensor of PyTorch on any device, or what NumPy reads itself; else a ValueError.

    A tensor keeps its floating-point type, and the array may share its memory.
    """
    if isinstance(value, type) or not callable(getattr(value, "detach", None)):
        return plain(name, value)
    kind = shown(getattr(value, "dtype", None))
    if getattr(value, "is_quantized", False):
        raise ValueError(f"{name}: want a tensor of floating-point numbers, got {kind}; .dequantize() makes it one")
    try:
        found = value.numpy(force=True)
    except TypeError:  # bfloat16, and what is not stored number by number
        raise ValueError(f"{name}: want numbers that NumPy knows, got {kind}; .float() makes them float32") from None
    except Exception:
        raise ValueError(
            f"{name}: want a tensor that holds numbers, got one of {kind} that cannot be read, as on the device meta "
            "or in a lazy layer before its first input"
        ) from None
    return plain(name, found)
