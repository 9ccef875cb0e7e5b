"""One function applied to every unit: the plain recurrent layer.

    a_t = W_hx x_t + W_hh h_{t-1} + b_h,    h_t = f(a_t)
    dL/da_t = f′(a_t) ⊙ dL/dh_t,    dL/dh_{t-1} = W_hhᵀ dL/da_t

Both ways it has loops of its own (`loops`), which the explorers live from; `Cell.walk_back` does the same, slower.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..numbers.validate import choice
from .activations import ACTIVATIONS, slope_and_power
from .base import Cell, into_h, rows_times, smallest
from .loops import add_from_later, one_is_small, signals_of_one, states_of_batch, states_of_one


class Local(NamedTuple):
    """Factor of every step back.

    Attributes
    ----------
    slope : ndarray (T, B, n)
        f′(a_t).
    """

    slope: np.ndarray


class Elementwise(Cell):
    """h_t = f(W_hx x_t + W_hh h_{t-1} + b_h), Elman (1990), as PyTorch's ``nn.RNN``.

    Parameters
    ----------
    name : {"tanh", "relu", "sigmoid", "identity"}
        The activation f.

    Raises
    ------
    ValueError
        If there is no activation of that name.
    """

    def __init__(self, name):
        self.name = choice("name", name, tuple(ACTIVATIONS))
        self.activation = ACTIVATIONS[name]

    def run(self, params, x, states):
        _, B, d = x.shape
        fill = states_of_one if one_is_small(B, params.n_hidden, d) else states_of_batch
        fill(params, x, states, self.activation.f)

    def local(self, trace, *, precise=False):
        if precise:
            return Local(self.activation.slope(preactivation(trace)))
        return Local(self.activation.slope_of_state(trace.states[1:]))

    def scaled_local(self, trace):
        slope, power = slope_and_power(self.activation, preactivation(trace), smallest(trace.params.W_hh))
        return Local(slope), power

    def into_a(self, params, local, signal, dL_da=None):
        return np.multiply(local.slope, signal, out=dL_da)

    def back(self, params, local, signal, dL_da=None, before=None):
        dL_da = np.multiply(local.slope, signal, out=dL_da)
        return dL_da, rows_times(dL_da, params.W_hh, before)

    def ahead(self, params, local, tangent):
        return rows_times(tangent, params.W_hh.T) * local.slope

    def reach(self, params, local):
        slope, W_hh = local.slope, np.abs(params.W_hh)
        return smallest(slope) * smallest(W_hh), slope.max(initial=0) * W_hh.max() * len(W_hh)

    def jacobians(self, params, local):
        return local.slope[..., None] * params.W_hh

    def most_stretch(self, params, local):
        return np.linalg.norm(params.W_hh, 2) * local.slope.max()

    def into_weights(self, trace, dL_da):
        T, B, n = dL_da.shape
        da = dL_da.reshape(T * B, n).T
        ones = np.ones(T * B, da.dtype)  # a sum over time and batch, several times as fast as sum(1)
        return da.dot(trace.x.reshape(T * B, -1)), da.dot(trace.states[:-1].reshape(T * B, n)), da.dot(ones)

    def walk_back(self, trace, dL_do, dL_ds, from_later):
        params, slope = trace.params, self.activation.slope_of_state(trace.states[1:])
        _, B, q = dL_do.shape
        if from_later is None and trace.mask is None and one_is_small(B, params.n_hidden, q):
            return signals_of_one(params, dL_do, slope, dL_ds)
        into_h(trace, dL_do, dL_ds)
        if from_later is not None:
            dL_ds[-1] += from_later
        return add_from_later(dL_ds, slope, params.W_hh)


def preactivation(trace) -> np.ndarray:
    """The sums a_t = W_hx x_t + W_hh h_{t-1} + b_h of a finished forward pass of an elementwise cell, ``(T, B, n)``."""
    params = trace.params
    return trace.x @ params.W_hx.T + trace.states[:-1] @ params.W_hh.T + params.b_h
