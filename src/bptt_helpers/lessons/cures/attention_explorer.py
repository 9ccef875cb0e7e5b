"""Explorer: what the loss sends to every state, with attention and without, and how it depends on the length."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..explorer import Explorer, Real, Stages, Whole
from ..gradient_pictures import power
from .attention import LENGTHS, attended, chain_alone
from .attention_picture import DRAWN, NODES, AttentionPicture

SHARPNESS = (0.0, 1.0, 3.0, 10.0, 30.0)


class AttentionData(NamedTuple):
    """What the picture shows; all sizes are log10 of norms.

    Attributes
    ----------
    steps : ndarray (k,) of int
        The states that are drawn, s = 1 … T, evenly spaced where T is above 50.
    nodes : ndarray (10,) of int
        The ten of them that have a name.
    total, direct, chain : ndarrays (k,)
        ‖dL/dh_s‖ with attention, by all ways and by the arc alone; and without attention.
    lengths : tuple of int
    first, first_chain : ndarrays (lengths,)
        ‖dL/dh_1‖ by T, with attention and without.
    node : int
        The one that is read, from 0.
    largest : float
        Of the weights a_s.
    largest_at : int
        The state that has it.
    """

    steps: np.ndarray
    nodes: np.ndarray
    total: np.ndarray
    direct: np.ndarray
    chain: np.ndarray
    lengths: tuple
    first: np.ndarray
    first_chain: np.ndarray
    node: int
    largest: float
    largest_at: int

    def here(self, sizes) -> float:
        """What one of `total`, `direct` and `chain` is at the state that is read."""
        return float(sizes[np.searchsorted(self.steps, self.nodes[self.node])])


def attention_data(sequence_length, sharpness, spectral_radius, state, seed) -> AttentionData:
    """A tanh network reads random inputs; its last state attends to all earlier ones, or nobody does.

    Parameters
    ----------
    sequence_length : int
    sharpness, spectral_radius : float
    state : int
        Which of the ten named states is read, from 1.
    seed : int
    """
    T = int(sequence_length)
    nodes = np.round(np.linspace(1, T, NODES)).astype(int)
    steps = np.union1d(nodes, np.round(np.linspace(1, T, min(T, DRAWN))).astype(int))
    total, direct, weights = attended(T, spectral_radius, sharpness, seed)
    return AttentionData(
        steps=steps,
        nodes=nodes,
        total=total[steps - 1],
        direct=direct[steps - 1],
        chain=chain_alone(T, spectral_radius, seed)[steps - 1],
        lengths=LENGTHS,
        first=np.array([attended(T, spectral_radius, sharpness, seed)[0][0] for T in LENGTHS]),
        first_chain=np.array([chain_alone(T, spectral_radius, seed)[0] for T in LENGTHS]),
        node=state - 1,
        largest=float(weights.max()),
        largest_at=int(weights.argmax()) + 1,
    )


def describe(data) -> str:
    """The numbers of the picture in one sentence."""
    s, T = data.nodes[data.node], data.nodes[-1]
    by_arc = "by the scores, which it asks for," if s == T else "by its own arc"
    return (
        f"T = {T}. State {s} receives {power(data.here(data.direct))} {by_arc} and {power(data.here(data.total))} by "
        f"all ways together; without attention, by the chain alone, {power(data.here(data.chain))}. The largest weight "
        f"is {data.largest:.2g}, of state {data.largest_at}; to attend, all {T} states are kept and {T - 1} scores "
        f"computed."
    )


ATTENTION = Explorer(
    title="What a loss sends to every state: along the chain, and by attention of the last state.",
    controls={
        "sequence_length": Stages(100, LENGTHS, "Length T", "T, the number of steps.", plays=True),
        "sharpness": Stages(1.0, SHARPNESS, "Sharpness β", "β, which multiplies the scores; 0 weighs all alike."),
        "spectral_radius": Real(0.8, 0.5, 1.5, "Spectral radius ρ", "Largest |eigenvalue| of W_hh.", step=0.1),
        "state": Whole(1, 1, NODES, "State", "Which of the ten named states is read; 1 is the first."),
        "seed": Whole(0, 0, 9, "Seed", "Draws weights, inputs and the direction v."),
    },
    leading=("sequence_length", "sharpness"),
    compute=attention_data,
    picture=AttentionPicture,
    describe=describe,
    touch="Click a state, or drag along the chain: what it receives. On the curves: the length T.",
)
