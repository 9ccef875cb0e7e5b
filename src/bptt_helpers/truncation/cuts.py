"""One way to cut the way back, on a network and a batch: what it misses and what it costs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..cells.params import recurrent_part
from ..numbers.scaled import length
from ..passes.backward import bptt
from .cost import operations, stored_numbers


class Cut(NamedTuple):
    """A cut, measured against the exact gradient.

    Attributes
    ----------
    window, stride : int
        As `bptt` takes them; both T where nothing is cut.
    error : float
        ‖g_cut - g‖ / ‖g‖ of dL/d(W_hx, W_hh, b_h).
    numbers : int
        Numbers kept for the way back, for the whole batch (`cost.stored_numbers`).
    operations : int
        Multiply-adds forward and back, for the whole batch (`cost.operations`).
    """

    window: int
    stride: int
    error: float
    numbers: int
    operations: int


def measured(trace, dL_do, exact, window, stride) -> Cut:
    """What a cut misses and costs; `exact` is the recurrent part of the exact gradient, not zero."""
    (T, B, q), params = trace.o.shape, trace.params
    sizes = (T, params.n_in, params.n_hidden, q)
    costs = [B * count(*sizes, window, stride=stride, cell=trace.cell) for count in (stored_numbers, operations)]
    missed, power = length(recurrent_part(bptt(trace, dL_do, window=window, stride=stride).params) - exact)
    norm, power_of_norm = length(exact)
    return Cut(window, stride, float(np.ldexp(missed / norm, power - power_of_norm)), *costs)
