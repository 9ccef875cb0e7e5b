"""Which losses reach which states through a window, and what is left of the gradient: a sum over the kept pairs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...cells.initial import init_params
from ...measures.travel import travel_back
from ...numbers.validate import whole_number
from ...passes.forward import forward
from ...tasks.text import Vocabulary, load_text
from ...truncation.lag_sums import way_of
from ..inputs import LONGEST, sequence
from ..kept import kept

N_HIDDEN = 16
SCHEMES = ("sliding", "stride τ/2", "chunked")


@kept(8)
def network_on_text(sequence_length, spectral_radius, seed):
    """An untrained tanh network with 16 units that predicts each next character of a text.

    Parameters
    ----------
    sequence_length : int
        T, 1 to 1000: the first T characters of a piece of the embedded text.
    spectral_radius : float
    seed : int
        Draws the weights and the place in the text.

    Returns
    -------
    trace : Trace
    dL_do : ndarray (T, 1, q)
        Of the mean cross-entropy.

    Raises
    ------
    ValueError
        If `sequence_length` or `spectral_radius` is out of range.
    """
    sequence_length = whole_number("sequence_length", sequence_length, 1, LONGEST)
    x, y, n_out, loss = sequence("text", seed)
    params = init_params(x.shape[2], N_HIDDEN, n_out, spectral_radius=spectral_radius, rng=seed)
    trace = forward(params, x[:sequence_length])
    return trace, loss(trace.o, y[:sequence_length])[1]


@kept(10)
def text_of(sequence_length, seed) -> str:
    """The characters that `network_on_text` reads."""
    characters = sequence("text", seed).x[:sequence_length, 0].argmax(1)
    return Vocabulary.of(load_text()).decode(characters)


def stride_of(scheme, window) -> int:
    """Steps between two walks back: 1 sliding, τ in blocks, and in between half a window, rounded up.

    Examples
    --------
    >>> [stride_of(scheme, 7) for scheme in SCHEMES]
    [1, 4, 7]
    """
    return {"sliding": 1, "stride τ/2": (window + 1) // 2, "chunked": window}[scheme]


def first_heard(sequence_length, window, stride) -> np.ndarray:
    """The first state that each loss reaches, if every `stride` steps a walk looks back `window` steps, ``(T,)``.

    Losses and states are counted from 1.

    Examples
    --------
    >>> first_heard(8, 4, 1), first_heard(8, 4, 2), first_heard(8, 4, 4)
    (array([1, 1, 1, 1, 2, 3, 4, 5]), array([1, 1, 1, 1, 3, 3, 5, 5]), array([1, 1, 1, 1, 5, 5, 5, 5]))
    """
    end_of_block = -(-np.arange(1, sequence_length + 1) // stride) * stride
    return np.maximum(1, end_of_block - window + 1)


def kept_pairs(sequence_length, window, stride) -> np.ndarray:
    """Row t, column s: whether the loss of step t reaches the state of step s, ``(T, T)`` of bool."""
    loss, state = np.ogrid[1 : sequence_length + 1, 1 : sequence_length + 1]
    return (state <= loss) & (state >= first_heard(sequence_length, window, stride)[:, None])


class Pairs(NamedTuple):
    """What every loss sends to every state, and what windows make of it.

    Attributes
    ----------
    log10_norm : ndarray (T, T)
        log10 ‖dL_t/dh_s‖, row t, column s; nan for s > t.
    cosine : dict of str to ndarray (T,)
        By scheme: between the gradient of windows 1 … T and the exact one, readout left out.
    """

    log10_norm: np.ndarray
    cosine: dict


@kept(8)
def pairs_of(sequence_length, spectral_radius, seed) -> Pairs:
    """The `Pairs` of a network on text; arguments as in `network_on_text`, T at most 200."""
    T = whole_number("sequence_length", sequence_length, 1, 200)
    trace, dL_do = network_on_text(T, spectral_radius, seed)
    way = way_of(trace, dL_do)
    signals = np.zeros((T, T, N_HIDDEN))  # state s, loss t
    for s, first, mantissa, exponent in travel_back(trace, way.own[:, :, None], np.arange(T)):
        signals[s, first:] = np.ldexp(mantissa[:, 0, 0], exponent)
    with np.errstate(divide="ignore"):
        log10_norm = np.log10(np.linalg.norm(signals, axis=2)).T
    log10_norm[np.triu_indices(T, 1)] = np.nan

    dL_da = way.cell.into_a(way.params, way.local, signals)
    cosine = {}
    for scheme in SCHEMES:
        heard = np.array([kept_pairs(T, window, stride_of(scheme, window)) for window in range(1, T + 1)], float)
        by_window = heard.transpose(2, 0, 1) @ dL_da  # at every state the sum over the losses it hears: (T, windows, n)
        gradients = way.into_weights_of_each(by_window[:, None]).reshape(T, -1)
        gradients /= np.linalg.norm(gradients, axis=1, keepdims=True)
        cosine[scheme] = gradients @ gradients[-1]  # the last window cuts nothing
    return Pairs(log10_norm, cosine)
