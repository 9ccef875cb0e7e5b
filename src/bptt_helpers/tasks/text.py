"""Text as input: the course's own, the reader's, or The Time Machine; its characters as one-hot vectors."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from ..numbers.validate import generator, plain, room, shown, whole_number
from .sequences import LARGEST_BATCH, Batch, check_sizes
from .stored import data_file
from .text_files import check_encoding, file_at, read_text

EMBEDDED = "signal_line.txt"
TIME_MACHINE = "http://d2l-data.s3-accelerate.amazonaws.com/timemachine.txt"  # where d2l.ai keeps its copy
TIME_MACHINE_SHA1 = "090b5e7e70c295757f55df93cb0a180b9691891a"


def load_text(source=None, *, encoding=None) -> str:
    """Read a text: the embedded one, The Time Machine, or a file of your own.

    Line ends become "\\n" and a byte order mark is dropped; every other character is kept as it is.

    Parameters
    ----------
    source : str or os.PathLike, optional
        Default: "The Signal Line", a story written for this course in which early things return much later.
        "time_machine": the novel by H. G. Wells as d2l.ai publishes it, fetched once and then kept on disk.
        Anything else: the path of a text file of at most 1 GB; ``~`` is your home folder.
    encoding : str, optional
        Encoding of a file of your own, such as "cp1252". Default: UTF-8, or UTF-16 and UTF-32 where the file begins
        with their byte order mark.

    Returns
    -------
    str
        At least one character.

    Raises
    ------
    ValueError
        If the file is empty, too large, not text in this encoding (the sentence names the likely one), or not the
        file that d2l.ai published; if `source` is the address of a page, or `encoding` is unknown.
    OSError
        If the file cannot be found or read, or The Time Machine cannot be fetched.

    Examples
    --------
    >>> len(load_text()) > 30_000
    True
    """
    check_encoding(encoding)
    if source is None or (isinstance(source, str) and source == "time_machine"):
        if encoding is not None:
            raise ValueError(f"encoding: want None, since this text needs no other, got {shown(encoding)}")
        return read_text(file_at(data_file(EMBEDDED)) if source is None else _fetch_time_machine())
    if not isinstance(source, str | os.PathLike):
        raise ValueError(f'source: want a path, "time_machine" or None, got {shown(source)}')
    return read_text(file_at(source), encoding)


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
        self.characters = _distinct(check_text("characters", characters))
        points = _code_points("".join(self.characters))
        self._number = np.full(int(points[-1]) + 2, -1)  # by code point; the last stands for all beyond
        self._number[points] = np.arange(len(points))

    @classmethod
    def of(cls, text) -> Vocabulary:
        """All characters that occur in `text`."""
        return cls(check_text("text", text))

    def __len__(self):
        return len(self.characters)

    def __repr__(self):
        return f"Vocabulary({''.join(self.characters)!r})"

    def encode(self, text, name="text") -> np.ndarray:
        """The numbers of the characters of `text`, ``(len(text),)``; a ValueError names the first unknown one.

        `name` is what the ValueError calls the text.
        """
        if not isinstance(text, str):
            raise ValueError(f"{name}: want a string, got {type(text).__name__}")
        room("text", len(text))
        numbers = np.empty(len(text), np.intp)
        for start, piece in _pieces(text):
            here = self._number.take(_code_points(piece), mode="clip")
            if here.min() < 0:
                unknown = int(here.argmin())
                raise ValueError(
                    f"{name}: want only the {len(self)} characters of the vocabulary, "
                    f"got {piece[unknown]!r} at position {start + unknown}"
                )
            numbers[start : start + len(piece)] = here
        return numbers

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
    room("indices, size", max(1, indices.size), size, largest=LARGEST_BATCH, where="in the result")
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
    check_text("text", text)
    own, vocabulary = vocabulary is None, Vocabulary.of(text) if vocabulary is None else vocabulary
    if not isinstance(vocabulary, Vocabulary):
        raise ValueError(f"vocabulary: want a Vocabulary or None, got {type(vocabulary).__name__}")
    T, B = check_sizes(sequence_length, batch_size, len(vocabulary))
    if len(text) < T + 1:
        raise ValueError(f"text: want at least sequence_length + 1 = {T + 1} characters, got {len(text)}")
    unknown = not own and set(_distinct(text)).difference(vocabulary.characters)
    if unknown:  # an error wherever the pieces begin
        vocabulary.encode(text[: 1 + min(map(text.index, unknown))])
    starts = generator("rng", rng).integers(0, len(text) - T, B)
    numbers = vocabulary.encode("".join([text[start : start + T + 1] for start in starts]))
    piece = numbers.reshape(B, T + 1).T
    return Batch(one_hot(piece[:-1], len(vocabulary)), piece[1:], None)


def _pieces(text):
    """A text in pieces that the cache holds, each with the position where it begins."""
    return ((start, text[start : start + 2**16]) for start in range(0, len(text), 2**16))


def _code_points(text):
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def _distinct(text):
    """The different characters of a text, in the order of their code points."""
    return tuple(sorted(set().union(*(piece for _, piece in _pieces(text)))))


def check_text(name, text):
    if not isinstance(text, str):
        raise ValueError(f"{name}: want a string, got {type(text).__name__}")
    if not text:
        raise ValueError(f"{name}: want at least one character, got an empty string")
    return text


def _check_indices(indices, size):
    indices = plain("indices", indices)
    if indices.size == 0:
        return indices.astype(np.intp)
    if indices.dtype.kind not in "iu":
        raise ValueError(f"indices: want whole numbers from 0 to {size - 1}, got entries of type {indices.dtype}")
    if indices.min() < 0 or indices.max() >= size:
        raise ValueError(f"indices: want whole numbers from 0 to {size - 1}, got {indices.min()} to {indices.max()}")
    return indices
