"""How well a network predicts a text: bits a character, with all of the past or with the last characters alone."""

from __future__ import annotations

import numpy as np

from ..cells.catalogue import find_cell
from ..cells.params import check_gradient
from ..numbers.validate import items, room, shown, whole_number
from ..passes.forward import forward
from ..tasks.losses import cross_entropy
from ..tasks.text import Vocabulary, check_text

STRETCH = 512  # steps of one forward pass: what a longer one keeps would leave the cache
AT_ONCE = 2**24  # numbers of a batch of contexts, one-hot


def bits_per_character(params, text, vocabulary, *, cell="tanh", before="") -> float:
    """Mean of -log2 p over the characters of a text, p the probability that the network gave each before it came.

    The network reads from the first character to the last, its state carried all the way. A reader who guesses among d
    characters has log2 d bits.

    Parameters
    ----------
    params : Params
        With one input and one output for each character of the vocabulary.
    text : str
        What is predicted; at least one character, two without `before`, whose first is then only read.
    vocabulary : Vocabulary
    cell : str or Cell
        As `forward` takes it.
    before : str
        Read first, not counted: what stands before `text`.

    Returns
    -------
    float
        In bits.

    Raises
    ------
    ValueError
        If the text is too short or has a character outside the vocabulary, or the network has other inputs or outputs.

    Examples
    --------
    >>> from bptt_helpers import init_params
    >>> params = init_params(2, 3, 2)
    >>> params = params._replace(W_qh=0 * params.W_qh)  # knows nothing
    >>> bits_per_character(params, "abbabab", Vocabulary("ab"))
    1.0
    """
    cell = _check(params, text, vocabulary, cell)
    skipped = max(0, len(vocabulary.encode(before, "before")) - 1)
    if len(before) + len(text) < 2:
        raise ValueError("text: want at least two characters, or one and what stands before it, got one alone")
    numbers = np.concatenate([vocabulary.encode(before), vocabulary.encode(text)])
    vectors, state, nats = np.eye(len(vocabulary), dtype=params.W_hh.dtype), None, 0.0
    for start in range(0, len(numbers) - 1, STRETCH):
        read = numbers[start : start + STRETCH + 1]
        trace = forward(params, vectors[read[:-1], None], cell=cell, s0=state)
        state = trace.states[-1]
        counted = np.arange(start, start + len(read) - 1) >= skipped
        if counted.any():
            nats += cross_entropy(trace.o[counted], read[1:][counted, None])[0] * counted.sum()
    return float(nats / np.log(2) / (len(numbers) - 1 - skipped))


def bits_by_context(params, text, vocabulary, contexts, *, cell="tanh") -> np.ndarray:
    """Bits a character if the network has read nothing but the k characters before, for each of several k.

    It begins with a state of zeros k characters before the one to predict. The same characters are predicted for every
    k, those that have the longest context before them.

    Parameters
    ----------
    params, text, vocabulary, cell
        As for `bits_per_character`; the text longer than the longest context, which is not counted.
    contexts : sequence of int
        Each k >= 1.

    Returns
    -------
    ndarray (len(contexts),)
        In bits.

    Raises
    ------
    ValueError
        As `bits_per_character` does, and if a context is no whole number >= 1 or as long as the text.

    Examples
    --------
    >>> from bptt_helpers import init_params
    >>> bits_by_context(init_params(2, 3, 2), "abbabab", Vocabulary("ab"), [1, 2, 4]).shape
    (3,)
    """
    cell = _check(params, text, vocabulary, cell)
    if len(text) < 2:
        raise ValueError("text: want at least two characters, got one")
    contexts = [whole_number("contexts", k, 1, len(text) - 1) for k in items("contexts", contexts, "whole numbers")]
    if not contexts:
        raise ValueError("contexts: want at least one number of characters, got none")
    numbers, first = vocabulary.encode(text), max(contexts)
    vectors = np.eye(len(vocabulary), dtype=params.W_hh.dtype)
    return np.array([_bits_after(params, numbers, vectors, k, first, cell) for k in contexts])


def _bits_after(params, numbers, vectors, k, first, cell):
    """Bits of the characters from place `first` on, each predicted from the k before it."""
    windows = np.lib.stride_tricks.sliding_window_view(numbers[first - k :], k + 1).T  # (k + 1, characters)
    count, nats = windows.shape[1], 0.0
    width = max(1, AT_ONCE // (k * len(vectors)))
    for start in range(0, count, width):
        part = windows[:, start : start + width]
        trace = forward(params, vectors[part[:-1]], cell=cell)
        nats += cross_entropy(trace.o[-1:], part[-1:])[0] * part.shape[1]
    return nats / np.log(2) / count


def _check(params, text, vocabulary, cell):
    check_gradient(params, name="params")
    check_text("text", text)
    if not isinstance(vocabulary, Vocabulary):
        raise ValueError(f"vocabulary: want a Vocabulary, got {shown(vocabulary)}")
    d = len(vocabulary)
    if (params.n_in, params.n_out) != (d, d):
        came = f"{params.n_in} and {params.n_out}"
        raise ValueError(f"params: want as many inputs and outputs as the vocabulary has characters, {d}, got {came}")
    room("vocabulary", d, d)
    cell = find_cell(cell)
    cell.check(params)
    return cell
