"""A small character model that writes: trained when it is first asked for, and kept as it was on the way."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...cells.initial import init_params
from ...measures.bits import bits_per_character
from ...numbers.validate import choice
from ...tasks.text import Vocabulary, load_text
from ...tasks.text_layouts import split_text, text_batches
from ...training.loop import train
from ...training.optimisers import Adam
from ...training.run import start
from ...training.sampling import softmax, write
from ...training.schedules import cosine
from ..kept import kept

STAGES = (0, 25, 100, 250, 500)  # updates after which it is kept
UNITS, STEPS, BATCH, RATE = 64, 10, 16, 0.03
PREFIX, LENGTH, PIECE = "The tower ", 230, 5


class Story(NamedTuple):
    """What the writer reads and is compared with.

    Attributes
    ----------
    learned, held_out : str
        The first nine tenths of the embedded text, and the rest.
    vocabulary : Vocabulary
    pieces : frozenset of str
        All pieces of `PIECE` characters of `learned`.
    """

    learned: str
    held_out: str
    vocabulary: Vocabulary
    pieces: frozenset


@kept(1)
def story() -> Story:
    """The embedded text."""
    text = load_text()
    learned, held_out = split_text(text)
    return Story(learned, held_out, Vocabulary.of(text), frozenset(pieces_of(learned)))


def pieces_of(text) -> list[str]:
    """All pieces of `PIECE` characters in a row.

    Examples
    --------
    >>> pieces_of("to and")
    ['to an', 'o and']
    """
    return [text[k : k + PIECE] for k in range(len(text) - PIECE + 1)]


@kept(1)
def known_of_story() -> float:
    """What `known` says of the text that was held out."""
    return known(story().held_out)


def known(text) -> float:
    """Share of the pieces of a text that occur in what was learned, 0 to 1; nan if it is too short for one."""
    pieces = pieces_of(text)
    return float(np.mean([piece in story().pieces for piece in pieces])) if pieces else np.nan


@kept(1)
def writers() -> dict:
    """The weights of one GRU after each number of updates of `STAGES`.

    In float64: the rounding of another processor then moves them by 1e-10, which changes no letter.
    """
    learned, vocabulary = story().learned, story().vocabulary
    d = len(vocabulary)
    draw = text_batches(learned, STEPS, BATCH, vocabulary=vocabulary)
    run, found = start(init_params(d, UNITS, d, cell="gru", init="orthogonal", rng=0)), {}
    options = {"learning_rate": cosine(RATE, STAGES[-1]), "optimiser": Adam(), "clip_norm": 1.0, "cell": "gru"}
    for updates in STAGES:
        run = train(run, draw, updates=updates, **options)
        found[updates] = run.params
    return found


@kept(len(STAGES))
def bits_of(updates) -> float:
    """Bits a character on the held-out text, after so many updates."""
    read = story()
    options = {"cell": "gru", "before": read.learned[-300:]}
    return bits_per_character(writers()[updates], read.held_out, read.vocabulary, **options)


class Writing(NamedTuple):
    """What the writer wrote, letter by letter.

    Attributes
    ----------
    text : str
        Without the prefix.
    chances : ndarray (length, d)
        What the network expected at each place, at temperature 1.
    surprise : ndarray (length,)
        -log2 of the chance it gave the letter that came, in bits.
    """

    text: str
    chances: np.ndarray
    surprise: np.ndarray


@kept(64)
def writing(updates, temperature, seed) -> Writing:
    """What the network of a stage writes after the prefix.

    Parameters
    ----------
    updates : int
        One of `STAGES`.
    temperature : float
    seed : int
    """
    choice("updates", updates, STAGES)
    vocabulary = story().vocabulary
    options = {"prefix": PREFIX, "temperature": temperature, "cell": "gru", "rng": seed}
    written = write(writers()[updates], vocabulary, LENGTH, **options)
    chances = softmax(written.o)
    came = chances[np.arange(LENGTH), vocabulary.encode(written.text)]
    return Writing(written.text, chances, -np.log2(np.maximum(came, 1e-300)))
