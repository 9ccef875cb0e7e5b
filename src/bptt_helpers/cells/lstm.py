"""Long short-term memory: a state c that is kept by a gate, not by a matrix.

    i = σ(a_i),    f = σ(a_f),    g = tanh(a_g),    o = σ(a_o),    a = W_hx x_t + W_hh h_{t-1} + b_h
    c_t = f ⊙ c_{t-1} + i ⊙ g,    h_t = o ⊙ tanh(c_t)

The gates stand in PyTorch's order i, f, g, o as blocks of rows; the state is (h | c).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .activations import sech_squared, sigmoid_and_slope
from .base import Cell, rows_times, smallest
from .loops import one_is_small
from .lstm_loops import (
    C_TO_C,
    C_TO_I,
    H_TO_C,
    H_TO_O,
    factors,
    signals_of_batch,
    signals_of_one,
    states_of_batch,
    states_of_one,
    stepper,
)


class Local(NamedTuple):
    """Factors of every step back.

    Attributes
    ----------
    h_to_c : ndarray (T, B, n)
        dh_t/dc_t = o (1 - tanh² c_t).
    c_to_a : ndarray (T, B, 3 n)
        dc_t/da of i, f and g.
    h_to_o : ndarray (T, B, n)
        dh_t/da_o = tanh(c_t) o (1 - o).
    f : ndarray (T, B, n)
        The direct path from c_{t-1} to c_t.
    """

    h_to_c: np.ndarray
    c_to_a: np.ndarray
    h_to_o: np.ndarray
    f: np.ndarray


class LSTM(Cell):
    """c_t = f ⊙ c_{t-1} + i ⊙ g. Hochreiter & Schmidhuber (1997), Gers et al. (2000); as PyTorch's ``nn.LSTM``."""

    name = "lstm"
    parts = 2
    gates = 4
    biases = 4
    kept_blocks = 5
    keeps, lets_in = 1, 0

    def run(self, params, x, states):
        """States, and (o, i, f, g, c_{t-1}) of every step, gate by gate: (T, 5, B, n)."""
        one = one_is_small(x.shape[1], params.n_hidden, params.n_in)
        return (states_of_one if one else states_of_batch)(params, x, states)

    def stepper(self, params, states):
        return stepper(params, states)

    def local(self, trace, *, precise=False):
        params, n = trace.params, trace.params.n_hidden
        c_before, c = trace.states[:-1, :, n:], trace.states[1:, :, n:]
        if precise:
            a = trace.x @ params.W_hx.T + trace.states[:-1, :, :n] @ params.W_hh.T + params.b_h
            a_i, a_f, a_g, a_o = (a[..., k * n : (k + 1) * n] for k in range(4))
            (i, slope_i), (f, slope_f), (o, slope_o) = map(sigmoid_and_slope, (a_i, a_f, a_o))
            c_to_a = np.concatenate([np.tanh(a_g) * slope_i, c_before * slope_f, i * sech_squared(a_g)], -1)
            return Local(o * sech_squared(c), c_to_a, np.tanh(c) * slope_o, f)
        by = factors(trace.kept, c)
        c_to_a = by[:, C_TO_I:].transpose(0, 2, 1, 3).reshape(*c.shape[:2], 3 * n)
        return Local(by[:, H_TO_C], c_to_a, by[:, H_TO_O], by[:, C_TO_C])

    def walk_back(self, trace, dL_do, dL_ds, from_later):
        _, B, q = dL_do.shape
        if from_later is None and trace.mask is None and one_is_small(B, trace.params.n_hidden, q):
            return signals_of_one(trace, dL_do, dL_ds)
        return signals_of_batch(trace, dL_do, dL_ds, from_later)

    def into_a(self, params, local, signal, dL_da=None):
        return self._into_a(params.n_hidden, local, signal, dL_da)[0]

    def back(self, params, local, signal, dL_da=None, before=None):
        n = params.n_hidden
        dL_da, dL_dc = self._into_a(n, local, signal, dL_da)
        if before is None:
            before = np.empty(signal.shape, signal.dtype)
        before[..., :n] = rows_times(dL_da, params.W_hh)
        np.multiply(dL_dc, local.f, out=before[..., n:])
        return dL_da, before

    def ahead(self, params, local, tangent):
        n = params.n_hidden
        da = rows_times(tangent[..., :n], params.W_hh.T)
        i, f, g = (local.c_to_a[..., k * n : (k + 1) * n] * da[..., k * n : (k + 1) * n] for k in range(3))
        dc = local.f * tangent[..., n:] + i + f + g
        return np.concatenate([local.h_to_c * dc + local.h_to_o * da[..., 3 * n :], dc], -1)

    def reach(self, params, local):
        W_hh = np.abs(params.W_hh)
        into_c, into_a = smallest(local.h_to_c), min(smallest(local.c_to_a), smallest(local.h_to_o))
        least = min(into_c, 1) * min(into_a * smallest(W_hh), smallest(local.f))
        widest = max(np.abs(local.c_to_a).max(), np.abs(local.h_to_o).max()) * W_hh.max() * len(W_hh)
        return least, (1 + local.h_to_c.max()) * max(widest, local.f.max())

    @staticmethod
    def _into_a(n, local, signal, dL_da):
        """dL/da, and dL/dc_t with what comes through h_t."""
        dL_dh, dL_dc = signal[..., :n], signal[..., n:]
        dL_dc = dL_dc + dL_dh * local.h_to_c
        if dL_da is None:
            dL_da = np.empty((*signal.shape[:-1], 4 * n), signal.dtype)
        by_gate = dL_da.reshape(*signal.shape[:-1], 4, n)
        c_to_a = local.c_to_a.reshape(*local.c_to_a.shape[:-1], 3, n)
        np.multiply(dL_dc[..., None, :], c_to_a, out=by_gate[..., :3, :])
        np.multiply(dL_dh, local.h_to_o, out=by_gate[..., 3, :])
        return dL_da, dL_dc

    def into_weights(self, trace, dL_da):
        T, B, width = dL_da.shape
        da, h_before = dL_da.reshape(T * B, width).T, trace.h[:-1].reshape(T * B, -1)
        return da @ trace.x.reshape(T * B, -1), da @ h_before, da @ np.ones(T * B, da.dtype)
