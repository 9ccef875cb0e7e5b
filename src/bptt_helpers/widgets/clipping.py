"""Explorer: gradient descent at the foot of a cliff, with and without clipping."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ..figures.base import snap
from ..figures.cliff import B_LIMITS, STEP_LIMITS, W_LIMITS, CliffPicture
from ..training.cliff import MODES, Descent, descend, error_and_gradient, wall
from .controls import float_slider, int_slider, menu
from .live import Live

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


@lru_cache(maxsize=64)
def surface(sequence_length) -> np.ndarray:
    """E on a grid over the picture, the largest b in row 0."""
    w, b = np.meshgrid(np.linspace(*W_LIMITS, PIXELS), np.linspace(*B_LIMITS[::-1], PIXELS))
    return error_and_gradient(w, b, sequence_length)[0]


_descend = lru_cache(maxsize=64)(descend)


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


def explore_clipping(
    sequence_length=20, start_w=5.0, start_b=-2.62, log10_learning_rate=-1.0, threshold=1.0, mode="norm", steps=3
) -> Live:
    """Sliders for a descent next to a cliff, clipped and not.

    Parameters
    ----------
    sequence_length : int
        T, 1 to 60.
    start_w, start_b : float
        Start: 3 to 7, and -4.5 to -0.5.
    log10_learning_rate : float
        -3 to 0.5.
    threshold : float
        Largest norm, or largest entry, of the clipped gradient: 0.05 to 10.
    mode : {"norm", "value"}
        Clip the norm, or each of the two entries.
    steps : int
        1 to 100.

    Returns
    -------
    Live
        A widget with ``controls``, ``image``, ``update(**values)`` and ``sentence``.

    Raises
    ------
    ValueError
        If a start value is out of range.
    """
    return Live(
        CliffPicture(),
        clipping_data,
        describe,
        {
            "sequence_length": int_slider("sequence_length", sequence_length, 1, 60, "Sequence length T"),
            "start_w": float_slider("start_w", start_w, *W_LIMITS, "Start weight w"),
            "start_b": float_slider("start_b", start_b, *B_LIMITS, "Start bias b"),
            "log10_learning_rate": float_slider(
                "log10_learning_rate", log10_learning_rate, -3, 0.5, "Learning rate, log₁₀ η", step=0.1
            ),
            "threshold": float_slider("threshold", threshold, 0.05, 10, "Clip threshold", step=0.05),
            "mode": menu("mode", mode, MODES, "Clip by"),
            "steps": int_slider("steps", steps, 1, STEP_LIMITS[-1], "Steps"),
        },
    )
