"""Explorer: the backward pass one step at a time, with its numbers on the arrows and the terms that it gathers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...cells.params import Params
from ...passes.forward import forward
from ...passes.steps import backward_steps
from ...tasks.losses import squared_error
from ..explorer import Choice, Explorer, Whole
from ..kept import kept
from .backward_picture import STEPS, BackwardPicture

LOSSES = ("every step", "last step only")
FIRST_SEED = 58  # its network has numbers of about one everywhere


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
    own, from_later, dL_dh : ndarray (T, n)
        What the step's own loss sends into its state, what later ones send, and their sum.
    slope, dL_da : ndarray (T, n)
        tanh′(a_t), and its product with dL/dh_t.
    h : ndarray (T + 1, n)
        States, h_0 first.
    W_hh : ndarray (n, n)
    terms : ndarray (T, n, n)
        What each step adds to dL/dW_hh.
    """

    step: int
    t: int
    has_loss: tuple
    own: np.ndarray
    from_later: np.ndarray
    dL_dh: np.ndarray
    slope: np.ndarray
    dL_da: np.ndarray
    h: np.ndarray
    W_hh: np.ndarray
    terms: np.ndarray

    @property
    def so_far(self) -> np.ndarray:
        """The terms of this step and of all later ones added up, (n, n)."""
        return self.terms[self.t - 1 :].sum(0)


def small_network(seed):
    """Two hidden units, weights of one decimal: a reader can check every product. Inputs and targets are 1 or -1.

    W_hh is not symmetric: that would hide its transpose.

    Parameters
    ----------
    seed : int

    Returns
    -------
    params : Params
    x, y : ndarray (STEPS, 1, 1)
    """
    rng = np.random.default_rng(FIRST_SEED + seed)

    def drawn(low, high, shape):
        return (rng.uniform(low, high, shape) * rng.choice([-1, 1], shape)).round(1)

    params = Params(drawn(0.3, 1, (2, 1)), drawn(0.3, 1.2, (2, 2)), np.zeros(2), drawn(0.6, 1.5, (1, 2)), np.zeros(1))
    x, y = rng.choice([-1.0, 1.0], (2, STEPS, 1, 1))
    if params.W_hh[0, 1] == params.W_hh[1, 0]:
        params.W_hh[0, 1] *= -1
    return params, x, y


def walk(params, x, y, last_only, step) -> BackwardData:
    """The backward pass over one sequence after `step` steps.

    Parameters
    ----------
    params : Params
    x, y : ndarray (T, 1, 1)
    last_only : bool
        Whether only the last step has a loss.
    step : int
    """
    trace, T = forward(params, x), len(x)
    _, dL_do = squared_error(trace.o, y, weight="last" if last_only else None)
    steps = backward_steps(trace, dL_do)
    h = trace.h[:, 0]
    return BackwardData(
        step,
        T - step + 1,
        tuple(not last_only or t == T for t in range(1, T + 1)),
        *(signal[:, 0] for signal in (steps.own, steps.from_later, steps.dL_dh)),
        slope=1 - h[1:] ** 2,
        dL_da=steps.dL_da[:, 0],
        h=h,
        W_hh=params.W_hh,
        terms=steps.W_hh_terms,
    )


@kept(32)
def backward_data(step, losses, seed) -> BackwardData:
    """An untrained tanh network with two hidden units, and its backward pass after `step` of four steps.

    Parameters
    ----------
    step, seed : int
    losses : {"every step", "last step only"}
    """
    return walk(*small_network(seed), losses == LOSSES[1], step)


def _vector(v):
    return "(" + ", ".join(f"{x:z.2f}" for x in v) + ")"  # z: no minus before a zero


def describe(data) -> str:
    """The numbers of the picture in one sentence."""
    T, k = len(data.has_loss), data.t - 1
    own = f"own loss {_vector(data.own[k])}" if data.has_loss[k] else "no loss of its own"
    later = f"from later {_vector(data.from_later[k])}" if data.t < T else "nothing from later"
    joins = f"its term {_vector(data.terms[k].ravel())} joins" if data.t > 1 else "as h_0 = 0, nothing joins"
    return (
        f"Step back {data.step} of {T}, t = {data.t}: {own} + {later} = dL/dh_{data.t} {_vector(data.dL_dh[k])}; "
        f"{joins} dL/dW_hh, now {_vector(data.so_far.ravel())}, entries 1,1, 1,2, 2,1 and 2,2."
    )


BACKWARD_PASS = Explorer(
    title="The backward pass one step at a time, and the terms that join dL/dW_hh on the way.",
    controls={
        "step": Whole(2, 1, STEPS, "Steps back", "Rounds of the backward pass that are done.", plays=True),
        "losses": Choice(LOSSES[0], LOSSES, "Losses", "Where a loss is."),
        "seed": Whole(0, 0, 9, "Seed", "Draws weights and sequence."),
    },
    leading=("step", "losses"),
    compute=backward_data,
    picture=BackwardPicture,
    describe=describe,
    touch="Click a step, or drag: the backward pass walks back to it.",
)
