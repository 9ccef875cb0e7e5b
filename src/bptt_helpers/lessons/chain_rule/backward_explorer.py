"""Explorer: the backward pass one step at a time, with the terms that join each gradient."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...cells.initial import init_params
from ...passes.forward import forward
from ...passes.steps import backward_steps
from ...tasks.losses import squared_error
from ..explorer import Choice, Explorer, Whole
from ..kept import kept
from .backward_picture import MOST_STEPS, BackwardPicture

LOSSES = ("every step", "last step only")


class BackwardData(NamedTuple):
    """What the picture shows; arrays over time have the first time step first.

    Attributes
    ----------
    step : int
        Steps of the backward pass done so far, 1 to T.
    t : int
        The time step at work, T - step + 1.
    has_loss : tuple of bool (T,)
        Which steps have a loss of their own.
    own, from_later, dL_dh : ndarray (T, 2)
        What the step's own loss sends into its state, what later ones send, and their sum.
    before, term, complete : ndarray (2, 2)
        dL/dW_hh before this step, what this step adds, and the sum of all steps.
    reach : float
        Largest |entry| of dL/dW_hh after any step: it does not hang on `step`, so the axis holds still.
    """

    step: int
    t: int
    has_loss: tuple
    own: np.ndarray
    from_later: np.ndarray
    dL_dh: np.ndarray
    before: np.ndarray
    term: np.ndarray
    complete: np.ndarray
    reach: float


@kept(8)
def _pass(sequence_length, losses, seed):
    rng = np.random.default_rng(seed)
    params = init_params(1, 2, 1, spectral_radius=1.0, rng=rng)
    x, y = rng.normal(size=(2, sequence_length, 1, 1))
    trace = forward(params, x)
    _, dL_do = squared_error(trace.o, y, weight="last" if losses == LOSSES[1] else None)
    steps = backward_steps(trace, dL_do)
    sums = np.cumsum(steps.W_hh_terms[::-1], 0)[::-1]  # sums[t]: the terms of step t and of all later ones
    return steps, np.concatenate([sums, np.zeros((1, 2, 2))])


def backward_data(step, sequence_length, losses, seed) -> BackwardData:
    """An untrained tanh network with two hidden units, and its backward pass after `step` steps, or all if fewer.

    Parameters
    ----------
    step, sequence_length, seed : int
    losses : {"every step", "last step only"}
    """
    steps, sums = _pass(sequence_length, losses, seed)
    step = min(step, sequence_length)
    t = sequence_length - step + 1
    return BackwardData(
        step,
        t,
        tuple(losses == LOSSES[0] or k == sequence_length - 1 for k in range(sequence_length)),
        *(signal[:, 0] for signal in (steps.own, steps.from_later, steps.dL_dh)),
        before=sums[t],
        term=steps.W_hh_terms[t - 1],
        complete=sums[0],
        reach=float(np.abs(sums).max()),
    )


def _vector(v):
    return "(" + ", ".join(f"{x:z.3f}" for x in v) + ")"  # z: no minus before a zero


def describe(data) -> str:
    """The numbers of the picture in one sentence."""
    T, k = len(data.has_loss), data.t - 1
    own = f"own loss {_vector(data.own[k])}" if data.has_loss[k] else "no loss of its own"
    later = f"from later {_vector(data.from_later[k])}" if data.t < T else "nothing from later"
    before, after, complete = (np.linalg.norm(W) for W in (data.before, data.before + data.term, data.complete))
    if data.t == 1:
        growth = f"h_0 = 0, so nothing joins dL/dW_hh, which is complete with norm {complete:.3f}"
    else:
        growth = f"its term takes the norm of dL/dW_hh from {before:.3f} to {after:.3f}, {complete:.3f} when complete"
    total = f"dL/dh_{data.t} {_vector(data.dL_dh[k])}"
    return f"Step back {data.step} of {T}, t = {data.t}: {own} + {later} = {total}; {growth}."


BACKWARD_PASS = Explorer(
    title="The backward pass one step at a time, and the terms that join each gradient on the way.",
    controls={
        "step": Whole(1, 1, MOST_STEPS, "Steps back", "Steps of the backward pass done; more than T means all."),
        "sequence_length": Whole(4, 1, MOST_STEPS, "Sequence length T", "T."),
        "losses": Choice(LOSSES[0], LOSSES, "Losses", "Where a loss is."),
        "seed": Whole(0, 0, 9, "Seed", "Draws weights and sequence."),
    },
    leading=("step",),
    compute=backward_data,
    picture=BackwardPicture,
    describe=describe,
)
