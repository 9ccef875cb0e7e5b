"""Explorer: a network writes at a temperature; how surprised is it by its own letters, and how much is old?"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...training.sampling import softmax
from ..explorer import Explorer, Real, Stages, Whole
from ..kept import kept
from .writer import LENGTH, PREFIX, STAGES, bits_of, known, known_of_story, story, writing
from .writing_picture import BARS, SHOWN, WritingPicture

SEEDS = 10


class WritingData(NamedTuple):
    """What the picture shows.

    Attributes
    ----------
    prefix, text, alphabet : str
        What was read, what was written, and all characters.
    surprise : ndarray (length,)
        -log2 of the chance that the network, at temperature 1, gave each letter it wrote.
    place : int
        The marked letter of `text`, counted from 1.
    letters : str
        The likeliest candidates there, the written one among them.
    own, warm : ndarray (8,)
        Their chances at temperature 1 and at `temperature`.
    temperature : float
    updates : int
    known, known_of_story : float
        Share of the pieces of 5 letters that occur in what was learned: of `text`, and of the held-out story.
    bits, bits_of_story : float
        Mean surprise of the network by its own letters, and by the held-out story.
    """

    prefix: str
    text: str
    alphabet: str
    surprise: np.ndarray
    place: int
    letters: str
    own: np.ndarray
    warm: np.ndarray
    temperature: float
    updates: int
    known: float
    known_of_story: float
    bits: float
    bits_of_story: float


@kept(8)
def writing_data(temperature, updates, place, seed) -> WritingData:
    """A GRU of 64 units that learned the story for some updates writes 230 letters.

    Parameters
    ----------
    temperature : float
    updates : int
        One of `STAGES`.
    place : int
        The letter whose candidates are shown, counted from 1.
    seed : int
        Draws the letters.
    """
    read, written = story(), writing(updates, temperature, seed)
    chances = written.chances[place - 1]
    best = list(np.argsort(-chances, kind="stable")[:BARS])
    came = read.vocabulary.characters.index(written.text[place - 1])
    if came not in best:
        best[-1] = came
    warm = softmax(np.log(np.maximum(chances, 1e-300)), temperature)[best]
    return WritingData(
        PREFIX,
        written.text,
        "".join(read.vocabulary.characters),
        written.surprise,
        place,
        "".join(read.vocabulary.characters[k] for k in best),
        chances[best],
        warm,
        temperature,
        updates,
        known(written.text),
        known_of_story(),
        float(written.surprise.mean()),
        bits_of(updates),
    )


def describe(data) -> str:
    """The numbers of the picture in one sentence."""
    start = data.text[:40].replace("\n", " ")
    came = data.text[data.place - 1]
    k = data.letters.index(came)
    return (
        f"After {data.updates} updates, at temperature {data.temperature:.2f}, “{data.prefix}” goes on “{start}…”. "
        f"Of its pieces of 5 letters {100 * data.known:.0f} % occur in what was learned (of the unread story "
        f"{100 * data.known_of_story:.0f} %); its own letters surprise it by {data.bits:.2f} bits each (the unread "
        f"story by {data.bits_of_story:.2f}). At place {data.place} it wrote “{SHOWN.get(came, came)}”, which it gave "
        f"{100 * data.own[k]:.0f} % at temperature 1 and {100 * data.warm[k]:.0f} % at this one."
    )


WRITING = Explorer(
    title="What a network writes, by temperature: how surprised it is by its own letters, and how much is old.",
    controls={
        "temperature": Real(
            1.0, 0, 2, "Temperature", "0 takes the likeliest letter, 1 the network's own chances.", 0.05
        ),
        "updates": Stages(STAGES[-1], STAGES, "Updates", "How long it learned.", plays=True),
        "place": Whole(14, 1, LENGTH, "Place", "The letter whose candidates are shown."),
        "seed": Whole(0, 0, SEEDS - 1, "Seed", "Draws the letters."),
    },
    leading=("temperature", "updates"),
    compute=writing_data,
    picture=WritingPicture,
    describe=describe,
    touch="Click a letter: what else could stand there.",
)
