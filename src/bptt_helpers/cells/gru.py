"""The gated recurrent unit, in PyTorch's variant: the reset gate comes after the product with W_hh.

    r = σ(a_r),    z = σ(a_z),    n = tanh(a_n + r ⊙ p),    h_t = (1 - z) ⊙ n + z ⊙ h_{t-1}

a_r, a_z take both products, W_hx x_t and W_hh h_{t-1}; a_n takes W_hx x_t alone, and p = W_hn h_{t-1} + b_p stands
apart, since r multiplies it. So ``b_h`` has four blocks (r, z, n, p) and the weights have three (r, z, n).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .activations import sech_squared, sigmoid_and_slope
from .base import Cell, rows_times, smallest
from .gru_loops import (
    KEEP,
    factors,
    in_order,
    signals_of_batch,
    signals_of_one,
    states_of_batch,
    states_of_one,
    stepper,
)
from .loops import one_is_small


class Local(NamedTuple):
    """Factors of every step back.

    Attributes
    ----------
    h_to_a : ndarray (T, B, 4 n)
        dh_t/da of r, z, n and p.
    z : ndarray (T, B, n)
        The direct path from h_{t-1} to h_t.
    """

    h_to_a: np.ndarray
    z: np.ndarray


class GRU(Cell):
    """h_t = (1 - z) ⊙ n + z ⊙ h_{t-1}. Cho et al. (2014), arXiv:1406.1078, as PyTorch's ``nn.GRU``."""

    name = "gru"
    gates = 3
    biases = 4
    kept_blocks = 4
    keeps = 1

    def run(self, params, x, states):
        """States, and (r, z, p, n) of every step, gate by gate: (T, 4, B, n)."""
        one = one_is_small(x.shape[1], params.n_hidden, params.n_in)
        return (states_of_one if one else states_of_batch)(params, x, states)

    def stepper(self, params, states):
        return stepper(params, states)

    def local(self, trace, *, precise=False):
        params, n, h_before = trace.params, trace.params.n_hidden, trace.states[:-1]
        if precise:
            a, p = trace.x @ params.W_hx.T + params.b_h[: 3 * n], h_before @ params.W_hh.T
            p[..., 2 * n :] += params.b_h[3 * n :]
            a_r, a_z, a_n = (a[..., k * n : (k + 1) * n] for k in range(3))
            p_r, p_z, from_h = (p[..., k * n : (k + 1) * n] for k in range(3))
            (r, slope_r), (z, slope_z) = sigmoid_and_slope(a_r + p_r), sigmoid_and_slope(a_z + p_z)
            sum_n = a_n + r * from_h
            into_n = sigmoid_and_slope(-a_z - p_z)[0] * sech_squared(sum_n)  # 1 - z, right where z is rounded to 1
            into_z = (h_before - np.tanh(sum_n)) * slope_z
            return Local(np.concatenate([into_n * from_h * slope_r, into_z, into_n, into_n * r], -1), z)
        by = factors(trace.kept, h_before)
        return Local(in_order(by), by[:, KEEP])

    def walk_back(self, trace, dL_do, dL_ds, from_later):
        _, B, q = dL_do.shape
        if from_later is None and trace.mask is None and one_is_small(B, trace.params.n_hidden, q):
            return signals_of_one(trace, dL_do, dL_ds)
        return signals_of_batch(trace, dL_do, dL_ds, from_later)

    def into_a(self, params, local, signal, dL_da=None):
        n = params.n_hidden
        if dL_da is None:
            dL_da = np.empty((*signal.shape[:-1], 4 * n), signal.dtype)
        by_gate = local.h_to_a.reshape(*local.h_to_a.shape[:-1], 4, n)
        np.multiply(signal[..., None, :], by_gate, out=dL_da.reshape(*signal.shape[:-1], 4, n))
        return dL_da

    def back(self, params, local, signal, dL_da=None, before=None):
        n = params.n_hidden
        dL_da = self.into_a(params, local, signal, dL_da)
        before = np.multiply(signal, local.z, out=before)
        before += rows_times(dL_da[..., : 2 * n], params.W_hh[: 2 * n])
        before += rows_times(dL_da[..., 3 * n :], params.W_hh[2 * n :])
        return dL_da, before

    def ahead(self, params, local, tangent):
        n = params.n_hidden
        r, z, _, p = (local.h_to_a[..., k * n : (k + 1) * n] for k in range(4))
        da = rows_times(tangent, params.W_hh.T)
        return local.z * tangent + r * da[..., :n] + z * da[..., n : 2 * n] + p * da[..., 2 * n :]

    def reach(self, params, local):
        W_hh = np.abs(params.W_hh)
        most = np.abs(local.h_to_a).max() * W_hh.max() * len(W_hh) + local.z.max()
        return min(smallest(local.h_to_a) * smallest(W_hh), smallest(local.z)), most

    def into_weights(self, trace, dL_da):
        T, B, _ = dL_da.shape
        n = trace.params.n_hidden
        da, h_before = dL_da.reshape(T * B, 4 * n).T, trace.states[:-1].reshape(T * B, n)
        W_hh = np.empty_like(trace.params.W_hh)  # which reaches r, z and p
        np.matmul(da[: 2 * n], h_before, out=W_hh[: 2 * n])  # `dot` would copy a part of the rows first
        np.matmul(da[3 * n :], h_before, out=W_hh[2 * n :])
        return da[: 3 * n] @ trace.x.reshape(T * B, -1), W_hh, da @ np.ones(T * B, da.dtype)
