"""One step of an LSTM, ahead and back in numbers: what the first exercise of notebook 09 is judged by.

c_t = f ⊙ c_{t-1} + i ⊙ g,    h_t = o ⊙ tanh(c_t),    a_t = (a_i | a_f | a_g | a_o)
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...passes.gradcheck import numerical_gradient


class Step(NamedTuple):
    """What one step back is given, and what the step ahead was made from.

    Attributes
    ----------
    dL_dh, dL_dc : ndarray (n,)
        What the loss feels of h_t, by all paths, and what has come to c_t from step t + 1.
    c_before : ndarray (n,)
        c_{t-1}.
    a : ndarray (4 n,)
        Blocks i, f, g, o.
    W_hh : ndarray (4 n, n)
    """

    dL_dh: np.ndarray
    dL_dc: np.ndarray
    c_before: np.ndarray
    a: np.ndarray
    W_hh: np.ndarray

    @property
    def arguments(self):
        """As the exercise names them, dL_dh, dL_dc, c_before, c, i, f, g, o, W_hh: copies, to be written into."""
        _, c, gates = ahead(self.a, self.c_before)
        return self.dL_dh.copy(), self.dL_dc.copy(), self.c_before.copy(), c, *gates, self.W_hh.copy()


class Back(NamedTuple):
    """What one step back returns.

    Attributes
    ----------
    a : ndarray (4 n,)
        dL/da_t.
    h, c : ndarray (n,)
        dL/dh_{t-1} and dL/dc_{t-1}.
    """

    a: np.ndarray
    h: np.ndarray
    c: np.ndarray

    def parts(self) -> dict:
        """By name, each of the four blocks of dL/da_t alone: six arrays (n,)."""
        blocks = zip("ifgo", np.split(self.a, 4), strict=True)
        return {f"dL/da_{k}": block for k, block in blocks} | {"dL/dh_{t-1}": self.h, "dL/dc_{t-1}": self.c}


def sigmoid(a):
    """1 / (1 + e^-a), of complex numbers too."""
    return 0.5 + 0.5 * np.tanh(0.5 * a)


def ahead(a, c_before):
    """One step ahead: h_t, c_t and the gates (i, f, g, o) from a_t (4 n,) and c_{t-1} (n,)."""
    a_i, a_f, a_g, a_o = np.split(a, 4)
    i, f, g, o = sigmoid(a_i), sigmoid(a_f), np.tanh(a_g), sigmoid(a_o)
    c = f * c_before + i * g
    return o * np.tanh(c), c, (i, f, g, o)


def draw_step(n, seed=0, *, h_feels=1.0, c_feels=1.0) -> Step:
    """A step of n units with everything drawn from N(0, 1); the two signals are multiplied by `h_feels`, `c_feels`."""
    rng = np.random.default_rng(seed)
    dL_dh, dL_dc, c_before = rng.normal(size=(3, n))
    return Step(h_feels * dL_dh, c_feels * dL_dc, c_before, rng.normal(size=4 * n), rng.normal(size=(4 * n, n)))


def numeric(step) -> Back:
    """The three derivatives by complex steps: the two signals are held still, a_t, h_{t-1} and c_{t-1} are moved."""

    def loss(a=step.a, c_before=step.c_before):
        h, c, _ = ahead(a, c_before)
        return (step.dL_dh * h + step.dL_dc * c).sum()

    return Back(
        numerical_gradient(loss, step.a),
        numerical_gradient(lambda h: loss(step.a + step.W_hh @ h), np.zeros_like(step.dL_dh)),  # by how much h is moved
        numerical_gradient(lambda c: loss(c_before=c), step.c_before),
    )
