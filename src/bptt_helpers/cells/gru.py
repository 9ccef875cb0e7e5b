"""The gated recurrent unit, in PyTorch's variant: the reset gate comes after the product with W_hh.

    r = σ(a_r),    z = σ(a_z),    n = tanh(a_n + r ⊙ p),    h_t = (1 - z) ⊙ n + z ⊙ h_{t-1}

a_r, a_z take both products, W_hx x_t and W_hh h_{t-1}; a_n takes W_hx x_t alone, and p = W_hn h_{t-1} + b_p stands
apart, since r multiplies it. So ``b_h`` has four blocks (r, z, n, p) and the weights have three (r, z, n).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .activations import sech_squared, sigmoid_and_slope
from .base import Cell, smallest, times


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
    keeps = 1

    def run(self, params, x, states):
        """States, and (r, z, n, p) of every step, (T, B, 4 n)."""
        n = params.n_hidden
        kept = self._drive(params, x)
        W_hh_T = np.ascontiguousarray(params.W_hh).T
        for a, h_before, h in zip(kept, states, states[1:], strict=False):
            p = h_before @ W_hh_T
            a[:, : 2 * n] += p[:, : 2 * n]
            a[:, 3 * n :] += p[:, 2 * n :]
            gates, new = a[:, : 2 * n], a[:, 2 * n : 3 * n]
            gates *= 0.5  # σ(a) = ½ + ½ tanh(a/2)
            np.tanh(gates, gates)
            gates *= 0.5
            gates += 0.5
            new += gates[:, :n] * a[:, 3 * n :]
            np.tanh(new, new)
            np.multiply(gates[:, n:], h_before - new, out=h)
            h += new
        return kept

    @staticmethod
    def _drive(params, x):
        """What needs no state: W_hx x_t + b_h in r, z, n, and b_p in p."""
        n = params.n_hidden
        a = np.empty((*x.shape[:2], 4 * n), params.W_hh.dtype)
        a[..., : 3 * n] = x @ params.W_hx.T
        a[..., 3 * n :] = 0
        a += params.b_h
        return a

    def local(self, trace, *, precise=False):
        n, h_before = trace.params.n_hidden, trace.states[:-1]
        if precise:
            a = self._drive(trace.params, trace.x)
            p = h_before @ trace.params.W_hh.T
            a[..., : 2 * n] += p[..., : 2 * n]
            from_h = a[..., 3 * n :] + p[..., 2 * n :]
            (r, slope_r), (z, slope_z) = (sigmoid_and_slope(a[..., k * n : (k + 1) * n]) for k in range(2))
            sum_n = a[..., 2 * n : 3 * n] + r * from_h
            new, slope_n = np.tanh(sum_n), sech_squared(sum_n)
            one_minus_z = sigmoid_and_slope(-a[..., n : 2 * n])[0]
        else:
            r, z, new, from_h = (trace.kept[..., k * n : (k + 1) * n] for k in range(4))
            slope_r, slope_z, slope_n, one_minus_z = r * (1 - r), z * (1 - z), 1 - new * new, 1 - z
        h_to_a = np.empty((*r.shape[:2], 4, n), r.dtype)
        into_n = np.multiply(one_minus_z, slope_n, out=h_to_a[..., 2, :])
        np.multiply(into_n, from_h * slope_r, out=h_to_a[..., 0, :])
        np.multiply(h_before - new, slope_z, out=h_to_a[..., 1, :])
        np.multiply(into_n, r, out=h_to_a[..., 3, :])
        return Local(h_to_a.reshape(*r.shape[:2], 4 * n), z)

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
        before += times(dL_da[..., : 2 * n], params.W_hh[: 2 * n])
        before += times(dL_da[..., 3 * n :], params.W_hh[2 * n :])
        return dL_da, before

    def ahead(self, params, local, tangent):
        n = params.n_hidden
        r, z, _, p = (local.h_to_a[..., k * n : (k + 1) * n] for k in range(4))
        da = times(tangent, params.W_hh.T)
        return local.z * tangent + r * da[..., :n] + z * da[..., n : 2 * n] + p * da[..., 2 * n :]

    def reach(self, params, local):
        W_hh = np.abs(params.W_hh)
        most = np.abs(local.h_to_a).max() * W_hh.max() * len(W_hh) + local.z.max()
        return min(smallest(local.h_to_a) * smallest(W_hh), smallest(local.z)), most

    def into_weights(self, trace, dL_da):
        T, B, _ = dL_da.shape
        n = trace.params.n_hidden
        da, h_before = dL_da.reshape(T * B, 4 * n).T, trace.states[:-1].reshape(T * B, n)
        reached = np.concatenate([da[: 2 * n], da[3 * n :]])  # what W_hh reaches: r, z and p
        return da[: 3 * n] @ trace.x.reshape(T * B, -1), reached @ h_before, da @ np.ones(T * B, da.dtype)
