"""A text as batches to learn from: where their sequences stand in the text, and whether the next batch goes on there.

streams               in_order              shuffled
abcd | efgh | …       abcd | mnop | …       ghij | …       rows: sequences; | : the next batch
mnop | qrst | …       efgh | qrst | …       cdef | …
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..numbers.validate import choice, flag, room, shown, whole_number
from .sequences import LARGEST_BATCH, Batch, check_sizes
from .text import Vocabulary, check_text

LAYOUTS = ("streams", "in_order", "shuffled")
DTYPES = ("float64", "float32")
HELD_OUT = 0.1  # share of a text, its end, that no update reads


def split_text(text) -> tuple[str, str]:
    """A text to learn from, its first nine tenths, and one to be measured on, the rest.

    Parameters
    ----------
    text : str
        At least one character; with fewer than five nothing is held out.

    Returns
    -------
    learned, held_out : str

    Raises
    ------
    ValueError
        If `text` is no text, or empty.

    Examples
    --------
    >>> split_text("abcdefghij")
    ('abcdefghi', 'j')
    """
    cut = round((1 - HELD_OUT) * len(check_text("text", text)))
    return text[:cut], text[cut:]


class TextBatches(NamedTuple):
    """Batches of a text; called with the number of an update it gives that batch. Made by `text_batches`.

    Attributes
    ----------
    characters : ndarray (N,)
        Numbers of the text's characters.
    vectors : ndarray (d, d)
        The one-hot vector of each number.
    sequence_length, batch_size : int
        T and B.
    layout : str
    carried : bool
    seed : int
    """

    characters: np.ndarray
    vectors: np.ndarray
    sequence_length: int
    batch_size: int
    layout: str
    carried: bool
    seed: int

    @property
    def per_pass(self) -> int:
        """Batches in which about all of the text is read once."""
        T, B, N = self.sequence_length, self.batch_size, len(self.characters)
        if self.layout == "streams":
            return (self._stretch - T) // T
        return (N - T) // (T * B)

    @property
    def _stretch(self) -> int:
        """Characters of each of the B stretches of the text."""
        return len(self.characters) // self.batch_size

    def starts(self, update) -> np.ndarray:
        """Where in the text the sequences of a batch begin, ``(B,)``.

        Every pass begins somewhere else within the first T characters, so that the borders of the batches move.
        """
        T, B = self.sequence_length, self.batch_size
        if self.layout == "shuffled":
            return self._rng(update).integers(0, len(self.characters) - T, B)
        in_pass, within = divmod(update, self.per_pass)
        first = self._rng(in_pass).integers(0, T)
        if self.layout == "streams":
            return first + within * T + np.arange(B) * self._stretch
        return first + (within * B + np.arange(B)) * T

    def _rng(self, number):
        return np.random.default_rng([self.seed, number])

    def __call__(self, update) -> Batch:
        """The batch of an update, counted from 0: x (T, B, d), y (T, B)."""
        update = whole_number("update", update, 0)
        T = self.sequence_length
        read = self.characters[self.starts(update) + np.arange(T + 1)[:, None]]
        first_of_pass = update % self.per_pass == 0
        goes_on = self.carried and update > 0 and (self.layout == "shuffled" or not first_of_pass)
        return Batch(self.vectors[read[:-1]], read[1:], None, goes_on)


def text_batches(
    text,
    sequence_length,
    batch_size,
    *,
    layout="streams",
    carried=True,
    vocabulary=None,
    seed=0,
    dtype="float64",
) -> TextBatches:
    """Lay a text out in batches: given each character, say the next.

    Only in the layout "streams" does a sequence go on where the same one of the batch before ended. With the two others
    a carried state comes from another place of the text: a mistake that no shape betrays, here to be looked at.

    Parameters
    ----------
    text : str
        At least B (2 T + 1) characters.
    sequence_length : int
        T, characters that a sequence reads in one update, >= 1.
    batch_size : int
        B, sequences side by side, >= 1.
    layout : {"streams", "in_order", "shuffled"}
        "streams": the text is cut into B long stretches, and sequence b reads stretch b. "in_order": pieces of T
        characters, B neighbours in each batch, as a data loader without shuffling gives them. "shuffled": pieces from
        random places.
    carried : bool
        Whether batches say that they go on (`Batch.goes_on`), but for the first of the run and of each pass.
    vocabulary : Vocabulary, optional
        Default: the characters of `text`.
    seed : int
        Draws where a pass, or a piece, begins; batch k depends on (seed, k) alone.
    dtype : {"float64", "float32"}
        Of x.

    Returns
    -------
    TextBatches
        A function of the update's number that returns its `Batch`, as `train` takes it; ``per_pass`` is the number of
        updates that read the text once.

    Raises
    ------
    ValueError
        If the text is too short or has a character outside the vocabulary, or an argument is out of range.

    Examples
    --------
    >>> draw = text_batches("the cat sat on the mat and the dog lay on the rug", 4, 2)
    >>> batch, following = draw(0), draw(1)
    >>> batch.x.shape, batch.goes_on, following.goes_on
    ((4, 2, 16), False, True)
    >>> bool((following.x[0].argmax(1) == batch.y[-1]).all())  # it goes on with the letter that was to be said
    True
    """
    check_text("text", text)
    choice("layout", layout, LAYOUTS)
    flag("carried", carried)
    choice("dtype", dtype, DTYPES)
    vocabulary = Vocabulary.of(text) if vocabulary is None else vocabulary
    if not isinstance(vocabulary, Vocabulary):
        raise ValueError(f"vocabulary: want a Vocabulary or None, got {shown(vocabulary)}")
    d = len(vocabulary)
    T, B = check_sizes(sequence_length, batch_size, d)
    room("text", d, d, largest=LARGEST_BATCH, where="for its different characters")
    if len(text) < B * (2 * T + 1):
        raise ValueError(
            f"text: want at least batch_size (2 sequence_length + 1) = {B * (2 * T + 1)} characters, got {len(text)}; "
            "use a longer text, a shorter sequence_length or a smaller batch_size"
        )
    seed = whole_number("seed", seed, 0)
    return TextBatches(vocabulary.encode(text), np.eye(d, dtype=dtype), T, B, layout, bool(carried), seed)
