"""What a gradient costs, counted instead of timed: stored numbers, operations, and the length of its path.

All counts are for one sequence (batch 1) and a program that reads it as a stream, keeping what it needs:

exact
    one forward pass that stores every step, then one backward pass, as in `textbook.bptt`.
chunked
    the same for one block of τ steps after the other; a block is forgotten when its gradient is made.
sliding
    every step's loss walks back τ steps on its own as soon as it is known, over a store of the last τ steps
    (BPTT(h) of Williams & Peng 1990).

stride h′
    between both: the losses of h′ steps walk back together over the same store, τ steps from the last of them.

`backward.bptt` gives the same gradients but keeps the whole sequence, for speed: it is not counted here.

The formulas below are those of a layer without gates. With `cell` "gru" or "lstm", n² and n d count once for each of
its 3 or 4 blocks of weights, and a step keeps its whole state and four numbers a unit that its gates leave behind.
"""

from __future__ import annotations

from ..cells.catalogue import find_cell
from ..numbers.validate import whole_number
from ..passes.backward import window_and_stride


def stored_numbers(
    sequence_length, n_in, n_hidden, n_out, window=None, scheme=None, *, stride=None, cell="tanh"
) -> int:
    """How many numbers must be kept from the forward pass for the backward pass?

        exact:    T d + (T + 1) n + T q          chunked:  τ d + (τ + 1) n + τ q
        stride h′, and sliding with h′ = 1:  τ d + (τ + 1) n + h′ q, if a walk over τ steps fits in the sequence

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
    scheme : {"sliding", "chunked"}, optional
    stride : int, optional
        h′; both as in `bptt`.
    cell : str or Cell
        As `forward` takes it.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If a size, `window` or `stride` is no whole number >= 1, `stride` exceeds `window`, or `scheme` or
        the cell is unknown.

    Examples
    --------
    >>> stored_numbers(1000, 2, 16, 1), stored_numbers(1000, 2, 16, 1, window=10, scheme="chunked")
    (19016, 206)
    """
    T, d, n, q = _sizes(sequence_length, n_in, n_hidden, n_out)
    window, stride = _window_and_stride(T, window, stride, scheme)
    cell = find_cell(cell)
    m, of_gates = cell.parts * n, (cell.biases * n if cell.gates > 1 else 0)
    full = T // stride * stride  # the end of the last full block
    largest = 0
    for end in {full, -(-T // stride) * stride} - {0}:
        steps, outputs = min(end, T) - max(0, end - window), min(end, T) - (end - stride)
        kept = steps * (d + of_gates) + (steps + 1) * m + outputs * q  # outputs wait for the walk of their block
        largest = max(largest, kept)
    return largest


def forward_operations(sequence_length, n_in, n_hidden, n_out, *, cell="tanh") -> int:
    """Multiply-adds of the forward pass: T (n d + n² + q n), one for every weight at every step.

    Only those of products of a matrix or of two vectors are counted, here and below: biases, activation
    and slopes add a few times n per step.

    Parameters
    ----------
    sequence_length, n_in, n_hidden, n_out : int
        T, d, n and q.
    cell : str or Cell
        As `forward` takes it.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If a size is no whole number >= 1, or the cell is unknown.
    """
    T, d, n, q = _sizes(sequence_length, n_in, n_hidden, n_out)
    return T * (find_cell(cell).gates * (n * d + n * n) + q * n)


def backward_operations(
    sequence_length, n_in, n_hidden, n_out, window=None, scheme=None, *, stride=None, cell="tanh"
) -> int:
    """Multiply-adds of the backward pass: about two for every one of the forward pass, if it is exact.

        2 T q n + V (n² + n d) + (V - S) n²

    The first term sends each dL/do to its state and into dL/dW_qh. V counts the visits to a step, each of
    which adds to dL/dW_hh and dL/dW_hx; S the walks back, each of which multiplies by W_hhᵀ between visits.

        exact: V = T, S = 1    chunked: V = T, S = ⌈T/τ⌉    sliding: V = Σ_t min(τ, t), S = T
        stride h′: V = Σ_e min(e, T) - max(0, e - τ) over the ends e = h′, 2h′ … of the blocks, S = ⌈T/h′⌉

    Parameters
    ----------
    sequence_length, n_in, n_hidden, n_out : int
        T, d, n and q.
    window : int, optional
        τ; T or more is exact. Default: exact.
    scheme : {"sliding", "chunked"}, optional
    stride : int, optional
        h′; both as in `bptt`.
    cell : str or Cell
        As `forward` takes it.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If a size, `window` or `stride` is no whole number >= 1, `stride` exceeds `window`, or `scheme` or
        the cell is unknown.
    """
    T, d, n, q = _sizes(sequence_length, n_in, n_hidden, n_out)
    window, stride = _window_and_stride(T, window, stride, scheme)
    walks = -(-T // stride)
    # as if no walk met the start or the end of the sequence, without the steps that lie beyond them
    early = min(walks, window // stride)  # walks that end at the start, with e - τ <= 0
    visits = walks * window - (early * window - stride * early * (early + 1) // 2) - (walks * stride - T)
    gates = find_cell(cell).gates
    return 2 * T * q * n + gates * (visits * (n * n + n * d) + (visits - walks) * n * n)


def operations(sequence_length, n_in, n_hidden, n_out, window=None, scheme=None, *, stride=None, cell="tanh") -> int:
    """Multiply-adds of forward and backward pass together.

    Parameters
    ----------
    sequence_length, n_in, n_hidden, n_out : int
        T, d, n and q.
    window : int, optional
        τ; T or more is exact. Default: exact.
    scheme : {"sliding", "chunked"}, optional
    stride : int, optional
        h′; both as in `bptt`.
    cell : str or Cell
        As `forward` takes it.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If a size, `window` or `stride` is no whole number >= 1, `stride` exceeds `window`, or `scheme` or
        the cell is unknown.

    Examples
    --------
    >>> operations(2000, 2, 16, 1) - 2 * operations(1000, 2, 16, 1)  # twice the length, twice the work
    256
    """
    sizes = (sequence_length, n_in, n_hidden, n_out)
    back = backward_operations(*sizes, window, scheme, stride=stride, cell=cell)
    return forward_operations(*sizes, cell=cell) + back


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
    T = whole_number("sequence_length", sequence_length)
    return (T if window is None else min(whole_number("window", window), T)) + 2


def _sizes(sequence_length, n_in, n_hidden, n_out):
    """T, d, n and q, checked."""
    T = whole_number("sequence_length", sequence_length)
    return T, *(whole_number(*pair) for pair in (("n_in", n_in), ("n_hidden", n_hidden), ("n_out", n_out)))


def _window_and_stride(T, window, stride, scheme):
    """Both, checked; T and T where nothing is cut: then one walk serves all losses."""
    window, stride = window_and_stride(T, window, stride, scheme)
    return (T, T) if window >= -(-T // stride) * stride else (window, stride)
