"""What networks in explorers read: sequences of 1000 steps that stay the same while the sliders move."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..tasks.losses import cross_entropy, squared_error
from ..tasks.sequences import adding, sine
from ..tasks.text import Vocabulary, load_text, text_batch
from .kept import kept

INPUTS = ("text", "sine", "adding")
LONGEST = 1000


class Sequence(NamedTuple):
    """One sequence, and what is asked at every step.

    Attributes
    ----------
    x : ndarray (1000, 1, d)
    y : ndarray (1000, 1) of int, or (1000, 1, 1)
        Classes for the text, else targets.
    n_out : int
        Outputs q that a network needs.
    loss : callable (o, y, *, weight) -> (loss, dL_do)
    """

    x: np.ndarray
    y: np.ndarray
    n_out: int
    loss: Callable


@kept(32)
def sequence(kind, seed) -> Sequence:
    """A piece of the embedded text, a sine wave, or the numbers of the adding task.

    A shorter sequence is the start of this one. Of the adding task the sum is asked at every step, not only at the
    last, and the marks are at two of the 1000 steps: the start may have none.

    Parameters
    ----------
    kind : {"text", "sine", "adding"}
    seed : int
    """
    if kind == "text":
        text = load_text()
        vocabulary = Vocabulary.of(text)
        batch = text_batch(text, LONGEST, 1, vocabulary=vocabulary, rng=seed)
        return Sequence(batch.x, batch.y, len(vocabulary), cross_entropy)
    if kind == "sine":
        batch = sine(LONGEST, 1, rng=seed)
        return Sequence(batch.x, batch.y, 1, squared_error)
    batch = adding(LONGEST, 1, rng=seed)
    return Sequence(batch.x, np.broadcast_to(batch.y, (LONGEST, 1, 1)), 1, squared_error)
