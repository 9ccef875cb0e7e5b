"""Attention of the last state over all states before it: one step from the loss to each of them, beside the chain."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...cells.initial import init_params
from ...measures.influence import gradient_profile
from ...passes.backward import bptt
from ...passes.forward import forward
from ..kept import kept

N_IN, N_HIDDEN = 4, 16
LENGTHS = (10, 20, 50, 100, 200, 500, 1000)  # T


class Attention(NamedTuple):
    """What the last state reads from the earlier ones, and what the loss sends back into all of them.

    Attributes
    ----------
    loss : float
        L = v · c.
    weights : ndarray (T - 1,)
        a_s for s = 1 … T - 1, which add up to 1.
    direct : ndarray (T, n)
        ∂⁺L/∂h_s for s = 1 … T: by the arc of s alone, and for h_T, which asks, by the scores.
    """

    loss: float
    weights: np.ndarray
    direct: np.ndarray


def attend(h, v, sharpness=1.0) -> Attention:
    """The last state asks all earlier ones, and a loss hears the mean that comes back.

        e_s = β h_T · h_s / √n,    a = softmax(e),    c = Σ_s a_s h_s,    L = v · c
        ∂⁺L/∂h_s = a_s v + β/√n de_s h_T,    ∂⁺L/∂h_T = β/√n Σ_s de_s h_s,    de_s = a_s v · (h_s - c)

    Parameters
    ----------
    h : ndarray (T, n)
        h_1 … h_T, T >= 2; keys and values are the states themselves. Complex ones serve a complex step.
    v : ndarray (n,)
    sharpness : float
        β; 0 weighs all states alike.

    Returns
    -------
    Attention

    References
    ----------
    Bahdanau, Cho & Bengio (2015), arXiv:1409.0473.

    Examples
    --------
    >>> attend(np.eye(3), np.ones(3), sharpness=0.0).weights
    array([0.5, 0.5])
    """
    *_, n = h.shape
    earlier, last = h[:-1], h[-1]
    beta = sharpness / np.sqrt(n)
    scores = beta * (earlier @ last)
    weights = np.exp(scores - scores.real.max())
    weights /= weights.sum()
    read = weights @ earlier
    into_scores = weights * ((earlier - read) @ v)
    direct = weights[:, None] * v + beta * into_scores[:, None] * last
    return Attention(read @ v, weights, np.vstack([direct, beta * (into_scores @ earlier)]))


@kept(16)
def attention_network(spectral_radius, seed):
    """A tanh network of 16 units that has read 1000 random inputs, its outputs its states, and a direction v.

    Parameters
    ----------
    spectral_radius : float
    seed : int

    Returns
    -------
    trace : Trace
        B = 1. A shorter sequence is a part of it.
    v : ndarray (n,)
        Of length 1.
    """
    params = init_params(N_IN, N_HIDDEN, N_HIDDEN, spectral_radius=spectral_radius, rng=seed)
    rng = np.random.default_rng(seed)
    v = rng.normal(size=N_HIDDEN)
    x = rng.normal(size=(LENGTHS[-1], 1, N_IN))
    return forward(params._replace(W_qh=np.eye(N_HIDDEN)), x), v / np.linalg.norm(v)


@kept(64)
def chain_alone(sequence_length, spectral_radius, seed) -> np.ndarray:
    """log10 ‖dL/dh_s‖ of L = v · h_T, which has no way back but the chain; ``(T,)``, s = 1 … T."""
    trace, v = attention_network(spectral_radius, seed)
    trace = trace.part(0, sequence_length)
    dL_do = np.zeros_like(trace.o)
    dL_do[-1] = v
    return gradient_profile(trace, dL_do)[::-1, 0]


@kept(64)
def attended(sequence_length, spectral_radius, sharpness, seed) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The same for L = v · c of `attend`: through all ways together, by the arc of s alone, and the weights a_s.

    Returns
    -------
    total : ndarray (T,)
        log10 ‖dL/dh_s‖.
    direct : ndarray (T,)
        log10 ‖∂⁺L/∂h_s‖.
    weights : ndarray (T - 1,)
    """
    trace, v = attention_network(spectral_radius, seed)
    trace = trace.part(0, sequence_length)
    attention = attend(trace.h[1:, 0], v, sharpness)
    total = bptt(trace, attention.direct[:, None]).dL_dh[:, 0]  # the outputs are the states: dL/do_s enters at h_s
    with np.errstate(divide="ignore"):
        return *(np.log10(np.linalg.norm(part, axis=1)) for part in (total, attention.direct)), attention.weights
