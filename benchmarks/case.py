"""The network and the data that all peers get, and what it means that they agree."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from bptt_helpers import Params

D = Q = 8
TOLERANCE = 1e-10


class Case(NamedTuple):
    """A tanh network with d inputs and q classes, and a batch of random sequences for it."""

    params: Params
    x: np.ndarray
    y: np.ndarray


class DisagreementError(AssertionError):
    """A peer's answer differs from ours: its time would mean nothing."""


def make_case(T, n, B, seed=0) -> Case:
    """Draw a network and a batch: T steps, n hidden units, B sequences, d = q = 8, float64."""
    rng = np.random.default_rng(seed)
    params = Params(
        rng.normal(size=(n, D)) / np.sqrt(D),
        rng.normal(size=(n, n)) / np.sqrt(n),
        0.1 * rng.normal(size=n),
        rng.normal(size=(Q, n)) / np.sqrt(n),
        0.1 * rng.normal(size=Q),
    )
    return Case(params, rng.normal(size=(T, B, D)), rng.integers(0, Q, (T, B)))


def difference(answer, wanted) -> float:
    """Largest difference between two (loss, gradient), each relative to the size of its field."""
    loss, gradient = answer
    wanted_loss, wanted_gradient = wanted
    parts = [abs(loss - wanted_loss) / abs(wanted_loss)]
    parts += [np.abs(g - w).max() / np.abs(w).max() for g, w in zip(gradient, wanted_gradient, strict=True)]
    return float(np.max(parts))  # of nan and numbers Python's own max may return a number


def check(name, answer, wanted) -> None:
    """Raise a DisagreementError unless (loss, gradient) is the wanted one to 1e-10."""
    found = difference(answer, wanted)
    if not found <= TOLERANCE:  # nan is no agreement either
        raise DisagreementError(
            f"{name}: want the same loss and gradient to {TOLERANCE:g}, got a difference of {found:.1e}"
        )
