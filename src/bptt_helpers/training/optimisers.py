"""From a gradient to a step: gradient descent, with momentum, and Adam.

An optimiser holds no state. What it remembers of earlier gradients, its moments, goes in and comes out, so that a run
can be stored, taken up again, and interrupted anywhere.
"""

from __future__ import annotations

import math
from typing import NamedTuple, Protocol

import numpy as np

from ..cells.params import Params


class Optimiser(Protocol):
    """What `train` asks of an optimiser."""

    def begin(self, params) -> tuple:
        """Moments before the first update: a tuple of Params."""

    def step(self, params, gradient, moments, learning_rate, update) -> tuple[Params, tuple]:
        """Weights and moments after one update, as new arrays; `update` counts from 0."""


class SGD(NamedTuple):
    """Gradient descent, with momentum if wanted.

        v ← μ v + g,    θ ← θ - η v

    Attributes
    ----------
    momentum : float
        μ, from 0, where v is g itself, to below 1.

    References
    ----------
    Polyak (1964), USSR Comput. Math. and Math. Phys. 4(5) (momentum).
    """

    momentum: float = 0.0

    def begin(self, params):
        return (_zeros(params),) if self.momentum else ()

    def step(self, params, gradient, moments, learning_rate, update):
        if moments:
            gradient = Params(*(self.momentum * v + g for v, g in zip(moments[0], gradient, strict=True)))
            moments = (gradient,)
        return Params(*(w - learning_rate * v for w, v in zip(params, gradient, strict=True))), moments


class Adam(NamedTuple):
    """Every weight gets steps of about the same length, however large its gradient.

        m ← β₁ m + (1 - β₁) g,    v ← β₂ v + (1 - β₂) g²
        θ ← θ - η m̂ / (√v̂ + ε),    m̂ = m / (1 - β₁ᵏ),    v̂ = v / (1 - β₂ᵏ),    k = 1, 2, …

    Attributes
    ----------
    beta1, beta2 : float
        How much of the means of g and g² an update keeps.
    epsilon : float
        Keeps a weight still whose gradient is all but 0.

    References
    ----------
    Kingma & Ba (2015), arXiv:1412.6980, algorithm 1.
    """

    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8

    def begin(self, params):
        return _zeros(params), _zeros(params)

    def step(self, params, gradient, moments, learning_rate, update):
        # the two corrections and ε join in two numbers: a pass less over the weights
        scale = math.sqrt(1 - self.beta2 ** (update + 1))
        rate = learning_rate * scale / (1 - self.beta1 ** (update + 1))
        # in the type of the weights, or a number of float64 would turn every array of float32 into one
        dtype = np.result_type(params.W_hh.dtype, np.float32)
        numbers = self.beta1, 1 - self.beta1, self.beta2, 1 - self.beta2, self.epsilon * scale, rate
        beta1, new1, beta2, new2, epsilon, rate = (np.array(number, dtype) for number in numbers)
        multiply, add = np.multiply, np.add
        stepped, means, squares = [], [], []
        for w, g, m, v in zip(params, gradient, *moments, strict=True):
            g = g.astype(dtype, copy=False)
            m, v, spare = multiply(m, beta1), multiply(v, beta2), multiply(g, new1)
            add(m, spare, m)
            multiply(g, g, spare)
            multiply(spare, new2, spare)
            add(v, spare, v)
            np.sqrt(v, spare)
            add(spare, epsilon, spare)
            np.divide(m, spare, spare)
            multiply(spare, rate, spare)
            stepped.append(np.subtract(w, spare, spare).astype(w.dtype, copy=False))
            means.append(m)
            squares.append(v)
        return Params(*stepped), (Params(*means), Params(*squares))


def _zeros(params):
    return Params(*map(np.zeros_like, params))
