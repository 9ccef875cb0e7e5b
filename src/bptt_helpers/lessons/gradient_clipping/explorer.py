"""Explorer: gradient descent at the foot of a cliff, with and without clipping."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...training.cliff import MODES, Descent, descend, error_and_gradient, wall
from ..explorer import Choice, Explorer, Real, Whole
from ..kept import kept
from ..pictures import snap
from .picture import B_LIMITS, STEP_LIMITS, W_LIMITS, CliffPicture

PIXELS = 161


class ClippingData(NamedTuple):
    """What the picture shows.

    Attributes
    ----------
    surface : ndarray (161, 161)
        E, the largest b in row 0.
    wall : ndarray (2, k)
        Its w and b.
    free, clipped : Descent
        The ways without and with clipping, as far as the picture reaches.
    steps : int
        Those shown.
    """

    surface: np.ndarray
    wall: np.ndarray
    free: Descent
    clipped: Descent
    steps: int


@kept(64)
def surface(sequence_length) -> np.ndarray:
    """E on a grid over the picture, the largest b in row 0."""
    w, b = np.meshgrid(np.linspace(*W_LIMITS, PIXELS), np.linspace(*B_LIMITS[::-1], PIXELS))
    return error_and_gradient(w, b, sequence_length)[0]


_descend = kept(64)(descend)


def clipping_data(sequence_length, start_w, start_b, log10_learning_rate, threshold, mode, steps) -> ClippingData:
    """The error surface and both descents from one start.

    Parameters
    ----------
    sequence_length, steps : int
    start_w, start_b, log10_learning_rate, threshold : float
    mode : {"norm", "value"}
    """
    options = {
        "learning_rate": 10**log10_learning_rate,
        "steps": snap(steps, STEP_LIMITS),  # so that the slider for steps finds them computed
        "sequence_length": sequence_length,
    }
    wall_w = np.linspace(4.26, W_LIMITS[1], 20)  # to the left of 4.255 the fixed point attracts: no wall
    return ClippingData(
        surface=surface(sequence_length),
        wall=np.array([wall_w, wall(wall_w)]),
        free=_descend(start_w, start_b, **options),
        clipped=_descend(start_w, start_b, threshold=threshold, mode=mode, **options),
        steps=steps,
    )


def describe(data) -> str:
    """The numbers of the picture in one sentence."""
    k = data.steps
    free, clipped = data.free, data.clipped
    jump = np.hypot(np.diff(free.w[: k + 1]), np.diff(free.b[: k + 1])).max()
    turned = clipped.turned[:k].max()
    return (
        f"{k} step{'s' * (k > 1)} from ({free.w[0]:.2f}, {free.b[0]:.2f}): without clipping the longest step is "
        f"{jump:.2g} and the error ends at {free.error[k]:.2g}, at ({free.w[k]:.3g}, {free.b[k]:.3g}); clipped it ends "
        f"at {clipped.error[k]:.2g}, at ({clipped.w[k]:.3g}, {clipped.b[k]:.3g}), and no gradient was turned by more "
        f"than {turned:.1f} degrees."
    )


CLIPPING = Explorer(
    title="A descent next to a cliff, clipped and not.",
    controls={
        "sequence_length": Whole(20, 1, 60, "Sequence length T", "T."),
        "start_w": Real(5.0, *W_LIMITS, "Start weight w", "w at the start."),
        "start_b": Real(-2.62, *B_LIMITS, "Start bias b", "b at the start."),
        "log10_learning_rate": Real(-1.0, -3, 0.5, "Learning rate, log₁₀ η", "log10 of the learning rate η.", step=0.1),
        "threshold": Real(
            1.0, 0.05, 10, "Clip threshold", "Largest norm, or largest entry, of the clipped gradient.", step=0.05
        ),
        "mode": Choice("norm", MODES, "Clip by", "The norm, or each of the two entries."),
        "steps": Whole(3, 1, STEP_LIMITS[-1], "Steps", "Steps of the descents shown."),
    },
    leading=("steps", "threshold"),
    compute=clipping_data,
    picture=CliffPicture,
    describe=describe,
)
