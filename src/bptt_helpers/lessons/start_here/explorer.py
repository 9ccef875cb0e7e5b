"""Explorer: how much does the first character still matter at the last?"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...cells.initial import init_params
from ...measures.influence import gradient_profile
from ...passes.forward import forward
from ...tasks.losses import cross_entropy
from ...tasks.text import Vocabulary, load_text, one_hot
from ..explorer import Explorer, Real, Whole
from ..kept import kept
from .picture import ROUNDING, FirstLookPicture

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


@kept(1)
def first_characters() -> tuple[np.ndarray, np.ndarray]:
    """The first 1001 characters of the embedded text, one-hot ``(1001, 1, d)``, and the same with another first one."""
    text = load_text()
    start = text[: LONGEST + 1]
    swapped = ("Z" if start[0] != "Z" else "Q") + start[1:]
    vocabulary = Vocabulary.of(text + swapped[0])
    return tuple(one_hot(vocabulary.encode(t), len(vocabulary))[:, None] for t in (start, swapped))


@kept(8)
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


def picture() -> FirstLookPicture:
    """The page with the text that the network reads."""
    return FirstLookPicture(load_text()[:LONGEST])


FIRST_LOOK = Explorer(
    title="A text, and how much its first character still matters at the last.",
    controls={
        "sequence_length": Whole(100, 1, LONGEST, "Sequence length T", "T, the characters read."),
        "spectral_radius": Real(1.0, 0.1, 2, "Spectral radius ρ", "Largest |eigenvalue| of W_hh."),
        "seed": Whole(0, 0, 9, "Seed", "Draws the weights."),
    },
    leading=("sequence_length", "spectral_radius"),
    compute=first_look_data,
    picture=picture,
    describe=describe,
)
