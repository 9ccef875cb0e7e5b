"""The smallest recurrent network, one number everywhere, with a weight of its own for every copy."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

INPUTS = (1.0, 0.0, -1.0, 1.0, 0.0)
TARGET = 1.0
WEIGHT = 0.8
W_X, W_O = 0.5, 1.5  # from the input to the state, from the state to the output


class Chain(NamedTuple):
    """A forward and a backward pass.

    Attributes
    ----------
    states : ndarray (T + 1, ...)
        h_0 first.
    loss : ndarray (...)
        Of the last output.
    contributions : ndarray (T, ...)
        dL/dw of every copy alone.
    """

    states: np.ndarray
    loss: np.ndarray
    contributions: np.ndarray


def run_chain(weights) -> Chain:
    """Forward and back through h_t = tanh(0.5 x_t + w_t h_{t-1}), with L = (1.5 h_T - 1)².

    Parameters
    ----------
    weights : ndarray (T, ...)
        Of copy 1 to copy T; further axes are networks side by side.
    """
    h = [np.zeros_like(weights[0])]
    for w, x in zip(weights, INPUTS, strict=False):
        h.append(np.tanh(W_X * x + w * h[-1]))
    wrong_by = W_O * h[-1] - TARGET
    dL_dh, contributions = 2 * wrong_by * W_O, []
    for t in range(len(weights), 0, -1):
        dL_da = (1 - h[t] ** 2) * dL_dh
        contributions.insert(0, dL_da * h[t - 1])
        dL_dh = dL_da * weights[t - 1]
    return Chain(np.array(h), wrong_by**2, np.array(contributions))
