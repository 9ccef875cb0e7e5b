"""Explorer: how much does the first character still matter at the last?"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ..cells.initial import init_params
from ..figures.first_look import ROUNDING, FirstLookPicture
from ..measures.influence import gradient_profile
from ..passes.forward import forward
from ..tasks.losses import cross_entropy
from ..tasks.text import Vocabulary, load_text, one_hot
from .controls import float_slider, int_slider
from .live import Live

N_HIDDEN = 32
LONGEST = 1000


class FirstLookData(NamedTuple):
    """What the picture shows, in the order of the text.

    Attributes
    ----------
    distance : ndarray (T,)
        ‖h_t - h'_t‖ after each character, where the second text starts with another letter.
    profile : ndarray (T,)
        log10 ‖dL/dh_t‖ of the last character's loss.
    """

    distance: np.ndarray
    profile: np.ndarray


@lru_cache(maxsize=1)
def first_characters() -> tuple[np.ndarray, np.ndarray]:
    """The first 1001 characters of the embedded text, one-hot ``(1001, 1, d)``, and the same with another first one."""
    text = load_text()
    start = text[: LONGEST + 1]
    swapped = ("Z" if start[0] != "Z" else "Q") + start[1:]
    vocabulary = Vocabulary.of(text + swapped[0])
    return tuple(one_hot(vocabulary.encode(t), len(vocabulary))[:, None] for t in (start, swapped))


@lru_cache(maxsize=8)
def first_look_data(sequence_length, spectral_radius, seed) -> FirstLookData:
    """An untrained tanh network with 32 units reads the first T characters, twice, and predicts the next one.

    Parameters
    ----------
    sequence_length, seed : int
    spectral_radius : float
    """
    T = sequence_length
    x, x_swapped = first_characters()
    d = x.shape[2]
    params = init_params(d, N_HIDDEN, d, spectral_radius=spectral_radius, rng=seed)
    trace, other = forward(params, x[:T]), forward(params, x_swapped[:T])
    _, dL_do = cross_entropy(trace.o, x[1 : T + 1].argmax(2), weight="last")
    return FirstLookData(
        distance=np.linalg.norm(trace.h[1:, 0] - other.h[1:, 0], axis=1),
        profile=gradient_profile(trace, dL_do)[::-1, 0],
    )


def describe(data) -> str:
    """The numbers of the picture in one sentence."""
    T = len(data.profile)
    distance = data.distance[-1]
    first, last = data.profile[[0, -1]]
    forwards = "less than rounding" if distance < 10.0**ROUNDING else f"10^{np.log10(distance):z.1f}"
    return (
        f"After {T} character{'s' if T > 1 else ''} the two states are {forwards} apart; the last loss has a gradient "
        f"of norm 10^{last:z.1f} at character {T} and 10^{first:z.1f} at character 1."
    )


def explore_first_look(sequence_length=100, spectral_radius=1.0, seed=0) -> Live:
    """Sliders for the length of a text and the spectral radius of the network that reads it.

    Parameters
    ----------
    sequence_length : int
        T, 1 to 1000 characters.
    spectral_radius : float
        Largest |eigenvalue| of W_hh, 0.1 to 2.
    seed : int
        0 to 9; draws the weights.

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
        FirstLookPicture(load_text()[:LONGEST]),
        first_look_data,
        describe,
        {
            "sequence_length": int_slider("sequence_length", sequence_length, 1, LONGEST, "Sequence length T"),
            "spectral_radius": float_slider("spectral_radius", spectral_radius, 0.1, 2, "Spectral radius ρ"),
            "seed": int_slider("seed", seed, 0, 9, "Seed"),
        },
    )
