"""The exact backward pass with everything it adds on its way written down."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..cells.activations import activation
from .backward import own_signals


class BackwardSteps(NamedTuple):
    """What each step of the backward pass receives and what it gives; entry 0 belongs to the first time step.

    Attributes
    ----------
    own : ndarray (T, B, n)
        W_qhᵀ dL/do_t: what the step's own loss sends into its state.
    from_later : ndarray (T, B, n)
        W_hhᵀ dL/da_{t+1}: what all later losses send; zero at the last step.
    dL_dh : ndarray (T, B, n)
        Total derivative, the sum of the two.
    dL_da : ndarray (T, B, n)
        f′(a_t) ⊙ dL/dh_t.
    W_hh_terms : ndarray (T, n, n)
        dL/da_t h_{t-1}ᵀ summed over the batch: the share of step t in dL/dW_hh.
    """

    own: np.ndarray
    from_later: np.ndarray
    dL_dh: np.ndarray
    dL_da: np.ndarray
    W_hh_terms: np.ndarray


def backward_steps(params, trace, dL_do) -> BackwardSteps:
    """Which terms join which gradient, at every step of backpropagation?

        dL/dh_t = W_qhᵀ dL/do_t + W_hhᵀ dL/da_{t+1},    dL/dW_hh = Σ_t dL/da_t h_{t-1}ᵀ

    For pictures of a few steps; `backward.bptt` gives the sums alone, faster.

    Parameters
    ----------
    params : Params
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
    >>> params = init_params(1, 2, 1)
    >>> trace = forward(params, np.ones((3, 1, 1)))
    >>> steps = backward_steps(params, trace, squared_error(trace.o, np.ones((3, 1, 1)))[1])
    >>> steps.W_hh_terms.shape, bool(steps.from_later[-1].any())
    ((3, 2, 2), False)
    """
    own = own_signals(params, trace, dL_do)
    slope = activation(trace.activation).slope_of_state(trace.h[1:])
    from_later, dL_dh, dL_da = np.zeros_like(own), np.empty_like(own), np.empty_like(own)
    for t in reversed(range(len(own))):
        dL_dh[t] = own[t] + from_later[t]
        dL_da[t] = slope[t] * dL_dh[t]
        if t > 0:
            from_later[t - 1] = dL_da[t] @ params.W_hh  # rows are sequences: W_hhᵀ dL/da
    terms = np.einsum("tbi,tbj->tij", dL_da, trace.h[:-1])
    return BackwardSteps(own, from_later, dL_dh, dL_da, terms)
