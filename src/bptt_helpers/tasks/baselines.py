"""What a network that reads a text has to beat: counting, and programs that compress files."""

from __future__ import annotations

import math

from ..numbers.validate import choice, items, shown
from .compressors import COMPRESSORS, compressed_bits
from .ngrams import KneserNey
from .text import Vocabulary, check_text

ORDERS = {"unigram": 1, "bigram": 2, "trigram": 3, "4-gram": 4, "5-gram": 5}
BASELINES = ("uniform", *ORDERS, *COMPRESSORS)


def baselines(learned, held_out, vocabulary=None, names=BASELINES) -> dict[str, float]:
    """Bits a character of a held-out text, for models that know the text before it and no network.

    Parameters
    ----------
    learned : str
        What is counted, or packed before; it ends where `held_out` begins.
    held_out : str
        At least one character.
    vocabulary : Vocabulary, optional
        All characters that can come. Default: those of both texts.
    names : sequence of str
        Which, and in which order: "uniform" gives all characters the same probability; "unigram" to "5-gram" are
        `KneserNey`, which counts what followed the last 0 to 4 characters; "gzip", "bz2" and "lzma" are
        `compressed_bits`, and left out if this Python was built without them.

    Returns
    -------
    dict of str to float
        In the order of `names`.

    Raises
    ------
    ValueError
        If a text is empty, too short for what is to be counted or has a character outside the vocabulary, or a name
        is unknown.

    Examples
    --------
    >>> bits = baselines("to be or not to be, ", "that is to be", names=("uniform", "bigram"))
    >>> {name: round(value, 2) for name, value in bits.items()}
    {'uniform': 3.58, 'bigram': 3.02}
    """
    check_text("learned", learned)
    check_text("held_out", held_out)
    if vocabulary is None:
        vocabulary = Vocabulary.of(learned + held_out)
    elif not isinstance(vocabulary, Vocabulary):
        raise ValueError(f"vocabulary: want a Vocabulary or None, got {shown(vocabulary)}")
    vocabulary.encode(learned, "learned")
    vocabulary.encode(held_out, "held_out")
    found = {}
    for name in [choice("names", name, BASELINES) for name in items("names", names, "names of models")]:
        try:
            found[name] = _bits(name, learned, held_out, vocabulary)
        except ImportError:
            continue
    return found


def _bits(name, learned, held_out, vocabulary):
    if name == "uniform":
        return math.log2(len(vocabulary))
    if name in COMPRESSORS:
        return compressed_bits(held_out, name, learned)
    order = ORDERS[name]
    if len(learned) < order:
        raise ValueError(f"learned: want at least {order} characters for a {name}, got {len(learned)}")
    return KneserNey(learned, order, vocabulary).bits_per_character(held_out, learned)
