"""The experiment of the playground: a network of 16 units reads one sequence, and all its losses walk back at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ...cells.base import each
from ...cells.catalogue import find_cell
from ...cells.initial import init_params
from ...cells.params import Params
from ...passes.forward import Trace, forward
from ...tasks.losses import cross_entropy, squared_error
from ...tasks.sequences import adding, copying
from ...truncation.lag_sums import way_of
from ..inputs import sequence
from ..kept import kept
from ..truncation.reach import text_of

READS = ("story", "shuffled", "copying", "adding")
CELLS = ("tanh", "relu", "gru", "lstm")
INITS = ("gaussian", "orthogonal", "pytorch")
BIASES = ("drawn", "1", "3", "chrono")  # of the gate that keeps the state
N_HIDDEN = 16
BLANK, GO = "·", ">"  # as the copying task stands on the page


class Task(NamedTuple):
    """One sequence, and what is asked about it.

    Attributes
    ----------
    x : ndarray (T, 1, d)
    y : ndarray
        As `Batch` has it.
    weight : "last" or None
        Whether only the last step is asked, or all are.
    n_out : int
        Outputs q that a network needs.
    loss : callable (o, y, *, weight) -> (loss, dL_do)
    text : str
        What stands on the page, one character a step.
    marked : tuple of int
        Steps, counted from 1, that the task marks.
    """

    x: np.ndarray
    y: np.ndarray
    weight: str | None
    n_out: int
    loss: Callable
    text: str
    marked: tuple = ()


@kept(8)
def task_of(reads, sequence_length, seed) -> Task:
    """What the network reads: T steps of a task of the course.

    Parameters
    ----------
    reads : {"story", "shuffled", "copying", "adding"}
        A piece of the story, each next character asked; the same characters in random order; ten symbols to be given
        back after a wait; two marked numbers to be added, asked at the last step only.
    sequence_length : int
        T, 25 to 100.
    seed : int
        Draws the piece, or the sequence.
    """
    T = sequence_length
    if reads == "copying":
        batch = copying(T, 1, rng=seed)
        text = "".join((*"01234567", BLANK, GO)[k] for k in batch.x[:, 0].argmax(1))
        return Task(batch.x, batch.y, None, batch.x.shape[2] - 1, cross_entropy, text)
    if reads == "adding":
        batch = adding(T, 1, rng=seed)
        numbers, marks = batch.x[:, 0].T
        text = "".join(str(int(10 * number)) for number in numbers)
        return Task(batch.x, batch.y, "last", 1, squared_error, text, tuple((np.flatnonzero(marks) + 1).tolist()))
    piece, text = sequence("text", seed), text_of(T + 1, seed)
    x, y = piece.x[: T + 1], piece.y[:T]
    if reads == "shuffled":
        order = np.random.default_rng((seed, 1)).permutation(T + 1)
        x, text = x[order], "".join(text[k] for k in order)
        y = x[1:].argmax(2)
    return Task(x[:T], y, None, piece.n_out, piece.loss, text[:T])


def network(cell, init, spectral_radius, gate_bias, task, seed) -> Params:
    """The weights of an untrained network with 16 units.

    Parameters
    ----------
    cell : {"tanh", "relu", "gru", "lstm"}
    init : {"gaussian", "orthogonal", "pytorch"}
        As `init_params` has it.
    spectral_radius : float
        Of W_hh, with gates of each of its blocks; a network as PyTorch starts it keeps its own.
    gate_bias : {"drawn", "1", "3", "chrono"}
        Of the gate that keeps the state; "chrono" is made for the length of the task. Cells without gates have none.
    task : Task
    seed : int
    """
    gates = {}
    if find_cell(cell).keeps is not None and gate_bias != "drawn":
        gates = {"chrono": len(task.x)} if gate_bias == "chrono" else {"forget_bias": float(gate_bias)}
    radius = None if init == "pytorch" else spectral_radius
    size = task.x.shape[2], N_HIDDEN, task.n_out
    return init_params(*size, cell=cell, init=init, spectral_radius=radius, rng=seed, **gates)


class Sent(NamedTuple):
    """One network that has read its sequence, and all that its losses send back.

    Attributes
    ----------
    trace : Trace
    dL_do : ndarray (T, 1, q)
        Of the mean loss.
    log10_norm : ndarray (T, T)
        log10 ‖dL_t/ds_s‖, row t, column s; nan for s > t; -inf below 1e-162, and for a step that is not
        asked.
    heard : ndarray (T, T, biases · n)
        Entry [s, t]: Σ of dL_u/da_s over the losses s <= u <= t: what they send to the weights of step s.
    inputs : ndarray (T, k)
        [h_{t-1} | x_t | 1], what these weights are multiplied by; entries of x that are 0 at all steps are left out.
    reads : ndarray (k, 1, biases · n) or None
        1 where an entry of a_t reads an input, 0 where it does not; None if all do.
    """

    trace: Trace
    dL_do: np.ndarray
    log10_norm: np.ndarray
    heard: np.ndarray
    inputs: np.ndarray
    reads: np.ndarray | None


@kept(4)
def sent(reads, cell, init, spectral_radius, gate_bias, sequence_length, seed) -> Sent:
    """All losses of one network walk back side by side; arguments as in `task_of` and `network`."""
    task = task_of(reads, sequence_length, seed)
    trace = forward(network(cell, init, spectral_radius, gate_bias, task, seed), task.x, cell=cell)
    _, dL_do = task.loss(trace.o, task.y, weight=task.weight)
    way = way_of(trace, dL_do)
    (T, _, m), params, back = way.own.shape, way.params, way.cell.back
    steps, own = each(way.local), way.own[:, 0]
    squares, heard, scratch = np.full((T, T), np.nan), np.zeros((T, T, len(params.b_h))), np.empty((T, len(params.b_h)))
    alone, together = np.zeros((2, T, m))  # row t: of the loss t; of the losses from the present step to t
    for s in range(T - 1, -1, -1):
        alone[s] = own[s]
        together[s:] += own[s]
        one, several = alone[s:], together[s:]
        squares[s:, s] = np.vecdot(one, one)
        back(params, steps[s], one, scratch[s:], one)
        back(params, steps[s], several, heard[s, s:], several)
    with np.errstate(divide="ignore"):
        log10_norm = np.log10(squares) / 2
    used = way.inputs.any(0)
    used[:N_HIDDEN] = True
    reads_it = None if way.reads is None else way.reads.T[used, None]
    return Sent(trace, dL_do, log10_norm, heard, way.inputs[:, used], reads_it)


def errors(sent, stride) -> np.ndarray:
    """How wrong the gradient of every window is: ‖g_τ - g‖ / ‖g‖ for τ = 1 … T, readout left out, ``(T,)``.

    A window shorter than the stride cuts the sequence into blocks of its own length. Loss u reaches the state s if the
    end of its block, E = u rounded up to whole strides, is less than τ steps later: the last such loss is
    (s + τ - 1) rounded down.

    Parameters
    ----------
    sent : Sent
    stride : int
        Losses of so many steps walk back together.
    """
    T, _, width = sent.heard.shape
    s, window = np.ogrid[1 : T + 1, 1 : T + 1]
    stride = np.minimum(stride, window)
    last = np.minimum((s + window - 1) // stride * stride, T)
    missing = sent.heard[:, -1:] - sent.heard[s - 1, last - 1]  # (T, windows, biases · n)
    sums = (sent.inputs.T @ missing.reshape(T, -1)).reshape(-1, T, width)
    exact = (sent.inputs.T @ sent.heard[:, -1])[:, None]
    if sent.reads is not None:
        sums, exact = sums * sent.reads, exact * sent.reads
    size = float(np.linalg.norm(exact))
    return np.sqrt(np.einsum("kwa,kwa->w", sums, sums)) / (size if size > 0 else 1.0)
