"""Explorer: the graph of an unrolled network, and the cost of its gradient as the sequence gets longer."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...truncation import cost
from ..explorer import Explorer, Whole
from ..kept import kept
from .picture import UnrollingPicture

N_IN, N_OUT = 2, 1
LENGTHS = np.unique(np.geomspace(1, 1000, 25).astype(int))


class UnrollingData(NamedTuple):
    """What the picture shows.

    Attributes
    ----------
    sequence_length, n_hidden : int
        T and n.
    lengths : ndarray (k,)
        Sequence lengths from 1 to 1000.
    operations, stored, depth : ndarrays (k,)
        Multiply-adds, stored numbers and longest path of the exact gradient at those lengths.
    now : tuple of three int
        The same three at `sequence_length`.
    forward, backward : int
        The two parts of the operations at `sequence_length`.
    """

    sequence_length: int
    n_hidden: int
    lengths: np.ndarray
    operations: np.ndarray
    stored: np.ndarray
    depth: np.ndarray
    now: tuple
    forward: int
    backward: int


@kept(8)
def unrolling_data(sequence_length, n_hidden) -> UnrollingData:
    """Cost of the exact gradient of a network with 2 inputs and 1 output, at this length and at others.

    Parameters
    ----------
    sequence_length, n_hidden : int
    """

    def counts(T):
        sizes = (T, N_IN, n_hidden, N_OUT)
        return cost.operations(*sizes), cost.stored_numbers(*sizes), cost.depth(T)

    sizes = (sequence_length, N_IN, n_hidden, N_OUT)
    return UnrollingData(
        sequence_length,
        n_hidden,
        LENGTHS,
        *np.array([counts(int(T)) for T in LENGTHS]).T,
        now=counts(sequence_length),
        forward=cost.forward_operations(*sizes),
        backward=cost.backward_operations(*sizes),
    )


def describe(data) -> str:
    """The numbers of the picture in one sentence."""
    T = data.sequence_length
    operations, stored, depth = data.now
    return (
        f"T = {T}, n = {data.n_hidden}: the exact gradient stores {stored:,} numbers and takes "
        f"{operations:,} multiply-adds, {data.forward:,} forward and {data.backward:,} backward; "
        f"its longest path has {depth:,} arrows."
    )


UNROLLING = Explorer(
    title="The graph that a sequence unrolls to, and what its gradient costs.",
    controls={
        "sequence_length": Whole(3, 1, 1000, "Sequence length T", "T; up to 12 steps are all drawn."),
        "n_hidden": Whole(16, 2, 64, "Hidden units n", "n."),
    },
    leading=("sequence_length",),
    compute=unrolling_data,
    picture=UnrollingPicture,
    describe=describe,
)
