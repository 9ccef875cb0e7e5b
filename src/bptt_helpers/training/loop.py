"""Gradient descent with its history: small enough to read, and a run that was interrupted goes on."""

from __future__ import annotations

import math
import warnings

import numpy as np

from ..cells.catalogue import find_cell
from ..cells.params import Params, check_gradient
from ..numbers.validate import all_finite, function, positive, room, shown, whole_number
from ..passes.backward import bptt
from ..passes.forward import forward
from ..tasks.sequences import Batch
from .clipping import clip_by_global_norm
from .dropout import Dropout
from .objectives import classification
from .optimisers import SGD
from .progress import reporting
from .run import History, Run, save_run

UNLIMITED = np.finfo(float).max  # a norm that no gradient is above


def exact(trace, dL_do, update) -> Params:
    """The gradient by backpropagation through all steps."""
    return bptt(trace, dL_do).params


def train(
    run,
    draw,
    *,
    updates,
    learning_rate,
    optimiser=SGD(),  # noqa: B008  an immutable tuple
    clip_norm=None,
    cell="tanh",
    objective=None,
    gradient=exact,
    dropout=None,
    stop=None,
    progress=False,
    file=None,
    every=100,
) -> Run:
    """Learn by gradient descent.

        θ ← θ - η g,    g shortened to `clip_norm` if it is longer

    Update k draws the batch ``draw(k)``, so a run that goes on sees what an uninterrupted one would have seen, to the
    last bit. Where a batch goes on where the one before ended, the state is carried over; the gradient is not.

    An interrupt (Ctrl-C, or the stop button) ends the call and loses nothing: it returns the run so far. So does an
    update that leads out of the range of the floating-point type: it is taken back, and a RuntimeWarning says so. What
    is returned can go on with a smaller learning rate.

    Parameters
    ----------
    run : Run
        Where to go on from: `start` makes the first one, `load_run` reads one from a file.
    draw : callable (int) -> Batch
        Batch of the k-th update, counted from 0: x, y and weight, the last two as the objective takes them.
    updates : int
        Stop at this number of updates, those of `run` included.
    learning_rate : float or callable (int) -> float
        η > 0, or η of the k-th update, such as `cosine` gives.
    optimiser : Optimiser
        What makes a step of a gradient: `SGD` or `Adam`, or an object with their two methods.
    clip_norm : float or callable (int) -> float, optional
        Largest norm of a gradient, > 0, or that of the k-th update. Default: no clipping.
    cell : str or Cell
        As `forward` takes it.
    objective : callable (o, batch) -> (loss, dL_do, score), optional
        Default: `classification()`.
    gradient : callable (trace, dL_do, int) -> Params
        From what the objective sends back to a gradient of the weights; the number of the update is for one that
        draws. A window: ``lambda trace, dL_do, k: bptt(trace, dL_do, window=10).params``.
    dropout : Dropout, optional
        Of the outputs. The score is that of the thinned network. Default: none.
    stop : callable (History) -> bool, optional
        Asked at the start and after every update whether that was enough; `reached` makes one. Default: all
        updates.
    progress : bool or callable (int, int)
        True shows a bar; a function is called with the updates done and wanted, after every update.
    file : str or Path, optional
        Where to keep the run while it goes on and in the end (`save_run`), so that not even a crash loses much.
    every : int
        Updates between two times it is kept.

    Returns
    -------
    Run

    Raises
    ------
    ValueError
        If an argument is out of range, or a batch has nothing to average.
    OverflowError
        If the first pass leaves the range of the floating-point type: the weights were too large before there was any
        update.

    Examples
    --------
    >>> from bptt_helpers import init_params
    >>> from bptt_helpers.tasks.sequences import temporal_order
    >>> from bptt_helpers.training.run import start
    >>> begin = start(init_params(6, 8, 4))
    >>> run = train(begin, lambda k: temporal_order(10, 4, rng=k), updates=20, learning_rate=0.1)
    >>> run.updates, run.history.loss.shape
    (20, (20,))
    """
    cell = find_cell(cell)
    step = _Step(cell, classification() if objective is None else objective, gradient, optimiser, dropout)
    _check(run, draw, updates, stop, cell)
    rate = learning_rate if callable(learning_rate) else _constant("learning_rate", learning_rate)
    limit = _limit(clip_norm)
    every = whole_number("every", every)
    params, moments, done, state = run.params, optimiser.begin(run.params), run.updates, run.state
    if done:
        moments = _goes_on(run.moments, moments)
    room("updates", max(updates, done))
    history = [np.append(kept, np.empty(max(0, updates - done))) for kept in run.history]
    # asked of the run as it came, too: an interrupt may have come between an update and its question
    solved, overflow, before = bool(done and stop is not None and stop(run.history)), "", None

    def so_far() -> Run:
        return Run(params, moments, History(*(kept[:done] for kept in history)), solved, overflow, state)

    with reporting(progress, done, updates) as report:
        try:
            while done < updates and not solved:
                now, longest = positive("learning_rate", rate(done)), positive("clip_norm", limit(done))
                try:
                    measured, stepped = step(params, moments, state, draw(done), now, longest, done)
                except OverflowError as error:
                    if not isinstance(error, TooFar):  # with these weights no learning rate would help
                        if before is None:
                            raise
                        params, moments, state, done = before
                    overflow = _way_out(done, updates, now, longest)
                    warnings.warn(overflow, RuntimeWarning, stacklevel=2)
                    break
                for kept, value in zip(history, measured, strict=True):
                    kept[done] = value
                # together: an interrupt before this line leaves the update undone
                before, (params, moments, state, done) = (params, moments, state, done), (*stepped, done + 1)
                solved = stop is not None and bool(stop(so_far().history))
                report(done)
                if file is not None and done % every == 0:
                    save_run(so_far(), file)
        except KeyboardInterrupt:
            pass
    if file is not None:
        save_run(so_far(), file)
    return so_far()


class TooFar(OverflowError):
    """The gradient fits the floating-point type, the step does not."""


class _Step:
    """One update: forward, loss, back, clip, step."""

    def __init__(self, cell, objective, gradient, optimiser, dropout):
        self.cell, self.optimiser = cell, optimiser
        self.objective = function("objective", objective, "o, batch -> loss, dL_do, score")
        self.gradient = function("gradient", gradient, "trace, dL_do, number of the update -> Params")
        for method in ("begin", "step"):
            if not callable(getattr(optimiser, method, None)):
                raise ValueError(f"optimiser: want SGD() or Adam(), or what has their methods, got {shown(optimiser)}")
        if dropout is not None and not isinstance(dropout, Dropout):
            raise ValueError(f"dropout: want a Dropout, such as Dropout(0.3), or None, got {shown(dropout)}")
        self.dropout = dropout and dropout.checked()

    def __call__(self, params, moments, state, batch, rate, limit, update):
        """What the history keeps of it; and weights, moments and last state after it."""
        batch = _batch(batch, update)
        s0 = _carried(state, batch, update) if batch.goes_on else None
        mask = None
        if self.dropout:
            shape = (*batch.x.shape[:2], params.n_hidden)
            mask = self.dropout.mask(update, shape, params.W_hh.dtype)
        trace = forward(params, batch.x, cell=self.cell, s0=s0, mask=mask)
        with np.errstate(over="ignore", invalid="ignore"):  # of outputs near the end of the range; found out below
            loss, dL_do, score = self._ask(trace.o, batch)
        clipped, norm = clip_by_global_norm(self.gradient(trace, dL_do, update), limit)
        if not (math.isfinite(loss) and math.isfinite(norm)):
            raise OverflowError("train: want a loss and a norm that fit float64, got overflow; use smaller weights")
        with np.errstate(over="ignore", invalid="ignore"):
            stepped, moments = self.optimiser.step(params, clipped, moments, rate, update)
        if not all(map(all_finite, stepped)):
            raise TooFar
        return (loss, norm, score, rate), (stepped, moments, trace.states[-1].copy())  # alone, not the whole trace

    def _ask(self, o, batch):
        answer = self.objective(o, batch)
        if not isinstance(answer, tuple) or len(answer) != 3:
            raise ValueError(f"objective: want a function that returns loss, dL_do, score, got {shown(answer)}")
        return answer


def _check(run, draw, updates, stop, cell):
    if not isinstance(run, Run):
        raise ValueError(f"run: want a Run, as start makes the first one, got {shown(run)}")
    check_gradient(run.params, name="run.params")
    function("draw", draw, "number of the update -> Batch")
    cell.check(run.params)
    if stop is not None:
        function("stop", stop, "History -> bool")
    whole_number("updates", updates, 0)


def _goes_on(moments, begun):
    """The moments of a run, if they are as many as its optimiser makes."""
    if len(moments) != len(begun):
        came = f"one with {len(begun)} moments for a run with {len(moments)}"
        raise ValueError(f"optimiser: want the one that the run was made with, got {came}")
    return moments


def _constant(name, value):
    value = positive(name, value)
    return lambda update: value


def _limit(clip_norm):
    if callable(clip_norm):
        return clip_norm
    return _constant("clip_norm", UNLIMITED if clip_norm is None else clip_norm)


def _way_out(done, updates, learning_rate, clip_norm) -> str:
    clip = "clip_norm=1" if clip_norm == UNLIMITED else f"a clip_norm below {clip_norm:g}"
    return (
        f"train: update {done} of {updates} led out of the range of the floating-point type at learning_rate = "
        f"{learning_rate:g}; it is taken back and the run before it returned, which can go on with a smaller "
        f"learning_rate, such as {learning_rate / 10:g}, or with {clip}"
    )


def _carried(state, batch, update):
    """The state that a batch goes on from."""
    B = batch.x.shape[1]
    if state is None:
        raise ValueError(f"draw: want goes_on=False for the first batch of a run, got goes_on=True at update {update}")
    if len(state) != B:
        raise ValueError(
            f"draw: want {len(state)} sequences, as before, where a batch goes on, got {B} at update {update}"
        )
    return state


def _batch(batch, update):
    """What `draw` gave, if it has the parts of a Batch."""
    if not all(hasattr(batch, part) for part in Batch._fields):
        wanted = ", ".join(Batch._fields)
        raise ValueError(f"draw: want a function that returns a Batch ({wanted}), got {shown(batch)} at {update}")
    return batch
