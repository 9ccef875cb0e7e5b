"""What a gradient costs, counted instead of timed: stored numbers, operations, and the length of its path.

All counts are for one sequence (batch 1) and a program that reads it as a stream, keeping what it needs:

exact
    one forward pass that stores every step, then one backward pass, as in `textbook.bptt`.
chunked
    the same for one block of τ steps after the other; a block is forgotten when its gradient is made.
sliding
    every step's loss walks back τ steps on its own as soon as it is known, over a store of the last τ steps
    (BPTT(h) of Williams & Peng 1990).

`backward.bptt` gives the same gradients but keeps the whole sequence, for speed: it is not counted here.
"""

from __future__ import annotations

from ..numbers.validate import choice, whole_number
from ..passes.backward import SCHEMES


def stored_numbers(sequence_length, n_in, n_hidden, n_out, window=None, scheme="sliding") -> int:
    """How many numbers must be kept from the forward pass for the backward pass?

        exact:    T d + (T + 1) n + T q          chunked:  τ d + (τ + 1) n + τ q
        sliding:  τ d + (τ + 1) n + q

    Inputs, states (one before the first step too) and outputs. Left out are the weights and their gradient,
    whose number does not depend on T, and the few vectors of length n, d or q that the step at work uses.

    Parameters
    ----------
    sequence_length : int
        T.
    n_in, n_hidden, n_out : int
        d, n and q.
    window : int, optional
        τ; T or more is exact. Default: exact.
    scheme : {"sliding", "chunked"}

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If a size or `window` is no whole number >= 1, or `scheme` is unknown.

    Examples
    --------
    >>> stored_numbers(1000, 2, 16, 1), stored_numbers(1000, 2, 16, 1, window=10, scheme="chunked")
    (19016, 206)
    """
    T, d, n, q, steps = _sizes(sequence_length, n_in, n_hidden, n_out, window, scheme)
    outputs = 1 if steps < T and scheme == "sliding" else steps  # a sliding window uses each output at once
    return steps * d + (steps + 1) * n + outputs * q


def forward_operations(sequence_length, n_in, n_hidden, n_out) -> int:
    """Multiply-adds of the forward pass: T (n d + n² + q n), one for every weight at every step.

    Only those of products of a matrix or of two vectors are counted, here and below: biases, activation
    and slopes add a few times n per step.

    Parameters
    ----------
    sequence_length, n_in, n_hidden, n_out : int
        T, d, n and q.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If a size is no whole number >= 1.
    """
    T, d, n, q, _ = _sizes(sequence_length, n_in, n_hidden, n_out, None, "sliding")
    return T * (n * d + n * n + q * n)


def backward_operations(sequence_length, n_in, n_hidden, n_out, window=None, scheme="sliding") -> int:
    """Multiply-adds of the backward pass: about two for every one of the forward pass, if it is exact.

        2 T q n + V (n² + n d) + (V - S) n²

    The first term sends each dL/do to its state and into dL/dW_qh. V counts the visits to a step, each of
    which adds to dL/dW_hh and dL/dW_hx; S the walks back, each of which multiplies by W_hhᵀ between visits.

        exact: V = T, S = 1    chunked: V = T, S = ⌈T/τ⌉    sliding: V = Σ_t min(τ, t), S = T

    Parameters
    ----------
    sequence_length, n_in, n_hidden, n_out : int
        T, d, n and q.
    window : int, optional
        τ; T or more is exact. Default: exact.
    scheme : {"sliding", "chunked"}

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If a size or `window` is no whole number >= 1, or `scheme` is unknown.
    """
    T, d, n, q, steps = _sizes(sequence_length, n_in, n_hidden, n_out, window, scheme)
    if steps < T and scheme == "sliding":
        visits, walks = steps * T - steps * (steps - 1) // 2, T  # the first τ - 1 walks reach the start early
    else:
        visits, walks = T, -(-T // steps)
    return 2 * T * q * n + visits * (n * n + n * d) + (visits - walks) * n * n


def operations(sequence_length, n_in, n_hidden, n_out, window=None, scheme="sliding") -> int:
    """Multiply-adds of forward and backward pass together.

    Parameters
    ----------
    sequence_length, n_in, n_hidden, n_out : int
        T, d, n and q.
    window : int, optional
        τ; T or more is exact. Default: exact.
    scheme : {"sliding", "chunked"}

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If a size or `window` is no whole number >= 1, or `scheme` is unknown.

    Examples
    --------
    >>> operations(2000, 2, 16, 1) - 2 * operations(1000, 2, 16, 1)  # twice the length, twice the work
    256
    """
    sizes = (sequence_length, n_in, n_hidden, n_out)
    return forward_operations(*sizes) + backward_operations(*sizes, window, scheme)


def depth(sequence_length, window=None) -> int:
    """Arrows on the longest path from an input to a loss that sends its gradient along it.

        x_1 → h_1 → … → h_T → o_T → L_T:    T + 2, or min(τ, T) + 2 if a window cuts the path

    Parameters
    ----------
    sequence_length : int
        T.
    window : int, optional
        τ. Default: exact.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If `sequence_length` or `window` is no whole number >= 1.

    Examples
    --------
    >>> depth(3), depth(1000), depth(1000, window=10)
    (5, 1002, 12)
    """
    return _sizes(sequence_length, 1, 1, 1, window, "sliding")[-1] + 2


def _sizes(sequence_length, n_in, n_hidden, n_out, window, scheme):
    """T, d, n, q and the steps in a window, checked."""
    T = whole_number("sequence_length", sequence_length)
    sizes = [whole_number(*pair) for pair in (("n_in", n_in), ("n_hidden", n_hidden), ("n_out", n_out))]
    choice("scheme", scheme, SCHEMES)
    return T, *sizes, T if window is None else min(whole_number("window", window), T)
