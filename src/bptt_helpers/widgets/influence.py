"""Explorer: how far back does the last loss reach, and every other loss?"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ..cells import ACTIVATIONS
from ..figures.influence import InfluencePicture
from ..forward import forward
from ..losses import cross_entropy, squared_error
from ..measures import influence
from ..parameters import init_params
from ..sequences import adding, sine
from ..text import Vocabulary, load_text, text_batch
from .controls import float_slider, int_slider, menu
from .live import Live

INPUTS = ("text", "sine", "adding")
ROWS = 100  # losses in the map: more would not be seen


class InfluenceData(NamedTuple):
    """What the picture shows.

    Attributes
    ----------
    profile : ndarray (T,)
        log10 ‖dL_{T-1}/dh_s‖ by lag.
    map : ndarray (rows, T)
        log10 ‖dL_t/dh_s‖ for up to 100 losses t, evenly spaced, the last one included.
    """

    profile: np.ndarray
    map: np.ndarray


@lru_cache(maxsize=1)
def _embedded_text():
    text = load_text()
    return text, Vocabulary.of(text)


def _sequence(kind, sequence_length, seed):
    """One sequence of the wanted kind with something to predict at every step: (x, y, number of outputs, loss)."""
    if kind == "text":
        text, vocabulary = _embedded_text()
        batch = text_batch(text, sequence_length, 1, vocabulary=vocabulary, rng=seed)
        return batch.x, batch.y, len(vocabulary), cross_entropy
    if kind == "sine":
        batch = sine(sequence_length, 1, rng=seed)
        return batch.x, batch.y, 1, squared_error
    batch = adding(max(sequence_length, 2), 1, rng=seed)  # the sum is asked for at every step, not only at the last
    return batch.x[:sequence_length], np.broadcast_to(batch.y, (sequence_length, 1, 1)), 1, squared_error


@lru_cache(maxsize=8)
def influence_data(sequence_length, spectral_radius, activation, n_hidden, inputs, seed) -> InfluenceData:
    """One untrained network on one sequence with a loss at every step, and the influence of its states on its losses.

    Parameters
    ----------
    sequence_length, n_hidden, seed : int
    spectral_radius : float
    activation : {"tanh", "relu", "sigmoid", "identity"}
    inputs : {"text", "sine", "adding"}
    """
    x, y, n_out, loss = _sequence(inputs, sequence_length, seed)
    params = init_params(x.shape[2], n_hidden, n_out, spectral_radius=spectral_radius, rng=seed)
    trace = forward(params, x, activation=activation)
    _, dL_do = loss(trace.o, y)
    losses = np.unique(np.linspace(0, sequence_length - 1, ROWS).astype(int))
    log_norm = influence(params, trace, dL_do, losses=losses)[:, :, 0]
    return InfluenceData(profile=log_norm[-1, ::-1], map=log_norm)


def describe(data) -> str:
    """The numbers of the picture in one sentence."""
    T = len(data.profile)
    here, there = data.profile[[0, -1]]
    if T == 1:
        return f"One step: the gradient of its loss has norm 10^{here:.1f}; nothing travels back."
    if there == -np.inf:
        return f"Last loss, {T} steps: the gradient has norm 10^{here:.1f} at lag 0 and is exactly zero at lag {T - 1}."
    change = there - here
    verb = "grows" if change > 0 else "shrinks"
    return (
        f"Last loss, {T} steps: the gradient has norm 10^{here:.1f} at lag 0 and 10^{there:.1f} at lag {T - 1}; "
        f"it {verb} by a factor of 10^{abs(change) / (T - 1):.3f} a step on average."
    )


def explore_influence(
    sequence_length=100, spectral_radius=1.0, activation="tanh", n_hidden=16, inputs="text", seed=0
) -> Live:
    """Sliders for a network, and how far back its losses reach.

    Parameters
    ----------
    sequence_length : int
        T, 1 to 1000.
    spectral_radius : float
        Largest |eigenvalue| of W_hh, 0 to 2.
    activation : {"tanh", "relu", "sigmoid", "identity"}
    n_hidden : int
        2 to 64.
    inputs : {"text", "sine", "adding"}
    seed : int
        0 to 9; draws weights and sequence.

    Returns
    -------
    Live
        A widget with ``controls``, ``image``, ``update(**values)`` and ``sentence``.

    Raises
    ------
    ValueError
        If a start value is out of range.
    """
    return Live(
        InfluencePicture(),
        influence_data,
        describe,
        {
            "sequence_length": int_slider("sequence_length", sequence_length, 1, 1000, "Sequence length T"),
            "spectral_radius": float_slider("spectral_radius", spectral_radius, 0, 2, "Spectral radius ρ"),
            "activation": menu("activation", activation, tuple(ACTIVATIONS), "Activation f"),
            "n_hidden": int_slider("n_hidden", n_hidden, 2, 64, "Hidden units n"),
            "inputs": menu("inputs", inputs, INPUTS, "Inputs x"),
            "seed": int_slider("seed", seed, 0, 9, "Seed"),
        },
    )
