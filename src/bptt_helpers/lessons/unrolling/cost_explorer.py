"""Explorer: what the exact gradient costs, beside what it would if every loss walked back alone."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...truncation import cost
from ..explorer import Explorer, Guess, Stages
from ..kept import kept
from ..predict import marked
from .cost_picture import LONGEST, CostPicture

N_OUT = 1
LENGTHS = np.arange(1, LONGEST + 1, 9)


class CostData(NamedTuple):
    """What the picture shows.

    Attributes
    ----------
    sequence_length, n_hidden, n_in : int
        T, n and d.
    visits_alone : int
        Steps visited on the way back if every loss walks alone.
    operations_alone, operations, forward : int
        Multiply-adds at T: of that, of the exact gradient, of the forward pass within it.
    lengths, alone, exact : ndarrays (k,)
        Lengths up to 1000, and both costs there in forward passes over 1000 steps.
    alone_now, exact_now, forward_now : float
        The same at T.
    guess : float
        The reader's, or nan.
    """

    sequence_length: int
    n_hidden: int
    n_in: int
    visits_alone: int
    operations_alone: int
    operations: int
    forward: int
    lengths: np.ndarray
    alone: np.ndarray
    exact: np.ndarray
    alone_now: float
    exact_now: float
    forward_now: float
    guess: float


def operations_alone(sequence_length, n_in, n_hidden, n_out) -> int:
    """Multiply-adds of the exact gradient if every loss walks back to the first step alone.

    The forward pass and what each loss sends into its own state are as for `cost.operations`; each of the
    T (T + 1) / 2 visits to a step adds to two gradients, and between visits of a walk W_hhᵀ sends the signal on.

    Parameters
    ----------
    sequence_length, n_in, n_hidden, n_out : int
        T, d, n and q.
    """
    T, d, n = sequence_length, n_in, n_hidden
    visits = T * (T + 1) // 2
    own = cost.forward_operations(T, d, n, n_out) + 2 * T * n * n_out
    return own + visits * (n * n + n * d) + (visits - T) * n * n


@kept(8)
def cost_data(sequence_length, n_hidden, n_in, guess="") -> CostData:
    """A network with one output and a loss at every step.

    Parameters
    ----------
    sequence_length, n_hidden, n_in : int
        T, n and d.
    guess : str
        How many forward passes the gradient over 1000 steps costs, as the reader wrote it.
    """
    sizes = (n_in, n_hidden, N_OUT)
    lengths = np.append(LENGTHS[:-1], LONGEST)
    one = cost.forward_operations(LONGEST, *sizes)
    alone, exact = (
        [count(int(T), *sizes) for T in (*lengths, sequence_length)] for count in (operations_alone, cost.operations)
    )
    forward = cost.forward_operations(sequence_length, *sizes)
    return CostData(
        sequence_length,
        n_hidden,
        n_in,
        sequence_length * (sequence_length + 1) // 2,
        alone[-1],
        exact[-1],
        forward,
        lengths,
        np.array(alone[:-1]) / one,
        np.array(exact[:-1]) / one,
        alone[-1] / one,
        exact[-1] / one,
        forward / one,
        marked(guess),
    )


def describe(data) -> str:
    """The numbers of the picture in one sentence."""
    T = data.sequence_length
    guess = f" Your guess for {LONGEST} steps was {data.guess:g} forward passes." if np.isfinite(data.guess) else ""
    return (
        f"T = {T:,}, n = {data.n_hidden}, d = {data.n_in}: the exact gradient visits {T:,} steps on its way back and "
        f"takes {data.operations:,} multiply-adds, {data.operations / data.forward:.2f} times its forward pass; "
        f"if every loss walked alone, {data.visits_alone:,} steps and {data.operations_alone:,} multiply-adds.{guess}"
    )


GRADIENT_COST = Explorer(
    title="What the exact gradient costs, beside what it would if every loss walked back alone.",
    controls={
        "sequence_length": Stages(
            12, (1, 2, 3, 5, 8, 12, 20, 50, 100, 200, 500, 1000), "Sequence length T", "T.", plays=True
        ),
        "n_hidden": Stages(16, (1, 2, 4, 8, 16, 32, 64, 128), "Hidden units n", "n."),
        "n_in": Stages(2, (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000), "Inputs d", "d."),
        "guess": Guess("Your guess", "How many forward passes the gradient over 1000 steps costs."),
    },
    leading=("sequence_length", "n_in"),
    compute=cost_data,
    picture=CostPicture,
    describe=describe,
    touch="Click or drag along the curves: the sequence length T.",
)
