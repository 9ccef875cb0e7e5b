"""Explorer: the valley of a loss over what descent moves, four ways to make λ, and which learning rates solve."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..explorer import Explorer, Stages
from ..gradient_pictures import power
from ..kept import kept
from .sensitivity import (
    FORMS,
    KEPT,
    MEMORIES,
    RATES,
    all_descents,
    is_right,
    loss,
    memory_of,
    sensitivity,
    solving_range,
    wanted_factor,
)
from .sensitivity_picture import SensitivityPicture, steps

ON_SLIDER = tuple(rate for rate in RATES if f"{rate:.0e}"[0] in "13" and f"{rate:.1e}"[2] == "0")
HIGHEST = 2.0  # of the error that is drawn, in variances of what is wanted


class Valley(NamedTuple):
    """One way to make λ, and the ball in its valley.

    Attributes
    ----------
    line : ndarray (2, k)
        w and the error there, as a share of the variance of y*; at most HIGHEST.
    bottom, half, double : float
        w of the wanted memory, of half and of twice as much.
    way : ndarray (2, j)
        w and error of the ball at the updates of KEPT so far; beyond |λ| = 1 the error is HIGHEST.
    out : int
        The update that threw it out; 0 if it is still in.
    memory : float
        Of the ball, steps; nan if it is out.
    right : bool
        Whether that is the wanted one.
    solving : ndarray (5, 2)
        The lowest and the highest rate that solve, for every memory of MEMORIES.
    stable : ndarray (5,)
        2 ÷ curvature at the bottom.
    """

    line: np.ndarray
    bottom: float
    half: float
    double: float
    way: np.ndarray
    out: int
    memory: float
    right: bool
    solving: np.ndarray
    stable: np.ndarray


class SensitivityData(NamedTuple):
    """What the picture shows.

    Attributes
    ----------
    valleys : dict of str to Valley
        By the names of FORMS.
    memory, rate : float
    update : int
    memories : tuple of int
    """

    valleys: dict
    memory: float
    rate: float
    update: int
    memories: tuple


def _error(form, w, memory):
    """As a share of the variance of y*, at most HIGHEST, where |λ| is 1 or more too."""
    factor, wanted = form.to_factor(w), wanted_factor(memory)
    inside = np.abs(factor) < 1
    variance = 1 if form.normalised else 1 / (1 - wanted**2)
    error = 2 * loss(np.where(inside, factor, 0), wanted, form.normalised) / variance
    return np.where(inside, np.minimum(error, HIGHEST), HIGHEST)


@kept(40)
def _ground(name, memory):
    """What no descent changes: the line of the valley, and the rates that solve."""
    form, wanted = FORMS[name], wanted_factor(memory)
    memories = np.union1d(np.geomspace(1.0001, 3e4, 300), memory * np.geomspace(0.1, 10, 200))
    w = np.sort(form.to_parameter(wanted_factor(memories[memories > 1])))
    half, double = (float(form.to_parameter(wanted_factor(memory * by))) for by in (0.5, 2))
    lowest_and_highest = np.array([solving_range(name, each) for each in MEMORIES])
    stable = 2 / sensitivity(wanted_factor(MEMORIES), form)
    return (
        np.array([w, _error(form, w, memory)]),
        float(form.to_parameter(wanted)),
        half,
        double,
        lowest_and_highest,
        stable,
    )


def sensitivity_data(memory, learning_rate, update) -> SensitivityData:
    """One linear unit learns how long to remember, by gradient descent on the exact loss, in four forms.

    Parameters
    ----------
    memory : int
        1 / (1 - λ*), the wanted one.
    learning_rate : float
    update : int
    """
    count, row, column = KEPT.index(update) + 1, MEMORIES.index(memory), RATES.index(learning_rate)
    valleys = {}
    for name, form in FORMS.items():
        line, bottom, half, double, rates, stable = _ground(name, memory)
        run = all_descents()[name]
        way, out = run.way[:count, row, column], int(run.out[row, column])
        now = form.to_factor(way[-1])
        valleys[name] = Valley(
            line=line,
            bottom=bottom,
            half=half,
            double=double,
            way=np.array([way, _error(form, way, memory)]),
            out=out if out <= update else 0,
            memory=float(memory_of(now)) if np.abs(now) < 1 else np.nan,
            right=bool(is_right(now, memory)),
            solving=rates,
            stable=stable,
        )
    return SensitivityData(valleys, memory, learning_rate, update, MEMORIES)


def describe(data) -> str:
    """The numbers of the picture in one sentence."""
    row, parts = data.memories.index(data.memory), []
    for name, valley in data.valleys.items():
        if valley.out:
            came = f"thrown out at update {valley.out}"
        else:
            came = f"a memory of {steps(valley.memory)}" + (", right" if valley.right else "")
        highest = power(np.log10(valley.solving[row, 1]))
        parts.append(f"{name}: {came} (highest rate that solves: {highest})")
    return (
        f"Wanted: a memory of {data.memory} steps; rate {power(np.log10(data.rate))}, update {data.update}. "
        f"{'; '.join(parts)}."
    )


SENSITIVITY = Explorer(
    title="One unit learns how long to remember: the valley of its loss, and the learning rates that solve.",
    controls={
        "memory": Stages(100, MEMORIES, "Wanted memory", "1/(1 - λ*), the steps to be remembered.", plays=True),
        "learning_rate": Stages(0.03, ON_SLIDER, "Learning rate η", "η of all four descents."),
        "update": Stages(200, KEPT, "Update", "Updates of gradient descent so far.", plays=True),
    },
    leading=("learning_rate", "memory"),
    compute=sensitivity_data,
    picture=SensitivityPicture,
    describe=describe,
    touch="Click or drag below the valleys: the learning rate and the memory.",
)
