"""The network and the data that all peers get, and what it means that they agree."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from bptt_helpers import Params
from bptt_helpers.cells.catalogue import find_cell

D = Q = 8
TOLERANCE = 1e-10
TOLERANCE_FLOAT32 = 1e-4


class Case(NamedTuple):
    """A network with d inputs and q classes, and a batch of random sequences for it."""

    params: Params
    x: np.ndarray
    y: np.ndarray
    cell: str = "tanh"


class DisagreementError(AssertionError):
    """A peer's answer differs from ours: its time would mean nothing."""


def make_case(T, n, B, seed=0, cell="tanh", dtype="float64") -> Case:
    """Draw a network and a batch: T steps, n hidden units, B sequences, d = q = 8."""
    rng = np.random.default_rng(seed)
    gates, biases = find_cell(cell).gates, find_cell(cell).biases
    params = Params(
        rng.normal(size=(gates * n, D)) / np.sqrt(D),
        rng.normal(size=(gates * n, n)) / np.sqrt(n),
        0.1 * rng.normal(size=biases * n),
        rng.normal(size=(Q, n)) / np.sqrt(n),
        0.1 * rng.normal(size=Q),
    )
    return Case(params.astype(dtype), rng.normal(size=(T, B, D)).astype(dtype), rng.integers(0, Q, (T, B)), cell)


def difference(answer, wanted) -> float:
    """Largest difference between two (loss, gradient), each relative to the size of its field."""
    loss, gradient = answer
    wanted_loss, wanted_gradient = wanted
    parts = [abs(loss - wanted_loss) / abs(wanted_loss)]
    parts += [np.abs(g - w).max() / np.abs(w).max() for g, w in zip(gradient, wanted_gradient, strict=True)]
    return float(np.max(parts))  # of nan and numbers Python's own max may return a number


def check(name, answer, wanted) -> None:
    """Raise a DisagreementError unless (loss, gradient) is the wanted one to 1e-10, in float32 to 1e-4."""
    found = difference(answer, wanted)
    tolerance = TOLERANCE_FLOAT32 if wanted[1].W_hh.dtype == np.float32 else TOLERANCE
    if not found <= tolerance:  # nan is no agreement either
        raise DisagreementError(
            f"{name}: want the same loss and gradient to {tolerance:g}, got a difference of {found:.1e}"
        )
