"""Explorer: nudge one copy of a weight, or all, and see whether the loss moves as the contributions say."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..explorer import Choice, Explorer, Real
from ..kept import kept
from .chain import INPUTS, WEIGHT, run_chain
from .nudge_picture import COPIES, REACH, NudgePicture

T = 3
NUDGES = np.linspace(-REACH, REACH, 41)


class NudgeData(NamedTuple):
    """What the picture shows; states and loss are those with the nudge.

    Attributes
    ----------
    copies : tuple of int
        Those nudged, 1 … 3.
    changed : tuple of int
        States that are not as before, 1 … 3, and 4 if the loss is not.
    nudge, weight : float
        The nudge, and w before it.
    inputs, contributions : ndarrays (3,)
        x, and dL/dw of every copy before the nudge.
    states : ndarray (4,)
    loss, old_loss : float
        With the nudge and without.
    slope : float
        Sum of the contributions of the copies nudged.
    predicted, measured : float
        nudge × slope, and how much the loss has moved.
    nudges, losses : ndarrays (41,)
        The loss at other nudges of the same copies.
    """

    copies: tuple
    changed: tuple
    nudge: float
    weight: float
    inputs: np.ndarray
    contributions: np.ndarray
    states: np.ndarray
    loss: float
    old_loss: float
    slope: float
    predicted: float
    measured: float
    nudges: np.ndarray
    losses: np.ndarray


@kept(8)
def nudge_data(copy, nudge) -> NudgeData:
    """Three copies of w = 0.8, with `nudge` added to one of them or to all.

    Parameters
    ----------
    copy : {"copy 1", "copy 2", "copy 3", "all three"}
    nudge : float
    """
    number = COPIES.index(copy) + 1
    copies = tuple(range(1, T + 1)) if number > T else (number,)
    moves = np.array([float(t in copies) for t in range(1, T + 1)])[:, None]
    before = run_chain(np.full(T, WEIGHT))
    after = run_chain(WEIGHT + moves * np.append(nudge, NUDGES))
    slope = float(before.contributions @ moves[:, 0])
    old_loss, loss = float(before.loss), float(after.loss[0])
    moved = [*(after.states[:, 0] != before.states), loss != old_loss]
    return NudgeData(
        copies,
        tuple(k for k, is_new in enumerate(moved) if is_new),
        nudge,
        WEIGHT,
        np.array(INPUTS[:T]),
        before.contributions,
        after.states[:, 0],
        loss,
        old_loss,
        slope,
        predicted=nudge * slope,
        measured=loss - old_loss,
        nudges=NUDGES,
        losses=after.loss[1:],
    )


def describe(data) -> str:
    """The numbers of the picture in one sentence."""
    who = "all three copies" if len(data.copies) == T else f"copy {data.copies[0]} alone"
    return (
        f"{who.capitalize()} nudged by {data.nudge:.2f}: predicted {data.nudge:.2f} × ({data.slope + 0.0:.3f}) = "
        f"{data.predicted + 0.0:.3f}; measured, L goes from {data.old_loss:.3f} to {data.loss:.3f}, "
        f"so it moves by {data.measured + 0.0:.3f}."
    )


NUDGE = Explorer(
    title="Nudge one copy of the weight, or all: does the loss move as the contributions say?",
    controls={
        "copy": Choice(COPIES[1], COPIES, "Nudged", "Which copies are nudged."),
        "nudge": Real(0.1, -REACH, REACH, "Nudge", "What is added to their weight."),
    },
    leading=("copy", "nudge"),
    compute=nudge_data,
    picture=NudgePicture,
    describe=describe,
    touch="Click on a copy, or on the sum, to nudge it; drag along the curve to change the nudge.",
)
