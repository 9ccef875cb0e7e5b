"""The exact backward pass with everything it adds on its way written down."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..cells.base import at, own_signals
from .backward import checked_signal


class BackwardSteps(NamedTuple):
    """What each step of the backward pass receives and what it gives; entry 0 belongs to the first time step.

    Attributes
    ----------
    own : ndarray (T, B, m)
        W_qhᵀ dL/do_t: what the step's own loss sends into its state.
    from_later : ndarray (T, B, m)
        What all later losses send, W_hhᵀ dL/da_{t+1} for an elementwise cell; zero at the last step.
    dL_ds : ndarray (T, B, m)
        Total derivative, the sum of the two.
    dL_da : ndarray (T, B, biases · n)
        f′(a_t) ⊙ dL/dh_t for an elementwise cell.
    W_hh_terms : ndarray (T, gates · n, n)
        dL/da_t h_{t-1}ᵀ summed over the batch: the share of step t in dL/dW_hh.
    """

    own: np.ndarray
    from_later: np.ndarray
    dL_ds: np.ndarray
    dL_da: np.ndarray
    W_hh_terms: np.ndarray

    @property
    def dL_dh(self) -> np.ndarray:
        """The part of `dL_ds` that belongs to h, (T, B, n)."""
        return self.dL_ds[..., : self.W_hh_terms.shape[2]]


def backward_steps(trace, dL_do) -> BackwardSteps:
    """Which terms join which gradient, at every step of backpropagation?

        dL/dh_t = W_qhᵀ dL/do_t + W_hhᵀ dL/da_{t+1},    dL/dW_hh = Σ_t dL/da_t h_{t-1}ᵀ

    For pictures of a few steps; `backward.bptt` gives the sums alone, faster.

    Parameters
    ----------
    trace : Trace
    dL_do : ndarray (T, B, q)

    Returns
    -------
    BackwardSteps

    Raises
    ------
    ValueError
        If `dL_do` does not fit the trace.

    Examples
    --------
    >>> from bptt_helpers import forward, init_params, squared_error
    >>> trace = forward(init_params(1, 2, 1), np.ones((3, 1, 1)))
    >>> steps = backward_steps(trace, squared_error(trace.o, np.ones((3, 1, 1)))[1])
    >>> steps.W_hh_terms.shape, bool(steps.from_later[-1].any())
    ((3, 2, 2), False)
    """
    dL_do = checked_signal(trace, dL_do)
    cell, params = trace.cell, trace.params
    own, local = own_signals(trace, dL_do), cell.local(trace)
    from_later, dL_ds = np.zeros_like(own), np.empty_like(own)
    dL_da, terms = [None] * len(own), [None] * len(own)
    for t in reversed(range(len(own))):
        dL_ds[t] = own[t] + from_later[t]
        dL_da[t], before = cell.back(params, at(local, t), dL_ds[t])
        terms[t] = cell.into_weights(trace.part(t, t + 1), dL_da[t][None])[1]
        if t > 0:
            from_later[t - 1] = before
    return BackwardSteps(own, from_later, dL_ds, np.array(dL_da), np.array(terms))
