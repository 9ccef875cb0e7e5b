"""Explorer: what reaches the first state of a network as a framework delivers it, and after another start?"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np

from ..explorer import Choice, Explorer, Guess, Real, Stages, Whole
from ..gradient_pictures import power
from ..kept import kept
from ..predict import marked
from .defaults_picture import GONE, GUESSED, DefaultsPicture
from .untrained import DELIVERED, INPUTS, SEEDS, STARTS, T, shares_left


class DefaultsData(NamedTuple):
    """What the picture shows.

    Attributes
    ----------
    names : tuple of str
        Of the seven starts.
    left : ndarray (7, 5, T)
        log10 ‖dL_T/ds_s‖ / ‖dL_T/ds_T‖ for each start and seed; column s - 1.
    lag : int
        Steps back at which the numbers are read off.
    gone : ndarray (7, 5) of int
        First lag at which less than 10⁻⁶ is left, T if there is none.
    guess : float
        The share that a reader has guessed for the LSTM as delivered; nan if none.
    guess_lag : int
        First lag at which its median is as small as that; T - 1 if there is none.
    """

    names: tuple
    left: np.ndarray
    lag: int
    gone: np.ndarray
    guess: float
    guess_lag: int


@kept(8)
def defaults_data(lag, bias, longest, units, inputs, guess) -> DefaultsData:
    """Seven starts, five seeds each: what is left of the last loss's signal at every state.

    Parameters
    ----------
    lag : int
        Steps back, 1 to 99.
    bias : float
        b of the two starts with a bias.
    longest : float
        T_max of the chrono start.
    units : int
        n.
    inputs : {"noise", "text"}
    guess : str
        What reaches the first state of the LSTM as delivered, if a reader has guessed it.
    """
    left = np.array([_left(start, units, bias, longest, inputs) for start in STARTS])
    by_lag = left[:, :, ::-1]
    gone = np.where((by_lag < GONE).any(2), (by_lag < GONE).argmax(2), T)
    guess, guess_lag = marked(guess), T - 1
    if guess > 0:
        reached = np.median(by_lag[GUESSED], axis=0) <= np.log10(guess)
        guess_lag = int(reached.argmax()) if reached.any() else T - 1
    names = tuple(_named(start, bias, longest) for start in STARTS)
    return DefaultsData(names, left, lag, gone, guess if guess > 0 else np.nan, guess_lag)


def _left(start, units, bias, longest, inputs):
    change = STARTS[start].change
    return shares_left(start, units, bias if change == "bias" else 0.0, longest if change == "chrono" else T, inputs)


def _named(start, bias, longest):
    change = STARTS[start].change
    cell = start.split(",")[0]
    if change == "bias":
        return f"{cell}, b = {bias:g}"
    return f"{cell}, chrono to {longest:g}" if change == "chrono" else start if change else f"nn.{cell}"


def describe(data) -> str:
    """The numbers of the picture in one sentence."""
    here = np.median(data.left[:, :, T - 1 - data.lag], axis=1)
    parts = "; ".join(f"{name}: {power(value)}" for name, value in zip(data.names, here, strict=True))
    steps = f"{data.lag} step{'' if data.lag == 1 else 's'}"
    return f"Of the last loss's signal there is left {steps} back, median of {SEEDS} seeds. {parts}."


DEFAULTS = Explorer(
    title="What an untrained network sends back: as delivered, and after another start.",
    controls={
        "lag": Whole(T - 1, 1, T - 1, "Steps back", "Where the numbers are read off; 99 is the first state."),
        "bias": Real(1.0, 0, 6, "Bias b", "Of the gate that keeps the state.", 0.5),
        "longest": Stages(
            100, (5, 10, 20, 50, 100, 200, 500), "Chrono: T_max", "Longest time a gate is set to, in steps."
        ),
        "units": Stages(32, (16, 32, 64, 128), "Units n", "Of every network; 128 follow a slider more slowly."),
        "inputs": Choice("noise", INPUTS, "Inputs", "Eight normal numbers a step, or the characters of the story."),
        "guess": Guess("Guess, nn.LSTM", "Share that reaches the first state, marked where the bar has that colour."),
    },
    leading=("bias", "inputs"),
    compute=defaults_data,
    picture=partial(DefaultsPicture, len(STARTS), DELIVERED, SEEDS, T),
    describe=describe,
    touch="Click or drag on the bars: how many steps back.",
)
