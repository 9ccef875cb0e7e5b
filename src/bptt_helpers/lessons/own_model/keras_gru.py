"""A GRU and its readout as Keras computes them, step by step: what the exercise of notebook 13 is judged by.

z = σ(x K_z + b_z + h R_z + c_z),    r = σ(x K_r + b_r + h R_r + c_r),
ĥ = tanh(x K_h + b_h + r ⊙ (h R_h + c_h)),    h ← z ⊙ h + (1 - z) ⊙ ĥ,    o = h D + d

kernel is (K_z | K_r | K_h), recurrent_kernel is (R_z | R_r | R_h), bias has the rows (b_z | b_r | b_h) and
(c_z | c_r | c_h). Weights multiply from the right. So it stands in the documentation of ``keras.layers.GRU`` with
``reset_after=True``, which is how the layer is made unless one says otherwise.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class KerasGRU(NamedTuple):
    """Weights of a ``keras.layers.GRU`` and of the ``keras.layers.Dense`` behind it, in the order of ``get_weights``.

    Attributes
    ----------
    kernel : ndarray (d, 3 n)
    recurrent_kernel : ndarray (n, 3 n)
    bias : ndarray (2, 3 n)
        Row 0 is added to the product with x, row 1 to the product with h.
    dense_kernel : ndarray (n, q)
    dense_bias : ndarray (q,)
    """

    kernel: np.ndarray
    recurrent_kernel: np.ndarray
    bias: np.ndarray
    dense_kernel: np.ndarray
    dense_bias: np.ndarray


def draw_keras(d, n, q, seed=0) -> KerasGRU:
    """Weights with all entries drawn from N(0, 1), biases too, so that none of them can be forgotten unseen."""
    rng = np.random.default_rng(seed)
    return KerasGRU(*(rng.normal(size=shape) for shape in ((d, 3 * n), (n, 3 * n), (2, 3 * n), (n, q), (q,))))


def keras_outputs(weights, x) -> np.ndarray:
    """Outputs of the readout at every step, (T, B, q), of a batch x (T, B, d); h starts at 0."""
    h, outputs = np.zeros((x.shape[1], len(weights.recurrent_kernel))), []
    for x_t in x:
        from_x = np.split(x_t @ weights.kernel + weights.bias[0], 3, axis=1)
        from_h = np.split(h @ weights.recurrent_kernel + weights.bias[1], 3, axis=1)
        z, r = (_sigmoid(a + p) for a, p in zip(from_x[:2], from_h[:2], strict=True))
        h = z * h + (1 - z) * np.tanh(from_x[2] + r * from_h[2])
        outputs.append(h @ weights.dense_kernel + weights.dense_bias)
    return np.array(outputs)


def _sigmoid(a):
    return 1 / (1 + np.exp(-a))
