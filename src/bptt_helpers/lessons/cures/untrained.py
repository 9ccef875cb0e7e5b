"""Networks as PyTorch's layers deliver them, and with another start: what do they send back before any training?"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...cells.initial import init_params
from ...numbers.validate import choice
from ...passes.backward import bptt
from ...passes.forward import forward
from ..inputs import sequence
from ..kept import kept

T, N_NOISE, SEEDS = 100, 8, 5
INPUTS = ("noise", "text")


class Start(NamedTuple):
    """How the weights of a network begin.

    Attributes
    ----------
    cell : str
    change : {"", "orthogonal", "bias", "chrono"}
        What differs from PyTorch's layer; "" for nothing.
    """

    cell: str
    change: str = ""


STARTS = {
    "RNN": Start("tanh"),
    "GRU": Start("gru"),
    "LSTM": Start("lstm"),
    "RNN, orthogonal": Start("tanh", "orthogonal"),
    "GRU, bias": Start("gru", "bias"),
    "LSTM, bias": Start("lstm", "bias"),
    "LSTM, chrono": Start("lstm", "chrono"),
}
DELIVERED = 3  # so many of them are as delivered


def untrained(start, seed, *, units=128, steps=T, bias=1.0, longest=T, inputs="noise"):
    """A network that has learned nothing has read a sequence, and only its last output counts.

    Parameters
    ----------
    start : str
        A name of `STARTS`. All of a seed have the same weights but for what the name says.
    seed : int
        Draws weights and inputs.
    units, steps : int
        n and T.
    bias : float
        b of the gate that keeps the state, where the start has "bias".
    longest : float
        T_max of a chrono start.
    inputs : {"noise", "text"}
        Eight independent normal numbers a step, or the characters of the story, one-hot.

    Returns
    -------
    trace : Trace
    dL_do : ndarray (T, 1, 1)
        1 at the last step, else 0: L = o_T.
    """
    cell, change = STARTS[choice("start", start, tuple(STARTS))]
    x = inputs_of(choice("inputs", inputs, INPUTS), seed)[:steps]
    gates = {"bias": {"forget_bias": bias}, "chrono": {"chrono": longest}}.get(change, {})
    params = init_params(x.shape[2], units, 1, cell=cell, init="pytorch", rng=seed, **gates)
    if change == "orthogonal":
        params = params._replace(W_hh=init_params(1, units, 1, init="orthogonal", rng=seed).W_hh)
    dL_do = np.zeros((len(x), 1, 1))
    dL_do[-1] = 1
    return forward(params, x, cell=cell), dL_do


@kept(2 * SEEDS)
def inputs_of(kind, seed):
    """What the networks of a seed read, ``(1000, 1, d)``; a shorter sequence is the start of this one."""
    if kind == "text":
        return sequence("text", seed).x
    return np.random.default_rng((seed, 1)).normal(size=(1000, 1, N_NOISE))


@kept(64)
def shares_left(start, units, bias, longest, inputs):
    """log10 of what is left of the last loss's signal at every state, in five networks.

    Arguments as in `untrained`.

    Returns
    -------
    ndarray (5, T)
        log10 ‖dL/ds_s‖ / ‖dL/ds_T‖, a row for each seed; column s - 1. For an LSTM s is (h | c).
    """
    rows = np.empty((SEEDS, T))
    for seed in range(SEEDS):
        signal = bptt(*untrained(start, seed, units=units, bias=bias, longest=longest, inputs=inputs)).dL_ds[:, 0]
        rows[seed] = np.log10(np.linalg.norm(signal, axis=1))
    return rows - rows[:, -1:]
