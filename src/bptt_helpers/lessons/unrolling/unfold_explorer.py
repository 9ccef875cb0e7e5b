"""Explorer: fold and unfold a cell, and add up what its copies contribute to the derivative of their weight."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..explorer import Explorer, Real, Whole
from ..kept import kept
from .chain import INPUTS, WEIGHT, run_chain
from .unfold_picture import BACK, FALL, FRAMES, MOST_COPIES, PULLED, UnfoldPicture


class UnfoldData(NamedTuple):
    """What the picture shows.

    Attributes
    ----------
    frame : int
        How far the cell is unfolded.
    weight : float
        w of every copy.
    inputs, states : ndarrays (T,) and (T + 1,)
    loss : float
    contributions : ndarray (T,)
        dL/dw of every copy alone.
    total : float
        Their sum, dL/dw.
    """

    frame: int
    weight: float
    inputs: np.ndarray
    states: np.ndarray
    loss: float
    contributions: np.ndarray
    total: float


@kept(8)
def unfold_data(unfold, copies, weight) -> UnfoldData:
    """The network with a loss after the last step only.

    Parameters
    ----------
    unfold : int
        0: one cell with a loop; 10: pulled apart; 13: a signal has come back; 16: contributions; 17: their sum.
    copies : int
        T.
    weight : float
    """
    chain = run_chain(np.full(copies, weight))
    inputs = np.array(INPUTS[:copies])
    return UnfoldData(
        unfold, weight, inputs, chain.states, float(chain.loss), chain.contributions, float(chain.contributions.sum())
    )


def describe(data) -> str:
    """The numbers of the picture in one sentence."""
    T = len(data.inputs)
    if data.frame == 0:
        return f"Folded: one cell, whose loop multiplies the state by w = {data.weight:.2f} at every step."
    states = ", ".join(f"h_{t} = {h:.3f}" for t, h in enumerate(data.states))
    words = f"T = {T}, w = {data.weight:.2f} in every copy: {states}; L = {data.loss:.3f}"
    if data.frame < FALL:
        return words + "."
    terms = " + ".join(f"({c + 0.0:.3f})" for c in data.contributions)
    if data.frame < FRAMES:
        return f"{words}; the copies contribute {terms}."
    return f"{words}; dL/dw = {terms} = {data.total + 0.0:.3f}."


UNROLLING = Explorer(
    title="One cell with a loop, pulled apart into copies, and what each copy adds to the derivative of their weight.",
    controls={
        "unfold": Whole(
            FRAMES,
            0,
            FRAMES,
            "Unfold",
            f"0: one cell with a loop; {PULLED}: pulled apart; {BACK}: a signal has come back from the loss; "
            f"{FALL}: what each copy contributes; {FRAMES}: their sum.",
            plays=True,
        ),
        "copies": Whole(3, 1, MOST_COPIES, "Sequence length T", "T, the number of copies."),
        "weight": Real(WEIGHT, 0, 2.5, "Weight w", "w, the same in every copy.", step=0.05),
    },
    leading=("unfold", "copies"),
    compute=unfold_data,
    picture=UnfoldPicture,
    describe=describe,
    touch="Drag the last state: the chain is pulled apart or pushed together.",
)
