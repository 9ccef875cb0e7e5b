"""Text as input: the course's own, the reader's, or The Time Machine; its characters as one-hot vectors."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from ..numbers.validate import whole_number
from .sequences import LARGEST_BATCH, Batch, check_sizes
from .stored import data_file

EMBEDDED = "signal_line.txt"
TIME_MACHINE = "http://d2l-data.s3-accelerate.amazonaws.com/timemachine.txt"  # where d2l.ai keeps its copy
TIME_MACHINE_SHA1 = "090b5e7e70c295757f55df93cb0a180b9691891a"


def load_text(source=None) -> str:
    """Read a text: the embedded one, The Time Machine, or a file of your own.

    Line ends become "\\n" and a byte order mark is dropped; every other character is kept as it is.

    Parameters
    ----------
    source : str or os.PathLike, optional
        Default: "The Signal Line", a story written for this course in which early things return much later.
        "time_machine": the novel by H. G. Wells as d2l.ai publishes it, fetched once and then kept on disk.
        Anything else: the path of a UTF-8 text file.

    Returns
    -------
    str
        At least one character.

    Raises
    ------
    ValueError
        If the file is empty, is not UTF-8 text, or is not the file that d2l.ai published.
    OSError
        If the file cannot be found or read, or The Time Machine cannot be fetched.

    Examples
    --------
    >>> len(load_text()) > 30_000
    True
    """
    if source is None:
        return _read(data_file(EMBEDDED))
    if not isinstance(source, str | os.PathLike):
        raise ValueError(f'source: want a path, "time_machine" or None, got {source!r}')
    return _read(_fetch_time_machine() if source == "time_machine" else Path(source))


def _fetch_time_machine():
    import pooch  # here, for it takes longer to import than the rest of the package

    way_on = "the embedded text needs no network: load_text()"
    try:
        return Path(
            pooch.retrieve(
                TIME_MACHINE,
                known_hash=f"sha1:{TIME_MACHINE_SHA1}",
                fname="timemachine.txt",
                path=pooch.os_cache("bptt_helpers"),
            )
        )
    except OSError as error:  # the errors of requests are OSErrors too
        raise OSError(f"time_machine: could not be fetched ({type(error).__name__}); {way_on}") from error
    except ValueError as error:
        raise ValueError(f"time_machine: what came is not the file with sha1 {TIME_MACHINE_SHA1}; {way_on}") from error


def _read(path):
    name = repr(str(path)) if len(str(path)) <= 200 else f"{str(path)[:60]!r}…"
    if not os.path.exists(path):  # unlike Path.exists, False also for what cannot be a path, such as a whole text
        raise FileNotFoundError(f"source: want a text file, got {name}, which does not exist")
    if not path.is_file():
        raise OSError(f"source: want a text file, got {name}, which is no file")
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8").removeprefix("\ufeff")
        binary = raw.find(b"\0")  # valid UTF-8, but no text has it
    except UnicodeDecodeError as error:
        binary = error.start
    if binary >= 0:
        raise ValueError(f"source: want a UTF-8 text file, got byte 0x{raw[binary]:02x} at position {binary} of {name}")
    if not text:
        raise ValueError(f"source: want at least one character, got the empty file {name}")
    return text.replace("\r\n", "\n").replace("\r", "\n")


class Vocabulary:
    """The characters a network can read, numbered from 0 in the order of their code points.

    Parameters
    ----------
    characters : str
        Repeated ones count once.

    Attributes
    ----------
    characters : tuple of str
        Character k is number k.

    Raises
    ------
    ValueError
        If there is no character.

    Examples
    --------
    >>> vocabulary = Vocabulary.of("banana bread")
    >>> len(vocabulary), "".join(vocabulary.characters)
    (7, ' abdenr')
    >>> vocabulary.decode(vocabulary.encode("a bean"))
    'a bean'
    """

    def __init__(self, characters):
        self.characters = tuple(sorted(set(_check_text(characters))))
        self._number = {character: k for k, character in enumerate(self.characters)}

    @classmethod
    def of(cls, text) -> Vocabulary:
        """All characters that occur in `text`."""
        return cls(text)

    def __len__(self):
        return len(self.characters)

    def __repr__(self):
        return f"Vocabulary({''.join(self.characters)!r})"

    def encode(self, text) -> np.ndarray:
        """The numbers of the characters of `text`, ``(len(text),)``; a ValueError names the first unknown one."""
        if not isinstance(text, str):
            raise ValueError(f"text: want a string, got {type(text).__name__}")
        try:
            return np.fromiter(map(self._number.__getitem__, text), np.intp, len(text))
        except KeyError as error:
            unknown = error.args[0]
            raise ValueError(
                f"text: want only the {len(self)} characters of the vocabulary, "
                f"got {unknown!r} at position {text.index(unknown)}"
            ) from None

    def decode(self, indices) -> str:
        """The text whose characters have these numbers, ``(n,)``; the inverse of `encode`."""
        return "".join(map(self.characters.__getitem__, _check_indices(indices, len(self)).ravel()))


def one_hot(indices, size) -> np.ndarray:
    """Turn numbers into vectors that are 1 in one place and 0 elsewhere.

    Parameters
    ----------
    indices : array_like of int
        Any shape (…), entries from 0 to size - 1.
    size : int
        d, >= 1.

    Returns
    -------
    ndarray (…, d)

    Raises
    ------
    ValueError
        If an index is not a whole number from 0 to size - 1, or the result would be too large.

    Examples
    --------
    >>> one_hot([2, 0], 3)
    array([[0., 0., 1.],
           [1., 0., 0.]])
    """
    size = whole_number("size", size)
    indices = _check_indices(indices, size)
    if indices.size * size > LARGEST_BATCH:
        raise ValueError(f"indices: want at most {LARGEST_BATCH} numbers in the result, got {indices.size} × {size}")
    return (indices[..., None] == np.arange(size)).astype(float)


def text_batch(text, sequence_length, batch_size, *, vocabulary=None, rng=0) -> Batch:
    """Cut pieces out of a text at random places: given each character, say the next.

    Baseline: guessing among the d characters has a cross-entropy of ln d nats; answering with their
    frequencies, the entropy of the text's characters.

    Parameters
    ----------
    text : str
        At least T + 1 characters.
    sequence_length : int
        T, >= 1.
    batch_size : int
        B, >= 1.
    vocabulary : Vocabulary, optional
        Default: the characters of `text`.
    rng : numpy.random.Generator or int
        Source of randomness, or its seed: draws where the pieces begin.

    Returns
    -------
    Batch
        ``x`` (T, B, d): one-hot characters; ``y`` (T, B): the numbers of the characters that follow;
        ``weight`` None: every step is asked.

    Raises
    ------
    ValueError
        If the text is empty, too short, or has a character outside the vocabulary, or a size is out of range.

    Examples
    --------
    >>> batch = text_batch("to and fro", 4, 2)
    >>> batch.x.shape, batch.y.shape
    ((4, 2, 8), (4, 2))
    """
    _check_text(text)
    vocabulary = Vocabulary.of(text) if vocabulary is None else vocabulary
    if not isinstance(vocabulary, Vocabulary):
        raise ValueError(f"vocabulary: want a Vocabulary or None, got {type(vocabulary).__name__}")
    T, B = check_sizes(sequence_length, batch_size, len(vocabulary))
    if len(text) < T + 1:
        raise ValueError(f"text: want at least sequence_length + 1 = {T + 1} characters, got {len(text)}")
    numbers = vocabulary.encode(text)  # all of it: an unknown character is an error wherever the pieces begin
    start = np.random.default_rng(rng).integers(0, len(text) - T, B)
    piece = numbers[np.arange(T + 1)[:, None] + start]  # (T + 1, B)
    return Batch(one_hot(piece[:-1], len(vocabulary)), piece[1:], None)


def _check_text(text):
    if not isinstance(text, str):
        raise ValueError(f"text: want a string, got {type(text).__name__}")
    if not text:
        raise ValueError("text: want at least one character, got an empty string")
    return text


def _check_indices(indices, size):
    indices = np.asarray(indices)
    if indices.size == 0:
        return indices.astype(np.intp)
    if indices.dtype.kind not in "iu":
        raise ValueError(f"indices: want whole numbers from 0 to {size - 1}, got entries of type {indices.dtype}")
    if indices.min() < 0 or indices.max() >= size:
        raise ValueError(f"indices: want whole numbers from 0 to {size - 1}, got {indices.min()} to {indices.max()}")
    return indices
