"""Explorer: twenty balls at the foot of a cliff, without clipping and with it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...training.cliff import MODES, error_and_gradient, wall
from ..explorer import Choice, Explorer, Stages, Whole
from ..pictures import snap
from .balls import B_LIMITS, BALLS, VALLEY_W, W_LIMITS, Balls, Steepest, after, in_valley, roll, steepest
from .picture import CliffPicture

STEPS = (0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100, 120, 150, 200)
DISTANCES = (1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3)
RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.3, 0.5)
CLIP_NORMS = (0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 100.0, 1000.0)
SEQUENCE_LENGTH = 30
COMPUTED = (20, 60, 120, STEPS[-1])  # steps of descent: what is not shown need not be waited for
PIXELS = (192, 240)
# Errors at which the colour changes, closer where it is low: as on a map, one sees which way is down.
LEVELS = np.array([0, 0.003, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.1, *np.arange(0.14, 0.5, 0.04)])


class ClippingData(NamedTuple):
    """What the picture shows.

    Attributes
    ----------
    free, clipped : Balls
        Without clipping and with it.
    steepest : Steepest
        Of one clipped ball.
    step, ball : int
        The ball counts from 0.
    threshold : float
    mode : str
    """

    free: Balls
    clipped: Balls
    steepest: Steepest
    step: int
    ball: int
    threshold: float
    mode: str


class Terrain(NamedTuple):
    """The map on which the balls roll.

    Attributes
    ----------
    w_limits, b_limits : tuple of float
    bands : ndarray (192, 240)
        √E, lowered to the next of `LEVELS`, the largest b in row 0.
    wall : ndarray (2, k)
        Its w and b.
    shore : ndarray (k, 2)
        Around the valley: where E is `LOW`, as far as `VALLEY_W`.
    """

    w_limits: tuple
    b_limits: tuple
    bands: np.ndarray
    wall: np.ndarray
    shore: np.ndarray


def terrain() -> Terrain:
    """What the picture shows of the error, T = 30."""
    w, b = np.meshgrid(np.linspace(*W_LIMITS, PIXELS[1]), np.linspace(*B_LIMITS[::-1], PIXELS[0]))
    error = error_and_gradient(w, b, SEQUENCE_LENGTH)[0]
    bands = np.sqrt(LEVELS[np.searchsorted(LEVELS, error, side="right") - 1])
    w, b = np.meshgrid(np.linspace(W_LIMITS[0], VALLEY_W - 1e-9, 40), np.linspace(*B_LIMITS, 2000))
    inside = in_valley(w, error_and_gradient(w, b, SEQUENCE_LENGTH)[0])
    first, last = inside.argmax(0), len(b) - 1 - inside[::-1].argmax(0)
    shore = np.column_stack([np.append(w[0], w[0, ::-1]), b[np.append(last, first[::-1]), 0]])
    wall_w = np.linspace(4.26, W_LIMITS[1], 20)  # to the left of 4.255 the fixed point attracts: no wall
    return Terrain(W_LIMITS, B_LIMITS, bands, np.array([wall_w, wall(wall_w)]), shore)


def clipping_data(step, threshold, learning_rate, distance, mode, ball) -> ClippingData:
    """All balls without clipping and with it.

    Parameters
    ----------
    step : int
    threshold, learning_rate, distance : float
    mode : {"norm", "value"}
    ball : int
        From 1.
    """
    step, ball, T = int(step), ball - 1, SEQUENCE_LENGTH
    steps = int(snap(step, COMPUTED))
    ways = roll(distance, learning_rate, T, CLIP_NORMS, mode, steps)
    free, clipped = ways[None], ways[threshold]
    return ClippingData(
        free=after(step, *free),
        clipped=after(step, *clipped),
        steepest=steepest(step, ball, *clipped, threshold, T),
        step=step,
        ball=ball,
        threshold=threshold,
        mode=mode,
    )


def describe(data) -> str:
    """The numbers of the picture in one sentence."""

    def counts(balls):
        by = f", the farthest by {balls.far.max():,.{0 if balls.far.max() >= 10 else 1}f}" if balls.gone.any() else ""
        gone, arrived = balls.gone.sum(), balls.arrived.sum()
        flown = f"{gone} of {BALLS} balls have flown out{by}"
        return f"{flown}, {arrived} lie in the valley, and {BALLS - gone - arrived} are still on the way"

    s = data.steepest
    return (
        f"After {data.step} step{'s' * (data.step != 1)}: without clipping {counts(data.free)}; "
        f"clipped by {data.mode} to {data.threshold:g}, {counts(data.clipped)}. The longest gradient of clipped ball "
        f"{data.ball + 1} so far, at step {s.step}, has norm {s.norm:.3g}; cut by norm it keeps its direction, cut by "
        f"value it is turned by {s.turned:.0f} degrees."
    )


def _picture() -> CliffPicture:
    return CliffPicture(terrain())


CLIPPING = Explorer(
    title="Twenty balls beside a cliff, without clipping and with it.",
    controls={
        "step": Stages(120, STEPS, "Step of descent", "Steps of gradient descent so far.", plays=True),
        "threshold": Stages(0.3, CLIP_NORMS, "Clip norm", "Largest norm, or largest entry, of a clipped gradient."),
        "learning_rate": Stages(0.5, RATES, "Learning rate η", "η of both descents."),
        "distance": Stages(1e-5, DISTANCES, "Distance to the wall", "How far above the wall the balls start."),
        "mode": Choice("norm", MODES, "Clip by", "The norm, or each of the two entries."),
        "ball": Whole(16, 1, BALLS, "Ball", "The ball whose longest gradient is drawn as an arrow."),
    },
    leading=("step", "threshold"),
    compute=clipping_data,
    picture=_picture,
    describe=describe,
    touch="Click a ball, or the place it started from: its longest gradient is drawn at the right.",
)
