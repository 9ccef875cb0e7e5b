"""Explorer: every knob of the course on one experiment, and what each of the lessons would show of it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...cells.catalogue import find_cell
from ...cells.params import Params, recurrent_part
from ...measures.influence import cosine
from ...passes.backward import bptt
from ...training.clipping import clip_by_global_norm, global_norm
from ...truncation.window_search import window_needed
from ..explorer import Choice, Explorer, Real, Stages, Whole
from ..gradient_pictures import power
from ..kept import kept
from ..own_model.page_picture import percent
from ..own_model.window_picture import MARKED
from ..truncation.reach import first_heard, kept_pairs
from .experiment import BIASES, CELLS, INITS, READS, errors, sent, task_of
from .picture import LONGEST, PlaygroundPicture

LENGTHS = (25, 50, 75, LONGEST)
NAMES = {"tanh": "Tanh network", "relu": "ReLU network", "gru": "GRU", "lstm": "LSTM"}
CLIP_NORMS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 100)


class PlaygroundData(NamedTuple):
    """What the picture shows; losses and states are counted from 1.

    Attributes
    ----------
    text : str
        What the network reads, T characters.
    marked : tuple of int
        Steps that the task marks.
    reads : str
        The name of the task.
    every : bool
        Whether every step is asked, or only the last.
    loss, window, stride : int
        As they are here: no loss behind T, no window beyond T, no stride beyond the window.
    relative : ndarray (T, T)
        log10 ‖dL_t/ds_s‖ / ‖dL_t/ds_t‖, row t, column s; nan for s > t and for a step that is not asked.
    kept : ndarray of bool (T, T)
        Whether the window lets loss t reach state s.
    first_heard : ndarray of int (T,)
        The earliest state that each loss reaches.
    lost : float
        Sum of what is cut of the loss's signals ‖dL_t/ds_s‖, divided by the sum of all.
    error, sliding : ndarray (T,)
        Of the windows 1 … T, with this stride and with stride 1: distance of the cut gradient from the exact one,
        divided by its length, readout left out.
    cosine : float
        Of the angle between the cut gradient and the exact one, readout left out; clipping does not change it.
    needed : tuple of int or None
        For each error of `MARKED` the smallest window from which on no error is larger. None if that of T is: with a
        stride, the last block may reach beyond the sequence, and its walk not to the first step.
    exact, cut, clipped : ndarray (6,)
        log10 of the norm: of each weight's gradient, as `Params` has them, and of all together.
    clip_norm : float
    network : str
    """

    text: str
    marked: tuple
    reads: str
    every: bool
    loss: int
    window: int
    stride: int
    relative: np.ndarray
    kept: np.ndarray
    first_heard: np.ndarray
    lost: float
    error: np.ndarray
    sliding: np.ndarray
    cosine: float
    needed: tuple
    exact: np.ndarray
    cut: np.ndarray
    clipped: np.ndarray
    clip_norm: float
    network: str


@kept(8)
def _errors(stride, network):
    """Of the `network`, arguments of `sent` in their order."""
    return errors(sent(*network), stride)


@kept(8)
def _gradient(window, stride, network):
    """The gradient that a window leaves; None for no window."""
    known = sent(*network)
    return bptt(known.trace, known.dL_do, window=window, stride=stride).params


def _cosine(cut, exact):
    """Readout left out; 1 where one is zero."""
    one, other = recurrent_part(cut), recurrent_part(exact)
    return cosine(one, other) if one.any() and other.any() else 1.0


def _log_norms(gradient):
    """log10 of the norm of each weight's gradient, and of all together."""
    with np.errstate(divide="ignore"):
        return np.log10([*(float(np.linalg.norm(part)) for part in gradient), global_norm(gradient)])


def playground_data(
    reads,
    cell,
    init,
    spectral_radius,
    gate_bias,
    sequence_length,
    window,
    stride,
    clip_norm,
    loss,
    seed,
) -> PlaygroundData:
    """One network, one sequence, one way to cut the gradient.

    Parameters
    ----------
    reads, cell, init, gate_bias : str
        As in `task_of` and `network`.
    spectral_radius : float
    sequence_length, window, stride, loss, seed : int
        T, τ, how many losses walk back together, the loss that is looked at, and what draws weights and sequence.
    clip_norm : float
        Largest norm of all gradients together.
    """
    T, window = sequence_length, min(window, sequence_length)
    stride, bias = min(stride, window), gate_bias if has_gates(cell) else "drawn"
    radius = spectral_radius if init != "pytorch" else 1.0  # the same network is computed once
    name = reads, cell, init, radius, bias, T, seed
    task, known = task_of(reads, T, seed), sent(*name)
    every = task.weight is None
    loss = min(loss, T) if every else T
    kept_here = kept_pairs(T, window, stride)
    row = known.log10_norm[loss - 1]
    signals = 10.0 ** (row[:loss] - row[:loss].max()) if np.isfinite(row[:loss]).any() else np.ones(loss)
    own = np.diag(known.log10_norm)[:, None]
    error = _errors(stride, name)
    exact, cut = _gradient(None, None, name), _gradient(window, stride, name)
    return PlaygroundData(
        text=task.text,
        marked=task.marked,
        reads=reads,
        every=every,
        loss=loss,
        window=window,
        stride=stride,
        relative=np.where(np.isfinite(own), known.log10_norm - np.where(np.isfinite(own), own, 0), np.nan),
        kept=kept_here,
        first_heard=first_heard(T, window, stride),
        lost=float(signals[~kept_here[loss - 1, :loss]].sum() / signals.sum()),
        error=error,
        sliding=_errors(1, name),
        cosine=_cosine(cut, exact),
        needed=tuple(window_needed(error, allowed) for allowed in MARKED),
        exact=_log_norms(exact),
        cut=_log_norms(cut),
        clipped=_log_norms(clip_by_global_norm(Params(*cut), clip_norm)[0]),
        clip_norm=clip_norm,
        network=_network(cell, init, spectral_radius, bias, reads),
    )


def has_gates(cell) -> bool:
    """Whether a cell has a gate that keeps its state."""
    return find_cell(cell).keeps is not None


def _network(cell, init, radius, bias, reads):
    start = "as PyTorch starts it" if init == "pytorch" else f"{init} at radius {radius:g}"
    gate = "" if bias == "drawn" else ", chrono gates" if bias == "chrono" else f", gate bias {bias}"
    reads = {"story": "the story", "shuffled": "the story shuffled"}.get(reads, f"the {reads} task")
    return f"{NAMES[cell]}, {start}{gate}, reads {reads}"


def scheme(window, stride) -> str:
    """What window and stride are together, in words."""
    if stride == window:
        return f"in blocks of {window}" if window > 1 else "sliding"
    return "sliding" if stride == 1 else f"every {stride} steps"


def describe(data) -> str:
    """The numbers of the picture in one sentence."""
    T, exact, cut = len(data.text), data.exact[-1], data.cut[-1]
    first = data.relative[data.loss - 1, 0]
    longer = cut > np.log10(data.clip_norm)
    clipped = f"clipped to {power(data.clipped[-1])}" if longer else f"below the clip norm {data.clip_norm:g}"
    window = data.needed[MARKED.index(0.05)]
    enough = f"at most 5 % from τ = {window} on" if window else "above 5 % up to the longest window"
    arrives = "" if np.isnan(first) else f", and {power(first)} of it arrives at step 1"
    return (
        f"{data.network}, T = {T}. Window τ = {data.window}, {scheme(data.window, data.stride)}: the gradient is "
        f"{percent(data.error[data.window - 1])} away from the exact one, cosine {data.cosine:.3f}; {enough}. "
        f"Of what loss {data.loss} sends, {percent(data.lost)} is cut"
        f"{arrives}. Norm: exact {power(exact)}, cut {power(cut)}, {clipped}."
    )


def idle(cell, init, reads, **_) -> set:
    """The controls that change nothing while the others are where they are."""
    return (
        ({"gate_bias"} if not has_gates(cell) else set())
        | ({"spectral_radius"} if init == "pytorch" else set())
        | ({"loss"} if reads == "adding" else set())
    )


PLAYGROUND = Explorer(
    title="All knobs on one experiment: who feels whom, what a window cuts off, what clipping leaves.",
    controls={
        "reads": Choice(
            "story",
            READS,
            "What is read",
            "A piece of the story, the same characters shuffled, or a task; adding has one loss, at the last step.",
        ),
        "cell": Choice("lstm", CELLS, "Cell", "Of 16 units, untrained."),
        "init": Choice(
            "gaussian", INITS, "W_hh drawn", "With gates each block; pytorch: all weights, as its layers start."
        ),
        "spectral_radius": Real(1.0, 0.5, 2, "Spectral radius ρ", "Of W_hh; not of pytorch, which keeps its own."),
        "gate_bias": Choice(
            "1", BIASES, "Gate bias", "Of the gate that keeps the state: as drawn, a number, or chrono, made for T."
        ),
        "sequence_length": Stages(LONGEST, LENGTHS, "Sequence length T", "T, the steps that are read."),
        "window": Whole(10, 1, LONGEST, "Window τ", "τ: steps that a loss looks back, its own included.", plays=True),
        "stride": Whole(
            1,
            1,
            LONGEST,
            "Stride",
            "Losses that walk back together: 1 is sliding; the window's length, or more, is blocks.",
        ),
        "clip_norm": Stages(0.2, CLIP_NORMS, "Clip norm", "Largest norm of all gradients together."),
        "loss": Whole(
            LONGEST, 1, LONGEST, "Loss at step t", "The loss that colours the page; beyond T it is the last."
        ),
        "seed": Whole(0, 0, 9, "Seed", "Draws the weights and what is read."),
    },
    leading=("window", "cell"),
    compute=playground_data,
    picture=PlaygroundPicture,
    describe=describe,
    touch="Click or drag: on the page where the window begins, on the map the loss, on the curve the window, on the "
    "norms the clip norm.",
    idle=idle,
)
