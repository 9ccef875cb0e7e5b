"""Explorer: three cells read the same text; which characters does each loss feel, and what does the gate's bias do?"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np

from ...cells.initial import init_params
from ...measures.influence import influence
from ...passes.forward import forward
from ...tasks.losses import cross_entropy
from ...tasks.text import Vocabulary, load_text
from ..explorer import Explorer, Real, Whole
from ..gradient_pictures import power
from ..inputs import sequence
from ..kept import kept
from .cells_picture import STEPS, CellsPicture

CELLS = {"RNN": "tanh", "GRU": "gru", "LSTM": "lstm"}
UNITS, SEEDS = 32, 10
FELT = -3  # log10 of a share that counts as felt


class CellsData(NamedTuple):
    """What the picture shows.

    Attributes
    ----------
    maps : ndarray (3, T, T)
        log10 ‖dL_t/ds_s‖ / ‖dL_t/ds_t‖ of RNN, GRU and LSTM: row t, column s; nan where s > t.
    text : str
        What they read, T characters.
    names : tuple of str
        Of the cells, with the bias.
    loss, state : int
        The steps t and s that are marked, counted from 1.
    reach : ndarray (3,) of int
        For how many states, back from its own, the marked loss sends at least 10⁻³ of what it sends to its own.
    """

    maps: np.ndarray
    text: str
    names: tuple
    loss: int
    state: int
    reach: np.ndarray


@kept(SEEDS)
def text_of(seed):
    """What the networks of a seed read."""
    x = sequence("text", seed).x[:STEPS, 0]
    return Vocabulary.of(load_text()).decode(x.argmax(1))


@kept(4 * SEEDS)
def share_map(cell, bias, seed):
    """log10 ‖dL_t/ds_s‖ / ‖dL_t/ds_t‖ of one network with PyTorch's start, ``(T, T)``.

    Parameters
    ----------
    cell : {"tanh", "gru", "lstm"}
    bias : float or None
        Of the gate that keeps the state.
    seed : int
    """
    read = sequence("text", seed)
    x, y = read.x[:STEPS], read.y[:STEPS]
    params = init_params(x.shape[2], UNITS, read.n_out, cell=cell, init="pytorch", forget_bias=bias, rng=seed)
    trace = forward(params, x, cell=cell)
    sent = influence(trace, cross_entropy(trace.o, y)[1])[:, :, 0]
    return sent - np.diag(sent)[:, None]


@kept(8)
def cells_data(bias, loss, state, seed) -> CellsData:
    """RNN, GRU and LSTM of 32 units, untrained, read 100 characters.

    Parameters
    ----------
    bias : float
        b of the gate that keeps the state, of GRU and LSTM; all other weights as PyTorch draws them.
    loss, state : int
        Steps t and s, counted from 1.
    seed : int
        Draws weights and the piece of text.
    """
    maps = np.array([share_map(cell, None if cell == "tanh" else bias, seed) for cell in CELLS.values()])
    felt = maps[:, loss - 1, loss - 1 :: -1] >= FELT  # by lag
    reach = np.where(felt.all(1), loss, felt.argmin(1))
    names = tuple("nn.RNN" if name == "RNN" else f"{name}, b = {bias:g}" for name in CELLS)
    return CellsData(maps, text_of(seed), names, loss, state, reach)


def describe(data) -> str:
    """The numbers of the picture in one sentence."""
    t, s = data.loss, data.state
    felt = "; ".join(f"{name}: {reach}" for name, reach in zip(data.names, data.reach, strict=True))
    start = f"Characters that the loss at step {t} feels with at least 10⁻³ of its signal. {felt}."
    if s > t:
        return f"{start} It does not depend on state {s}, which comes after it."
    left = "; ".join(f"{name}: {power(one[t - 1, s - 1])}" for name, one in zip(data.names, data.maps, strict=True))
    return f"{start} At state {s}, {t - s} back, is left: {left}."


CELLS_EXPLORER = Explorer(
    title="RNN, GRU and LSTM on the same text: what every loss feels, untrained.",
    controls={
        "bias": Real(2.0, 0, 6, "Bias b", "Of the gate that keeps the state, in GRU and LSTM.", 0.5),
        "loss": Whole(81, 1, STEPS, "Loss t", "The step of the loss whose row is marked.", plays=True),
        "state": Whole(31, 1, STEPS, "State s", "The step of the state whose column is marked."),
        "seed": Whole(0, 0, SEEDS - 1, "Seed", "Draws weights and the piece of text."),
    },
    leading=("bias",),
    compute=cells_data,
    picture=partial(CellsPicture, tuple(CELLS)),
    describe=describe,
    touch="Click or drag on a map: loss and state. On the text or the curves: the state.",
)
