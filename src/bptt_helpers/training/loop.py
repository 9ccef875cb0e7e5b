"""Stochastic gradient descent with its history: small enough to read, and a run that was interrupted goes on."""

from __future__ import annotations

import math
import warnings
from typing import NamedTuple

import numpy as np

from ..cells.catalogue import find_cell
from ..cells.params import Params, check_gradient
from ..numbers.validate import all_finite, function, number, positive, room, shown, whole_number
from ..passes.backward import bptt
from ..passes.forward import forward
from ..tasks.losses import accuracy, cross_entropy
from ..tasks.sequences import Batch
from .clipping import clip_by_global_norm

LATELY = 50  # updates over which the share of right answers is averaged


class Run(NamedTuple):
    """A training run so far; give it back to `train` to go on.

    Attributes
    ----------
    params : Params
        Weights after the last update.
    loss : ndarray (k,)
        Loss of each update's batch, before the update.
    norm : ndarray (k,)
        Norm of each gradient, before clipping.
    correct : ndarray (k,)
        Share of right answers in each update's batch, over the entries that its loss counts.
    solved : bool
        Whether the run ended because the task was solved.
    overflow : str
        What ended the run, if an update led out of the range of float64: which one, and what to do. Else empty.
    """

    params: Params
    loss: np.ndarray
    norm: np.ndarray
    correct: np.ndarray
    solved: bool = False
    overflow: str = ""


def start(params) -> Run:
    """A run with no updates yet.

    Parameters
    ----------
    params : Params

    Raises
    ------
    ValueError
        If `params` is no Params of finite numbers.
    """
    check_gradient(params, name="params")
    return Run(params, *(np.empty(0) for _ in range(3)))


def train(
    run,
    draw,
    *,
    updates,
    learning_rate,
    clip_norm=None,
    cell="tanh",
    solved=0.99,
    progress=None,
    ignore_label=None,
) -> Run:
    """Learn a classification with plain stochastic gradient descent, by exact backpropagation through time.

        θ ← θ - η g,    g shortened to `clip_norm` if it is longer

    Update k draws the batch ``draw(k)``, so a run that goes on sees what an uninterrupted one would have seen. An
    interrupt (Ctrl-C, or the stop button) ends the call and loses nothing: it returns the run so far. So does an update
    that leads out of the range of float64: it is taken back, and a RuntimeWarning says so. What is returned can go on
    with a smaller learning rate.

    Parameters
    ----------
    run : Run
        Where to go on from; `start` makes the first one.
    draw : callable (int) -> Batch
        Batch of the k-th update, counted from 0: x, y and weight, the last two as `cross_entropy` takes them.
    updates : int
        Stop at this number of updates, those of `run` included.
    learning_rate : float
        η > 0.
    clip_norm : float, optional
        Default: no clipping.
    cell : str or Cell
        As `forward` takes it.
    solved : float
        Stop as soon as the mean share of right answers over the last 50 updates reaches this; more than 1: never.
    progress : callable (int, int), optional
        Called with the updates done and wanted, after every update.
    ignore_label : int, optional
        Entries with this label count nothing, neither in the loss nor among the right answers.

    Returns
    -------
    Run

    Raises
    ------
    ValueError
        If an argument is out of range, or a batch has nothing to average.
    OverflowError
        If the first pass leaves the range of float64: the weights were too large before there was any update.
    """
    if not isinstance(run, Run):
        raise ValueError(f"run: want a Run, as start makes the first one, got {shown(run)}")
    function("draw", draw, "number of the update -> Batch")
    find_cell(cell).check(run.params)
    solved = number("solved", solved)
    if progress is not None:
        function("progress", progress, "updates done, updates wanted")
    updates = whole_number("updates", updates, 0)
    learning_rate = positive("learning_rate", learning_rate)
    limit = np.finfo(float).max if clip_norm is None else positive("clip_norm", clip_norm)
    done, params, stop = len(run.loss), run.params, run.solved
    room("updates", max(updates, done))
    overflow, before = "", None
    loss, norm, correct = (np.append(kept, np.empty(max(0, updates - done))) for kept in run[1:4])
    try:
        while done < updates and not stop:
            batch = _batch(draw(done), done)
            try:
                gradient, *measured = _pass(params, batch, cell, ignore_label, limit)
                loss[done], correct[done], norm[done] = measured
                stepped = _step(params, gradient, learning_rate)
            except OverflowError as error:
                if not isinstance(error, _TooFar):  # with these weights no learning rate would help
                    if before is None:
                        raise
                    params, done = before, done - 1
                overflow = _way_out(done, updates, learning_rate, clip_norm)
                warnings.warn(overflow, RuntimeWarning, stacklevel=2)
                break
            # together: an interrupt before this line leaves the update undone
            before, params, done = params, stepped, done + 1
            stop = done >= LATELY and correct[done - LATELY : done].mean() >= solved
            if progress:
                progress(done, updates)
    except KeyboardInterrupt:
        pass
    return Run(params, loss[:done], norm[:done], correct[:done], bool(stop), overflow)


class _TooFar(OverflowError):
    """The gradient fits float64, the step does not."""


def _pass(params, batch, cell, ignore_label, limit):
    """Gradient of one batch, clipped, its loss and share of right answers, and the gradient's norm before."""
    asked = {"weight": batch.weight, "ignore_label": ignore_label}
    trace = forward(params, batch.x, cell=cell)
    with np.errstate(over="ignore", invalid="ignore"):  # of outputs near the end of the range; found out below
        loss, dL_do = cross_entropy(trace.o, batch.y, **asked)
    gradient, norm = clip_by_global_norm(bptt(trace, dL_do).params, limit)
    if not (math.isfinite(loss) and math.isfinite(norm)):
        raise OverflowError("train: want a loss and a norm that fit float64, got overflow; use smaller weights")
    return gradient, loss, accuracy(trace.o, batch.y, **asked), norm


def _step(params, gradient, learning_rate) -> Params:
    """The weights after one update, if they fit their type."""
    with np.errstate(over="ignore", invalid="ignore"):
        stepped = Params(*(w - learning_rate * g for w, g in zip(params, gradient, strict=True)))
    if not all(map(all_finite, stepped)):
        raise _TooFar
    return stepped


def _way_out(done, updates, learning_rate, clip_norm) -> str:
    clip = "clip_norm=1" if clip_norm is None else f"a clip_norm below {clip_norm:g}"
    return (
        f"train: update {done} of {updates} led out of the range of the floating-point type at learning_rate = "
        f"{learning_rate:g}; it is taken back and the run before it returned, which can go on with a smaller "
        f"learning_rate, such as {learning_rate / 10:g}, or with {clip}"
    )


def _batch(batch, update):
    """What `draw` gave, if it has the parts of a Batch."""
    if not all(hasattr(batch, part) for part in Batch._fields):
        raise ValueError(f"draw: want a function that returns a Batch (x, y, weight), got {shown(batch)} at {update}")
    return batch
