"""Explorer: how far does the trace of one character reach, and how far back does the last loss feel?"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...cells.initial import init_params
from ...measures.influence import gradient_profile
from ...passes.forward import Trace, forward
from ...tasks.losses import cross_entropy
from ...tasks.text import Vocabulary, load_text, one_hot
from ..explorer import Explorer, Guess, Real, Stages, Whole
from ..gradient_pictures import power
from ..kept import kept
from ..predict import marked
from ..text_pictures import COLUMNS
from .picture import ROWS, FirstLookPicture

N_HIDDEN = 32
LONGEST = COLUMNS * ROWS
GONE = -6  # log10: what is smaller counts as gone, forwards and backwards


class FirstLookData(NamedTuple):
    """What the picture shows, in the order of the text.

    Attributes
    ----------
    profile : ndarray (T,)
        log10 ‖dL/dh_t‖ of the last character's loss.
    distance : ndarray (T - swapped + 1,)
        ‖h_t - h'_t‖ from the swapped character on; empty if that is not read.
    swapped : int
        The character that is swapped, counted from 1.
    letter : str
        What stands there in the second reading.
    felt : int
        So many characters before the last loss, without a break, have a gradient of at least 10^-6.
    gone : int or None
        After so many characters, the swapped one counted, the distance is first below 10^-6; None if never.
    guess : float
        The reader's for `gone`; nan without one.
    """

    profile: np.ndarray
    distance: np.ndarray
    swapped: int
    letter: str
    felt: int
    gone: int | None
    guess: float


@kept(1)
def page() -> tuple[np.ndarray, Vocabulary]:
    """The first 361 characters of the embedded text, one-hot ``(361, 1, d)``, and the vocabulary of all of it."""
    text = load_text()
    vocabulary = Vocabulary.of(text)
    return one_hot(vocabulary.encode(text[: LONGEST + 1]), len(vocabulary))[:, None], vocabulary


@kept(8)
def reading(T, spectral_radius, seed) -> tuple[Trace, np.ndarray]:
    """An untrained tanh network with 32 units reads T characters; log10 ‖dL/dh_t‖ of its last guess, ``(T,)``."""
    x, vocabulary = page()
    d = len(vocabulary)
    params = init_params(d, N_HIDDEN, d, spectral_radius=spectral_radius, rng=seed)
    trace = forward(params, x[:T])
    _, dL_do = cross_entropy(trace.o, x[1 : T + 1].argmax(2), weight="last")
    return trace, gradient_profile(trace, dL_do)[::-1, 0]


def other_letter(letter) -> str:
    """What a character is swapped for: Z, and a Z for Q."""
    return "Q" if letter == "Z" else "Z"


@kept(8)
def first_look_data(sequence_length, spectral_radius, seed, swapped, guess="") -> FirstLookData:
    """The network reads the text twice, the second time with one character swapped, and guesses the next one.

    Parameters
    ----------
    sequence_length, seed, swapped : int
    spectral_radius : float
    guess : str
        What the reader expects `gone` to be.
    """
    T, first = sequence_length, swapped - 1
    trace, profile = reading(T, spectral_radius, seed)
    x, vocabulary = page()
    letter = other_letter(load_text()[first])
    distance = np.empty(0)
    if swapped <= T:  # up to there both readings are one
        x = x[first:T].copy()
        x[0] = one_hot(vocabulary.encode(letter), len(vocabulary))
        other = forward(trace.params, x, h0=trace.h[first])
        distance = np.linalg.norm(trace.h[swapped:, 0] - other.h[1:, 0], axis=1)
    gone, forgotten = np.flatnonzero(distance < 10.0**GONE), np.flatnonzero(profile < GONE)
    return FirstLookData(
        profile=profile,
        distance=distance,
        swapped=swapped,
        letter=letter,
        felt=T - 1 - int(forgotten[-1]) if len(forgotten) else T,
        gone=int(gone[0]) + 1 if len(gone) else None,
        guess=marked(guess),
    )


def describe(data) -> str:
    """The numbers of the picture in one sentence."""
    T, first = len(data.profile), power(data.profile[0])
    feels = f"The last loss feels {'all' if data.felt == T else f'the last {data.felt} of'} {T} characters"
    feels += f"; its gradient at the first has norm {first}."
    if not len(data.distance):
        return f"Character {data.swapped} is not read. {feels}"
    swap = f"Character {data.swapped} is swapped for {data.letter}"
    if data.gone is not None:
        return f"{swap}: the difference is gone after {data.gone} characters. {feels}"
    return f"{swap}: the states are still {power(np.log10(data.distance[-1]))} apart at character {T}. {feels}"


def picture() -> FirstLookPicture:
    """The page with the text that the network reads."""
    return FirstLookPicture(load_text()[:LONGEST])


FIRST_LOOK = Explorer(
    title="A text: what the last loss feels of it, and how the trace of one swapped character heals.",
    controls={
        "spectral_radius": Real(1.0, 0.5, 2, "Spectral radius ρ", "Largest |eigenvalue| of W_hh."),
        "swapped": Whole(1, 1, LONGEST, "Swapped character", "The character that is swapped, counted from 1."),
        "sequence_length": Stages(
            300, tuple(range(COLUMNS, LONGEST + 1, COLUMNS)), "Sequence length T", "T, the characters read."
        ),
        "seed": Whole(0, 0, 9, "Seed", "Draws the weights."),
        "guess": Guess("Your guess", "Characters until the difference is gone; marked on the page."),
    },
    leading=("spectral_radius",),
    compute=first_look_data,
    picture=picture,
    describe=describe,
    touch="Click on the page, or drag over it: the character that is swapped.",
)
