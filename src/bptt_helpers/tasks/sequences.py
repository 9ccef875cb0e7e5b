"""Toy tasks that need memory: adding, copying, temporal order, recall of a cue, and a sine wave to continue.

Each function draws a batch. `sequence_length` is always T, the number of steps of ``x``; what an
answer that remembers nothing scores stands in each docstring as the baseline to beat.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..numbers.validate import generator, room, whole_number

LARGEST_BATCH = 50_000_000  # numbers in x: 400 MB
COPIED = 10  # symbols to copy, and steps to give them back
BLANK, GO = 8, 9  # copying: the symbols after the eight that are copied


class Batch(NamedTuple):
    """Sequences side by side, with what is to be answered and when.

    Attributes
    ----------
    x : ndarray (T, B, d)
        Inputs: T steps, B sequences.
    y : ndarray
        Classes (T, B) or targets (T, B, q) for every step; without the axis T if only the last step is asked.
    weight : "last", None or ndarray
        What the losses take as `weight`: "last" if only the last step is asked, None if every step is; a task of your
        own may weigh each step, (T,), or each step of each sequence, (T, B).
    goes_on : bool
        Whether each sequence reads on where the same one of the batch before ended: `train` then starts it from the
        state that was reached there, else from zeros.
    """

    x: np.ndarray
    y: np.ndarray
    weight: str | np.ndarray | None
    goes_on: bool = False


def check_sizes(sequence_length, batch_size, width, *, shortest=1) -> tuple[int, int]:
    """Both sizes as whole numbers, or a ValueError that says what is wrong with them.

    Parameters
    ----------
    sequence_length, batch_size : int
    width : int
        Entries of x in one step of one sequence.
    shortest : int
        Least `sequence_length` for which the task makes sense.

    Returns
    -------
    T, B : int
    """
    T = whole_number("sequence_length", sequence_length, shortest)
    B = whole_number("batch_size", batch_size)
    room("sequence_length, batch_size", T, B, width, largest=LARGEST_BATCH, where="in x")
    return T, B


def adding(sequence_length, batch_size, *, rng=0) -> Batch:
    """Add the two marked numbers of a long list.

    Each step shows a number, uniform in [0, 1], and a mark: 1 at one step of the first half and at one step
    of the second, else 0. After the last step the sum of the two marked numbers is asked.

    Baseline: always answering 1 has a mean squared error of 1/6, the variance of the sum of two uniform numbers.

    Parameters
    ----------
    sequence_length : int
        T, >= 2.
    batch_size : int
        B, >= 1.
    rng : numpy.random.Generator or int
        Source of randomness, or its seed.

    Returns
    -------
    Batch
        ``x`` (T, B, 2): number and mark; ``y`` (B, 1): the sum; ``weight`` "last".

    Raises
    ------
    ValueError
        If a size is not a whole number in its range, both together are too large, or `rng` is no source of
        randomness.

    References
    ----------
    Hochreiter & Schmidhuber (1997), doi:10.1162/neco.1997.9.8.1735, in the form of
    Le, Jaitly & Hinton (2015), arXiv:1504.00941.

    Examples
    --------
    >>> batch = adding(6, 1)
    >>> number, mark = batch.x[:, 0].T
    >>> print(mark, bool(np.isclose(number[mark == 1].sum(), batch.y[0, 0])))
    [0. 1. 0. 0. 1. 0.] True
    """
    T, B = check_sizes(sequence_length, batch_size, 2, shortest=2)
    rng = generator("rng", rng)
    x = np.zeros((T, B, 2))
    x[:, :, 0] = rng.uniform(size=(T, B))
    each = np.arange(B)
    first, second = rng.integers(0, T // 2, B), rng.integers(T // 2, T, B)
    x[first, each, 1] = x[second, each, 1] = 1
    y = x[first, each, 0] + x[second, each, 0]
    return Batch(x, y[:, None], "last")


def copying(sequence_length, batch_size, *, rng=0) -> Batch:
    """Give back ten symbols after a long wait.

    The input shows ten symbols out of eight (0 … 7), then blanks (8), then one "go" (9), then ten blanks. The right
    answer is a blank at every step up to and including "go", then the ten symbols in their order.

    Baseline: answering blanks up to "go" and then guessing among the eight symbols has a mean cross-entropy
    of ``10 ln 8 / (W + 20)`` nats, where W is the number of steps from the end of the symbols to "go".

    Parameters
    ----------
    sequence_length : int
        T = W + 20, the steps of the whole sequence, >= 21. The paper calls the wait W "T".
    batch_size : int
        B, >= 1.
    rng : numpy.random.Generator or int
        Source of randomness, or its seed.

    Returns
    -------
    Batch
        ``x`` (T, B, 10): one-hot symbols; ``y`` (T, B): classes 0 … 8; ``weight`` None: every step is asked.

    Raises
    ------
    ValueError
        If a size is not a whole number in its range, both together are too large, or `rng` is no source of
        randomness.

    References
    ----------
    Arjovsky, Shah & Bengio (2016), arXiv:1511.06464, section 4.1.

    Examples
    --------
    >>> batch = copying(24, 1)
    >>> print(batch.x[:, 0].argmax(1))
    [6 5 4 2 2 0 0 0 1 6 8 8 8 9 8 8 8 8 8 8 8 8 8 8]
    >>> print(batch.y[:, 0])
    [8 8 8 8 8 8 8 8 8 8 8 8 8 8 6 5 4 2 2 0 0 0 1 6]
    """
    T, B = check_sizes(sequence_length, batch_size, GO + 1, shortest=2 * COPIED + 1)
    symbols = generator("rng", rng).integers(0, BLANK, (COPIED, B))
    shown, y = np.full((T, B), BLANK), np.full((T, B), BLANK)
    shown[:COPIED] = symbols
    shown[-COPIED - 1] = GO
    y[-COPIED:] = symbols
    return Batch(np.eye(GO + 1)[shown], y, None)


def temporal_order(sequence_length, batch_size, *, rng=0) -> Batch:
    """Say in which order two symbols came, long after both.

    Symbols are 0 and 1, which matter, and 2 … 5, which distract. One that matters stands between T/10 and 2T/10,
    another between 4T/10 and 5T/10 (steps counted from 0, both ends included, rounded down); all other steps distract.
    After the last step the class is asked: 2 · first + second.

    Baseline: guessing is right for one sequence in 4 and has a cross-entropy of ln 4 nats.

    Parameters
    ----------
    sequence_length : int
        T, >= 3.
    batch_size : int
        B, >= 1.
    rng : numpy.random.Generator or int
        Source of randomness, or its seed.

    Returns
    -------
    Batch
        ``x`` (T, B, 6): one-hot symbols; ``y`` (B,): classes 0 … 3; ``weight`` "last".

    Raises
    ------
    ValueError
        If a size is not a whole number in its range, both together are too large, or `rng` is no source of
        randomness.

    References
    ----------
    Hochreiter & Schmidhuber (1997), doi:10.1162/neco.1997.9.8.1735, task 6a, in the form of
    Pascanu, Mikolov & Bengio (2013), arXiv:1211.5063: one length, no symbols for start and end.
    In code of its first author the second symbol stands between 5T/10 and 6T/10, as in task 6a.

    Examples
    --------
    >>> batch = temporal_order(10, 1)
    >>> print(batch.x[:, 0].argmax(1), batch.y)
    [5 4 1 3 3 1 2 2 2 5] [3]
    """
    T, B = check_sizes(sequence_length, batch_size, 6, shortest=3)
    rng = generator("rng", rng)
    shown = rng.integers(2, 6, (T, B))
    first, second = rng.integers(0, 2, (2, B))
    each = np.arange(B)
    shown[rng.integers(T // 10, 2 * T // 10 + 1, B), each] = first
    shown[rng.integers(4 * T // 10, 5 * T // 10 + 1, B), each] = second
    return Batch(np.eye(6)[shown], 2 * first + second, "last")


def cue_recall(sequence_length, batch_size, *, rng=0) -> Batch:
    """Name the symbol that came first, long after it.

    The first step shows a cue, one of the symbols 0 … 3. All other steps distract, each with one of 4 … 7. After the
    last step the cue is asked.

    Baseline: guessing is right for one sequence in 4 and has a cross-entropy of ln 4 nats.

    Parameters
    ----------
    sequence_length : int
        T, >= 1.
    batch_size : int
        B, >= 1.
    rng : numpy.random.Generator or int
        Source of randomness, or its seed.

    Returns
    -------
    Batch
        ``x`` (T, B, 8): one-hot symbols; ``y`` (B,): classes 0 … 3; ``weight`` "last".

    Raises
    ------
    ValueError
        If a size is not a whole number in its range, both together are too large, or `rng` is no source of
        randomness.

    Examples
    --------
    >>> batch = cue_recall(10, 1)
    >>> print(batch.x[:, 0].argmax(1), batch.y)
    [2 6 6 5 5 4 4 4 4 7] [2]
    """
    T, B = check_sizes(sequence_length, batch_size, 8)
    rng = generator("rng", rng)
    shown = rng.integers(4, 8, (T, B))
    shown[0] = rng.integers(0, 4, B)
    return Batch(np.eye(8)[shown], shown[0].copy(), "last")


def sine(sequence_length, batch_size, *, rng=0) -> Batch:
    """Say at every step what comes next in a sine wave.

        x_t = sin(ω t + φ),    y_t = x_{t+1}

    Every sequence has its own frequency ω, uniform in [0.1, 0.6] per step (periods of 10 to 63 steps),
    and its own phase φ, uniform in [0, 2π).

    Baselines: always answering 0 has a mean squared error of 1/2; repeating the value just seen,
    ``1 - 2 (sin 0.6 - sin 0.1) = 0.0704``. Memory helps: ``x_{t+1} = 2 cos(ω) x_t - x_{t-1}`` exactly.

    Parameters
    ----------
    sequence_length : int
        T, >= 1.
    batch_size : int
        B, >= 1.
    rng : numpy.random.Generator or int
        Source of randomness, or its seed.

    Returns
    -------
    Batch
        ``x`` (T, B, 1): the wave; ``y`` (T, B, 1): its next value; ``weight`` None: every step is asked.

    Raises
    ------
    ValueError
        If a size is not a whole number in its range, both together are too large, or `rng` is no source of
        randomness.

    Examples
    --------
    >>> batch = sine(4, 2)
    >>> batch.x.shape, bool((batch.x[1:] == batch.y[:-1]).all())
    ((4, 2, 1), True)
    """
    T, B = check_sizes(sequence_length, batch_size, 1)
    rng = generator("rng", rng)
    frequency, phase = rng.uniform(0.1, 0.6, B), rng.uniform(0, 2 * np.pi, B)
    wave = np.sin(frequency * np.arange(T + 1)[:, None] + phase)[:, :, None]
    return Batch(wave[:-1], wave[1:].copy(), None)  # a change of x is none of y
