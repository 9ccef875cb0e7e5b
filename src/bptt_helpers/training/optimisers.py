"""From a gradient to a step: gradient descent, with momentum, and Adam.

An optimiser holds no state. What it remembers of earlier gradients, its moments, goes in and comes out, so that a run
can be stored, taken up again, and interrupted anywhere.
"""

from __future__ import annotations

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
        means, squares = (
            Params(*(beta * old + (1 - beta) * new for old, new in zip(moment, now, strict=True)))
            for beta, moment, now in (
                (self.beta1, moments[0], gradient),
                (self.beta2, moments[1], [g * g for g in gradient]),
            )
        )
        # the two corrections as two numbers: an update of the weights then takes one pass less over them
        rate = learning_rate / (1 - self.beta1 ** (update + 1))
        scale = 1 / np.sqrt(1 - self.beta2 ** (update + 1))
        stepped = (
            w - (rate * m / (np.sqrt(v) * scale + self.epsilon)).astype(w.dtype, copy=False)
            for w, m, v in zip(params, means, squares, strict=True)
        )
        return Params(*stepped), (means, squares)


def _zeros(params):
    return Params(*map(np.zeros_like, params))
